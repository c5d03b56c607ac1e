//! The frame around the canvas: top bar, menus, status line.

use super::app::{Mode, Studio};
use super::command::Command;
use super::document::{Action, Document, Selection};
use super::icons::{self, Glyph};
use super::keymap;
use super::preferences::Recent;
use super::run::desk::Page;
use super::tabs::Tab;
use super::terminal;
use super::theme::{self, Appearance, Tokens};
use crate::diagnostic::{Severity, counted};
use crate::journal::export::Format;
use egui::{Align, Button, Layout, Rect, RichText, ScrollArea, Sense, Ui, Vec2, pos2, vec2};

/// Height of one line of a menu, in points.
const MENU_LINE: f32 = 32.0;

/// Widest that a name gets in the top bar, in points.
fn crumb(ui: &Ui) -> f32 {
    (ui.ctx().content_rect().width() * 0.14).clamp(190.0, 360.0)
}

/// Width of the transport, to stand in the middle of what is left.
const TRANSPORT: f32 = 440.0;
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
        menus(ui, studio, actions);
        ui.add_space(8.0);
        breadcrumb(ui, studio, roomy, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            modes(ui, studio, actions);
            ui.add_space(4.0);
            if studio.mode == Mode::Design || ui.available_width() > TRANSPORT + 120.0 {
                problems_pill(ui, studio, actions);
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

fn menus(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    let lists: [(&str, &[&[Command]]); 6] = [
        (
            "File",
            &[
                &[Command::New, Command::Open, Command::OpenPath],
                &[Command::Save, Command::SaveAs],
                &[Command::CompareSaved, Command::CompareWith],
                &[Command::ExportSvg, Command::ExportPng, Command::ExportAnimation, Command::CopyPicture],
                &[Command::OpenRun, Command::SaveRun],
            ],
        ),
        (
            "Edit",
            &[
                &[Command::Undo, Command::Redo, Command::UndoHistory],
                &[Command::Cut, Command::Copy, Command::Paste, Command::PasteDeclared],
                &[Command::Duplicate, Command::Delete, Command::Rename, Command::Properties],
                &[Command::SelectAll, Command::SelectSiblings],
                &[Command::MoveUp, Command::MoveDown, Command::MoveLeft, Command::MoveRight],
                &[Command::Wrap, Command::Unwrap, Command::Convert],
            ],
        ),
        (
            "Insert",
            &[
                &[Command::InsertBefore, Command::InsertAfter, Command::InsertInto, Command::AddBranch],
                &[Command::NewPort, Command::NewMessage, Command::NewVariable],
                &[Command::NewCorrelationSet, Command::NewCorrelationType],
                &[Command::NewPortType, Command::NewMultipartType, Command::NewOrchestration],
            ],
        ),
        (
            "View",
            &[
                &[Command::Inward, Command::Outward],
                &[Command::Fit, Command::ZoomIn, Command::ZoomOut, Command::CollapseAll, Command::ExpandAll],
                &[Command::ApplicationView, Command::PortsEditor, Command::Configuration],
                &[Command::Problems, Command::Palette],
                &[
                    Command::NextTab,
                    Command::PreviousTab,
                    Command::SplitTab,
                    Command::CloseTab,
                    Command::ReopenTab,
                ],
                &[Command::ThemeSystem, Command::ThemeDark, Command::ThemeLight, Command::HighContrast],
                &[Command::ReducedMotion, Command::Larger, Command::Smaller, Command::Settings],
            ],
        ),
        (
            "Run",
            &[
                &[Command::Run, Command::Design],
                &[Command::PlayPause, Command::StepTurn, Command::StepMoment, Command::Restart],
                &[Command::StepBack, Command::StepForward, Command::BackToNow],
                &[Command::ByEvent, Command::ByShape, Command::ByMessage],
                &[Command::PreviousProblem, Command::NextProblem, Command::Why, Command::Narrate],
                &[Command::LastChange, Command::Origin, Command::SetVariable],
                &[Command::ToggleBreakpoint, Command::RunTo, Command::Continue],
                &[Command::FailureStops, Command::ExceptionStops, Command::Breakpoints],
                &[
                    Command::ForkHere,
                    Command::ForkDelay,
                    Command::ForkDrop,
                    Command::ForkDuplicate,
                    Command::ForkCorrupt,
                    Command::ForkChange,
                    Command::ForkFail,
                ],
                &[Command::Runs, Command::CompareRuns],
                &[Command::TimeIn, Command::TimeOut, Command::TimeAll, Command::Faster, Command::Slower],
                &[
                    Command::Show(Page::Journal),
                    Command::Show(Page::Messages),
                    Command::Show(Page::Instances),
                    Command::Show(Page::Subscriptions),
                    Command::Show(Page::Correlation),
                    Command::Show(Page::Sequence),
                    Command::Show(Page::Calls),
                    Command::Show(Page::Scenarios),
                    Command::Show(Page::Simulation),
                    Command::Show(Page::Send),
                    Command::FilterList,
                ],
                &[
                    Command::PlayScenarios,
                    Command::Explore,
                    Command::SearchOrders,
                    Command::KeepAsTest,
                    Command::CoverageTint,
                ],
                &[Command::Simulate, Command::WorstCase, Command::HeatTint],
                &[
                    Command::ExportJournal(Format::Csv),
                    Command::ExportJournal(Format::Xes),
                    Command::ExportJournal(Format::Otlp),
                    Command::SequenceSvg,
                    Command::SequencePng,
                ],
            ],
        ),
        ("Help", &[&[Command::Shortcuts]]),
    ];
    ui.scope(|ui| {
        egui::containers::menu::menu_style(ui.style_mut());
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 7.0;
        for (title, groups) in lists {
            ui.menu_button(title, |ui| {
                ui.set_min_width(250.0);
                if title == "File" {
                    recent(ui, studio, actions);
                }
                // A menu taller than the window scrolls, so that its last commands stay within reach.
                let lines = groups.iter().map(|group| group.len()).sum::<usize>() as f32;
                let room = ui.ctx().content_rect().height() - 24.0;
                if lines * MENU_LINE + groups.len() as f32 * MENU_LINE / 3.0 > room {
                    let area =
                        ScrollArea::vertical().max_height(room).min_scrolled_height(room).max_width(290.0);
                    area.show(ui, |ui| lists_of(ui, studio, groups, actions));
                } else {
                    lists_of(ui, studio, groups, actions);
                }
            });
        }
    });
}

/// The commands of one menu, group by group.
fn lists_of(ui: &mut Ui, studio: &Studio, groups: &[&[Command]], actions: &mut Vec<Action>) {
    for (i, group) in groups.iter().enumerate() {
        if i > 0 {
            ui.separator();
        }
        for command in *group {
            entry(ui, studio, *command, actions);
        }
    }
}

/// The applications opened before, as a menu of their own.
fn recent(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    ui.add_enabled_ui(!studio.preferences.recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            ui.set_min_width(260.0);
            for recent in &studio.preferences.recent {
                let path = recent.folder.display().to_string();
                if ui.button(&recent.name).on_hover_text(path).clicked() {
                    actions.push(Action::OpenFolder(recent.folder.clone()));
                    ui.close();
                }
            }
        });
    });
    ui.separator();
}

fn entry(ui: &mut Ui, studio: &Studio, command: Command, actions: &mut Vec<Action>) {
    let preferences = &studio.preferences;
    let on = match command {
        Command::ThemeSystem => preferences.appearance == Appearance::System,
        Command::ThemeDark => preferences.appearance == Appearance::Dark,
        Command::ThemeLight => preferences.appearance == Appearance::Light,
        Command::ReducedMotion => preferences.reduced_motion,
        Command::HighContrast => preferences.high_contrast,
        Command::UndoHistory => studio.past_open,
        Command::Problems => studio.problems_open,
        Command::Narrate => studio.run.narrates(),
        _ => false,
    };
    if offer(ui, studio, command, on) {
        actions.push(Action::Command(command));
        ui.close();
    }
}

/// A line of a menu: icon, name, keys.
fn line(ui: &mut Ui, command: Command, text: &str, on: bool) -> egui::Response {
    let place = egui::IdSalt::new("icon");
    let mut button = Button::new((egui::Atom::custom(place, Vec2::splat(16.0)), text)).selected(on);
    let keys = keymap::words(ui.ctx(), command);
    if !keys.is_empty() {
        button = button.shortcut_text(keys);
    }
    let shown = button.atom_ui(ui);
    if let (Some(icon), Some(rect)) = (icons::of_command(command), shown.rect(place)) {
        let t = Tokens::of(ui);
        let color = match ui.is_enabled() {
            false => t.faint,
            true if on || shown.response.hovered() => t.text,
            true => t.muted,
        };
        icons::icon_in(ui.painter(), icon, rect.shrink(1.0), color);
    }
    shown.response
}

/// A command as an entry of a menu; one that cannot be chosen says why. True when it was.
fn offer(ui: &mut Ui, studio: &Studio, command: Command, on: bool) -> bool {
    let (text, tooltip, _) = command.about();
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
    ui.painter().text(at, egui::Align2::RIGHT_CENTER, "Ctrl K", egui::FontId::monospace(10.5), t.muted);
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

fn problems_pill(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let problems = &studio.document.problems;
    let serious = problems.iter().filter(|p| p.severity != Severity::Information).count();
    let (color, words) = match problems.iter().map(|p| p.severity).min() {
        None => (t.ok, "No problems".to_owned()),
        Some(Severity::Information) => (t.ok, counted(problems.len(), "note")),
        Some(worst) => (super::panels::problems::color(t, worst), counted(serious, "problem")),
    };
    let button =
        Button::new(RichText::new(format!("     {words}"))).corner_radius(13).min_size(vec2(0.0, 26.0));
    let response = ui.add(button).on_hover_text(Command::Problems.about().1);
    ui.painter().circle_filled(response.rect.left_center() + vec2(15.0, 0.0), 4.0, color);
    if response.clicked() {
        actions.push(Action::Command(Command::Problems));
    }
}

pub fn status(ui: &mut Ui, studio: &Studio) {
    let t = Tokens::of(ui);
    ui.horizontal_centered(|ui| {
        let room = ui.available_width() - 260.0;
        if let Some((text, refused)) = &studio.said {
            let color = if *refused { t.error } else { t.muted };
            let room = vec2((room - terminal::WIDTH).max(120.0), 18.0);
            ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(text).small().color(color)).truncate());
            });
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if room > 120.0 + terminal::WIDTH {
                terminal::ui(ui, studio);
            }
            if let Some(tab) = studio.tabs.page(&studio.document).filter(|_| studio.mode == Mode::Design) {
                let words = super::panels::page::status(&studio.document, tab);
                ui.label(RichText::new(words).small().color(t.muted));
                return;
            }
            if studio.tabs.is_empty() {
                return;
            }
            let zoom = studio.tabs.canvas().zoom(studio.tabs.key()) * 100.0;
            ui.label(RichText::new(format!("{zoom:.0} %")).small().color(t.muted));
            if let Some(orchestration) = studio.document.orchestration() {
                let shapes = counted(studio.document.size(), "shape");
                let words = format!("{shapes} · {}", counted(orchestration.ports.len(), "port"));
                ui.label(RichText::new(words).small().color(t.muted));
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
            let path = recent.folder.display().to_string();
            let mut words = egui::text::LayoutJob::default();
            let format = |size, color| egui::TextFormat::simple(egui::FontId::proportional(size), color);
            words.append(&recent.name, 0.0, format(13.0, t.text));
            words.append(&format!("  {path}"), 4.0, format(11.5, t.muted));
            let button = Button::new(words).truncate().min_size(vec2(width, 28.0));
            let shown = within(ui, width, |ui| ui.add(button));
            if shown.on_hover_text(path).clicked() {
                actions.push(Action::OpenFolder(recent.folder.clone()));
            }
        }
    });
}
