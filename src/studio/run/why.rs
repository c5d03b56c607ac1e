//! Why: who got the message shown and who nearly did, what the instance waits for, what a shape decided, where a value came
//! from, and the change that would help.

use super::inspector::PAST;
use super::player::{Command, Explanation};
use super::words::wanted;
use super::{RunMode, forks};
use crate::engine::message_box::Verdict;
use crate::engine::{Fate, Operation, Row, SubscriptionView, Wake};
use crate::journal::Clock;
use crate::message::format_value;
use crate::studio::command;
use crate::studio::document::Action;
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use crate::why::{Delivery, Expected, Fix, Judgement, Miss, Origin, Proof};
use egui::{Button, ComboBox, RichText, Ui};

/// Fixes offered for one thing.
const FIXES: usize = 2;

/// The nearest of those that did not get a message, and subscriptions, that are told at once; the others when one asks.
const NEAR: usize = 3;
const ROWS: usize = 8;

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    if run.state.clock.playing {
        fields::note(ui, "Time passes. Pause, or click a line of the journal, to ask why.");
        if ui.button("Pause").clicked() {
            run.tell(Command::Pause);
        }
        return;
    }
    let Some(why) = run.state.why.clone() else {
        fields::note(ui, "Finding out…");
        return;
    };
    applied(ui, run, actions);
    if let Some(arrival) = &why.arrival {
        fields::heading(ui, "What arrived");
        sentence(ui, &arrival.sentence);
        fixes(ui, run, &arrival.fixes, actions);
        for delivered in &arrival.deliveries {
            delivery(ui, run, delivered, actions);
        }
    }
    if let Some(delivered) = &why.delivery {
        fields::heading(ui, "The message");
        sentence(ui, &delivered.sentence);
        delivery(ui, run, delivered, actions);
    }
    let message = why.arrival.is_some() || why.delivery.is_some();
    if !message && why.waits.is_empty() && why.standstill.is_none() && why.judgements.is_empty() {
        let words = "Nothing to explain at this moment. Click a line of the journal that is about a message, choose an instance that waits or is suspended, or select a shape that decides.";
        let over = "This instance has ended: it waits for nothing more. Step back to when it did, or click a line of the journal that is about a message.";
        fields::note(ui, if run.is_over() { over } else { words });
        if ui.button(command::Command::PreviousProblem.text()).clicked() {
            run.to_problem(false);
        }
    }
    instance(ui, run, &why, actions);
    shape(ui, run, &why);
    forks::offer(ui, run);
    origin(ui, run, &why, actions);
}

/// What the last change did, with the way back.
fn applied(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    let Some(label) = run.applied.clone() else { return };
    let t = Tokens::of(ui);
    let frame = egui::Frame::new().fill(t.tint(t.panel, t.ok, 0.12)).corner_radius(6).inner_margin(8);
    frame.show(ui, |ui| {
        let words = format!("{label}. This run got the same messages again.");
        ui.add(egui::Label::new(RichText::new(words).color(t.text)).wrap());
        ui.horizontal_wrapped(|ui| {
            if ui.button("Undo the change").clicked() {
                actions.push(Action::Command(command::Command::Undo));
                run.applied = None;
            }
            if ui.button("Compare with before").clicked() {
                run.show_runs();
            }
        });
    });
}

fn instance(ui: &mut Ui, run: &mut RunMode, why: &Explanation, actions: &mut Vec<Action>) {
    if let Some(standstill) = &why.standstill {
        fields::heading(ui, "Stands still");
        sentence(ui, &standstill.sentence);
        quiet(ui, &format!("Next: {}.", standstill.next));
        ui.horizontal_wrapped(|ui| {
            if let Some(operation) = &standstill.operation
                && ui
                    .add_enabled(run.state.past.is_none(), egui::Button::new(does(operation)))
                    .on_hover_text(&standstill.next)
                    .on_disabled_hover_text(PAST)
                    .clicked()
            {
                run.operate(operation.clone());
            }
            if let Some(seq) = standstill.seq.filter(|seq| Some(*seq) != why.event)
                && ui.button("Show when").on_hover_text("Goes to the moment it happened").clicked()
            {
                run.tell(Command::Seek(seq));
            }
        });
        fixes(ui, run, &standstill.fixes, actions);
    }
    for (i, expected) in why.waits.iter().enumerate() {
        fields::heading(ui, "Waits for");
        ui.push_id(("wakes", i), |ui| wakes(ui, expected));
        fields::heading(ui, "Came close");
        if expected.close.is_empty() {
            quiet(ui, "No message yet.");
        }
        for (j, close) in expected.close.iter().enumerate() {
            ui.push_id((i, j), |ui| {
                ui.add_space(4.0);
                quiet(ui, &close.sentence);
                let words = RichText::new("Show when").size(12.0);
                if ui.button(words).on_hover_text("Goes to the moment it was published").clicked() {
                    run.tell(Command::Seek(close.seq));
                }
                fixes(ui, run, &close.fixes, actions);
            });
        }
    }
}

/// Where it stands, and what would wake it, one below the other.
fn wakes(ui: &mut Ui, expected: &Expected) {
    sentence(ui, &expected.place);
    let rows = |subscriptions: &[SubscriptionView]| -> Vec<String> {
        subscriptions.iter().map(|row| row.text.to_string()).collect()
    };
    for (i, (wake, words)) in expected.waiting.wakes.iter().zip(&expected.wakes).enumerate() {
        ui.add_space(4.0);
        let (port, texts) = match wake {
            Wake::Message { port, subscriptions, .. } => (format!(" on {port}"), rows(subscriptions)),
            Wake::Acknowledgements { .. } | Wake::Time { .. } | Wake::TimeOut { .. } => {
                (String::new(), Vec::new())
            }
            Wake::Branches { .. } | Wake::SharedData { .. } => (String::new(), Vec::new()),
        };
        if texts.is_empty() {
            quiet(ui, &format!("{}{words}", if i == 0 { "" } else { "or " }));
        }
        for (j, text) in texts.iter().enumerate() {
            let wanted = wanted(text);
            let or = if i + j == 0 { "" } else { "or " };
            let t = Tokens::of(ui);
            let what = RichText::new(format!("{or}{}{port}", wanted.what)).color(t.text);
            ui.add(egui::Label::new(what).wrap()).on_hover_text(text);
            for condition in &wanted.conditions {
                ui.add(
                    egui::Label::new(RichText::new(condition).monospace().size(11.0).color(t.muted)).wrap(),
                );
            }
        }
    }
}

fn does(operation: &Operation) -> &'static str {
    match operation {
        Operation::ResumeInstance(_) => "Resume it",
        Operation::TerminateInstance(_) => "Terminate it",
        Operation::ContinueInstance(_) => "Continue it",
        _ => "Do that",
    }
}

/// The expressions of the shape of the moment, or of the selected one, with the value of all that stands in them.
fn shape(ui: &mut Ui, run: &RunMode, why: &Explanation) {
    let named = |(service, shape)| {
        let spot = run.state.atlas.spot(service, shape);
        spot.map_or_else(|| shape.to_string(), |spot| format!("{} {}", spot.kind, spot.name))
    };
    let Some(at) = why.shape else {
        if let Some(asked) = why.asked.shape.filter(|_| why.instance.is_some()) {
            fields::heading(ui, &named(asked));
            quiet(
                ui,
                if run.is_over() {
                    "It has not run in this instance, which has ended. Choose another instance or shape."
                } else {
                    "It has not run in this instance by this moment. Step on, or choose another instance."
                },
            );
        }
        return;
    };
    fields::heading(ui, &named(at));
    if let Some(before) = why.pass_before {
        let at = Clock(before.since(run.state.start));
        quiet(ui, &format!("It has not run yet in this pass. The pass before, at {at}:"));
    }
    if why.judgements.is_empty() {
        quiet(ui, "There is no expression in it.");
    }
    for (i, judgement) in why.judgements.iter().enumerate() {
        ui.push_id(("judgement", i), |ui| judged(ui, judgement));
    }
}

fn judged(ui: &mut Ui, judgement: &Judgement) {
    let t = Tokens::of(ui);
    sentence(ui, &judgement.sentence);
    for part in judgement.parts.iter().filter(|part| part.text != judgement.text.trim()) {
        let color = match &part.value {
            crate::message::Value::Bool(true) => t.ok,
            crate::message::Value::Bool(false) => t.error,
            _ => t.text,
        };
        let font = egui::FontId::monospace(11.0);
        let format = |color| egui::TextFormat::simple(font.clone(), color);
        let mut job = egui::text::LayoutJob::default();
        job.append(&part.text, 0.0, format(t.muted));
        job.append(&super::inspector::value_words(&part.value), 14.0, format(color));
        ui.add(egui::Label::new(job).wrap());
    }
    ui.add_space(4.0);
}

/// Where a variable, a message or a field of it came from; one chooses which.
fn origin(ui: &mut Ui, run: &mut RunMode, why: &Explanation, actions: &mut Vec<Action>) {
    let watched = run.state.watched.clone().filter(|watched| Some(watched.id) == run.selected());
    let Some(view) = watched.as_ref().and_then(|watched| watched.view.as_ref()) else { return };
    let top = egui::Rect::from_min_size(ui.cursor().min, egui::Vec2::splat(1.0));
    fields::heading(ui, "Where a value comes from");
    let asked = why.asked.value.clone();
    if why.origin.is_some() && asked == run.asked.value && std::mem::take(&mut run.traces) {
        ui.scroll_to_rect(top, Some(egui::Align::TOP));
    }
    ui.horizontal(|ui| {
        let shown = asked.as_ref().map_or("Choose a value", |(name, _)| name.as_str());
        let combo = ComboBox::from_id_salt("origin of")
            .icon(fields::drop_icon)
            .selected_text(shown)
            .width(132.0)
            .truncate();
        let response = combo.show_ui(ui, |ui| {
            let messages = view.messages.iter().map(|named| named.variable);
            for name in view.variables.iter().map(|(name, _)| *name).chain(messages) {
                let on = asked.as_ref().is_some_and(|(asked, _)| *asked == name);
                if ui.selectable_label(on, name.as_str()).clicked() {
                    run.ask_origin(name, "");
                }
            }
        });
        response
            .response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Value to trace"));
        if let Some((name, field)) = &asked
            && view.messages.iter().any(|named| named.variable == *name)
        {
            let mut text = field.clone();
            let field = egui::TextEdit::singleline(&mut text).hint_text(".Field").desired_width(96.0);
            let response = ui.add(field);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Field to trace"));
            if response.changed() {
                run.ask_origin(*name, &text);
            }
        }
    });
    match (&why.origin, &asked) {
        (Some(origin), Some(_)) => origins(ui, run, origin, 0, actions),
        _ => quiet(ui, "Choose a variable or a message: the shapes and messages it came from are listed."),
    }
}

fn origins(ui: &mut Ui, run: &mut RunMode, origin: &Origin, depth: usize, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.add_space(depth.min(8) as f32 * 12.0);
        ui.vertical(|ui| {
            sentence(ui, &origin.sentence);
            if let Some(seq) = origin.seq {
                let words = RichText::new("Show when").size(12.0);
                if ui.button(words).on_hover_text(format!("Goes to event {seq}")).clicked() {
                    run.tell(Command::Seek(seq));
                    if let Some(shape) = origin.shape {
                        run.go_to_shape(origin.subject.service, shape, actions);
                    }
                }
            }
        });
    });
    for (i, from) in origin.from.iter().enumerate() {
        ui.push_id((depth, i), |ui| origins(ui, run, from, depth + 1, actions));
    }
}

/// What can be otherwise, in words, for the message that came last by the moment shown.
pub fn brought_words(run: &RunMode) -> Option<String> {
    let brought = run.state.brought.as_ref()?;
    let at = Clock(brought.elapsed);
    Some(match brought.sent {
        true => format!("{}, sent at {at}", brought.what),
        false => format!("{}, which came through {} at {at}", brought.what, brought.through),
    })
}

/// The nearest misses, then every subscription there was.
fn delivery(ui: &mut Ui, run: &mut RunMode, delivery: &Delivery, actions: &mut Vec<Action>) {
    let arrived = delivery.delivered().next().is_some();
    if !delivery.misses.is_empty() {
        fields::heading(ui, "Nearly got it");
    }
    let mut missed = |ui: &mut Ui, i: usize, miss: &Miss| {
        ui.push_id(("miss", i), |ui| {
            ui.add_space(4.0);
            if arrived {
                // Nothing is wrong with it: who else could have had it is told when one asks.
                if fold(ui, &miss.sentence, Tokens::of(ui).muted) {
                    predicates(ui, &miss.predicates);
                    fixes(ui, run, &miss.fixes, actions);
                }
                return;
            }
            sentence(ui, &miss.sentence);
            predicates(ui, &miss.predicates);
            fixes(ui, run, &miss.fixes, actions);
        });
    };
    let (near, far) = delivery.misses.split_at(delivery.misses.len().min(NEAR));
    near.iter().enumerate().for_each(|(i, miss)| missed(ui, i, miss));
    let more = format!("{} more", far.len());
    if !far.is_empty() && ui.push_id("far", |ui| fold(ui, &more, Tokens::of(ui).muted)).inner {
        far.iter().enumerate().for_each(|(i, miss)| missed(ui, NEAR + i, miss));
    }
    fields::heading(ui, "Subscriptions");
    if delivery.proofs.is_empty() {
        quiet(ui, "There were none. Start a send port or an orchestration that subscribes.");
    }
    let delivered = |row: &Row| row.fate != Fate::Delivered;
    let mut proofs: Vec<_> = delivery.proofs.iter().collect();
    proofs.sort_by_key(|proof| delivered(&proof.row));
    let proved = |ui: &mut Ui, i: usize, proof: &Proof| {
        let t = Tokens::of(ui);
        let color = if delivered(&proof.row) { t.muted } else { t.ok };
        ui.push_id(i, |ui| {
            if fold(ui, &proof.sentence, color) {
                ui.indent("predicates", |ui| {
                    for group in &proof.row.groups {
                        predicates(ui, group);
                    }
                });
            }
        });
    };
    let first = proofs.iter().filter(|proof| !delivered(&proof.row)).count().max(ROWS).min(proofs.len());
    let (shown, rest) = proofs.split_at(first);
    shown.iter().enumerate().for_each(|(i, proof)| proved(ui, i, proof));
    let more = format!("{} more that it did not go to", rest.len());
    if !rest.is_empty() && ui.push_id("rest", |ui| fold(ui, &more, Tokens::of(ui).muted)).inner {
        rest.iter().enumerate().for_each(|(i, proof)| proved(ui, first + i, proof));
    }
}

/// A sentence that opens and closes what is under it; true while open.
fn fold(ui: &mut Ui, words: &str, color: egui::Color32) -> bool {
    let t = Tokens::of(ui);
    let id = ui.make_persistent_id("open");
    let mut open = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    let text = RichText::new(words).size(12.0).color(color);
    let room = ui.available_width() - 22.0;
    let response = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (mark, _) = ui.allocate_exact_size(egui::vec2(14.0, 16.0), egui::Sense::hover());
        let glyph = if open { Glyph::ChevronDown } else { Glyph::Chevron };
        icons::paint(
            ui.painter(),
            glyph,
            egui::Rect::from_center_size(mark.center(), egui::Vec2::splat(8.0)),
            t.muted,
        );
        ui.scope(|ui| {
            ui.set_max_width(room.max(40.0));
            ui.add(egui::Label::new(text).wrap().sense(egui::Sense::click()))
        })
        .inner
    });
    response
        .inner
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::DisclosureTriangle, true, open, words));
    if response.inner.on_hover_text("Shows every predicate with both values").clicked() {
        open = !open;
        ui.data_mut(|data| data.insert_temp(id, open));
    }
    open
}

/// Each predicate with what was wanted and what there was.
fn predicates(ui: &mut Ui, verdicts: &[Verdict]) {
    let t = Tokens::of(ui);
    for verdict in verdicts {
        let actual = verdict.actual.as_ref().map_or_else(|| "not promoted".to_owned(), format_value);
        let color = if verdict.holds { t.ok } else { t.error };
        let sign = if verdict.holds { "holds" } else { "is" };
        let words = format!("{}  {sign}: {actual}", verdict.predicate);
        let words = RichText::new(words).monospace().size(11.0).color(color);
        ui.add(egui::Label::new(words).wrap());
    }
}

/// The smallest changes as buttons. The application is changed in one step that can be undone, and gets the same messages
/// again, so that one sees what that does.
fn fixes(ui: &mut Ui, run: &mut RunMode, fixes: &[Fix], actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    for fix in fixes.iter().take(FIXES) {
        let text = RichText::new(&fix.title).size(12.0).family(theme::medium()).color(t.text);
        let button = Button::new(text).wrap().stroke(egui::Stroke::new(1.0, t.brand));
        let tip = "Changes the application, as one step to undo, and gives it the same messages again";
        if ui.add(button).on_hover_text(tip).clicked() {
            actions.push(Action::edit(fix.edit.clone()));
            run.applied = Some(fix.title.clone());
            run.mends = true;
        }
    }
}

fn sentence(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    ui.add(egui::Label::new(RichText::new(words).color(t.text)).wrap());
}

fn quiet(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    ui.add(egui::Label::new(RichText::new(words).small().color(t.muted)).wrap());
}
