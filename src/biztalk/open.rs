//! One way in: a folder, a solution, a project, an orchestration or an assembly becomes an application.

use super::gather::{Gathered, gather};
use super::load::put_over;
use super::odx::{self, OdxFile};
use super::paths::{below, common, stem};
use super::project::ending;
use super::{RUN_FOLDER, assembly, bindings, btm, btp, decode, names, paths};
use crate::diagnostic::{Diagnostic, Place, Severity, counted};
use crate::model::{
    Application, Bindings, CommunicationPattern, Module, Operation, PortType, Project, files,
};
use crate::xml::SchemaSet;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// What was opened.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    pub application: Application,
    /// The folder that paths in it begin at: [`Module::source`], and those of schemas after `schemas/`.
    pub base: PathBuf,
    /// Key of the module of the file that was asked for, when it was one.
    pub shown: Option<String>,
    /// What was noticed on the way; nothing that kept the rest from being opened.
    pub findings: Vec<Diagnostic>,
    /// The bindings kept in the folder [`RUN_FOLDER`], which are in the application too.
    pub kept: Bindings,
}

/// True when a path is for [`open`]: a file of BizTalk's, or a folder of them that is no application folder of ours.
pub fn is_biztalk(path: &Path) -> bool {
    if path.is_dir() {
        let named = |path: &PathBuf| matches!(kind(path).as_str(), "sln" | "slnx" | "btproj" | "odx");
        return !path.join("application.ron").exists() && paths::files(path).iter().any(named);
    }
    matches!(kind(path).as_str(), "sln" | "slnx" | "btproj" | "odx" | "dll" | "exe")
}

fn kind(path: &Path) -> String {
    ending(&path.to_string_lossy())
}

/// Opens BizTalk's own files: a folder with projects or loose files, a solution, a project with those it refers to,
/// one orchestration with its project, or an assembly. Files that cannot be read are reported and left out. What lies
/// in the folder [`RUN_FOLDER`] beside them takes the place of what they say.
///
/// # Errors
/// `Z06` when there is nothing to open; what keeps the one file that was asked for from being read.
pub fn open(path: &Path) -> Result<Opened, Vec<Diagnostic>> {
    let path = fs::canonicalize(path).map_err(|error| {
        let help = "check the path";
        let message = format!("`{}` cannot be opened: {error}", path.display());
        vec![Diagnostic::error("Z06", message, help)]
    })?;
    if !path.is_dir() && !path.is_file() {
        let message = format!("`{}` is no folder and no regular file", path.display());
        let help = "open a folder, solution, project or file of BizTalk Server";
        return Err(vec![Diagnostic::error("Z06", message, help)]);
    }
    let mut gathered = gather(&path);
    let mut files: Vec<PathBuf> = gathered.files().cloned().collect();
    if files.is_empty() {
        let help = "open a folder, solution, project or file of BizTalk Server, or an application folder";
        let missing: usize = gathered.projects.values().map(|project| project.missing.len()).sum();
        let missing = match missing {
            0 => String::new(),
            n => format!("; its projects list {} that are not there", counted(n, "file")),
        };
        let message =
            format!("there are no orchestrations, schemas or maps in `{}`{missing}", path.display());
        return Err(vec![Diagnostic::error("Z06", message, help)]);
    }
    files.push(if path.is_dir() { path.join(RUN_FOLDER) } else { path.clone() });
    let mut opening = Opening {
        opened: Opened { base: common(&files), ..Opened::default() },
        keys: BTreeSet::new(),
        maps: BTreeMap::new(),
    };
    opening.opened.findings.append(&mut gathered.findings);
    opening.opened.application.settings.name = stem(&path);
    let failed = opening.read(&gathered, &path);
    if let Some(error) = failed {
        return Err(vec![error]);
    }
    let maps = opening.maps;
    let mut opened = opening.opened;
    web_port_types(&mut opened.application);
    settle(&mut opened.application);
    if !maps.is_empty() {
        let schemas = SchemaSet::build(&opened.application);
        for (name, file) in maps {
            if let Some(mut map) = opened.application.maps.remove(&name) {
                btm::resolve_types(&mut map, &file, &opened.application, &schemas);
                opened.application.maps.insert(name, map);
            }
        }
    }
    let beside = opened.base.join(RUN_FOLDER);
    if beside.join("application.ron").exists() {
        match files::load(&beside) {
            Ok((beside, warnings)) => {
                opened.findings.extend(warnings);
                opened.kept = put_over(&mut opened.application, beside);
            }
            Err(errors) => opened.findings.extend(errors),
        }
    }
    opened.findings.extend(names::unresolved(&opened.application));
    Ok(opened)
}

struct Opening {
    opened: Opened,
    keys: BTreeSet<String>,
    /// File of each map, by its name.
    maps: BTreeMap<String, String>,
}

impl Opening {
    fn report(&mut self, finding: Diagnostic) {
        self.opened.findings.push(finding);
    }

    /// Bytes of a file, or why there are none, which is reported.
    fn bytes(&mut self, path: &Path) -> Option<Vec<u8>> {
        let file = below(&self.opened.base, path);
        let read = fs::metadata(path).and_then(|about| {
            if about.len() > MAX_BYTES {
                return Err(std::io::Error::other(format!("it is larger than {} MB", MAX_BYTES >> 20)));
            }
            fs::read(path)
        });
        match read {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let message = format!("the file cannot be read: {error}");
                let place = Place { file, ..Place::default() };
                self.report(
                    Diagnostic::warning("Z07", message, "make it readable, or open without it").at(place),
                );
                None
            }
        }
    }

    /// Reads everything; gives why the file that was asked for cannot be.
    fn read(&mut self, gathered: &Gathered, asked: &Path) -> Option<Diagnostic> {
        for (path, project) in &gathered.projects {
            let mut own = Project {
                assembly: project.assembly.clone(),
                root_namespace: project.root_namespace.clone(),
                framework: project.framework.clone(),
                types: BTreeMap::new(),
                references: project.references.clone(),
            };
            for item in &project.items {
                if gathered.project_of.get(&item.path) == Some(path)
                    && let Some(name) = application_path(&self.opened.base, &item.path)
                {
                    own.types.insert(name, item.type_name.clone());
                }
            }
            self.opened.application.settings.projects.push(own);
            for missing in &project.missing {
                let place = Place { file: below(&self.opened.base, path), ..Place::default() };
                let message = format!("the project lists `{missing}`, which is not there");
                let help = "restore the file, or remove it from the project";
                self.report(Diagnostic::warning("Z08", message, help).at(place));
            }
        }
        for path in gathered.files() {
            match kind(path).as_str() {
                "odx" => {
                    if let Err(error) = self.orchestration(path, asked) {
                        if path == asked {
                            return Some(error);
                        }
                        self.report(error);
                    }
                }
                "xsd" => self.schema(path),
                "btm" => self.map(path, gathered),
                "btp" => self.pipeline(path, gathered),
                "dll" | "exe" => {
                    if let Err(error) = self.assembly(path) {
                        return Some(error);
                    }
                }
                _ => {}
            }
        }
        self.bindings(gathered);
        None
    }

    /// Takes in every binding file. The first that has an artifact decides about it: others are often of other
    /// environments.
    fn bindings(&mut self, gathered: &Gathered) {
        for path in gathered.bindings.iter().rev() {
            let Some(bytes) = self.bytes(path) else { continue };
            match bindings::read_bindings(&below(&self.opened.base, path), &bytes) {
                Ok(file) => {
                    let done = self.opened.application.bindings.import(file.bindings);
                    if !done.updated.is_empty() {
                        self.report(overruled(&below(&self.opened.base, path), &done.updated));
                    }
                    let hosts = &mut self.opened.application.settings.hosts;
                    for host in file.hosts {
                        if hosts.iter().all(|known| known.name != host.name) {
                            hosts.push(host);
                        }
                    }
                    self.opened.findings.extend(file.findings);
                }
                Err(error) => self.report(Diagnostic { severity: Severity::Warning, ..error }),
            }
        }
    }

    fn orchestration(&mut self, path: &Path, asked: &Path) -> Result<(), Diagnostic> {
        let Some(bytes) = self.bytes(path) else {
            let place = Place { file: below(&self.opened.base, path), ..Place::default() };
            let help = "make it readable for this user";
            return Err(Diagnostic::error("Z07", "the file cannot be read", help).at(place));
        };
        let name = below(&self.opened.base, path);
        let file = OdxFile::parse(&name, &bytes)?;
        let (module, mut findings) = odx::read_module(&name, &file)?;
        let key = self.key(&name);
        for finding in &mut findings {
            finding.place.module = Some(key.clone());
        }
        self.opened.findings.append(&mut findings);
        if path == asked {
            self.opened.shown = Some(key.clone());
        }
        self.opened.application.modules.insert(key, module);
        Ok(())
    }

    /// The file name without its ending, after as many of its folders as it takes to be the only one.
    fn key(&mut self, name: &str) -> String {
        let whole = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let parts: Vec<&str> = whole.rsplit('/').collect();
        let candidates = (1..=parts.len()).map(|count| {
            let mut some: Vec<&str> = parts.iter().take(count).copied().collect();
            some.reverse();
            some.join(".")
        });
        let numbered = (2..).map(|n| format!("{whole} {n}").replace('/', "."));
        let free = candidates.chain(numbered).find(|key| !self.keys.contains(&key.to_lowercase()));
        let key = free.unwrap_or_default();
        self.keys.insert(key.to_lowercase());
        key
    }

    fn schema(&mut self, path: &Path) {
        let Some(bytes) = self.bytes(path) else { return };
        if let Some(name) = application_path(&self.opened.base, path) {
            let (text, _) = decode(&bytes);
            self.opened.application.schemas.insert(name, text);
        }
    }

    /// .NET type name of a file: what its project says, else its own name.
    fn type_name(path: &Path, gathered: &Gathered) -> String {
        let project = gathered.project_of.get(path).and_then(|project| gathered.projects.get(project));
        let item = project.and_then(|project| project.items.iter().find(|item| item.path == path));
        item.map_or_else(|| stem(path), |item| item.type_name.clone())
    }

    fn map(&mut self, path: &Path, gathered: &Gathered) {
        let Some(bytes) = self.bytes(path) else { return };
        let name = Self::type_name(path, gathered);
        match btm::read_map(&below(&self.opened.base, path), &name, &bytes) {
            Ok(mut map) => {
                let custom = map.drawing.as_mut().and_then(|drawing| drawing.custom_xslt.as_mut());
                if let (Some(custom), Some(folder)) = (custom, path.parent()) {
                    let mut text = |written: &str| {
                        let bytes = paths::find(folder, written).and_then(|found| self.bytes(&found));
                        bytes.map(|bytes| decode(&bytes).0).unwrap_or_default()
                    };
                    custom.text = text(&custom.path.clone());
                    custom.extensions_text = text(&custom.extensions_path.clone());
                }
                self.maps.insert(name.clone(), below(&self.opened.base, path));
                self.opened.application.maps.insert(name, map);
            }
            Err(error) => self.report(error),
        }
    }

    fn pipeline(&mut self, path: &Path, gathered: &Gathered) {
        let Some(bytes) = self.bytes(path) else { return };
        let name = Self::type_name(path, gathered);
        match btp::read_pipeline(&below(&self.opened.base, path), &name, &bytes) {
            Ok((pipeline, findings)) => {
                self.opened.application.settings.pipelines.push(pipeline);
                self.opened.findings.extend(findings);
            }
            Err(error) => self.report(error),
        }
    }

    fn assembly(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let name = below(&self.opened.base, path);
        let bytes = self.bytes(path).unwrap_or_default();
        let trees = assembly::trees(&bytes);
        if trees.is_empty() {
            let place = Place { file: name, ..Place::default() };
            let help = "open the assembly of a project with orchestrations";
            return Err(Diagnostic::error("Z01", "no orchestration is embedded in this file", help).at(place));
        }
        for text in &trees {
            let read = OdxFile::of_text(&name, text, super::Encoding::default());
            let (mut module, findings) = read.and_then(|file| odx::read_module(&name, &file))?;
            let own = module.orchestration.as_ref().map_or(stem(path), |o| o.name.clone());
            // There is no file to write it back to.
            module.source.clear();
            let key = self.key(&format!("{own}.odx"));
            self.opened.findings.extend(findings);
            self.opened.application.modules.insert(key, module);
        }
        let message = format!("{} read from the assembly", counted(trees.len(), "orchestration"));
        let help = "its schemas and maps are not in it; open the project for them";
        let place = Place { file: name, ..Place::default() };
        self.report(Diagnostic::information("Z09", message, help).at(place));
        Ok(())
    }
}

/// Says what binding files disagree about, of which the first one counts.
fn overruled(file: &str, names: &[String]) -> Diagnostic {
    const NAMED: usize = 5;
    let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message =
        format!("this binding file counts for what another one binds too: {}{more}", named.join(", "));
    let help =
        "where the other one is meant, keep it alone in the folder, or import it with `orchestrion bindings`";
    let place = Place { file: file.to_owned(), ..Place::default() };
    Diagnostic::information("Z19", message, help).at(place)
}

/// Where the application has a file: schemas below a folder of their own.
fn application_path(base: &Path, path: &Path) -> Option<String> {
    let below = below(base, path);
    Some(match kind(path).as_str() {
        "xsd" => format!("schemas/{below}"),
        "odx" | "btm" | "btp" => below,
        _ => return None,
    })
}

/// The port types of web references, which no file spells out: an operation for each web method, its messages being those
/// of the reference. They are modules of their own, without a file.
fn web_port_types(application: &mut Application) {
    let mut made = Vec::new();
    for (key, module) in &application.modules {
        for web in &module.web_message_types {
            let mut operations: Vec<Operation> = Vec::new();
            for message in &web.operations {
                let name = module.qualify(&message.name);
                let at = operations.iter().position(|operation| operation.name == message.operation);
                let at = at.unwrap_or_else(|| {
                    operations.push(Operation { name: message.operation.clone(), ..Operation::default() });
                    operations.len() - 1
                });
                let Some(operation) = operations.get_mut(at) else { continue };
                if message.response {
                    operation.response = Some(name);
                } else {
                    operation.request = name;
                }
            }
            let answers = operations.iter().any(|operation| operation.response.is_some());
            let port_type = PortType {
                name: web.name.rsplit('.').next().unwrap_or(&web.name).to_owned(),
                modifier: web.modifier,
                pattern: if answers {
                    CommunicationPattern::RequestResponse
                } else {
                    CommunicationPattern::OneWay
                },
                operations,
                ..PortType::default()
            };
            let namespace = module.namespace.clone();
            let own = Module { namespace, port_types: vec![port_type], ..Module::default() };
            made.push((format!("{key}.{}", made.len() + 1), own));
        }
    }
    application.modules.extend(made);
}

/// Legs of operations whose port type is in another file.
pub(super) fn settle(application: &mut Application) {
    let types: Vec<Module> = application
        .modules
        .values()
        .map(|module| Module { orchestration: None, ..module.clone() })
        .filter(|module| !module.port_types.is_empty())
        .collect();
    let types: Vec<&Module> = types.iter().collect();
    for module in application.modules.values_mut() {
        odx::settle(module, &types);
    }
}
