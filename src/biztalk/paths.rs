//! Paths as Windows tools write them, found on any file system.

use std::fs;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};
use wildmatch::WildMatch;

/// Folders no artifact is in: output of builds, copies that upgrades leave behind, and what other tools keep.
const SKIPPED: [&str; 6] =
    ["bin", "obj", "packages", "node_modules", "_upgradereport_files", super::RUN_FOLDER];

/// Entries one walk looks at.
const MAX_ENTRIES: usize = 200_000;
const MAX_DEPTH: usize = 40;

/// The file that a path of a project means: `\` or `/`, any case, also `..`. `None` when it is not there.
pub fn find(folder: &Path, written: &str) -> Option<PathBuf> {
    let mut at = folder.to_path_buf();
    for part in written.split(['\\', '/']) {
        match part.trim() {
            "" | "." => {}
            ".." => at = parent(&at)?,
            part if part.contains([':', '*', '?', '\0']) => return None,
            part => {
                let exact = at.join(part);
                at = if exact.exists() { exact } else { another_case(&at, part)? };
            }
        }
    }
    at.is_file().then_some(at)
}

/// The folder above, also for a path that ends in `..` or is relative.
fn parent(path: &Path) -> Option<PathBuf> {
    if path.file_name().is_some() {
        let above = path.parent()?;
        return Some(if above.as_os_str().is_empty() { PathBuf::from(".") } else { above.to_path_buf() });
    }
    let absolute = fs::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path }).ok()?;
    absolute.parent().map(Path::to_path_buf)
}

fn another_case(folder: &Path, name: &str) -> Option<PathBuf> {
    let lower = name.to_lowercase();
    let mut same: Vec<_> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().to_lowercase() == lower))
        .collect();
    same.sort();
    same.into_iter().next()
}

/// The files below a folder that a pattern with `*` means, in order.
pub fn matching(folder: &Path, written: &str) -> Vec<PathBuf> {
    if !written.contains(['*', '?']) || written.contains("..") {
        return Vec::new();
    }
    let wanted = written.replace('\\', "/").to_lowercase();
    // `**/` also means the folder itself.
    let patterns = [WildMatch::new(&wanted.replace("**/", "")), WildMatch::new(&wanted.replace("**", "*"))];
    let below = |path: &Path| {
        let rest =
            path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/").to_lowercase();
        let deep = wanted.contains("**") || rest.matches('/').count() == wanted.matches('/').count();
        deep && patterns.iter().any(|pattern| pattern.matches(&rest))
    };
    files(folder).into_iter().filter(|path| below(path)).collect()
}

/// The files below a folder, in order; links are not followed.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let wanted = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let folder = entry.file_type().is_dir();
        entry.depth() == 0 || !(name.starts_with('.') || (folder && SKIPPED.contains(&name.as_str())))
    };
    let walk = WalkDir::new(folder).max_depth(MAX_DEPTH).sort_by_file_name().into_iter().filter_entry(wanted);
    let found = walk.take(MAX_ENTRIES).filter_map(Result::ok);
    found.filter(|entry| entry.file_type().is_file()).map(DirEntry::into_path).collect()
}

/// File name without its ending.
pub fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The deepest folder that all paths are in.
pub fn common(paths: &[PathBuf]) -> PathBuf {
    let mut folders = paths.iter().map(|path| path.parent().unwrap_or(path));
    let Some(first) = folders.next() else { return PathBuf::new() };
    let mut common = first.to_path_buf();
    for folder in folders {
        while !folder.starts_with(&common) {
            if !common.pop() {
                return common;
            }
        }
    }
    common
}

/// A path below a folder, `/`-separated.
pub fn below(folder: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = rest.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
