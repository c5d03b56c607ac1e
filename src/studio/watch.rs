//! Notices when another program changes the files of the open application.

use super::document::Document;
use crate::biztalk;
use crate::model::Application;
use crate::model::files;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Seconds between two looks at the folder.
const EVERY: f64 = 2.0;

/// When each file was written, and how long it is.
type Stamps = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

#[derive(Debug, Default)]
pub struct Watch {
    folder: Option<PathBuf>,
    stamps: Stamps,
    looked: f64,
}

impl Watch {
    /// Looks at the document's folder now and then; gives the application as it is there when somebody else changed
    /// it. Files that cannot be read, as while they are being written, are looked at again later.
    pub fn look(&mut self, document: &Document, now: f64) -> Option<Application> {
        let place = document.base.as_ref().or(document.folder.as_ref());
        if place != self.folder.as_ref() {
            self.folder = place.cloned();
            self.stamps = self.folder.as_deref().map(stamps).unwrap_or_default();
            self.looked = now;
            return None;
        }
        let folder = self.folder.as_deref()?;
        if now - self.looked < EVERY && now >= self.looked {
            return None;
        }
        self.looked = now;
        let seen = stamps(folder);
        if seen == self.stamps {
            return None;
        }
        let app = match &document.opened {
            Some(opened) => biztalk::load(opened).ok()?.application,
            None => files::load(folder).ok()?.0,
        };
        self.stamps = seen;
        (app != *document.saved()).then_some(app)
    }

    /// The files were written by the studio itself: they are what they should be.
    pub fn settle(&mut self) {
        self.folder = None;
    }

    /// Seconds until the next look.
    pub fn pause() -> std::time::Duration {
        std::time::Duration::from_secs_f64(EVERY)
    }
}

/// Stamps of the files of an application; those of folders that are no part of it do not matter.
fn stamps(folder: &Path) -> Stamps {
    const DEPTH: usize = 6;
    let skipped = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 1
            && (name.starts_with('.')
                || matches!(name.as_ref(), "inbox" | "outbox" | "target" | "node_modules" | "bin" | "obj"))
    };
    let walk = walkdir::WalkDir::new(folder).max_depth(DEPTH).into_iter().filter_entry(move |e| !skipped(e));
    walk.flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let data = entry.metadata().ok()?;
            Some((entry.into_path(), (data.modified().ok(), data.len())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::sample;
    use std::fs;

    #[test]
    fn a_file_changed_by_somebody_else_is_noticed_and_our_own_saves_are_not() {
        let temp = tempfile::tempdir().unwrap();
        let mut document = Document::new(sample::load("hello").unwrap(), None);
        document.save(temp.path()).unwrap();
        let mut watch = Watch::default();
        assert!(watch.look(&document, 0.0).is_none());
        assert!(watch.look(&document, 10.0).is_none());
        let file = temp.path().join("SayHello.orchestration.ron");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("\"Send reply\"", "\"Answer it\"")).unwrap();
        assert!(watch.look(&document, 11.0).is_none(), "not looked at all the time");
        let theirs = watch.look(&document, 20.0).unwrap();
        assert_ne!(&theirs, document.saved());
        assert!(watch.look(&document, 30.0).is_none(), "told once");
        fs::write(&file, &text).unwrap();
        assert!(watch.look(&document, 40.0).is_none(), "what is on disk is what was saved");
        fs::write(&file, "(format: 1, content: (").unwrap();
        assert!(watch.look(&document, 50.0).is_none(), "half a file says nothing yet");
    }

    #[test]
    fn files_of_biztalk_are_watched_too() {
        let temp = tempfile::tempdir().unwrap();
        biztalk::export(temp.path(), &sample::load("hello").unwrap()).unwrap();
        let (mut document, _) = Document::open(temp.path()).unwrap();
        let mut watch = Watch::default();
        assert!(watch.look(&document, 0.0).is_none());
        let files = walkdir::WalkDir::new(temp.path()).into_iter().map(|e| e.unwrap().into_path());
        let file = files.into_iter().find(|p| p.extension().is_some_and(|e| e == "odx")).unwrap();
        let (text, charset) = biztalk::decode(&fs::read(&file).unwrap());
        fs::write(&file, biztalk::encode(&text.replace("Send reply", "Answer it"), charset)).unwrap();
        let theirs = watch.look(&document, 10.0).unwrap();
        let names = theirs.modules.values().flat_map(|m| &m.orchestration).flat_map(|o| o.shapes());
        assert!(names.into_iter().any(|shape| shape.name == "Answer it"));
        document.rebase(theirs);
        // What the studio writes itself is no news.
        let edit = crate::model::edit::Edit::Batch { label: "Nothing".into(), edits: Vec::new() };
        document.edit(edit, None).unwrap();
        document.save(&document.folder.clone().unwrap()).unwrap();
        watch.settle();
        assert!(watch.look(&document, 20.0).is_none());
        assert!(watch.look(&document, 30.0).is_none());
    }
}
