//! What the XSLT engine lacks, said in what it has: keys become marks on the source, and sorting is done on what was
//! written.
//!
//! Every node that an `xsl:key` matches is marked with its value and with the first node of that value, every element
//! with an id; `key` and `generate-id` then are paths to these marks. A sorted loop writes each turn into an element with
//! the values to sort by, and the turns change places at the end. What that cannot say is refused with a reason.

use crate::message::document::parse_text;
use rustc_hash::FxHashMap;
use sorting::{put_in_order, sorted};
use std::collections::BTreeMap;
use uppsala::{Document, NodeId, QName, XPathEvaluator, XPathValue, XSLT_NAMESPACE};

mod sorting;

/// Calls in one expression, as each may stand in another.
const MOST_CALLS: usize = 100;
/// Namespace of the extensions that hold code.
pub const MSXSL: &str = "urn:schemas-microsoft-com:xslt";
/// Begins the names of all marks.
const MARK: &str = "orchestrion-";
const ID: &str = "orchestrion-id";
const SORTED: &str = "orchestrion-sorted";
const TURN: &str = "orchestrion-turn";
/// What is written if its turn is at a place.
const WHERE: &str = "orchestrion-where";
/// The number of the turn.
const PLACE: &str = "orchestrion-place";

#[derive(PartialEq, Eq)]
struct Key {
    name: String,
    matches: String,
    uses: String,
}

/// A stylesheet that the engine runs, and what it takes before and after.
#[derive(Default)]
pub struct Lowered {
    pub sheet: String,
    /// Calls of code give nothing.
    mocked: bool,
    keys: Vec<Key>,
    prefixes: Vec<(String, String)>,
    /// Of calls of `key`, each in a variable before the instruction.
    values: Vec<String>,
    marks: bool,
    sorts: bool,
}

/// # Errors
/// What in the stylesheet cannot be said otherwise.
pub fn lower(stylesheet: &str, mocked: bool) -> Result<Lowered, String> {
    let mut tree = parse_text(stylesheet).map_err(|error| error.to_string())?;
    let mut lowered = Lowered { mocked, ..Lowered::default() };
    let Some(root) = tree.document_element() else { return Ok(lowered) };
    let elements: Vec<NodeId> = std::iter::once(root).chain(tree.descendants(root)).collect();
    for id in &elements {
        if is_xsl(&tree, *id, "key") {
            lowered.key(&tree, *id)?;
        }
        if let Some(element) = tree.element(*id) {
            let declared = element.namespace_declarations.iter().filter(|(prefix, _)| !prefix.is_empty());
            lowered.prefixes.extend(declared.map(|(prefix, uri)| (prefix.to_string(), uri.to_string())));
        }
    }
    for id in &elements {
        lowered.rewrite(&mut tree, *id)?;
    }
    for id in elements {
        let code = || tree.element(id).and_then(|e| e.name.namespace_uri.as_deref()) == Some(MSXSL);
        if is_xsl(&tree, id, "key") || (mocked && code()) {
            tree.detach(id);
        } else if (is_xsl(&tree, id, "for-each") || is_xsl(&tree, id, "apply-templates"))
            && tree.children_iter(id).any(|child| is_xsl(&tree, child, "sort"))
        {
            lowered.sorts = true;
            sorted(&mut tree, id)?;
        }
    }
    lowered.sheet = tree.to_xml();
    Ok(lowered)
}

impl Lowered {
    fn key(&mut self, tree: &Document<'_>, id: NodeId) -> Result<(), String> {
        let attribute = |name: &str| {
            let value = tree.get_attribute(id, name).map(|text| text.trim().to_owned());
            value.filter(|text| !text.is_empty()).ok_or_else(|| format!("an xsl:key without {name}"))
        };
        let key = Key { name: attribute("name")?, matches: attribute("match")?, uses: attribute("use")? };
        match self.keys.iter().find(|known| known.name == key.name) {
            Some(known) if *known != key => return Err(format!("a second xsl:key {}", key.name)),
            Some(_) => {}
            None => self.keys.push(key),
        }
        self.marks = true;
        Ok(())
    }

    /// The expressions of an element without the functions that the engine lacks.
    fn rewrite(&mut self, tree: &mut Document<'_>, id: NodeId) -> Result<(), String> {
        let Some(element) = tree.element(id) else { return Ok(()) };
        let instruction = element.name.namespace_uri.as_deref() == Some(XSLT_NAMESPACE);
        let known = self.values.len();
        let mut changed = Vec::new();
        for (at, attribute) in element.attributes.iter().enumerate() {
            let text = attribute.value.as_ref();
            if text.matches("key").count() + text.matches("generate-id").count() > MOST_CALLS {
                return Err("an expression with so many calls of key()".to_owned());
            }
            let whole =
                instruction && matches!(attribute.name.local_name.as_ref(), "select" | "test" | "match");
            if !whole && !text.contains('{') {
                continue;
            }
            let text = if whole { self.expression(text, 0)? } else { self.template(text)? };
            changed.push((at, text));
        }
        if let Some(element) = tree.element_mut(id) {
            for (at, text) in changed {
                if let Some(attribute) = element.attributes.get_mut(at) {
                    attribute.value = text.into();
                }
            }
        }
        for (number, value) in self.values.iter().enumerate().skip(known) {
            let name = format!("{MARK}value-{number}");
            let variable = xsl(tree, "variable", &[("name", name), ("select", value.clone())]);
            before(tree, id, variable)?;
        }
        Ok(())
    }

    /// An attribute value template.
    fn template(&mut self, text: &str) -> Result<String, String> {
        let mut made = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((inside, after)) = after.split_once('}') else { break };
            made += &format!("{before}{{{}}}", self.expression(inside, 0)?);
            rest = after;
        }
        Ok(made + rest)
    }

    /// `depth` counts the predicates around the text: in one, the node at hand is not the current one.
    fn expression(&mut self, text: &str, mut depth: usize) -> Result<String, String> {
        let mut made = String::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let named = made.chars().next_back().is_some_and(|c| c.is_alphanumeric() || "_-.:$@".contains(c));
            let call = |name: &str| {
                let after = rest.strip_prefix(name).filter(|_| !named)?;
                enclosed(after.trim_start())
            };
            if let Some(first) = self.only_first(rest).filter(|_| !named) {
                self.marks = true;
                made += &format!("(@{ID} = @{MARK}first-{})", first.0);
                rest = first.1;
            } else if let Some((inside, after)) = call("generate-id") {
                self.marks = true;
                made += &self.id_of(inside, depth)?;
                rest = after;
            } else if let Some((inside, after)) = call("key") {
                made += &self.nodes_of(inside, depth)?;
                rest = after;
            } else if let Some(after) = code_call(rest).filter(|_| self.mocked && !named) {
                made += "''";
                rest = after;
            } else if let Some((word, function)) = operator(&made, rest) {
                // The engine takes a word before a parenthesis for a function.
                made += &format!("{word} {function}");
                rest = rest.get(word.len()..).unwrap_or_default().trim_start();
            } else if matches!(next, '\'' | '"') {
                let end = rest.get(1..).and_then(|text| text.find(next)).map_or(rest.len(), |at| at + 2);
                made += rest.get(..end).unwrap_or(rest);
                rest = rest.get(end..).unwrap_or_default();
            } else {
                match next {
                    '[' => depth += 1,
                    ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                made.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
        Ok(made)
    }

    /// `count(. | key('k', use)[1]) = 1`: the node at hand is the first with its value. Gives the key, and the rest.
    fn only_first<'a>(&self, text: &'a str) -> Option<(usize, &'a str)> {
        let (inside, after) = enclosed(text.strip_prefix("count")?.trim_start())?;
        let after = after.trim_start().strip_prefix('=')?.trim_start().strip_prefix('1')?;
        if after.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let call = inside.trim().strip_prefix('.')?.trim_start().strip_prefix('|')?.trim();
        self.own(call.strip_suffix("[1]")?).map(|key| (key, after))
    }

    /// The key of a call that asks for the nodes of the same value as the one at hand.
    fn own(&self, call: &str) -> Option<usize> {
        let (inside, after) = enclosed(call.trim().strip_prefix("key")?.trim_start())?;
        let (at, argument) = self.parts(inside).ok()?;
        let same = squeezed(&self.keys.get(at)?.uses) == squeezed(argument);
        (same && after.trim().is_empty()).then_some(at)
    }

    fn parts<'a>(&self, inside: &'a str) -> Result<(usize, &'a str), String> {
        let (name, argument) = inside.split_once(',').ok_or("a key() without a value")?;
        let name = name.trim().trim_matches(['\'', '"']);
        let at = self.keys.iter().position(|key| key.name == name);
        Ok((at.ok_or_else(|| format!("the key {name}, which is not here,"))?, argument.trim()))
    }

    fn id_of(&mut self, inside: &str, depth: usize) -> Result<String, String> {
        let inside = inside.trim();
        if inside.is_empty() || inside == "." {
            return Ok(format!("string(@{ID})"));
        }
        let first = inside.strip_suffix("[1]").unwrap_or(inside);
        if let Some(key) = self.own(first) {
            return Ok(format!("string(@{MARK}first-{key})"));
        }
        if inside.contains('|') {
            return Err("generate-id() of a union".to_owned());
        }
        Ok(format!("string({}/@{ID})", self.expression(inside, depth)?))
    }

    fn nodes_of(&mut self, inside: &str, depth: usize) -> Result<String, String> {
        let (at, argument) = self.parts(inside)?;
        let value = if argument.starts_with(['\'', '"', '$']) {
            argument.to_owned()
        } else if depth > 0 {
            return Err("key() in a predicate with a value of the node there".to_owned());
        } else {
            // In the predicate the node at hand would be another one.
            let value = self.expression(argument, 0)?;
            self.values.push(value);
            format!("${MARK}value-{}", self.values.len() - 1)
        };
        Ok(format!("/descendant::*[@{MARK}key-{at} = {value}]"))
    }

    /// The source with the marks that the stylesheet asks for.
    ///
    /// # Errors
    /// What of a key cannot be marked.
    pub fn mark(&self, source: &str) -> Result<String, String> {
        let mut tree = parse_text(source).map_err(|error| error.to_string())?;
        if !self.marks {
            return Ok(source.to_owned());
        }
        let mut xpath = XPathEvaluator::new();
        for (prefix, uri) in &self.prefixes {
            xpath.add_namespace(prefix.as_str(), uri.as_str());
        }
        let root = tree.root();
        let elements: Vec<NodeId> =
            tree.descendants(root).into_iter().filter(|id| tree.element(*id).is_some()).collect();
        tree.prepare_xpath();
        let mut marks: Vec<(NodeId, String, String)> = Vec::new();
        for (at, key) in self.keys.iter().enumerate() {
            let mut of_key: FxHashMap<NodeId, String> = FxHashMap::default();
            for pattern in key.matches.split('|').map(str::trim) {
                let path = if pattern.starts_with('/') { pattern.to_owned() } else { format!("//{pattern}") };
                let nodes = xpath.select_nodes(&tree, root, &path).map_err(|error| error.to_string())?;
                for node in nodes {
                    let value = xpath.evaluate(&tree, node, &key.uses).map_err(|error| error.to_string())?;
                    let several = matches!(&value, XPathValue::NodeSet(nodes) if nodes.len() > 1);
                    if several || tree.element(node).is_none() {
                        return Err(format!("the key {} of anything but one value of an element", key.name));
                    }
                    of_key.insert(node, value.to_string_value(&tree));
                }
            }
            let mut firsts: BTreeMap<&str, usize> = BTreeMap::new();
            for (number, node) in elements.iter().enumerate() {
                let Some(value) = of_key.get(node) else { continue };
                let first = *firsts.entry(value).or_insert(number);
                marks.push((*node, format!("{MARK}key-{at}"), value.clone()));
                marks.push((*node, format!("{MARK}first-{at}"), format!("id{first}")));
            }
        }
        let ids = elements.iter().enumerate();
        marks.extend(ids.map(|(number, node)| (*node, ID.to_owned(), format!("id{number}"))));
        for (node, name, value) in marks {
            if let Some(element) = tree.element_mut(node) {
                element.set_attribute(QName::local(name), value.into());
            }
        }
        Ok(tree.to_xml())
    }

    /// What was written, in its order and without marks.
    ///
    /// # Errors
    /// When it is no XML.
    pub fn finish(&self, written: String) -> Result<String, String> {
        if !self.marks && !self.sorts {
            return Ok(written);
        }
        let mut tree = parse_text(&written).map_err(|error| format!("what it writes is no XML: {error}"))?;
        let root = tree.root();
        for id in tree.descendants(root) {
            if let Some(element) = tree.element_mut(id) {
                let turn = matches!(element.name.local_name.as_ref(), SORTED | TURN | WHERE);
                element.attributes.retain(|a| turn || !a.name.local_name.starts_with(MARK));
            }
        }
        // Inner loops first: what they wrote is then in its place when an outer turn moves.
        for id in tree.descendants(root).into_iter().rev() {
            if tree.element(id).is_some_and(|e| e.name.local_name == SORTED) {
                put_in_order(&mut tree, id);
            }
        }
        Ok(tree.to_xml())
    }
}

/// The text between a parenthesis and the one that closes it, and what follows.
fn enclosed(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('(')?;
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A call of a function with a prefix, which is code of the map's author; gives what follows it.
fn code_call(text: &str) -> Option<&str> {
    let name =
        |text: &str| text.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).filter(|end| *end > 0);
    let (prefix, rest) = text.split_at(name(text)?);
    let rest = rest.strip_prefix(':').filter(|_| prefix != "date")?;
    let (_, rest) = rest.split_at(name(rest)?);
    enclosed(rest.trim_start()).map(|(_, after)| after)
}

/// An operator between operands, before a parenthesis, and the function that an operand of it may go through.
fn operator(before: &str, text: &str) -> Option<(&'static str, &'static str)> {
    let words = [("and", "boolean"), ("or", "boolean"), ("div", "number"), ("mod", "number")];
    let (word, function) = words.into_iter().find(|(word, _)| text.starts_with(word))?;
    let apart = before.ends_with(|c: char| c.is_whitespace() || ")]'\"".contains(c));
    let operand = before.trim_end().ends_with(|c: char| c.is_alphanumeric() || ")]'\"._-*".contains(c));
    let called = text.get(word.len()..)?.trim_start().starts_with('(');
    (apart && operand && called).then_some((word, function))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn is_xsl(tree: &Document<'_>, id: NodeId, name: &str) -> bool {
    tree.element(id).is_some_and(|e| e.matches_name_ns(XSLT_NAMESPACE, name))
}

fn xsl(tree: &mut Document<'_>, name: &str, attributes: &[(&'static str, String)]) -> NodeId {
    let made = tree.create_element(QName::full("xsl".to_owned(), XSLT_NAMESPACE, name.to_owned()));
    tree.declare_namespace(made, Some("xsl"), XSLT_NAMESPACE);
    if let Some(element) = tree.element_mut(made) {
        for (name, value) in attributes {
            element.set_attribute(QName::local(*name), value.clone().into());
        }
    }
    made
}

/// Puts a variable where the expressions of an element see it, with the same node at hand.
fn before(tree: &mut Document<'_>, id: NodeId, variable: NodeId) -> Result<(), String> {
    let mut at = id;
    while ["when", "with-param"].iter().any(|name| is_xsl(tree, at, name)) {
        let Some(parent) = tree.parent(at) else { break };
        at = parent;
    }
    let top = ["stylesheet", "transform"];
    match tree.parent(at) {
        Some(parent) if !is_xsl(tree, at, "sort") && !top.iter().any(|name| is_xsl(tree, parent, name)) => {
            tree.insert_before(parent, variable, at);
            Ok(())
        }
        _ => Err("key() in a global variable or xsl:sort".to_owned()),
    }
}

#[cfg(test)]
mod tests;
