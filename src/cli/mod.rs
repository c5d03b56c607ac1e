//! The command line, one file per subcommand. Only the studio command touches the window system.

mod bindings;
mod check;
mod convert;
mod diff;
mod explore;
mod export;
mod generate;
mod journal;
mod new;
mod report;
mod run;
mod simulate;
mod stubs;
mod studio;
mod test;

use crate::biztalk::{self, Loaded};
use crate::diagnostic::{Diagnostic, Severity};
use clap::{Parser, Subcommand};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

const EXIT_CODES: &str = "\
Exit codes:
  0  done, with at most warnings
  1  the application has errors, or the run failed
  2  wrong usage, or the folder cannot be read or written";

/// Draw, bind, run and inspect BizTalk-style orchestrations.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Application folder, or a path of BizTalk Server's, to open in the studio; without it, the studio opens its living
    /// sample.
    folder: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Export(export::Arguments),
    Journal(journal::Arguments),
    /// Open it in the studio: an application folder, or a folder, solution, project or orchestration of BizTalk Server.
    Open {
        path: PathBuf,
    },
    Stubs(stubs::Arguments),
    New(new::Arguments),
    Report(report::Arguments),
    Test(test::Arguments),
    Explore(explore::Arguments),
    Simulate(simulate::Arguments),
    Bindings(bindings::Arguments),
    Generate(generate::Arguments),
    Convert(convert::Arguments),
}

/// How a command ended, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Done = 0,
    Failed = 1,
    Unusable = 2,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version arrive here too; a closed pipe is no reason to complain.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Unusable as u8 } else { 0 });
        }
    };
    let exit = match arguments.command {
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::Check(arguments)) => check::check(&arguments),
        Some(Command::Diff(arguments)) => diff::diff(&arguments),
        Some(Command::Export(arguments)) => export::export(&arguments),
        Some(Command::Journal(arguments)) => journal::journal(&arguments),
        Some(Command::Open { path }) => studio::studio(Some(&path)),
        Some(Command::Stubs(arguments)) => stubs::stubs(&arguments),
        Some(Command::New(arguments)) => new::new(&arguments),
        Some(Command::Report(arguments)) => report::report(&arguments),
        Some(Command::Test(arguments)) => test::test(&arguments),
        Some(Command::Explore(arguments)) => explore::explore(&arguments),
        Some(Command::Simulate(arguments)) => simulate::simulate(&arguments),
        Some(Command::Bindings(arguments)) => bindings::bindings(&arguments),
        Some(Command::Generate(arguments)) => generate::generate(&arguments),
        Some(Command::Convert(arguments)) => convert::convert(&arguments),
        None => studio::studio(arguments.folder.as_deref()),
    };
    let flushed = io::stdout().flush().err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
    if let Some(reason) = LOST.get().cloned().or(flushed.map(|error| error.to_string())) {
        complain(format_args!(
            "error: standard output cannot be written: {reason}\n  help: make room, or write elsewhere"
        ));
        return ExitCode::from((exit as u8).max(Exit::Failed as u8));
    }
    ExitCode::from(exit as u8)
}

/// Why standard output could not be written, unless its reader has just gone.
static LOST: OnceLock<String> = OnceLock::new();

/// Prints a line to standard output; false when nobody reads it any more.
fn say(line: impl std::fmt::Display) -> bool {
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => true,
        Err(error) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                let _ = LOST.set(error.to_string());
            }
            false
        }
    }
}

/// Prints a line to standard error.
fn complain(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn complain_all<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) {
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for diagnostic in diagnostics {
        match diagnostic.severity {
            Severity::Error if colours => complain(format_args!("\x1b[31m{diagnostic}\x1b[0m")),
            Severity::Warning if colours => complain(format_args!("\x1b[33m{diagnostic}\x1b[0m")),
            _ => complain(diagnostic),
        }
    }
}

/// Reads a span of time such as `500 ms` or `1 min 30 s`, as milliseconds.
fn span(text: &str) -> Result<u64, String> {
    let span = crate::lab::scenario::parse_span(text).filter(|span| span.0 > 0);
    let ms = span.and_then(|span| u64::try_from(span.0 / 10_000).ok());
    ms.ok_or_else(|| "write a number above 0 and its unit: 500 ms, 4 s, 1 min 30 s".to_owned())
}

/// Loads what a path holds; what was noticed is printed.
fn load(path: &Path) -> Result<Loaded, Exit> {
    match biztalk::load(path) {
        Ok(loaded) => {
            complain_all(&loaded.findings);
            Ok(loaded)
        }
        Err(errors) => {
            complain_all(&errors);
            Err(Exit::Unusable)
        }
    }
}
