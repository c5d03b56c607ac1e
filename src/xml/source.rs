//! Changing XML text in place: what is not changed stays as it was written, byte for byte.

use crate::message::XmlError;
use crate::message::document::parse_text;
use crate::message::escape_xml;
use std::ops::Range;
use uppsala::{Document, NodeId};

/// XML text with its tree. Every change gives a new text.
#[derive(Debug)]
pub struct Source<'t> {
    text: &'t str,
    tree: Document<'t>,
}

impl<'t> Source<'t> {
    /// # Errors
    /// When the text is not well-formed.
    pub fn parse(text: &'t str) -> Result<Self, XmlError> {
        Ok(Self { text, tree: parse_text(text)? })
    }

    pub fn tree(&self) -> &Document<'t> {
        &self.tree
    }

    pub fn root(&self) -> Option<NodeId> {
        self.tree.document_element()
    }

    pub fn elements(&self, parent: NodeId) -> Vec<NodeId> {
        self.tree.children_iter(parent).filter(|id| self.tree.element(*id).is_some()).collect()
    }

    fn splice(&self, range: Range<usize>, by: &str) -> String {
        let (before, after) = (self.text.get(..range.start), self.text.get(range.end..));
        format!("{}{by}{}", before.unwrap_or_default(), after.unwrap_or_default())
    }

    fn range(&self, id: NodeId) -> Range<usize> {
        self.tree.node_range(id).unwrap_or_default()
    }

    /// Bytes of the start tag, and whether it closes the element itself.
    fn start_tag(&self, id: NodeId) -> (Range<usize>, bool) {
        let range = self.range(id);
        let mut quote = None;
        for (at, c) in self.text.get(range.clone()).unwrap_or_default().char_indices() {
            match (quote, c) {
                (Some(open), c) if open == c => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, '>') => {
                    let end = range.start + at + 1;
                    let closed = self.text.get(..end).is_some_and(|t| t.ends_with("/>"));
                    return (range.start..end, closed);
                }
                _ => {}
            }
        }
        (range, true)
    }

    /// Bytes between start and end tag; `None` for an element that its start tag closes.
    fn content(&self, id: NodeId) -> Option<Range<usize>> {
        let (tag, closed) = self.start_tag(id);
        let whole = self.range(id);
        let end = self.text.get(whole.clone()).and_then(|t| t.rfind("</"))?;
        (!closed).then(|| tag.end..whole.start + end)
    }

    /// The name as it stands in the text, with its prefix.
    pub fn written_name(&self, id: NodeId) -> &'t str {
        let tag = self.text.get(self.start_tag(id).0).unwrap_or_default();
        let name = tag.trim_start_matches('<');
        name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default()
    }

    /// White space before an element on its line, or nothing when something else stands before it.
    fn indent(&self, id: NodeId) -> Option<&'t str> {
        let before = self.text.get(..self.range(id).start)?;
        let line = before.get(before.rfind('\n')? + 1..)?;
        line.chars().all(char::is_whitespace).then_some(line)
    }

    /// All content of an element replaced by a text.
    #[must_use]
    pub fn set_text(&self, id: NodeId, text: &str) -> String {
        let escaped = escape_xml(text);
        match self.content(id) {
            Some(content) => self.splice(content, &escaped),
            None if text.is_empty() => self.text.to_owned(),
            None => {
                let (tag, _) = self.start_tag(id);
                let open = self.text.get(tag.clone()).unwrap_or_default();
                let open = open.strip_suffix("/>").unwrap_or(open).trim_end();
                self.splice(tag, &format!("{open}>{escaped}</{}>", self.written_name(id)))
            }
        }
    }

    /// An attribute set to a value, added at the end of the start tag when it is not there; `None` takes it out.
    /// `name` is as written, with its prefix.
    #[must_use]
    pub fn set_attribute(&self, id: NodeId, name: &str, value: Option<&str>) -> String {
        let (tag, closed) = self.start_tag(id);
        let text = self.text.get(tag.clone()).unwrap_or_default();
        let value = value.map(escape_xml);
        match (attribute_range(text, name), value) {
            (Some((_, inner)), Some(value)) => {
                let single = text.get(..inner.start).is_some_and(|t| t.ends_with('\''));
                let value = if single { value.replace('\'', "&apos;") } else { value.to_string() };
                self.splice(tag.start + inner.start..tag.start + inner.end, &value)
            }
            (Some((whole, _)), None) => self.splice(tag.start + whole.start..tag.start + whole.end, ""),
            (None, Some(value)) => {
                let end = tag.end - if closed { 2 } else { 1 };
                let kept = self.text.get(tag.start..end).unwrap_or_default().trim_end().len();
                let at = tag.start + kept;
                self.splice(at..end, &format!(" {name}=\"{value}\""))
            }
            (None, None) => self.text.to_owned(),
        }
    }

    /// An element taken out, with its line when nothing else stands there.
    #[must_use]
    pub fn remove(&self, id: NodeId) -> String {
        let range = self.range(id);
        let alone = self.text.get(range.end..).is_some_and(|rest| {
            rest.trim_start_matches([' ', '\t']).starts_with(['\n', '\r', '<']) || rest.is_empty()
        });
        match self.indent(id) {
            Some(indent) if alone => {
                let start = range.start - indent.len();
                let before = self.text.get(..start).unwrap_or_default();
                let cut = before.strip_suffix('\n').map_or(before, |b| b.strip_suffix('\r').unwrap_or(b));
                self.splice(cut.len()..range.end, "")
            }
            _ => self.splice(range, ""),
        }
    }

    /// XML text put into `parent` after the element `after`, or before all its elements. It stands on a line of its
    /// own when its neighbours do.
    #[must_use]
    pub fn insert(&self, parent: NodeId, after: Option<NodeId>, xml: &str) -> String {
        let outer = self.indent(parent);
        let first = self.elements(parent).first().copied();
        let neighbour = after.or(first);
        let indent = match (neighbour.and_then(|id| self.indent(id)), outer) {
            (Some(own), _) => Some(own.to_owned()),
            (None, Some(outer)) if neighbour.is_none() => Some(format!("{outer}  ")),
            (None, None)
                if neighbour.is_none() && Some(parent) == self.root() && self.text.contains('\n') =>
            {
                Some("  ".to_owned())
            }
            _ => None,
        };
        let laid = indent.as_ref().map_or_else(|| xml.to_owned(), |i| xml.replace('\n', &format!("\n{i}")));
        if let Some(after) = after {
            let at = self.range(after).end;
            let line = indent.map_or_else(|| laid.clone(), |i| format!("\n{i}{laid}"));
            return self.splice(at..at, &line);
        }
        if let Some(first) = first {
            let at = self.range(first).start;
            let line = indent.map_or_else(|| laid.clone(), |i| format!("{laid}\n{i}"));
            return self.splice(at..at, &line);
        }
        let close = indent.as_ref().map(|i| i.strip_suffix("  ").unwrap_or(i).to_owned());
        let inside = match (&indent, &close) {
            (Some(i), Some(close)) => format!("\n{i}{laid}\n{close}"),
            _ => laid,
        };
        match self.content(parent) {
            Some(content) if self.text.get(content.clone()).is_some_and(|t| t.trim().is_empty()) => {
                self.splice(content, &inside)
            }
            Some(content) => self.splice(content.start..content.start, &inside),
            None => {
                let (tag, _) = self.start_tag(parent);
                let open = self.text.get(tag.clone()).unwrap_or_default();
                let open = open.strip_suffix("/>").unwrap_or(open).trim_end();
                self.splice(tag, &format!("{open}>{inside}</{}>", self.written_name(parent)))
            }
        }
    }
}

/// Where an attribute stands in a start tag: with the blank before it, and its value alone.
fn attribute_range(tag: &str, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut at = tag.find(char::is_whitespace)?;
    loop {
        let rest = tag.get(at..)?;
        let blank = rest.len() - rest.trim_start().len();
        let start = at + blank;
        let equals = start + tag.get(start..)?.find('=')?;
        let written = tag.get(start..equals)?.trim();
        let quoted = equals + 1 + tag.get(equals + 1..)?.find(['"', '\''])?;
        let quote = tag.get(quoted..)?.chars().next()?;
        let end = quoted + 1 + tag.get(quoted + 1..)?.find(quote)?;
        if written == name {
            return Some((at..end + 1, quoted + 1..end));
        }
        at = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<?xml version=\"1.0\"?>\n<!-- kept -->\n<o:Order xmlns:o='urn:o'\n   id = \"1 > 0\">\n  <Line n='1'/>\n  <Line>a &amp; b</Line>\n\n</o:Order>\n";

    fn at(source: &Source<'_>, place: usize) -> NodeId {
        source.elements(source.root().unwrap())[place]
    }

    #[test]
    fn only_what_is_changed_changes() {
        let source = Source::parse(TEXT).unwrap();
        assert_eq!(source.set_text(at(&source, 1), "x < y"), TEXT.replace("a &amp; b", "x &lt; y"));
        assert_eq!(
            source.set_text(at(&source, 0), "x"),
            TEXT.replace("<Line n='1'/>", "<Line n='1'>x</Line>")
        );
        assert_eq!(source.set_text(at(&source, 0), ""), TEXT);
        let root = source.root().unwrap();
        assert_eq!(source.written_name(root), "o:Order");
        assert_eq!(source.set_attribute(root, "id", Some("2\"")), TEXT.replace("1 > 0", "2&quot;"));
        assert_eq!(source.set_attribute(root, "id", None), TEXT.replace("\n   id = \"1 > 0\"", ""));
        assert_eq!(source.set_attribute(root, "no", None), TEXT);
        assert_eq!(
            source.set_attribute(at(&source, 0), "m", Some("2")),
            TEXT.replace("<Line n='1'/>", "<Line n='1' m=\"2\"/>")
        );
    }

    #[test]
    fn elements_come_and_go_with_their_line() {
        let source = Source::parse(TEXT).unwrap();
        assert_eq!(source.remove(at(&source, 0)), TEXT.replace("\n  <Line n='1'/>", ""));
        let more = source.insert(source.root().unwrap(), Some(at(&source, 0)), "<Line/>");
        assert_eq!(more, TEXT.replace("<Line n='1'/>", "<Line n='1'/>\n  <Line/>"));
        let before = source.insert(source.root().unwrap(), None, "<A>\n  <B/>\n</A>");
        assert_eq!(before, TEXT.replace("  <Line n", "  <A>\n    <B/>\n  </A>\n  <Line n"));
        let inner = source.insert(at(&source, 0), None, "<Sub/>");
        assert_eq!(
            inner,
            TEXT.replace("<Line n='1'/>", "<Line n='1'>\n    <Sub/>\n  </Line>"),
            "an empty element opens"
        );
        let flat = Source::parse("<a><b/></a>").unwrap();
        assert_eq!(flat.insert(flat.root().unwrap(), Some(at(&flat, 0)), "<c/>"), "<a><b/><c/></a>");
        assert_eq!(flat.remove(at(&flat, 0)), "<a></a>");
        assert_eq!(flat.insert(at(&flat, 0), None, "<c/>"), "<a><b><c/></b></a>");
    }

    proptest::proptest! {
        #[test]
        fn any_change_of_any_text_stays_well_formed(text in "[a-z<>&\"' é]{0,12}", place in 0_usize..2) {
            let source = Source::parse(TEXT).unwrap();
            let id = at(&source, place);
            for changed in [source.set_text(id, &text), source.set_attribute(id, "n", Some(&text))] {
                proptest::prop_assert!(Source::parse(&changed).is_ok(), "{}", changed);
            }
        }
    }
}
