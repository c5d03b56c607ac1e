//! The open application: what is edited, where it is kept, what is selected.

use crate::diagnostic::Diagnostic;
use crate::model::files::{self, SaveReport};
use crate::model::{Application, Id, Module, Orchestration};
use std::path::{Path, PathBuf};

/// What the properties panel shows. Declarations are known by name, as the language knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Selection {
    /// The orchestration itself.
    #[default]
    Orchestration,
    /// A shape, branch, catch or compensation block.
    Node(Id),
    Port(String),
    Declared(Declared, String),
}

/// Kinds of declarations beside ports, in the order of the orchestration explorer (D-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Declared {
    Parameter,
    RoleLink,
    Message,
    Variable,
    CorrelationSet,
    PortType,
    MultipartType,
    CorrelationType,
    RoleLinkType,
}

/// The application being edited. The UI thread owns it; nothing else writes to it.
#[derive(Debug)]
pub struct Document {
    pub app: Application,
    /// Where it is kept; `None` for one that was never saved, such as the embedded sample.
    pub folder: Option<PathBuf>,
    /// Key of the module that is shown.
    pub module: String,
    pub selection: Selection,
    /// Grows with every change of `app`.
    pub revision: u64,
    /// As last loaded or saved; unsaved work is a difference from it.
    saved: Application,
}

impl Document {
    pub fn new(app: Application, folder: Option<PathBuf>) -> Self {
        let module = first_module(&app);
        Self { saved: app.clone(), app, folder, module, selection: Selection::default(), revision: 1 }
    }

    /// # Errors
    /// Whatever keeps the folder from being read, each with its place.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (app, warnings) = files::load(folder)?;
        Ok((Self::new(app, Some(folder.to_owned())), warnings))
    }

    /// Saves to `folder`, which becomes the document's own.
    ///
    /// # Errors
    /// As [`files::save`]; the document stays unsaved then.
    pub fn save(&mut self, folder: &Path) -> Result<SaveReport, Vec<Diagnostic>> {
        let own = self.folder.as_deref() == Some(folder);
        let report = files::save(folder, &self.app, own.then_some(&self.saved))?;
        self.saved = self.app.clone();
        self.folder = Some(folder.to_owned());
        Ok(report)
    }

    pub fn unsaved(&self) -> bool {
        self.app != self.saved
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
            self.module = module.to_owned();
            self.selection = Selection::Orchestration;
        }
    }
}

/// The module to open on: the orchestration with most shapes says most about an application.
fn first_module(app: &Application) -> String {
    let size = |m: &Module| m.orchestration.as_ref().map_or(0, |o| o.shapes().len());
    let mut best: Option<(&String, usize)> = None;
    for (key, module) in &app.modules {
        if best.is_none_or(|(_, most)| size(module) > most) {
            best = Some((key, size(module)));
        }
    }
    best.map(|(key, _)| key.clone()).unwrap_or_default()
}
