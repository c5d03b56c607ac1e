//! Texts with placeholders: what partners answer, what scenarios submit and how they show a message.

use crate::message::{Body, NodePath, escape_xml};

/// Replaces `{/path}` by the text at that path of `body`, and `{name}` by what `value` gives for the name. A path
/// that is not there gives nothing; a name nobody knows stays as it is written. With `escape`, what is put in is
/// written as XML text. Also tells whether every path was there.
pub fn fill(
    template: &str,
    body: &Body,
    value: &dyn Fn(&str) -> Option<String>,
    escape: bool,
) -> (String, bool) {
    let mut text = String::with_capacity(template.len());
    let mut complete = true;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        let found = if name.starts_with('/') {
            let found = field(body, name);
            complete &= found.is_some();
            Some(found.unwrap_or_default())
        } else {
            value(name)
        };
        match found {
            Some(found) if escape => text.push_str(&escape_xml(&found)),
            Some(found) => text.push_str(&found),
            None => {
                text.push('{');
                rest = after;
                continue;
            }
        }
        rest = tail;
    }
    (text + rest, complete)
}

/// The text at a path with local names, e.g. `/Order/Header/@id`.
pub fn field(body: &Body, path: &str) -> Option<String> {
    body.field_text(&NodePath::parse(path).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_names_are_replaced_and_anything_else_stays() {
        let body = Body::bytes(&b"<a><b>1 &lt; 2</b></a>"[..]);
        let value = |name: &str| (name == "n").then(|| "&".to_owned());
        let filled = |template| fill(template, &body, &value, true);
        assert_eq!(filled("{/a/b}{n}"), ("1 &lt; 2&amp;".to_owned(), true));
        assert_eq!(filled("{/a/c}|{other}|{"), ("|{other}|{".to_owned(), false));
        assert_eq!(filled("{ {n} {/a/b"), ("{ &amp; {/a/b".to_owned(), true));
        assert_eq!(fill("{/a/b}", &body, &value, false).0, "1 < 2");
    }
}
