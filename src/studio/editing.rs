//! Editing the drawing: what keys, menus and the canvas do with the selected shapes.

use super::app::Studio;
use super::document::{Action, Document, Selection};
use super::overlay::{Overlay, Pick};
use super::{names, panels};
use crate::diagnostic::{Diagnostic, counted};
use crate::drawing::hit::Step;
use crate::drawing::kinds::summary_is_code;
use crate::drawing::layout::is_container;
use crate::model::edit::{self, BlockRef, Clip, DeclarationKind, Edit, owner_of};
use crate::model::{BlockSlot, Id, Shape, ShapeKind};
use egui::ViewportCommand;
use std::collections::BTreeSet;

/// A place beside or in what is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    Before,
    After,
    /// At the end of the selected container or branch.
    Into,
}

impl Studio {
    /// The selected shapes in drawn order, without those inside another of them.
    fn chosen(&self) -> Vec<&Shape> {
        match self.document.orchestration() {
            Some(orchestration) => edit::outermost(orchestration, &self.document.selection.ids()),
            None => Vec::new(),
        }
    }

    pub(super) fn chosen_ids(&self) -> Vec<Id> {
        self.chosen().into_iter().map(|shape| shape.id.clone()).collect()
    }

    pub(super) fn copy(&mut self, ctx: &egui::Context) -> bool {
        let shapes = self.chosen();
        let what = match shapes.as_slice() {
            [] => return false,
            [one] => one.name.clone(),
            several => counted(several.len(), "shape"),
        };
        match edit::copy(&self.document.app, &self.document.module, &shapes) {
            Ok(text) => {
                self.said = Some((format!("Copied {what}"), false));
                ctx.copy_text(text);
                true
            }
            Err(refusal) => {
                self.refused(&refusal);
                false
            }
        }
    }

    pub(super) fn cut(&mut self, ctx: &egui::Context) {
        if self.copy(ctx) {
            self.remove("Cut");
        }
    }

    /// Asks for the clipboard; its text comes as an event, see [`Studio::pasted`].
    pub(super) fn request_paste(
        &mut self,
        ctx: &egui::Context,
        at: Option<(BlockRef, usize)>,
        declare: bool,
    ) {
        self.pasting = Some((at, declare));
        ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
    }

    /// Edits for shapes pasted this frame, unless a field takes the text.
    pub(super) fn pasted(&mut self, ctx: &egui::Context) -> Vec<Action> {
        if ctx.text_edit_focused() {
            return Vec::new();
        }
        let text = ctx.input(|i| {
            i.events.iter().find_map(|e| match e {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            })
        });
        let Some(text) = text else { return Vec::new() };
        let (at, declare) = self.pasting.take().unwrap_or_default();
        let place = at
            .or_else(|| self.place(Where::Into).filter(|_| self.paste_goes_in()))
            .or_else(|| self.place(Where::After));
        let (Some(module), Some((block, index))) = (self.document.module(), place) else { return Vec::new() };
        match edit::paste(module, &block, &text) {
            Ok(clip) => self.paste(("Paste", "Pasted"), &block, index, clip, declare),
            Err(_) => vec![Action::Said("The clipboard holds no shapes".to_owned())],
        }
    }

    /// A branch, catch or compensation block takes what is pasted; a shape has it after itself.
    fn paste_goes_in(&self) -> bool {
        let Selection::Node(id) = &self.document.selection else { return false };
        self.document.orchestration().is_some_and(|o| o.shape(id).is_none())
    }

    /// Puts copied shapes in, and selects them. What they name and the place lacks is declared too, or told.
    fn paste(
        &self,
        (verb, done): (&str, &str),
        block: &BlockRef,
        index: usize,
        clip: Clip,
        declare: bool,
    ) -> Vec<Action> {
        let module = self.document.module.clone();
        let what = match clip.shapes.as_slice() {
            [one] => format!("{}{}", one.name, and_inside(within(one))),
            several => {
                let inside = and_inside(several.iter().map(within).sum());
                format!("{}{inside}", counted(several.len(), "shape"))
            }
        };
        let lacks = clip.lacks();
        let selection = Selection::of(clip.shapes.iter().map(|s| s.id.clone()));
        let insert =
            Edit::InsertShapes { module: module.clone(), block: block.clone(), index, shapes: clip.shapes };
        let label = format!("{verb} {what}");
        let mut edits = vec![insert];
        if declare {
            let declared = clip.declarations.into_iter().map(|declaration| Edit::Declare {
                module: module.clone(),
                scope: None,
                index: usize::MAX,
                declaration,
            });
            edits.splice(0..0, declared);
        }
        let mut said = format!("{done} {what}");
        if !lacks.is_empty() {
            let help = if declare { "added with them" } else { "not known here" };
            said = format!("{said} · {help}: {lacks}");
            if !declare {
                said.push_str(" · Undo and paste with declarations to bring them along");
            }
        }
        let then = vec![Action::Go { module, selection }, Action::Said(said)];
        vec![Action::Make { edit: Edit::Batch { label, edits }, then }]
    }

    /// A copy of the selected shapes after the last of them.
    pub(super) fn duplicate(&mut self) -> Vec<Action> {
        let document = &self.document;
        match &document.selection {
            Selection::Declared { scope, kind, name } => {
                return panels::explorer::duplicate(document, scope.as_ref(), *kind, name);
            }
            Selection::Port(name) => {
                let kinds = [DeclarationKind::Port, DeclarationKind::RoleLink, DeclarationKind::Parameter];
                let mut all = kinds.map(|kind| panels::explorer::duplicate(document, None, kind, name));
                return all
                    .iter_mut()
                    .find(|actions| !actions.is_empty())
                    .map(std::mem::take)
                    .unwrap_or_default();
            }
            _ => {}
        }
        let shapes = self.chosen();
        let (Some(last), Some(module)) = (shapes.last(), self.document.module()) else { return Vec::new() };
        let Some((block, index)) = owner_of(&self.document.app, &self.document.module, &last.id) else {
            return Vec::new();
        };
        let copied = edit::copy(&self.document.app, &self.document.module, &shapes);
        match copied.and_then(|text| edit::paste(module, &block, &text)) {
            Ok(clip) => self.paste(("Duplicate", "Duplicated"), &block, index + 1, clip, false),
            Err(refusal) => {
                self.refused(&refusal);
                Vec::new()
            }
        }
    }

    pub(super) fn delete(&mut self) {
        self.remove("Delete");
    }

    /// Takes away what is selected; `verb` is what that is called.
    fn remove(&mut self, verb: &str) {
        let module = self.document.module.clone();
        let edit = match self.document.selection.clone() {
            Selection::Orchestration => return,
            Selection::Port(name) => {
                let kinds = [DeclarationKind::RoleLink, DeclarationKind::Parameter];
                let is =
                    |kind: &DeclarationKind| names::declaration(&self.document, None, *kind, &name).is_some();
                let kind = kinds.into_iter().find(is).unwrap_or(DeclarationKind::Port);
                Edit::Undeclare { module, scope: None, kind, name }
            }
            Selection::Declared { scope, kind, name } => Edit::Undeclare { module, scope, kind, name },
            Selection::Node(id) if id.as_str() == crate::drawing::ORCHESTRATION_COMPENSATION => {
                Edit::DeleteCompensation { module, scope: None }
            }
            Selection::Node(id) => Edit::DeleteElements { module, elements: vec![id] },
            Selection::Nodes(ids) => Edit::DeleteElements { module, elements: ids.into_iter().collect() },
        };
        let next = self.neighbour();
        let edit = match self.removed_words(verb) {
            Some(label) => Edit::Batch { label, edits: vec![edit] },
            None => edit,
        };
        if self.edit(edit, None)
            && let Some(next) = next.filter(|next| self.document.owner(next).is_some())
        {
            self.tabs.canvas_mut().focus(&next);
            let next = Selection::Node(next);
            self.tabs.canvas_mut().reveal(&next);
            self.document.select(next);
        }
    }

    /// What taking the selected elements away is called, with all that goes with them.
    fn removed_words(&self, verb: &str) -> Option<String> {
        let shapes = self.chosen();
        let ids = self.document.selection.ids();
        let what = match (&self.document.selection, shapes.as_slice()) {
            (Selection::Node(id), _) => self.document.element_name(id)?,
            (Selection::Nodes(_), several) if several.len() == ids.len() => counted(several.len(), "shape"),
            (Selection::Nodes(ids), _) => counted(ids.len(), "element"),
            _ => return None,
        };
        let mut all = BTreeSet::new();
        for (id, owner) in ids.iter().filter_map(|id| Some((id, self.document.owner(id)?))) {
            let mut visit = |shape: &Shape| shape.visit(&mut |inner| all.extend([inner.id.clone()]));
            match owner.id == *id {
                true => visit(owner),
                false => block_of(owner, id).into_iter().flatten().for_each(visit),
            }
        }
        Some(format!("{verb} {what}{}", and_inside(all.difference(&ids).count())))
    }

    /// What comes after the selected elements, else before them; of shapes, in their own block if there is one.
    fn neighbour(&self) -> Option<Id> {
        let ids = self.document.selection.ids();
        let (document, key) = (&self.document, &self.document.module);
        let last = self.chosen().last().map(|shape| shape.id.clone());
        let beside = last.and_then(|last| owner_of(&document.app, key, &last)).and_then(|(block, index)| {
            let block = edit::find_block(&document.app, key, &block)?;
            let (before, after) = block.split_at_checked(index)?;
            let stays = |shape: &&Shape| !ids.contains(&shape.id);
            let next = after.iter().find(stays).or_else(|| before.iter().rev().find(stays))?;
            Some(next.id.clone())
        });
        let layout = self.tabs.canvas().layout();
        let beside = beside.filter(|next| !layout.inside(next, &ids));
        if beside.is_some() {
            return beside;
        }
        let walk = |from: Option<&Id>, step: Step| {
            let mut at = layout.step(from?, step)?;
            while ids.contains(&at.id) || layout.inside(&at.id, &ids) {
                at = layout.step(&at.id, step)?;
            }
            Some(at.id.clone())
        };
        walk(ids.last(), Step::Down).or_else(|| walk(ids.first(), Step::Up))
    }

    /// True for a shape that is there for its text, such as a Delay.
    pub(super) fn has_text(&self, id: &Id) -> bool {
        let shape = self.document.orchestration().and_then(|o| o.shape(id));
        shape.is_some_and(|shape| summary_is_code(&shape.kind))
    }

    pub(super) fn rename(&mut self) {
        let Selection::Node(id) = &self.document.selection else { return };
        if let Some(name) = self.document.element_name(id) {
            self.tabs.canvas_mut().start_rename(&id.clone(), &name);
        }
    }

    pub(super) fn add_branch(&mut self) {
        let Selection::Node(id) = &self.document.selection else { return };
        let (Some(owner), Some(module)) = (self.document.owner(id), self.document.module()) else { return };
        let (key, shape, at) = (self.document.module.clone(), owner.id.clone(), id.clone());
        let (edit, new) = match &owner.kind {
            ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
                let last = usize::from(matches!(owner.kind, ShapeKind::Decide(_)));
                let after = b.branches.iter().position(|b| b.id == at).map(|here| here + 1);
                let index = after.unwrap_or(usize::MAX).min(b.branches.len().saturating_sub(last));
                let branch = edit::new_branch(module, &owner.kind);
                let new = branch.id.clone();
                (Edit::InsertBranch { module: key.clone(), shape, index, branch }, new)
            }
            ShapeKind::Scope(s) => {
                let (index, catch) = (s.catches.len(), edit::new_catch(module));
                let new = catch.id.clone();
                (Edit::InsertCatch { module: key.clone(), scope: shape, index, catch }, new)
            }
            _ => return,
        };
        if self.edit(edit, None) {
            self.go_to(&key, Selection::Node(new));
        }
    }

    /// Moves what is selected by one place: shapes in their block, out of it at its ends; catch blocks among each other.
    pub(super) fn shift(&mut self, down: bool) {
        let module = self.document.module.clone();
        if let Some(edit) = self.shifted_branch(down, true) {
            self.edit(edit, None);
            return;
        }
        let shapes = self.chosen_ids();
        let at = |id: Option<&Id>| owner_of(&self.document.app, &module, id?);
        let Some((block, index)) = at(if down { shapes.last() } else { shapes.first() }) else { return };
        let length = edit::find_block(&self.document.app, &module, &block).map_or(0, Vec::len);
        let inner = if down { (index + 1 < length).then_some(index + 2) } else { index.checked_sub(1) };
        let target = match (inner, &block) {
            (Some(index), _) => Some((block.clone(), index)),
            (None, BlockRef::In(owner, _)) => {
                let around = owner_of(&self.document.app, &module, owner);
                around.map(|(block, index)| (block, index + usize::from(down)))
            }
            _ => None,
        };
        if let Some((block, index)) = target {
            self.relocate(shapes, block, index);
        }
    }

    /// Moves shapes to the block beside theirs, a branch past the one beside it.
    pub(super) fn shift_across(&mut self, right: bool) {
        if let Some(edit) = self.shifted_branch(right, false) {
            self.edit(edit, None);
            return;
        }
        let shapes = self.chosen_ids();
        let module = &self.document.module;
        let Some((BlockRef::In(owner, slot), index)) =
            shapes.first().and_then(|id| owner_of(&self.document.app, module, id))
        else {
            return;
        };
        let Some(owner) = self.document.orchestration().and_then(|o| o.shape(&owner)) else { return };
        let blocks = owner.blocks();
        let here = blocks.iter().position(|(at, _)| *at == slot).unwrap_or_default();
        let there = if right { Some(here + 1) } else { here.checked_sub(1) };
        let Some((slot, beside)) = there.and_then(|at| blocks.get(at)) else { return };
        let (block, index) = (BlockRef::In(owner.id.clone(), slot.clone()), index.min(beside.len()));
        self.relocate(shapes, block, index);
    }

    fn relocate(&mut self, shapes: Vec<Id>, block: BlockRef, index: usize) {
        let module = self.document.module.clone();
        let first = shapes.first().cloned();
        if self.edit(Edit::MoveShapes { module, shapes, block, index }, None)
            && let Some(first) = first
        {
            self.tabs.canvas_mut().focus(&first);
            self.tabs.canvas_mut().reveal(&Selection::Node(first));
        }
    }

    /// The edit that moves the selected branch or, `upright`, catch block by one.
    fn shifted_branch(&self, on: bool, upright: bool) -> Option<Edit> {
        let Selection::Node(id) = &self.document.selection else { return None };
        let module = self.document.module.clone();
        let owner = self.document.owner(id).filter(|owner| owner.id != *id)?;
        let moved = |at: Option<usize>| {
            let at = at?;
            if on { Some(at + 1) } else { at.checked_sub(1) }
        };
        match &owner.kind {
            ShapeKind::Scope(scope) if upright => {
                let index = moved(scope.catches.iter().position(|c| c.id == *id))?;
                Some(Edit::MoveCatch { module, catch: id.clone(), index })
            }
            kind if !upright => {
                let index = moved(kind.branches()?.branches.iter().position(|b| b.id == *id))?;
                Some(Edit::MoveBranch { module, branch: id.clone(), index })
            }
            _ => None,
        }
    }

    /// Puts shapes that stand side by side into a new container, and selects it.
    pub(super) fn wrap_actions(&self, shapes: Vec<Id>, kind: ShapeKind) -> Vec<Action> {
        let Some(module) = self.document.module() else { return Vec::new() };
        let container = edit::new_shape(module, kind);
        let key = self.document.module.clone();
        let selection = Selection::Node(container.id.clone());
        let edit = Edit::Wrap { module: key.clone(), shapes, container };
        vec![Action::Make { edit, then: vec![Action::Go { module: key, selection }] }]
    }

    pub(super) fn convert_actions(&self, kind: ShapeKind) -> Vec<Action> {
        let Selection::Node(shape) = &self.document.selection else { return Vec::new() };
        let module = self.document.module.clone();
        vec![Action::edit(Edit::Convert { module, shape: shape.clone(), kind })]
    }

    /// Dissolves the selected container; what was in it is selected then.
    pub(super) fn unwrap(&mut self) {
        let Selection::Node(id) = &self.document.selection else { return };
        let Some(shape) = self.document.orchestration().and_then(|o| o.shape(id)) else { return };
        let inner = shape.blocks().into_iter().flat_map(|(_, block)| block).map(|s| s.id.clone());
        let selection = Selection::of(inner);
        let module = self.document.module.clone();
        if self.edit(Edit::Unwrap { module: module.clone(), shape: id.clone() }, None) {
            self.go_to(&module, selection);
        }
    }

    pub(super) fn select_all(&mut self) {
        let Some(orchestration) = self.document.orchestration() else { return };
        let all = Selection::of(orchestration.body.iter().map(|shape| shape.id.clone()));
        self.document.select(all);
    }

    /// Selects every shape of the block the selected one stands in.
    pub(super) fn select_siblings(&mut self) {
        let ids = self.document.selection.ids();
        let first = self.chosen_ids().first().cloned().or_else(|| ids.first().cloned());
        let Some(first) = first else { return };
        let document = &self.document;
        let block = owner_of(&document.app, &document.module, &first)
            .and_then(|(block, _)| edit::find_block(&document.app, &document.module, &block));
        let branches = || {
            let owner = document.owner(&first)?;
            let branches = owner.kind.branches()?;
            Some(Selection::of(branches.branches.iter().map(|b| b.id.clone())))
        };
        let all = block.map(|block| Selection::of(block.iter().map(|shape| shape.id.clone())));
        if let Some(selection) = all.or_else(branches) {
            self.document.select(selection);
        }
    }

    /// Inserts a new shape of `kind` and selects it.
    pub(super) fn insert(&self, block: &BlockRef, index: usize, kind: ShapeKind) -> Vec<Action> {
        let Some(module) = self.document.module() else { return Vec::new() };
        let shape = edit::new_shape(module, kind);
        let id = shape.id.clone();
        let next = summary_is_code(&shape.kind).then(|| Action::SaidToo("Enter goes to its text".to_owned()));
        let key = self.document.module.clone();
        let edit = Edit::InsertShape { module: key.clone(), block: block.clone(), index, shape };
        let go = Action::Go { module: key, selection: Selection::Node(id) };
        vec![Action::Make { edit, then: std::iter::once(go).chain(next).collect() }]
    }

    pub(super) fn insert_after_selection(&self, kind: ShapeKind) -> Vec<Action> {
        let Some((block, index)) = self.place(Where::After) else { return Vec::new() };
        self.insert(&block, index, kind)
    }

    /// The place beside or in what is selected; without a shape the end of the orchestration.
    pub(super) fn place(&self, place: Where) -> Option<(BlockRef, usize)> {
        let document = &self.document;
        let orchestration = document.orchestration()?;
        let end = (BlockRef::Body, if place == Where::Before { 0 } else { orchestration.body.len() });
        let ids = document.selection.ids();
        let shapes = edit::outermost(orchestration, &ids);
        let shape = if place == Where::Before { shapes.first() } else { shapes.last() };
        if let Some(shape) = shape {
            if place == Where::Into && is_container(&shape.kind) {
                let (slot, block) = shape.blocks().into_iter().next()?;
                return Some((BlockRef::In(shape.id.clone(), slot), block.len()));
            }
            let (block, index) = owner_of(&document.app, &document.module, &shape.id)?;
            return Some((block, index + usize::from(place != Where::Before)));
        }
        match ids.first() {
            Some(id) => inside(document, id, place),
            None => Some(end),
        }
    }

    /// True when the selected shape is a container.
    pub(super) fn chosen_holds_shapes(&self) -> bool {
        self.chosen().first().is_some_and(|shape| is_container(&shape.kind))
    }

    /// True when a shape can be put into what is selected; with nothing selected that is the whole body.
    pub(super) fn can_insert_into(&self) -> bool {
        let chosen = self.chosen();
        chosen.last().is_none_or(|shape| is_container(&shape.kind))
    }

    /// True when the selected shape has branches or catch blocks to add to.
    pub(super) fn can_add_branch(&self) -> bool {
        let Selection::Node(id) = &self.document.selection else { return false };
        let kind = self.document.owner(id).map(|s| &s.kind);
        matches!(
            kind,
            Some(ShapeKind::Decide(_) | ShapeKind::Listen(_) | ShapeKind::Parallel(_) | ShapeKind::Scope(_))
        )
    }

    /// Shows what is around the container that alone is shown now.
    pub(super) fn outward(&mut self) {
        let Some(orchestration) = self.document.orchestration() else { return };
        let canvas = self.tabs.canvas();
        let way = canvas.focused_on().map(|id| super::canvas::way(orchestration, id)).unwrap_or_default();
        let around = way.len().checked_sub(2).and_then(|at| way.get(at)).map(|shape| shape.id.clone());
        self.tabs.canvas_mut().focus_on(around.as_ref());
    }

    pub(super) fn pick(&mut self, what: Pick) {
        self.overlay = Overlay::pick(what);
    }

    pub(super) fn refused(&mut self, why: &Diagnostic) {
        let help = if why.help.is_empty() { String::new() } else { format!(" · {}", why.help) };
        self.said = Some((super::ticks::plain(&format!("{}{help}", why.message)), true));
    }
}

/// Start or end of the block that a branch, catch or compensation block with this id is.
fn inside(document: &Document, id: &Id, place: Where) -> Option<(BlockRef, usize)> {
    let at = |block: BlockRef, length: usize| (block, if place == Where::Before { 0 } else { length });
    if id.as_str() == crate::drawing::ORCHESTRATION_COMPENSATION {
        let length = document.orchestration()?.compensation.as_ref()?.len();
        return Some(at(BlockRef::Compensation, length));
    }
    let owner = document.owner(id)?;
    let of_scope =
        matches!(&owner.kind, ShapeKind::Scope(s) if s.compensation.as_ref().is_some_and(|c| c.id == *id));
    owner.blocks().into_iter().find_map(|(slot, block)| {
        let own = match &slot {
            BlockSlot::Branch(own) | BlockSlot::Catch(own) => own == id,
            BlockSlot::Compensation => of_scope,
            BlockSlot::Body => false,
        };
        own.then(|| at(BlockRef::In(owner.id.clone(), slot), block.len()))
    })
}
/// How many shapes are inside a shape.
fn within(shape: &Shape) -> usize {
    let mut all = 0;
    shape.visit(&mut |_| all += 1);
    all - 1
}

/// What is in the branch, catch or compensation block of `owner` with this id.
fn block_of<'a>(owner: &'a Shape, id: &Id) -> Option<&'a [Shape]> {
    let own = |slot: &BlockSlot| match slot {
        BlockSlot::Branch(own) | BlockSlot::Catch(own) => own == id,
        BlockSlot::Compensation => matches!(&owner.kind, ShapeKind::Scope(scope)
            if scope.compensation.as_ref().is_some_and(|block| block.id == *id)),
        BlockSlot::Body => false,
    };
    owner.blocks().into_iter().find(|(slot, _)| own(slot)).map(|(_, block)| block.as_slice())
}

fn and_inside(shapes: usize) -> String {
    if shapes > 0 { format!(" and {} in it", counted(shapes, "shape")) } else { String::new() }
}
