//! Which files belong to what is opened.

use super::paths::{files, find, stem};
use super::project::{ProjectFile, ending, identifier, read_project, solution_projects};
use super::{ProjectItem, decode};
use crate::diagnostic::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Everything to read.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Projects by path, in order.
    pub projects: BTreeMap<PathBuf, ProjectFile>,
    /// Project of each file that is in one; the first that lists it.
    pub project_of: BTreeMap<PathBuf, PathBuf>,
    /// Files in no project.
    pub loose: Vec<PathBuf>,
    /// Binding files.
    pub bindings: Vec<PathBuf>,
    pub findings: Vec<Diagnostic>,
}

impl Gathered {
    /// Every file to read but bindings, in order.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.project_of.keys().chain(&self.loose)
    }
}

/// Levels above an orchestration in which its project is looked for.
const PROJECT_ABOVE: usize = 5;

/// Entries beside a project that are looked through for the project of an assembly, and how deep.
const MAX_BESIDE: usize = 5_000;
const NEAR: usize = 3;

/// Gathers what `path` means.
pub fn gather(path: &Path) -> Gathered {
    let mut gathered = Gathered::default();
    let folder = path.parent().unwrap_or(path);
    match kind(path).as_str() {
        _ if path.is_dir() => {
            gathered.folder(path);
            gathered.bindings_below(path);
        }
        "sln" | "slnx" => {
            for project in solution_projects(&decode(&fs::read(path).unwrap_or_default()).0) {
                match find(folder, &project) {
                    Some(project) => gathered.project(&project),
                    None => {
                        gathered.report(path, &format!("the solution lists `{project}`, which is not there"))
                    }
                }
            }
            gathered.generated();
            gathered.bindings_below(folder);
        }
        "btproj" => {
            gathered.project(path);
            gathered.generated();
            gathered.bindings_below(folder);
        }
        "odx" => match project_of(path) {
            Some(project) => {
                gathered.project(&project);
                gathered.generated();
                gathered.bindings_below(project.parent().unwrap_or(folder));
                if !gathered.project_of.contains_key(path) && !gathered.loose.iter().any(|own| own == path) {
                    gathered.loose.push(path.to_owned());
                }
            }
            None => {
                gathered.loose.push(path.to_owned());
                gathered.loose.extend(loose_types(path, folder));
            }
        },
        _ => gathered.loose.push(path.to_owned()),
    }
    gathered.loose.sort();
    gathered.loose.dedup();
    gathered
}

fn kind(path: &Path) -> String {
    ending(&path.to_string_lossy())
}

/// The project that lists an orchestration, or the nearest one above it.
fn project_of(path: &Path) -> Option<PathBuf> {
    let mut nearest = None;
    for folder in path.ancestors().skip(1).take(PROJECT_ABOVE) {
        let projects = projects_in(folder);
        let lists = |project: &PathBuf| {
            let read = fs::read(project).ok().and_then(|bytes| read_project(project, &bytes).ok());
            read.is_some_and(|read| read.items.iter().any(|item| same(&item.path, path)))
        };
        if let Some(project) = projects.iter().find(|project| lists(project)) {
            return Some(project.clone());
        }
        nearest = nearest.or_else(|| projects.into_iter().next());
    }
    nearest
}

/// The projects in a folder and a little below it.
fn projects_near(folder: &Path) -> Vec<PathBuf> {
    let walk = WalkDir::new(folder).max_depth(NEAR).sort_by_file_name().into_iter().take(MAX_BESIDE);
    let paths = walk.filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    paths.filter(|path| kind(path) == "btproj").collect()
}

/// The projects directly in a folder.
fn projects_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut projects: Vec<_> = paths.filter(|path| kind(path) == "btproj").collect();
    projects.sort();
    projects
}

/// Types for an orchestration without a project: files in its folder, and in folders beside it whose name its text uses
/// as a namespace.
fn loose_types(path: &Path, folder: &Path) -> Vec<PathBuf> {
    let wanted = |other: &PathBuf| matches!(kind(other).as_str(), "xsd" | "btm" | "btp");
    let entries = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>()
    };
    let text = decode(&fs::read(path).unwrap_or_default()).0;
    let own = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut found: Vec<PathBuf> = entries(folder)
        .into_iter()
        .filter(|other| wanted(other) || (kind(other) == "odx" && text.contains(&format!("\"{own}."))))
        .collect();
    for beside in entries(folder.parent().unwrap_or(folder)).into_iter().filter(|path| path.is_dir()) {
        let name = beside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if beside != folder && text.contains(&format!("\"{name}.")) {
            found.extend(files(&beside).into_iter().filter(|other| wanted(other) || kind(other) == "odx"));
        }
    }
    found
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).ok().as_deref() == Some(other)
}

impl Gathered {
    fn report(&mut self, path: &Path, message: &str) {
        let place = Place { file: path.display().to_string(), ..Place::default() };
        let help = "restore the file, or remove it from the list";
        self.findings.push(Diagnostic::warning("Z08", message, help).at(place));
    }

    /// Every project below a folder, and what is in none.
    fn folder(&mut self, folder: &Path) {
        let found = files(folder);
        for project in found.iter().filter(|path| kind(path) == "btproj") {
            self.project(project);
        }
        for path in found {
            let kind = kind(&path);
            // A schema or map beside a project that does not list it is no part of it.
            let wanted = kind == "odx"
                || (matches!(kind.as_str(), "xsd" | "btm" | "btp") && self.project_above(&path).is_none());
            if wanted && !self.project_of.contains_key(&path) {
                self.unlisted(path);
            }
        }
    }

    fn unlisted(&mut self, path: PathBuf) {
        match self.project_above(&path) {
            Some(project) => self.generated_item(&project, path),
            None => self.loose.push(path),
        }
    }

    /// The project in whose folder, or below, a file is.
    fn project_above(&self, path: &Path) -> Option<PathBuf> {
        let inside = |project: &&PathBuf| project.parent().is_some_and(|folder| path.starts_with(folder));
        self.projects.keys().filter(inside).max_by_key(|project| project.components().count()).cloned()
    }

    /// A project with all it refers to.
    fn project(&mut self, path: &Path) {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.projects.contains_key(&path) {
            return;
        }
        let read = fs::read(&path).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| read_project(&path, &bytes).map_err(|error| error.to_string()));
        let mut project = match read {
            Ok(project) => project,
            Err(error) => {
                self.report(&path, &format!("the project cannot be read: {error}"));
                return;
            }
        };
        for item in &mut project.items {
            if let Ok(real) = fs::canonicalize(&item.path) {
                item.path = real;
            }
            if matches!(kind(&item.path).as_str(), "odx" | "xsd" | "btm" | "btp") {
                self.project_of.entry(item.path.clone()).or_insert_with(|| path.clone());
            }
        }
        let folder = path.parent().unwrap_or(&path).to_owned();
        let references = project.references.clone();
        let written: Vec<String> = references.values().cloned().collect();
        self.projects.insert(path, project);
        for (name, reference) in &references {
            if ending(reference) != "btproj"
                && let Some(other) = self.project_of_assembly(&folder, name, reference)
            {
                self.project(&other);
            }
        }
        for reference in written.iter().filter(|reference| ending(reference) == "btproj") {
            match find(&folder, reference) {
                Some(other) => self.project(&other),
                None => {
                    self.report(&folder, &format!("the project refers to `{reference}`, which is not there"))
                }
            }
        }
    }

    /// The project of an assembly that is referred to as a compiled one: above the file that is named, or near the
    /// project that refers to it.
    fn project_of_assembly(&self, folder: &Path, name: &str, hint: &str) -> Option<PathBuf> {
        if ["System", "Microsoft.BizTalk.", "Microsoft.XLANGs", "mscorlib"]
            .iter()
            .any(|own| name.starts_with(own))
        {
            return None;
        }
        let named = folder.join(hint.replace('\\', "/"));
        let mut folders: Vec<PathBuf> = named.ancestors().skip(1).take(4).map(Path::to_path_buf).collect();
        folders.truncate(if hint.is_empty() { 0 } else { 4 });
        let near = folder.parent().map(projects_near).unwrap_or_default();
        let projects = folders.iter().flat_map(|folder| projects_in(folder)).chain(near);
        let mut projects = projects;
        projects.find(|project| {
            let read = fs::read(project).ok().and_then(|bytes| read_project(project, &bytes).ok());
            read.is_some_and(|read| read.assembly == name)
        })
    }

    /// What Visual Studio makes from web references is in a project without being listed.
    fn generated(&mut self) {
        let folders: Vec<PathBuf> = self
            .projects
            .keys()
            .filter_map(|project| Some(project.parent()?.join("Web References")))
            .collect();
        for path in folders.iter().flat_map(|folder| files(folder)) {
            if matches!(kind(&path).as_str(), "odx" | "xsd")
                && !self.project_of.contains_key(&path)
                && let Some(project) = self.project_above(&path)
            {
                self.generated_item(&project, path);
            }
        }
    }

    fn generated_item(&mut self, project: &Path, path: PathBuf) {
        let Some(own) = self.projects.get_mut(project) else { return };
        let folders = path.parent().and_then(|folder| folder.strip_prefix(project.parent()?).ok());
        let between = folders.into_iter().flat_map(|folders| folders.iter());
        let between = between.map(|part| part.to_string_lossy()).filter(|part| part != "Web References");
        let mut name: Vec<String> = std::iter::once(own.root_namespace.clone()).collect();
        name.extend(between.map(|part| part.split('.').map(identifier).collect::<Vec<_>>().join(".")));
        name.push(identifier(&stem(&path)));
        own.items.push(ProjectItem { path: path.clone(), type_name: name.join(".") });
        self.project_of.insert(path, project.to_owned());
    }

    /// Binding files are in no project, but near.
    fn bindings_below(&mut self, folder: &Path) {
        let named = files(folder).into_iter().filter(|path| kind(path) == "xml");
        self.bindings.extend(named.filter(|path| is_bindings(path)));
    }
}

/// Looks at the beginning only.
fn is_bindings(path: &Path) -> bool {
    use std::io::Read;
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    read.is_ok() && decode(&start).0.contains("<BindingInfo")
}
