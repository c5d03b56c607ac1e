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

/// The places one has been at.
#[derive(Debug, Default)]
pub struct Visits {
    before: Vec<Place>,
    now: Option<Place>,
    after: Vec<Place>,
    /// One was led elsewhere, perhaps within what was shown; selecting by hand is no new place.
    led: bool,
}

impl Visits {
    /// What is shown next was gone to.
    pub fn lead(&mut self) {
        self.led = true;
    }

    /// True when there is something to go to.
    pub fn can(&self, back: bool, app: &Application) -> bool {
        let places = if back { &self.before } else { &self.after };
        places.iter().any(|place| place.tab.exists(app))
    }

    fn arrive(&mut self, place: Place) {
        let led = std::mem::take(&mut self.led);
        if self.now.as_ref() == Some(&place) {
            return;
        }
        if let Some(left) = self.now.replace(place)
            && (led || self.now.as_ref().is_none_or(|now| now.tab != left.tab || now.item != left.item))
        {
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
            if place.tab.exists(app) {
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
        let document = &self.document;
        let Some(tab) = self.tabs.focused().filter(|_| self.mode == Mode::Design) else { return };
        let drawn = matches!(tab, Tab::Orchestration(module) if *module == document.module);
        let selection = match &document.selection {
            selection if drawn && !selection.is_many() => selection.clone(),
            _ => Selection::Orchestration,
        };
        let item = self.editors.ports.chosen.clone().filter(|_| *tab == Tab::Ports);
        self.visits.arrive(Place { tab: tab.clone(), selection, item });
    }

    /// Goes to what was shown before, or forward again.
    pub(super) fn visit(&mut self, back: bool) {
        let Some(place) = self.visits.step(back, &self.document.app) else { return };
        match place.tab {
            Tab::Orchestration(module) => {
                self.go_to(&module, place.selection);
                self.document.select_what_is_there();
            }
            tab => {
                self.editors.ports.chosen = place.item.or(self.editors.ports.chosen.take());
                self.open_tab(tab, true);
            }
        }
        self.visits.led = false;
    }
}
