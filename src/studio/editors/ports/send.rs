//! A send port: transports, retries, filter, maps, order (section 3.7).

use super::receive::window;
use super::{Item, State, hosts, maps_of, name, pipelines_of, send_change, traffic};
use crate::engine::preview::NodeKind;
use crate::model::edit::Physical;
use crate::model::{Application, PortState, Transport};
use crate::studio::editors::{Editing, list};
use crate::studio::panels::{fields, properties};
use egui::Ui;

const ADAPTERS: [&str; 3] = ["FILE", "QUEUE", "SQL"];

pub const STATES: [(PortState, &str); 3] = [
    (PortState::Started, "Started"),
    (PortState::Stopped, "Stopped: what is sent to it waits"),
    (PortState::Bound, "Not enlisted: it has no subscription"),
];

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, key: &str) {
    let app = &editing.document.app;
    let Some(port) = app.bindings.send_port(key) else { return };
    let item = Item::SendPort(key.to_owned());
    let mut new = port.clone();
    if let Some(name) = name(ui, editing, &item) {
        new.name = name;
    }
    fields::toggle(ui, "Two-way: the answer comes back", &mut new.two_way);
    fields::toggle(ui, "Dynamic: the address is set at run time", &mut new.dynamic);
    fields::pick(ui, "State", &mut new.state, &STATES);
    fields::text(ui, "Description", &mut new.description);
    properties::filter::ui(
        ui,
        &mut new.filter,
        &editing.document.names.properties,
        "Only what is sent to it by name",
    );
    traffic(ui, &editing.document.app, &editing.document.picture, NodeKind::SendPort, key);
    if new.dynamic {
        new.primary = None;
        new.backup = None;
    } else {
        fields::heading(ui, "Primary transport");
        let mut primary = new.primary.clone().unwrap_or_default();
        ui.push_id("primary", |ui| transport(ui, app, &mut primary, new.ordered_delivery));
        if new.primary.is_some() || primary != Transport::default() {
            new.primary = Some(primary);
        }
        let mut backup = new.backup.is_some();
        fields::heading(ui, "Backup transport");
        if fields::toggle(ui, "Used after the last retry", &mut backup) {
            new.backup = backup.then(|| Transport { transport: "FILE".into(), ..Transport::default() });
        }
        if let Some(backup) = &mut new.backup {
            if new.ordered_delivery {
                list::wrong(ui, "An ordered port uses no backup (TX-6)");
            }
            ui.push_id("backup", |ui| transport(ui, app, backup, false));
        }
    }
    fields::heading(ui, "Messages");
    let pipelines = pipelines_of(app, true);
    if let Some(chosen) = fields::choice(ui, "Send pipeline", &new.send_pipeline, &pipelines, "pass through")
    {
        new.send_pipeline = chosen;
    }
    if new.two_way {
        let pipelines = pipelines_of(app, false);
        if let Some(chosen) =
            fields::choice(ui, "Receive pipeline", &new.receive_pipeline, &pipelines, "pass through")
        {
            new.receive_pipeline = chosen;
        }
    }
    list::names(ui, "Outbound maps", "map", &mut new.outbound_maps, &maps_of(app));
    if new.two_way {
        list::names(ui, "Inbound maps", "map", &mut new.inbound_maps, &maps_of(app));
    }
    fields::heading(ui, "Delivery");
    fields::toggle(ui, "Ordered delivery", &mut new.ordered_delivery);
    if new.ordered_delivery {
        fields::toggle(ui, "Stop the port when one cannot be sent", &mut new.stop_on_failure);
    }
    fields::toggle(ui, "Route failed messages", &mut new.route_failed_messages);
    list::number(ui, "Priority", &mut new.priority, 1..=10, "1 is first, 10 last");
    list::pairs(ui, "Pipeline properties", "pipeline property", &mut new.pipeline_properties);
    if new != *port {
        send_change(editing, state, &item, Physical::SendPort(Box::new(new)));
    }
}

fn transport(ui: &mut Ui, app: &Application, transport: &mut Transport, ordered: bool) {
    let adapters = ADAPTERS.map(str::to_owned);
    if let Some(chosen) = fields::choice(ui, "Adapter", &transport.transport, &adapters, "no adapter") {
        transport.transport = chosen;
    }
    fields::text(ui, "Address", &mut transport.address);
    let address = transport.address.trim();
    let hint = match transport.transport.as_str() {
        _ if address.is_empty() => Some("Nothing can be sent without an address"),
        "FILE" if !address.contains('%') => {
            Some("Without %MessageID% in it each message takes the place of the one before")
        }
        "QUEUE" if !address.starts_with("queue://") => Some("Write queue:// and the name of the queue"),
        "SQL" if !address.starts_with("sql://") => Some("Write sql://, the database file and the table"),
        _ => None,
    };
    if let Some(hint) = hint {
        list::wrong(ui, hint);
    }
    list::number(ui, "Retries", &mut transport.retry_count, 0..=1000, "times");
    list::number(ui, "Interval", &mut transport.retry_interval, 0..=525_600, "minutes");
    if ordered && transport.retry_interval == 0 {
        fields::note(ui, "An ordered port waits at least a minute between tries (TX-5)");
    }
    window(ui, "Only in a daily window", &mut transport.service_window);
    if let Some(chosen) = fields::choice(ui, "Host", &transport.host, &hosts(app), "default host") {
        transport.host = chosen;
    }
    fields::toggle(ui, "Acknowledge every transmission", &mut transport.delivery_notification);
    list::pairs(ui, "Adapter properties", "adapter property", &mut transport.properties);
}
