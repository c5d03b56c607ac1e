//! The runs as a tree with names, and two of them side by side with the first difference.

use super::RunMode;
use super::pages::says;
use super::player::{Command, Comparison, RunInfo, span_words};
use crate::diagnostic::counted;
use crate::engine::Event;
use crate::journal::{Clock, event_name, instance_of};
use crate::lab::{Beside, Pair};
use crate::message::TimeSpan;
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use crate::studio::{command, keymap};
use egui::{Align, FontId, Key, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, pos2, vec2};

const ROW: f32 = 26.0;
const LINE: f32 = 19.0;

pub fn ui(ui: &mut Ui, run: &mut RunMode) {
    if run.state.runs.is_empty() {
        fields::note(ui, "Nothing has run yet. Play, and every run and fork is listed here.");
        return;
    }
    let room = ui.available_size();
    // Names are read to their ends, where forks of one message differ; the lines of two runs need their room, too.
    let most = if run.state.comparison.is_some() { 0.45 } else { 0.7 };
    let wanted = run.state.runs.iter().map(|info| row_width(ui, info)).fold(320.0, f32::max);
    let side = wanted.min(room.x * most);
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        ui.allocate_ui_with_layout(vec2(side, room.y), Layout::top_down(Align::Min), |ui| {
            ui.set_width(side);
            let area = ScrollArea::vertical().id_salt("runs").auto_shrink(false);
            area.show(ui, |ui| {
                for info in run.state.runs.clone().iter() {
                    ui.push_id(&info.name, |ui| row(ui, run, info));
                }
            });
        });
        ui.add_space(8.0);
        ui.vertical(|ui| match run.state.comparison.clone() {
            Some(comparison) => side_by_side(ui, run, &comparison),
            None if run.state.runs.len() < 2 => {
                let words = "There is one run. Fork it: right-click a message on the timeline and let it be late, lost or another, and both runs stand here side by side.";
                fields::note(ui, words);
                super::forks::offer(ui, run);
            }
            None => {
                fields::note(ui, "Compare the run shown with another one, to see where they part.");
                let command = command::Command::CompareRuns;
                let tip = format!("{}\n{}", command.about().1, keymap::words(ui.ctx(), command));
                if ui.button("Compare").on_hover_text(tip).clicked() {
                    run.compare_runs();
                }
            }
        });
    });
}

/// What the buttons of a run and its time take.
const BUTTONS: f32 = 3.0 * 24.0 + 4.0;
const CLOCK: f32 = 84.0;

/// Where the name of a run begins in its row.
fn indent(info: &RunInfo) -> f32 {
    10.0 + info.depth.min(8) as f32 * 14.0
}

/// Room for the row of a run with its whole name, and the scroll bar.
fn row_width(ui: &Ui, info: &RunInfo) -> f32 {
    let font = FontId::new(12.5, theme::semibold());
    let name = ui.painter().layout_no_wrap(info.name.clone(), font, Tokens::of(ui).text);
    indent(info) + name.size().x + CLOCK + BUTTONS + 16.0
}

/// One run: a click shows it; beside it what can be done with it.
fn row(ui: &mut Ui, run: &mut RunMode, info: &RunInfo) {
    let t = Tokens::of(ui);
    let shown = info.name == run.state.shown;
    if run.renaming.as_ref().is_some_and(|(name, ..)| *name == info.name) {
        return rename(ui, run);
    }
    if run.discarding.as_ref() == Some(&info.name) {
        return discard(ui, run, info);
    }
    let compared = run.state.comparison.as_ref().is_some_and(|c| c.right == info.name);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, response) =
            ui.allocate_exact_size(vec2((ui.available_width() - BUTTONS).max(80.0), ROW), Sense::click());
        let about = format!(
            "{}, {}",
            Clock(info.elapsed),
            counted(usize::try_from(info.events).unwrap_or(usize::MAX), "event")
        );
        let words = format!("{}, {about}", info.name);
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::TreeItem, true, shown, &words));
        let ground = rect.shrink2(vec2(0.0, 1.0));
        if shown {
            ui.painter().rect_filled(ground, 6.0, t.tint(t.panel, t.brand, 0.18));
        } else if compared {
            ui.painter().rect_filled(ground, 6.0, t.tint(t.panel, t.selection, 0.14));
        } else if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(ground, 6.0, t.tint(t.panel, t.text, 0.06));
        }
        let left = rect.left() + indent(info);
        let middle = rect.center().y;
        if info.depth > 0 {
            // The way back to the run it was forked from.
            let (x, top) = (left - 9.0, rect.top() + 2.0);
            ui.painter().line_segment([pos2(x, top), pos2(x, middle)], (1.0, t.line_strong));
            ui.painter().line_segment([pos2(x, middle), pos2(x + 6.0, middle)], (1.0, t.line_strong));
        }
        let family = if shown { theme::semibold() } else { theme::medium() };
        let name = super::inspector::cut(
            ui,
            &info.name,
            FontId::new(12.5, family),
            t.text,
            rect.right() - left - CLOCK,
        );
        ui.painter().galley(pos2(left, middle - name.size().y / 2.0), name, t.text);
        let clock = Clock(info.elapsed).to_string();
        let at = pos2(rect.right() - 6.0, middle);
        ui.painter().text(at, egui::Align2::RIGHT_CENTER, clock, FontId::monospace(10.5), t.muted);
        if response.clicked() && !shown {
            run.tell(Command::ShowRun(info.name.clone()));
        }
        if response.double_clicked() || (response.has_focus() && ui.input(|i| i.key_pressed(Key::F2))) {
            run.renaming = Some((info.name.clone(), info.name.clone(), true));
        }
        let what = if info.what.is_empty() { about } else { format!("{}\n{about}", info.what.join("\n")) };
        response.on_hover_text(what);
        let words = match compared {
            true => format!("Compare with {} no longer", info.name),
            false => format!("Compare with {}", info.name),
        };
        if shown {
            // A run is not compared with itself.
            ui.add_space(24.0);
        } else if fields::icon_button(ui, Glyph::Parallel, &words).clicked() {
            run.tell(Command::Compare((!compared).then(|| info.name.clone())));
        }
        if fields::icon_button(ui, Glyph::Note, &format!("Rename {}", info.name)).clicked() {
            run.renaming = Some((info.name.clone(), info.name.clone(), true));
        }
        if fields::icon_button(ui, Glyph::Close, &format!("Delete {}", info.name)).clicked() {
            run.discarding = Some(info.name.clone());
        }
    });
}

/// In place of its row: a run that is deleted does not come back.
fn discard(ui: &mut Ui, run: &mut RunMode, info: &RunInfo) {
    ui.horizontal(|ui| {
        ui.set_min_height(ROW);
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add_space(indent(info));
        let delete = ui.small_button("Delete it").on_hover_text(format!("Deletes {} for good", info.name));
        let keep = ui.small_button("Keep it");
        ui.add(egui::Label::new(RichText::new(&info.name).size(12.5)).truncate());
        if delete.clicked() {
            run.tell(Command::DiscardRun(info.name.clone()));
        }
        if delete.clicked() || keep.clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
            run.discarding = None;
        }
    });
}

fn rename(ui: &mut Ui, run: &mut RunMode) {
    let Some((name, mut text, fresh)) = run.renaming.take() else { return };
    let response = ui.add(TextEdit::singleline(&mut text).desired_width(f32::INFINITY));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Name of the run"));
    if fresh {
        response.request_focus();
        crate::studio::canvas::select_all(ui, response.id, text.chars().count());
    }
    if response.lost_focus() {
        if ui.input(|input| input.key_pressed(Key::Enter)) {
            run.tell(Command::RenameRun { name, to: text });
        }
    } else {
        run.renaming = Some((name, text, false));
    }
}

/// What happened in both, each line once: the same in both across, else in the column of its run.
fn side_by_side(ui: &mut Ui, run: &mut RunMode, comparison: &Comparison) {
    let t = Tokens::of(ui);
    let words = match comparison.first() {
        None => format!("{} and {} are the same so far", comparison.left, comparison.right),
        Some(pair) => format!("First difference: {}", first_words(run, comparison, &pair)),
    };
    let mut top = false;
    ui.horizontal(|ui| {
        let words = RichText::new(words).family(theme::medium()).color(t.text);
        let room = (ui.available_width() - 130.0).max(80.0);
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(egui::Label::new(words).truncate());
        });
        if let Some(seq) = comparison.moment()
            && ui.button("Show").on_hover_text("Goes to the first difference").clicked()
        {
            run.tell(Command::Seek(seq));
            top = true;
        }
        if ui.button("Close").on_hover_text("Compares no longer").clicked() {
            run.tell(Command::Compare(None));
        }
    });
    if !comparison.beside.pairs.is_empty() {
        ui.horizontal(|ui| {
            ui.checkbox(&mut run.only_differences, "Only differences")
                .on_hover_text("Leaves out what happened in both at the same time");
            ui.add(egui::Label::new(RichText::new(sum(run, comparison)).color(t.muted)).truncate());
        });
    }
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let font = FontId::new(11.5, theme::semibold());
    for (half, name) in [(half(head, false), &comparison.left), (half(head, true), &comparison.right)] {
        let galley = super::inspector::cut(ui, name, font.clone(), t.muted, half.width() - 8.0);
        ui.painter().galley(half.left_top() + vec2(4.0, 1.0), galley, t.muted);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let shown = |pair: &&Pair| !run.only_differences || !pair.is_same();
    let pairs: Vec<&Pair> = comparison.beside.pairs.iter().filter(shown).collect();
    let differs = comparison.beside.first();
    let first = pairs.iter().position(|pair| differs.is_some_and(|first| std::ptr::eq(*pair, first)));
    let seq = comparison.difference.as_ref().map_or(0, |difference| difference.seq);
    // What comes later in one run only may have stood first until it came.
    let of = (comparison.left.clone(), comparison.right.clone(), (seq, first));
    let mut area = ScrollArea::vertical().id_salt("side by side").auto_shrink(false);
    if top || run.compared != of {
        // With what was the same just before.
        area = area.vertical_scroll_offset(first.unwrap_or(0).saturating_sub(2) as f32 * LINE);
        run.compared = of;
    }
    area.show_rows(ui, LINE, pairs.len(), |ui, rows| {
        let begin = rows.start;
        for (i, pair) in pairs.get(rows).unwrap_or_default().iter().enumerate() {
            if let Some(seq) = line(ui, run, pair, first == Some(begin + i)) {
                run.tell(Command::Seek(seq));
            }
        }
    });
}

/// What differs first, and how.
fn first_words(run: &RunMode, comparison: &Comparison, pair: &Pair) -> String {
    let time = |event: &Event| Clock(event.at.since(run.state.start));
    let what = |event: &Event| what(run, event);
    match (&pair.left, &pair.right) {
        (Some(left), Some(right))
            if left.at != right.at && event_name(&left.kind) == event_name(&right.kind) =>
        {
            format!("{}, at {} instead of {}", what(left), time(left), time(right))
        }
        (Some(left), Some(right)) => {
            let (here, there) = (what(left), what(right));
            format!("{here} at {}, {there} at {} in {}", time(left), time(right), comparison.right)
        }
        (Some(event), None) => {
            format!("{} at {}, {}", what(event), time(event), only(run, comparison, &comparison.left))
        }
        (None, Some(event)) => {
            format!("{} at {}, {}", what(event), time(event), only(run, comparison, &comparison.right))
        }
        (None, None) => String::new(),
    }
}

/// Where the records end it may still come in the other run.
fn only(run: &RunMode, comparison: &Comparison, name: &str) -> String {
    match comparison.beside.until {
        Some(end) => format!("in {name} only by {}", Clock(end.since(run.state.start))),
        None => format!("only in {name}"),
    }
}

/// Name of an event, and what it says.
fn what(run: &RunMode, event: &Event) -> String {
    format!("{}  {}", event_name(&event.kind), says(run, &event.kind))
}

/// What is the same in both and what is not.
fn sum(run: &RunMode, comparison: &Comparison) -> String {
    let Beside { pairs, .. } = &comparison.beside;
    let count = |what: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|pair| what(pair)).count();
    let both = count(&|pair| pair.later().is_some());
    let moved = count(&|pair| pair.later().is_some() && !pair.is_same());
    let left = count(&|pair| pair.right.is_none());
    let right = count(&|pair| pair.left.is_none());
    let mut words = vec![format!("{} in both", counted(both, "event"))];
    if moved > 0 {
        words.push(format!("{moved} of them at another time"));
    }
    for (count, name) in [(left, &comparison.left), (right, &comparison.right)] {
        if count > 0 {
            words.push(format!("{count} {}", only(run, comparison, name)));
        }
    }
    format!("From just before they part: {}", words.join(" · "))
}

fn half(rect: Rect, right: bool) -> Rect {
    let middle = rect.center().x;
    if right {
        Rect::from_min_max(pos2(middle + 4.0, rect.top()), rect.right_bottom())
    } else {
        Rect::from_min_max(rect.left_top(), pos2(middle - 4.0, rect.bottom()))
    }
}

/// One line; gives the event of the shown run that was clicked.
fn line(ui: &mut Ui, run: &RunMode, pair: &Pair, first: bool) -> Option<u64> {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let both = pair.left.is_some() && pair.right.is_some();
    let time = |event: &Event| Clock(event.at.since(run.state.start));
    let what = |event: &Event| what(run, event);
    let says = |event: &Event| format!("{}  {}", time(event), what(event));
    let words = match (&pair.left, &pair.right) {
        (Some(event), Some(other)) => {
            let moved = |span: TimeSpan, way: &str| {
                let (span, here, there) = (span_words(span), time(event), time(other));
                format!("{span} {way} in the other: {}, {here} here, {there} there", what(event))
            };
            match pair.later() {
                Some(span) if span.0 > 0 => moved(span, "later"),
                Some(span) if span.0 < 0 => moved(TimeSpan(-span.0), "earlier"),
                _ => format!("In both: {}", says(event)),
            }
        }
        (Some(event), None) => format!("Only here: {}", says(event)),
        (None, Some(event)) => format!("Only in the other: {}", says(event)),
        (None, None) => String::new(),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &words));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, t.tint(t.panel, t.text, 0.06));
    }
    for (event, right, color) in [(&pair.left, false, t.brand), (&pair.right, true, t.selection)] {
        let half = half(rect, right);
        let Some(event) = event else { continue };
        if !both {
            let fill = t.tint(t.panel, color, if t.dark { 0.20 } else { 0.14 });
            ui.painter().rect_filled(half.shrink2(vec2(0.0, 0.5)), 3.0, fill);
        }
        if first {
            let edge = Rect::from_min_size(half.left_top(), vec2(3.0, half.height()));
            ui.painter().rect_filled(edge, 0.0, color);
        }
        let own = instance_of(&event.kind).is_some() && instance_of(&event.kind) == run.selected();
        let color = if pair.is_same() && !own { t.muted } else { t.text };
        let galley =
            super::inspector::cut(ui, &says(event), FontId::proportional(11.5), color, half.width() - 12.0);
        ui.painter().galley(pos2(half.left() + 8.0, half.center().y - galley.size().y / 2.0), galley, color);
    }
    let seq = pair.left.as_ref().map(|event| event.seq).filter(|_| response.clicked());
    response.on_hover_text(words);
    seq
}
