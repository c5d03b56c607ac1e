//! The living sample inside the program, so that the studio never opens on an empty canvas.

use crate::diagnostic::Diagnostic;
use crate::model::Application;
use crate::model::files;
use include_dir::{Dir, include_dir};

static SAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/samples");

/// Names of the embedded samples, the one to open on first.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = SAMPLES.dirs().filter_map(|d| d.path().to_str()).collect();
    names.sort_by_key(|name| (*name != "southridge", *name));
    names
}

/// Loads an embedded sample by name.
///
/// # Errors
/// What keeps it from being read, or `F01` when there is none of that name.
pub fn load(name: &str) -> Result<Application, Vec<Diagnostic>> {
    let Some(folder) = SAMPLES.get_dir(name) else {
        let message = format!("there is no sample `{name}` in this program");
        return Err(vec![Diagnostic::error("F01", message, format!("choose one of {}", names().join(", ")))]);
    };
    files::decode(&files::embedded(folder)).map(|(app, _)| app)
}

/// The first sample that loads.
pub fn first() -> Application {
    names().into_iter().find_map(|name| load(name).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_embedded_sample_loads() {
        let names = super::names();
        assert!(!names.is_empty());
        for name in names {
            assert!(super::load(name).is_ok_and(|app| !app.modules.is_empty()), "{name}");
        }
    }
}
