//! What of an application can run when not all of it can.

use super::Program;
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::model::Application;
use std::sync::Arc;

/// Rounds of leaving something out: what calls an orchestration that is left out cannot run either.
const ROUNDS: usize = 64;

impl Program {
    /// Compiles what of an application can be compiled, and says what is left out: `R03` for each orchestration with an
    /// error, and for each schema or map that is at fault itself.
    ///
    /// # Errors
    /// The diagnostics, when nothing is left that could run, or what is wrong belongs to no artifact.
    pub fn compile_what_runs(
        application: &Application,
    ) -> Result<(Arc<Self>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut rest = application.clone();
        let mut left_out = Vec::new();
        for _ in 0..ROUNDS {
            let errors = match Self::compile(&rest) {
                Ok((program, found)) => {
                    left_out.extend(found);
                    return Ok((program, left_out));
                }
                Err(found) => found,
            };
            let before = left_out.len();
            for error in errors.iter().filter(|found| found.severity == Severity::Error) {
                let place = &error.place;
                let module = place.module.as_ref().and_then(|key| rest.modules.get_mut(key));
                let (what, removed) = if let Some(module) = module {
                    let own = module.orchestration.take();
                    (own.as_ref().map(|o| module.full_name(&o.name)).unwrap_or_default(), own.is_some())
                } else if rest.schemas.remove(&place.file).is_some() {
                    (place.file.clone(), true)
                } else {
                    (place.name.clone(), rest.maps.remove(&place.name).is_some())
                };
                if removed {
                    let same = errors.iter().filter(|other| {
                        other.severity == Severity::Error
                            && (&other.place.module, &other.place.file) == (&place.module, &place.file)
                    });
                    let message = format!(
                        "`{what}` is left out of the run: {}, first: {}",
                        counted(same.count(), "error"),
                        error.message
                    );
                    left_out.push(Diagnostic::warning("R03", message, error.help.clone()).at(place.clone()));
                }
            }
            if left_out.len() == before || rest.orchestrations().next().is_none() {
                return Err(errors);
            }
        }
        Err(left_out)
    }
}
