//! Sending a message: to a receive location, from a sample, a file or what one types.

use super::RunMode;
use super::atlas::service_words;
use super::generate::Generator;
use super::player::{Answer, Command};
use crate::diagnostic::counted;
use crate::model::ReceiveLocation;
use crate::program::receive_locations;
use crate::studio::dialogs::from_home;
use crate::studio::document::{Action, Document};
use crate::studio::editors::message::form;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{Align, Button, ComboBox, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::path::Path;
use std::sync::Arc;

/// Behind the name of what was changed since it was opened.
const EDITED: &str = " (edited)";
/// Largest file that is opened, in bytes.
const LARGEST: u64 = 8 * 1024 * 1024;

/// From this width on there is room for one more column, in points.
const BESIDE: f32 = 1160.0;

#[derive(Debug, Default)]
pub struct SendPanel {
    locations: Vec<ReceiveLocation>,
    location: String,
    /// Name of the sample or file the text came from.
    source: String,
    text: String,
    form: form::State,
    generator: Generator,
    /// A file that is not text: sent as it is.
    bytes: Option<Arc<[u8]>>,
    /// Why a file could not be opened.
    refused: Option<String>,
    /// The person asked for a file.
    wants_file: bool,
    /// The path typed where the desktop has no dialog.
    path: Option<String>,
}

impl SendPanel {
    /// True once after the person asked for a file.
    pub fn take_wish(&mut self) -> bool {
        std::mem::take(&mut self.wants_file)
    }

    /// Asks for a path in the panel, as the desktop has no dialog.
    pub fn ask_path(&mut self) {
        self.path.get_or_insert_default();
    }

    /// Takes a file's content over.
    pub fn open(&mut self, path: &Path) {
        self.path = None;
        self.refused = None;
        let read = || -> std::io::Result<Vec<u8>> {
            let size = std::fs::metadata(path)?.len();
            if size > LARGEST {
                let words = format!("it has {size} bytes, at most {LARGEST} can be sent from here");
                return Err(std::io::Error::other(words));
            }
            std::fs::read(path)
        };
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        match read() {
            Ok(bytes) => {
                self.source = name;
                match String::from_utf8(bytes) {
                    Ok(text) => (self.text, self.bytes) = (text, None),
                    Err(raw) => (self.text, self.bytes) = (String::new(), Some(raw.into_bytes().into())),
                }
            }
            Err(error) => self.refused = Some(format!("{} cannot be opened: {error}", path.display())),
        }
    }

    fn choose(&mut self, sample: &str, text: &str) {
        sample.clone_into(&mut self.source);
        text.clone_into(&mut self.text);
        self.bytes = None;
        self.refused = None;
    }

    /// Takes a message that was made elsewhere.
    pub fn take(&mut self, location: &str, source: &str, text: &str) {
        location.clone_into(&mut self.location);
        self.choose(source, text);
    }

    /// A first location and sample, so that one click sends something that works.
    fn prepare(&mut self, document: &Document) {
        self.locations = receive_locations(&document.app);
        let locations = &self.locations;
        if !locations.iter().any(|l| l.name == self.location) {
            let first = locations.iter().find(|l| l.transport == "FILE").or(locations.first());
            self.location = first.map(|l| l.name.clone()).unwrap_or_default();
        }
        if self.source.is_empty() && self.text.is_empty() && self.bytes.is_none() {
            let messages = &document.app.messages;
            // The shortest name is the plainest case.
            if let Some((name, text)) = messages.iter().min_by_key(|(name, _)| name.len()) {
                self.choose(name, text);
            }
        }
    }
}

pub fn ui(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    run.send.prepare(document);
    if run.send.location.is_empty() {
        fields::note(
            ui,
            "This application has no receive location. In Design, choose a receiving port and bind it as Specify now.",
        );
        return;
    }
    let room = ui.available_size();
    let side = 268.0_f32.min(room.x * 0.4);
    let column = |ui: &mut Ui, name: &str, show: &mut dyn FnMut(&mut Ui)| {
        ui.allocate_ui_with_layout(vec2(side, room.y), Layout::top_down(Align::Min), |ui| {
            ui.set_width(side);
            ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 6.0);
                show(ui);
            });
        });
        ui.add_space(8.0);
    };
    // What makes a message stands beside what sends it, else below that.
    let beside = room.x >= BESIDE && document.schemas.roots().next().is_some();
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        column(ui, "send form", &mut |ui| {
            options(ui, run, document);
            if !beside {
                generator(ui, run, document, actions);
            }
        });
        if beside {
            column(ui, "generator", &mut |ui| generator(ui, run, document, actions));
        }
        ui.allocate_ui_with_layout(vec2(ui.available_width(), room.y), Layout::top_down(Align::Min), |ui| {
            editor(ui, run, document);
        });
    });
}

/// The name of a sample without its folder.
fn plain(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn options(ui: &mut Ui, run: &mut RunMode, document: &Document) {
    let t = Tokens::of(ui);
    fields::row(ui, "Receive location", |ui| {
        ComboBox::from_id_salt("receive location")
            .icon(fields::drop_icon)
            .width(ui.available_width() - 4.0)
            .truncate()
            .selected_text(run.send.location.as_str())
            .show_ui(ui, |ui| {
                let SendPanel { locations, location: chosen, .. } = &mut run.send;
                for location in locations.iter() {
                    let words = format!("{}  {}", location.name, location.address);
                    if ui.selectable_label(location.name == *chosen, words).clicked() {
                        location.name.clone_into(chosen);
                    }
                }
            });
    });
    fields::row(ui, "Message", |ui| {
        let shown = if run.send.source.is_empty() { "typed here" } else { plain(&run.send.source) };
        ComboBox::from_id_salt("sample message")
            .icon(fields::drop_icon)
            .width(ui.available_width() - 4.0)
            .truncate()
            .selected_text(shown.to_owned())
            .show_ui(ui, |ui| {
                for (name, text) in &document.app.messages {
                    if ui.selectable_label(*name == run.send.source, plain(name)).clicked() {
                        run.send.choose(name, text);
                    }
                }
                if document.app.messages.is_empty() {
                    fields::note(ui, "the folder messages/ has none");
                }
            });
    });
    if let Some(path) = &mut run.send.path {
        let mut entered = None;
        fields::row(ui, "Path", |ui| {
            let field = ui
                .add(TextEdit::singleline(path).desired_width(f32::INFINITY).hint_text("/home/me/order.xml"));
            if field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
                entered = Some(path.trim().to_owned());
            }
        });
        if let Some(path) = entered.filter(|p| !p.is_empty()) {
            run.send.open(&from_home(&path));
        }
    }
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        let empty = run.send.text.trim().is_empty() && run.send.bytes.is_none();
        let words = RichText::new("Send").color(t.on_brand);
        let button = Button::new(words).fill(t.brand).min_size(vec2(84.0, 28.0));
        if ui.add_enabled(!empty, button).clicked() {
            let body = run.send.bytes.clone().unwrap_or_else(|| run.send.text.as_bytes().into());
            let name = run.send.source.trim_end_matches(EDITED);
            let file = (!name.is_empty()).then(|| plain(name).to_owned());
            run.state.answer = None;
            run.tell(Command::Send { location: run.send.location.clone(), body, file });
        }
        if ui.add(Button::new("Open file…").min_size(vec2(0.0, 28.0))).clicked() {
            run.send.wants_file = true;
        }
    });
    ui.add_space(4.0);
    outcome(ui, run);
}

/// Makes a message of a schema, or a load of such.
fn generator(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    let SendPanel { generator, text, locations, location, .. } = &mut run.send;
    let at = locations.iter().find(|known| known.name == *location);
    if let Some((source, text)) = generator.ui(ui, document, text, at, actions) {
        run.send.choose(&source, &text);
    }
    if run.send.generator.take_begin() {
        // As after a rest: the changed application runs from its beginning.
        run.rested = true;
    }
}

/// What became of it: what started, or what went wrong and what to do.
fn outcome(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    if let Some(why) = &run.send.refused {
        ui.add(egui::Label::new(RichText::new(why).small().color(t.error)).wrap());
        return;
    }
    match run.state.answer.clone() {
        None => {}
        Some(Answer::Done(words)) => fields::note(ui, words),
        Some(Answer::Refused(why)) => {
            ui.add(egui::Label::new(RichText::new(&why.message).small().color(t.error)).wrap());
            ui.add(egui::Label::new(RichText::new(&why.help).small().color(t.muted)).wrap());
        }
        Some(Answer::Sent { published, instances }) => {
            let words = format!("Sent: {}", counted(published, "message"));
            ui.label(RichText::new(words).small().color(t.ok));
            for id in instances {
                let service = run.state.summary(id).map_or("instance", |s| service_words(s.service));
                let words = RichText::new(format!("Show {service} {id}")).size(12.0);
                if ui.add(Button::new(words)).clicked() {
                    run.select(Some(id));
                }
            }
        }
    }
}

fn editor(ui: &mut Ui, run: &mut RunMode, document: &Document) {
    if let Some(bytes) = &run.send.bytes {
        fields::note(
            ui,
            format!("{} is not text; its {} bytes are sent as they are.", run.send.source, bytes.len()),
        );
        return;
    }
    let before = run.send.text.clone();
    form::ui(ui, &mut run.send.text, &document.schemas, &mut run.send.form);
    // What is to be sent is no part of the application.
    fields::unbind(ui.ctx());
    let source = &run.send.source;
    if run.send.text != before && !source.is_empty() && !source.ends_with(EDITED) {
        run.send.source.push_str(EDITED);
    }
}
