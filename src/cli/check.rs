use super::{Exit, complain_all, load, say};
use crate::check as rules;
use crate::diagnostic::Severity;
use clap::Args;
use std::path::PathBuf;

/// Check an application and list what is wrong with it.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder.
    application: PathBuf,
}

pub fn check(arguments: &Arguments) -> Exit {
    let application = match load(&arguments.application) {
        Ok(application) => application,
        Err(exit) => return exit,
    };
    let found = rules::check(&application);
    complain_all(&found);
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let orchestrations = application.orchestrations().count();
    say(format_args!(
        "{}: {}, {}, {}",
        application.settings.name,
        plural(orchestrations, "orchestration"),
        plural(errors, "error"),
        plural(warnings, "warning")
    ));
    if errors > 0 { Exit::Failed } else { Exit::Done }
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
