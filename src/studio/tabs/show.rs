//! Showing the tabs: what stands in each, and what the person does with them.

use super::bar::{self, Words};
use super::{CanvasView, Pane, Tab, Tabs, View};
use crate::studio::Studio;
use crate::studio::app::Mode;
use crate::studio::document::{Action, Selection};
use crate::studio::editors::ports::Item;
use crate::studio::theme::Tokens;
use egui::{Color32, Id, Response, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{Behavior, ResizeState, SimplificationOptions, TabState, TileId, Tiles, Tree, UiResponse};

/// What the person did with a tab this frame.
#[derive(Clone, Copy)]
enum Done {
    Focus(TileId),
    Keep(TileId),
    Close(TileId),
}

/// The studio while it shows its tabs; the tree itself is taken out of it meanwhile.
struct Showing<'a> {
    studio: &'a mut Studio,
    actions: &'a mut Vec<Action>,
    done: Vec<Done>,
}

impl Studio {
    /// Shows all tabs in the room there is.
    pub(in crate::studio) fn show_tabs(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        self.tabs.follow(&mut self.document);
        if self.tabs.is_empty() {
            crate::studio::shell::nothing_open(ui, &self.preferences.recent, actions);
            return;
        }
        let mut tree = std::mem::replace(&mut self.tabs.tree, Tree::empty(egui::Id::unique("tabs")));
        let mut showing = Showing { studio: self, actions, done: Vec::new() };
        tree.ui(&mut showing, ui);
        let done = showing.done;
        self.tabs.tree = tree;
        for done in done {
            match done {
                Done::Focus(id) => self.focus_tab(id),
                Done::Keep(id) => {
                    self.focus_tab(id);
                    self.tabs.keep();
                }
                Done::Close(id) => {
                    self.focus_tab(id);
                    self.close_tab();
                }
            }
        }
    }

    fn focus_tab(&mut self, id: TileId) {
        if self.tabs.focused != Some(id) {
            self.tabs.focus(id);
            self.tabs.lead(&mut self.document);
        }
    }

    /// Opens a tab and gives it the focus.
    pub(in crate::studio) fn open_tab(&mut self, tab: Tab, preview: bool) {
        if tab == Tab::Ports && self.tabs.on_canvas() {
            let item = self.bound_port();
            self.editors.ports.chosen = item.or(self.editors.ports.chosen.take());
        }
        self.tabs.open(tab, preview);
        self.tabs.lead(&mut self.document);
    }

    /// What the selected port is bound to.
    fn bound_port(&self) -> Option<Item> {
        let document = &self.document;
        let (Selection::Port(port), Some(module)) = (&document.selection, document.module()) else {
            return None;
        };
        let orchestration = document.orchestration()?;
        Item::bound(&document.app, &module.full_name(&orchestration.name), port)
    }

    pub(in crate::studio) fn close_tab(&mut self) {
        self.tabs.close();
        self.tabs.lead(&mut self.document);
    }

    /// Goes to the next tab, or to the one before.
    pub(in crate::studio) fn step_tab(&mut self, forward: bool) {
        self.tabs.step(forward);
        self.tabs.lead(&mut self.document);
    }

    pub(in crate::studio) fn reopen_tab(&mut self) {
        self.tabs.reopen(&self.document.app);
        self.tabs.lead(&mut self.document);
    }

    pub(in crate::studio) fn split_tab(&mut self) {
        self.tabs.split();
        self.tabs.lead(&mut self.document);
    }

    /// Draws an orchestration tab. What it draws is what the document shows; for a tab without the focus the
    /// document lends its place meanwhile.
    fn show_orchestration(
        &mut self,
        ui: &mut Ui,
        (key, module, own): (&str, &str, bool),
        view: &mut CanvasView,
        actions: &mut Vec<Action>,
    ) {
        let mut elsewhere = module.to_owned();
        if !own {
            std::mem::swap(&mut self.document.module, &mut elsewhere);
            std::mem::swap(&mut self.document.selection, &mut view.selection);
        }
        self.orchestration(ui, key, &mut view.canvas, actions);
        if !own {
            std::mem::swap(&mut self.document.module, &mut elsewhere);
            std::mem::swap(&mut self.document.selection, &mut view.selection);
        }
    }
}

impl Tabs {
    /// True for the pane shown while the tree is out of its place.
    fn is_focused(&self, id: TileId) -> bool {
        self.focused == Some(id)
    }
}

impl Behavior<Pane> for Showing<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, id: TileId, pane: &mut Pane) -> UiResponse {
        let pressed = ui.input(|i| i.pointer.any_pressed()) && ui.rect_contains_pointer(ui.max_rect());
        if pressed && !self.studio.tabs.is_focused(id) {
            self.done.push(Done::Focus(id));
        }
        let mut asked = Vec::new();
        pane.ready();
        match (&pane.tab, &mut pane.view) {
            (Tab::Orchestration(module), View::Canvas(view)) => {
                let own = self.studio.tabs.current == Some(id);
                self.studio.show_orchestration(ui, (&pane.key, module, own), view, &mut asked);
            }
            (Tab::Preferences, View::Settings(view)) => self.studio.show_settings(ui, view),
            (Tab::Compare(against), View::Compare(view)) => {
                self.studio.show_comparison(ui, &pane.key, against, view, &mut asked);
            }
            (Tab::Code(place), _) => {
                crate::studio::editor::large(ui, &self.studio.document, place, &mut asked);
            }
            (tab, _) => {
                let key = pane.key.clone();
                let Studio { editors, document, run, mode, preferences, .. } = &mut *self.studio;
                let run = (*mode == Mode::Run).then_some((run, preferences.reduced_motion));
                ui.push_id(key, |ui| editors.ui(ui, tab, document, run, &mut asked));
            }
        }
        if !asked.is_empty() {
            if asked.iter().any(|action| matches!(action, Action::Edit { .. })) {
                self.done.push(Done::Keep(id));
            } else if !self.studio.tabs.is_focused(id) {
                self.done.push(Done::Focus(id));
            }
        }
        self.actions.append(&mut asked);
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        pane.tab.about(&self.studio.document.app).0.into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let Some(pane) = tiles.get_pane(&tile) else {
            return ui.allocate_response(egui::Vec2::ZERO, egui::Sense::hover());
        };
        let (title, glyph, kind) = pane.tab.about(&self.studio.document.app);
        let words = Words { title, glyph, kind, pane, focused: self.studio.tabs.is_focused(tile) };
        let shown = bar::tab(ui, id, tile, &words, state);
        if shown.closed {
            self.done.push(Done::Close(tile));
        } else if shown.response.double_clicked() {
            self.done.push(Done::Keep(tile));
        } else if shown.response.clicked() {
            self.done.push(Done::Focus(tile));
        }
        shown.response
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        bar::HEIGHT
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        Tokens::for_visuals(visuals).panel
    }

    fn resize_stroke(&self, style: &egui::Style, state: ResizeState) -> Stroke {
        let t = Tokens::for_visuals(&style.visuals);
        match state {
            ResizeState::Idle => Stroke::new(1.0, t.line),
            ResizeState::Hovering => Stroke::new(2.0, t.line_strong),
            ResizeState::Dragging => Stroke::new(2.0, t.selection),
        }
    }

    fn drag_preview_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, Tokens::for_visuals(visuals).selection)
    }

    fn drag_preview_color(&self, visuals: &Visuals) -> Color32 {
        Tokens::for_visuals(visuals).selection.gamma_multiply(0.15)
    }

    fn min_size(&self) -> f32 {
        160.0
    }

    fn cycle_tabs_with_keyboard(&self) -> bool {
        false
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }
}
