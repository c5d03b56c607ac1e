//! Changing an element of the tree and nothing more than what differs.

use crate::biztalk::odx::known;
use crate::biztalk::odx::read::{flag, text};
use crate::biztalk::odx::tree::{Element, Item, Property};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What new elements of a type have from the start.
const USUAL: &[(&str, &[(&str, &str)])] = &[
    ("Catch", &[("IsFaultMessage", "False")]),
    ("Compensation", &[("IsCustom", "True")]),
    ("CorrelationDeclaration", &[("ParamDirection", "In")]),
    ("CorrelationType", &[("TypeModifier", "Private")]),
    ("DNFPredicate", &[("Grouping", "AND"), ("Operator", "Equals")]),
    ("DecisionBranch", &[("IsGhostBranch", "True")]),
    ("ListenBranch", &[("IsGhostBranch", "True")]),
    ("MessageDeclaration", &[("ParamDirection", "In")]),
    ("MethodMessageOperation", &[("OperationDirection", "Request")]),
    ("MethodMessageType", &[("TypeModifier", "Private")]),
    ("MultipartMessageType", &[("TypeModifier", "Private")]),
    ("OperationDeclaration", &[("OperationType", "OneWay")]),
    ("ParallelBranch", &[("IsGhostBranch", "True")]),
    ("Parameter", &[("Direction", "In")]),
    ("PartDeclaration", &[("IsBodyPart", "False")]),
    ("PhysicalBindingAttribute", &[("IsDynamic", "False")]),
    (
        "PortDeclaration",
        &[
            ("PortModifier", "Implements"),
            ("Orientation", "Left"),
            ("PortIndex", "-1"),
            ("IsWebPort", "False"),
            ("OrderedDelivery", "False"),
            ("DeliveryNotification", "None"),
            ("ParamDirection", "In"),
        ],
    ),
    ("PortType", &[("Synchronous", "False"), ("TypeModifier", "Private")]),
    ("CallRules", &[("PolicyVersion", "-1")]),
    ("Receive", &[("Activate", "False")]),
    ("Scope", &[("InitializedTransactionType", "True"), ("IsSynchronized", "False")]),
    (
        "ServiceDeclaration",
        &[("InitializedTransactionType", "False"), ("IsInvokable", "False"), ("TypeModifier", "Private")],
    ),
    (
        "ServiceLinkDeclaration",
        &[
            ("Orientation", "Left"),
            ("PortIndex", "-1"),
            ("PortModifier", "Implements"),
            ("OrderedDelivery", "False"),
            ("DeliveryNotification", "None"),
            ("ParamDirection", "In"),
        ],
    ),
    ("ServiceLinkType", &[("TypeModifier", "Private")]),
    ("StatementRef", &[("Initializes", "False")]),
    ("TransactionAttribute", &[("Batch", "False"), ("Retry", "False"), ("Isolation", "Serializable")]),
    ("VariableDeclaration", &[("UseDefaultConstructor", "False"), ("ParamDirection", "In")]),
];

/// Element types that say nothing to analysts.
const SILENT: [&str; 8] = [
    "DNFPredicate",
    "DirectBindingAttribute",
    "LogicalBindingAttribute",
    "Parameter",
    "PhysicalBindingAttribute",
    "ServiceBody",
    "TargetXMLNamespaceAttribute",
    "TransactionAttribute",
];

/// An element as the designer makes one.
pub(super) fn fresh(kind: &str, oid: &str, link: &str) -> Element {
    let mut element = Element::default();
    for (name, value) in [("Type", kind), ("OID", oid), ("ParentLink", link)] {
        set_attribute(&mut element, name, value);
    }
    let usual = USUAL.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, usual)| *usual);
    for (name, value) in usual {
        set(&mut element, name, value);
    }
    if !SILENT.contains(&kind) {
        set(&mut element, "ReportToAnalyst", "True");
    }
    set(&mut element, "Signal", "False");
    element
}

/// Sets an attribute where it is, or behind the others.
pub(super) fn set_attribute(element: &mut Element, name: &str, value: &str) {
    match element.attributes.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) if known == value => {}
        Some((_, known)) => *known = value.to_owned(),
        None => element.attributes.push((SmolStr::new(name), value.to_owned())),
    }
}

/// Makes a property say `value`. What says it already stays as it is written; nothing said means no property.
pub(super) fn put(element: &mut Element, name: &str, value: &str) {
    if text(element.property(name).unwrap_or_default()) == value {
        return;
    }
    if value.is_empty() {
        element.items.retain(|item| !matches!(item, Item::Property(property) if property.name == name));
    } else {
        set(element, name, &value.replace('\n', "\r\n"));
    }
}

/// Makes a property true or false.
pub(super) fn put_flag(element: &mut Element, name: &str, value: bool) {
    if flag(element, name) != value {
        set(element, name, if value { "True" } else { "False" });
    }
}

/// Names an element that has no name yet.
pub(super) fn number_name(element: &mut Element, name: &str) {
    if element.property("Name").is_none() {
        set(element, "Name", name);
    }
}

/// Sets a property where it is, or where the designer would write it.
pub(super) fn set(element: &mut Element, name: &str, value: &str) {
    let own = known::properties(element.kind()).unwrap_or_default();
    let rank = |name: &str| own.iter().chain(&known::COMMON).position(|known| *known == name);
    let mut at = 0;
    for (nth, item) in element.items.iter_mut().enumerate() {
        let Item::Property(property) = item else { continue };
        if property.name == name {
            property.value = value.to_owned();
            return;
        }
        if rank(&property.name) < rank(name) {
            at = nth + 1;
        }
    }
    let property = Property { name: SmolStr::new(name), value: value.to_owned() };
    element.items.insert(at.min(element.items.len()), Item::Property(property));
}

/// Puts `wanted` in the place of the children that belong to a collection. Those that were there stay where they are
/// as far as the order allows; a new one comes behind the one it follows, the first of a collection last.
pub(super) fn replace(parent: &mut Element, belongs: impl Fn(&Element) -> bool, wanted: Vec<Element>) {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for element in &wanted {
        *names.entry(element.oid().to_owned()).or_default() += 1;
    }
    let old = std::mem::take(&mut parent.items);
    let is_member = |item: &Item| matches!(item, Item::Element(element) if belongs(element));
    let last = old.iter().rposition(is_member);
    let mut waiting = wanted.into_iter().peekable();
    for (nth, item) in old.into_iter().enumerate() {
        match item {
            Item::Element(element) if belongs(&element) => {
                let comes = names.get(element.oid()).is_some_and(|left| *left > 0);
                while let Some(next) = waiting.next_if(|_| comes) {
                    let reached = next.oid() == element.oid();
                    names.entry(next.oid().to_owned()).and_modify(|left| *left -= 1);
                    parent.items.push(Item::Element(next));
                    if reached {
                        break;
                    }
                }
            }
            other => parent.items.push(other),
        }
        if Some(nth) == last {
            parent.items.extend(waiting.by_ref().map(Item::Element));
        }
    }
    parent.items.extend(waiting.map(Item::Element));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent(children: &[&str]) -> Element {
        let mut parent = fresh("Scope", "p", "");
        let child = |text: &&str| {
            let (link, oid) = text.split_once(':').unwrap();
            Item::Element(fresh("Send", oid, link))
        };
        parent.items.extend(children.iter().map(child));
        parent
    }

    fn after(children: &[&str], wanted: &[&str]) -> String {
        let mut parent = parent(children);
        let wanted = wanted.iter().map(|oid| fresh("Send", oid, "b")).collect();
        replace(&mut parent, |e| e.link() == "b", wanted);
        let children = parent.elements().map(|e| format!("{}:{}", e.link(), e.oid()));
        children.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_collection_changes_in_place() {
        let old = ["b:1", "c:x", "b:2", "b:3", "d:y"];
        assert_eq!(after(&old, &["1", "2", "3"]), "b:1 c:x b:2 b:3 d:y");
        assert_eq!(after(&old, &["1", "n", "2", "3"]), "b:1 c:x b:n b:2 b:3 d:y");
        assert_eq!(after(&old, &["1", "2", "3", "n"]), "b:1 c:x b:2 b:3 b:n d:y");
        assert_eq!(after(&old, &["1", "3"]), "b:1 c:x b:3 d:y");
        assert_eq!(after(&old, &["3", "1", "2"]), "b:3 b:1 c:x b:2 d:y");
        assert_eq!(after(&old, &[]), "c:x d:y");
        assert_eq!(after(&["c:x"], &["n"]), "c:x b:n");
    }

    #[test]
    fn a_property_is_written_where_the_designer_writes_it() {
        let mut receive = fresh("Receive", "1", "ServiceBody_Statement");
        for (name, value) in
            [("Name", "R"), ("MessageName", "M"), ("Activate", "True"), ("AnalystComments", "x\ny")]
        {
            put(&mut receive, name, value);
        }
        let names: Vec<_> = receive.properties().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names,
            ["Activate", "MessageName", "ReportToAnalyst", "AnalystComments", "Name", "Signal"]
        );
        assert_eq!(receive.property("AnalystComments"), Some("x\r\ny"));
        put(&mut receive, "MessageName", "");
        assert_eq!(receive.property("MessageName"), None);
    }
}
