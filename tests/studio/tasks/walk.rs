//! A person at the studio: what they press and click is counted.

use crate::harness;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::{Application, Orchestration, Shape, ShapeKind};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::{Studio, sample};

/// A key press, with the keys held down for it, is one key; so is a text typed in one go. A click or a drag is one
/// use of the mouse.
pub struct Walk {
    pub window: Harness<'static, Studio>,
    pub keys: usize,
    pub mouse: usize,
}

impl Walk {
    pub fn on(application: &str) -> Self {
        Self::over(sample::load(application).unwrap())
    }

    pub fn over(application: Application) -> Self {
        let studio = Studio::new(Document::new(application, None));
        let mut window = harness(studio, Theme::Dark, [1400.0, 900.0]);
        window.run_steps(3);
        Self { window, keys: 0, mouse: 0 }
    }

    pub fn settle(&mut self) {
        self.window.run_steps(3);
    }

    pub fn key(&mut self, key: Key) -> &mut Self {
        self.keys_with(Modifiers::NONE, key)
    }

    pub fn ctrl(&mut self, key: Key) -> &mut Self {
        self.keys_with(Modifiers::COMMAND, key)
    }

    pub fn keys_with(&mut self, modifiers: Modifiers, key: Key) -> &mut Self {
        self.keys += 1;
        self.window.key_press_modifiers(modifiers, key);
        self.settle();
        self
    }

    /// Types into whatever has the keyboard.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.keys += 1;
        self.window.event(egui::Event::Text(text.to_owned()));
        self.settle();
        self
    }

    pub fn copy(&mut self) -> String {
        self.clipboard(egui::Event::Copy)
    }

    pub fn cut(&mut self) -> String {
        self.clipboard(egui::Event::Cut)
    }

    fn clipboard(&mut self, event: egui::Event) -> String {
        self.keys += 1;
        self.window.event(event);
        self.window.step();
        let commands = &self.window.output().platform_output.commands;
        let text = commands.iter().find_map(|c| match c {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        self.settle();
        text.expect("something was copied")
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.keys += 1;
        self.window.event(egui::Event::Paste(text.to_owned()));
        self.settle();
        self
    }

    pub fn click(&mut self, role: Role, name: &str) -> &mut Self {
        self.click_with(Modifiers::NONE, role, name)
    }

    pub fn click_with(&mut self, modifiers: Modifiers, role: Role, name: &str) -> &mut Self {
        self.mouse += 1;
        self.window.get_by_role_and_label(role, name).click_modifiers(modifiers);
        self.settle();
        self
    }

    pub fn right_click(&mut self, role: Role, name: &str) -> &mut Self {
        self.mouse += 1;
        self.window.get_by_role_and_label(role, name).click_secondary();
        self.settle();
        self
    }

    pub fn shape(&mut self, name: &str) -> &mut Self {
        self.click(Role::TreeItem, name)
    }

    pub fn drag(&mut self, from: Pos2, to: Pos2) -> &mut Self {
        self.mouse += 1;
        self.window.drag_at(from);
        self.window.run_steps(2);
        self.window.hover_at(to);
        self.window.run_steps(2);
        self.window.drop_at(to);
        self.settle();
        self
    }

    /// The middle of what has this accessible name.
    pub fn at(&self, name: &str) -> Pos2 {
        self.window.get_by_label(name).rect().center()
    }

    /// Opens the command palette, types and takes the first answer.
    pub fn palette(&mut self, words: &str) -> &mut Self {
        self.ctrl(Key::K).text(words).key(Key::Enter)
    }

    /// Scrolls a shape into view, as a wheel would.
    pub fn bring(&mut self, id: &orchestrion::model::Id) {
        self.window.state_mut().tabs.canvas_mut().reveal(&Selection::Node(id.clone()));
        self.settle();
    }

    // What is there afterwards; looking costs nothing.

    pub fn orchestration(&self) -> &Orchestration {
        self.window.state().document.orchestration().expect("an orchestration is open")
    }

    pub fn body(&self) -> Vec<String> {
        self.orchestration().body.iter().map(|s| s.name.clone()).collect()
    }

    pub fn kinds(&self) -> Vec<&'static str> {
        self.orchestration().body.iter().map(|s| s.kind.label()).collect()
    }

    pub fn find(&self, name: &str) -> &Shape {
        self.orchestration().shapes().into_iter().find(|s| s.name == name).expect(name)
    }

    pub fn kind(&self, name: &str) -> ShapeKind {
        self.find(name).kind.clone()
    }

    pub fn selected(&self) -> String {
        match &self.window.state().document.selection {
            Selection::Node(id) => {
                self.window.state().document.owner(id).map(|s| s.name.clone()).unwrap_or_default()
            }
            Selection::Port(name) | Selection::Declared { name, .. } => name.clone(),
            _ => String::new(),
        }
    }

    pub fn sees(&self, name: &str) -> bool {
        self.window.query_all_by_label(name).next().is_some()
    }
}
