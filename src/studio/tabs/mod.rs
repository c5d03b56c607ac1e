//! The tabs in the middle of the window: what they show, in which order, beside which others.
//!
//! A new kind of tab is a variant of [`Tab`] with its words in [`Tab::about`], and an arm in `show.rs`. What a
//! tab remembers while it is open (scroll, what is unfolded) is a variant of [`View`].

mod bar;
mod show;

use super::canvas::Canvas;
use super::comparison::{Against, CompareView};
use super::document::{Document, Selection};
use super::icons::Glyph;
use super::settings::SettingsView;
use crate::language::CodePlace;
use crate::model::Application;
use egui_tiles::{Container, Tile, TileId, Tree};
use serde::{Deserialize, Serialize};

/// What a tab shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tab {
    /// A module by its key: its orchestration, drawn.
    Orchestration(String),
    /// Who talks to whom in the whole application.
    Application,
    /// Physical ports, groups, parties, pipelines and hosts.
    Ports,
    /// Configuration of the application.
    Settings,
    /// By path below the application folder.
    Schema(String),
    /// A sample message, by path below the application folder.
    Message(String),
    /// By name.
    Map(String),
    Policy(String),
    /// By the full name of the class it stands for.
    Script(String),
    /// Looks and keys of the studio.
    Preferences,
    /// The open application beside another version of it.
    Compare(Against),
    /// An XLANG/s text, with all the room there is.
    Code(CodePlace),
}

impl Tab {
    /// Title, icon, and what it is in words.
    pub fn about(&self, app: &Application) -> (String, Glyph, &'static str) {
        match self {
            Self::Orchestration(module) => {
                let orchestration = app.modules.get(module).and_then(|m| m.orchestration.as_ref());
                let name = orchestration.map_or(module, |o| &o.name).clone();
                match orchestration {
                    Some(_) => (name, Glyph::Flow, "orchestration"),
                    None => (name, Glyph::Parts, "types"),
                }
            }
            Self::Application => ("Application".to_owned(), Glyph::Link, "picture"),
            Self::Preferences => ("Settings".to_owned(), Glyph::Rules, "of the studio"),
            Self::Compare(with) => (format!("Compare with {}", with.words()), Glyph::Parallel, "comparison"),
            Self::Ports => ("Ports".to_owned(), Glyph::Port, "editor"),
            Self::Settings => ("Configuration".to_owned(), Glyph::Rules, "editor"),
            Self::Schema(path) => (file(path), Glyph::Parts, "schema"),
            Self::Message(path) => (file(path), Glyph::Envelope, "message"),
            Self::Map(name) => (name.clone(), Glyph::Transform, "map"),
            Self::Policy(name) => (name.clone(), Glyph::Rules, "policy"),
            Self::Script(class) => {
                (class.rsplit('.').next().unwrap_or(class).to_owned(), Glyph::Expression, "script")
            }
            Self::Code(place) => (place.words(app), Glyph::Expression, "text"),
        }
    }

    /// False when what it shows is gone.
    pub fn exists(&self, app: &Application) -> bool {
        match self {
            Self::Orchestration(module) => app.modules.contains_key(module),
            Self::Application | Self::Ports | Self::Settings | Self::Preferences | Self::Compare(_) => true,
            Self::Schema(path) => app.schemas.contains_key(path),
            Self::Message(path) => app.messages.contains_key(path),
            Self::Map(name) => app.maps.contains_key(name),
            Self::Policy(name) => app.policies.contains_key(name),
            Self::Script(class) => app.components.contains_key(class),
            Self::Code(place) => place.text(app).is_some(),
        }
    }
}

/// What a tab remembers while it is open.
#[derive(Debug, Default)]
pub enum View {
    #[default]
    Plain,
    Canvas(Box<CanvasView>),
    Settings(Box<SettingsView>),
    Compare(Box<CompareView>),
}

/// View of an orchestration: where one looks, and what is selected there while another tab has the focus.
#[derive(Debug, Default)]
pub struct CanvasView {
    pub canvas: Canvas,
    pub selection: Selection,
}

/// One tab with its view.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pane {
    pub tab: Tab,
    /// Tells tabs with the same content apart; part of the ids of their widgets.
    pub key: String,
    /// Replaced by what is opened next, unless something is changed in it.
    pub preview: bool,
    #[serde(skip)]
    pub view: View,
}

impl Pane {
    fn canvas(&self) -> Option<&CanvasView> {
        match &self.view {
            View::Canvas(view) => Some(view),
            _ => None,
        }
    }

    fn canvas_mut(&mut self) -> Option<&mut CanvasView> {
        self.ready();
        match &mut self.view {
            View::Canvas(view) => Some(view),
            _ => None,
        }
    }

    /// Makes the view that this kind of tab has.
    fn ready(&mut self) {
        if matches!(self.view, View::Plain) {
            self.view = match &self.tab {
                Tab::Orchestration(_) => View::Canvas(Box::default()),
                Tab::Preferences => View::Settings(Box::default()),
                Tab::Compare(_) => View::Compare(Box::default()),
                _ => View::Plain,
            };
        }
    }
}

/// All tabs of the window and how they are laid out.
#[derive(Debug)]
pub struct Tabs {
    tree: Tree<Pane>,
    focused: Option<TileId>,
    /// Tabs in the order in which they had the focus, each once, latest last.
    visited: Vec<TileId>,
    /// The orchestration tab that had the focus last; the document's module and selection are its own.
    current: Option<TileId>,
    /// Closed ones, to open again, latest last.
    closed: Vec<Tab>,
    /// The document's module when tabs and document last agreed.
    followed: String,
    /// Stands in while no orchestration is open.
    spare: CanvasView,
}

/// The arrangement of tabs as it is kept between sessions.
#[derive(Debug, Serialize, Deserialize)]
struct Layout {
    tree: Tree<Pane>,
    focused: Option<TileId>,
}

/// Closed tabs that are remembered.
const CLOSED: usize = 20;

impl Tabs {
    pub fn new(first: Tab) -> Self {
        let mut tabs = Self {
            tree: Tree::empty(egui::Id::unique("tabs")),
            focused: None,
            visited: Vec::new(),
            current: None,
            closed: Vec::new(),
            followed: String::new(),
            spare: CanvasView::default(),
        };
        tabs.open(first, false);
        tabs
    }

    /// The arrangement as text.
    pub fn layout(&self) -> Option<String> {
        #[derive(Serialize)]
        struct Borrowed<'a> {
            tree: &'a Tree<Pane>,
            focused: Option<TileId>,
        }
        ron::to_string(&Borrowed { tree: &self.tree, focused: self.focused }).ok()
    }

    /// Takes over an arrangement of an earlier session, without what is gone since; `None` when nothing is left.
    pub fn restored(layout: &str, document: &Document) -> Option<Self> {
        let Layout { tree, focused } = ron::from_str(layout).ok()?;
        let mut tabs = Self {
            tree,
            focused,
            visited: Vec::new(),
            ..Self::new(Tab::Orchestration(document.module.clone()))
        };
        tabs.current = None;
        tabs.forget_missing(&document.app);
        let some = tabs.order().first().copied();
        tabs.focus(tabs.focused.filter(|id| tabs.tree.tiles.get_pane(id).is_some()).or(some)?);
        Some(tabs)
    }

    /// Shows `tab`: where it is open already, else beside the focused one. A `preview` takes the place of the
    /// last preview.
    pub fn open(&mut self, tab: Tab, preview: bool) {
        let here = |id: &TileId| self.tree.tiles.get_pane(id).is_some_and(|pane| pane.tab == tab);
        let open = self.focused.filter(here).or_else(|| self.order().into_iter().find(here));
        if let Some(id) = open {
            self.focus(id);
            return;
        }
        let passing =
            self.order().into_iter().find(|id| self.tree.tiles.get_pane(id).is_some_and(|p| p.preview));
        if let Some(id) = passing.filter(|_| preview)
            && let Some(Tile::Pane(pane)) = self.tree.tiles.get_mut(id)
        {
            let key = words(&tab);
            *pane = Pane { tab, key, preview, view: View::Plain };
            self.focus(id);
            return;
        }
        let id = self.insert(tab, preview);
        let beside = self.focused.and_then(|focused| self.tree.tiles.parent_of(focused));
        let group =
            beside.or_else(|| self.order().first().and_then(|first| self.tree.tiles.parent_of(*first)));
        match group {
            Some(group) => {
                let after = self.focused.and_then(|focused| self.place(group, focused)).unwrap_or(usize::MAX);
                self.tree.move_tile_to_container(id, group, after.saturating_add(1), false);
            }
            None => self.tree.root = Some(self.tree.tiles.insert_tab_tile(vec![id])),
        }
        self.focus(id);
    }

    fn place(&self, group: TileId, child: TileId) -> Option<usize> {
        self.tree.tiles.get_container(group)?.children().position(|id| *id == child)
    }

    fn insert(&mut self, tab: Tab, preview: bool) -> TileId {
        let mut key = words(&tab);
        let taken = |key: &str, tabs: &Self| tabs.panes().any(|(_, pane)| pane.key == *key);
        let mut number = 1;
        while taken(&key, self) {
            number += 1;
            key = format!("{} ({number})", words(&tab));
        }
        self.tree.tiles.insert_pane(Pane { tab, key, preview, view: View::Plain })
    }

    fn panes(&self) -> impl Iterator<Item = (TileId, &Pane)> {
        self.tree.tiles.iter().filter_map(|(id, tile)| match tile {
            Tile::Pane(pane) => Some((*id, pane)),
            Tile::Container(_) => None,
        })
    }

    /// All tabs from left to right, top to bottom.
    fn order(&self) -> Vec<TileId> {
        let mut found = Vec::new();
        let mut open: Vec<TileId> = self.tree.root.into_iter().collect();
        while let Some(id) = open.pop() {
            match self.tree.tiles.get(id) {
                Some(Tile::Pane(_)) => found.push(id),
                Some(Tile::Container(container)) => {
                    let mut children = container.children_vec();
                    children.reverse();
                    open.extend(children);
                }
                None => {}
            }
        }
        found
    }

    /// The tab that has the focus.
    pub fn focused(&self) -> Option<&Tab> {
        self.tree.tiles.get_pane(&self.focused?).map(|pane| &pane.tab)
    }

    /// True while the next keys are for the keymap.
    pub fn recording(&self) -> bool {
        let pane = self.focused.and_then(|id| self.tree.tiles.get_pane(&id));
        matches!(pane.map(|pane| &pane.view), Some(View::Settings(view)) if view.recording())
    }

    /// True when the tab with the focus is an orchestration: then shape commands are about it.
    pub fn on_canvas(&self) -> bool {
        self.focused.is_some() && self.focused == self.current
    }

    /// The tab with the focus when it is no orchestration, nor a text of what is selected: then the frame of the window
    /// is about it.
    pub fn page(&self, document: &Document) -> Option<&Tab> {
        self.focused().filter(|tab| match tab {
            Tab::Orchestration(_) => false,
            Tab::Code(place) => {
                let owner = place.owner.clone().map(Selection::Node);
                place.module != document.module || owner != Some(document.selection.clone())
            }
            _ => true,
        })
    }

    /// What one sees.
    pub fn in_front(&self) -> impl Iterator<Item = &Tab> {
        let front = self.tree.active_tiles();
        front.into_iter().filter_map(|id| self.tree.tiles.get_pane(&id)).map(|pane| &pane.tab)
    }

    /// The module of the orchestration tab that had the focus last.
    fn module(&self) -> Option<&str> {
        match &self.tree.tiles.get_pane(&self.current?)?.tab {
            Tab::Orchestration(module) => Some(module),
            _ => None,
        }
    }

    /// The canvas of the orchestration tab that had the focus last.
    pub fn canvas(&self) -> &Canvas {
        let view = self.current.and_then(|id| self.tree.tiles.get_pane(&id)).and_then(Pane::canvas);
        &view.unwrap_or(&self.spare).canvas
    }

    pub fn canvas_mut(&mut self) -> &mut Canvas {
        &mut self.view_mut().canvas
    }

    fn view_mut(&mut self) -> &mut CanvasView {
        let Self { tree, spare, current, .. } = self;
        let tile = current.and_then(|id| tree.tiles.get_mut(id));
        match tile {
            Some(Tile::Pane(pane)) => pane.canvas_mut().unwrap_or(spare),
            _ => spare,
        }
    }

    /// Key under which [`Tabs::canvas`] keeps its view.
    pub fn key(&self) -> &str {
        let pane = self.current.and_then(|id| self.tree.tiles.get_pane(&id));
        pane.map_or("", |pane| pane.key.as_str())
    }

    fn focus(&mut self, id: TileId) {
        let Some(pane) = self.tree.tiles.get_pane(&id) else { return };
        let canvas = matches!(pane.tab, Tab::Orchestration(_));
        self.focused = Some(id);
        self.visited.retain(|other| *other != id);
        self.visited.push(id);
        if canvas {
            self.current = Some(id);
        }
        self.tree.make_active(|tile, _| tile == id);
    }

    /// Makes the focused tab stay when the next one is opened.
    pub fn keep(&mut self) {
        if let Some(id) = self.focused
            && let Some(Tile::Pane(pane)) = self.tree.tiles.get_mut(id)
        {
            pane.preview = false;
        }
    }

    /// Goes to the next tab, or back.
    pub fn step(&mut self, forward: bool) {
        let order = self.order();
        let Some(at) = order.iter().position(|id| Some(*id) == self.focused) else { return };
        let next = if forward { at + 1 } else { at + order.len() - 1 };
        if let Some(id) = order.get(next % order.len().max(1)) {
            self.focus(*id);
        }
    }

    /// Closes the focused tab, and goes back to the one that had the focus before.
    pub fn close(&mut self) {
        let Some(id) = self.focused else { return };
        let order = self.order();
        let at = order.iter().position(|other| *other == id);
        let parent = self.tree.tiles.parent_of(id);
        let near = |other: &&TileId| self.tree.tiles.parent_of(**other) == parent;
        let after = at.and_then(|at| order.get(at + 1)).filter(near);
        let before = at.and_then(|at| order.get(at.checked_sub(1)?));
        let next = after.or(before).or_else(|| at.and_then(|at| order.get(at + 1))).copied();
        self.remove(id);
        if let Some(next) = self.visited.last().copied().or(next) {
            self.focus(next);
        }
    }

    fn remove(&mut self, id: TileId) {
        for tile in self.tree.remove_recursively(id) {
            if let Tile::Pane(pane) = tile {
                self.closed.retain(|tab| *tab != pane.tab);
                self.closed.push(pane.tab);
            }
        }
        if self.closed.len() > CLOSED {
            self.closed.remove(0);
        }
        self.visited.retain(|other| *other != id);
        for slot in [&mut self.focused, &mut self.current] {
            if *slot == Some(id) {
                *slot = None;
            }
        }
    }

    /// Opens the tab closed last again.
    pub fn reopen(&mut self, app: &Application) {
        while let Some(tab) = self.closed.pop() {
            if tab.exists(app) {
                self.open(tab, false);
                return;
            }
        }
    }

    pub fn can_reopen(&self) -> bool {
        !self.closed.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.focused.is_none()
    }

    pub fn len(&self) -> usize {
        self.panes().count()
    }

    /// Shows the focused tab a second time, to its right.
    pub fn split(&mut self) {
        let Some(tab) = self.focused().cloned() else { return };
        let Some(group) = self.focused.and_then(|id| self.tree.tiles.parent_of(id)) else { return };
        let pane = self.insert(tab, false);
        let tiles = &mut self.tree.tiles;
        let beside = tiles.insert_tab_tile(vec![pane]);
        match tiles.parent_of(group) {
            Some(parent) if matches!(tiles.get_container(parent), Some(Container::Linear(l)) if l.dir == egui_tiles::LinearDir::Horizontal) =>
            {
                let at = self.place(parent, group).map_or(usize::MAX, |at| at + 1);
                self.tree.move_tile_to_container(beside, parent, at, false);
            }
            Some(parent) => {
                let row = tiles.insert_horizontal_tile(vec![group, beside]);
                if let Some(Tile::Container(container)) = tiles.get_mut(parent) {
                    let _ = container.replace_child(group, row);
                }
            }
            None => self.tree.root = Some(tiles.insert_horizontal_tile(vec![group, beside])),
        }
        self.focus(pane);
    }

    /// Closes what no longer exists.
    fn forget_missing(&mut self, app: &Application) {
        let gone: Vec<TileId> =
            self.panes().filter(|(_, pane)| !pane.tab.exists(app)).map(|(id, _)| id).collect();
        for id in gone {
            self.remove(id);
        }
        if self.focused.is_none()
            && let Some(next) = self.visited.last().or(self.order().first()).copied()
        {
            self.focus(next);
        }
    }

    /// Makes tabs and document agree: what the document shows has a tab with the focus, and that tab remembers
    /// what is selected.
    pub fn follow(&mut self, document: &mut Document) {
        let gone = !document.app.modules.contains_key(&self.followed) && !self.followed.is_empty();
        self.forget_missing(&document.app);
        let strays = self.followed == document.module && self.module() != Some(&document.module);
        if (gone || strays) && self.on_canvas() {
            self.lead(document);
        }
        if self.followed != document.module && self.module() != Some(&document.module) {
            let tab = Tab::Orchestration(document.module.clone());
            if tab.exists(&document.app) {
                self.open(tab, true);
            }
        }
        self.followed.clone_from(&document.module);
        if self.module() == Some(&document.module) {
            self.view_mut().selection = document.selection.clone();
        }
    }

    /// Makes the document show what the tab with the focus shows, after that tab was chosen.
    pub fn lead(&mut self, document: &mut Document) {
        if !self.on_canvas() {
            return;
        }
        let Some(module) = self.module().map(str::to_owned) else { return };
        let selection = self.view_mut().selection.clone();
        document.show(&module);
        document.select(selection);
        self.followed = module;
    }
}

/// A key for a tab that no other tab of its kind has.
fn words(tab: &Tab) -> String {
    match tab {
        Tab::Orchestration(module) => module.clone(),
        Tab::Application => "application".to_owned(),
        Tab::Preferences => "preferences".to_owned(),
        Tab::Compare(with) => format!("compare {with:?}"),
        Tab::Ports => "ports".to_owned(),
        Tab::Settings => "configuration".to_owned(),
        Tab::Schema(path) => format!("schema {path}"),
        Tab::Message(path) => format!("message {path}"),
        Tab::Map(name) => format!("map {name}"),
        Tab::Policy(name) => format!("policy {name}"),
        Tab::Script(class) => format!("script {class}"),
        Tab::Code(place) => format!("{place:?}"),
    }
}

/// File name without its folder.
fn file(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests;
