//! What went wrong while one looked elsewhere: instances that ended with messages they had not consumed.

use super::RunMode;
use super::atlas::service_words;
use super::player::Command;
use super::state::State;
use crate::diagnostic::counted;
use crate::engine::{Event, EventKind, InstanceChange, InstanceId};
use crate::message::Name;
use crate::studio::document::Action;
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{Align, Label, Layout, RichText, Sense, Ui, Vec2};

/// A zombie (ZMB-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zombie {
    /// The event in which it ended.
    pub seq: u64,
    pub instance: InstanceId,
    pub service: Name,
    /// Messages that it never consumed.
    pub messages: u32,
}

/// The zombies that nobody has looked at yet.
#[derive(Debug, Default)]
pub struct Notice {
    /// The last one.
    pub last: Option<Zombie>,
    pub count: usize,
    /// Events up to this one were looked through.
    read: u64,
}

impl Notice {
    /// Takes in what happened; an event that is told again counts once.
    pub fn follow(&mut self, event: &Event) {
        if event.seq <= self.read {
            return;
        }
        self.read = event.seq;
        if let EventKind::Instance { instance, service, change: InstanceChange::Discarded { messages, .. } } =
            &event.kind
        {
            let (seq, instance, service, messages) = (event.seq, *instance, *service, *messages);
            self.last = Some(Zombie { seq, instance, service, messages });
            self.count += 1;
        }
    }

    /// Somebody has seen them.
    pub fn dismiss(&mut self) {
        (self.last, self.count) = (None, 0);
    }
}

/// What the banner says.
fn words(state: &State, zombie: Zombie) -> String {
    let key = state.summary(zombie.instance).map_or_else(String::new, |summary| summary.key().to_owned());
    let key = if key.is_empty() { String::new() } else { format!(" {key}") };
    let left = counted(usize::try_from(zombie.messages).unwrap_or(usize::MAX), "message");
    let more = match state.notice.count {
        0 | 1 => String::new(),
        count => format!(" · {} more", count - 1),
    };
    let name = service_words(zombie.service);
    format!("{name} {}{key} became a zombie: it ended with {left} it had not consumed{more}", zombie.instance)
}

impl RunMode {
    /// Something happened that one may have missed.
    pub fn has_notice(&self) -> bool {
        self.state.notice.last.is_some() && self.state.past.is_none()
    }

    /// Goes to the moment at which the last zombie became one, and says why.
    pub fn show_notice(&mut self, actions: &mut Vec<Action>) {
        let Some(zombie) = self.state.notice.last else { return };
        self.state.notice.dismiss();
        self.go(zombie.instance, actions);
        self.tell(Command::Seek(zombie.seq));
        self.show_why();
    }

    /// The banner that says it, with the way there.
    pub fn notice(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let Some(zombie) = self.state.notice.last else { return };
        let t = Tokens::of(ui);
        let words = words(&self.state, zombie);
        ui.horizontal_centered(|ui| {
            let (mark, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
            icons::paint(ui.painter(), Glyph::Envelope, mark, t.warn);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if fields::icon_button(ui, Glyph::Close, "Dismiss").clicked() {
                    self.state.notice.dismiss();
                }
                if ui.button("Show me").on_hover_text("Goes to the moment it happened").clicked() {
                    self.show_notice(actions);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(
                        Label::new(RichText::new(&words).family(theme::semibold()).color(t.text)).truncate(),
                    );
                });
            });
        });
    }
}
