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
mod operations;
mod ports;
mod publishing;
mod subject;
mod tokens;
mod transactions;
mod types;
mod variables;

pub use arguments::argument_fits;
pub use before::{Before, before};
pub use catalogue::{CATALOGUE, Entry};
pub use publishing::{Sent, sent, unheard};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Application, Map};
use crate::xml::SchemaSet;
use subject::Subject;

/// True when a component stands for the code of a map.
fn answered(application: &Application, map: &Map) -> bool {
    crate::xml::map::stand_in(map).iter().all(|(class, _)| application.components.contains_key(class))
}

/// What the rules say of the structure, in the order of modules and shapes.
pub fn rules(application: &Application) -> Vec<Diagnostic> {
    let schemas = SchemaSet::build(application);
    let mut found = Vec::new();
    names::check(application, &mut found);
    types::check(application, &mut found);
    calls::check_recursion(application, &mut found);
    bindings::check(application, &schemas, &mut found);
    for (name, map) in application.maps.iter().filter(|(_, map)| crate::xml::map::is_drawn(map)) {
        // A map of a project may be one that nothing here uses; what it lacks is no reason not to run the rest.
        let findings = crate::xml::map::check(map, name, &schemas).into_iter();
        let findings = findings.filter(|f| !(f.code == "S23" && answered(application, map)));
        found.extend(findings.map(|f| Diagnostic { severity: Severity::Warning.max(f.severity), ..f }));
    }
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
        operations::check(&subject, &mut found);
        publishing::check(&subject, &mut found);
    }
    found
}
