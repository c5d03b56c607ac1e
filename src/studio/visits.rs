//! What one looked at before, to go back to and forward again.

use super::app::{Mode, Studio};
use super::document::Selection;
use super::editors::ports::Item;
use super::tabs::Tab;
use crate::model::Application;

/// What is kept of those before, and of those after.
const LIMIT: usize = 100;

#[derive(Clone, Debug, PartialEq)]
struct Place {
    tab: Tab,
    /// In an orchestration.
    selection: Selection,
    /// Among the ports.
    item: Option<Item>,
}

impl Place {
    fn of(studio: &Studio) -> Option<Self> {
        let document = &studio.document;
        let tab = studio.tabs.focused()?;
        let drawn = matches!(tab, Tab::Orchestration(module) if *module == document.module);
        let selection = match &document.selection {
            selection if drawn && !selection.is_many() => selection.clone(),
            _ => Selection::Orchestration,
        };
        let item = studio.editors.ports.chosen.clone().filter(|_| *tab == Tab::Ports);
        Some(Self { tab: tab.clone(), selection, item })
    }
}

/// The places one has been at.
#[derive(Debug, Default)]
pub struct Visits {
    before: Vec<Place>,
    now: Option<Place>,
    after: Vec<Place>,
    /// One was led, perhaps within what was shown; selecting by hand is no new place.
    led: bool,
    /// Of the application at `now`.
    revision: u64,
}

impl Visits {
    /// What is shown next was gone to.
    pub fn lead(&mut self) {
        self.led = true;
    }

    /// True when there is something to go to.
    pub fn can(&self, back: bool, app: &Application, shown: Option<&Tab>) -> bool {
        let places = if back { &self.before } else { &self.after };
        let left = self.now.as_ref().filter(|now| Some(&now.tab) != shown);
        let here = self.now.as_ref().filter(|_| left.is_none());
        let mut all = places.iter().chain(left.filter(|_| back));
        all.any(|place| place.tab.exists(app) && Some(place) != here)
    }

    /// Being led within what is shown is a new place too, but not to what an edit has made there.
    fn arrive(&mut self, place: Place, revision: u64) {
        let unchanged = std::mem::replace(&mut self.revision, revision) == revision;
        let led = std::mem::take(&mut self.led) && unchanged;
        if self.now.as_ref() == Some(&place) {
            return;
        }
        let elsewhere = led || self.now.as_ref().is_some_and(|now| now.tab != place.tab);
        let left = self.now.replace(place);
        if let Some(left) = left.filter(|_| elsewhere) {
            self.after.clear();
            self.before.push(left);
            if self.before.len() > LIMIT {
                self.before.remove(0);
            }
        }
    }

    /// The place to go to, which is the one that is shown from now on.
    fn step(&mut self, back: bool, app: &Application) -> Option<Place> {
        let Self { before, now, after, .. } = self;
        let (from, to) = if back { (before, after) } else { (after, before) };
        while let Some(place) = from.pop() {
            if place.tab.exists(app) && now.as_ref() != Some(&place) {
                to.extend(now.replace(place.clone()));
                return Some(place);
            }
        }
        None
    }
}

impl Studio {
    /// Notes where one is. What a run shows by itself is no place one went to.
    pub(super) fn note_visit(&mut self) {
        if let Some(place) = Place::of(self).filter(|_| self.mode == Mode::Design) {
            self.visits.arrive(place, self.document.revision);
        }
    }

    /// Goes to what was shown before, or forward again.
    pub(super) fn visit(&mut self, back: bool) {
        match Place::of(self) {
            Some(place) => self.visits.arrive(place, self.document.revision),
            // All tabs are closed.
            None if back => self.visits.before.extend(self.visits.now.take()),
            None => {}
        }
        let Some(place) = self.visits.step(back, &self.document.app) else { return };
        match place.tab {
            Tab::Orchestration(module) => {
                self.open_tab(Tab::Orchestration(module.clone()), true);
                self.document.select(place.selection);
                self.document.select_what_is_there();
                self.go_to(&module, self.document.selection.clone());
            }
            tab => {
                self.open_tab(tab, true);
                let item = place.item.filter(|item| item.exists(&self.document.app));
                self.editors.ports.chosen = item.or(self.editors.ports.chosen.take());
            }
        }
        self.visits.led = false;
    }
}
