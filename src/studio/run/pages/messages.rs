//! Every message of the run, in the manner of a network analyser: the list, and beside it context and body of one.

use super::super::atlas::{key_of, service_words, type_of};
use super::super::desk::{Line, Page};
use super::super::player::Command;
use super::super::{RunMode, messages as detail};
use super::{keep_up, tools};
use crate::diagnostic::counted;
use crate::engine::{InstanceId, Publisher};
use crate::journal::{Clock, Passage, Stand};
use crate::studio::command;
use crate::studio::document::Action;
use crate::studio::panels::fields;
use crate::studio::table::{self, Column, Row};
use crate::studio::theme::{self, Tokens};
use egui::{Button, Color32, Layout, RichText, ScrollArea, Ui, vec2};

const COLUMNS: [Column; 8] = [
    Column::new("Time", 106.0).mono(),
    Column::new("No.", 56.0).mono(),
    Column::new("From", 130.0).wide(1.0),
    Column::new("To", 130.0).wide(1.0),
    Column::new("Type", 110.0).wide(0.6),
    Column::new("Key", 84.0).wide(0.4).mono(),
    Column::new("Bytes", 58.0).mono().right(),
    Column::new("State", 96.0).wide(0.5),
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    tools(ui, run, ("message.type == Order and P.CustID == 17", "message"), |ui, run| {
        if let Some(message) = run.drawer.conversation {
            let words = RichText::new(format!("Conversation of {message}  ×")).size(12.0);
            let button = ui.add(Button::new(words).selected(true));
            if button.on_hover_text("Show all messages again").clicked() {
                run.drawer.conversation = None;
            }
        }
    });
    keep_up(run, Page::Messages);
    let found = run.found();
    if found.total == 0 {
        let words = match (found.reading, found.all == 0) {
            (true, _) => "Looking through the messages…",
            (_, true) => "No message yet. Play, or send one in Send message.",
            _ => "No message fits. Change the filter, or clear it.",
        };
        table::nothing(ui, words);
        return;
    }
    let chosen = found.message.clone().filter(|passage| Some(passage.message.id) == run.drawer.message);
    let room = ui.available_size();
    let side = if chosen.is_some() { (room.x * 0.38).clamp(240.0, 560.0) } else { 0.0 };
    let mut view = std::mem::take(&mut run.drawer.place(Page::Messages).view);
    let mut did = table::Did::default();
    ui.with_layout(Layout::left_to_right(egui::Align::Min), |ui| {
        ui.allocate_ui(vec2(room.x - side - if side > 0.0 { 12.0 } else { 0.0 }, room.y), |ui| {
            did = table::show(ui, ("Messages", &COLUMNS), &mut view, found.total, |index| {
                match found.row(index)? {
                    Line::Message(passage) => Some(row(run, passage, index >= found.until)),
                    _ => None,
                }
            });
        });
        if let Some(passage) = &chosen {
            ui.allocate_ui_with_layout(vec2(side, room.y), Layout::top_down(egui::Align::Min), |ui| {
                ui.set_width(side);
                head(ui, run, passage, actions);
                let area = ScrollArea::vertical().id_salt("message").auto_shrink(false);
                area.show(ui, |ui| {
                    ui.set_max_width(ui.available_width() - 6.0);
                    detail::detail(ui, &passage.message);
                });
            });
        }
    });
    run.drawer.place(Page::Messages).view = view;
    let line = |index: Option<usize>| match index.and_then(|index| found.row(index)) {
        Some(Line::Message(passage)) => Some(passage),
        _ => None,
    };
    if let Some(passage) = line(did.chose) {
        run.drawer.message = Some(passage.message.id);
    }
    if let Some(passage) = line(did.opened) {
        go(run, passage, actions);
    }
}

/// To the moment a message was published, and who published it.
fn go(run: &mut RunMode, passage: &Passage, actions: &mut Vec<Action>) {
    run.tell(Command::Seek(passage.seq));
    if let Publisher::Orchestration { instance, .. } = passage.publisher {
        run.go(instance, actions);
    }
}

/// What one can do with the message that is shown in full.
fn head(ui: &mut Ui, run: &mut RunMode, passage: &Passage, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let message = &passage.message;
    ui.horizontal(|ui| {
        let title = format!("{} {}", type_of(message), message.id);
        ui.add(egui::Label::new(RichText::new(title).text_style(theme::strong())).truncate());
    });
    let (words, color) = state(t, run, passage);
    ui.add(egui::Label::new(RichText::new(words).small().color(color)).truncate());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        let button = |ui: &mut Ui, words: &str, tip: &str| {
            ui.add(Button::new(RichText::new(words).size(12.0))).on_hover_text(tip).clicked()
        };
        if button(ui, "Follow", "Only the messages that belong together with this one") {
            run.drawer.conversation = Some(message.id);
        }
        if button(ui, "Show moment", "Everything as it was when it was published") {
            go(run, passage, actions);
        }
        if button(ui, "Why", "Why it went where it went, and nowhere else") {
            run.tell(Command::Seek(passage.seq));
            actions.push(Action::Command(command::Command::Why));
        }
        for id in passage.receivers.iter().take(4) {
            let service = run.state.summary(*id).map_or("instance", |summary| service_words(summary.service));
            if button(ui, &format!("{service} {id}"), "Show this instance") {
                run.go(*id, actions);
            }
        }
        if passage.receivers.len() > 4 {
            fields::note(ui, format!("and {} more", passage.receivers.len() - 4));
        }
    });
    ui.add_space(2.0);
}

fn row(run: &RunMode, passage: &Passage, later: bool) -> Row {
    let t = run.drawer.tokens();
    let message = &passage.message;
    let bytes: usize = message.parts.iter().map(|part| part.body.as_bytes().len()).sum();
    let (state, color) = state(t, run, passage);
    let who = |id: &InstanceId| match run.state.summary(*id) {
        Some(summary) => format!("{} {id}", service_words(summary.service)),
        None => id.to_string(),
    };
    let from = match &passage.publisher {
        Publisher::Orchestration { instance, port } => format!("{} at {port}", who(instance)),
        Publisher::ReceivePort(port) | Publisher::SendPortReply(port) => port.to_string(),
        other => other.to_string(),
    };
    let to = match passage.receivers.as_slice() {
        [] => String::new(),
        [one] => who(one),
        [first, others @ ..] => format!("{} and {} more", who(first), others.len()),
    };
    let own = run.selected().is_some_and(|id| {
        passage.receivers.contains(&id)
            || matches!(passage.publisher, Publisher::Orchestration { instance, .. } if instance == id)
    });
    Row {
        cells: vec![
            Clock(passage.at.since(run.state.start)).to_string(),
            message.id.to_string(),
            from,
            to,
            type_of(message),
            key_of(message),
            bytes.to_string(),
            state,
        ],
        mark: Some(color),
        ground: if run.state.past == Some(passage.seq) {
            Some(t.tint(t.panel, t.brand, 0.14))
        } else {
            own.then(|| t.tint(t.panel, t.selection, 0.07))
        },
        faint: later,
        ..Row::default()
    }
}

/// What became of a message so far, and the colour of that.
fn state(t: &Tokens, run: &RunMode, passage: &Passage) -> (String, Color32) {
    if run.state.past.is_some_and(|past| past < passage.seq) {
        return ("not published yet".to_owned(), t.muted);
    }
    let stand = passage.stand();
    let to = passage.receivers.len();
    match (stand, passage.consumed) {
        (Stand::Failed, _) => (passage.failed.clone().unwrap_or_default(), t.error),
        (Stand::OnItsWay, _) => (stand.word().to_owned(), t.muted),
        (Stand::Given, _) => {
            let to: Vec<String> = passage.receivers.iter().map(ToString::to_string).collect();
            (format!("{} to {}", stand.word(), to.join(", ")), t.ok)
        }
        (Stand::Taken, _) if to == 1 => (stand.word().to_owned(), t.ok),
        (Stand::Taken, _) => (format!("{} by {to}", stand.word()), t.ok),
        (Stand::Waits, 0) => (format!("{} for {}", stand.word(), counted(to, "instance")), t.warn),
        (Stand::Waits, done) => (format!("taken by {done} of {to}"), t.warn),
    }
}
