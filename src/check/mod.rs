//! Rules over the model: what BizTalk's compiler would refuse or warn of, and what would surprise at run time.
//!
//! One small file per rule family. Every finding has the id of the catalogue (Annex B), the place down to the
//! property, and what to do about it.

mod activation;
mod addresses;
mod arguments;
mod before;
mod bindings;
mod calls;
pub mod catalogue;
mod construction;
mod convoys;
mod correlation;
mod exceptions;
#[cfg(test)]
mod fixes;
#[cfg(test)]
mod fixture;
mod flow;
mod listen;
mod names;
mod objects;
mod ports;
mod publishing;
mod subject;
mod tokens;
mod transactions;
mod types;
mod variables;

pub use before::{Before, before};
pub use catalogue::{CATALOGUE, Entry};
pub use publishing::{Sent, sent};

use crate::diagnostic::Diagnostic;
use crate::model::Application;
use crate::program::Program;
use crate::xml::SchemaSet;
use subject::Subject;

/// Everything to say about an application before it runs: what compiling it reports (names, types, expressions,
/// shapes the engine does not run), then the rules in the order of modules and shapes. Each finding once.
pub fn check(application: &Application) -> Vec<Diagnostic> {
    let mut found = Program::diagnose(application);
    let compiled = found.len();
    for diagnostic in rules(application) {
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
    found.into_iter().map(|finding| finding.in_sources(application)).collect()
}

/// The rules over the structure, without compiling.
fn rules(application: &Application) -> Vec<Diagnostic> {
    let schemas = SchemaSet::build(application);
    let mut found = Vec::new();
    names::check(application, &mut found);
    types::check(application, &mut found);
    calls::check_recursion(application, &mut found);
    bindings::check(application, &schemas, &mut found);
    for subject in Subject::all(application, &schemas) {
        activation::check(&subject, &mut found);
        variables::check(&subject, &mut found);
        objects::check(&subject, &mut found);
        construction::check(&subject, &mut found);
        listen::check(&subject, &mut found);
        correlation::check(&subject, &mut found);
        convoys::check(&subject, &mut found);
        calls::check(&subject, &mut found);
        arguments::check(&subject, &mut found);
        addresses::check(&subject, &mut found);
        transactions::check(&subject, &mut found);
        exceptions::check(&subject, &mut found);
        ports::check(&subject, &mut found);
        publishing::check(&subject, &mut found);
    }
    found
}
