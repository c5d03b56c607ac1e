//! Unsaved work outlives a crash: a copy beside the preferences, offered at the next start.
//!
//! Each studio writes `<number>.ron` and holds a lock on `<number>.lock`. A copy whose lock is free belongs to a
//! studio that is gone.

use super::document::Document;
use crate::model::compare::{self, Change};
use crate::model::{Application, files};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

/// Seconds between two copies while something changes.
const EVERY: f64 = 5.0;

/// Keeps the copy of one studio.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    file: PathBuf,
    /// Held for as long as this studio lives.
    lock: File,
    /// Revision of the last copy and when it was made.
    kept: Option<(u64, f64)>,
    /// Writes a copy: for a large application that takes longer than a frame.
    writer: Option<JoinHandle<()>>,
    /// How many copies of others there were when one looked last.
    left: usize,
    /// Copies of others that are open here: they go when that is saved or given up.
    open: Vec<Held>,
}

/// A copy that nobody else takes.
#[derive(Debug)]
struct Held {
    copy: PathBuf,
    /// Held for as long as the copy is open here.
    _lock: Option<File>,
}

/// A copy on disk.
#[derive(Serialize, Deserialize)]
struct Copy {
    name: String,
    folder: Option<PathBuf>,
    files: BTreeMap<String, String>,
    /// Copies that this one goes on from.
    #[serde(default)]
    from: Vec<PathBuf>,
}

/// Unsaved work of a studio that is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub name: String,
    /// Where it was kept; `None` when it never was saved.
    pub folder: Option<PathBuf>,
    pub app: Application,
    /// How long ago it was copied.
    pub age: Duration,
    /// What is in its folder was written later.
    pub outdated: bool,
    /// What differs from that; `None` when nothing is saved there.
    pub changes: Option<Vec<Change>>,
    /// Its copy, and those that one goes on from.
    copies: Vec<PathBuf>,
}

impl Keeper {
    /// Begins to keep copies in `folder`, which is made when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut number = std::process::id();
        loop {
            let path = folder.join(format!("{number}.lock"));
            let lock = File::create(&path)?;
            if lock.try_lock().is_ok() {
                let file = folder.join(format!("{number}.ron"));
                // A copy with this number is of a studio that is gone; it stays until somebody has seen it.
                if !file.exists() {
                    return Ok(Self {
                        folder: folder.to_owned(),
                        file,
                        lock,
                        kept: None,
                        writer: None,
                        left: 0,
                        open: Vec::new(),
                    });
                }
            }
            number = number.wrapping_add(1);
        }
    }

    /// Unsaved work of studios that are gone, the latest first.
    pub fn found(&mut self) -> Vec<Found> {
        let mut all = Vec::new();
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        let others = |p: &PathBuf| {
            p.extension().is_some_and(|e| e == "ron")
                && *p != self.file
                && !self.open.iter().any(|held| held.copy == *p)
        };
        for file in paths.into_iter().filter(others) {
            let Ok(lock) = File::create(file.with_extension("lock")) else { continue };
            if lock.try_lock().is_err() {
                continue;
            }
            match read(&file) {
                // Saved after all: nobody needs the copy any more.
                Some(found) if found.changes.as_ref().is_some_and(Vec::is_empty) => {
                    found.copies.iter().for_each(|copy| remove(copy));
                }
                found => all.extend(found),
            }
        }
        all.sort_by_key(|found| found.age);
        let older: Vec<PathBuf> = all.iter().flat_map(|found| found.copies.iter().skip(1)).cloned().collect();
        all.retain(|found| found.copies.first().is_some_and(|own| !older.contains(own)));
        self.left = all.len();
        all
    }

    /// True while there is unsaved work of others, as far as one has looked.
    pub fn has_found(&self) -> bool {
        self.left > 0
    }

    /// Makes what was found one's own, with this document. Its copy stays until that is saved or given up.
    pub fn adopt(&mut self, document: &Document, found: &Found, now: f64) {
        self.clear();
        let held = |copy: &PathBuf| {
            let lock = File::create(copy.with_extension("lock")).ok();
            Held { copy: copy.clone(), _lock: lock.filter(|lock| lock.try_lock().is_ok()) }
        };
        self.open = found.copies.iter().map(held).collect();
        self.left = self.left.saturating_sub(1);
        self.keep(document, now);
    }

    /// What is open is saved, or its user gave it up: no copy is needed any more.
    pub fn done(&mut self) {
        self.clear();
        for held in std::mem::take(&mut self.open) {
            remove(&held.copy);
        }
    }

    /// Removes what was found: nobody wants it.
    pub fn discard(&mut self, found: &Found) {
        found.copies.iter().for_each(|copy| remove(copy));
        self.left = self.left.saturating_sub(1);
    }

    /// Copies unsaved work when it is time to; drops the copy when there is none.
    pub fn keep(&mut self, document: &Document, now: f64) {
        if !document.unsaved() {
            self.clear();
            // Undone: what was recovered can be recovered again.
            self.left += usize::from(!self.open.is_empty());
            self.open.clear();
            return;
        }
        let due = match self.kept {
            None => true,
            Some((revision, at)) => revision != document.revision && (now - at >= EVERY || now < at),
        };
        if due && self.writer.as_ref().is_none_or(JoinHandle::is_finished) {
            self.settle();
            self.kept = Some((document.revision, now));
            let (app, name) = (document.app.clone(), document.name().to_owned());
            let folder = document.base.clone().or_else(|| document.folder.clone());
            let from = self.open.iter().map(|held| held.copy.clone()).collect();
            let file = self.file.clone();
            // Not being able to keep a copy is no reason to stop anybody's work.
            let write = move || drop(write(&file, &app, name, folder, from));
            self.writer = thread::Builder::new().name("keep".to_owned()).spawn(write).ok();
        }
    }

    /// Waits until the last copy is on disk.
    pub fn settle(&mut self) {
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }

    /// Drops the copy: what was in it is saved, or given up.
    pub fn clear(&mut self) {
        self.settle();
        if self.kept.take().is_some() {
            let _ = fs::remove_file(&self.file);
        }
    }
}

impl Drop for Keeper {
    /// A studio that ends in order leaves nothing behind.
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        self.settle();
        let _ = fs::remove_file(&self.file);
        let _ = self.lock.unlock();
        let _ = fs::remove_file(self.file.with_extension("lock"));
    }
}

fn write(
    file: &Path,
    app: &Application,
    name: String,
    folder: Option<PathBuf>,
    from: Vec<PathBuf>,
) -> io::Result<()> {
    let tree = files::encode(app).map_err(|_| io::Error::other("not writable"))?;
    let text = |bytes| String::from_utf8(bytes).map_err(|_| io::Error::other("not text"));
    let files = tree.into_iter().map(|(path, bytes)| Ok((path, text(bytes)?))).collect::<io::Result<_>>()?;
    let copy =
        ron::to_string(&Copy { name, folder, files, from }).map_err(|_| io::Error::other("not writable"))?;
    let aside = file.with_extension("new");
    fs::write(&aside, copy)?;
    fs::rename(aside, file)
}

/// When one of the files of a folder was written last, of the folders in it to a `depth`.
fn written(folder: &Path, depth: usize) -> Option<SystemTime> {
    let at = |path: PathBuf| match path.is_dir() {
        true if depth == 0 => None,
        true => written(&path, depth - 1),
        false => path.metadata().ok()?.modified().ok(),
    };
    fs::read_dir(folder).ok()?.flatten().filter_map(|entry| at(entry.path())).max()
}

fn read(file: &Path) -> Option<Found> {
    let copy: Copy = ron::from_str(&fs::read_to_string(file).ok()?).ok()?;
    let tree = copy.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let (app, _) = files::decode(&tree).ok()?;
    let at = fs::metadata(file).and_then(|known| known.modified()).ok();
    let age = at.and_then(|at| at.elapsed().ok()).unwrap_or_default();
    let outdated = at.is_some() && copy.folder.as_deref().and_then(|folder| written(folder, 3)) > at;
    let saved = copy.folder.as_deref().and_then(|folder| Document::load(folder).ok());
    let changes = saved.map(|(saved, _)| compare::applications(&saved.app, &app));
    let copies = std::iter::once(file.to_owned()).chain(copy.from).collect();
    Some(Found { name: copy.name, folder: copy.folder, app, age, outdated, changes, copies })
}

fn remove(copy: &Path) {
    let _ = fs::remove_file(copy);
    let _ = fs::remove_file(copy.with_extension("lock"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::edit::Edit;
    use crate::studio::sample;

    fn changed() -> Document {
        let mut document = Document::new(sample::load("hello").unwrap(), None);
        let module = document.module.clone();
        let shape = document.orchestration().unwrap().body[0].id.clone();
        document.edit(Edit::RenameShape { module, shape, name: "Renamed".to_owned() }, None).unwrap();
        document
    }

    #[test]
    fn unsaved_work_of_a_crashed_studio_is_found_once() {
        let folder = tempfile::tempdir().unwrap();
        let document = changed();
        let mut crashed = Keeper::new(folder.path()).unwrap();
        crashed.keep(&document, 0.0);
        crashed.settle();
        let mut next = Keeper::new(folder.path()).unwrap();
        assert!(next.found().is_empty(), "a studio that lives keeps its own");
        // Ends without its destructor, as in a crash; the lock goes with the process.
        crashed.lock.unlock().unwrap();
        std::mem::forget(crashed);
        let found = next.found();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].app, document.app);
        next.discard(&found[0]);
        assert!(next.found().is_empty() && !next.has_found());
        next.keep(&document, 1.0);
    }

    /// Leaves copies of `document` as crashed studios do, and gives a keeper that finds them.
    fn left(folder: &Path, document: &Document, names: &[&str]) -> Keeper {
        let mut crashed = Keeper::new(folder).unwrap();
        crashed.keep(document, 0.0);
        crashed.settle();
        for name in names {
            fs::copy(&crashed.file, folder.join(name)).unwrap();
        }
        drop(crashed);
        Keeper::new(folder).unwrap()
    }

    /// Given two copies, when one is recovered, undone and the other recovered, then the first is still there; a copy goes
    /// when its work is saved.
    #[test]
    fn a_copy_stays_until_its_work_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let mut document = changed();
        let mut next = left(folder.path(), &document, &["1.ron", "2.ron"]);
        let found = next.found();
        assert_eq!(found.len(), 2);
        next.adopt(&document, &found[0], 0.0);
        let (first, second) = (found[0].copies[0].clone(), found[1].copies[0].clone());
        assert_eq!(next.found().len(), 1, "what is open is not offered again");
        document.undo().unwrap();
        next.keep(&document, 1.0);
        assert!(first.exists() && next.has_found());
        assert_eq!(next.found().len(), 2, "undone, it is");
        document.redo().unwrap();
        next.adopt(&document, &found[1], 2.0);
        next.done();
        assert!(first.exists() && !second.exists());
        assert_eq!(next.found().len(), 1);
    }

    /// Given a studio that crashes over what it recovered, then that is offered once, as it was last.
    #[test]
    fn a_second_crash_offers_the_last_state_alone() {
        let folder = tempfile::tempdir().unwrap();
        let document = changed();
        let mut next = left(folder.path(), &document, &["1.ron"]);
        let found = next.found();
        next.adopt(&document, &found[0], 0.0);
        next.settle();
        let again = folder.path().join("3.ron");
        fs::copy(&next.file, &again).unwrap();
        drop(next);
        let mut third = Keeper::new(folder.path()).unwrap();
        let found = third.found();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].copies[0], again);
        third.discard(&found[0]);
        assert!(third.found().is_empty(), "what it went on from goes with it");
    }

    #[test]
    fn saved_work_and_an_orderly_end_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut document = changed();
        let mut keeper = Keeper::new(folder.path()).unwrap();
        keeper.keep(&document, 0.0);
        keeper.settle();
        assert!(keeper.file.exists());
        document.undo().unwrap();
        keeper.keep(&document, 1.0);
        assert!(!keeper.file.exists());
        document.redo().unwrap();
        keeper.keep(&document, 2.0);
        drop(keeper);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_damaged_copy_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1.ron"), "(name:").unwrap();
        assert!(Keeper::new(folder.path()).unwrap().found().is_empty());
    }
}
