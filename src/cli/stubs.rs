use super::{Exit, complain, complain_all, load, say};
use crate::biztalk;
use crate::diagnostic::counted;
use crate::program::Program;
use clap::Args;
use std::path::PathBuf;

/// List the custom code that nothing stands for yet, and write scripts to fill in.
///
/// Without a script a member answers null, or the value that `mocks` in application.ron has for it. With --write each
/// class gets a script with a function for every member that is used.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder, or a folder, solution, project or orchestration of BizTalk Server.
    application: PathBuf,
    /// Write the scripts that are missing.
    #[arg(long)]
    write: bool,
}

pub fn stubs(arguments: &Arguments) -> Exit {
    let loaded = match load(&arguments.application) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let open: Vec<_> = Program::diagnose(&loaded.application)
        .into_iter()
        .filter(|found| matches!(found.code, "K02" | "K03"))
        .collect();
    for found in &open {
        say(&found.message);
    }
    say(format_args!("{}: {} to stand for", loaded.application.settings.name, counted(open.len(), "class")));
    if !arguments.write || open.is_empty() {
        return Exit::Done;
    }
    let mut application = loaded.application.clone();
    for fix in open.into_iter().filter_map(|found| found.fixes.into_iter().next()) {
        if let Err(error) = fix.apply(&mut application) {
            complain(format_args!("error: {error}"));
            return Exit::Failed;
        }
    }
    let saved = match loaded.base {
        Some(_) => biztalk::save_beside(&loaded.folder, &application, None),
        None => crate::model::files::save(&loaded.folder, &application, Some(&loaded.application)),
    };
    match saved {
        Ok(report) => {
            for path in report.written.iter().filter(|path| path.ends_with(".rhai")) {
                say(format_args!("wrote {}", loaded.folder.join(path).display()));
            }
            Exit::Done
        }
        Err(errors) => {
            complain_all(&errors);
            Exit::Unusable
        }
    }
}
