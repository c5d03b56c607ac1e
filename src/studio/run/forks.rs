//! Forks: a message that came is lost, late, doubled, cut or another, a port fails, and the run goes its own way.

use super::RunMode;
use super::player::{Brought, Command};
use super::why::brought_words;
use crate::lab::Fault;
use crate::lab::scenario::parse_span;
use crate::studio::command::Command as C;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{Button, ComboBox, Frame, Key, Modal, RichText, TextEdit, Ui};
use std::sync::Arc;

/// What the fork commands do to a message, in the order of menus.
pub const WAYS: [C; 6] =
    [C::ForkDelay, C::ForkDrop, C::ForkDuplicate, C::ForkCorrupt, C::ForkChange, C::ForkFail];

/// What a fork still needs to know.
#[derive(Clone, Debug)]
pub enum Form {
    Delay { seq: u64, span: String },
    Change { seq: u64, text: String },
    Fail { seq: u64, address: String, error: String },
}

impl RunMode {
    /// The event and message that fork commands are about.
    fn forked(&self) -> Option<Arc<Brought>> {
        self.state.brought.clone()
    }

    /// Whether a fork command has something to be about.
    pub fn can_fork(&self, command: C) -> bool {
        let brought = self.state.brought.as_ref();
        match command {
            C::ForkHere => self.state.past.is_some(),
            C::ForkDuplicate => brought.is_some_and(|brought| brought.again),
            C::ForkChange | C::ForkCorrupt => brought.is_some_and(|brought| brought.body.is_some()),
            _ => brought.is_some(),
        }
    }

    /// Forks at once, or asks for what is missing.
    pub fn fork_by(&mut self, command: C) {
        if command == C::ForkHere {
            if let Some(seq) = self.state.past {
                self.tell(Command::Fork { seq, fault: None });
            }
            return;
        }
        let Some(brought) = self.forked() else { return };
        let seq = brought.seq;
        match command {
            C::ForkDrop => self.fork_at(seq, Fault::Drop),
            C::ForkDuplicate => self.fork_at(seq, Fault::Duplicate),
            C::ForkCorrupt => self.fork_at(seq, Fault::Corrupt),
            C::ForkDelay => self.form = Some(Form::Delay { seq, span: "2 s".to_owned() }),
            C::ForkChange => {
                let body = brought.body.as_deref().unwrap_or_default();
                self.form = Some(Form::Change { seq, text: String::from_utf8_lossy(body).into_owned() });
            }
            C::ForkFail => {
                let address = self.addresses().into_iter().next().map(|(_, address)| address);
                let (address, error) = (address.unwrap_or_default(), "the other side is down".to_owned());
                self.form = Some(Form::Fail { seq, address, error });
            }
            _ => {}
        }
    }

    /// Forks with one thing otherwise, and shows the fork beside the run.
    pub fn fork_at(&mut self, seq: u64, fault: Fault) {
        self.tell(Command::Fork { seq, fault: Some(fault) });
        self.show_runs();
    }

    /// Send ports with the addresses they send to.
    fn addresses(&self) -> Vec<(String, String)> {
        let Some(program) = &self.state.program else { return Vec::new() };
        let ports = program.application.bindings.send_ports.iter();
        let sent = ports.filter_map(|port| {
            let address = port.primary.as_ref()?.address.clone();
            (!address.is_empty()).then(|| (port.name.clone(), address))
        });
        sent.collect()
    }

    /// Asks for what a fork still needs.
    pub fn fork_form(&mut self, ctx: &egui::Context) {
        let Some(mut form) = self.form.take() else { return };
        let modal =
            Modal::new(egui::Id::unique("fork")).frame(Frame::popup(&ctx.global_style()).inner_margin(16));
        let addresses = self.addresses();
        let shown = modal.show(ctx, |ui| asks(ui, &mut form, &addresses));
        match shown.inner {
            Some(Some((seq, fault))) => self.fork_at(seq, fault),
            Some(None) => {}
            None if shown.should_close() => {}
            None => self.form = Some(form),
        }
    }
}

/// The form; the fork once it is said, the inner `None` to leave.
fn asks(ui: &mut Ui, form: &mut Form, addresses: &[(String, String)]) -> Option<Option<(u64, Fault)>> {
    let t = Tokens::of(ui);
    ui.set_width(460.0);
    let (title, note) = match form {
        Form::Delay { .. } => ("Fork: the message comes later", "How much later, such as 2 s, 5 min or 1 h"),
        Form::Change { .. } => ("Fork: the message is another", "The text that comes in its place"),
        Form::Fail { .. } => ("Fork: a port fails", "Sending there fails from that moment on"),
    };
    ui.heading(title);
    ui.add_space(4.0);
    ui.label(RichText::new(note).small().color(t.muted));
    ui.add_space(4.0);
    let ready = match form {
        Form::Delay { seq, span } => {
            fields::text(ui, "Later by", span);
            let parsed = parse_span(span);
            if parsed.is_none() {
                ui.label(RichText::new("This is no span of time: write 2 s or 5 min").small().color(t.error));
            }
            parsed.map(|span| (*seq, Fault::Delay(span)))
        }
        Form::Change { seq, text } => {
            let field = TextEdit::multiline(text).code_editor().desired_rows(14).desired_width(f32::INFINITY);
            let area = egui::ScrollArea::vertical().max_height(320.0);
            let response = area.show(ui, |ui| ui.add(field)).inner;
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "New body"));
            Some((*seq, Fault::Replace(text.as_bytes().into())))
        }
        Form::Fail { seq, address, error } => {
            fields::row(ui, "Send port", |ui| {
                let name = addresses
                    .iter()
                    .find(|(_, own)| own == address)
                    .map_or("Choose a port", |(name, _)| name);
                ComboBox::from_id_salt("failing port")
                    .icon(fields::drop_icon)
                    .selected_text(name)
                    .width(320.0)
                    .show_ui(ui, |ui| {
                        for (name, own) in addresses {
                            ui.selectable_value(address, own.clone(), name);
                        }
                    });
            });
            fields::text(ui, "Error", error);
            if addresses.is_empty() {
                fields::note(ui, "This application has no send port with an address.");
            }
            let fault = Fault::FailPort { address: address.clone(), error: error.clone() };
            (!address.is_empty()).then_some((*seq, fault))
        }
    };
    ui.add_space(8.0);
    let mut answer = None;
    let entered = !matches!(form, Form::Change { .. }) && ui.input(|input| input.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        let go = ui.add_enabled(ready.is_some(), Button::new("Fork")).clicked();
        if let Some(ready) = ready.filter(|_| go || entered) {
            answer = Some(Some(ready));
        }
        if ui.button("Cancel").clicked() {
            answer = Some(None);
        }
    });
    answer
}

/// Beside an explanation: the same run, were the message otherwise.
pub fn offer(ui: &mut Ui, run: &mut RunMode) {
    fields::heading(ui, "Try it otherwise");
    let Some(words) = brought_words(run) else {
        fields::note(ui, "Nothing has come from outside yet. Send a message, or start a partner that does.");
        return;
    };
    fields::note(ui, format!("A fork goes on without, or with another, {words}. This run stays as it is."));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
        buttons(ui, run, true);
    });
}

/// The ways a message can be otherwise, as buttons of a panel or of a menu; true when one was chosen.
pub fn buttons(ui: &mut Ui, run: &mut RunMode, here: bool) -> bool {
    let ways = WAYS.into_iter().chain(here.then_some(C::ForkHere));
    for command in ways {
        let (words, tip, _) = command.about();
        let words = words.strip_prefix("Fork: ").unwrap_or(words);
        let mut letters = words.chars();
        let words =
            letters.next().map_or_else(String::new, |c| c.to_uppercase().to_string() + letters.as_str());
        let button = Button::new(RichText::new(words).size(12.0));
        if ui.add_enabled(run.can_fork(command), button).on_hover_text(tip).clicked() {
            run.fork_by(command);
            return true;
        }
    }
    false
}
