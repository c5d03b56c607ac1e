//! Every instance at the moment shown: by filter, in groups, with what can be done to many at once.

use super::super::RunMode;
use super::super::desk::{Act, Bulk, GROUPINGS, Grouping, Line, Page, Preview, Scope, Sort};
use super::super::instances::{phase_color, title};
use super::super::player::Command;
use super::super::state::age;
use super::super::tracker::Summary;
use super::{keep_selected, tools};
use crate::diagnostic::counted;
use crate::studio::document::Action;
use crate::studio::panels::fields;
use crate::studio::table::{self, Column, Row};
use crate::studio::theme::Tokens;
use egui::{Button, ComboBox, RichText, ScrollArea, Ui, vec2};

const COLUMNS: [Column; 8] = [
    Column::new("Service", 170.0).wide(1.0),
    Column::new("Instance", 70.0).mono(),
    Column::new("Correlation", 110.0).wide(0.5).mono(),
    Column::new("State", 190.0).wide(1.4),
    Column::new("For", 62.0).mono().right(),
    Column::new("Age", 62.0).mono().right(),
    Column::new("State, bytes", 96.0).mono().right(),
    Column::new("Dehydrated", 88.0).mono().right(),
];
const SORTS: [Option<Sort>; 8] = [
    Some(Sort::Service),
    Some(Sort::Newest),
    Some(Sort::Key),
    Some(Sort::State),
    Some(Sort::Since),
    Some(Sort::Oldest),
    None,
    None,
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    tools(ui, run, ("state == suspended and age > 5 min", "row"), |ui, run| {
        grouping(ui, run);
        bulk(ui, run);
    });
    undo(ui, run);
    keep_selected(run, Page::Instances);
    let found = run.found();
    if let Some(preview) = found.preview.clone() {
        confirm(ui, run, &preview);
    }
    if found.total == 0 {
        let words = match (found.reading, found.all) {
            (true, _) => "Looking at the instances…",
            (_, 0) => "No instance yet. Play, send a message, or start a partner that does.",
            _ => "No instance fits. Change the filter, or clear it.",
        };
        table::nothing(ui, words);
        return;
    }
    let mut view = std::mem::take(&mut run.drawer.place(Page::Instances).view);
    let did =
        table::show(ui, ("Instances", &COLUMNS), &mut view, found.total, |index| match found.row(index)? {
            Line::Instance { summary, sizes } => Some(row(run, summary, *sizes)),
            Line::Group { value, count, open } => Some(Row {
                cells: vec![format!("{value}  ({count})")],
                name: format!("{value}, {}", counted(*count, "instance")),
                strong: true,
                fold: Some(*open),
                ..Row::default()
            }),
            _ => None,
        });
    run.drawer.place(Page::Instances).view = view;
    if let Some(Some(sort)) = did.title.and_then(|at| SORTS.get(at)) {
        run.drawer.sort = if run.drawer.sort == *sort { Sort::Newest } else { *sort };
    }
    match did.chose.or(did.opened).and_then(|index| found.row(index)) {
        Some(Line::Group { value, .. }) => {
            let open = &mut run.drawer.open;
            if !open.remove(value) {
                open.insert(value.clone());
            }
        }
        Some(Line::Instance { summary, .. }) => {
            run.drawer.kept = did.chose;
            run.go(summary.id, actions);
        }
        _ => {}
    }
}

fn grouping(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let shown = GROUPINGS.iter().find(|(own, _)| *own == run.drawer.grouping).map_or("", |(_, words)| words);
    let label = ui.label(RichText::new("Group by").small().color(t.muted));
    let combo = ComboBox::from_id_salt("grouping").icon(fields::drop_icon).width(128.0).selected_text(shown);
    combo
        .show_ui(ui, |ui| {
            for (grouping, words) in GROUPINGS {
                if ui.selectable_label(run.drawer.grouping == grouping, words).clicked() {
                    run.drawer.group(grouping);
                }
            }
        })
        .response
        .labelled_by(label.id);
}

/// What can be done to all that are shown, or to those of the group under the cursor.
fn bulk(ui: &mut Ui, run: &mut RunMode) {
    let found = run.found();
    let now = run.state.past.is_none();
    let cursor = run.drawer.place(Page::Instances).view.cursor;
    let group = match cursor.and_then(|index| found.row(index)) {
        Some(Line::Group { value, .. }) => Some(value.clone()),
        _ => None,
    };
    let scope = group.map_or(Scope::Shown, Scope::Group);
    for act in [Act::Suspend, Act::Resume, Act::Terminate] {
        let whom = match &scope {
            Scope::Shown => "all shown".to_owned(),
            Scope::Group(value) => value.clone(),
        };
        let tip = if now {
            format!("{} {whom}; you see which before it is done", act.words())
        } else {
            super::super::inspector::PAST.to_owned()
        };
        let words = RichText::new(format!("{}…", act.words())).size(12.0);
        let button = ui.add_enabled(now && found.total > 0, Button::new(words));
        if button.on_hover_text(tip.clone()).on_disabled_hover_text(tip).clicked() {
            run.tell(Command::Preview(Some(Bulk { act, scope: scope.clone() })));
        }
    }
}

/// Takes back what was done to many.
fn undo(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let Some((act, ids)) = run.drawer.undo.clone() else { return };
    ui.horizontal(|ui| {
        let done = format!("{} was done to {}.", act.words(), counted(ids.len(), "instance"));
        ui.label(RichText::new(done).small().color(t.ok));
        if let Some(back) = act.undone_by()
            && ui.add(Button::new(RichText::new("Undo").size(12.0))).clicked()
        {
            run.tell(Command::OperateAll(ids.into_iter().map(|id| back.on(id)).collect()));
            run.drawer.undo = None;
        }
        if ui.add(Button::new(RichText::new("Dismiss").size(12.0))).clicked() {
            run.drawer.undo = None;
        }
    });
}

/// Exactly which instances it will be done to, before it is done.
fn confirm(ui: &Ui, run: &mut RunMode, preview: &Preview) {
    let t = Tokens::of(ui);
    let act = preview.bulk.act;
    let mut close = false;
    let modal = egui::Modal::new(egui::Id::unique("bulk")).show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        let title = format!("{} {}?", act.words(), counted(preview.chosen.len(), "instance"));
        ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
        let words = match act {
            Act::Suspend => "They stop where they are and can be resumed.",
            Act::Resume => "They go on from where they stopped.",
            Act::Terminate => "They end for good. This cannot be undone; the journal keeps what they did.",
        };
        ui.add(egui::Label::new(RichText::new(words).color(t.muted)).wrap());
        ui.add_space(4.0);
        ScrollArea::vertical().max_height(260.0).auto_shrink([false, true]).show_rows(
            ui,
            20.0,
            preview.chosen.len() + preview.refused.len(),
            |ui, rows| {
                for at in rows {
                    let chosen = preview.chosen.get(at);
                    let refused = at.checked_sub(preview.chosen.len()).and_then(|at| preview.refused.get(at));
                    let (summary, why) = match (chosen, refused) {
                        (Some(summary), _) => (summary, ""),
                        (None, Some((summary, why))) => (summary, *why),
                        (None, None) => continue,
                    };
                    one(ui, summary, why);
                }
            },
        );
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let some = !preview.chosen.is_empty();
            let fill = if act == Act::Terminate { t.error } else { t.brand };
            let words = format!("{} {}", act.words(), preview.chosen.len());
            let button =
                Button::new(RichText::new(words).color(t.on_brand)).fill(fill).min_size(vec2(110.0, 28.0));
            if ui.add_enabled(some, button).clicked() {
                run.tell(Command::OperateAll(preview.operations()));
                run.drawer.undo = Some((act, preview.chosen.iter().map(|summary| summary.id).collect()));
                close = true;
            }
            if ui.add(Button::new("Cancel").min_size(vec2(0.0, 28.0))).clicked() {
                close = true;
            }
            if !preview.refused.is_empty() {
                fields::note(ui, format!("{} stay as they are", preview.refused.len()));
            }
        });
    });
    if close || modal.should_close() {
        run.tell(Command::Preview(None));
    }
}

fn one(ui: &mut Ui, summary: &Summary, why: &str) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        let (dot, _) = ui.allocate_exact_size(vec2(10.0, 16.0), egui::Sense::hover());
        ui.painter().circle_filled(dot.center(), 3.5, phase_color(t, &summary.phase));
        let name = format!("{} {} {}", title(summary), summary.id, summary.key());
        let color = if why.is_empty() { t.text } else { t.muted };
        ui.add(egui::Label::new(RichText::new(name.trim()).size(12.5).color(color)).truncate());
        if !why.is_empty() {
            ui.add(egui::Label::new(RichText::new(why).small().color(t.warn)).truncate());
        }
    });
}

fn row(run: &RunMode, summary: &Summary, sizes: Option<(usize, usize)>) -> Row {
    let t = run.drawer.tokens();
    let now = run.state.now();
    let ended = summary.phase.ended();
    let bytes = |bytes: Option<usize>| bytes.map(|n| n.to_string()).unwrap_or_default();
    Row {
        cells: vec![
            title(summary),
            summary.id.to_string(),
            summary.key().to_owned(),
            run.state.describe(summary),
            if ended { String::new() } else { age(now.since(summary.since)) },
            age(now.since(summary.created)),
            bytes(sizes.map(|(full, _)| full)),
            bytes(sizes.map(|(_, packed)| packed)),
        ],
        name: format!("{} {} {}, {}", title(summary), summary.id, summary.key(), run.state.describe(summary)),
        mark: Some(phase_color(t, &summary.phase)),
        faint: ended,
        indent: if run.drawer.grouping == Grouping::None { 0.0 } else { 14.0 },
        ..Row::default()
    }
}
