//! The XML document object model, by value: a node is a document of its own.

use super::{Call, Row, exception};
use crate::message::document::{parse_text, subtree};
use crate::message::{Body, Object, Value, XmlError};
use crate::xlang::Raised;
use crate::xlang::eval::convert_text;
use std::sync::Arc;
use uppsala::xpath::XPathValue;
use uppsala::{Document, NodeId, NodeKind, XPathEvaluator};

const DOCUMENT: &str = "System.Xml.XmlDocument";
const NODE: &str = "System.Xml.XmlNode";
const LIST: &str = "System.Xml.XmlNodeList";
const MANAGER: &str = "System.Xml.XmlNamespaceManager";
/// Nodes one expression may visit before it is given up.
const MAX_VISITS: usize = 5_000_000;

pub const ROWS: &[Row] = &[
    (DOCUMENT, "new()", |_| Ok(Value::Xml(Arc::new(Body::default())))),
    (DOCUMENT, "mut void LoadXml(string xml)", |mut call| {
        let body = Body::xml(&*call.some_text(1)?);
        body.document().map_err(|e| xml_error(&e))?;
        call.set(0, Value::Xml(Arc::new(body)));
        Ok(Value::Null)
    }),
    (DOCUMENT, "string InnerXml", |call| text(call.get(0))),
    (DOCUMENT, "set string InnerXml", |mut call| {
        let body = Body::xml(&*call.text(1));
        body.document().map_err(|e| xml_error(&e))?;
        call.set(0, Value::Xml(Arc::new(body)));
        Ok(Value::Null)
    }),
    (DOCUMENT, "System.Xml.XmlElement DocumentElement", |call| {
        Ok(root(call.get(0)).map_or(Value::Null, |(tree, root)| node(tree.tree(), root)))
    }),
    // White space is kept as it is written, whatever this says.
    (DOCUMENT, "set bool PreserveWhitespace", |_| Ok(Value::Null)),
    (DOCUMENT, "object NameTable", |_| Ok(Value::Null)),
    (NODE, "string OuterXml", |call| text(call.get(0))),
    (NODE, "string InnerXml", |call| {
        let Some((tree, root)) = root(call.get(0)) else { return Ok(Value::from("")) };
        let tree = tree.tree();
        Ok(Value::from(tree.children(root).into_iter().map(|id| tree.node_to_xml(id)).collect::<String>()))
    }),
    (NODE, "string InnerText", |call| Ok(Value::from(convert_text(call.get(0))))),
    (NODE, "string Value", |_| Ok(Value::Null)),
    (NODE, "string Name", |call| {
        element(call.get(0), |tree, id| tree.element(id).map(|e| e.name.prefixed_name().into_owned()))
    }),
    (NODE, "string LocalName", |call| {
        element(call.get(0), |tree, id| tree.element(id).map(|e| e.name.local_name.to_string()))
    }),
    (NODE, "string NamespaceURI", |call| {
        element(call.get(0), |tree, id| {
            tree.element(id).map(|e| e.name.namespace_uri.as_deref().unwrap_or("").to_owned())
        })
    }),
    (DOCUMENT, "System.Xml.XmlNode FirstChild", |call| {
        Ok(root(call.get(0)).map_or(Value::Null, |(tree, root)| node(tree.tree(), root)))
    }),
    (NODE, "System.Xml.XmlNode FirstChild", |call| {
        Ok(children(call.get(0)).into_iter().next().unwrap_or_default())
    }),
    (NODE, "System.Xml.XmlNode LastChild", |call| Ok(children(call.get(0)).pop().unwrap_or_default())),
    (NODE, "bool HasChildNodes", |call| Ok(Value::Bool(!children(call.get(0)).is_empty()))),
    (DOCUMENT, "System.Xml.XmlNodeList ChildNodes", |call| {
        Ok(list(root(call.get(0)).map(|(tree, root)| node(tree.tree(), root)).into_iter().collect()))
    }),
    (NODE, "System.Xml.XmlNodeList ChildNodes", |call| Ok(list(children(call.get(0))))),
    (NODE, "string GetAttribute(string name)", |call| {
        let name = call.text(1);
        element(call.get(0), |tree, id| Some(tree.get_attribute(id, &name).unwrap_or("").to_owned()))
    }),
    (NODE, "bool HasAttribute(string name)", |call| {
        let found = root(call.get(0))
            .is_some_and(|(tree, root)| tree.tree().get_attribute(root, &call.text(1)).is_some());
        Ok(Value::Bool(found))
    }),
    (NODE, "System.Xml.XmlNode SelectSingleNode(string xpath)", |call| {
        Ok(select(&call)?.into_iter().next().unwrap_or_default())
    }),
    (NODE, "System.Xml.XmlNode SelectSingleNode(string xpath, object nsmgr)", |call| {
        Ok(select(&call)?.into_iter().next().unwrap_or_default())
    }),
    (NODE, "System.Xml.XmlNodeList SelectNodes(string xpath)", |call| Ok(list(select(&call)?))),
    (NODE, "System.Xml.XmlNodeList SelectNodes(string xpath, object nsmgr)", |call| Ok(list(select(&call)?))),
    (LIST, "int Count", |call| Ok(Value::Int32(i32::try_from(items(call.get(0)).len()).unwrap_or(i32::MAX)))),
    (LIST, "System.Xml.XmlNode Item(int index)", |call| {
        let at = usize::try_from(call.integer(1)).ok();
        Ok(at.and_then(|at| items(call.get(0)).get(at)).map(|(_, node)| node.clone()).unwrap_or_default())
    }),
    (MANAGER, "new(object nameTable)", |_| {
        Ok(Value::Object(Arc::new(Object { type_name: MANAGER.into(), members: Vec::new() })))
    }),
    (MANAGER, "mut void AddNamespace(string prefix, string uri)", |mut call| {
        if let Value::Object(manager) = call.get(0) {
            let mut manager = Object::clone(manager);
            manager.members.push((call.text(1).into(), call.get(2).clone()));
            call.set(0, Value::Object(Arc::new(manager)));
        }
        Ok(Value::Null)
    }),
];

fn xml_error(error: &XmlError) -> Raised {
    let place = error.place().map(|(line, column)| format!(" (line {line}, column {column})"));
    exception("System.Xml.XmlException", format!("{}{}", error.message, place.unwrap_or_default()))
}

fn text(value: &Value) -> Result<Value, Raised> {
    match value {
        Value::Xml(body) => body.to_text().map(|text| Value::from(&*text)).map_err(|e| xml_error(&e)),
        other => Ok(Value::from(convert_text(other))),
    }
}

fn root(value: &Value) -> Option<(Arc<crate::message::XmlDocument>, NodeId)> {
    let Value::Xml(body) = value else {
        return None;
    };
    let document = body.document().ok()?;
    let root = document.tree().document_element()?;
    Some((document, root))
}

fn element(
    value: &Value,
    read: impl FnOnce(&Document<'_>, NodeId) -> Option<String>,
) -> Result<Value, Raised> {
    Ok(root(value).and_then(|(tree, root)| read(tree.tree(), root)).map_or(Value::Null, Value::from))
}

fn children(value: &Value) -> Vec<Value> {
    let Some((tree, root)) = root(value) else {
        return Vec::new();
    };
    let tree = tree.tree();
    tree.children(root).into_iter().map(|id| node(tree, id)).collect()
}

/// An element as a document of its own, any other node as an object with its text.
fn node(tree: &Document<'_>, id: NodeId) -> Value {
    let (kind, name) = match tree.node_kind(id) {
        Some(NodeKind::Element(_)) => return Value::Xml(Arc::new(Body::xml(subtree(tree, id).to_xml()))),
        Some(NodeKind::Attribute(name, _)) => ("System.Xml.XmlAttribute", name.local_name.to_string()),
        Some(NodeKind::Comment(_)) => ("System.Xml.XmlComment", "#comment".into()),
        _ => ("System.Xml.XmlText", "#text".into()),
    };
    let text = Value::from(XPathValue::NodeSet(vec![id]).to_string_value(tree));
    let members = vec![
        ("Name".into(), Value::from(name)),
        ("Value".into(), text.clone()),
        ("InnerText".into(), text.clone()),
        ("OuterXml".into(), text),
    ];
    Value::Object(Arc::new(Object { type_name: kind.into(), members }))
}

fn list(nodes: Vec<Value>) -> Value {
    let members = nodes.into_iter().enumerate().map(|(at, node)| (smol_str::format_smolstr!("{at}"), node));
    Value::Object(Arc::new(Object { type_name: LIST.into(), members: members.collect() }))
}

fn items(list: &Value) -> &[(smol_str::SmolStr, Value)] {
    match list {
        Value::Object(list) => &list.members,
        _ => &[],
    }
}

fn select(call: &Call<'_>) -> Result<Vec<Value>, Raised> {
    let path = call.some_text(1)?;
    let Value::Xml(body) = call.get(0) else {
        return Ok(Vec::new());
    };
    let text = body.to_text().map_err(|e| xml_error(&e))?;
    let mut tree = parse_text(&text).map_err(|e| xml_error(&e))?;
    tree.prepare_xpath();
    let mut evaluator = XPathEvaluator::new().with_max_node_visits(MAX_VISITS);
    for (prefix, uri) in items(call.get(2)) {
        evaluator.add_namespace(prefix.as_str(), convert_text(uri));
    }
    // A path of an element starts at that element, a path of a document at the document.
    let context =
        if call.type_name == DOCUMENT { tree.root() } else { tree.document_element().unwrap_or(tree.root()) };
    let found = evaluator
        .evaluate(&tree, context, &path)
        .map_err(|e| exception("System.Xml.XPath.XPathException", XmlError::from(e).message))?;
    match found {
        XPathValue::NodeSet(nodes) => Ok(nodes.into_iter().map(|id| node(&tree, id)).collect()),
        _ => Err(exception("System.Xml.XPath.XPathException", format!("{path} gives a value, not nodes"))),
    }
}
