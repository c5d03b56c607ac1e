//! From a name to its declaration, its uses, and a new name for all of them.

use super::app::Studio;
use super::document::{Action, Ask, Selection};
use super::editor;
use super::overlay::Overlay;
use super::panels::usages::{Usages, place_words};
use super::panels::{self, fields};
use super::tabs::Tab;
use super::theme::Tokens;
use crate::diagnostic::{Diagnostic, counted};
use crate::language::{self, CodeProperty, Target, Usage, UsageKind};
use crate::model::edit::DeclarationKind;
use crate::model::{Application, Id, ParameterKind};
use egui::{Context, Key, RichText, ScrollArea, TextEdit, Ui, vec2};

/// The dialog for a new name.
#[derive(Clone, Debug)]
pub struct Renaming {
    target: Target,
    old: String,
    name: String,
    places: Vec<Usage>,
    /// Why the name as it is now is refused.
    refused: Option<String>,
    /// What had the keyboard, and gets it back.
    before: Option<egui::Id>,
    /// Frames in which the name is selected anew: a window that opens is laid out once before it is shown.
    fresh: u8,
}

impl Renaming {
    /// What is renamed.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What had the keyboard before.
    pub fn before(&self) -> Option<egui::Id> {
        self.before
    }

    /// The same by the name that is written now.
    pub fn renamed(&self) -> Target {
        self.target.called(self.name.trim())
    }
}

impl Studio {
    pub(super) fn asked(&mut self, ctx: &Context, ask: Ask) {
        match ask {
            Ask::Define(target) => self.define(ctx, &target),
            Ask::Usages(target) => self.find_usages(&target),
            Ask::Rename(target) => self.start_renaming(ctx, target),
            Ask::Show(usage) => self.show_usage(ctx, &usage),
            Ask::Large(place) => {
                editor::put_caret(ctx, &place, true, 0..0);
                self.open_tab(Tab::Code(place), false);
            }
        }
    }

    /// What the name under the caret is, else what is selected.
    pub(super) fn named(&self, ctx: &Context) -> Option<Target> {
        if let Some(focused) = editor::focused(ctx) {
            let knowledge = self.document.knowledge();
            let scope = language::Scope::at(&self.document.app, &knowledge, &focused.place)?;
            let text = focused.place.text(&self.document.app)?;
            return language::target(&scope, text, focused.caret);
        }
        let selected = || target_of(&self.document.app, &self.document.module, &self.document.selection);
        // Behind another tab one does not see what is selected.
        let seen = self.tabs.page(&self.document).is_none();
        panels::meant(ctx).or_else(|| selected().filter(|_| seen))
    }

    fn define(&mut self, ctx: &Context, target: &Target) {
        let app = &self.document.app;
        let tab = match target {
            Target::Map(name) => {
                let found = app.maps.iter().find(|(key, map)| *key == name || map.name == *name);
                found.map(|(key, _)| Tab::Map(key.clone()))
            }
            Target::Component(class) => {
                app.components.contains_key(class).then(|| Tab::Script(class.clone()))
            }
            _ => None,
        };
        if let Some(tab) = tab {
            return self.open_tab(tab, true);
        }
        let Some((module, selection)) = selection_of(&self.document.app, target) else {
            let words =
                format!("The {} {} is not drawn here", target.label(), target.name(&self.document.app));
            self.said = Some((words, false));
            return;
        };
        ctx.memory_mut(|m| m.stop_text_input());
        self.act(ctx, Action::Go { module, selection });
    }

    fn find_usages(&mut self, target: &Target) {
        let found = language::usages(&self.document.app, &self.document.knowledge(), target);
        let name = target.name(&self.document.app).to_owned();
        let uses = found.iter().filter(|u| u.kind != UsageKind::Declares).count();
        self.said = Some((format!("{name}: {}", counted(uses, "use")), false));
        let revision = self.document.revision;
        let target = target.clone();
        self.usages = Some(Usages { target, renamed: None, name, found, revision, fresh: true });
    }

    /// Looks again after the application has changed.
    fn refresh_usages(&mut self) {
        let Some(usages) = &mut self.usages else { return };
        if usages.revision == self.document.revision || !self.document.is_checked() {
            return;
        }
        let (app, knowledge) = (&self.document.app, self.document.knowledge());
        let used = |found: &[Usage]| found.iter().any(|usage| usage.kind != UsageKind::Declares);
        let before = used(&usages.found);
        usages.found = language::usages(app, &knowledge, &usages.target);
        usages.revision = self.document.revision;
        let declared = |target: &Target| match target {
            Target::Declared { module, scope, kind, name } => {
                let declares = |module| super::names::declarations(module, scope.as_ref(), *kind);
                let all = app.modules.get(module).map(declares).unwrap_or_default();
                all.iter().any(|declared| declared.name() == name)
            }
            _ => true,
        };
        if declared(&usages.target) && (used(&usages.found) || !before) {
            return;
        }
        // It may have another name now: by the dialog, or since that was undone.
        if let Some(other) = &usages.renamed {
            let found = language::usages(app, &knowledge, other);
            if used(&found) {
                usages.found = found;
                other.name(app).clone_into(&mut usages.name);
                usages.renamed = Some(std::mem::replace(&mut usages.target, other.clone()));
                return;
            }
        }
        // What was renamed in its properties is selected.
        let selected = target_of(app, &self.document.module, &self.document.selection);
        if let Some(now) = selected.filter(|now| now.label() == usages.target.label()) {
            usages.found = language::usages(app, &knowledge, &now);
            now.name(app).clone_into(&mut usages.name);
            usages.renamed = Some(std::mem::replace(&mut usages.target, now));
            return;
        }
        // Of what is not declared any more nothing is a use.
        if !declared(&usages.target) {
            self.usages = None;
        }
    }

    pub(super) fn show_usages(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        self.refresh_usages();
        let Some(usages) = &mut self.usages else { return };
        if super::panels::usages::ui(ui, usages, &self.document.app, actions) {
            self.usages = None;
        }
    }

    fn show_usage(&mut self, ctx: &Context, usage: &Usage) {
        let Some((module, selection)) =
            place_of(&self.document.app, usage, self.usages.as_ref().map(|u| &u.target))
        else {
            self.said = Some((format!("{} is in {}", usage.line, usage.place.file), false));
            return;
        };
        self.act(ctx, Action::Go { module, selection });
        if let (Some(place), Some(span)) = (&usage.code, &usage.place.span) {
            editor::put_caret(ctx, place, false, span.start as usize..span.end as usize);
        }
    }

    pub(super) fn start_renaming(&mut self, ctx: &Context, target: Target) {
        let old = target.name(&self.document.app).to_owned();
        if matches!(target, Target::Property(_) | Target::Component(_)) {
            self.said = Some((format!("{old} is named by its file; rename it there"), true));
            return;
        }
        let places = language::usages(&self.document.app, &self.document.knowledge(), &target);
        let before = ctx.memory(|memory| memory.focused());
        let renaming = Renaming { target, name: old.clone(), old, places, refused: None, before, fresh: 2 };
        self.overlay = Overlay::Rename(Box::new(renaming));
    }

    /// Shows the dialog; true when it is done.
    pub(super) fn renaming(&self, ui: &mut Ui, renaming: &mut Renaming, actions: &mut Vec<Action>) -> bool {
        let t = Tokens::of(ui);
        ui.set_width(480.0);
        let title = format!("Rename {} {}", renaming.target.label(), renaming.old);
        ui.add(egui::Label::new(RichText::new(title).heading()).wrap());
        ui.add_space(4.0);
        let field = TextEdit::singleline(&mut renaming.name)
            .desired_width(f32::INFINITY)
            .font(egui::TextStyle::Monospace);
        let field = ui.add(field).accessible_name("New name");
        if renaming.fresh > 0 {
            renaming.fresh -= 1;
            field.request_focus();
            super::canvas::select_all(ui, field.id, renaming.name.chars().count());
        }
        let name = renaming.name.trim().to_owned();
        if field.changed() {
            let tried =
                language::rename(&self.document.app, &self.document.knowledge(), &renaming.target, &name);
            renaming.refused = tried.err().filter(|_| name != renaming.old).map(|d| said(&d));
        }
        let uses = renaming.places.iter().filter(|u| u.kind != UsageKind::Declares).count();
        let words = match &renaming.refused {
            Some(why) => RichText::new(why).small().color(t.error),
            None => {
                RichText::new(format!("{} will say the new name, as one step to undo", counted(uses, "use")))
                    .small()
                    .color(t.muted)
            }
        };
        ui.label(words);
        ui.add_space(4.0);
        ScrollArea::vertical().max_height(260.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for usage in renaming.places.iter().filter(|u| u.kind != UsageKind::Declares) {
                ui.horizontal(|ui| {
                    let place = RichText::new(place_words(usage, &self.document.app)).small();
                    let left = egui::Layout::left_to_right(egui::Align::Center);
                    ui.allocate_ui_with_layout(vec2(180.0, 18.0), left, |ui| {
                        ui.set_min_width(180.0);
                        ui.add(egui::Label::new(place).truncate());
                    });
                    let line = RichText::new(&usage.line).small().color(t.muted);
                    let line = if usage.code.is_some() { line.monospace().size(11.0) } else { line };
                    ui.add(egui::Label::new(line).truncate());
                });
            }
        });
        let ready = renaming.refused.is_none() && name != renaming.old && !name.is_empty();
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let mut done = false;
        let answer = fields::answers(ui, "Rename", ready, &["Cancel"]);
        if (answer == Some(0) || entered) && ready {
            let knowledge = self.document.knowledge();
            match language::rename(&self.document.app, &knowledge, &renaming.target, &name) {
                Ok(rename) => {
                    actions.push(Action::edit(rename.edit));
                    done = true;
                }
                Err(why) => renaming.refused = Some(said(&why)),
            }
        } else if entered {
            // What is refused is typed anew.
            field.request_focus();
        }
        done || answer == Some(1)
    }
}

fn said(why: &Diagnostic) -> String {
    super::ticks::plain(&format!("{}: {}", why.message, why.help))
}

/// What is selected, as something with a name; shapes have none that others use.
pub fn target_of(app: &Application, module: &str, selection: &Selection) -> Option<Target> {
    let orchestration = app.modules.get(module)?.orchestration.as_ref();
    match selection {
        Selection::Orchestration => {
            orchestration.map(|_| Target::Orchestration { module: module.to_owned() })
        }
        Selection::Port(name) => {
            let orchestration = orchestration?;
            let kind = if orchestration.ports.iter().any(|p| p.name == *name) {
                DeclarationKind::Port
            } else if orchestration.role_links.iter().any(|r| r.name == *name) {
                DeclarationKind::RoleLink
            } else {
                DeclarationKind::Parameter
            };
            Some(Target::declared(module, None, kind, name))
        }
        Selection::Declared { scope, kind, name } => {
            Some(Target::declared(module, scope.as_ref(), *kind, name))
        }
        Selection::Nodes(_) => None,
        Selection::Node(id) => orchestration?.shapes().into_iter().find_map(|shape| match &shape.kind {
            crate::model::ShapeKind::Scope(scope) => {
                let catch = scope.catches.iter().find(|c| c.id == *id && !c.variable.is_empty())?;
                let (module, catch, name) = (module.to_owned(), catch.id.clone(), catch.variable.clone());
                Some(Target::Caught { module, catch, name })
            }
            _ => None,
        }),
    }
}

/// What to select to see a declaration.
pub fn selection_of(app: &Application, target: &Target) -> Option<(String, Selection)> {
    let module = target.module()?.to_owned();
    let selection = match target {
        Target::Declared { kind: DeclarationKind::Port | DeclarationKind::RoleLink, name, .. } => {
            Selection::Port(name.clone())
        }
        Target::Declared { scope, kind, name, .. } => {
            let parameters = app.modules.get(&module)?.orchestration.iter().flat_map(|o| &o.parameters);
            let port =
                parameters.into_iter().any(|p| p.name() == name && matches!(p.kind, ParameterKind::Port(_)));
            if *kind == DeclarationKind::Parameter && port {
                Selection::Port(name.clone())
            } else {
                Selection::Declared { scope: scope.clone(), kind: *kind, name: name.clone() }
            }
        }
        Target::Caught { catch, .. } => Selection::Node(catch.clone()),
        Target::Operation { port_type, .. } => {
            Selection::Declared { scope: None, kind: DeclarationKind::PortType, name: port_type.clone() }
        }
        Target::Orchestration { .. } => Selection::Orchestration,
        Target::Map(_) | Target::Property(_) | Target::Component(_) => return None,
    };
    Some((module, selection))
}

/// What to select to see a use.
fn place_of(app: &Application, usage: &Usage, target: Option<&Target>) -> Option<(String, Selection)> {
    if usage.kind == UsageKind::Declares {
        return selection_of(app, target?);
    }
    if let Some(place) = &usage.code
        && let CodeProperty::InitialValue(name) = &place.property
    {
        let (kind, name, scope) = (DeclarationKind::Variable, name.clone(), place.owner.clone());
        return Some((place.module.clone(), Selection::Declared { scope, kind, name }));
    }
    let (key, selection) = super::problems::place(app, &usage.place)?;
    // A declaration of a scope goes by scope and name.
    if let (Selection::Node(scope), "message_type" | "correlation_type") = (&selection, usage.place.property)
    {
        let kind = if usage.place.property == "message_type" {
            DeclarationKind::Message
        } else {
            DeclarationKind::CorrelationSet
        };
        let scope: Option<Id> = Some(scope.clone());
        return Some((key, Selection::Declared { scope, kind, name: usage.place.name.clone() }));
    }
    Some((key, selection))
}
