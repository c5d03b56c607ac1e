//! The frame around the canvas: top bar, menus, status line.

use super::app::{Mode, Studio};
use super::command::Command;
use super::document::{Action, Document, Selection};
use super::icons::{self, Glyph};
use super::keymap;
use super::menus;
use super::preferences::Recent;
use super::tabs::Tab;
use super::terminal;
use super::theme::{self, Tokens};
use crate::diagnostic::{Severity, counted};
use egui::{Align, Button, Layout, Rect, RichText, ScrollArea, Sense, Ui, Vec2, pos2, vec2};

/// Widest that a name gets in the top bar, in points.
fn crumb(ui: &Ui) -> f32 {
    (ui.ctx().content_rect().width() * 0.14).clamp(190.0, 360.0)
}

/// Width of the transport, to stand in the middle of what is left.
const TRANSPORT: f32 = 440.0;
/// Beside less room than this the transport has no place for a number.
const PILL: f32 = 320.0;
/// From this width on the bar has room for the names of product and application.
const ROOMY: f32 = 1280.0;

pub fn top_bar(ui: &mut Ui, studio: &mut Studio, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(22.0), Sense::hover());
        icons::paint(ui.painter(), Glyph::Brand, rect.shrink(1.0), t.brand);
        let roomy =
            ui.available_width() >= if studio.mode == Mode::Run { ROOMY } else { ROOMY - TRANSPORT / 2.0 };
        if roomy {
            ui.label(RichText::new("Orchestrion").text_style(egui::TextStyle::Heading));
            ui.add_space(6.0);
        }
        menus::ui(ui, studio, actions);
        ui.add_space(8.0);
        breadcrumb(ui, studio, roomy, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            modes(ui, studio, actions);
            ui.add_space(4.0);
            let room = ui.available_width();
            if studio.mode == Mode::Design || room > TRANSPORT + 120.0 {
                problems_pill(ui, studio, true, actions);
            } else if room > PILL {
                problems_pill(ui, studio, false, actions);
            }
            if studio.mode == Mode::Run {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add_space(((ui.available_width() - TRANSPORT) / 2.0).max(0.0));
                    studio.run.transport(ui);
                });
            } else if ui.available_width() > 260.0 {
                search(ui, actions);
            }
        });
    });
}

/// A line of a menu: icon, name, keys; a check in the icon's place for what is on.
fn line(ui: &mut Ui, command: Command, text: &str, on: bool) -> egui::Response {
    let place = egui::IdSalt::new("icon");
    let mut button = Button::new((egui::Atom::custom(place, Vec2::splat(16.0)), text)).selected(on);
    let keys = keymap::words(ui.ctx(), command);
    if !keys.is_empty() {
        button = button.shortcut_text(keys);
    }
    let t = Tokens::of(ui);
    // A ground of its own would say that the pointer or the keyboard is there.
    let ground = ui.painter().add(egui::Shape::Noop);
    let none = egui::Color32::TRANSPARENT;
    let fill = std::mem::replace(&mut ui.visuals_mut().selection.bg_fill, none);
    let shown = button.atom_ui(ui);
    ui.visuals_mut().selection.bg_fill = fill;
    if on && (shown.response.hovered() || shown.response.has_focus()) {
        let fill = ui.visuals().widgets.hovered.weak_bg_fill;
        ui.painter().set(ground, egui::epaint::RectShape::filled(shown.response.rect, 6.0, fill));
    }
    let icon = if on { Some(icons::CHECK) } else { icons::of_command(command) };
    if let (Some(icon), Some(rect)) = (icon, shown.rect(place)) {
        let color = match ui.is_enabled() {
            false => t.faint,
            true if on => t.brand,
            true if shown.response.hovered() => t.text,
            true => t.muted,
        };
        icons::icon_in(ui.painter(), icon, rect.shrink(1.0), color);
    }
    shown.response
}

/// A command as an entry of a menu; one that cannot be chosen says why. True when it was.
pub(super) fn offer(ui: &mut Ui, studio: &Studio, command: Command, on: bool) -> bool {
    let (text, tooltip) = command.about_selected(studio);
    let refusal = command.refusal(studio);
    let response = ui.add_enabled_ui(refusal.is_none(), |ui| line(ui, command, text, on)).inner;
    match refusal {
        None => response.on_hover_text(tooltip).clicked(),
        Some(why) => response.on_disabled_hover_text(format!("{tooltip}\n{why}")).clicked(),
    }
}

/// Application › what the tab with the focus shows; the last one is a menu of all orchestrations. Without room just the
/// latter.
fn breadcrumb(ui: &mut Ui, studio: &Studio, roomy: bool, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let document = &studio.document;
    let unsaved = if document.unsaved() { " •" } else { "" };
    let application = format!("{}{unsaved}", document.name());
    let place = document.base.as_ref().or(document.folder.as_ref());
    let place = place.map_or_else(|| "not saved yet".to_owned(), |f| f.display().to_string());
    if roomy {
        let label = egui::Label::new(RichText::new(&application).color(t.muted)).truncate();
        within(ui, crumb(ui), |ui| ui.add(label).on_hover_text(format!("{}\n{place}", document.name())));
    }
    if studio.tabs.is_empty() {
        return;
    }
    if roomy {
        ui.label(RichText::new("›").color(t.faint));
    }
    let drawn = document.orchestration().map_or(document.module.as_str(), |o| o.name.as_str()).to_owned();
    let page = studio.tabs.focused().filter(|_| studio.mode == Mode::Design);
    let name = match page {
        Some(Tab::Orchestration(_)) | None => drawn,
        Some(tab) => tab.about(&document.app).0,
    };
    if name.is_empty() {
        return;
    }
    let shown = if roomy { name.clone() } else { format!("{name}{unsaved}") };
    let button = Button::new(RichText::new(shown).family(theme::medium())).frame(false).truncate();
    let menu = egui::containers::menu::MenuButton::from_button(button);
    within(ui, crumb(ui), |ui| {
        let (response, _) = menu.ui(ui, |ui| {
            ui.set_max_width(320.0);
            ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 96.0).show(ui, |ui| {
                for (key, module) in &document.app.modules {
                    let words = module.orchestration.as_ref().map_or(key, |o| &o.name);
                    let on = studio.tabs.on_canvas() && *key == document.module;
                    if ui.add(Button::new(words).selected(on).truncate()).clicked() {
                        actions.push(Action::Go { module: key.clone(), selection: Selection::Orchestration });
                        ui.close();
                    }
                }
            });
        });
        response.on_hover_text(&name)
    });
}

/// Shows something of its own width, but no wider.
fn within<R>(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let width = width.min(ui.available_width());
    ui.scope(|ui| {
        ui.set_max_width(width);
        add(ui)
    })
    .inner
}

fn search(ui: &mut Ui, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let width = (ui.available_width() * 0.75).clamp(180.0, 320.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Open the search"));
    let fill = if response.hovered() { t.tint(t.field, t.text, 0.05) } else { t.field };
    ui.painter().rect(rect, 7.0, fill, egui::Stroke::new(1.0, t.line), egui::StrokeKind::Inside);
    let font = egui::FontId::proportional(12.5);
    let words = "Search everything";
    let lens = Rect::from_center_size(rect.left_center() + vec2(16.0, 0.0), Vec2::splat(14.0));
    icons::icon_in(ui.painter(), egui_material_icons::icons::ICON_SEARCH, lens, t.muted);
    let at = pos2(rect.left() + 30.0, rect.center().y);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, words, font, t.muted);
    let at = pos2(rect.right() - 10.0, rect.center().y);
    let keys = keymap::words(ui.ctx(), Command::Palette);
    ui.painter().text(at, egui::Align2::RIGHT_CENTER, keys, egui::FontId::monospace(10.5), t.muted);
    if response.clicked() {
        actions.push(Action::Command(Command::Palette));
    }
}

fn modes(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    for (mode, command) in [(Mode::Run, Command::Run), (Mode::Design, Command::Design)] {
        let on = studio.mode == mode;
        let text =
            RichText::new(command.text()).family(theme::semibold()).color(if on { t.brand } else { t.muted });
        let response = ui.add(Button::new(text).frame(false).selected(false));
        if on {
            let line = Rect::from_min_max(
                pos2(response.rect.left(), response.rect.bottom() + 3.0),
                pos2(response.rect.right(), response.rect.bottom() + 5.5),
            );
            ui.painter().rect_filled(line, 1.0, t.brand);
        }
        if response.clicked() {
            actions.push(Action::Command(command));
        }
    }
}

/// How the application checks; not `whole` just a dot with a number.
fn problems_pill(ui: &mut Ui, studio: &Studio, whole: bool, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let problems = &studio.document.problems;
    let serious = problems.iter().filter(|p| p.severity != Severity::Information).count();
    let (color, words) = match problems.iter().map(|p| p.severity).min() {
        None => (t.ok, "No problems".to_owned()),
        Some(Severity::Information) => (t.ok, counted(problems.len(), "note")),
        Some(worst) => (super::panels::problems::color(t, worst), counted(serious, "problem")),
    };
    let number = if serious > 0 { serious } else { problems.len() };
    let shown = if whole { words.clone() } else { number.to_string() };
    let button =
        Button::new(RichText::new(format!("     {shown}"))).corner_radius(13).min_size(vec2(0.0, 26.0));
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
    let response = response.on_hover_text(format!("{words}\n{}", Command::Problems.about().1));
    ui.painter().circle_filled(response.rect.left_center() + vec2(15.0, 0.0), 4.0, color);
    if response.clicked() {
        actions.push(Action::Command(Command::Problems));
    }
}

pub fn status(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        // What was said last matters most.
        if ui.available_width() > 380.0 + terminal::WIDTH {
            terminal::ui(ui, studio);
        }
        let mut quiet = |words: String| drop(ui.label(RichText::new(words).small().color(t.muted)));
        match studio.tabs.page(&studio.document).filter(|_| studio.mode == Mode::Design) {
            Some(tab) => quiet(super::panels::page::status(&studio.document, tab)),
            None if studio.tabs.is_empty() => {}
            None => {
                quiet(format!("{:.0} %", studio.tabs.canvas().zoom(studio.tabs.key()) * 100.0));
                if let Some(orchestration) = studio.document.orchestration() {
                    let shapes = counted(studio.document.size(), "shape");
                    quiet(format!("{shapes} · {}", counted(orchestration.ports.len(), "port")));
                }
            }
        }
        let Some((text, refused)) = &studio.said else { return };
        let color = if *refused { t.error } else { t.muted };
        let elsewhere =
            studio.elsewhere.as_ref().filter(|(words, site)| words == text && !site.is_seen(studio));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let room = ui.available_width() - if elsewhere.is_some() { 60.0 } else { 0.0 };
            ui.scope(|ui| {
                ui.set_max_width(room.max(0.0));
                ui.add(egui::Label::new(RichText::new(text).small().color(color)).truncate());
            });
            if let Some((_, site)) = elsewhere
                && ui.link(RichText::new("Show").small()).on_hover_text("Goes to what was changed").clicked()
            {
                actions.push(site.way());
            }
        });
    });
}

/// The commands of a right click on a shape or port.
pub fn context_menu(ui: &mut Ui, studio: &Studio) -> Vec<Command> {
    let document = &studio.document;
    let mut chosen = Vec::new();
    ui.set_min_width(210.0);
    let branches = matches!(&document.selection, Selection::Node(id)
        if document.owner(id).is_some_and(|s| !s.blocks().is_empty()));
    let commands: &[Command] = match document.selection {
        _ if studio.mode == Mode::Run => {
            &[Command::ToggleBreakpoint, Command::RunTo, Command::Breakpoints, Command::Why, Command::Design]
        }
        Selection::Node(_) => &[
            Command::Rename,
            Command::Properties,
            Command::InsertBefore,
            Command::InsertAfter,
            Command::InsertInto,
            Command::AddBranch,
            Command::Cut,
            Command::Copy,
            Command::Paste,
            Command::Duplicate,
            Command::Wrap,
            Command::Unwrap,
            Command::Convert,
            Command::Inward,
            Command::MoveUp,
            Command::MoveDown,
            Command::Delete,
        ],
        Selection::Nodes(_) => &[
            Command::Cut,
            Command::Copy,
            Command::Paste,
            Command::Duplicate,
            Command::Wrap,
            Command::MoveUp,
            Command::MoveDown,
            Command::Delete,
        ],
        _ => &[Command::NewPort, Command::Delete],
    };
    let inner = [Command::AddBranch, Command::InsertInto, Command::Unwrap, Command::Inward];
    for command in commands.iter().filter(|c| branches || !inner.contains(c)) {
        if offer(ui, studio, *command, false) {
            chosen.push(*command);
            ui.close();
        }
    }
    chosen
}

/// What stands in the middle when the open module has no orchestration.
pub fn nothing_to_draw(ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    ui.painter().rect_filled(ui.max_rect(), 0.0, t.canvas);
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        ui.label(
            RichText::new(format!("{} declares types only", document.module))
                .text_style(egui::TextStyle::Heading),
        );
        ui.add_space(4.0);
        ui.label(RichText::new("Choose an orchestration at the left, or add one.").color(t.muted));
        ui.add_space(10.0);
        if ui.button(Command::NewOrchestration.text()).clicked() {
            actions.push(Action::Command(Command::NewOrchestration));
        }
    });
}

/// An application opened before: its name with its folder beside it. True when it was chosen.
pub(super) fn reopen(ui: &mut Ui, recent: &Recent, width: f32) -> bool {
    let t = Tokens::of(ui);
    let path = recent.folder.display().to_string();
    let mut words = egui::text::LayoutJob::default();
    let format = |size, color| egui::TextFormat::simple(egui::FontId::proportional(size), color);
    words.append(&recent.name, 0.0, format(13.0, t.text));
    words.append(&format!("  {path}"), 4.0, format(11.5, t.muted));
    let button = Button::new(words).truncate().min_size(vec2(width, 28.0));
    within(ui, width, |ui| ui.add(button)).on_hover_text(path).clicked()
}

/// What stands in the middle while no tab is open.
pub fn nothing_open(ui: &mut Ui, recent: &[Recent], actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    ui.painter().rect_filled(ui.max_rect(), 0.0, t.canvas);
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        ui.label(RichText::new("No tab is open").text_style(egui::TextStyle::Heading));
        ui.add_space(4.0);
        ui.label(RichText::new("Choose an orchestration at the left, or bring one back.").color(t.muted));
        ui.add_space(10.0);
        if ui.button(Command::ReopenTab.text()).clicked() {
            actions.push(Action::Command(Command::ReopenTab));
        }
        if recent.is_empty() {
            return;
        }
        ui.add_space(20.0);
        ui.label(RichText::new("RECENT").text_style(theme::caption()).color(t.faint));
        let width = 460.0_f32.min(ui.available_width() - 48.0);
        for recent in recent.iter().take(6) {
            if reopen(ui, recent, width) {
                actions.push(Action::OpenFolder(recent.folder.clone()));
            }
        }
    });
}
