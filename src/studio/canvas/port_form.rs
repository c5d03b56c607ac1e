//! The little form for a port that was dropped on a surface: no more than must be asked.

use super::view::Scene;
use crate::drawing::ports::direction_words;
use crate::model::edit::fresh_name;
use crate::model::{CommunicationPattern, Id, Polarity};
use crate::studio::names;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{Area, Button, ComboBox, Frame, Key, Margin, Order, Pos2, Rect, RichText, TextEdit, Ui, pos2};

/// A port to make, with what it is connected to.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPort {
    pub name: String,
    /// An existing type; `None` makes one.
    pub port_type: Option<String>,
    /// Pattern of the type that is made.
    pub pattern: CommunicationPattern,
    pub polarity: Polarity,
    pub left: bool,
    /// Receive or Send to connect.
    pub shape: Option<Id>,
}

#[derive(Debug)]
pub struct Form {
    port: NewPort,
    at: Pos2,
    fresh: bool,
}

impl Form {
    /// For a port on one side; `shape` is what it is dragged from, true for a Receive.
    pub fn new(shape: Option<(Id, bool)>, left: bool, at: Pos2) -> Self {
        let receives = shape.as_ref().map_or(left, |(_, receives)| *receives);
        let polarity = if receives { Polarity::Implements } else { Polarity::Uses };
        let port = NewPort {
            name: String::new(),
            port_type: None,
            pattern: CommunicationPattern::OneWay,
            polarity,
            left,
            shape: shape.map(|(id, _)| id),
        };
        Self { port, at, fresh: true }
    }

    /// Shows the form; gives the port when it is made, and whether the form stays.
    pub fn ui(&mut self, ui: &Ui, rect: Rect, scene: &Scene<'_>) -> (Option<NewPort>, bool) {
        let t = Tokens::of(ui);
        if self.fresh {
            let base = if self.port.polarity == Polarity::Implements { "ReceivePort" } else { "SendPort" };
            self.port.name = fresh_name(scene.module, base);
        }
        let types = names::types(scene.app, scene.module, names::port_types);
        let at = pos2(
            self.at.x.clamp(rect.left() + 4.0, (rect.right() - 292.0).max(rect.left() + 4.0)),
            self.at.y.clamp(rect.top() + 4.0, (rect.bottom() - 232.0).max(rect.top() + 4.0)),
        );
        let (mut made, mut open) = (None, true);
        // Asked before its rows are drawn: a list of the form closes itself on the click or key that picks from it.
        let listing = egui::Popup::is_any_open(ui.ctx());
        let frame = Frame::popup(ui.style()).inner_margin(Margin::same(12)).fill(t.panel);
        let area = Area::new(egui::Id::unique("new port")).order(Order::Foreground).fixed_pos(at);
        let shown = area.show(ui.ctx(), |ui| {
            frame.show(ui, |ui| {
                ui.set_width(260.0);
                let of_type =
                    self.port.port_type.as_ref().and_then(|name| scene.app.port_type(scene.module, name));
                let pattern = of_type.map_or(self.port.pattern, |t| t.pattern);
                let two_way = pattern == CommunicationPattern::RequestResponse;
                let ways = direction_words(self.port.polarity, two_way);
                ui.label(RichText::new("New port").text_style(theme::strong()));
                ui.label(RichText::new(ways).small().color(t.muted));
                ui.add_space(2.0);
                let entered = fields::row(ui, "Name", |ui| {
                    let field =
                        ui.add(TextEdit::singleline(&mut self.port.name).desired_width(f32::INFINITY));
                    let field = field.accessible_name("Name of the new port");
                    if std::mem::take(&mut self.fresh) {
                        field.request_focus();
                        super::select_all(ui, field.id, self.port.name.chars().count());
                    }
                    field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter))
                });
                fields::row(ui, "Type", |ui| {
                    let shown = self.port.port_type.clone().unwrap_or_else(|| "New port type".to_owned());
                    ComboBox::from_id_salt("new port type")
                        .icon(fields::drop_icon)
                        .width(ui.available_width())
                        .truncate()
                        .selected_text(shown)
                        .show_ui(ui, |ui| {
                            ui.selectable_value(&mut self.port.port_type, None, "New port type");
                            for name in &types {
                                ui.selectable_value(&mut self.port.port_type, Some(name.clone()), name);
                            }
                        });
                });
                if self.port.port_type.is_none() {
                    let patterns = [
                        (CommunicationPattern::OneWay, "One-way"),
                        (CommunicationPattern::RequestResponse, "Request-response"),
                    ];
                    fields::pick(ui, "Pattern", &mut self.port.pattern, &patterns);
                }
                if self.port.shape.is_none() {
                    let ways = [Polarity::Implements, Polarity::Uses]
                        .map(|way| (way, direction_words(way, two_way)));
                    fields::pick(ui, "Direction", &mut self.port.polarity, &ways);
                }
                ui.add_space(6.0);
                ui.horizontal(|ui| {
                    let ready = !self.port.name.trim().is_empty();
                    if (ui.add_enabled(ready, Button::new("Create port")).clicked() || entered) && ready {
                        let name = self.port.name.trim().to_owned();
                        made = Some(NewPort { name, ..self.port.clone() });
                        open = false;
                    }
                    if ui.button("Cancel").clicked() {
                        open = false;
                    }
                });
            });
        });
        let outside = ui.input(|i| i.pointer.any_pressed())
            && shown.response.clicked_elsewhere()
            && !egui::Popup::is_any_open(ui.ctx());
        if !listing && (outside || ui.input(|i| i.key_pressed(Key::Escape))) {
            open = false;
        }
        (made, open)
    }
}
