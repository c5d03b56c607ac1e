use super::layout::{Entry, Tree, encode, entry};
use super::parse::{decode, normalised};
use super::ron_text::in_file;
use crate::diagnostic::Diagnostic;
use crate::model::Application;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What a save did, paths below the application folder in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveReport {
    pub written: Vec<String>,
    pub removed: Vec<String>,
}

/// Saves `application` to `folder`, which is made when missing. `previous` is what was last loaded from or saved
/// to that folder; `None` means the folder is new to this application.
///
/// Only files whose content changed are written, each aside, synced and renamed over the old one. A file of
/// `previous` that the application no longer has is removed after everything else succeeded. A file that
/// somebody else changed since is neither overwritten nor removed.
///
/// # Errors
/// `F05`, `F06` and `F07` when the application cannot be written as files that read back the same; `F08` when that would lose somebody's change;
/// `F09` when the disk refuses. After `F09` every file is either whole and old or whole and new.
pub fn save(
    folder: &Path,
    application: &Application,
    previous: Option<&Application>,
) -> Result<SaveReport, Vec<Diagnostic>> {
    let next = encode(application)?;
    let mut again = decode(&next)?.0;
    // What a simulated run plays is found out anew each time, and in no file.
    again.settings.simulated_answers.clone_from(&application.settings.simulated_answers);
    again.settings.simulated_properties.clone_from(&application.settings.simulated_properties);
    if again != *application {
        let help = "save nothing over the old files; report what was last edited";
        return Err(vec![Diagnostic::error("F05", "the application would not read back the same", help)]);
    }
    let before = previous.map(encode).transpose()?;
    let plan = plan(folder, &next, before.as_ref())?;
    let mut report = SaveReport::default();
    for path in plan.write {
        let Some(bytes) = next.get(path) else { continue };
        write_whole(&on_disk(folder, path), bytes).map_err(|error| vec![refused(path, "written", &error)])?;
        report.written.push(path.clone());
    }
    for path in plan.remove {
        match fs::remove_file(on_disk(folder, path)) {
            Ok(()) => report.removed.push(path.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(vec![refused(path, "removed", &error)]),
        }
    }
    Ok(report)
}

struct Plan<'a> {
    write: Vec<&'a String>,
    remove: Vec<&'a String>,
}

/// Decides before the first write, so that a refused save changes nothing.
fn plan<'a>(folder: &Path, next: &'a Tree, before: Option<&'a Tree>) -> Result<Plan<'a>, Vec<Diagnostic>> {
    let mut plan = Plan { write: Vec::new(), remove: Vec::new() };
    let mut lost = Vec::new();
    if before.is_none() && folder.exists() {
        let there = super::read_folder(folder)?;
        lost.extend(there.keys().filter(|path| !next.contains_key(*path)).map(|path| {
            let message = "the folder already holds this file, which would become part of the application";
            Diagnostic::error("F08", message, "save to a new, empty folder").at(in_file(path))
        }));
    }
    for (path, bytes) in next {
        let old = before.and_then(|tree| tree.get(path));
        match read(folder, path)? {
            None => plan.write.push(path),
            Some(disk) if disk == *bytes || old == Some(bytes) => {}
            Some(disk) if is_ours(path, &disk, old) => plan.write.push(path),
            Some(_) => lost.push(changed(path)),
        }
    }
    for (path, bytes) in before.into_iter().flatten().filter(|(path, _)| !next.contains_key(*path)) {
        match read(folder, path)? {
            None => {}
            Some(disk) if is_ours(path, &disk, Some(bytes)) => plan.remove.push(path),
            Some(_) => lost.push(changed(path)),
        }
    }
    if lost.is_empty() { Ok(plan) } else { Err(lost) }
}

/// True when the file on disk says what we last knew, even if somebody laid it out differently.
fn is_ours(path: &str, disk: &[u8], known: Option<&Vec<u8>>) -> bool {
    known.is_some_and(|known| disk == known.as_slice() || normalised(path, disk).as_ref() == Some(known))
}

fn read(folder: &Path, path: &str) -> Result<Option<Vec<u8>>, Vec<Diagnostic>> {
    match fs::read(on_disk(folder, path)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(vec![refused(path, "read", &error)]),
    }
}

fn changed(path: &str) -> Diagnostic {
    let message = if entry(path) == Entry::Application {
        "the folder holds another application, or its settings were changed by another program"
    } else {
        "the file was changed by another program since it was opened"
    };
    let help = "save to a new folder and compare, or open this folder again and repeat your change";
    Diagnostic::error("F08", message, help).at(in_file(path))
}

fn refused(path: &str, what: &str, error: &io::Error) -> Diagnostic {
    let help = "free space or correct the permissions of the folder, then save again";
    Diagnostic::error("F09", format!("the file cannot be {what}: {error}"), help).at(in_file(path))
}

fn on_disk(folder: &Path, path: &str) -> PathBuf {
    path.split('/').fold(folder.to_path_buf(), |at, part| at.join(part))
}

/// Writes a file whole or not at all: aside in the same folder, to disk, then over the old file. Folders are made.
///
/// # Errors
/// What the disk says; the old file is as it was then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let mut aside = tempfile::Builder::new().prefix(".orchestrion-").tempfile_in(parent)?;
    aside.write_all(bytes)?;
    // Temporary files are private; a file of the application is as open as the one it replaces, or its folder.
    let permissions =
        fs::metadata(path).or_else(|_| fs::metadata(parent)).map(|known| known.permissions())?;
    #[cfg(unix)]
    let permissions = {
        use std::os::unix::fs::PermissionsExt;
        fs::Permissions::from_mode(permissions.mode() & 0o666)
    };
    aside.as_file().set_permissions(permissions)?;
    aside.as_file().sync_all()?;
    aside.persist(path)?;
    #[cfg(unix)]
    File::open(parent)?.sync_all()?;
    Ok(())
}
