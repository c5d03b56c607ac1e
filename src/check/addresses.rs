//! V52: a role link that this side initiates gets its destination party once (RLK-3).

use super::flow::{Fact, Known, Rule, walk};
use super::subject::Subject;
use super::tokens::uses;
use crate::diagnostic::Diagnostic;
use crate::model::{ParameterKind, Polarity, RoleLink, Shape, ShapeKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let given = subject.orchestration.parameters.iter().filter_map(|p| match &p.kind {
        ParameterKind::RoleLink(link) => Some(Fact::Addressed(link.name.clone())),
        _ => None,
    });
    walk(subject, Known::starting_with(given), &mut Parties { subject, found });
}

/// The ports and role links whose address or party an Expression assigns.
pub(super) fn assigns(subject: &Subject<'_>, shape: &Shape) -> Vec<String> {
    let ShapeKind::Expression(code) = &shape.kind else { return Vec::new() };
    let targets = uses(&code.text).into_iter().filter(|used| used.changed && used.property);
    let known = |name: &str| subject.port(name).is_some() || subject.role_link(name).is_some();
    targets.filter(|used| known(used.name)).map(|used| used.name.to_owned()).collect()
}

struct Parties<'a, 's> {
    subject: &'a Subject<'s>,
    found: &'a mut Vec<Diagnostic>,
}

impl<'s> Parties<'_, 's> {
    /// The role link of that name, when this side names the party.
    fn initiated(&self, name: &str) -> Option<&'s RoleLink> {
        self.subject.role_link(name).filter(|link| link.polarity == Polarity::Uses && link.initiating)
    }
}

impl Rule for Parties<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        assigns(self.subject, shape).into_iter().map(Fact::Addressed).collect()
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        let initiated = match &shape.kind {
            ShapeKind::Send(send) => self.initiated(&send.port),
            _ => None,
        };
        let mut report = |property, message: String, help: &str| {
            self.found.push(Diagnostic::error("V52", message, help).at(self.subject.place(shape, property)));
        };
        for name in assigns(self.subject, shape) {
            let again = known.maybe.contains(&Fact::Addressed(name.clone()));
            if again && self.subject.role_link(&name).is_some() {
                let message =
                    format!("`{}` assigns the destination party of `{name}`, which may have one", shape.name);
                report(
                    "text",
                    message,
                    "assign it once, outside of loops; another party needs another role link",
                );
            }
        }
        if let Some(link) = initiated
            && !known.always.contains(&Fact::Addressed(link.name.clone()))
        {
            let message = format!("`{}` sends before `{}` has its destination party", shape.name, link.name);
            let help = "assign Link(Microsoft.XLANGs.BaseTypes.DestinationParty) in an Expression before, on every path";
            report("port", message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn linked(initiating: bool, body: Block) -> Vec<&'static str> {
        let mut application = started(body);
        orchestration(&mut application, "Subject").role_links.push(RoleLink {
            name: "Shipper".into(),
            polarity: Polarity::Uses,
            initiating,
            ..RoleLink::default()
        });
        codes(&application)
    }

    fn party() -> Shape {
        let party = "new Microsoft.XLANGs.BaseTypes.Party(\"Contoso\", \"OrganizationName\")";
        expression(&format!("Shipper(Microsoft.XLANGs.BaseTypes.DestinationParty) = {party};"))
    }

    fn ship() -> Shape {
        sends("Shipper", |s| s.role_port_type = "Test.SubjectOneWay".into())
    }

    #[test]
    fn v52_a_destination_party_is_assigned_before_the_send() {
        assert_eq!(linked(true, vec![party(), ship(), ship()]), [""; 0]);
        assert_eq!(linked(true, vec![ship()]), ["V52"]);
        assert_eq!(linked(false, vec![ship()]), [""; 0], "the other side began, so the engine knows it");
        let sometimes = shape(ShapeKind::Decide(branches(vec![vec![party()], vec![]])));
        assert_eq!(linked(true, vec![sometimes, ship()]), ["V52"]);
    }

    #[test]
    fn v52_a_destination_party_is_assigned_once() {
        assert_eq!(linked(true, vec![party(), party(), ship()]), ["V52"]);
        let each = shape(ShapeKind::Loop(Loop { condition: "true".into(), body: vec![party(), ship()] }));
        assert_eq!(linked(true, vec![each]), ["V52"]);
        let either = shape(ShapeKind::Decide(branches(vec![vec![party()], vec![party()]])));
        assert_eq!(linked(true, vec![either, ship()]), [""; 0]);
    }
}
