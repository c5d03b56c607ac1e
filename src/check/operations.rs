//! V53: a Receive or Send handles a message of the very type that its operation carries.

use super::arguments::message_type;
use super::ports::home;
use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Declaration, Edit};
use crate::model::{Module, ShapeKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        found.extend(differs(subject, site));
    }
}

/// V53. XLANG/s compares types and converts none: an untyped operation takes no message of a schema (PT-1).
fn differs(subject: &Subject<'_>, site: &Site<'_>) -> Option<Diagnostic> {
    let (end, message, does) = match &site.shape.kind {
        ShapeKind::Receive(r) => ((&r.port, &r.operation, &r.leg), &r.message, "receives"),
        ShapeKind::Send(s) => ((&s.port, &s.operation, &s.leg), &s.message, "sends"),
        _ => return None,
    };
    let (port, operation, leg) = end;
    let port_type = subject.port_type(subject.port(port)?)?;
    let (key, module) = home(subject.application, port_type)?;
    let carried = port_type.operation(operation)?.carries(leg)?;
    let own = &subject.message(site, message)?.message_type;
    if own == carried || identity(subject, subject.module, own)? == identity(subject, module, carried)? {
        return None;
    }
    let text = format!(
        "`{}` {does} `{message}` of type {own}, but the operation `{operation}` carries {carried}",
        site.shape.name
    );
    let help = "give the operation the type of the message, or choose a message of the operation's type; none is \
                converted (PT-1)";
    let mut mended = port_type.clone();
    let operation = mended.operations.iter_mut().find(|o| o.name == *operation)?;
    // In its own module a type goes by the name it has there.
    *operation.carries_mut(leg)? = match key == subject.key {
        true => own.clone(),
        false => message_type(subject.application, subject.module, own),
    };
    let (module, name) = (key.to_owned(), port_type.name.clone());
    let edit = Edit::Redeclare { module, scope: None, name, declaration: Declaration::PortType(mended) };
    let at = subject.place(site.shape, "message");
    Some(
        Diagnostic::error("V53", text, help)
            .at(at)
            .mend("Give the operation the type of the message", vec![edit]),
    )
}

/// What tells a message type from others; `None` for one that is not known, and for one that takes any.
fn identity(subject: &Subject<'_>, module: &Module, name: &str) -> Option<String> {
    let application = subject.application;
    if application.multipart_type(module, name).is_some() || application.web_message(name).is_some() {
        return Some(message_type(application, module, name));
    }
    if let Some(class) = subject.schemas.class(name) {
        return Some(class.name.to_string());
    }
    if let Some(root) = subject.schemas.root_named(name) {
        return Some(root.message_type.to_string());
    }
    name.starts_with("System.").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    const UNTYPED: &str = "System.Xml.XmlDocument";

    /// `In` receives `Order` by an operation that carries `carried`; both are multi-part types, or untyped.
    fn carrying(carried: &str, body: Block) -> Application {
        let mut application = started(body);
        orchestration(&mut application, "Subject").messages[0].message_type = "Parts".into();
        let module = application.modules.get_mut("Subject").unwrap();
        for name in ["Parts", "Others"] {
            let modifier = TypeModifier::Internal;
            let declared = MultipartType { name: name.into(), modifier, ..MultipartType::default() };
            module.multipart_types.push(declared);
        }
        for port_type in &mut module.port_types {
            port_type.operations[0].request = carried.into();
        }
        application
    }

    #[test]
    fn v53_a_message_is_of_the_type_of_its_operation() {
        assert_eq!(codes(&carrying("Parts", vec![])), [""; 0]);
        assert_eq!(codes(&carrying("Test.Parts", vec![])), [""; 0], "the same by its full name");
        assert_eq!(codes(&carrying("Others", vec![])), ["V53"]);
        assert_eq!(codes(&carrying(UNTYPED, vec![])), ["V53"], "nothing is converted");
        assert_eq!(codes(&carrying("Unknown.Schema", vec![])), [""; 0], "compiling says so");
        let untyped = |port: &str| sends(port, |s| s.message = "Any".into());
        let any = receive("Own", |r| r.message = "Any".into());
        assert_eq!(codes(&carrying("Parts", vec![any.clone(), untyped("Out")])), ["V53", "V53"]);
        assert_eq!(codes(&carrying(UNTYPED, vec![any, untyped("Out")])), ["V53"], "of the first only");
    }

    #[test]
    fn v53_the_type_of_another_module_goes_by_its_full_name() {
        let mut application = carrying("Parts", vec![]);
        add(&mut application, "Second", vec![]);
        port(&mut application, "In").port_type = "Test.SecondOneWay".into();
        let second = application.modules.get_mut("Second").unwrap();
        second.namespace = "Elsewhere".into();
        second.port_types[0].operations[0].request = UNTYPED.into();
        port(&mut application, "In").port_type = "Elsewhere.SecondOneWay".into();
        assert_eq!(codes(&application).iter().filter(|code| **code == "V53").count(), 1);
    }
}
