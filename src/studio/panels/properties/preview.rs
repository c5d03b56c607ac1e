//! The subscription preview: the rows that will exist, in words; where what is sent goes; who else gets a copy; and
//! what is wrong with it, with the mend. All of it is of the application as it is now.

use super::Editing;
use crate::diagnostic::Diagnostic;
use crate::engine::preview::{At, Endpoint, Fit, Publication, Row, RowKind};
use crate::message::Name;
use crate::model::{Id, ShapeKind};
use crate::studio::editors::list;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{RichText, Ui};

/// What the preview is about.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    Orchestration,
    Port(&'a str),
    /// One Receive or Send.
    Shape(&'a Id),
    /// What follows a correlation set.
    Set(&'a str),
}

/// Findings that come of subscriptions: partners, publications, pass-through and shared receive ports.
const CODES: [&str; 8] = ["V43", "V44", "V45", "V46", "V49", "V50", "B05", "V36"];

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, of: Of<'_>) {
    let document = editing.document;
    let own = Endpoint::Orchestration(Name::new(&editing.module.full_name(&editing.orchestration.name)));
    let follows = |row: &Row, set: &str| {
        let value = format!("‹{set}›");
        row.groups.iter().flatten().any(|p| p.value == crate::message::Value::string(value.as_str()))
    };
    let here = |at: &Option<At>| {
        at.as_ref().is_some_and(|at| {
            at.module == document.module
                && match of {
                    Of::Orchestration | Of::Set(_) => true,
                    Of::Port(name) => at.port.as_str() == name,
                    Of::Shape(id) => at.shape.as_str() == id.as_str(),
                }
        })
    };
    let picture = std::sync::Arc::clone(&document.picture);
    let preview = &picture.preview;
    let wanted = |row: &Row| match of {
        Of::Set(set) => here(&row.at) && follows(row, set),
        _ => here(&row.at),
    };
    let rows: Vec<(usize, &Row)> = preview.rows.iter().enumerate().filter(|(_, r)| wanted(r)).collect();
    let sent: Vec<&Publication> = preview.publications.iter().filter(|p| here(&p.at)).collect();
    let mends = findings(ui, editing, of);
    if let Some(mend) = mends {
        editing.mend(mend);
    }
    let whole = matches!(of, Of::Orchestration | Of::Set(_));
    let receives = whole || !rows.is_empty();
    if receives {
        fields::heading(ui, "Subscribes to");
        for (number, row) in &rows {
            self::row(ui, row);
            if !matches!(of, Of::Orchestration) {
                others(ui, preview, *number, own);
            }
        }
        if rows.is_empty() && matches!(of, Of::Set(_)) {
            fields::note(ui, "No Receive here follows it, so it makes no subscription here.");
        } else if rows.is_empty() {
            fields::note(ui, "No activation: another orchestration starts it, or it has problems.");
        }
    }
    if whole || sent.is_empty() {
        return;
    }
    fields::heading(ui, "What it sends goes to");
    for publication in sent {
        goes(ui, preview, publication, own);
    }
}

fn findings(ui: &mut Ui, editing: &Editing<'_>, of: Of<'_>) -> Option<crate::model::edit::Edit> {
    let uses = |id: &Id, port: &str| {
        let shape = editing.orchestration.shape(id).map(|s| &s.kind);
        match shape {
            Some(ShapeKind::Receive(receive)) => receive.port == port,
            Some(ShapeKind::Send(send)) => send.port == port,
            _ => false,
        }
    };
    let about = |d: &&Diagnostic| {
        let id = d.place.id.as_ref();
        d.place.module.as_deref() == Some(&editing.document.module)
            && CODES.contains(&d.code)
            && match of {
                Of::Orchestration | Of::Set(_) | Of::Shape(_) => false,
                Of::Port(port) => d.place.name == port || id.is_some_and(|id| uses(id, port)),
            }
    };
    let found: Vec<&Diagnostic> = editing.document.problems.iter().filter(about).collect();
    list::findings(ui, &found)
}

/// One row in words; the row itself on hover.
fn row(ui: &mut Ui, row: &Row) {
    let t = Tokens::of(ui);
    let (what, color) = match row.kind {
        RowKind::Activation => ("Starts an instance", t.call),
        RowKind::Follow => ("To an instance that waits", t.messaging),
        RowKind::SelfCorrelating => ("To the instance it belongs to", t.messaging),
        RowKind::Response => ("Answers", t.muted),
        RowKind::Port => ("Sends on", t.scope),
    };
    ui.label(RichText::new(what).small().color(color).family(theme::medium()));
    let words = ui.add(egui::Label::new(RichText::new(row.words()).color(t.text)).wrap());
    words.on_hover_text(RichText::new(row.text()).monospace().size(11.0));
}

/// Who else gets a copy of what a row takes.
fn others(ui: &mut Ui, preview: &crate::engine::preview::Preview, number: usize, own: Endpoint) {
    let t = Tokens::of(ui);
    let mut others: Vec<Endpoint> = Vec::new();
    let mut from: Vec<&str> = Vec::new();
    let taken: Vec<&Publication> = preview.taken_by(number).map(|(publication, _)| publication).collect();
    let Some(this) = preview.rows.get(number) else { return };
    let meets: Vec<bool> = preview.rows.iter().map(|row| row.meets(this)).collect();
    let of = |row: usize| {
        let met = meets.get(row).is_some_and(|met| *met);
        preview.rows.get(row).map(|row| row.of).filter(|of| met && *of != own)
    };
    for publication in &taken {
        if !from.contains(&publication.by.short()) {
            from.push(publication.by.short());
        }
        for other in publication.deliveries.iter().filter_map(|d| of(d.row)) {
            if !others.contains(&other) {
                others.push(other);
            }
        }
    }
    // Sure is only what happens to everything that the row takes.
    let goes = |publication: &&Publication, to: Endpoint| {
        publication.deliveries.iter().any(|d| d.fit == Fit::Yes && of(d.row) == Some(to))
    };
    let sure = |to: Endpoint| taken.iter().all(|publication| goes(publication, to));
    let named = |to: &Endpoint| format!("{}{}", to.short(), if sure(*to) { "" } else { " (perhaps)" });
    let names: Vec<String> = others.iter().map(named).collect();
    if !from.is_empty() {
        ui.add(
            egui::Label::new(RichText::new(format!("From {}", from.join(", "))).small().color(t.muted))
                .wrap(),
        );
    }
    if !names.is_empty() {
        let words = format!("A copy goes to {}", names.join(", "));
        ui.add(egui::Label::new(RichText::new(words).small().color(t.warn)).wrap());
    }
    ui.add_space(2.0);
}

/// Where one publication goes.
fn goes(ui: &mut Ui, preview: &crate::engine::preview::Preview, publication: &Publication, own: Endpoint) {
    let t = Tokens::of(ui);
    let title = format!("{} by {}", publication.what, publication.operation);
    ui.label(RichText::new(title).small().color(t.muted));
    for delivery in &publication.deliveries {
        let Some(row) = preview.rows.get(delivery.row) else { continue };
        let verb = match row.kind {
            RowKind::Activation => "starts",
            RowKind::Follow | RowKind::SelfCorrelating | RowKind::Response => "an instance of",
            RowKind::Port => "to",
        };
        let when = if delivery.fit == Fit::Yes || delivery.when.is_empty() {
            String::new()
        } else {
            format!(", when {}", delivery.when)
        };
        let again = row.of == own && row.kind == RowKind::Activation;
        let color = if again { t.warn } else { t.text };
        let mut first = verb.chars();
        let verb: String = first.next().into_iter().flat_map(char::to_uppercase).chain(first).collect();
        let words = format!("{verb} {}{when}", row.of.short());
        let label = ui.add(egui::Label::new(RichText::new(words).color(color)).wrap());
        label.on_hover_text(RichText::new(row.text()).monospace().size(11.0));
        if again {
            fields::note(
                ui,
                "It may start itself again: assign a property its filter excludes before the Send",
            );
        }
    }
    let sure = publication.deliveries.iter().filter(|d| d.fit == Fit::Yes).count();
    // What an orchestration has waiting is not started anew as well (a convoy).
    let of = |delivery: &crate::engine::preview::Delivery| preview.rows.get(delivery.row).map(|row| row.of);
    let of_first = publication.deliveries.first().and_then(of);
    if publication.deliveries.is_empty() {
        ui.label(RichText::new("Nobody: the Send fails").color(t.error));
        fields::note(ui, "Give a send port a filter, or a Receive on the message box, that takes it");
    } else if publication.expects_reply && publication.deliveries.len() > 1 {
        let words = if sure > 1 {
            "Two take the request: the Send fails"
        } else {
            "More than one may take the request"
        };
        ui.label(RichText::new(words).color(if sure > 1 { t.error } else { t.warn }));
        fields::note(ui, "Exactly one may answer: make the filters exclude each other");
    } else if publication.deliveries.iter().any(|d| of(d) != of_first) {
        fields::note(ui, "Each of them gets a copy");
    }
    ui.add_space(2.0);
}
