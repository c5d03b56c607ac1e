//! The menus of the window.

use super::app::{Mode, Studio};
use super::command::Command as C;
use super::document::Action;
use super::panels::fields;
use super::run::desk::Page;
use super::shell::{offer, reopen};
use super::theme::Appearance;
use crate::journal::export::Format;
use egui::{Key, Modifiers, Popup, Rect, Response, ScrollArea, SetOpenCommand, Ui, Vec2};

/// Height of one line of a menu, in points.
const MENU_LINE: f32 = 32.0;

/// Width of the applications opened before, in points.
const RECENT: f32 = 420.0;

/// Commands that belong together. With a name they are a menu of their own within the menu.
type Group = (&'static str, &'static [C]);

/// All menus of the window, each group by group.
const MENUS: [(&str, &[Group]); 6] = [
    (
        "File",
        &[
            ("", &[C::New, C::Open, C::OpenPath]),
            ("", &[C::Save, C::SaveAs]),
            ("", &[C::CompareSaved, C::CompareWith]),
            ("", &[C::ExportSvg, C::ExportPng, C::ExportAnimation, C::CopyPicture]),
            ("", &[C::OpenRun, C::SaveRun]),
            ("", &[C::Recover]),
        ],
    ),
    (
        "Edit",
        &[
            ("", &[C::Undo, C::Redo, C::UndoHistory]),
            ("", &[C::Cut, C::Copy, C::Paste, C::PasteDeclared]),
            ("", &[C::Duplicate, C::Delete, C::Rename, C::Properties]),
            ("", &[C::SelectAll, C::SelectSiblings]),
            ("Move", &[C::MoveUp, C::MoveDown, C::MoveLeft, C::MoveRight]),
            ("", &[C::Wrap, C::Unwrap, C::Convert]),
            ("", &[C::Fix]),
            ("", &[C::DeleteOrchestration]),
        ],
    ),
    (
        "Insert",
        &[
            ("", &[C::InsertBefore, C::InsertAfter, C::InsertInto, C::AddBranch]),
            ("", &[C::NewPort, C::NewMessage, C::NewVariable, C::NewParameter]),
            ("", &[C::NewCorrelationSet, C::NewCorrelationType]),
            ("", &[C::NewPortType, C::NewMultipartType, C::NewOrchestration]),
        ],
    ),
    (
        "View",
        &[
            ("", &[C::Back, C::Forward]),
            ("", &[C::Inward, C::Outward]),
            ("", &[C::Fit, C::CollapseAll, C::ExpandAll]),
            ("", &[C::ApplicationView, C::PortsEditor, C::Configuration]),
            ("", &[C::SidePanels, C::LowerLists, C::Problems, C::Palette]),
            ("Zoom", &[C::ZoomIn, C::ZoomOut, C::Larger, C::Smaller]),
            ("Tabs", &[C::NextTab, C::PreviousTab, C::SplitTab, C::CloseTab, C::ReopenTab]),
            ("Theme", &[C::ThemeSystem, C::ThemeDark, C::ThemeLight, C::HighContrast, C::ReducedMotion]),
            ("", &[C::Settings]),
        ],
    ),
    (
        "Run",
        &[
            ("", &[C::Run, C::Design]),
            ("", &[C::PlayPause, C::StepTurn, C::StepMoment, C::Restart]),
            ("", &[C::StepBack, C::StepForward, C::BackToNow]),
            ("Step by", &[C::ByEvent, C::ByShape, C::ByMessage]),
            ("", &[C::PreviousProblem, C::NextProblem, C::Why, C::Narrate]),
            ("Variable", &[C::LastChange, C::Origin, C::SetVariable]),
            ("", &[C::ToggleBreakpoint, C::RunTo, C::Continue]),
            ("Stops", &[C::FailureStops, C::ExceptionStops, C::Breakpoints]),
            (
                "Fork",
                &[
                    C::ForkHere,
                    C::ForkDelay,
                    C::ForkDrop,
                    C::ForkDuplicate,
                    C::ForkCorrupt,
                    C::ForkChange,
                    C::ForkFail,
                ],
            ),
            ("", &[C::Runs, C::CompareRuns]),
            ("Timeline", &[C::TimeIn, C::TimeOut, C::TimeAll, C::Faster, C::Slower]),
            (
                "Lists",
                &[
                    C::Show(Page::Journal),
                    C::Show(Page::Messages),
                    C::Show(Page::Instances),
                    C::Show(Page::Subscriptions),
                    C::Show(Page::Correlation),
                    C::Show(Page::Sequence),
                    C::Show(Page::Calls),
                    C::Show(Page::Scenarios),
                    C::Show(Page::Simulation),
                    C::Show(Page::Send),
                    C::FilterList,
                ],
            ),
            (
                "Scenarios and orders",
                &[C::PlayScenarios, C::Explore, C::SearchOrders, C::KeepAsTest, C::CoverageTint],
            ),
            ("Simulation", &[C::Simulate, C::WorstCase, C::HeatTint]),
            (
                "Export run",
                &[
                    C::ExportJournal(Format::Csv),
                    C::ExportJournal(Format::Xes),
                    C::ExportJournal(Format::Otlp),
                    C::SequenceSvg,
                    C::SequencePng,
                ],
            ),
        ],
    ),
    ("Help", &[("", &[C::OpenSample]), ("", &[C::Shortcuts])]),
];

/// Shows the titles of the menus, and the one that is open.
pub fn ui(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    ui.scope(|ui| {
        egui::containers::menu::menu_style(ui.style_mut());
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 7.0;
        for (title, groups) in MENUS {
            ui.menu_button(title, |ui| {
                ui.set_min_width(250.0);
                if title == "File" {
                    recent(ui, studio, actions);
                }
                // A menu taller than the window scrolls, so that its last commands stay within reach.
                let lines = groups.iter().map(|(name, all)| if name.is_empty() { all.len() } else { 1 });
                let lines = lines.sum::<usize>() as f32;
                let room = ui.ctx().content_rect().bottom() - ui.min_rect().top() - 24.0;
                if lines * MENU_LINE + groups.len() as f32 * MENU_LINE / 3.0 > room {
                    fields::shows_that_it_scrolls(ui.style_mut());
                    let area = ScrollArea::vertical().max_height(room).min_scrolled_height(room);
                    let area = area.max_width(290.0).auto_shrink([false, true]);
                    let opened = fields::opened(ui, title);
                    let area = if opened { area.vertical_scroll_offset(0.0) } else { area };
                    area.show(ui, |ui| {
                        // The keys end before the scroll bar.
                        ui.set_max_width(ui.available_width() - 12.0);
                        lists_of(ui, studio, groups, actions);
                    });
                } else {
                    lists_of(ui, studio, groups, actions);
                }
            });
        }
    });
}

/// The commands of one menu, group by group.
fn lists_of(ui: &mut Ui, studio: &Studio, groups: &[Group], actions: &mut Vec<Action>) {
    let mut before = None;
    for (name, commands) in groups {
        if before.is_some_and(|before: &str| before.is_empty() || name.is_empty()) {
            ui.separator();
        }
        before = Some(name);
        let mut all = |ui: &mut Ui| commands.iter().for_each(|command| entry(ui, studio, *command, actions));
        if name.is_empty() {
            all(ui);
        } else {
            let place = egui::Atom::custom(egui::IdSalt::new("no icon"), Vec2::splat(16.0));
            egui::containers::menu::SubMenuButton::new((place, *name)).ui(ui, |ui| {
                ui.set_min_width(250.0);
                all(ui);
            });
        }
    }
}

/// The applications opened before, as a menu of their own.
fn recent(ui: &mut Ui, studio: &Studio, actions: &mut Vec<Action>) {
    ui.add_enabled_ui(!studio.preferences.recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            ui.set_min_width(RECENT);
            for recent in &studio.preferences.recent {
                if reopen(ui, recent, RECENT) {
                    actions.push(Action::OpenFolder(recent.folder.clone()));
                    ui.close();
                }
            }
        });
    });
    ui.separator();
}

fn entry(ui: &mut Ui, studio: &Studio, command: C, actions: &mut Vec<Action>) {
    let preferences = &studio.preferences;
    let on = match command {
        C::ThemeSystem => preferences.appearance == Appearance::System,
        C::ThemeDark => preferences.appearance == Appearance::Dark,
        C::ThemeLight => preferences.appearance == Appearance::Light,
        C::ReducedMotion => preferences.reduced_motion,
        C::HighContrast => preferences.high_contrast,
        C::UndoHistory => studio.past_open,
        C::Problems => studio.problems_open,
        C::SidePanels => !studio.wide,
        C::LowerLists => studio.mode == Mode::Run && !studio.run.drawer.is_folded(),
        C::Narrate => studio.run.narrates(),
        _ => false,
    };
    if offer(ui, studio, command, on) {
        actions.push(Action::Command(command));
        ui.close();
    }
}

/// True when one asks with the keyboard for the menu of what has it.
fn asked(ctx: &egui::Context) -> bool {
    // What gets the keyboard later than that was not meant.
    const FRAMES: u64 = 3;
    let asked = ctx.data_mut(|data| data.remove_temp::<u64>(again()));
    asked.is_some_and(|frame| ctx.cumulative_frame_nr() <= frame + FRAMES) || pressed(ctx)
}

fn again() -> egui::Id {
    egui::Id::unique("menu by keys")
}

fn pressed(ctx: &egui::Context) -> bool {
    ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Menu) || i.consume_key(Modifiers::SHIFT, Key::F10))
}

/// True when one asks for a menu and nothing has the keyboard: what gets it next shows its own.
pub fn asked_for_none(ctx: &egui::Context) -> bool {
    let asked = pressed(ctx);
    if asked {
        let frame = ctx.cumulative_frame_nr();
        ctx.data_mut(|data| data.insert_temp(again(), frame));
    }
    asked
}

/// Where a widget's name is: what is wide has its middle far away.
fn head(of: Rect) -> Rect {
    Rect::from_min_size(of.min, of.size().min(Vec2::new(240.0, 40.0)))
}

/// The menu of a widget: by the right button where the pointer is, by the keyboard beside the widget while that has it.
pub fn context(response: &Response, fill: impl FnOnce(&mut Ui)) {
    let ctx = &response.ctx;
    let asked = response.has_focus() && asked(ctx);
    let popup = Popup::context_menu(response);
    let by_keys = popup.get_id().with("by keys");
    if asked || response.secondary_clicked() {
        ctx.data_mut(|data| data.insert_temp(by_keys, asked));
    }
    if !ctx.data(|data| data.get_temp(by_keys)).unwrap_or(false) {
        popup.show(fill);
        return;
    }
    let popup = popup.anchor(head(response.interact_rect));
    let popup = if asked { popup.open_memory(SetOpenCommand::Bool(true)) } else { popup };
    let shown = popup.show(|ui| {
        fill(ui);
        let here = |ctx: &egui::Context| ctx.memory(|memory| memory.focused()) == Some(response.id);
        if here(ui.ctx()) && !ui.is_sizing_pass() {
            let first = ui.ctx().viewport(|viewport| {
                let mut entries = viewport.this_pass.widgets.get_layer(ui.layer_id());
                entries.find(|entry| entry.enabled && entry.sense.is_focusable()).map(|entry| entry.id)
            });
            first.into_iter().for_each(|first| ui.memory_mut(|memory| memory.request_focus(first)));
        }
    });
    if shown.is_some() && ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        response.request_focus();
    }
}
