//! One door for whatever a path holds: an application folder, or anything of BizTalk's own.

use super::{RUN_FOLDER, is_biztalk, open, simulate};
use crate::diagnostic::Diagnostic;
use crate::model::files::{self, SaveReport};
use crate::model::{Application, Bindings, Settings};
use std::fs;
use std::path::{Path, PathBuf};

/// What a path holds, ready to check, run, test or edit.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub application: Application,
    /// Where a run keeps its log, and where relative addresses of ports begin: the application folder, or the folder
    /// [`RUN_FOLDER`] beside BizTalk's files.
    pub folder: PathBuf,
    /// The folder that [`Module::source`](crate::model::Module::source) begins at; `None` for an application folder.
    pub base: Option<PathBuf>,
    /// Key of the module that was asked for, when the path is that of its file.
    pub shown: Option<String>,
    pub findings: Vec<Diagnostic>,
}

/// Loads an application folder, or opens BizTalk's files with simulated ports for what is not bound. What lies in the
/// folder [`RUN_FOLDER`] beside them takes the place of what they say.
///
/// # Errors
/// As [`files::load`] and [`open`].
pub fn load(path: &Path) -> Result<Loaded, Vec<Diagnostic>> {
    if !is_biztalk(path) {
        let (application, findings) = files::load(path)?;
        return Ok(Loaded { application, folder: path.to_owned(), findings, ..Loaded::default() });
    }
    let opened = open(path)?;
    let mut loaded = Loaded {
        application: opened.application,
        folder: opened.base.join(RUN_FOLDER),
        base: Some(opened.base),
        shown: opened.shown,
        findings: opened.findings,
    };
    let simulated = simulate(&mut loaded.application);
    keep_states(&mut loaded.application.bindings, &opened.kept);
    loaded.findings.extend(simulated);
    Ok(loaded)
}

/// What was kept beside BizTalk's files, over what they say. Gives its bindings.
pub(super) fn put_over(application: &mut Application, beside: Application) -> Bindings {
    let Settings { name, pipelines, projects, .. } = std::mem::take(&mut application.settings);
    application.settings = Settings { name, projects, ..beside.settings };
    let own: Vec<String> = application.settings.pipelines.iter().map(|p| p.name.clone()).collect();
    application.settings.pipelines.extend(pipelines.into_iter().filter(|p| !own.contains(&p.name)));
    let _ = application.bindings.import(beside.bindings.clone());
    application.partners = beside.partners;
    application.policies.extend(beside.policies);
    application.components.extend(beside.components);
    application.messages.extend(beside.messages);
    application.maps.extend(beside.maps);
    application.scenarios.extend(beside.scenarios);
    application.vocabulary = beside.vocabulary;
    beside.bindings
}

/// What a person has stopped here stays so; only what a server's binding file says of it counts for nothing.
fn keep_states(bindings: &mut Bindings, kept: &Bindings) {
    for port in &mut bindings.send_ports {
        if let Some(own) = kept.send_ports.iter().find(|own| own.name == port.name) {
            port.state = own.state;
        }
    }
    for service in &mut bindings.services {
        if let Some(own) = kept.services.iter().find(|own| own.orchestration == service.orchestration) {
            service.state = own.state;
        }
    }
    let locations = || kept.receive_ports.iter().flat_map(|port| &port.locations);
    for location in bindings.receive_ports.iter_mut().flat_map(|port| &mut port.locations) {
        if let Some(own) = locations().find(|own| own.name == location.name) {
            location.enabled = own.enabled;
        }
    }
}

/// Writes what BizTalk's files cannot hold to the folder beside them, laid out as an application folder without
/// orchestrations, schemas and maps.
///
/// # Errors
/// As [`files::save`].
pub fn save_beside(
    folder: &Path,
    application: &Application,
    before: Option<&Application>,
) -> Result<SaveReport, Vec<Diagnostic>> {
    let _ = fs::create_dir_all(folder);
    files::save(folder, &beside(application), before.map(beside).as_ref())
}

/// The part of an application that is kept beside BizTalk's files.
pub(super) fn beside(application: &Application) -> Application {
    let mut own = application.clone();
    own.modules.clear();
    own.schemas.clear();
    own.maps.clear();
    own.settings.projects.clear();
    own
}
