use super::{Exit, complain, complain_all, say};
use crate::biztalk;
use crate::diagnostic::counted;
use crate::model::files;
use crate::report;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// Write an inventory of a folder: what is there, what runs, and what stands in the way, as one HTML file.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder, or a folder, solution or project of BizTalk's.
    folder: PathBuf,
    /// File to write; `report.html` in the current folder without it.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Write JSON instead, to the file or to standard output.
    #[arg(long)]
    json: bool,
}

pub fn report(arguments: &Arguments) -> Exit {
    match survey(&arguments.folder) {
        Ok(surveyed) => write(arguments, &surveyed),
        Err(exit) => exit,
    }
}

fn survey(path: &Path) -> Result<report::Report, Exit> {
    let unusable = |errors| {
        complain_all(&errors);
        Exit::Unusable
    };
    if !biztalk::is_biztalk(path) {
        let (application, findings) = files::load(path).map_err(unusable)?;
        return Ok(report::survey(&application, &findings, &application, &|_| None));
    }
    let opened = biztalk::open(path).map_err(unusable)?;
    let mut ready = opened.application.clone();
    biztalk::simulate(&mut ready);
    let alone = |source: &str| {
        let own = biztalk::open(&opened.base.join(source)).ok()?;
        let mut ready = own.application;
        biztalk::simulate(&mut ready);
        Some(report::Alone { ready, findings: own.findings, key: own.shown })
    };
    Ok(report::survey(&opened.application, &opened.findings, &ready, &alone))
}

fn write(arguments: &Arguments, surveyed: &report::Report) -> Exit {
    let text = if arguments.json {
        match serde_json::to_string_pretty(surveyed) {
            Ok(text) => text + "\n",
            Err(error) => {
                complain(format_args!("error: the report cannot be written as JSON: {error}"));
                return Exit::Failed;
            }
        }
    } else {
        report::page(surveyed)
    };
    let file = match (&arguments.file, arguments.json) {
        (None, true) => {
            say(text.trim_end());
            return Exit::Done;
        }
        (Some(file), _) => file.clone(),
        (None, false) => PathBuf::from("report.html"),
    };
    if let Err(error) = fs::write(&file, text) {
        let shown = file.display();
        complain(format_args!(
            "error: {shown} cannot be written: {error}\n  help: check the name and the permissions"
        ));
        return Exit::Unusable;
    }
    let own = &surveyed.summary;
    say(format_args!(
        "{}: {} as they are, {} with stubs, {} cannot run yet",
        counted(own.orchestrations, "orchestration"),
        own.runs_as_is,
        own.runs_with_stubs,
        own.cannot_run
    ));
    say(format_args!("  {}", file.display()));
    Exit::Done
}
