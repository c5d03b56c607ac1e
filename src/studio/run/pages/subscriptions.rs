//! The subscriptions there are at the moment shown: whose, for what.

use super::super::RunMode;
use super::super::atlas::service_words;
use super::super::desk::{Line, Page};
use super::super::words::wanted;
use super::tools;
use crate::engine::{Subscriber, SubscriptionView};
use crate::studio::document::Action;
use crate::studio::table::{self, Column, Row};
use egui::Ui;

const COLUMNS: [Column; 6] = [
    Column::new("No.", 56.0).mono(),
    Column::new("Kind", 84.0),
    Column::new("Owner", 150.0).wide(0.6),
    Column::new("At", 120.0).wide(0.4),
    Column::new("Waits for", 150.0).wide(0.6),
    Column::new("With", 180.0).wide(1.4).mono(),
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    tools(ui, run, ("class == instance and P.CustID == 17", "subscription"), |_, _| {});
    let found = run.found();
    if found.total == 0 {
        let words = match (found.reading, found.all) {
            (true, _) => "Looking through the subscriptions…",
            (_, 0) => "No subscription. Start an orchestration or a send port that subscribes.",
            _ => "No subscription fits. Change the filter, or clear it.",
        };
        table::nothing(ui, words);
        return;
    }
    let mut view = std::mem::take(&mut run.drawer.place(Page::Subscriptions).view);
    let did = table::show(ui, ("Subscriptions", &COLUMNS), &mut view, found.total, |index| {
        match found.row(index)? {
            Line::Subscription(subscription) => Some(row(run, subscription)),
            _ => None,
        }
    });
    run.drawer.place(Page::Subscriptions).view = view;
    if let Some(Line::Subscription(row)) = did.chose.and_then(|index| found.row(index)) {
        match row.owner {
            Subscriber::Instance { instance, .. } => run.go(instance, actions),
            Subscriber::Activation { service } => {
                if let Some(shape) = row.shape {
                    run.go_to_shape(service, shape, actions);
                }
            }
            Subscriber::SendPort(_) | Subscriber::SendPortGroup(_) => {}
        }
    }
}

fn row(run: &RunMode, subscription: &SubscriptionView) -> Row {
    let t = run.drawer.tokens();
    let wants = wanted(&subscription.text);
    let service = service_words(subscription.service).to_owned();
    let (kind, owner, at, color) = match subscription.owner {
        Subscriber::Activation { service: of } => {
            let shape = subscription.shape.map(|shape| run.state.atlas.shape(of, shape).to_owned());
            ("activation", service, shape.unwrap_or_default(), t.call)
        }
        Subscriber::Instance { instance, port } => {
            ("instance", format!("{service} {instance}"), port.to_string(), t.warn)
        }
        Subscriber::SendPort(port) => ("send port", port.to_string(), String::new(), t.messaging),
        Subscriber::SendPortGroup(group) => ("group", group.to_string(), String::new(), t.messaging),
    };
    let own = run.selected().is_some_and(
        |id| matches!(subscription.owner, Subscriber::Instance { instance, .. } if instance == id),
    );
    let with = if subscription.enabled {
        wants.conditions.join(" and ")
    } else {
        format!("stopped; {}", wants.conditions.join(" and "))
    };
    Row {
        cells: vec![subscription.id.to_string(), kind.to_owned(), owner, at, wants.what, with],
        mark: Some(color),
        ground: own.then(|| t.tint(t.panel, t.selection, 0.07)),
        faint: !subscription.enabled,
        ..Row::default()
    }
}
