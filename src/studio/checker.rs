//! Looks for problems beside the window, so that a large application is typed in as swiftly as a small one.
//!
//! Answers come in the order of the questions; one about an application that has changed since is dropped.

use super::document::{Checked, Document};
use crate::model::Application;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use std::thread;

struct Question {
    number: u64,
    app: Application,
    wake: Box<dyn FnOnce() + Send>,
}

/// A thread that checks one application after the other.
#[derive(Debug)]
pub struct Checker {
    questions: Sender<Question>,
    answers: Receiver<(u64, Checked)>,
    /// Number of the last question, and the revision it was asked about.
    asked: u64,
    about: Option<u64>,
}

impl Checker {
    /// Starts the thread; `None` where there are no threads.
    pub fn start() -> Option<Self> {
        let (questions, asked) = bounded::<Question>(1);
        let (told, answers) = bounded(4);
        let work = move || {
            while let Ok(Question { number, app, wake }) = asked.recv() {
                if told.send((number, Checked::of(&app))).is_err() {
                    return;
                }
                wake();
            }
        };
        thread::Builder::new().name("check".to_owned()).spawn(work).ok()?;
        Some(Self { questions, answers, asked: 0, about: None })
    }

    /// Asks about the document as it is, unless that was asked already. While the thread is busy with what was asked
    /// before, one asks again later. False when the thread is gone.
    pub fn ask(&mut self, document: &Document, wake: impl FnOnce() + Send + 'static) -> bool {
        if self.about == Some(document.revision) || self.questions.is_full() {
            return true;
        }
        let question = Question { number: self.asked + 1, app: document.app.clone(), wake: Box::new(wake) };
        if self.questions.send(question).is_err() {
            return false;
        }
        self.asked += 1;
        self.about = Some(document.revision);
        true
    }

    /// Another document is open: what was asked before is of no interest.
    pub fn forget(&mut self) {
        self.about = None;
        self.asked += 1;
    }

    /// What was found, when it is about the document as it is.
    pub fn answer(&mut self, document: &Document) -> Option<Checked> {
        loop {
            match self.answers.try_recv() {
                Ok((number, checked)) if number == self.asked && self.about == Some(document.revision) => {
                    return Some(checked);
                }
                Ok(_) => {}
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::edit::Edit;
    use crate::studio::sample;

    fn answered(checker: &mut Checker, document: &Document) -> Option<Checked> {
        for _ in 0..2_000 {
            let answer = checker.answer(document);
            if answer.is_some() {
                return answer;
            }
            thread::sleep(std::time::Duration::from_millis(2));
        }
        None
    }

    fn changed(document: &mut Document) {
        let edit = Edit::Batch { label: "Nothing".into(), edits: Vec::new() };
        document.edit(edit, None).unwrap();
    }

    #[test]
    fn what_it_finds_is_what_is_found_at_once() {
        let mut app = sample::load("hello").unwrap();
        app.modules.get_mut("SayHello").unwrap().orchestration.as_mut().unwrap().ports[0].port_type =
            "Gone".to_owned();
        let mut document = Document::new(app, None);
        changed(&mut document);
        let mut checker = Checker::start().unwrap();
        assert!(checker.ask(&document, || {}));
        let found = answered(&mut checker, &document).unwrap();
        let mut beside = Document::unchecked(document.app.clone(), None);
        assert!(!beside.is_checked() && beside.problems.is_empty());
        beside.accept(found);
        document.check();
        assert_eq!(beside.problems, document.problems);
        assert!(!beside.problems.is_empty());
    }

    #[test]
    fn an_answer_about_what_has_changed_since_is_dropped() {
        let mut document = Document::new(sample::load("hello").unwrap(), None);
        let mut checker = Checker::start().unwrap();
        changed(&mut document);
        assert!(checker.ask(&document, || {}));
        changed(&mut document);
        thread::sleep(std::time::Duration::from_millis(300));
        assert!(checker.answer(&document).is_none());
        assert!(checker.ask(&document, || {}));
        assert!(answered(&mut checker, &document).is_some());
        changed(&mut document);
        assert!(checker.ask(&document, || {}));
        checker.forget();
        thread::sleep(std::time::Duration::from_millis(300));
        assert!(checker.answer(&document).is_none(), "another document has the same revision");
    }
}
