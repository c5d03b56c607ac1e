//! The open application: what is edited, how it was edited, where it is kept, what is selected.

use super::crossed;
use super::names::Names;
use super::problems::Marks;
use crate::biztalk;
use crate::diagnostic::Diagnostic;
use crate::engine::preview::Picture;
use crate::language::{CodePlace, Knowledge, Target, Usage};
use crate::model::edit::{DeclarationKind, Edit, History};
use crate::model::files::{self, SaveReport, shape_ids};
use crate::model::{Application, Id, Module, Orchestration, Settings, Shape, ShapeKind};
use crate::xml::SchemaSet;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// What the properties panel shows. Declarations are known by name, as the language knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Selection {
    /// The orchestration itself.
    #[default]
    Orchestration,
    /// A shape, branch, catch or compensation block.
    Node(Id),
    /// Several of them; two or more.
    Nodes(BTreeSet<Id>),
    /// A port or port parameter.
    Port(String),
    /// Any other declaration, in a scope or in the orchestration.
    Declared { scope: Option<Id>, kind: DeclarationKind, name: String },
}

impl Selection {
    /// These elements of the canvas; the orchestration when there are none.
    pub fn of(ids: impl IntoIterator<Item = Id>) -> Self {
        let mut ids: BTreeSet<Id> = ids.into_iter().collect();
        match ids.len() {
            0 => Self::Orchestration,
            1 => ids.pop_first().map(Self::Node).unwrap_or_default(),
            _ => Self::Nodes(ids),
        }
    }

    /// What the orchestration or its module declares by this name.
    pub fn declared(kind: DeclarationKind, name: &str) -> Self {
        let name = name.to_owned();
        match kind {
            DeclarationKind::Port | DeclarationKind::RoleLink => Self::Port(name),
            _ => Self::Declared { scope: None, kind, name },
        }
    }

    /// The selected elements of the canvas.
    pub fn ids(&self) -> BTreeSet<Id> {
        match self {
            Self::Node(id) => std::iter::once(id.clone()).collect(),
            Self::Nodes(ids) => ids.clone(),
            _ => BTreeSet::new(),
        }
    }

    /// True for more elements than are looked at one by one.
    pub fn is_many(&self) -> bool {
        matches!(self, Self::Nodes(ids) if ids.len() > 64)
    }

    /// True when this element of the canvas is selected.
    pub fn has(&self, id: &Id) -> bool {
        match self {
            Self::Node(own) => own == id,
            Self::Nodes(ids) => ids.contains(id),
            _ => false,
        }
    }

    /// With this element of the canvas too, or without it when it was selected.
    #[must_use]
    pub fn toggled(&self, id: &Id) -> Self {
        let mut ids = self.ids();
        if !ids.remove(id) {
            ids.insert(id.clone());
        }
        Self::of(ids)
    }
}

/// What a panel or the canvas wants done, once it is drawn.
#[derive(Clone, Debug)]
pub enum Action {
    /// An edit; the key joins typing in one field to one step.
    Edit {
        edit: Edit,
        key: Option<String>,
    },
    /// What mends a finding, which may be about something else by now.
    Mend(Edit),
    /// An edit, and what to do once it is done: nothing when it was refused.
    Make {
        edit: Edit,
        then: Vec<Action>,
    },
    Select(Selection),
    /// Selects and brings into view, in another module if need be.
    Go {
        module: String,
        selection: Selection,
    },
    /// Opens an application folder, once unsaved work is settled.
    OpenFolder(PathBuf),
    /// Shows a port, group, pipeline … in the ports editor.
    Choose(super::editors::ports::Item),
    /// Shows a scenario in the list of them, by the stem of its file.
    Scenario(String),
    /// Opens a tab, or goes to it.
    Open(super::tabs::Tab),
    /// Moves a shape of the open module to the middle of the canvas.
    Center(Selection),
    Command(super::command::Command),
    Ask(Ask),
    Said(String),
    /// Adds to what was said last.
    SaidToo(String),
    /// Why something cannot be done.
    Refused(String),
}

/// A wish about a name or a text.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Go to the declaration.
    Define(Target),
    Usages(Target),
    Rename(Target),
    /// Go to one of the uses.
    Show(Usage),
    /// Open a text in a tab.
    Large(CodePlace),
}

impl Action {
    pub fn edit(edit: Edit) -> Self {
        Self::Edit { edit, key: None }
    }

    pub fn typing(edit: Edit, key: impl Into<String>) -> Self {
        Self::Edit { edit, key: Some(key.into()) }
    }
}

/// What is found out about an application as a whole.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    problems: Vec<Diagnostic>,
    marks: BTreeMap<String, Marks>,
    picture: Picture,
}

impl Checked {
    /// Takes seconds for a very large application.
    pub fn of(app: &Application) -> Self {
        let (problems, picture) = super::problems::find(app);
        Self { marks: super::problems::marks(&problems), picture, problems }
    }
}

/// What was selected before a step and after it.
#[derive(Debug)]
struct Led {
    module: String,
    before: Selection,
    after: Selection,
}

/// What steps selected, by the state they led to.
#[derive(Debug, Default)]
struct Trail {
    led: BTreeMap<u64, Led>,
    begun: Option<(String, Selection)>,
}

impl Trail {
    /// As many as there are steps to undo.
    const LIMIT: usize = 500;

    fn note(&mut self, state: u64, led: Led) {
        self.led.insert(state, led);
        if self.led.len() > Self::LIMIT {
            self.led.pop_first();
        }
    }
}

/// The application being edited. The UI thread owns it; nothing else writes to it.
#[derive(Debug)]
pub struct Document {
    pub app: Application,
    /// Where it is kept; `None` for one that was never saved, such as the embedded sample.
    pub folder: Option<PathBuf>,
    /// Folder that the sources of its modules are below, when it was opened from BizTalk's own files; `folder` holds
    /// what those cannot.
    pub base: Option<PathBuf>,
    /// What was opened of BizTalk's own files: a folder, solution, project or orchestration.
    pub opened: Option<PathBuf>,
    /// Key of the module that is shown.
    pub module: String,
    pub selection: Selection,
    /// What the last step of undo or redo was about.
    pub touched: Option<Selection>,
    /// Grows with every change of `app`.
    pub revision: u64,
    pub names: Names,
    /// As of the last [`Document::check`].
    pub problems: Vec<Diagnostic>,
    /// Where they are, by module.
    pub marks: BTreeMap<String, Marks>,
    /// How many shapes each module has.
    pub sizes: BTreeMap<String, usize>,
    /// Who talks to whom, as of the last [`Document::check`].
    pub picture: Arc<Picture>,
    /// Of [`Document::app`] as it is.
    pub schemas: Arc<SchemaSet>,
    /// What the variables and messages of the open orchestration last were in the instance that was followed, by
    /// name; empty without a run.
    pub values: BTreeMap<String, String>,
    /// Made when it is first asked for.
    knowledge: RefCell<Option<Rc<Knowledge>>>,
    checked: u64,
    /// What `schemas` was built from.
    built_from: (BTreeMap<String, String>, Settings),
    history: History,
    trail: Trail,
    /// As last loaded or saved.
    saved: Application,
    saved_state: u64,
}

impl Document {
    pub fn new(app: Application, folder: Option<PathBuf>) -> Self {
        let mut document = Self::unchecked(app, folder);
        document.check();
        document
    }

    /// As [`Document::new`], without looking for problems yet.
    pub fn unchecked(app: Application, folder: Option<PathBuf>) -> Self {
        let module = first_module(&app);
        let mut document = Self {
            saved: app.clone(),
            app,
            folder,
            base: None,
            opened: None,
            module,
            selection: Selection::default(),
            touched: None,
            revision: 0,
            names: Names::default(),
            problems: Vec::new(),
            marks: BTreeMap::new(),
            sizes: BTreeMap::new(),
            picture: Arc::default(),
            schemas: Arc::default(),
            values: BTreeMap::new(),
            knowledge: RefCell::default(),
            checked: 0,
            built_from: Default::default(),
            history: History::default(),
            trail: Trail::default(),
            saved_state: 0,
        };
        document.changed();
        document
    }

    /// # Errors
    /// Whatever keeps the folder from being read, each with its place.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (mut document, findings) = Self::load(folder)?;
        document.check();
        Ok((document, findings))
    }

    /// As [`Document::open`], without looking for problems yet.
    ///
    /// # Errors
    /// As [`Document::open`].
    pub fn load(folder: &Path) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        Ok(Self::of(folder, biztalk::load(folder)?))
    }

    /// What was read from `folder`, without looking for problems yet.
    pub fn of(folder: &Path, loaded: biztalk::Loaded) -> (Self, Vec<Diagnostic>) {
        let mut document = Self::unchecked(loaded.application, Some(loaded.folder));
        document.opened = loaded.base.is_some().then(|| folder.to_owned());
        document.base = loaded.base;
        document.module = loaded.shown.unwrap_or(document.module);
        (document, loaded.findings)
    }

    /// Saves to `folder`, which becomes the document's own.
    ///
    /// # Errors
    /// As [`files::save`] or [`biztalk::save`]; the document stays unsaved then.
    pub fn save(&mut self, folder: &Path) -> Result<SaveReport, Vec<Diagnostic>> {
        let own = self.folder.as_deref() == Some(folder);
        let report = match self.base.as_deref().filter(|_| own) {
            Some(base) => {
                let saved = biztalk::save(base, &self.saved, &self.app)?;
                for (key, source) in saved.sources {
                    if let Some(module) = self.app.modules.get_mut(&key) {
                        module.source = source;
                    }
                }
                saved.report
            }
            None => {
                let mut copy = self.app.clone();
                copy.modules.values_mut().for_each(|module| module.source.clear());
                let report = files::save(folder, &copy, own.then_some(&self.saved))?;
                self.app = copy;
                self.base = None;
                self.opened = None;
                report
            }
        };
        self.saved = self.app.clone();
        self.saved_state = self.history.state();
        self.history.seal();
        self.folder = Some(folder.to_owned());
        Ok(report)
    }

    /// The application as last loaded or saved.
    pub fn saved(&self) -> &Application {
        &self.saved
    }

    /// The step of the history at which the application was as last saved.
    pub fn saved_step(&self) -> Option<usize> {
        self.history.step_of(self.saved_state)
    }

    /// Puts other content in the place of all there is, not to be undone and not saved yet.
    pub fn replace(&mut self, app: Application) {
        self.app = app;
        self.history = History::default();
        self.saved_state = u64::MAX;
        self.changed();
    }

    /// Takes `app` for what is on disk; what is here stays as it is.
    pub fn rebase(&mut self, app: Application) {
        self.saved_state = if app == self.app { self.history.state() } else { u64::MAX };
        self.saved = app;
    }

    /// True when closing would lose work.
    pub fn unsaved(&self) -> bool {
        self.history.state() != self.saved_state
    }

    /// Applies one edit as a step to undo.
    ///
    /// # Errors
    /// Why it was refused; nothing has changed then.
    pub fn edit(&mut self, edit: Edit, key: Option<&str>) -> Result<(), Diagnostic> {
        let renamed = renamed(&edit);
        // Typing in a text changes nothing that texts can name.
        let same_names = matches!(edit, Edit::SetKind { .. } | Edit::SetCondition { .. });
        let knowledge = self.knowledge.take().filter(|_| same_names);
        let before = self.history.state();
        self.history.apply(&mut self.app, edit, key)?;
        if self.history.state() != before && self.trail.begun.is_none() {
            self.trail.begun = Some((self.module.clone(), self.selection.clone()));
        }
        if let Some((from, to)) = renamed {
            self.follow_rename(&from, &to);
        }
        self.changed();
        self.knowledge.replace(knowledge);
        Ok(())
    }

    /// Notes what a step has led to, once everything that belongs to it is done.
    pub fn arrive(&mut self) {
        if let Some((module, before)) = self.trail.begun.take()
            && module == self.module
            && before != self.selection
        {
            self.trail.note(self.history.state(), Led { module, before, after: self.selection.clone() });
        }
    }

    /// Takes the last step back; gives its label, or `None` when there is none. What the step selected gives way to what was
    /// selected before it. Anything else stays selected while it is there; without it, what the step was about is.
    ///
    /// # Errors
    /// As [`History::undo`].
    pub fn undo(&mut self) -> Result<Option<String>, Diagnostic> {
        self.cross(true)
    }

    /// Does the last undone step again; selects as [`Document::undo`].
    ///
    /// # Errors
    /// As [`History::redo`].
    pub fn redo(&mut self) -> Result<Option<String>, Diagnostic> {
        self.cross(false)
    }

    fn cross(&mut self, back: bool) -> Result<Option<String>, Diagnostic> {
        self.arrive();
        let place = self.selected_place();
        let before = self.module().cloned();
        let (from, selected) = (self.history.state(), self.selection.clone());
        let label = match back {
            true => self.history.undo(&mut self.app)?,
            false => self.history.redo(&mut self.app)?,
        };
        let state = if back { from } else { self.history.state() };
        let led = self.trail.led.get(&state);
        let led = led.filter(|led| led.module == self.module).map(|led| match back {
            true => (led.after.clone(), led.before.clone()),
            false => (led.before.clone(), led.after.clone()),
        });
        self.follow_place(place);
        self.changed();
        self.touched = before.zip(self.module()).and_then(|(before, now)| crossed::touched(&before, now));
        if self.selection == Selection::Orchestration
            && let Some(touched) = self.touched.clone()
        {
            self.selection = touched;
        }
        if let Some((_, there)) = led.filter(|(here, there)| *here == selected && self.exists(there)) {
            self.selection = there;
        }
        Ok(label)
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    pub fn select(&mut self, selection: Selection) {
        if self.selection != selection {
            self.history.seal();
            self.selection = selection;
        }
    }

    fn changed(&mut self) {
        self.revision += 1;
        self.knowledge.take();
        let size = |module: &Module| module.orchestration.as_ref().map_or(0, |o| o.shapes().len());
        self.sizes = self.app.modules.iter().map(|(key, module)| (key.clone(), size(module))).collect();
        // A keystroke in a shape does not read the schemas again.
        let (schemas, settings) = &self.built_from;
        if self.revision == 1 || *schemas != self.app.schemas || *settings != self.app.settings {
            self.built_from = (self.app.schemas.clone(), self.app.settings.clone());
            self.schemas = Arc::new(SchemaSet::build(&self.app));
            self.names = Names::of(&self.app, &self.schemas);
        } else {
            self.names.refresh(&self.app, &self.schemas);
        }
        if !self.app.modules.contains_key(&self.module) {
            self.module = first_module(&self.app);
        }
        self.select_what_is_there();
    }

    /// Selects nothing that is not there any more.
    pub fn select_what_is_there(&mut self) {
        if let Selection::Nodes(ids) = &self.selection {
            let known = self.orchestration().map(elements).unwrap_or_default();
            self.selection = Selection::of(ids.iter().filter(|id| known.contains(id)).cloned());
        } else if !self.exists(&self.selection) {
            self.selection = Selection::Orchestration;
        }
    }

    /// What texts can name.
    pub fn knowledge(&self) -> Rc<Knowledge> {
        let mut known = self.knowledge.borrow_mut();
        Rc::clone(known.get_or_insert_with(|| Rc::new(Knowledge::with(&self.app, Arc::clone(&self.schemas)))))
    }

    /// Looks for problems, if anything changed since it last did.
    pub fn check(&mut self) {
        if !self.is_checked() {
            self.accept(Checked::of(&self.app));
        }
    }

    /// Takes over what was found out about the application as it is.
    pub fn accept(&mut self, checked: Checked) {
        self.checked = self.revision;
        self.problems = checked.problems;
        self.marks = checked.marks;
        self.picture = Arc::new(checked.picture);
    }

    /// Revision of [`Document::problems`] and [`Document::picture`].
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// False when [`Document::check`] has something to do.
    pub fn is_checked(&self) -> bool {
        self.checked == self.revision
    }

    fn follow_rename(&mut self, from: &str, to: &str) {
        match &mut self.selection {
            Selection::Port(name) | Selection::Declared { name, .. } if name == from => to.clone_into(name),
            _ => {}
        }
    }

    /// The selected declaration by its place among those of its kind, as its name may change.
    fn selected_place(&self) -> Option<Place> {
        let module = self.module()?;
        let (scope, kinds, name): (_, &[DeclarationKind], _) = match &self.selection {
            Selection::Declared { scope, kind, name } => (scope.clone(), std::slice::from_ref(kind), name),
            Selection::Port(name) => {
                let kinds = &[DeclarationKind::Port, DeclarationKind::Parameter, DeclarationKind::RoleLink];
                (None, kinds, name)
            }
            _ => return None,
        };
        kinds.iter().find_map(|kind| {
            let all = super::names::declarations(module, scope.as_ref(), *kind);
            let index = all.iter().position(|d| d.name() == name)?;
            Some(Place { scope: scope.clone(), kind: *kind, index, count: all.len() })
        })
    }

    /// Keeps what stands at a place selected, under the name that undo gave it.
    fn follow_place(&mut self, place: Option<Place>) {
        let (Some(place), Some(module)) = (place, self.module()) else { return };
        let all = super::names::declarations(module, place.scope.as_ref(), place.kind);
        let Some(now) = all.get(place.index).filter(|_| all.len() == place.count) else { return };
        if let Selection::Port(name) | Selection::Declared { name, .. } = &mut self.selection
            && !all.iter().any(|d| d.name() == name)
        {
            now.name().clone_into(name);
        }
    }

    fn exists(&self, selection: &Selection) -> bool {
        let Some(orchestration) = self.orchestration() else { return *selection == Selection::Orchestration };
        match selection {
            Selection::Orchestration => true,
            Selection::Node(id) => {
                id.as_str() == crate::drawing::ORCHESTRATION_COMPENSATION || self.owner(id).is_some()
            }
            Selection::Nodes(_) => true,
            Selection::Port(name) => {
                orchestration.port(name).is_some() || orchestration.role_links.iter().any(|r| r.name == *name)
            }
            Selection::Declared { scope, kind, name } => {
                super::names::declaration(self, scope.as_ref(), *kind, name).is_some()
            }
        }
    }

    /// The shape with this id, or the shape that holds the branch, catch or compensation block with it.
    pub fn owner(&self, id: &Id) -> Option<&Shape> {
        self.orchestration()?.holder(id)
    }

    /// Name of a shape, branch, catch or compensation block.
    pub fn element_name(&self, id: &Id) -> Option<String> {
        let owner = self.owner(id)?;
        if owner.id == *id {
            return Some(owner.name.clone());
        }
        match &owner.kind {
            ShapeKind::Scope(scope) => {
                let catch = scope.catches.iter().find(|c| c.id == *id).map(|c| &c.name);
                catch.or_else(|| scope.compensation.as_ref().map(|c| &c.name)).cloned()
            }
            kind => kind.branches()?.branches.iter().find(|b| b.id == *id).map(|b| b.name.clone()),
        }
    }

    /// The names of the first `most` of several of them, in the order of the drawing.
    pub fn element_names(&self, ids: &BTreeSet<Id>, most: usize) -> Vec<(Id, String)> {
        let mut names = Vec::new();
        for shape in self.orchestration().map(Orchestration::shapes).unwrap_or_default() {
            if names.len() >= most {
                break;
            }
            shape_ids(shape, &mut |id, name, _| {
                if ids.contains(id) && names.len() < most {
                    names.push((id.clone(), name.to_owned()));
                }
            });
        }
        names
    }

    /// Ends a burst of typing: what is typed next is another step to undo.
    pub fn seal(&mut self) {
        self.history.seal();
    }

    pub fn name(&self) -> &str {
        if self.app.settings.name.is_empty() { "Untitled" } else { &self.app.settings.name }
    }

    pub fn module(&self) -> Option<&Module> {
        self.app.modules.get(&self.module)
    }

    pub fn orchestration(&self) -> Option<&Orchestration> {
        self.module().and_then(|m| m.orchestration.as_ref())
    }

    /// How many shapes the open orchestration has.
    pub fn size(&self) -> usize {
        self.sizes.get(&self.module).copied().unwrap_or_default()
    }

    /// Shows another module.
    pub fn show(&mut self, module: &str) {
        if self.module != module && self.app.modules.contains_key(module) {
            module.clone_into(&mut self.module);
            self.select(Selection::Orchestration);
        }
    }
}

/// Where a declaration stands among those of its kind.
#[derive(Debug)]
struct Place {
    scope: Option<Id>,
    kind: DeclarationKind,
    index: usize,
    count: usize,
}

/// Ids of all shapes, branches, catch and compensation blocks.
pub(super) fn elements(orchestration: &Orchestration) -> BTreeSet<&Id> {
    let mut all = BTreeSet::new();
    for shape in orchestration.shapes() {
        all.insert(&shape.id);
        all.extend(shape.kind.branches().into_iter().flat_map(|owner| &owner.branches).map(|b| &b.id));
        if let ShapeKind::Scope(scope) = &shape.kind {
            all.extend(scope.catches.iter().map(|c| &c.id).chain(scope.compensation.iter().map(|c| &c.id)));
        }
    }
    all
}

/// The names before and after, for an edit that renames a declaration.
fn renamed(edit: &Edit) -> Option<(String, String)> {
    match edit {
        Edit::Redeclare { name, declaration, .. } if declaration.name() != name => {
            Some((name.clone(), declaration.name().to_owned()))
        }
        _ => None,
    }
}

/// The module to open on: the orchestration with most shapes says most about an application.
fn first_module(app: &Application) -> String {
    let size = |m: &Module| m.orchestration.as_ref().map_or(0, |o| o.shapes().len() + 1);
    let mut best: Option<(&String, usize)> = None;
    for (key, module) in &app.modules {
        if best.is_none_or(|(_, most)| size(module) > most) {
            best = Some((key, size(module)));
        }
    }
    best.map(|(key, _)| key.clone()).unwrap_or_default()
}
