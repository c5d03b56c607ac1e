//! Everything to say about an application before it runs.

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::engine::preview::Picture;
use crate::model::Application;
use crate::program::Program;

/// What compiling it reports (names, types, expressions, shapes the engine does not run), then the rules in the order of
/// modules and shapes, then what nobody subscribes to. Each finding once.
pub fn all(application: &Application) -> Vec<Diagnostic> {
    with_picture(application).0
}

/// [`all`], and who talks to whom.
pub fn with_picture(application: &Application) -> (Vec<Diagnostic>, Picture) {
    let (program, mut found) = Program::examine(application);
    let picture = Picture::of_program(application, &program);
    let compiled = found.len();
    let nobody = picture.preview.publications.iter().filter(|sent| sent.deliveries.is_empty());
    let sent_to_nobody = nobody.filter_map(|sent| sent.at.as_ref());
    let unheard =
        check::unheard(application, &sent_to_nobody.map(|at| (at.module.as_str(), at.shape)).collect());
    for diagnostic in check::rules(application).into_iter().chain(unheard) {
        let same = |known: &Diagnostic| {
            known.code == diagnostic.code
                && known.place.module == diagnostic.place.module
                && known.place.id == diagnostic.place.id
                && known.place.property == diagnostic.place.property
        };
        // Compiling knows types; where both see a fault, its words are the better ones.
        let known = diagnostic.place.id.is_some() && found.iter().take(compiled).any(same);
        if !known {
            found.push(diagnostic);
        }
    }
    (found.into_iter().map(|finding| finding.in_sources(application)).collect(), picture)
}
