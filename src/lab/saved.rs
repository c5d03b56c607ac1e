//! A run in one file: the application, all that was done, and where somebody stood in it. It opens anywhere at the same
//! moment, as replaying the acts gives the same run.
//!
//! ```text
//! ORCHRUN1   8 bytes
//! crc32      4 bytes, little-endian, of what follows
//! CBOR       a map: see [`Content`]
//! ```

use super::VirtualRun;
use super::acts::{Act, Change};
use crate::diagnostic::Diagnostic;
use crate::message::DateTime;
use crate::model::files;
use crate::program::Program;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

const MAGIC: &[u8; 8] = b"ORCHRUN1";
/// A larger file is no run of ours.
const MOST_BYTES: usize = 1 << 30;

/// Where somebody stands in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The event looked at; 0 before the first.
    pub seq: u64,
    /// What was written down about it.
    #[serde(default)]
    pub note: String,
}

#[derive(Serialize, Deserialize)]
struct Content<'a> {
    /// Version of Orchestrion that wrote it.
    version: Cow<'a, str>,
    /// The application's files by path.
    application: Cow<'a, BTreeMap<String, serde_bytes::Bytes>>,
    seed: u64,
    start: DateTime,
    acts: Cow<'a, [Act]>,
    #[serde(default)]
    changes: Vec<Change>,
    moment: Moment,
    /// Number of events, and CRC-32 of the journal's text: the replay must give the same.
    events: u64,
    /// Events before this one are not in the sum.
    kept: u64,
    journal: u32,
}

mod serde_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Bytes as one CBOR byte string, not a list of numbers.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Bytes(pub Vec<u8>);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Bytes;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("bytes")
                }

                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(bytes.to_vec()))
                }

                fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                    Ok(Bytes(bytes))
                }
            }
            deserializer.deserialize_byte_buf(Visitor)
        }
    }
}

/// A saved run that was opened.
#[derive(Debug)]
pub struct Opened {
    pub application: crate::model::Application,
    pub run: VirtualRun,
    pub moment: Moment,
    /// Warnings of the application's files; `L12` when another version wrote the run and it comes out differently.
    pub findings: Vec<Diagnostic>,
}

/// The bytes of a saved run.
///
/// # Errors
/// `L11` when the run has forgotten its beginning; those of writing the application.
pub fn save(run: &VirtualRun, moment: &Moment) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let application = &run.engine().program().application;
    let tree = files::encode(application)?;
    let content = Content {
        version: env!("CARGO_PKG_VERSION").into(),
        application: Cow::Owned(
            tree.into_iter().map(|(path, bytes)| (path, serde_bytes::Bytes(bytes))).collect(),
        ),
        seed: run.seed(),
        start: run.run().start(),
        acts: run.acts().into(),
        changes: run.changes().collect(),
        moment: moment.clone(),
        events: run.run().last_seq(),
        kept: run.run().forgotten(),
        journal: digest(run, run.run().forgotten()),
    };
    let mut bytes = MAGIC.to_vec();
    bytes.extend([0; 4]);
    ciborium::into_writer(&content, &mut bytes).map_err(|error| {
        vec![damaged(format!("the run cannot be written: {error}"), "Report it with the application")]
    })?;
    let crc = crc32fast::hash(bytes.get(12..).unwrap_or_default());
    if let Some(place) = bytes.get_mut(8..12) {
        place.copy_from_slice(&crc.to_le_bytes());
    }
    Ok(bytes)
}

/// Opens a saved run and does it again.
///
/// # Errors
/// `L11` for bytes that are no saved run, or a damaged one; those of the application in it.
pub fn open(bytes: &[u8]) -> Result<Opened, Vec<Diagnostic>> {
    const AGAIN: &str = "Get the file again from where it was saved";
    let wrong = |message: &str, help: &str| Err(vec![damaged(message.to_owned(), help)]);
    if bytes.len() > MOST_BYTES {
        return wrong("the file is too large for a saved run", "Choose a file that Orchestrion saved");
    }
    let Some((MAGIC, rest)) = bytes.split_first_chunk::<8>() else {
        return wrong("this is no saved run", "Choose a file that Orchestrion saved");
    };
    let Some((crc, rest)) = rest.split_first_chunk::<4>() else {
        return wrong("the saved run ends too early", AGAIN);
    };
    if crc32fast::hash(rest) != u32::from_le_bytes(*crc) {
        return wrong("the saved run is damaged", AGAIN);
    }
    let content: Content<'_> = ciborium::from_reader(rest).map_err(|error| {
        vec![damaged(
            format!("the saved run cannot be read: {error}"),
            "Open it with the version that saved it",
        )]
    })?;
    let tree = content.application.iter().map(|(path, bytes)| (path.clone(), bytes.0.clone())).collect();
    let (application, mut findings) = files::decode(&tree)?;
    // A run of an unfinished project has what runs of it.
    let (program, _) =
        Program::compile(&application).or_else(|_| Program::compile_what_runs(&application))?;
    let run = VirtualRun::with_program(program, content.seed, content.start);
    let run = run.replayed(&content.changes, &content.acts);
    if run.run().last_seq() != content.events || digest(&run, content.kept) != content.journal {
        let message =
            format!("the run comes out differently than when it was saved by version {}", content.version);
        let help = "Look at it with that version, or go on with what happens now";
        findings.push(Diagnostic::warning("L12", message, help));
    }
    let seq = content.moment.seq.min(run.run().last_seq());
    Ok(Opened { application, run, moment: Moment { seq, ..content.moment }, findings })
}

fn damaged(message: String, help: &str) -> Diagnostic {
    Diagnostic::error("L11", message, help)
}

/// CRC-32 of the journal's text after an event.
fn digest(run: &VirtualRun, after: u64) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    let mut line = Vec::new();
    for event in run.run().events_after(after) {
        line.clear();
        let _ = writeln!(line, "{}", crate::journal::Line { event, origin: run.run().start() });
        hasher.update(&line);
    }
    hasher.finalize()
}
