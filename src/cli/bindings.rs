use super::{Exit, complain, complain_all, load, say};
use crate::biztalk;
use crate::diagnostic::Severity;
use crate::findings;
use crate::model::{Bindings, files};
use clap::{Args, Subcommand};
use std::fs;
use std::path::{Path, PathBuf};

/// Export the bindings of an application, or take in a file of changed ones.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the bindings as a file of their own, to change for another environment.
    Export {
        /// Application folder.
        application: PathBuf,
        /// File to write; standard output without it.
        #[arg(long)]
        file: Option<PathBuf>,
        /// Write the binding file that BizTalk Server imports.
        #[arg(long)]
        biztalk: bool,
    },
    /// Take in a binding file: artifacts of the same name are updated, others stay or are added.
    Import {
        /// Application folder.
        application: PathBuf,
        /// File to take in, exported from here or from BizTalk Server.
        file: PathBuf,
    },
}

pub fn bindings(arguments: &Arguments) -> Exit {
    let done = match &arguments.action {
        Action::Export { application, file, biztalk } => export(application, file.as_deref(), *biztalk),
        Action::Import { application, file } => import(application, file),
    };
    done.unwrap_or_else(|exit| exit)
}

fn export(folder: &Path, file: Option<&Path>, for_biztalk: bool) -> Result<Exit, Exit> {
    let application = load(folder)?.application;
    let text = if for_biztalk {
        biztalk::bindings::write_bindings(&application)
    } else {
        files::to_ron("bindings.ron", &application.bindings).map_err(|found| {
            complain_all([&found]);
            Exit::Unusable
        })?
    };
    match file {
        None => {
            say(text.trim_end());
        }
        Some(file) => fs::write(file, text).map_err(|error| unusable(file, "written", &error))?,
    }
    Ok(Exit::Done)
}

fn import(folder: &Path, file: &Path) -> Result<Exit, Exit> {
    let loaded = load(folder)?;
    let before = loaded.application;
    let bytes = fs::read(file).map_err(|error| unusable(file, "read", &error))?;
    let name = file.display().to_string();
    let (text, _) = biztalk::decode(&bytes);
    let read = if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        biztalk::bindings::read_bindings(&name, &bytes).map(|read| {
            complain_all(&read.findings);
            read.bindings
        })
    } else {
        files::from_ron::<Bindings>(&name, &text)
    };
    let read = read.map_err(|found| {
        complain_all([&found]);
        Exit::Unusable
    })?;
    let mut application = before.clone();
    let done = application.bindings.import(read);
    let saved = match loaded.base {
        Some(_) => biztalk::save_beside(&loaded.folder, &application, None),
        None => files::save(folder, &application, Some(&before)),
    };
    saved.map_err(|found| {
        complain_all(&found);
        Exit::Unusable
    })?;
    for (what, names) in [("updated", &done.updated), ("added", &done.added)] {
        for name in names {
            say(format_args!("{what} {name}"));
        }
    }
    let found = findings::all(&application);
    let errors: Vec<_> = found.iter().filter(|d| d.severity == Severity::Error).collect();
    complain_all(errors.iter().copied());
    Ok(if errors.is_empty() { Exit::Done } else { Exit::Failed })
}

fn unusable(file: &Path, done: &str, error: &std::io::Error) -> Exit {
    complain(format_args!(
        "error: {} cannot be {done}: {error}\n  help: check the name and the permissions",
        file.display()
    ));
    Exit::Unusable
}
