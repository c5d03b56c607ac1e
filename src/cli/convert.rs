use super::{Exit, complain, complain_all, load, say};
use crate::biztalk;
use crate::diagnostic::counted;
use crate::model::files;
use clap::Args;
use std::path::{Path, PathBuf};

/// Convert BizTalk's own files to an application folder, or an application folder to BizTalk's files.
///
/// From a folder, solution, project or orchestration of BizTalk an application folder is made. From an application
/// folder an .odx is made for each orchestration, with the schemas and a project that lists them; what BizTalk's files
/// cannot hold goes to the folder `orchestrion` beside them.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// What to convert.
    from: PathBuf,
    /// Folder to make; it must be missing or empty.
    to: PathBuf,
}

pub fn convert(arguments: &Arguments) -> Exit {
    let Arguments { from, to } = arguments;
    if to.read_dir().is_ok_and(|mut entries| entries.next().is_some()) || to.is_file() {
        complain(format_args!(
            "error: {} is not empty\n  help: choose a folder that is missing or empty",
            to.display()
        ));
        return Exit::Unusable;
    }
    let written = if biztalk::is_biztalk(from) { to_application(from, to) } else { to_biztalk(from, to) };
    match written {
        Ok(written) => {
            say(format_args!("{} in {}", counted(written, "file"), to.display()));
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn to_application(from: &Path, to: &Path) -> Result<usize, Exit> {
    let fail = |errors: Vec<_>| {
        complain_all(&errors);
        Exit::Unusable
    };
    let mut opened = biztalk::open(from).map_err(fail)?;
    complain_all(&opened.findings);
    for module in opened.application.modules.values_mut() {
        module.source.clear();
    }
    let report = files::save(to, &opened.application, None).map_err(fail)?;
    Ok(report.written.len())
}

fn to_biztalk(from: &Path, to: &Path) -> Result<usize, Exit> {
    let application = load(from)?.application;
    let written = biztalk::export(to, &application).map_err(|errors| {
        complain_all(&errors);
        Exit::Unusable
    })?;
    Ok(written.len())
}
