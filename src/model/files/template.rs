use super::{SaveReport, decode, embedded, save};
use crate::diagnostic::Diagnostic;
use crate::model::Application;
use include_dir::{Dir, include_dir};
use std::fs;
use std::path::Path;

static HELLO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/samples/hello");

/// The smallest application that does something: `samples/hello`, compiled in.
///
/// # Errors
/// None in a correct build; the test of this module loads it.
pub fn hello() -> Result<Application, Vec<Diagnostic>> {
    decode(&embedded(&HELLO)).map(|(application, _)| application)
}

/// Makes a new application named `name` in `folder`, which must be missing or hold no application: a copy of
/// `samples/hello` with its inbox and outbox, ready to run.
///
/// # Errors
/// As [`save`] for a folder that is new to the application.
pub fn new_application(folder: &Path, name: &str) -> Result<SaveReport, Vec<Diagnostic>> {
    let mut application = hello()?;
    name.clone_into(&mut application.settings.name);
    let report = save(folder, &application, None)?;
    for box_folder in ["inbox", "outbox"] {
        fs::create_dir_all(folder.join(box_folder)).map_err(|error| {
            let help = "make the folder yourself, or correct the permissions of the application folder";
            vec![Diagnostic::error("F09", format!("`{box_folder}` cannot be made: {error}"), help)]
        })?;
    }
    Ok(report)
}
