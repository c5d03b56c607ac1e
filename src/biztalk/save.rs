//! Saving what was opened from BizTalk's own files: they are written back where they are, and what they cannot hold
//! goes to an application folder of ours beside them.

use super::load::{beside, load};
use super::odx::{self, OdxFile};
use super::open::settle;
use super::paths::{self, below};
use super::project::ending;
use super::{RUN_FOLDER, decode, encode, project_file};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::files::{self, SaveReport};
use crate::model::{Application, Module};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a save did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Paths below the base.
    pub report: SaveReport,
    /// Files that modules got which had none, by the modules' keys: their [`Module::source`] from now on.
    pub sources: BTreeMap<String, String>,
}

/// Saves `after` where `before` was opened from or last saved to: orchestrations and schemas into their files below
/// `base`, new orchestrations into new files beside the others, everything else into the folder [`RUN_FOLDER`] there.
/// Only files whose content changed are written, each whole or not at all; a file that somebody else changed since is
/// neither overwritten nor removed.
///
/// # Errors
/// `Z16` when that would lose somebody's change, `Z17` when the disk refuses, `Z02` and the like when a file is no
/// longer what it was, `Z14` when what would be written does not read back, `Z15` when an orchestration has no file.
pub fn save(base: &Path, before: &Application, after: &Application) -> Result<Saved, Vec<Diagnostic>> {
    let mut plan = Plan { base, write: Vec::new(), remove: Vec::new(), sources: BTreeMap::new() };
    let mut errors = Vec::new();
    let mut after = after.clone();
    // Undoing an edit of a module from before it got its file does not take the file from it.
    for (key, module) in &mut after.modules {
        if let Some(known) = before.modules.get(key).filter(|known| module.source != known.source)
            && module.source.is_empty()
        {
            module.source.clone_from(&known.source);
            plan.sources.insert(key.clone(), known.source.clone());
        }
    }
    let after = &after;
    plan.modules(before, after, &mut errors);
    plan.schemas(before, after, &mut errors);
    plan.projects(before, after);
    if !errors.is_empty() {
        return Err(errors);
    }
    let run = base.join(RUN_FOLDER);
    let (mut was, mut is) = (beside(before), beside(after));
    let there = (was != is).then(|| lies_beside(base, &was)).flatten();
    let mut saved = Saved { sources: plan.sources, ..Saved::default() };
    for (path, bytes) in plan.write {
        files::write_whole(&base.join(&path), &bytes).map_err(|e| vec![refused(&path, "written", &e)])?;
        saved.report.written.push(path);
    }
    for path in plan.remove {
        match fs::remove_file(base.join(&path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(vec![refused(&path, "removed", &error)]);
            }
            _ => saved.report.removed.push(path),
        }
    }
    // A map that was drawn or changed here is kept beside the others: `.btm` files are not written.
    for (name, map) in after.maps.iter().filter(|(name, map)| before.maps.get(*name) != Some(map)) {
        is.maps.insert(name.clone(), map.clone());
        if let Some(known) = before.maps.get(name).filter(|_| run.join(files::map_path(name)).exists()) {
            was.maps.insert(name.clone(), known.clone());
        }
    }
    if was != is {
        let _ = fs::create_dir_all(&run);
        let was = match there {
            Some(there) => Application { maps: was.maps, ..there },
            None => was,
        };
        let report = files::save(&run, &is, Some(&was))?;
        let below = |path: String| format!("{RUN_FOLDER}/{path}");
        saved.report.written.extend(report.written.into_iter().map(below));
        saved.report.removed.extend(report.removed.into_iter().map(below));
    }
    Ok(saved)
}

/// What lies beside the files, if it still is what they were opened with: what was simulated then is not in it.
fn lies_beside(base: &Path, known: &Application) -> Option<Application> {
    let (there, _) = files::load(&base.join(RUN_FOLDER)).ok()?;
    let again = load(base).ok()?;
    (beside(&again.application) == *known).then(|| beside(&there))
}

/// Decided before the first write, so that a refused save changes nothing.
struct Plan<'a> {
    base: &'a Path,
    write: Vec<(String, Vec<u8>)>,
    remove: Vec<String>,
    sources: BTreeMap<String, String>,
}

impl Plan<'_> {
    fn modules(&mut self, before: &Application, after: &Application, errors: &mut Vec<Diagnostic>) {
        let known: BTreeMap<&str, &Module> = by_source(before);
        let kept = by_source(after);
        let others: Vec<&Module> = after.modules.values().collect();
        for (source, module) in &kept {
            let Some(was) = known.get(source) else { continue };
            if was == module {
                continue;
            }
            match self.changed(source, was, module, before, &others) {
                Ok(bytes) => self.write.push(((*source).to_owned(), bytes)),
                Err(error) => errors.push(error),
            }
        }
        for (source, was) in &known {
            if kept.contains_key(source) {
                continue;
            }
            match self.current(source, was, before) {
                Ok(_) => self.remove.push((*source).to_owned()),
                Err(error) => errors.push(error),
            }
        }
        // What was read from an assembly has no file; what is new gets one.
        for (key, module) in after.modules.iter().filter(|(_, module)| module.source.is_empty()) {
            if before.modules.get(key).is_some_and(|was| was != module) {
                let help = "save to a new application folder";
                let message =
                    "the orchestration comes from an assembly: there is no file to write it back to";
                let place = Place { module: Some(key.clone()), ..Place::default() };
                errors.push(Diagnostic::error("Z15", message, help).at(place));
            }
        }
        let new =
            after.modules.iter().filter(|(key, m)| m.source.is_empty() && !before.modules.contains_key(*key));
        let folder = known.keys().next().and_then(|source| source.rsplit_once('/')).map(|(folder, _)| folder);
        for (key, module) in new {
            let name = format!("{key}.odx");
            let source = folder.map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"));
            if self.base.join(&source).exists() {
                errors.push(changed_meanwhile(&source, "a file of this name is there already"));
                continue;
            }
            self.write.push((source.clone(), odx::write_new(module, &others)));
            self.sources.insert(key.clone(), source);
        }
    }

    /// Projects list the orchestrations that are new, and no more those that are gone. One that cannot be read stays as
    /// it is.
    fn projects(&mut self, before: &Application, after: &Application) {
        let new: Vec<(&String, &Module)> =
            self.sources.iter().filter_map(|(key, source)| Some((source, after.modules.get(key)?))).collect();
        let new: Vec<_> = new
            .into_iter()
            .filter(|(source, _)| self.write.iter().any(|(path, _)| path == *source))
            .collect();
        let gone: Vec<&String> = self.remove.iter().filter(|path| path.ends_with(".odx")).collect();
        if before.settings.projects.is_empty() || (new.is_empty() && gone.is_empty()) {
            return;
        }
        let mut changed = Vec::new();
        let all = paths::files(self.base);
        let projects = all.iter().filter(|path| ending(&path.to_string_lossy()) == "btproj");
        let projects: Vec<(String, &PathBuf)> = projects.map(|path| (below(self.base, path), path)).collect();
        let folder =
            |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        // The nearest project above a file is the one it belongs to.
        let nearest = |source: &str| {
            let above = projects.iter().filter(|(path, _)| source.starts_with(&folder(path)));
            above.max_by_key(|(path, _)| folder(path).len()).map(|(path, _)| path.clone())
        };
        for (path, file) in &projects {
            let Ok(bytes) = fs::read(file) else { continue };
            let (text, encoding) = decode(&bytes);
            let mut now = text.clone();
            for source in &gone {
                let own = source.strip_prefix(&folder(path)).unwrap_or(source);
                now = project_file::unlisted(&now, own).unwrap_or(now);
            }
            for (source, module) in new.iter().filter(|(source, _)| nearest(source).as_ref() == Some(path)) {
                let Some(own) = &module.orchestration else { continue };
                let listed = source.strip_prefix(&folder(path)).unwrap_or(source);
                now = project_file::listed(&now, listed, &own.name, &module.namespace).unwrap_or(now);
            }
            if now != text {
                changed.push((path.clone(), encode(&now, encoding)));
            }
        }
        self.write.extend(changed);
    }

    /// The bytes of a file as it is, which must say what it said when it was opened.
    fn current(&self, source: &str, was: &Module, before: &Application) -> Result<Vec<u8>, Diagnostic> {
        let bytes = fs::read(self.base.join(source)).map_err(|error| refused(source, "read", &error))?;
        let file = OdxFile::parse(source, &bytes)?;
        let mut now = Application::default();
        now.modules.insert(String::new(), odx::read_module(source, &file)?.0);
        now.modules.extend(
            before.modules.iter().filter(|(_, m)| m.source != source).map(|(k, m)| (k.clone(), m.clone())),
        );
        settle(&mut now);
        if now.modules.get("") == Some(was) {
            Ok(bytes)
        } else {
            Err(changed_meanwhile(source, "the file was changed by another program since it was opened"))
        }
    }

    fn changed(
        &self,
        source: &str,
        was: &Module,
        module: &Module,
        before: &Application,
        others: &[&Module],
    ) -> Result<Vec<u8>, Diagnostic> {
        let bytes = self.current(source, was, before)?;
        let written = odx::write_back(source, &bytes, (was, module), others)?;
        let again = OdxFile::parse(source, &written).and_then(|file| odx::read_module(source, &file));
        let shapes = |module: &Module| module.orchestration.as_ref().map(|o| o.shapes().len());
        match again {
            Ok((again, _)) if shapes(&again) == shapes(module) => Ok(written),
            _ => {
                let help = "save a copy as an application folder, and report what was last edited";
                let message = "the orchestration would not read back as it is";
                Err(Diagnostic::error("Z14", message, help).at(in_file(source)))
            }
        }
    }

    fn schemas(&mut self, before: &Application, after: &Application, errors: &mut Vec<Diagnostic>) {
        let paths: BTreeSet<&String> = before.schemas.keys().chain(after.schemas.keys()).collect();
        for path in paths {
            let Some(source) = path.strip_prefix("schemas/") else { continue };
            let (was, is) = (before.schemas.get(path), after.schemas.get(path));
            if was == is {
                continue;
            }
            let there = match fs::read(self.base.join(source)) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => {
                    errors.push(refused(source, "read", &error));
                    continue;
                }
            };
            let there = there.as_deref().map(decode);
            if there.as_ref().map(|(text, _)| text) != was {
                let message = "the file was changed by another program since it was opened";
                errors.push(changed_meanwhile(source, message));
                continue;
            }
            let encoding = there.map(|(_, encoding)| encoding).unwrap_or_default();
            match is {
                Some(text) => self.write.push((source.to_owned(), encode(text, encoding))),
                None => self.remove.push(source.to_owned()),
            }
        }
    }
}

fn by_source(application: &Application) -> BTreeMap<&str, &Module> {
    let modules = application.modules.values().filter(|module| !module.source.is_empty());
    modules.map(|module| (module.source.as_str(), module)).collect()
}

/// A whole application as BizTalk's files in `folder`, which is made when missing: an `.odx` for each module, the
/// schemas, a project that lists them, and everything else as an application folder of ours in [`RUN_FOLDER`]. Gives
/// the paths written.
///
/// # Errors
/// `Z16` when a file of one of these names is there already, `Z17` when the disk refuses.
pub fn export(folder: &Path, application: &Application) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut new = application.clone();
    for module in new.modules.values_mut() {
        module.source.clear();
    }
    let project = format!("{}.btproj", stem_of(&new.settings.name));
    if folder.join(&project).exists() {
        return Err(vec![changed_meanwhile(&project, "a file of this name is there already")]);
    }
    let saved = save(folder, &Application::default(), &new)?;
    let text = super::project_file::project_file(&new, &saved.sources);
    files::write_whole(&folder.join(&project), text.as_bytes())
        .map_err(|e| vec![refused(&project, "written", &e)])?;
    let written = saved.report.written.into_iter().chain([project]);
    Ok(written.map(|path| folder.join(path)).collect())
}

/// A name that a file can have.
fn stem_of(name: &str) -> String {
    let stem: String =
        name.chars().map(|c| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let stem = stem.trim_matches(['.', ' ']);
    if stem.is_empty() { "Application".to_owned() } else { stem.to_owned() }
}

fn in_file(path: &str) -> Place {
    Place { file: path.to_owned(), ..Place::default() }
}

fn changed_meanwhile(path: &str, message: &str) -> Diagnostic {
    let help = "save to a new folder and compare, or open this one again and repeat your change";
    Diagnostic::error("Z16", message, help).at(in_file(path))
}

fn refused(path: &str, what: &str, error: &io::Error) -> Diagnostic {
    let help = "free space or correct the permissions of the folder, then save again";
    Diagnostic::error("Z17", format!("the file cannot be {what}: {error}"), help).at(in_file(path))
}
