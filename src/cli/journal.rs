use super::{Exit, complain, complain_all, load, say};
use crate::diagnostic::Diagnostic;
use crate::filter::Filter;
use crate::journal::{Line, export, filtered};
use crate::lab::scenario::{Options, Prepared};
use crate::lab::{Moment, Opened, open, save};
use clap::{Args, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// Look into saved runs: print, filter, export; play a scenario and save its run.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the events of a saved run, one line each.
    Show {
        /// Run saved by the studio or by `journal record`.
        run: PathBuf,
        /// Only events that this filter lets through, such as `state == suspended or event contains failed`.
        #[arg(long, default_value = "")]
        filter: String,
    },
    /// Write the events of a saved run in another format.
    Export {
        run: PathBuf,
        #[arg(long, value_enum)]
        format: Format,
        #[arg(long, default_value = "")]
        filter: String,
        /// File to write; without it, standard output.
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Play a scenario of an application in virtual time and save the run.
    Record {
        application: PathBuf,
        /// Stem of the scenario's file.
        scenario: String,
        /// File to write.
        #[arg(long, short)]
        output: PathBuf,
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One line an event, for spreadsheets (RFC 4180).
    Csv,
    /// Event log for process mining (IEEE 1849).
    Xes,
    /// OpenTelemetry traces (OTLP in JSON).
    Otlp,
}

pub fn journal(arguments: &Arguments) -> Exit {
    let done = match &arguments.command {
        Command::Show { run, filter } => show(run, filter),
        Command::Export { run, format, filter, output } => export(run, *format, filter, output.as_deref()),
        Command::Record { application, scenario, output, seed } => {
            record(application, scenario, output, *seed)
        }
    };
    done.unwrap_or_else(|exit| exit)
}

fn opened(run: &Path, filter: &str) -> Result<(Opened, Filter), Exit> {
    let filter = Filter::parse(filter).map_err(|error| refuse([&error]))?;
    let bytes = std::fs::read(run).map_err(|problem| {
        complain(format_args!("error: {} cannot be read: {problem}\n  help: check the path", run.display()));
        Exit::Unusable
    })?;
    let opened = open(&bytes).map_err(|errors| refuse(&errors))?;
    complain_all(&opened.findings);
    Ok((opened, filter))
}

fn refuse<'a>(errors: impl IntoIterator<Item = &'a Diagnostic>) -> Exit {
    complain_all(errors);
    Exit::Unusable
}

fn show(run: &Path, filter: &str) -> Result<Exit, Exit> {
    let (opened, filter) = opened(run, filter)?;
    let record = opened.run.run();
    let origin = record.start();
    for event in filtered(record.events(), &filter, origin, Some(record.engine().program())) {
        if !say(Line { event, origin }) {
            break;
        }
    }
    Ok(Exit::Done)
}

fn export(run: &Path, format: Format, filter: &str, output: Option<&Path>) -> Result<Exit, Exit> {
    let (opened, filter) = opened(run, filter)?;
    let record = opened.run.run();
    let program = record.engine().program();
    let origin = record.start();
    let events = filtered(record.events(), &filter, origin, Some(program));
    let format = match format {
        Format::Csv => export::Format::Csv,
        Format::Xes => export::Format::Xes,
        Format::Otlp => export::Format::Otlp,
    };
    let text = format.write(events, origin, program).map_err(|problem| {
        complain(format_args!(
            "error: the journal cannot be written: {problem}\n  help: export a part of it"
        ));
        Exit::Failed
    })?;
    match output {
        Some(file) => write(file, text.as_bytes()),
        None => {
            say(text.trim_end());
            Ok(Exit::Done)
        }
    }
}

fn record(application: &Path, scenario: &str, output: &Path, seed: u64) -> Result<Exit, Exit> {
    let application = load(application)?.application;
    let prepared = Prepared::new(&application, scenario).map_err(|errors| refuse(&errors))?;
    let played = prepared.play(&Options { seed, restore_everywhere: false });
    complain_all(&played.failures);
    let moment = Moment { seq: played.run.run().last_seq(), note: scenario.to_owned() };
    let bytes = save(&played.run, &moment).map_err(|errors| refuse(&errors))?;
    let written = write(output, &bytes)?;
    Ok(if played.failures.is_empty() { written } else { Exit::Failed })
}

fn write(file: &Path, bytes: &[u8]) -> Result<Exit, Exit> {
    std::fs::write(file, bytes).map_err(|problem| {
        complain(format_args!(
            "error: {} cannot be written: {problem}\n  help: check the folder and its permissions",
            file.display()
        ));
        Exit::Unusable
    })?;
    Ok(Exit::Done)
}
