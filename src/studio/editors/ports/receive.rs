//! A receive port with its locations (RX-1, RX-2, RX-4).

use super::{Item, State, hosts, maps_of, name, pipelines_of, send_change, traffic};
use crate::engine::preview::NodeKind;
use crate::model::edit::Physical;
use crate::model::{
    Application, Authentication, ReceiveLocation, ReceivePort, Recurrence, RecurrenceDays, Schedule,
};
use crate::program::{MONTHS, WEEKDAYS};
use crate::studio::editors::{Editing, list};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::Ui;

const ADAPTERS: [&str; 2] = ["FILE", "QUEUE"];

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, key: &str) {
    let app = &editing.document.app;
    let Some(port) = app.bindings.receive_port(key) else { return };
    let item = Item::ReceivePort(key.to_owned());
    let mut new = port.clone();
    if let Some(name) = name(ui, editing, &item) {
        new.name = name;
    }
    fields::toggle(ui, "Two-way: it waits for an answer and returns it", &mut new.two_way);
    fields::text(ui, "Description", &mut new.description);
    traffic(ui, &editing.document.app, &editing.document.picture, NodeKind::ReceivePort, key);
    locations(ui, app, &mut new);
    fields::heading(ui, "Messages");
    let ways = [
        (Authentication::None, "From anybody"),
        (Authentication::Drop, "From known parties; others are dropped"),
        (Authentication::Keep, "From known parties; others are kept"),
    ];
    fields::pick(ui, "Accepts", &mut new.authentication, &ways);
    fields::toggle(ui, "Route failed messages", &mut new.route_failed_messages);
    if new.two_way {
        let pipelines = pipelines_of(app, true);
        if let Some(chosen) =
            fields::choice(ui, "Send pipeline", &new.send_pipeline, &pipelines, "of the location")
        {
            new.send_pipeline = chosen;
        }
    }
    list::names(ui, "Inbound maps", "map", &mut new.inbound_maps, &maps_of(app));
    if new.two_way {
        list::names(ui, "Outbound maps", "map", &mut new.outbound_maps, &maps_of(app));
    }
    if new != *port {
        send_change(editing, state, &item, Physical::ReceivePort(new));
    }
}

fn locations(ui: &mut Ui, app: &Application, port: &mut ReceivePort) {
    let known: Vec<String> =
        app.bindings.receive_ports.iter().flat_map(|p| p.locations.iter().map(|l| l.name.clone())).collect();
    if fields::heading_with_add(ui, "Receive locations", "Add a receive location") {
        let taken =
            |name: &str| known.iter().any(|k| k == name) || port.locations.iter().any(|l| l.name == name);
        let name = list::fresh(&format!("{}_Location", port.name), taken);
        port.locations.push(ReceiveLocation {
            address: format!("{name}/*.xml"),
            name,
            transport: "FILE".into(),
            receive_pipeline: "XMLReceive".into(),
            enabled: true,
            ..ReceiveLocation::default()
        });
    }
    if port.locations.is_empty() {
        fields::note(ui, "Nothing can come in without a location");
    }
    let (mut removed, mut copied) = (None, None);
    let (two_way, alone) = (port.two_way, port.locations.len() == 1);
    for (at, location) in port.locations.iter_mut().enumerate() {
        let t = Tokens::of(ui);
        ui.push_id(("location", at), |ui| {
            let color = if location.enabled { t.text } else { t.muted };
            let font = egui::FontId::new(13.0, theme::medium());
            let title = list::cut(ui, &location.name, font, color, ui.available_width() - 32.0);
            let shown = egui::CollapsingHeader::new(title)
                .id_salt(at)
                .icon(list::chevron)
                .default_open(alone || at == 0);
            shown.show(ui, |ui| {
                form(ui, app, location, two_way, &known);
                ui.horizontal(|ui| {
                    if ui.button("Duplicate location").clicked() {
                        copied = Some(at);
                    }
                    if ui.button("Delete location").clicked() {
                        removed = Some(at);
                    }
                });
            });
        });
    }
    if let Some(at) = copied
        && let Some(old) = port.locations.get(at).cloned()
    {
        let name = list::fresh(&old.name, |name| known.iter().any(|k| k == name));
        port.locations.insert(at + 1, ReceiveLocation { name, primary: false, ..old });
    }
    if let Some(at) = removed {
        port.locations.remove(at);
    }
}

fn form(ui: &mut Ui, app: &Application, location: &mut ReceiveLocation, two_way: bool, known: &[String]) {
    if let Some(new) = fields::name(ui, "Name", &location.name)
        && !new.is_empty()
        && !known.contains(&new)
    {
        location.name = new;
    }
    let adapters = ADAPTERS.map(str::to_owned);
    if let Some(chosen) = fields::choice(ui, "Adapter", &location.transport, &adapters, "no adapter") {
        location.transport = chosen;
    }
    fields::text(ui, "Address", &mut location.address);
    let hint = match location.transport.as_str() {
        _ if location.address.trim().is_empty() => Some("Nothing can come in without an address"),
        "FILE" if !location.address.contains('*') && !location.address.contains('.') => {
            Some("Write a folder and a mask, such as inbox/*.xml")
        }
        "QUEUE" if !location.address.starts_with("queue://") => {
            Some("Write queue:// and the name of the queue")
        }
        _ => None,
    };
    if let Some(hint) = hint {
        list::wrong(ui, hint);
    }
    let pipelines = pipelines_of(app, false);
    if let Some(chosen) =
        fields::choice(ui, "Pipeline", &location.receive_pipeline, &pipelines, "pass through")
    {
        location.receive_pipeline = chosen;
    }
    if two_way {
        let pipelines = pipelines_of(app, true);
        if let Some(chosen) =
            fields::choice(ui, "Send pipeline", &location.send_pipeline, &pipelines, "of the port")
        {
            location.send_pipeline = chosen;
        }
    }
    fields::toggle(ui, "Enabled", &mut location.enabled);
    fields::toggle(ui, "Primary: its address stands for the port", &mut location.primary);
    if let Some(chosen) = fields::choice(ui, "Host", &location.host, &hosts(app), "default host") {
        location.host = chosen;
    }
    fields::text(ui, "Description", &mut location.description);
    schedule(ui, &mut location.schedule);
    list::pairs(ui, "Pipeline properties", "pipeline property", &mut location.pipeline_properties);
    list::pairs(ui, "Adapter properties", "adapter property", &mut location.properties);
}

/// An optional date or time as text: empty is none.
fn optional(ui: &mut Ui, label: &str, value: &mut Option<String>, hint: &str, right: impl Fn(&str) -> bool) {
    let mut text = value.clone().unwrap_or_default();
    let changed = fields::row(ui, label, |ui| {
        let field = egui::TextEdit::singleline(&mut text).hint_text(hint).desired_width(140.0);
        fields::live(ui, field).changed()
    });
    if !text.is_empty() && !right(&text) {
        list::wrong(ui, &format!("Write it as {hint}"));
    }
    if changed {
        *value = (!text.is_empty()).then_some(text);
    }
}

pub fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

pub fn is_time(text: &str) -> bool {
    text.split_once(':').is_some_and(|_| text.parse::<jiff::civil::Time>().is_ok())
}

/// A daily window; false words below when a time cannot be read.
pub fn window(ui: &mut Ui, label: &str, window: &mut Option<(String, String)>) {
    let mut on = window.is_some();
    if fields::toggle(ui, label, &mut on) {
        *window = on.then(|| ("08:00".to_owned(), "18:00".to_owned()));
    }
    if let Some((from, to)) = window {
        fields::row(ui, "From, to", |ui| {
            fields::live(ui, egui::TextEdit::singleline(from).desired_width(70.0))
                .accessible_name("Window from");
            fields::live(ui, egui::TextEdit::singleline(to).desired_width(70.0)).accessible_name("Window to");
        });
        if !is_time(from) || !is_time(to) {
            list::wrong(ui, "Write times as 08:00");
        }
    }
}

const ORDINALS: [&str; 5] = ["First", "Second", "Third", "Fourth", "Last"];

fn schedule(ui: &mut Ui, schedule: &mut Option<Schedule>) {
    let mut on = schedule.is_some();
    if fields::toggle(ui, "Open at certain times only", &mut on) {
        *schedule = on.then(Schedule::default);
    }
    let Some(schedule) = schedule else { return };
    ui.indent("schedule", |ui| {
        optional(ui, "From date", &mut schedule.start_date, "2026-01-31", is_date);
        optional(ui, "To date", &mut schedule.stop_date, "2026-12-31", is_date);
        window(ui, "Daily window", &mut schedule.window);
        fields::row(ui, "Time zone", |ui| {
            let field = egui::TextEdit::singleline(&mut schedule.time_zone).hint_text("UTC");
            fields::live(ui, field.desired_width(200.0))
        });
        fields::toggle(ui, "Without daylight saving", &mut schedule.standard_time);
        let mut kind = match schedule.recurrence.as_ref().map(|r| &r.days) {
            None => 0,
            Some(RecurrenceDays::Daily) => 1,
            Some(RecurrenceDays::Weekly(_)) => 2,
            Some(RecurrenceDays::Monthly { .. }) => 3,
            Some(RecurrenceDays::Ordinal { .. }) => 4,
        };
        let kinds = [
            (0, "Every day"),
            (1, "Every so many days"),
            (2, "Days of the week"),
            (3, "Days of the month"),
            (4, "A weekday of the month"),
        ];
        if fields::pick(ui, "Days", &mut kind, &kinds) {
            let from =
                schedule.recurrence.as_ref().map_or_else(|| "2026-01-01".to_owned(), |r| r.from.clone());
            let days = match kind {
                1 => RecurrenceDays::Daily,
                2 => RecurrenceDays::Weekly(vec!["Monday".into()]),
                3 => RecurrenceDays::Monthly {
                    months: words(&MONTHS),
                    days: vec!["Day1".into()],
                    last_day: false,
                },
                _ => RecurrenceDays::Ordinal {
                    months: words(&MONTHS),
                    ordinal: "First".into(),
                    day: "Monday".into(),
                },
            };
            schedule.recurrence = (kind != 0).then_some(Recurrence { from, interval: 1, days });
        }
        if let Some(recurrence) = &mut schedule.recurrence {
            self::recurrence(ui, recurrence);
        }
    });
}

fn words(of: &[&str]) -> Vec<String> {
    of.iter().map(|word| (*word).to_owned()).collect()
}

fn recurrence(ui: &mut Ui, recurrence: &mut Recurrence) {
    fields::text(ui, "Counted from", &mut recurrence.from);
    if !is_date(&recurrence.from) {
        list::wrong(ui, "Write it as 2026-01-31");
    }
    match &mut recurrence.days {
        RecurrenceDays::Daily => {
            list::number(ui, "Every", &mut recurrence.interval, 1..=365, "days");
        }
        RecurrenceDays::Weekly(days) => {
            list::number(ui, "Every", &mut recurrence.interval, 1..=52, "weeks");
            checks(ui, days, &WEEKDAYS);
        }
        RecurrenceDays::Monthly { months, days, last_day } => {
            checks(ui, months, &MONTHS);
            let mut text = days.iter().map(|d| d.trim_start_matches("Day")).collect::<Vec<_>>().join(", ");
            if fields::text(ui, "Days", &mut text) {
                let numbers = text.split([',', ' ']).filter(|n| !n.is_empty());
                *days = numbers.map(|n| format!("Day{n}")).collect();
            }
            fields::toggle(ui, "Last day of the month", last_day);
        }
        RecurrenceDays::Ordinal { months, ordinal, day } => {
            checks(ui, months, &MONTHS);
            if let Some(chosen) = fields::choice(ui, "Which", ordinal, &words(&ORDINALS), "none") {
                *ordinal = chosen;
            }
            if let Some(chosen) = fields::choice(ui, "Day", day, &words(&WEEKDAYS), "none") {
                *day = chosen;
            }
        }
    }
}

fn checks(ui: &mut Ui, chosen: &mut Vec<String>, all: &[&str]) {
    ui.horizontal_wrapped(|ui| {
        for word in all {
            let mut on = chosen.iter().any(|c| c == word);
            let short: String = word.chars().take(3).collect();
            if ui.checkbox(&mut on, short).on_hover_text(*word).changed() {
                chosen.retain(|c| c != word);
                if on {
                    chosen.push((*word).to_owned());
                }
                let place = |name: &String| all.iter().position(|w| w == name);
                chosen.sort_by_key(place);
            }
        }
    });
}
