//! The open application: what is edited, how it was edited, where it is kept, what is selected.

use super::names::Names;
use crate::biztalk;
use crate::diagnostic::Diagnostic;
use crate::engine::preview::Picture;
use crate::model::edit::{DeclarationKind, Edit, History};
use crate::model::files::{self, SaveReport};
use crate::model::{Application, BlockSlot, Id, Module, Orchestration, Shape};
use crate::xml::SchemaSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the properties panel shows. Declarations are known by name, as the language knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Selection {
    /// The orchestration itself.
    #[default]
    Orchestration,
    /// A shape, branch, catch or compensation block.
    Node(Id),
    /// A port or port parameter.
    Port(String),
    /// Any other declaration, in a scope or in the orchestration.
    Declared { scope: Option<Id>, kind: DeclarationKind, name: String },
}

/// What a panel or the canvas wants done, once it is drawn.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a few a frame")]
pub enum Action {
    /// An edit; the key joins typing in one field to one step.
    Edit {
        edit: Edit,
        key: Option<String>,
    },
    Select(Selection),
    /// Selects and brings into view, in another module if need be.
    Go {
        module: String,
        selection: Selection,
    },
    /// Opens a tab, or goes to it.
    Open(super::tabs::Tab),
    /// Moves a shape of the open module to the middle of the canvas.
    Center(Selection),
    Command(super::command::Command),
    Said(String),
}

impl Action {
    pub fn edit(edit: Edit) -> Self {
        Self::Edit { edit, key: None }
    }

    pub fn typing(edit: Edit, key: impl Into<String>) -> Self {
        Self::Edit { edit, key: Some(key.into()) }
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
    /// Key of the module that is shown.
    pub module: String,
    pub selection: Selection,
    /// Grows with every change of `app`.
    pub revision: u64,
    pub names: Names,
    /// As of the last [`Document::check`].
    pub problems: Vec<Diagnostic>,
    /// Who talks to whom, as of the last [`Document::check`].
    pub picture: Arc<Picture>,
    /// Of [`Document::app`] as it is.
    pub schemas: Arc<SchemaSet>,
    checked: u64,
    history: History,
    /// As last loaded or saved.
    saved: Application,
    saved_state: u64,
}

impl Document {
    pub fn new(app: Application, folder: Option<PathBuf>) -> Self {
        let module = first_module(&app);
        let mut document = Self {
            saved: app.clone(),
            app,
            folder,
            base: None,
            module,
            selection: Selection::default(),
            revision: 0,
            names: Names::default(),
            problems: Vec::new(),
            picture: Arc::default(),
            schemas: Arc::default(),
            checked: 0,
            history: History::default(),
            saved_state: 0,
        };
        document.changed();
        document.check();
        document
    }

    /// # Errors
    /// Whatever keeps the folder from being read, each with its place.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let loaded = biztalk::load(folder)?;
        let mut document = Self::new(loaded.application, Some(loaded.folder));
        document.base = loaded.base;
        document.module = loaded.shown.unwrap_or(document.module);
        Ok((document, loaded.findings))
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
                report
            }
        };
        self.saved = self.app.clone();
        self.saved_state = self.history.state();
        self.history.seal();
        self.folder = Some(folder.to_owned());
        Ok(report)
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
        self.history.apply(&mut self.app, edit, key)?;
        if let Some((from, to)) = renamed {
            self.follow_rename(&from, &to);
        }
        self.changed();
        Ok(())
    }

    /// Takes the last step back; gives its label, or `None` when there is none.
    ///
    /// # Errors
    /// As [`History::undo`].
    pub fn undo(&mut self) -> Result<Option<String>, Diagnostic> {
        let label = self.history.undo(&mut self.app)?;
        self.changed();
        Ok(label)
    }

    /// # Errors
    /// As [`History::redo`].
    pub fn redo(&mut self) -> Result<Option<String>, Diagnostic> {
        let label = self.history.redo(&mut self.app)?;
        self.changed();
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
        self.schemas = Arc::new(SchemaSet::build(&self.app));
        self.names = Names::of(&self.app, &self.schemas);
        if !self.app.modules.contains_key(&self.module) {
            self.module = first_module(&self.app);
        }
        if !self.exists(&self.selection) {
            self.selection = Selection::Orchestration;
        }
    }

    /// Looks for problems, if anything changed since it last did.
    pub fn check(&mut self) {
        if self.checked != self.revision {
            self.checked = self.revision;
            self.problems = super::problems::find(&self.app);
            self.picture = Arc::new(Picture::of(&self.app));
        }
    }

    /// Revision of [`Document::problems`] and [`Document::picture`].
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// True when [`Document::check`] has something to do.
    pub fn unchecked(&self) -> bool {
        self.checked != self.revision
    }

    fn follow_rename(&mut self, from: &str, to: &str) {
        match &mut self.selection {
            Selection::Port(name) | Selection::Declared { name, .. } if name == from => to.clone_into(name),
            _ => {}
        }
    }

    fn exists(&self, selection: &Selection) -> bool {
        let Some(orchestration) = self.orchestration() else { return *selection == Selection::Orchestration };
        match selection {
            Selection::Orchestration => true,
            Selection::Node(id) => {
                id.as_str() == crate::drawing::ORCHESTRATION_COMPENSATION || self.owner(id).is_some()
            }
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
        self.orchestration()?.shapes().into_iter().find(|s| s.id == *id || holds(s, id))
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

    /// Shows another module.
    pub fn show(&mut self, module: &str) {
        if self.module != module && self.app.modules.contains_key(module) {
            module.clone_into(&mut self.module);
            self.select(Selection::Orchestration);
        }
    }
}

pub(super) fn holds(shape: &Shape, id: &Id) -> bool {
    let compensation = match &shape.kind {
        crate::model::ShapeKind::Scope(s) => s.compensation.as_ref().is_some_and(|c| c.id == *id),
        _ => false,
    };
    compensation
        || shape.blocks().iter().any(|(slot, _)| match slot {
            BlockSlot::Branch(own) | BlockSlot::Catch(own) => own == id,
            _ => false,
        })
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
