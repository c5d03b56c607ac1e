//! The durable input log: everything that went into a run, appended and synced before its effects are performed.
//! The engine is deterministic, so replaying the log gives the state back exactly.
//!
//! ```text
//! .orchestrion/run.log    "ORCHESTRION RUN LOG 1\n", then records: length u32, CRC-32 u32, CBOR; little endian
//!                         the first record is a Header, the rest are Entries
//! .orchestrion/lock       held by the one host of the application
//! ```
//!
//! A record that was torn by a crash was never synced, so nobody has acted on it: it is dropped.

use super::adapters::{FileSource, sync_folder};
use super::partners::Partners;
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::{Core, Input, Transmission};
use crate::message::DateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: &str = "ORCHESTRION RUN LOG ";
const VERSION: u32 = 1;
/// Folder below the application folder.
pub const STORE_FOLDER: &str = ".orchestrion";
const LOG: &str = "run.log";

/// What a log begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Which model wrote it; another one cannot go on with it.
    pub model: String,
    pub seed: u64,
    pub start: DateTime,
    /// Where the log begins; `None` at the deployment.
    pub base: Option<Base>,
}

/// The state that the inputs before a compaction led to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Base {
    pub core: Core,
    pub partners: Partners,
    /// Not yet answered by an adapter, with the time the engine asked.
    pub outstanding: Vec<(DateTime, Transmission)>,
    /// Taken, but perhaps not deleted yet.
    pub consumed: Vec<FileSource>,
}

/// One step of the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Entry {
    /// An input, and the file it came from, if one.
    Input(Input, Option<FileSource>),
    /// An input that the next action of the queues and partners gave.
    Partner(Input),
    /// All partners were started or stopped.
    PartnersRunning { at: DateTime, running: bool },
    /// A consumed file is gone.
    Removed(PathBuf),
}

/// What a log held.
#[derive(Debug)]
pub struct Recovered {
    pub header: Header,
    pub entries: Vec<Entry>,
    /// Bytes of a torn end that were dropped.
    pub torn: u64,
}

/// The open log. Nobody else can open it as long as this lives.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    log: BufWriter<File>,
    size: u64,
    dirty: bool,
    /// Released with the process, however it ends.
    _lock: File,
}

impl Store {
    /// Opens the log of the application in `folder`, or makes a new one with `header`, whose model must be the
    /// one that wrote an existing log. `fresh` sets an existing log aside as `run.log.old`.
    ///
    /// # Errors
    /// `H10` when another host runs the application, `H11` when the model has changed, `H12` when the log is not
    /// readable by this version, `H13` when the disk refuses.
    pub fn open(folder: &Path, header: Header, fresh: bool) -> Result<(Self, Recovered), Diagnostic> {
        let folder = folder.join(STORE_FOLDER);
        fs::create_dir_all(&folder).map_err(|e| disk(&folder, &e))?;
        let lock = lock(&folder)?;
        // The log is nothing to put under version control.
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|e| disk(&ignore, &e))?;
        }
        let path = folder.join(LOG);
        if fresh && path.exists() {
            fs::rename(&path, folder.join("run.log.old")).map_err(|e| disk(&path, &e))?;
        }
        if !path.exists() {
            write_log(&folder, &header).map_err(|e| disk(&path, &e))?;
        }
        let (recovered, end) = read_log(&path)?;
        if recovered.header.model != header.model {
            let message =
                "the application has changed since its last run, which has unfinished work in its log";
            let help = "Undo the change to let the work finish, or run with --fresh to begin anew: the old log is \
                        then kept as .orchestrion/run.log.old, its work is not done.";
            return Err(problem("H11", message, help));
        }
        let mut file = OpenOptions::new().read(true).write(true).open(&path).map_err(|e| disk(&path, &e))?;
        let truncate = file.set_len(end).and_then(|()| file.seek(SeekFrom::End(0)));
        truncate.map_err(|e| disk(&path, &e))?;
        Ok((Self { folder, log: BufWriter::new(file), size: end, dirty: false, _lock: lock }, recovered))
    }

    /// Bytes of the log.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends an entry; it is safe after the next [`Store::commit`].
    ///
    /// # Errors
    /// `H13` when the disk refuses.
    pub fn append(&mut self, entry: &Entry) -> Result<(), Diagnostic> {
        let record = encode(entry).and_then(|record| self.log.write_all(&record).map(|()| record.len()));
        self.size += record.map_err(|e| disk(&self.folder.join(LOG), &e))? as u64;
        self.dirty = true;
        Ok(())
    }

    /// Makes everything appended survive a crash.
    ///
    /// # Errors
    /// `H13` when the disk refuses.
    pub fn commit(&mut self) -> Result<(), Diagnostic> {
        if std::mem::take(&mut self.dirty) {
            let synced = self.log.flush().and_then(|()| self.log.get_ref().sync_data());
            synced.map_err(|e| disk(&self.folder.join(LOG), &e))?;
        }
        Ok(())
    }

    /// Replaces the log by one that begins at the header's base.
    ///
    /// # Errors
    /// `H13` when the disk refuses; the old log then stays.
    pub fn compact(&mut self, header: &Header) -> Result<(), Diagnostic> {
        let path = self.folder.join(LOG);
        let file = write_log(&self.folder, header).map_err(|e| disk(&path, &e))?;
        self.size = file.metadata().map_err(|e| disk(&path, &e))?.len();
        self.log = BufWriter::new(file);
        self.dirty = false;
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<File, Diagnostic> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| disk(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = "this application is running already";
            Err(problem("H10", message, "Stop the other orchestrion, or run a copy of the folder."))
        }
        Err(TryLockError::Error(error)) => Err(disk(&path, &error)),
    }
}

/// Writes a new log aside and renames it into place; gives it open for appending.
fn write_log(folder: &Path, header: &Header) -> io::Result<File> {
    let mut aside = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(aside, "{MAGIC}{VERSION}")?;
    let record = encode(header)?;
    aside.write_all(&record)?;
    aside.as_file().sync_all()?;
    let file = aside.persist(folder.join(LOG)).map_err(|error| error.error)?;
    sync_folder(folder)?;
    Ok(file)
}

/// How far behind a record that cannot be read another one is looked for, in bytes.
const LOOK_BEHIND: usize = 1 << 16;

fn read_log(path: &Path) -> Result<(Recovered, u64), Diagnostic> {
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|e| disk(path, &e))?;
    let unreadable = |message: &str| {
        let help = "Run it with the version that wrote it, or with --fresh to set it aside and begin anew.";
        problem("H12", message, help)
    };
    let newline = bytes.iter().position(|byte| *byte == b'\n');
    let first_line = newline.and_then(|end| bytes.get(..end)).unwrap_or_default();
    let version = String::from_utf8_lossy(first_line).strip_prefix(MAGIC).map(str::to_owned);
    match version.as_deref().map(str::parse) {
        Some(Ok(VERSION)) => {}
        Some(Ok(other)) => {
            return Err(unreadable(&format!("the log has format {other}, this version reads {VERSION}")));
        }
        _ => return Err(unreadable(".orchestrion/run.log is not a log of Orchestrion")),
    }
    let mut at = first_line.len() + 1;
    let (header, next) =
        decode::<Header>(&bytes, at).ok_or_else(|| unreadable("the head of the log is damaged"))?;
    at = next;
    let mut entries = Vec::new();
    while let Some((entry, next)) = decode(&bytes, at) {
        entries.push(entry);
        at = next;
    }
    // What a crash tears is the end. With whole records behind it, it is damage, and they were acted on.
    let behind = at.saturating_add(1)..bytes.len().min(at.saturating_add(LOOK_BEHIND));
    if behind.into_iter().any(|at| decode::<Entry>(&bytes, at).is_some()) {
        let help = "Restore it from a copy, or run with --fresh to set it aside and begin anew: its unfinished work is \
                    then not done.";
        return Err(problem(
            "H12",
            format!("the log is damaged at byte {at}, with whole records behind"),
            help,
        ));
    }
    let torn = (bytes.len() - at) as u64;
    Ok((Recovered { header, entries, torn }, at as u64))
}

fn encode<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let mut record = vec![0; 8];
    ciborium::into_writer(value, &mut record).map_err(io::Error::other)?;
    let (head, body) = record.split_at_mut(8);
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    head.copy_from_slice(&(u64::from(crc32fast::hash(body)) << 32 | u64::from(length)).to_le_bytes());
    Ok(record)
}

/// The record at a place and where the next one begins; `None` for a torn one.
fn decode<T: DeserializeOwned>(bytes: &[u8], at: usize) -> Option<(T, usize)> {
    let head = bytes.get(at..at.checked_add(8)?)?;
    let head = u64::from_le_bytes(head.try_into().ok()?);
    let end = (at + 8).checked_add(usize::try_from(head & 0xffff_ffff).ok()?)?;
    let body = bytes.get(at + 8..end)?;
    (u64::from(crc32fast::hash(body)) == head >> 32).then_some(())?;
    Some((ciborium::from_reader(body).ok()?, end))
}

fn problem(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    let place = Place { file: format!("{STORE_FOLDER}/{LOG}"), ..Place::default() };
    Diagnostic::error(code, message, help).at(place)
}

fn disk(path: &Path, error: &io::Error) -> Diagnostic {
    let help = match error.kind() {
        ErrorKind::StorageFull => "Make room on the disk, then run again: nothing is lost.",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "A run keeps its log in the application folder: give access, or run a copy of the folder."
        }
        _ => "Check the disk, then run again: nothing is lost.",
    };
    Diagnostic::error("H13", format!("{} cannot be written: {error}", path.display()), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{InputKind, TransmissionId};
    use crate::message::Name;

    fn header(model: &str) -> Header {
        Header { model: model.into(), seed: 7, start: DateTime(1), base: None }
    }

    fn entry(number: u64) -> Entry {
        let kind = InputKind::Transmitted { id: TransmissionId(number) };
        Entry::Input(Input { at: DateTime(5), kind }, None)
    }

    fn numbers(recovered: &Recovered) -> Vec<String> {
        recovered.entries.iter().map(|entry| format!("{entry:?}")).collect()
    }

    fn written(folder: &Path, count: u64) -> Vec<String> {
        let (mut store, _) = Store::open(folder, header("m"), false).unwrap();
        for number in 0..count {
            store.append(&entry(number)).unwrap();
        }
        store.commit().unwrap();
        (0..count).map(|number| format!("{:?}", entry(number))).collect()
    }

    #[test]
    fn what_is_committed_comes_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let expected = written(folder.path(), 5);
        let (mut store, recovered) =
            Store::open(folder.path(), Header { seed: 9, ..header("m") }, false).unwrap();
        assert_eq!((numbers(&recovered), recovered.header.seed, recovered.torn), (expected, 7, 0));
        let kind = InputKind::Received {
            location: Name::new("In"),
            body: b"<a/>".as_slice().into(),
            properties: vec![(Name::new("FILE.ReceivedFileName"), "in/a.xml".into())],
        };
        let source = FileSource { path: "in/a.xml".into(), length: 4, modified: u64::MAX };
        let received = Entry::Input(Input { at: DateTime(8), kind }, Some(source));
        store.append(&received).unwrap();
        store.commit().unwrap();
        drop(store);
        let (_, recovered) = Store::open(folder.path(), header("m"), false).unwrap();
        assert_eq!(numbers(&recovered).last(), Some(&format!("{received:?}")));
    }

    #[test]
    fn a_log_cut_anywhere_gives_back_every_whole_record_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let expected = written(folder.path(), 3);
        let path = folder.path().join(STORE_FOLDER).join(LOG);
        let whole = fs::read(&path).unwrap();
        let header_end =
            read_log(&path).map(|_| decode::<Header>(&whole, MAGIC.len() + 2).unwrap().1).unwrap();
        for cut in header_end..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (mut store, recovered) = Store::open(folder.path(), header("m"), false).unwrap();
            let kept = recovered.entries.len();
            assert_eq!(numbers(&recovered), expected[..kept]);
            assert!(kept < 3);
            store.append(&entry(42)).unwrap();
            store.commit().unwrap();
            drop(store);
            assert_eq!(read_log(&path).unwrap().0.entries.len(), kept + 1);
        }
    }

    #[test]
    fn a_second_host_a_changed_model_and_a_newer_format_are_refused_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(folder.path(), header("m"), false).unwrap();
        let code = |model: &str, fresh| {
            Store::open(folder.path(), header(model), fresh).map(drop).map_err(|d| d.code)
        };
        assert_eq!(code("m", false), Err("H10"));
        drop(store);
        assert_eq!(code("other", false), Err("H11"));
        assert_eq!(code("other", true), Ok(()));
        assert!(folder.path().join(STORE_FOLDER).join("run.log.old").exists());
        fs::write(folder.path().join(STORE_FOLDER).join(LOG), "ORCHESTRION RUN LOG 2\n…").unwrap();
        assert_eq!(code("other", false), Err("H12"));
    }

    #[test]
    fn damage_in_the_middle_is_no_torn_end_and_destroys_nothing() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), 5);
        let path = folder.path().join(STORE_FOLDER).join(LOG);
        let mut bytes = fs::read(&path).unwrap();
        let (_, recovered) = Store::open(folder.path(), header("m"), false).unwrap();
        let all = recovered.entries.len();
        let (_, first) =
            decode::<Header>(&bytes, bytes.iter().position(|b| *b == b'\n').unwrap() + 1).unwrap();
        bytes[first + 9] ^= 0x40;
        fs::write(&path, &bytes).unwrap();
        let refused = Store::open(folder.path(), header("m"), false).map(drop).unwrap_err();
        assert_eq!(refused.code, "H12", "{all} entries: {refused}");
        assert!(refused.message.contains("damaged at byte"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn compaction_begins_the_log_anew_at_a_state() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(folder.path(), header("m"), false).unwrap();
        for number in 0..100 {
            store.append(&entry(number)).unwrap();
        }
        store.commit().unwrap();
        let before = store.size();
        let partners = Partners::new(&crate::model::Application::default(), 1, DateTime(0));
        let base = Base {
            core: crate::engine::Engine::new(program(), 7, DateTime(1)).core().clone(),
            partners,
            outstanding: Vec::new(),
            consumed: Vec::new(),
        };
        store.compact(&Header { base: Some(base), ..header("m") }).unwrap();
        assert!(store.size() < before);
        store.append(&entry(100)).unwrap();
        store.commit().unwrap();
        drop(store);
        let (_, recovered) = Store::open(folder.path(), header("m"), false).unwrap();
        assert_eq!(numbers(&recovered), [format!("{:?}", entry(100))]);
        assert_eq!(recovered.header.base.unwrap().core.now, DateTime(1));
    }

    fn program() -> std::sync::Arc<crate::program::Program> {
        crate::program::Program::compile(&crate::model::Application::default()).unwrap().0
    }
}
