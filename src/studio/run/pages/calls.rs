//! The call tree: which orchestration called, started or activated which.

use super::super::RunMode;
use super::super::atlas::service_words;
use super::super::desk::{Line, Page};
use super::super::player::Command;
use super::{keep_selected, tools};
use crate::diagnostic::counted;
use crate::journal::Clock;
use crate::journal::query::{Begot, CallNode};
use crate::studio::document::Action;
use crate::studio::table::{self, Column, Row};
use egui::Ui;

const COLUMNS: [Column; 5] = [
    Column::new("Orchestration", 240.0).wide(1.0),
    Column::new("Instance", 72.0).mono(),
    Column::new("How", 200.0).wide(0.8),
    Column::new("Began", 106.0).mono(),
    Column::new("Took", 106.0).mono().right(),
];
/// Points from one depth to the next.
const STEP: f32 = 16.0;

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    tools(ui, run, ("service == OrderManager", "orchestration"), |_, _| {});
    keep_selected(run, Page::Calls);
    let found = run.found();
    if found.total == 0 {
        let words = match (found.reading, found.all) {
            (true, _) => "Looking through the journal…",
            (_, 0) => "No orchestration has run yet. Play, or send a message.",
            _ => "No orchestration fits. Change the filter, or clear it.",
        };
        table::nothing(ui, words);
        return;
    }
    let mut view = std::mem::take(&mut run.drawer.place(Page::Calls).view);
    let did =
        table::show(ui, ("Calls", &COLUMNS), &mut view, found.total, |index| match found.row(index)? {
            Line::Call(node) => Some(row(run, node)),
            _ => None,
        });
    run.drawer.place(Page::Calls).view = view;
    let node = |index: Option<usize>| match index.and_then(|index| found.row(index)) {
        Some(Line::Call(node)) => Some(node),
        _ => None,
    };
    if let Some(node) = node(did.chose) {
        run.drawer.kept = did.chose;
        run.go(node.instance, actions);
    }
    if let Some(node) = node(did.opened) {
        run.tell(Command::Seek(node.seq));
        if let Some((service, shape)) = node.by {
            run.go_to_shape(service, shape, actions);
        }
    }
}

fn row(run: &RunMode, node: &CallNode) -> Row {
    let t = run.drawer.tokens();
    let shape = || node.by.map(|(service, shape)| run.state.atlas.shape(service, shape).to_owned());
    let how = match node.begot {
        Begot::Outside(Some(message)) => format!("activated by {message} from outside"),
        Begot::Outside(None) => "was there when the record began".to_owned(),
        Begot::Activated(message) => format!("activated by {message}"),
        Begot::Started => format!("started by {}", shape().unwrap_or_default()),
        Begot::Called => format!("called by {}", shape().unwrap_or_default()),
    };
    let how =
        if node.below == 0 { how } else { format!("{how}, {} below", counted(node.below, "orchestration")) };
    let color = match node.begot {
        Begot::Called => t.call,
        Begot::Started => t.messaging,
        Begot::Activated(_) | Begot::Outside(_) => t.brand,
    };
    let took = node.ended.map(|ended| Clock(ended.since(node.begun)).to_string());
    Row {
        cells: vec![
            service_words(node.service).to_owned(),
            node.instance.to_string(),
            how,
            Clock(node.begun.since(run.state.start)).to_string(),
            took.unwrap_or_else(|| "runs".to_owned()),
        ],
        mark: Some(color),
        ground: (run.selected() == Some(node.instance)).then(|| t.tint(t.panel, t.selection, 0.07)),
        indent: node.depth.min(24) as f32 * STEP,
        ..Row::default()
    }
}
