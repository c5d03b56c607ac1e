//! V02 identifiers, V33 name hiding.

use super::subject::place;
use crate::diagnostic::Diagnostic;
use crate::model::{Application, Id, Module, Orchestration, Scope, Shape, ShapeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Reserved by XLANG/s (section 7.7).
const RESERVED: &str = " activate atomic body call catch checked compensate compensation construct correlation \
    correlationtype delay dynamic else exceptions exec exists false if implements in initialize internal link \
    listen longrunning message messagetype method module new null oneway out parallel port porttype private \
    public receive ref request requestresponse response scope send service servicelink servicelinktype source \
    succeeded suppressfailure suspend target task terminate throw timeout transaction transform true unchecked \
    until uses using while xpath SchemaBase PropertyBase ";

/// Reserved by C#, in which the orchestration is compiled (G-8).
const CSHARP: &str = " abstract as base bool break byte case char class const continue decimal default delegate \
    do double enum event explicit extern finally fixed float for foreach goto implicit int interface is lock \
    long namespace object operator override params protected readonly return sbyte sealed short sizeof \
    stackalloc static string struct switch this try typeof uint ulong unsafe ushort using virtual void volatile ";

/// Longest identifier (G-8).
const LONGEST: usize = 511;

/// A declared name: whose, and what it is.
struct Named<'a> {
    id: &'a Id,
    name: &'a str,
    what: &'static str,
}

fn named<'a>(id: &'a Id, name: &'a str, what: &'static str) -> Named<'a> {
    Named { id, name, what }
}

pub(super) fn check(application: &Application, found: &mut Vec<Diagnostic>) {
    let mut full_names: BTreeMap<String, &str> = BTreeMap::new();
    for (key, module) in &application.modules {
        let types = types(module);
        for it in &types {
            let full = module.full_name(it.name);
            if let Some(other) = full_names.insert(full.clone(), key).filter(|other| *other != key.as_str()) {
                let message = format!("`{full}` is declared in `{other}` too");
                let help = format!("rename one of the two, or give `{key}` another namespace (G-9)");
                found.push(Diagnostic::error("V02", message, help).at(place(key, it.id, it.name, "name")));
            }
        }
        names(key, &types, found);
        for port_type in &module.port_types {
            let operations = port_type.operations.iter();
            names(key, &operations.map(|o| named(&o.id, &o.name, "operation")).collect::<Vec<_>>(), found);
        }
        for multipart in &module.multipart_types {
            let parts = multipart.parts.iter();
            names(key, &parts.map(|p| named(&multipart.id, &p.name, "part")).collect::<Vec<_>>(), found);
        }
        if let Some(why) =
            Some(&module.namespace).filter(|n| !n.is_empty()).and_then(|n| n.split('.').find_map(flaw))
        {
            let message = format!("the namespace `{}` cannot be used: a part of it {why}", module.namespace);
            let help = "write identifiers with dots between them, e.g. `Contoso.Orders`";
            found.push(Diagnostic::error("V02", message, help).at(place(
                key,
                &Id::default(),
                key,
                "namespace",
            )));
        }
        if let Some(orchestration) = &module.orchestration {
            let declared = declared(orchestration);
            names(key, &declared, found);
            let outer: BTreeSet<&str> = declared.iter().map(|it| it.name).collect();
            for shape in orchestration.body.iter().chain(orchestration.compensation.iter().flatten()) {
                scopes(key, shape, &outer, found);
            }
        }
    }
}

/// Checks names that must differ from each other.
fn names(key: &str, all: &[Named<'_>], found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for it in all {
        let at = || place(key, it.id, it.name, "name");
        if let Some(why) = flaw(it.name) {
            let message = format!("the {} name `{}` cannot be used: it {why}", it.what, it.name);
            let help =
                "start with a letter or `_`, go on with letters, digits and `_`, and avoid reserved words";
            found.push(Diagnostic::error("V02", message, help).at(at()));
        } else if let Some(other) = seen.insert(it.name, it.what) {
            let message = format!("the {} `{}` has the name of a {other}", it.what, it.name);
            found.push(Diagnostic::error("V02", message, "rename one of the two (G-9)").at(at()));
        }
    }
}

/// Why a name is no identifier (G-8).
fn flaw(name: &str) -> Option<String> {
    let word = format!(" {name} ");
    if name.is_empty() {
        Some("is empty".into())
    } else if name.chars().count() > LONGEST {
        Some(format!("is longer than {LONGEST} characters"))
    } else if name.starts_with("__") {
        Some("starts with `__`, which is reserved".into())
    } else if !name.starts_with(|c: char| c == '_' || c.is_alphabetic()) {
        Some("does not start with a letter or `_`".into())
    } else if let Some(bad) = name.chars().find(|c| *c != '_' && !c.is_alphanumeric()) {
        Some(format!("contains `{bad}`"))
    } else if RESERVED.contains(&word) {
        Some("is a reserved word of XLANG/s".into())
    } else if CSHARP.contains(&word) {
        Some("is a keyword of C#".into())
    } else {
        None
    }
}

fn types(module: &Module) -> Vec<Named<'_>> {
    let all = module.port_types.iter().map(|t| named(&t.id, &t.name, "port type"));
    let all =
        all.chain(module.multipart_types.iter().map(|t| named(&t.id, &t.name, "multi-part message type")));
    let all = all.chain(module.correlation_types.iter().map(|t| named(&t.id, &t.name, "correlation type")));
    let all = all.chain(module.role_link_types.iter().map(|t| named(&t.id, &t.name, "role link type")));
    // Web message types are named by the tools that make them, with dots.
    all.chain(module.orchestration.iter().map(|o| named(&o.id, &o.name, "orchestration"))).collect()
}

fn declared(orchestration: &Orchestration) -> Vec<Named<'_>> {
    let all = orchestration.parameters.iter().map(|p| named(p.id(), p.name(), "parameter"));
    let all = all.chain(orchestration.ports.iter().map(|p| named(&p.id, &p.name, "port")));
    let all = all.chain(orchestration.role_links.iter().map(|r| named(&r.id, &r.name, "role link")));
    let all = all.chain(orchestration.messages.iter().map(|m| named(&m.id, &m.name, "message")));
    let all = all.chain(orchestration.variables.iter().map(|v| named(&v.id, &v.name, "variable")));
    all.chain(orchestration.correlation_sets.iter().map(|c| named(&c.id, &c.name, "correlation set")))
        .collect()
}

fn locals(scope: &Scope) -> Vec<Named<'_>> {
    let all = scope.messages.iter().map(|m| named(&m.id, &m.name, "message"));
    let all = all.chain(scope.variables.iter().map(|v| named(&v.id, &v.name, "variable")));
    all.chain(scope.correlation_sets.iter().map(|c| named(&c.id, &c.name, "correlation set"))).collect()
}

/// Checks the declarations of scopes in `shape` against those around them (SCP-4).
fn scopes(key: &str, shape: &Shape, outer: &BTreeSet<&str>, found: &mut Vec<Diagnostic>) {
    let mut inner = outer.clone();
    if let ShapeKind::Scope(scope) = &shape.kind {
        let locals = locals(scope);
        names(key, &locals, found);
        for it in &locals {
            if outer.contains(it.name) {
                let message =
                    format!("the {} `{}` of `{}` hides an outer name", it.what, it.name, shape.name);
                let at = if it.id.is_empty() { &shape.id } else { it.id };
                let help = "rename the inner one; a scope may not hide a name";
                found.push(Diagnostic::error("V33", message, help).at(place(key, at, it.name, "name")));
            }
        }
        inner.extend(locals.iter().map(|it| it.name));
    }
    for (_, block) in shape.blocks() {
        block.iter().for_each(|shape| scopes(key, shape, &inner, found));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn renamed(name: &str) -> Application {
        changed(|o| o.variables.push(Variable { name: name.into(), ..Variable::default() }))
    }

    #[test]
    fn v02_identifiers() {
        for bad in ["", "1st", "a b", "a.b", "__x", "message", "while", "class", "é!", &"x".repeat(512)] {
            assert_eq!(codes(&renamed(bad)), ["V02"], "{bad:?}");
        }
        for good in ["_x", "été_2", "Message", "classes", &"x".repeat(511)] {
            assert_eq!(codes(&renamed(good)), [""; 0], "{good:?}");
        }
        assert_eq!(codes(&renamed("Order")), ["V02"], "the name of a message");
    }

    #[test]
    fn v02_types_and_namespaces() {
        let mut twice = application(vec![]);
        twice.modules.insert("Other".into(), twice.modules["Subject"].clone());
        assert!(codes(&twice).contains(&"V02"));
        let mut apart = twice;
        apart.modules.get_mut("Other").unwrap().namespace = "Elsewhere".into();
        assert!(!codes(&apart).contains(&"V02"));
        apart.modules.get_mut("Other").unwrap().namespace = "Else where".into();
        assert!(codes(&apart).contains(&"V02"));
    }

    #[test]
    fn v33_no_name_hiding() {
        let scope = |name: &str| {
            let variables = vec![Variable { name: name.into(), ..Variable::default() }];
            shape(ShapeKind::Scope(Scope { variables, ..Scope::default() }))
        };
        assert_eq!(codes(&started(vec![scope("Order")])), ["V33"]);
        assert_eq!(codes(&started(vec![scope("local"), scope("local")])), [""; 0]);
        let mut outer = scope("local");
        outer.blocks_mut()[0].1.push(scope("local"));
        assert_eq!(codes(&started(vec![outer])), ["V33"]);
    }
}
