use super::{Exit, complain, complain_all, load, say};
use crate::check as rules;
use crate::diagnostic::{Severity, closest, counted};
use crate::findings;
use clap::Args;
use std::path::{Path, PathBuf};

/// Check an application and list what is wrong with it.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder, or a folder, solution, project, orchestration or assembly of BizTalk Server.
    #[arg(required_unless_present = "explain")]
    application: Option<PathBuf>,
    /// Say what a code means and how to mend it, e.g. V19.
    #[arg(long, value_name = "CODE", conflicts_with = "application")]
    explain: Option<String>,
}

pub fn check(arguments: &Arguments) -> Exit {
    match (&arguments.explain, &arguments.application) {
        (Some(code), _) => explain(code),
        (None, Some(folder)) => list(folder),
        (None, None) => Exit::Unusable,
    }
}

/// Prints one entry of the catalogue.
fn explain(code: &str) -> Exit {
    let Some(entry) = rules::catalogue::entry(code) else {
        let known = rules::CATALOGUE.iter().map(|entry| entry.id);
        let near = closest(code, known).map_or(String::new(), |near| format!("Did you mean {near}? "));
        complain(format_args!(
            "error: there is no code {code}\n  help: {near}The codes are listed in docs/checks.md"
        ));
        return Exit::Unusable;
    };
    let severity = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
    };
    say(format_args!("{severity}[{}]: {}\n  help: {}", entry.id, entry.means, entry.mend));
    for title in entry.fixes() {
        say(format_args!("  quick fix: {title}"));
    }
    for code in entry.also() {
        say(format_args!("  reported as: {code}"));
    }
    if !entry.rules.is_empty() {
        say(format_args!("  rules: {}", entry.rules));
    }
    Exit::Done
}

fn list(folder: &Path) -> Exit {
    let application = match load(folder) {
        Ok(loaded) => loaded.application,
        Err(exit) => return exit,
    };
    let found = findings::all(&application);
    complain_all(&found);
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let orchestrations = application.orchestrations().count();
    say(format_args!(
        "{}: {}, {}, {}",
        application.settings.name,
        counted(orchestrations, "orchestration"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    if errors > 0 { Exit::Failed } else { Exit::Done }
}
