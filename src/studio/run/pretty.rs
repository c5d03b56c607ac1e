//! Bodies as text people can read.

use crate::message::Body;
use crate::studio::theme::Tokens;
use egui::FontId;
use egui::text::{LayoutJob, TextFormat};

/// Longest body that is laid out; beyond, the rest is left out.
const LONGEST: usize = 20_000;

/// The body as indented XML when it is XML, else as it is.
pub fn body(body: &Body) -> String {
    let text = match body.to_xml_text() {
        Ok(text) => indent(&text),
        Err(_) => match body.as_text() {
            Some(text) => text.to_owned(),
            None => String::from_utf8_lossy(&body.as_bytes()).into_owned(),
        },
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}\n… {} bytes more", text.get(..at).unwrap_or_default(), text.len() - at),
        None => text,
    }
}

/// Text with its markup muted, so that what it says stands out.
pub fn job(text: &str, t: &Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |color| TextFormat::simple(FontId::monospace(11.0), color);
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        let (markup, after) = tag.split_at(end_of_markup(tag));
        job.append(before, 0.0, format(t.text));
        job.append(markup, 0.0, format(t.muted));
        rest = after;
    }
    job.append(rest, 0.0, format(t.text));
    job
}

/// One element a line, two spaces a level. Text stays with its element as it is; whitespace between elements goes.
pub fn indent(xml: &str) -> String {
    let mut out = String::with_capacity(xml.len() * 2);
    let (mut depth, mut rest, mut text_follows) = (0_usize, xml.trim(), false);
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        let leaf = text_follows && tag.starts_with("</");
        let has_text = !text.trim().is_empty() || leaf && !text.is_empty();
        out.push_str(if has_text { text } else { "" });
        let end = end_of_markup(tag);
        let (markup, after) = tag.split_at(end);
        let closes = markup.starts_with("</");
        let element = !(markup.starts_with("<!") || markup.starts_with("<?"));
        if closes {
            depth = depth.saturating_sub(1);
        }
        // A closing tag right behind its own opening tag or text stays on the line.
        let stays = has_text || closes && text_follows;
        if !out.is_empty() && !stays {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        out.push_str(markup);
        text_follows = element && !closes && !markup.ends_with("/>");
        if text_follows {
            depth += 1;
        }
        rest = after;
    }
    out.push_str(rest.trim());
    out
}

/// Bytes up to the end of a tag, comment, section or instruction.
fn end_of_markup(tag: &str) -> usize {
    for (begin, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if tag.starts_with(begin) {
            return tag.find(end).map_or(tag.len(), |at| at + end.len());
        }
    }
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return at + 1,
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    tag.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_on_lines_of_their_own_and_texts_stay() {
        let order = "<o:Order xmlns:o=\"urn:a>b\"><Id>17</Id><Lines><Line n='1'/><Line n='2'/></Lines><Empty></Empty></o:Order>";
        let lines = [
            "<o:Order xmlns:o=\"urn:a>b\">",
            "  <Id>17</Id>",
            "  <Lines>",
            "    <Line n='1'/>",
            "    <Line n='2'/>",
            "  </Lines>",
            "  <Empty></Empty>",
            "</o:Order>",
        ];
        assert_eq!(indent(order), lines.join("\n"));
        assert_eq!(indent(&lines.join("\n")), lines.join("\n"), "already laid out");
    }

    #[test]
    fn blanks_of_a_value_are_its_own() {
        let order = "<Order><Id>17 </Id><Rest> </Rest></Order>";
        assert_eq!(indent(order), "<Order>\n  <Id>17 </Id>\n  <Rest> </Rest>\n</Order>");
        assert_eq!(indent(&indent(order)), indent(order));
    }

    #[test]
    fn what_is_not_xml_is_shown_as_it_is() {
        assert_eq!(body(&Body::bytes(b"CustID;17".as_slice())), "CustID;17");
    }
}
