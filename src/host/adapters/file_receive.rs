use crate::diagnostic::{Diagnostic, Place};
use crate::host::address::file_path;
use crate::message::Name;
use crate::model::ReceiveLocation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wildmatch::WildMatch;

/// A file this old when first seen is not being written any more.
const SETTLED: Duration = Duration::from_secs(5);

/// Which file an input came from: enough to know the same file again after a restart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileSource {
    pub path: PathBuf,
    pub length: u64,
    /// Nanoseconds since 1970.
    pub modified: u64,
}

impl FileSource {
    fn new(path: PathBuf, metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = u64::try_from(modified.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
        Self { path, length: metadata.len(), modified }
    }

    /// Deletes the file if it is still this very file; a newer one of the same name stays.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self) -> io::Result<()> {
        let gone_is_fine =
            |error: io::Error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) };
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) if Self::new(self.path.clone(), &metadata) == *self => {
                fs::remove_file(&self.path).or_else(gone_is_fine)
            }
            Ok(_) => Ok(()),
            Err(error) => gone_is_fine(error),
        }
    }
}

/// A complete file, read but still in its folder: the host deletes it once the input is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub source: FileSource,
    pub body: Vec<u8>,
}

/// A folder that a FILE receive location watches.
#[derive(Debug)]
pub struct FileFolder {
    pub location: Name,
    folder: PathBuf,
    mask: WildMatch,
    /// Seen in the last poll, not yet known to be complete.
    seen: BTreeMap<PathBuf, FileSource>,
    /// Left alone until they change: taken already, or reported as unreadable.
    passed: BTreeMap<PathBuf, FileSource>,
    missing: bool,
}

impl FileFolder {
    /// `folder` is the application folder. The mask is the last part of the address; `*.*` and none mean all
    /// files, and letter case does not count, as on Windows.
    ///
    /// # Errors
    /// When the address names no folder.
    pub fn new(folder: &Path, location: &ReceiveLocation) -> Result<Self, Diagnostic> {
        let path = file_path(folder, &location.address);
        let (Some(parent), Some(mask)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            let message = format!("the address “{}” names no folder", location.address);
            let help = "Write a folder and a mask, e.g. inbox/*.xml.";
            return Err(Diagnostic::error("H01", message, help).at(place(location.name.clone())));
        };
        let whole = location.address.ends_with(['/', '\\']);
        let (parent, mask) = if whole { (path.as_path(), "*") } else { (parent, mask) };
        Ok(Self {
            location: Name::new(&location.name),
            folder: parent.to_owned(),
            mask: WildMatch::new_case_insensitive(if mask == "*.*" { "*" } else { mask }),
            seen: BTreeMap::new(),
            passed: BTreeMap::new(),
            missing: false,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// True when a file was seen in the last poll that may be complete in the next.
    pub fn expects(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Never offers this very file again: it was taken, whether or not it can be deleted.
    pub fn pass(&mut self, source: FileSource) {
        self.passed.insert(source.path.clone(), source);
    }

    /// Looks into the folder once and reads the files that are complete: same size and time as at the poll
    /// before, not locked by their writer, and no temporary file. Others wait for the next poll.
    pub fn poll(&mut self, now: SystemTime, report: &mut Vec<Diagnostic>) -> Vec<Found> {
        let files = match self.list() {
            Ok(files) => files,
            Err(error) => {
                self.lost(&error, report);
                return Vec::new();
            }
        };
        if std::mem::take(&mut self.missing) {
            let message = format!("the folder {} is back", self.folder.display());
            report.push(self.say(Diagnostic::information("H03", message, "")));
        }
        self.passed.retain(|path, source| files.get(path) == Some(source));
        let before = std::mem::take(&mut self.seen);
        let mut found = Vec::new();
        for (path, source) in files {
            if self.passed.contains_key(&path) {
                continue;
            }
            if path.to_str().is_none() {
                let message = format!("{} is not received: its name is not UTF-8", path.display());
                report.push(self.say(Diagnostic::error("H04", message, "Give it another name.")));
                self.pass(source);
                continue;
            }
            let age =
                now.duration_since(UNIX_EPOCH + Duration::from_nanos(source.modified)).unwrap_or_default();
            let complete = source.length > 0 && (before.get(&path) == Some(&source) || age >= SETTLED);
            match if complete { read(&source) } else { Ok(None) } {
                Ok(Some(body)) => found.push(Found { source, body }),
                Ok(None) => {
                    // An empty file may stay empty for ever: it waits without keeping anybody awake.
                    if source.length > 0 {
                        self.seen.insert(path, source);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let message = format!("{} cannot be read: {error}", path.display());
                    let help = "Correct its permissions or remove it; it is left alone until it changes.";
                    report.push(self.say(Diagnostic::error("H04", message, help)));
                    self.pass(source);
                }
            }
        }
        found
    }

    fn list(&self) -> io::Result<BTreeMap<PathBuf, FileSource>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_temporary(&name) || !self.mask.matches(&name) {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) if metadata.is_file() => {
                    files.insert(entry.path(), FileSource::new(entry.path(), &metadata));
                }
                _ => {}
            }
        }
        Ok(files)
    }

    /// One report for as long as the folder is away.
    fn lost(&mut self, error: &io::Error, report: &mut Vec<Diagnostic>) {
        self.seen.clear();
        if !std::mem::replace(&mut self.missing, true) {
            let message = format!("the folder {} cannot be read: {error}", self.folder.display());
            let help = "Create it or give access; receiving goes on as soon as it is there.";
            report.push(self.say(Diagnostic::error("H02", message, help)));
        }
    }

    fn say(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.at(place(self.location.as_str().to_owned()))
    }
}

fn place(name: String) -> Place {
    Place { file: "bindings.ron".into(), name, ..Place::default() }
}

/// Names that writers use for a file they have not finished.
fn is_temporary(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with(['.', '~'])
        || [".tmp", ".part", ".partial", ".crdownload", "~"].iter().any(|end| lower.ends_with(end))
}

/// The content, or nothing while a writer holds a lock or the file changed under the reader.
fn read(source: &FileSource) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(&source.path)?;
    match file.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        // Some network file systems have no locks; size and time still guard.
        Err(TryLockError::Error(_)) => {}
    }
    let mut body = Vec::new();
    file.read_to_end(&mut body)?;
    let now = FileSource::new(source.path.clone(), &file.metadata()?);
    Ok((now == *source && body.len() as u64 == source.length).then_some(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn folder(path: &Path, address: &str) -> FileFolder {
        let location =
            ReceiveLocation { name: "In".into(), address: address.into(), ..ReceiveLocation::default() };
        FileFolder::new(path, &location).unwrap()
    }

    fn names(folder: &mut FileFolder) -> Vec<String> {
        let mut report = Vec::new();
        let found = folder.poll(SystemTime::now(), &mut report);
        assert_eq!(report, []);
        found.iter().map(|f| f.source.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_taken_when_it_has_stopped_changing_and_matches_the_mask() {
        let temp = tempfile::tempdir().unwrap();
        let mut watched = folder(temp.path(), "*.xml");
        let mut file = File::create(temp.path().join("a.XML")).unwrap();
        for other in ["a.txt", ".hidden.xml", "b.xml.tmp", "~c.xml"] {
            fs::write(temp.path().join(other), "x").unwrap();
        }
        file.write_all(b"<a>").unwrap();
        assert!(names(&mut watched).is_empty(), "seen for the first time");
        file.write_all(b"</a>").unwrap();
        assert!(names(&mut watched).is_empty(), "still growing");
        assert!(watched.expects());
        assert_eq!(names(&mut watched), ["a.XML"]);
    }

    #[test]
    fn a_locked_file_waits_for_its_writer() {
        let temp = tempfile::tempdir().unwrap();
        let mut watched = folder(temp.path(), "*.*");
        let file = File::create(temp.path().join("a.xml")).unwrap();
        file.lock().unwrap();
        (&file).write_all(b"<a/>").unwrap();
        for _ in 0..3 {
            assert!(names(&mut watched).is_empty());
        }
        drop(file);
        assert_eq!(names(&mut watched), ["a.xml"]);
    }

    #[test]
    fn a_vanished_folder_is_reported_once_and_receiving_resumes_when_it_is_back() {
        let temp = tempfile::tempdir().unwrap();
        let mut watched = folder(temp.path(), "in/*.xml");
        let mut report = Vec::new();
        for _ in 0..3 {
            watched.poll(SystemTime::now(), &mut report);
        }
        assert_eq!(report.iter().map(|d| d.code).collect::<Vec<_>>(), ["H02"]);
        fs::create_dir(temp.path().join("in")).unwrap();
        fs::write(temp.path().join("in/a.xml"), "<a/>").unwrap();
        watched.poll(SystemTime::now(), &mut report);
        assert_eq!(report.last().map(|d| d.code), Some("H03"));
        assert_eq!(names(&mut watched), ["a.xml"]);
    }

    #[test]
    fn a_taken_file_that_cannot_be_deleted_is_not_taken_twice_but_a_new_one_of_its_name_is() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a.xml");
        let mut watched = folder(temp.path(), "*.xml");
        fs::write(&path, "<a/>").unwrap();
        names(&mut watched);
        let found = watched.poll(SystemTime::now(), &mut Vec::new());
        watched.pass(found[0].source.clone());
        assert!(names(&mut watched).is_empty());
        fs::write(&path, "<longer/>").unwrap();
        found[0].source.remove().unwrap();
        assert!(path.exists(), "only the file that was taken is removed");
        names(&mut watched);
        assert_eq!(names(&mut watched), ["a.xml"]);
    }
}
