//! A window on an application, and the hands that work it.

use super::harness;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use orchestrion::studio::command::Command;
use orchestrion::studio::dialogs::{Answer, FolderDialogs, Purpose};
use orchestrion::studio::document::Document;
use orchestrion::studio::{Studio, sample};

pub type Window = Harness<'static, Studio>;

/// A sample in the designer.
pub fn open(name: &str) -> Window {
    show(Document::new(sample::load(name).unwrap(), None))
}

/// A document in the designer.
pub fn show(document: Document) -> Window {
    let mut window = harness(Studio::new(document), Theme::Dark, [1400.0, 900.0]);
    window.run_steps(3);
    window
}

pub fn command(window: &mut Window, command: Command) {
    let ctx = window.ctx.clone();
    window.state_mut().run_command(&ctx, command);
    window.run_steps(3);
}

pub fn click(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    window.run_steps(3);
}

pub fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

/// A desktop that has no dialog for files: the studio asks for the path itself.
#[derive(Debug)]
pub struct NoDialogs;

impl FolderDialogs for NoDialogs {
    fn ask(&mut self, _: Purpose, _: Option<&std::path::Path>, wake: Box<dyn Fn() + Send>) {
        wake();
    }

    fn answer(&mut self) -> Answer {
        Answer::Unavailable
    }
}
