//! Variables of the selected instance: what they are, where that came from, and what else they could be.

use super::RunMode;
use super::inspector::{OVER, cut, value_words};
use super::player::{Answer, Command};
use crate::engine::{InstanceView, Operation};
use crate::message::{Message, Name, Value, format_value};
use crate::studio::command;
use crate::studio::menus;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use crate::studio::ticks;
use egui::{Button, FontId, Key, Response, RichText, Sense, TextEdit, Ui, pos2, vec2};

/// What a person is about to put in place of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Editing {
    /// Of a message, its body; else a variable.
    pub message: bool,
    pub name: Name,
    pub text: String,
    pub fresh: bool,
    /// The engine has it, and did not say yet whether it takes it.
    pub sent: bool,
    /// Why it was not taken.
    pub refused: Option<String>,
}

pub fn ui(ui: &mut Ui, run: &mut RunMode, view: &InstanceView) {
    if view.variables.is_empty() {
        return;
    }
    fields::heading(ui, "Variables");
    let (mut empty, mut shown) = (Vec::new(), Vec::new());
    for (name, value) in &view.variables {
        if *value == Value::Null { empty.push(*name) } else { shown.push((*name, value)) }
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    for (name, value) in shown {
        row(ui, run, name, value);
    }
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(|n| n.as_str()).collect();
        ui.add_space(2.0);
        let words = format!("{} without a value", names.len());
        let t = Tokens::of(ui);
        let response = ui.label(RichText::new(words).small().color(t.muted)).on_hover_text(names.join("\n"));
        menus::context(&response, |ui| {
            for name in &empty {
                ui.menu_button(name.as_str(), |ui| {
                    if menu(ui, run, *name, &Value::Null) {
                        ui.close();
                    }
                });
            }
        });
    }
}

fn row(ui: &mut Ui, run: &mut RunMode, name: Name, value: &Value) {
    let picked = run.variable == Some(name);
    let response = pair(ui, name.as_str(), &value_words(value), run.state.changed(name), picked);
    if response.clicked() {
        run.variable = (!picked).then_some(name);
    }
    menus::context(&response, |ui| {
        if menu(ui, run, name, value) {
            ui.close();
        }
    });
    let editing = run.editing.as_ref().is_some_and(|editing| !editing.message && editing.name == name);
    if editing {
        edit(ui, run);
    } else if picked {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            menu(ui, run, name, value);
        });
        ui.add_space(4.0);
    }
}

/// What can be asked of a variable and done to it, as buttons; true when one was pressed.
fn menu(ui: &mut Ui, run: &mut RunMode, name: Name, value: &Value) -> bool {
    use command::Command as C;
    for command in [C::LastChange, C::Origin, C::SetVariable] {
        let (words, tip, _) = command.about();
        let button = Button::new(RichText::new(words).size(12.0));
        let button = ui.add_enabled(command != C::SetVariable || !run.is_over(), button);
        if button.on_hover_text(tip).on_disabled_hover_text(OVER).clicked() {
            run.variable = Some(name);
            match command {
                C::LastChange => run.tell(Command::LastChange(name)),
                C::Origin => run.ask_origin(name, ""),
                _ => run.edit_variable(name, value),
            }
            return true;
        }
    }
    false
}

/// What can be asked of a message and done to it; `variable` is the one of the selected instance that holds it.
pub fn message(ui: &mut Ui, run: &mut RunMode, message: &Message, variable: Option<Name>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let why = Button::new(RichText::new("Why it went there").size(12.0));
        if ui.add(why).on_hover_text("Goes to where it was published, and explains who got it").clicked() {
            run.why_message(message.id);
        }
        let Some(name) = variable else { return };
        let origin = Button::new(RichText::new(command::Command::Origin.text()).size(12.0));
        if ui.add(origin).on_hover_text("Lists the shapes and messages it came from").clicked() {
            run.ask_origin(name, "");
        }
        let edit = Button::new(RichText::new("Edit…").size(12.0));
        if ui
            .add_enabled(!run.is_over(), edit)
            .on_hover_text("Puts another body in its place, as a recorded act of a person")
            .on_disabled_hover_text(OVER)
            .clicked()
        {
            let body = message.body_part().and_then(|part| part.body.to_text().ok());
            run.edit_message(name, body.map_or_else(String::new, |text| text.to_string()));
        }
    });
    if variable.is_some_and(|name| run.edits_message(name)) {
        edit(ui, run);
    }
}

/// The field for another value, and what doing it means.
fn edit(ui: &mut Ui, run: &mut RunMode) {
    let Some(mut editing) = run.editing.clone() else { return };
    let past = run.past().is_some();
    let label = format!("New {} of {}", if editing.message { "body" } else { "value" }, editing.name);
    let field = if editing.message {
        TextEdit::multiline(&mut editing.text).code_editor().desired_rows(8)
    } else {
        TextEdit::singleline(&mut editing.text).font(egui::TextStyle::Monospace)
    };
    let response = ui.add(field.desired_width(f32::INFINITY));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &label));
    if std::mem::take(&mut editing.fresh) {
        response.request_focus();
    }
    let entered =
        !editing.message && response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let escaped = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
    let (words, tip) = if past {
        ("Set in a fork", "A fork goes on from the moment shown with it; this run stays as it was")
    } else {
        ("Set", "Changes the instance now; the run records that somebody did")
    };
    if let Some(why) = &editing.refused {
        let why = RichText::new(ticks::plain(why)).small().color(Tokens::of(ui).error);
        ui.add(egui::Label::new(why).wrap());
    }
    let (mut done, mut left) = (entered, escaped);
    ui.horizontal(|ui| {
        done |= ui.button(words).on_hover_text(tip).clicked();
        left |= ui.button("Cancel").clicked();
    });
    ui.add_space(4.0);
    if let Some(instance) = run.selected().filter(|_| done && !editing.sent) {
        let (name, text) = (editing.name, editing.text.clone());
        (editing.sent, editing.refused) = (true, None);
        let operation = if editing.message {
            Operation::EditMessage { instance, message: name, body: text }
        } else {
            Operation::SetVariable { instance, variable: name, value: text }
        };
        run.tell(Command::Intervene(operation));
    }
    run.editing = (!left).then_some(editing);
}

/// Name left, value right and monospaced; marked while it has just changed.
fn pair(ui: &mut Ui, name: &str, value: &str, changed: bool, picked: bool) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::click());
    let words = format!("{name} {value}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, picked, &words));
    let ground = rect.expand2(vec2(4.0, 0.0));
    if changed {
        ui.painter().rect_filled(ground, 4.0, t.tint(t.panel, t.selection, if t.dark { 0.18 } else { 0.12 }));
    } else if picked || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(ground, 4.0, t.tint(t.panel, t.text, 0.05));
    }
    let room = rect.width();
    let label = cut(ui, name, FontId::monospace(11.5), t.muted, room * 0.5);
    let taken = label.size().x;
    ui.painter().galley(pos2(rect.left(), rect.center().y - label.size().y / 2.0), label, t.muted);
    let galley = cut(ui, value, FontId::monospace(11.5), t.text, room - taken - 12.0);
    let at = pos2(rect.right() - galley.size().x, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.text);
    response.on_hover_ui(|ui| {
        ui.set_max_width(420.0);
        ui.label(RichText::new(format!("{name} = {value}")).monospace());
    })
}

impl RunMode {
    /// The selected instance has ended at the moment shown.
    pub fn is_over(&self) -> bool {
        let summary = self.selected.and_then(|id| self.state.summary(id));
        summary.is_some_and(|summary| summary.phase.ended())
    }

    /// What became of another value that was typed.
    pub(super) fn answered(&mut self, answer: &Answer) {
        let Some(editing) = self.editing.as_mut().filter(|editing| editing.sent) else { return };
        match answer {
            Answer::Refused(why) => {
                (editing.sent, editing.fresh) = (false, true);
                editing.refused = Some(why.message.clone());
            }
            Answer::Done(_) => self.editing = None,
            Answer::Sent { .. } => {}
        }
    }

    /// The variable picked in the list of the selected instance.
    pub fn picked_variable(&self) -> Option<Name> {
        self.variable.filter(|_| self.selected.is_some())
    }

    /// Goes to where the picked variable got its value.
    pub fn last_change(&mut self) {
        if let Some(name) = self.picked_variable() {
            self.tell(Command::LastChange(name));
        }
    }

    /// Explains where a variable or message of the selected instance, or a field of it, came from.
    pub fn ask_origin(&mut self, name: Name, field: &str) {
        self.show_why();
        self.traces = true;
        self.asked.value = Some((name, field.to_owned()));
        self.tell(Command::Ask(self.asked.clone()));
    }

    /// Opens the field for another value of a variable.
    pub(super) fn edit_variable(&mut self, name: Name, value: &Value) {
        let text = if *value == Value::Null { String::new() } else { format_value(value) };
        self.tab = super::Tab::State;
        self.wants_side = true;
        self.variable = Some(name);
        self.editing = Some(Editing { name, text, fresh: true, ..Editing::default() });
    }

    /// Opens the field for another value of the picked variable.
    pub fn edit_picked(&mut self) {
        let Some(name) = self.picked_variable() else { return };
        let view = self.state.watched.as_ref().and_then(|watched| watched.view.as_ref());
        let value = view.and_then(|view| view.variables.iter().find(|(known, _)| *known == name));
        if let Some((_, value)) = value {
            let value = value.clone();
            self.edit_variable(name, &value);
        }
    }

    /// Opens the field for another body of a message that the selected instance has.
    pub fn edit_message(&mut self, name: Name, text: String) {
        self.editing = Some(Editing { message: true, name, text, fresh: true, ..Editing::default() });
    }

    /// True while another body of this message of the selected instance is typed.
    pub fn edits_message(&self, name: Name) -> bool {
        self.editing.as_ref().is_some_and(|editing| editing.message && editing.name == name)
    }
}
