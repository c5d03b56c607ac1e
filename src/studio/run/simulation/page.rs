//! The page of a simulation: what arrives, what came of it, and what to blame.

use super::super::arrivals::{number, small};
use super::super::{RunMode, atlas, tab_bar};
use super::{List, Plan, Simulations, bars};
use crate::diagnostic::counted;
use crate::lab::simulation::{Answers, CaseFound, Estimate, Group, Results, Source, span_words};
use crate::message::Name;
use crate::studio::command::Command as C;
use crate::studio::document::{Action, Document};
use crate::studio::panels::fields;
use crate::studio::table::{self, Column, Row};
use crate::studio::theme::{self, Tokens};
use egui::{Align, Button, Color32, Layout, Rect, RichText, ScrollArea, Sense, Ui, vec2};
use std::sync::Arc;

const ANSWERS: [(Answers, &str); 3] =
    [(Answers::AsSet, "As set"), (Answers::Near, "About as set"), (Answers::Random, "At random")];
const LISTS: [(List, &str); 5] = [
    (List::Shapes, "Shapes"),
    (List::Orchestrations, "Orchestrations"),
    (List::Ports, "Send ports"),
    (List::Cases, "Slowest cases"),
    (List::Checks, "Checks"),
];
const SHAPES: [Column; 7] = [
    Column::new("Shape", 150.0).wide(1.0),
    Column::new("In", 110.0).wide(0.4),
    Column::new("Visits", 52.0).mono().right(),
    Column::new("Mean", 76.0).mono().right(),
    Column::new("P95", 76.0).mono().right(),
    Column::new("Of all", 58.0).mono().right(),
    Column::new("Of slow", 62.0).mono().right(),
];
const GROUPS: [Column; 7] = [
    Column::new("Orchestration", 140.0).wide(1.0),
    Column::new("Ended", 56.0).mono().right(),
    Column::new("Not", 44.0).mono().right(),
    Column::new("Mean", 112.0).mono().right(),
    Column::new("P50", 112.0).mono().right(),
    Column::new("P95", 112.0).mono().right(),
    Column::new("Longest", 72.0).mono().right(),
];
/// Below the sentence there is room for a warning; else the checks have it.
const TALL: f32 = 130.0;
/// Narrower lists leave out what can be spared, by the places in the full one.
const NARROW: f32 = 620.0;
const SPARED: [(List, &[usize]); 2] = [(List::Shapes, &[3]), (List::Orchestrations, &[2, 4, 6])];
const PORTS: [Column; 6] = [
    Column::new("Send port", 180.0).wide(1.0),
    Column::new("Asked", 60.0).mono().right(),
    Column::new("Failed", 60.0).mono().right(),
    Column::new("Mean", 74.0).mono().right(),
    Column::new("P95", 74.0).mono().right(),
    Column::new("Longest", 74.0).mono().right(),
];
const CASES: [Column; 5] = [
    Column::new("Case", 150.0).wide(0.6),
    Column::new("Seed", 52.0).mono().right(),
    Column::new("Took", 76.0).mono().right(),
    Column::new("Held up at", 160.0).wide(1.0),
    Column::new("For", 76.0).mono().right(),
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    run.simulation.learn(document);
    let room = ui.available_size();
    let form = (room.x * 0.22).clamp(200.0, 272.0);
    let middle = ((room.x - form) * 0.38).clamp(160.0, 520.0);
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        column(ui, form, room.y, |ui| {
            ScrollArea::vertical().id_salt("simulation").auto_shrink(false).show(ui, |ui| {
                ui.set_width(form - 12.0);
                set_up(ui, run, document, actions);
            });
        });
        ui.add_space(16.0);
        let Some(results) = run.simulation.results().cloned() else {
            let words = if run.simulation.running() {
                "The first replication runs…"
            } else {
                "Nothing is simulated yet. Start it, and how long cases take and what holds them up fills in here."
            };
            column(ui, ui.available_width(), room.y, |ui| table::nothing(ui, words));
            return;
        };
        column(ui, middle, room.y, |ui| {
            ScrollArea::vertical().id_salt("summary").auto_shrink(false).show(ui, |ui| {
                summary(ui, run, document, &results, actions);
            });
        });
        ui.add_space(16.0);
        column(ui, ui.available_width(), room.y, |ui| lists(ui, run, &results, actions));
    });
}

fn column(ui: &mut Ui, width: f32, height: f32, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.x = 8.0;
        add(ui);
    });
}

/// What arrives, how often, and the button that starts it.
fn set_up(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        if run.simulation.running() {
            if ui.add(Button::new("Cancel").min_size(vec2(84.0, 28.0))).clicked() {
                run.simulation.cancel();
            }
            let (arrived, of) = run.simulation.progress.unwrap_or_default();
            progress(ui, arrived, of);
        } else {
            let button = ui.add(fields::primary(ui, "Start")).on_hover_text(C::Simulate.about().1);
            if button.clicked() {
                actions.push(Action::Command(C::Simulate));
            }
            let plan = run.simulation.plan.as_ref().map(|plan| &plan.simulation);
            let all = plan.map_or(1000, |plan| plan.count.saturating_mul(u64::from(plan.replications)));
            ui.label(RichText::new(format!("{all} messages")).small().color(t.muted));
        }
    });
    if let Some(why) = run.simulation.refused.as_ref().filter(|_| !run.simulation.running()) {
        ui.add(egui::Label::new(RichText::new(why).small().color(t.error)).wrap());
    }
    ui.add_space(4.0);
    let enabled = !run.simulation.running();
    ui.add_enabled_ui(enabled, |ui| form(ui, &mut run.simulation, document));
}

fn form(ui: &mut Ui, simulation: &mut Simulations, document: &Document) {
    let sources: Vec<(String, &str)> =
        simulation.sources.iter().map(|source| (source.name.clone(), source.name.as_str())).collect();
    if sources.is_empty() {
        fields::note(ui, "A message is made of a schema. Save one below messages/ to choose it.");
        return;
    }
    let mut source = simulation.plan.as_ref().map(|plan| plan.source.clone()).unwrap_or_default();
    if fields::pick(ui, "What", &mut source, &sources)
        && let Some(chosen) = simulation.sources.iter().find(|own| own.name == source)
    {
        let first = || simulation.locations.first().cloned();
        let known = simulation.plan.as_ref().map(|plan| plan.simulation.location.clone());
        let location = chosen.location.clone().or(known).or_else(first);
        simulation.plan = Some(Plan::of(&Source { location, ..chosen.clone() }, document));
    }
    let locations: Vec<(String, &str)> =
        simulation.locations.iter().map(|name| (name.clone(), name.as_str())).collect();
    let Some(plan) = &mut simulation.plan else { return };
    fields::pick(ui, "At", &mut plan.simulation.location, &locations);
    fields::pick(ui, "Answers", &mut plan.simulation.answers, &ANSWERS);
    if plan.arrive.rows(ui) {
        plan.simulation.arrivals = plan.arrive.arrivals();
    }
    number(ui, "Messages", &mut plan.simulation.count, 1..=100_000, " a replication");
    small(ui, "Replications", &mut plan.simulation.replications, 1_000, "");
    plan.simulation.replications = plan.simulation.replications.max(1);
    let most = plan.simulation.count.saturating_sub(1);
    number(ui, "Warm-up", &mut plan.simulation.warm_up, 0..=most, " not counted");
    number(ui, "Seed", &mut plan.simulation.seed, 1..=u64::MAX, "");
}

fn progress(ui: &mut Ui, arrived: u64, of: u64) {
    let t = Tokens::of(ui);
    ui.vertical(|ui| {
        let words = format!("{arrived} of {of}");
        ui.label(RichText::new(words.clone()).small().color(t.muted));
        let size = vec2(ui.available_width() - 4.0, 4.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, words.clone()));
        ui.painter().rect_filled(rect, 2.0, t.line);
        let share = if of == 0 { 0.0 } else { (arrived as f32 / of as f32).min(1.0) };
        let done = Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height()));
        ui.painter().rect_filled(done, 2.0, t.brand);
    });
}

/// The bottleneck in a sentence, the numbers of all cases, and their times as bars.
fn summary(
    ui: &mut Ui,
    run: &mut RunMode,
    document: &Document,
    results: &Arc<Results>,
    actions: &mut Vec<Action>,
) {
    let t = Tokens::of(ui);
    ui.add(
        egui::Label::new(RichText::new(&results.bottleneck).text_style(theme::strong()).color(t.text)).wrap(),
    );
    let cases = &results.cases;
    let numbers = [("mean", cases.mean), ("P50", cases.p50), ("P95", cases.p95)];
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (name, estimate) in numbers {
            let Some(estimate) = estimate else { continue };
            ui.label(RichText::new(format!("{name} {}", estimate.span_words())).size(12.0).color(t.text));
        }
        let longest = format!("longest {}", span_words(cases.max));
        ui.label(RichText::new(longest).size(12.0).color(t.text));
        let of = format!(
            "{} in {}",
            counted(usize::try_from(cases.count()).unwrap_or(usize::MAX), "case"),
            counted(results.replications as usize, "replication")
        );
        ui.label(RichText::new(of).size(12.0).color(t.muted));
    });
    if let Some(words) = changed(run, results) {
        ui.label(RichText::new(words).small().color(t.muted));
    }
    let stale = run.simulation.ran.as_ref().is_some_and(|ran| ran.revision != document.revision);
    let bad = results.remarks.iter().find(|remark| !remark.good);
    let warning = stale.then_some("The application has changed since. Start again to compare.");
    let words = warning.or(bad.map(|remark| remark.text.as_str()));
    if let Some(words) = words.filter(|_| ui.available_height() > TALL) {
        ui.add(egui::Label::new(RichText::new(words).small().color(t.warn)).truncate()).on_hover_text(words);
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let words = RichText::new(C::WorstCase.text()).size(12.0);
        let some = !results.worst.is_empty() && run.simulation.opening.is_none();
        if ui.add_enabled(some, Button::new(words)).on_hover_text(C::WorstCase.about().1).clicked() {
            actions.push(Action::Command(C::WorstCase));
        }
        if run.simulation.opening.is_some() {
            ui.spinner();
            ui.label(RichText::new("Playing it again…").small().color(Tokens::of(ui).muted));
        }
        let mut tinted = run.simulation.tinted;
        let words = RichText::new("Heat").size(12.0);
        if ui.checkbox(&mut tinted, words).on_hover_text(C::HeatTint.about().1).changed() {
            run.toggle_heat();
        }
        let words = RichText::new("Of the slow").size(12.0);
        let tip = "Where the time of the slowest 5 % went, in place of all";
        let slow = egui::Checkbox::new(&mut run.simulation.slow, words);
        ui.add_enabled(run.simulation.tinted, slow).on_hover_text(tip);
    });
    ui.add_space(2.0);
    bars::bars(ui, results);
}

/// `P95 is 1.71 ± 0.42 s shorter than before`, by what met the same arrivals.
fn changed(run: &RunMode, results: &Results) -> Option<String> {
    let before = run.simulation.before.as_ref()?;
    let difference = results.difference(before)?;
    let certain = difference.half.is_some_and(|half| difference.value.abs() > half);
    if difference.value.abs() < 0.5 {
        return Some("P95 is the same as in the simulation before".to_owned());
    }
    let than = if difference.value < 0.0 { "shorter" } else { "longer" };
    let by = Estimate { value: difference.value.abs(), ..difference }.span_words();
    let words = format!("P95 is {by} {than} than in the simulation before");
    Some(if certain { words } else { format!("{words}: that may be chance") })
}

fn lists(ui: &mut Ui, run: &mut RunMode, results: &Arc<Results>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        run.simulation.list = tab_bar(ui, run.simulation.list, &LISTS);
    });
    ui.add_space(2.0);
    let list = run.simulation.list;
    if list == List::Checks {
        return checks(ui, results);
    }
    let name = LISTS.iter().find(|(own, _)| *own == list).map_or("", |(_, name)| name);
    let mut view = run.simulation.views.remove(&list).unwrap_or_default();
    let unfinished = &results.unfinished;
    let (columns, count): (&[Column], usize) = match list {
        List::Shapes => (&SHAPES, results.shapes.len()),
        List::Orchestrations => (&GROUPS, results.orchestrations.len() + 1),
        List::Ports => (&PORTS, results.ports.len()),
        List::Cases | List::Checks => (&CASES, results.worst.len() + unfinished.len()),
    };
    let case = |at: usize| {
        let worst = results.worst.get(at);
        worst.or_else(|| unfinished.get(at.checked_sub(results.worst.len())?))
    };
    let t = Tokens::of(ui);
    let narrow = ui.available_width() < NARROW;
    let spared = SPARED.iter().find(|(own, _)| *own == list && narrow).map_or(&[][..], |(_, spared)| spared);
    let mut shown = columns.to_vec();
    spare(&mut shown, spared);
    let row = |at: usize| match list {
        List::Shapes => shape_row(results, at, t),
        List::Orchestrations => match at.checked_sub(1) {
            None => Some(group_row("All cases", &results.cases, true)),
            Some(at) => {
                let group = results.orchestrations.get(at)?;
                Some(group_row(atlas::service_words(Name::new(&group.name)), group, false))
            }
        },
        List::Ports => port_row(results, at),
        List::Cases | List::Checks => Some(case_row(run, case(at)?, t)),
    };
    let did = table::show(ui, (name, &shown), &mut view, count, |at| {
        let mut row = row(at)?;
        spare(&mut row.cells, spared);
        Some(row)
    });
    run.simulation.views.insert(list, view);
    match list {
        List::Shapes => {
            let chosen = did.chose.or(did.opened).and_then(|at| results.shapes.get(at));
            if let Some(shape) = chosen {
                run.go_to_shape(shape.service, shape.shape, actions);
            }
        }
        List::Cases => {
            if let Some(case) = did.opened.and_then(case).copied() {
                run.simulation.open(ui.ctx(), &case);
            }
        }
        _ => {}
    }
}

/// Takes away what stands at these places, in their order.
fn spare<T>(all: &mut Vec<T>, places: &[usize]) {
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        !places.contains(&(at - 1))
    });
}

fn percent(share: f64) -> String {
    if share < 0.0005 { String::new() } else { format!("{:.1} %", share * 100.0) }
}

fn shape_row(results: &Results, at: usize, t: &Tokens) -> Option<Row> {
    let shape = results.shapes.get(at)?;
    let time = |ms: f64| if ms > 0.0 { span_words(ms) } else { String::new() };
    Some(Row {
        cells: vec![
            shape.name.clone(),
            atlas::service_words(shape.service).to_owned(),
            shape.visits.to_string(),
            time(shape.mean),
            time(shape.p95),
            percent(shape.share),
            percent(shape.slow),
        ],
        mark: (shape.slow >= 0.005 || shape.share >= 0.005).then(|| heat(t, shape.slow.max(shape.share))),
        faint: shape.total <= 0.0,
        ..Row::default()
    })
}

fn group_row(name: &str, group: &Group, strong: bool) -> Row {
    let estimate = |estimate: Option<Estimate>| estimate.map(|own| own.span_words()).unwrap_or_default();
    let not = group.suspended + group.open;
    Row {
        cells: vec![
            name.to_owned(),
            (group.completed + group.terminated).to_string(),
            if not == 0 { String::new() } else { not.to_string() },
            estimate(group.mean),
            estimate(group.p50),
            estimate(group.p95),
            span_words(group.max),
        ],
        strong,
        ..Row::default()
    }
}

fn port_row(results: &Results, at: usize) -> Option<Row> {
    let port = results.ports.get(at)?;
    Some(Row {
        cells: vec![
            port.port.to_string(),
            port.requests.to_string(),
            if port.failed == 0 { String::new() } else { port.failed.to_string() },
            span_words(port.mean),
            span_words(port.p95),
            span_words(port.max),
        ],
        ..Row::default()
    })
}

fn case_row(run: &RunMode, case: &CaseFound, t: &Tokens) -> Row {
    let held = case.held.map(|(service, shape)| run.state.atlas.shape(service, shape).to_owned());
    let took = if case.ended {
        span_words(case.took)
    } else if case.suspended {
        "suspended".to_owned()
    } else {
        "not ended".to_owned()
    };
    Row {
        cells: vec![
            format!("{} {}", atlas::service_words(case.service), case.instance),
            case.seed.to_string(),
            took,
            held.unwrap_or_default(),
            span_words(case.held_for),
        ],
        mark: Some(if case.ended { t.warn } else { t.error }),
        ..Row::default()
    }
}

/// What the numbers say about themselves.
fn checks(ui: &mut Ui, results: &Results) {
    let t = Tokens::of(ui);
    ScrollArea::vertical().id_salt("checks").auto_shrink(false).show(ui, |ui| {
        for remark in &results.remarks {
            let color = if remark.good { t.text } else { t.warn };
            ui.add(egui::Label::new(RichText::new(&remark.text).size(12.0).color(color)).wrap());
            ui.add_space(2.0);
        }
    });
}

/// The colour of a share of the time, from warm to hot.
pub fn heat(t: &Tokens, share: f64) -> Color32 {
    t.tint(t.warn, t.error, share.clamp(0.0, 1.0) as f32)
}
