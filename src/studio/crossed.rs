//! What a step of undo or redo was about, to be selected when what was selected has gone with it.

use super::app::Studio;
use super::document::{Action, Selection, elements};
use super::names;
use super::tabs::Tab;
use crate::model::edit::{DeclarationKind, Part, outermost};
use crate::model::{Application, Id, Module, Orchestration, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// Where one sees a part of the application.
#[derive(Clone, Debug)]
pub struct Site {
    pub tab: Tab,
    /// In an orchestration, once the part is put there.
    selection: Selection,
    /// The shape that it is, when it is no more than that.
    shape: Option<Id>,
}

impl Site {
    fn of(tab: Tab) -> Self {
        Self { tab, selection: Selection::Orchestration, shape: None }
    }

    /// Of a part that is about to be put there.
    pub fn before(part: &Part, app: &Application) -> Option<Self> {
        let drawn =
            |module: &String, selection| Self { selection, ..Self::of(Tab::Orchestration(module.clone())) };
        Some(match part {
            Part::Settings(s) if s.hosts != app.settings.hosts || s.pipelines != app.settings.pipelines => {
                Self::of(Tab::Ports)
            }
            Part::Settings(_) => Self::of(Tab::Settings),
            Part::Bindings(_) => Self::of(Tab::Ports),
            Part::Module(key, other) => {
                let both = app.modules.get(key).zip(other.as_deref());
                drawn(key, both.and_then(|(now, other)| touched(now, other)).unwrap_or_default())
            }
            Part::Shape(module, shape) => {
                let id = shape.id.clone();
                Self { shape: Some(id.clone()), ..drawn(module, Selection::Node(id)) }
            }
            Part::Shapes { module, shapes, .. } => {
                drawn(module, Selection::of(shapes.iter().map(|shape| shape.id.clone())))
            }
            Part::Map(name, _) => Self::of(Tab::Map(name.clone())),
            Part::Policy(name, _) => Self::of(Tab::Policy(name.clone())),
            Part::Component(class, _) => Self::of(Tab::Script(class.clone())),
            Part::Schema(path, _) => Self::of(Tab::Schema(path.clone())),
            Part::Message(path, _) => Self::of(Tab::Message(path.clone())),
            Part::Partners(_) | Part::Scenario(..) | Part::Vocabulary(_) => return None,
        })
    }

    /// True when it is in front: its tab, or the text of its shape.
    pub fn is_seen(&self, studio: &Studio) -> bool {
        let app = &studio.document.app;
        studio.tabs.in_front().any(|tab| match tab {
            Tab::Code(place) if self.tab == Tab::Orchestration(place.module.clone()) => {
                let drawn = app.modules.get(&place.module).and_then(|module| module.orchestration.as_ref());
                let owner = place.owner.as_ref().and_then(|owner| drawn?.holder(owner));
                owner.is_some_and(|owner| self.shape.as_ref() == Some(&owner.id))
            }
            tab => *tab == self.tab,
        })
    }

    /// The way there.
    pub fn way(&self) -> Action {
        match &self.tab {
            Tab::Orchestration(module) => {
                Action::Go { module: module.clone(), selection: self.selection.clone() }
            }
            tab => Action::Open(tab.clone()),
        }
    }
}

/// What is there again; else what stood beside that which went; else what has changed. `None` when it is the orchestration
/// itself, or nothing here.
pub fn touched(before: &Module, after: &Module) -> Option<Selection> {
    let (old, new) = (before.orchestration.as_ref()?, after.orchestration.as_ref()?);
    let (was, is) = (elements(old), elements(new));
    let back: BTreeSet<Id> = is.difference(&was).map(|id| (*id).clone()).collect();
    if !back.is_empty() {
        let shapes = outermost(new, &back);
        return Some(match shapes.is_empty() {
            true => Selection::of(back),
            false => Selection::of(shapes.into_iter().map(|shape| shape.id.clone())),
        });
    }
    let known = |module: &Module, kind| names::declarations(module, None, kind);
    let declared = |changed: bool| {
        DeclarationKind::ALL.into_iter().find_map(|kind| {
            let old = known(before, kind);
            let new = known(after, kind).into_iter().find(|declared| {
                let same = old.iter().find(|old| old.name() == declared.name());
                if changed { same.is_some_and(|old| old != declared) } else { same.is_none() }
            })?;
            Some(Selection::declared(kind, new.name()))
        })
    };
    declared(false)
        .or_else(|| beside(old, &is))
        .or_else(|| changed(old, new).map(Selection::Node))
        .or_else(|| declared(true))
}

/// What stood before the first shape that went, else after it, else around it.
fn beside(old: &Orchestration, is: &BTreeSet<&Id>) -> Option<Selection> {
    fn within<'a>(
        owner: Option<&'a Id>,
        block: &'a [Shape],
        is: &BTreeSet<&Id>,
        found: &mut Option<Option<&'a Id>>,
    ) {
        if let Some(at) = block.iter().position(|shape| !is.contains(&shape.id)) {
            let rest = block.get(at..).unwrap_or_default();
            let after = rest.iter().find(|shape| is.contains(&shape.id));
            let before = at.checked_sub(1).and_then(|before| block.get(before));
            found.get_or_insert(before.or(after).map(|shape| &shape.id).or(owner));
        }
        for shape in block {
            for (_, inner) in shape.blocks() {
                within(Some(&shape.id), inner, is, found);
            }
        }
    }
    let mut found = None;
    within(None, &old.body, is, &mut found);
    found.flatten().filter(|id| is.contains(id)).cloned().map(Selection::Node)
}

/// The innermost of the first shapes that is not as it was.
fn changed(old: &Orchestration, new: &Orchestration) -> Option<Id> {
    let was: BTreeMap<&Id, &Shape> = old.shapes().into_iter().map(|shape| (&shape.id, shape)).collect();
    // What holds a shape that changed has changed with it, and comes before it.
    let differs = |shape: &&Shape| was.get(&shape.id).is_some_and(|old| old != shape);
    let mut at = new.shapes().into_iter().find(differs)?;
    while let Some(inner) = at.blocks().into_iter().flat_map(|(_, block)| block).find(differs) {
        at = inner;
    }
    Some(at.id.clone())
}
