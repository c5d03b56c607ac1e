use super::{Exit, complain, complain_all, say};
use crate::diagnostic::counted;
use crate::model::files;
use clap::Args;
use std::path::PathBuf;

/// Make a new application: a small one that runs, to change.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Folder to make; its last part becomes the name. It must be missing or empty.
    folder: PathBuf,
}

pub fn new(arguments: &Arguments) -> Exit {
    let folder = &arguments.folder;
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        complain(format_args!(
            "error: {} is not empty\n  help: choose a folder that is missing or empty",
            folder.display()
        ));
        return Exit::Unusable;
    }
    let name = std::path::absolute(folder)
        .ok()
        .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let Some(name) = name else {
        complain(format_args!(
            "error: {} names no folder\n  help: write a name, e.g. orders",
            folder.display()
        ));
        return Exit::Unusable;
    };
    match files::new_application(folder, &name) {
        Ok(report) => {
            let shown = folder.display();
            say(format_args!("{name}: {} in {shown}", counted(report.written.len(), "file")));
            say(format_args!("  orchestrion {shown}        draw it in the studio"));
            say(format_args!(
                "  orchestrion run {shown}    run it; drop a file from {shown}/messages into {shown}/inbox"
            ));
            Exit::Done
        }
        Err(errors) => {
            complain_all(&errors);
            Exit::Unusable
        }
    }
}
