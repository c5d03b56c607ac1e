use super::layout::{APPLICATION, COMPONENTS, Entry, MAPS, MESSAGES, RULES, SCENARIOS, SCHEMAS, Tree, entry};
use super::parse::{Loaded, decode};
use super::ron_text::in_file;
use crate::diagnostic::Diagnostic;
use std::path::Path;
use std::{fs, io};

/// Loads the application in `folder`.
///
/// # Errors
/// Every file that cannot be read or understood, each with its place; nothing is loaded then, see [the module
/// documentation](super).
pub fn load(folder: &Path) -> Result<Loaded, Vec<Diagnostic>> {
    decode(&read_folder(folder)?)
}

/// Reads the files of the application in `folder`, and only those.
///
/// # Errors
/// `F01` when it is not a folder, `F02` for what cannot be read, `F07` for a link that leaves the folder.
pub fn read_folder(folder: &Path) -> Result<Tree, Vec<Diagnostic>> {
    let mut tree = Tree::new();
    let mut errors = Vec::new();
    match folder.canonicalize().and_then(|root| Ok((fs::read_dir(&root)?, root))) {
        Ok((entries, root)) => {
            let mut reader = Reader { root: &root, tree: &mut tree, errors: &mut errors };
            reader.list(entries, "");
        }
        Err(error) => {
            let message = format!("the folder `{}` cannot be read: {error}", folder.display());
            let help = "check the path, or make a new application with `orchestrion new <folder>`";
            errors.push(Diagnostic::error("F01", message, help).at(in_file(APPLICATION)));
        }
    }
    if errors.is_empty() { Ok(tree) } else { Err(errors) }
}

struct Reader<'a> {
    root: &'a Path,
    tree: &'a mut Tree,
    errors: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn list(&mut self, entries: fs::ReadDir, parent: &str) {
        for found in entries {
            if let Err(error) = found.and_then(|found| self.read(&found, parent)) {
                self.refuse(if parent.is_empty() { "." } else { parent }, &error);
            }
        }
    }

    fn read(&mut self, found: &fs::DirEntry, parent: &str) -> io::Result<()> {
        let name = found.file_name();
        let Some(name) = name.to_str() else { return Ok(()) };
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
        let top = path.split('/').next().unwrap_or_default();
        let ours = entry(&path) != Entry::Foreign;
        let below = matches!(top, SCHEMAS | MAPS | RULES | COMPONENTS | MESSAGES | SCENARIOS);
        // Hidden files (`.DS_Store`, `.gitkeep`) are nobody's messages.
        if name.starts_with('.') || !(ours || below) {
            return Ok(());
        }
        let link = found.file_type()?.is_symlink();
        if link && !found.path().canonicalize().is_ok_and(|target| target.starts_with(self.root)) {
            let message = "this link leads out of the application folder, or nowhere";
            let help = "put the file itself here, or remove the link";
            self.errors.push(Diagnostic::error("F07", message, help).at(in_file(&path)));
            return Ok(());
        }
        let kind = fs::metadata(found.path())?;
        if kind.is_dir() {
            // A linked folder inside the application is read where it really is.
            if below && link {
                return Ok(());
            }
            match fs::read_dir(found.path()) {
                Ok(entries) if below => self.list(entries, &path),
                Ok(_) => self.refuse(&path, &io::Error::from(io::ErrorKind::IsADirectory)),
                Err(error) => self.refuse(&path, &error),
            }
        } else if ours && !kind.is_file() {
            // A pipe or a device might never end.
            self.refuse(&path, &io::Error::other("it is no regular file"));
        } else if ours {
            match fs::read(found.path()) {
                Ok(bytes) => drop(self.tree.insert(path, bytes)),
                Err(error) => self.refuse(&path, &error),
            }
        }
        Ok(())
    }

    fn refuse(&mut self, path: &str, error: &io::Error) {
        let help = "make it readable for this user, or move it out of the application folder";
        let message = format!("this cannot be read: {error}");
        self.errors.push(Diagnostic::error("F02", message, help).at(in_file(path)));
    }
}

/// The files of an application folder that was compiled into the program.
pub fn embedded(folder: &include_dir::Dir<'_>) -> Tree {
    fn gather(folder: &include_dir::Dir<'_>, root: &Path, tree: &mut Tree) {
        for file in folder.files() {
            let below = file.path().strip_prefix(root).unwrap_or(file.path());
            let parts: Vec<_> = below.iter().filter_map(|part| part.to_str()).collect();
            let path = parts.join("/");
            if entry(&path) != Entry::Foreign && !parts.iter().any(|part| part.starts_with('.')) {
                tree.insert(path, file.contents().to_vec());
            }
        }
        for inner in folder.dirs() {
            gather(inner, root, tree);
        }
    }
    let mut tree = Tree::new();
    gather(folder, folder.path(), &mut tree);
    tree
}
