use super::{Exit, complain};
use std::path::Path;

/// Opens the studio on an application folder, or on the living sample.
#[cfg(feature = "studio")]
pub fn studio(folder: Option<&Path>) -> Exit {
    match crate::studio::run(&crate::studio::Options { folder: folder.map(Path::to_owned) }) {
        Ok(()) => Exit::Done,
        Err(line) => {
            complain(format_args!("error: {line}"));
            Exit::Failed
        }
    }
}

#[cfg(not(feature = "studio"))]
pub fn studio(_folder: Option<&Path>) -> Exit {
    complain("error: this build has no studio; build one with: cargo build --release --features studio");
    Exit::Unusable
}
