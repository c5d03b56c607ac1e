//! Sorted loops: each turn is written with what it is sorted by, and the turns change places at the end.

use super::{MARK, PLACE, SORTED, TURN, WHERE, is_xsl, squeezed, xsl};
use std::borrow::Cow;
use std::cmp::Ordering;
use uppsala::{Document, NodeId, QName};

/// Makes a sorted loop one that writes its turns with what they are sorted by.
pub(super) fn sorted(tree: &mut Document<'_>, id: NodeId) -> Result<(), String> {
    let text_only = ["variable", "param", "with-param", "attribute", "comment", "processing-instruction"];
    if tree.ancestors(id).iter().any(|above| text_only.iter().any(|name| is_xsl(tree, *above, name))) {
        return Err("xsl:sort inside of what is no part of the output".to_owned());
    }
    let Some(parent) = tree.parent(id) else { return Ok(()) };
    let around = tree.create_element(QName::local(SORTED));
    let turn = tree.create_element(QName::local(TURN));
    let children = tree.children(id);
    let (sorts, body): (Vec<NodeId>, Vec<NodeId>) =
        children.into_iter().partition(|child| is_xsl(tree, *child, "sort"));
    for (number, sort) in sorts.into_iter().enumerate() {
        let attribute = |name: &str| tree.get_attribute(sort, name).map(str::to_owned);
        let select = attribute("select").unwrap_or_else(|| ".".to_owned());
        let how = [("order", attribute("order")), ("data-type", attribute("data-type"))];
        if let Some(element) = tree.element_mut(around) {
            for (name, value) in how {
                let name = format!("{MARK}{name}-{number}");
                element.set_attribute(QName::local(name), value.unwrap_or_default().into());
            }
        }
        let value = xsl(tree, "value-of", &[("select", select)]);
        let by = xsl(tree, "attribute", &[("name", format!("{MARK}by-{number}"))]);
        tree.append_child(by, value);
        tree.append_child(turn, by);
        tree.detach(sort);
    }
    if is_xsl(tree, id, "apply-templates") {
        if body.iter().any(|child| tree.element(*child).is_some()) {
            return Err("xsl:sort beside xsl:with-param".to_owned());
        }
        if tree.descendants(tree.root()).into_iter().any(|id| asks_for_place(tree, id)) {
            return Err("position() or last() beside sorted templates".to_owned());
        }
        let select = tree.get_attribute(id, "select").unwrap_or("node()").to_owned();
        let each = xsl(tree, "for-each", &[("select", select)]);
        tree.replace_child(parent, around, id);
        let apply = xsl(tree, "apply-templates", &[("select", ".".to_owned())]);
        tree.append_child(turn, apply);
        tree.append_child(each, turn);
        tree.append_child(around, each);
        return Ok(());
    }
    for child in body {
        if is_xsl(tree, child, "attribute") {
            return Err("xsl:attribute at the top of a sorted loop".to_owned());
        }
        tree.append_child(turn, child);
        postpone(tree, child)?;
    }
    tree.replace_child(parent, around, id);
    tree.append_child(id, turn);
    tree.append_child(around, id);
    Ok(())
}

fn asks_for_place(tree: &Document<'_>, id: NodeId) -> bool {
    let mut attributes = tree.element(id).into_iter().flat_map(|element| &element.attributes);
    attributes.any(|a| ["position()", "last()"].iter().any(|call| squeezed(&a.value).contains(call)))
}

/// The place of a turn is known at the end only: what depends on it waits until then.
fn postpone(tree: &mut Document<'_>, id: NodeId) -> Result<(), String> {
    let mut made = id;
    if asks_for_place(tree, id) {
        let text = |name: &str| tree.get_attribute(id, name).map(squeezed).unwrap_or_default();
        let (test, select) = (text("test"), text("select"));
        made = if is_xsl(tree, id, "if") && place_test(&test, 1, 1).is_some() {
            tree.create_element(QName::local(WHERE))
        } else if is_xsl(tree, id, "value-of") && select == "position()" {
            tree.create_element(QName::local(PLACE))
        } else {
            return Err("position() or last() in a sorted loop".to_owned());
        };
        if let Some(element) = tree.element_mut(made) {
            element.set_attribute(QName::local(format!("{MARK}test")), test.into());
        }
        for child in tree.children(id) {
            tree.append_child(made, child);
        }
        if let Some(parent) = tree.parent(id) {
            tree.replace_child(parent, made, id);
        }
    }
    // Places in a loop inside are its own.
    if !is_xsl(tree, id, "for-each") {
        for child in tree.children(made) {
            postpone(tree, child)?;
        }
    }
    Ok(())
}

/// A test such as `position()!=last()` at a place; `None` for another kind of test.
fn place_test(test: &str, place: usize, count: usize) -> Option<bool> {
    let rest = test.strip_prefix("position()")?;
    let end = rest.find(|c: char| !"=!<>".contains(c))?;
    let (relation, limit) = rest.split_at(end);
    let limit = if limit == "last()" { count } else { limit.parse().ok()? };
    Some(match relation {
        "=" => place == limit,
        "!=" => place != limit,
        "<" => place < limit,
        ">" => place > limit,
        "<=" => place <= limit,
        ">=" => place >= limit,
        _ => return None,
    })
}

/// Writes what waited for the place of a turn.
fn settle(tree: &mut Document<'_>, turn: NodeId, place: usize, count: usize) {
    for id in tree.descendants(turn) {
        let Some(name) = tree.element(id).map(|element| element.name.local_name.to_string()) else {
            continue;
        };
        let Some(parent) = tree.parent(id) else { continue };
        match name.as_str() {
            PLACE => {
                let text = tree.create_text(place.to_string());
                tree.replace_child(parent, text, id);
            }
            WHERE => {
                let test = tree.get_attribute(id, &format!("{MARK}test")).unwrap_or_default();
                if place_test(test, place, count) == Some(true) {
                    lift(tree, id, id, Vec::new());
                }
                tree.detach(id);
            }
            _ => {}
        }
    }
}

/// Moves the children of an element to before another one, with the prefixes they know from above.
fn lift<'a>(tree: &mut Document<'a>, from: NodeId, to: NodeId, mut known: Vec<(Cow<'a, str>, Cow<'a, str>)>) {
    let Some(parent) = tree.parent(to) else { return };
    let own = tree.element(from).map(|element| element.namespace_declarations.clone()).unwrap_or_default();
    known.retain(|(prefix, _)| own.iter().all(|(own, _)| own != prefix));
    known.extend(own);
    for child in tree.children(from) {
        if let Some(element) = tree.element_mut(child) {
            for (prefix, uri) in &known {
                if element.namespace_declarations.iter().all(|(known, _)| known != prefix) {
                    element.namespace_declarations.push((prefix.clone(), uri.clone()));
                }
            }
        }
        tree.detach(child);
        tree.insert_before(parent, child, to);
    }
}

/// Replaces a sorted loop by what its turns wrote, in order.
pub(super) fn put_in_order(tree: &mut Document<'_>, id: NodeId) {
    let mut rules = Vec::new();
    for number in 0.. {
        let Some(order) = tree.get_attribute(id, &format!("{MARK}order-{number}")) else { break };
        let kind = tree.get_attribute(id, &format!("{MARK}data-type-{number}"));
        rules.push((order == "descending", kind == Some("number")));
    }
    let mut turns: Vec<(Vec<String>, NodeId)> = Vec::new();
    for turn in tree.children(id) {
        let by = |number: usize| tree.get_attribute(turn, &format!("{MARK}by-{number}"));
        let values = (0..rules.len()).map(|number| by(number).unwrap_or_default().to_owned());
        turns.push((values.collect(), turn));
    }
    turns.sort_by(|(one, _), (other, _)| {
        let each = one.iter().zip(other).zip(&rules);
        let mut ordered = each.map(|((one, other), (descending, number))| {
            let order = if *number { by_number(one, other) } else { by_text(one, other) };
            if *descending { order.reverse() } else { order }
        });
        ordered.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    let declared = tree.element(id).map(|element| element.namespace_declarations.clone());
    let count = turns.len();
    for (place, (_, turn)) in (1..).zip(turns) {
        settle(tree, turn, place, count);
        lift(tree, turn, id, declared.clone().unwrap_or_default());
    }
    tree.detach(id);
}

/// What is no number comes first.
fn by_number(one: &str, other: &str) -> Ordering {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| !n.is_nan());
    number(one).partial_cmp(&number(other)).unwrap_or(Ordering::Equal)
}

/// As .NET sorts words: by their letters, and small ones first where only the case differs.
fn by_text(one: &str, other: &str) -> Ordering {
    one.to_lowercase().cmp(&other.to_lowercase()).then_with(|| other.cmp(one))
}
