//! A person at the studio: what they press and click is counted.

use crate::harness;
use crate::window::NoDialogs;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Rect, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::{Application, Module, Orchestration, Shape, ShapeKind};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::tabs::Tab;
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
        let studio = Studio::new(Document::new(application, None)).with_dialogs(NoDialogs);
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

    /// Clicks the first of several that do the same.
    pub fn click_first(&mut self, role: Role, name: &str) -> &mut Self {
        self.mouse += 1;
        self.window.query_all_by_role_and_label(role, name).next().unwrap().click();
        self.settle();
        self
    }

    /// Clicks at a point.
    pub fn point_with(&mut self, modifiers: Modifiers, at: Pos2) -> &mut Self {
        self.mouse += 1;
        self.window.hover_at(at);
        self.window.step();
        for pressed in [true, false] {
            let button = egui::PointerButton::Primary;
            self.window.event_modifiers(
                egui::Event::PointerButton { pos: at, button, pressed, modifiers },
                modifiers,
            );
            self.window.step();
        }
        self.settle();
        self
    }

    /// Waits for the engine.
    pub fn until(&mut self, reached: impl Fn(&Self) -> bool) {
        for _ in 0..2_000 {
            self.window.step();
            if reached(self) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(4));
        }
        panic!("waited too long");
    }

    pub fn right_click(&mut self, role: Role, name: &str) -> &mut Self {
        self.mouse += 1;
        self.window.get_by_role_and_label(role, name).click_secondary();
        self.settle();
        self
    }

    /// Clicks something in a panel, scrolled into view first.
    pub fn press(&mut self, role: Role, name: &str) -> &mut Self {
        self.scroll_to(role, name);
        self.click(role, name)
    }

    fn scroll_to(&mut self, role: Role, name: &str) {
        self.window.get_by_role_and_label(role, name).scroll_to_me();
        self.window.run_steps(12);
    }

    /// Clicks the entry of a menu or list that begins with these words.
    pub fn menu(&mut self, words: &str) -> &mut Self {
        self.mouse += 1;
        let label = |node: &egui_kittest::Node<'_>| node.accesskit_node().label().unwrap_or_default();
        let entries = self.window.query_all_by_role(Role::Button).filter(|n| label(n).starts_with(words));
        let last = entries.min_by_key(|n| label(n).len()).unwrap_or_else(|| panic!("no entry {words}"));
        last.click();
        self.settle();
        self
    }

    /// Opens a drop-down and chooses from it.
    pub fn choose(&mut self, field: &str, option: &str) -> &mut Self {
        self.press(Role::ComboBox, field).press(Role::Button, option)
    }

    /// What was there before the task begins; it does not count.
    pub fn before(&mut self, prepare: impl FnOnce(&mut Self)) -> &mut Self {
        let counted = (self.keys, self.mouse);
        prepare(self);
        self.window.run_steps(12);
        (self.keys, self.mouse) = counted;
        self
    }

    pub fn edit(&mut self, edit: orchestrion::model::edit::Edit) {
        self.window.state_mut().edit(edit, None);
        self.settle();
    }

    pub fn shape(&mut self, name: &str) -> &mut Self {
        self.click(Role::TreeItem, name)
    }

    /// A double click is one use of the mouse; the frames of the harness are slower than a hand.
    pub fn double_click(&mut self, shape: &str) -> &mut Self {
        let within = |ctx: &egui::Context, seconds| {
            ctx.options_mut(|o| o.input_options.max_double_click_delay = seconds);
        };
        within(&self.window.ctx, 2.0);
        self.mouse += 1;
        for _ in 0..2 {
            self.window.get_by_role_and_label(Role::TreeItem, shape).click();
            self.window.step();
        }
        within(&self.window.ctx, 0.3);
        self.settle();
        self
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
        self.rect(name).center()
    }

    pub fn rect(&self, name: &str) -> Rect {
        self.window.get_by_label(name).rect()
    }

    /// The middle of a row of a panel, scrolled into view.
    pub fn row(&mut self, name: &str) -> Pos2 {
        self.scroll_to(Role::TreeItem, name);
        self.window.get_by_role_and_label(Role::TreeItem, name).rect().center()
    }

    /// Opens the command palette, types and takes the first answer.
    pub fn palette(&mut self, words: &str) -> &mut Self {
        self.ctrl(Key::K).text(words).key(Key::Enter)
    }

    /// Scrolls a shape into view, as a wheel would.
    pub fn bring(&mut self, shape: &str) -> &mut Self {
        let id = self.find(shape).id.clone();
        self.window.state_mut().tabs.canvas_mut().reveal(&Selection::Node(id));
        self.settle();
        self
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

    pub fn reads(&self, part: &str) -> bool {
        self.window.query_all_by_label_contains(part).next().is_some()
    }

    pub fn document(&self) -> &Document {
        &self.window.state().document
    }

    pub fn module(&self) -> &Module {
        self.document().module().expect("a module is open")
    }

    pub fn tab(&self) -> Tab {
        self.window.state().tabs.focused().expect("a tab is open").clone()
    }
}
