//! MIME: the form in which a message of several parts comes as one file and goes out as one. Components
//! `MIME_SMIME_Decoder` and `MIME_SMIME_Encoder` without their encryption.

use super::{FailureKind, PipelineFailure};
use crate::message::{Body, Message, Name, Part};
use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};
use std::fmt::Write as _;
use std::sync::Arc;

const DECODER: &str = "MIME decoder";

/// Line between parts. It is not part of any XML text, as a quotation of it would be escaped or parsed.
const BOUNDARY: &str = "----=_part.of.the.message";

fn failed(message: impl Into<String>, help: &str) -> PipelineFailure {
    PipelineFailure::new(FailureKind::Mime, DECODER, message, help)
}

/// The parts of a MIME entity, the body first. What is not MIME is one part where `plain` allows it; `body_type` is the
/// content type of the body part, else the first part is the body.
///
/// # Errors
/// When the bytes are no MIME entity of parts and `plain` does not allow that, or the entity is encrypted or signed.
pub(super) fn decode(
    bytes: &[u8],
    plain: bool,
    body_type: Option<&str>,
) -> Result<Vec<(Name, Vec<u8>)>, PipelineFailure> {
    let whole = || vec![(Message::body_name(), bytes.to_vec())];
    // XML is not worth a look for header lines.
    let looks_plain =
        bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|first| *first == b'<');
    let parsed = (!looks_plain).then(|| MessageParser::default().parse(bytes)).flatten();
    let kind = parsed.as_ref().and_then(|parsed| Some(content_type(parsed.parts.first()?)));
    let kind = kind.unwrap_or_default();
    if kind.contains("pkcs7")
        || kind.starts_with("multipart/signed")
        || kind.starts_with("multipart/encrypted")
    {
        let help = "Send it without signature and encryption, or choose another pipeline.";
        return Err(failed(format!("S/MIME ({kind}) is not decoded here"), help));
    }
    let Some(parsed) = parsed.filter(|_| kind.starts_with("multipart/")) else {
        let help =
            "Begin it with the line Content-Type: multipart/mixed; boundary=…, or set AllowNonMIMEMessage.";
        return if plain {
            Ok(whole())
        } else {
            Err(failed("the message is not MIME of several parts", help))
        };
    };
    let leaves = parsed.parts.iter().filter(|part| !matches!(part.body, PartType::Multipart(_)));
    let mut leaves: Vec<&MessagePart<'_>> = leaves.collect();
    if leaves.is_empty() {
        return Err(failed("the message has no part", "Write each part after a boundary line."));
    }
    let body = body_type.and_then(|wanted| leaves.iter().position(|part| content_type(part) == wanted));
    let body = leaves.remove(body.unwrap_or(0));
    let rest = leaves.into_iter();
    Ok(std::iter::once(body)
        .chain(rest)
        .zip(0..)
        .map(|(part, at)| (name(part, at), contents(part)))
        .collect())
}

fn content_type(part: &MessagePart<'_>) -> String {
    let found = part.content_type();
    let whole = found.map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    whole.unwrap_or_default().to_ascii_lowercase()
}

/// A part is named by its description, its id or its file, in this order.
fn name(part: &MessagePart<'_>, at: usize) -> Name {
    let given = part.content_description().or_else(|| part.content_id());
    let file = || part.attachment_name().map(|file| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
    match given.or_else(file).map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => Name::new(name),
        None if at == 0 => Message::body_name(),
        None => Name::new(&format!("Part_{}", at + 1)),
    }
}

/// Without the line break before the next boundary, which belongs to that.
fn contents(part: &MessagePart<'_>) -> Vec<u8> {
    let bytes = part.contents();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes).to_vec()
}

/// A MIME entity of texts, the body first.
pub fn mime(parts: &[(&str, &str)]) -> String {
    let mut text = format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n");
    for (name, body) in parts {
        let _ = write!(
            text,
            "\r\n--{BOUNDARY}\r\nContent-Type: text/xml; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\
             Content-Description: {name}\r\n\r\n{body}"
        );
    }
    let _ = write!(text, "\r\n--{BOUNDARY}--\r\n");
    text
}

/// All parts of a message as a MIME entity, the body first, as `first` has become of it.
///
/// # Errors
/// When a part is not text.
pub(super) fn encode(message: &Message, first: &[u8]) -> Result<Vec<u8>, PipelineFailure> {
    let not_text = |name: Name| {
        failed(
            format!("the part {name} is not text"),
            "Send it alone, through a pipeline without MIME encoder.",
        )
    };
    let body = message.body_part().map_or_else(Message::body_name, |part| part.name);
    let mut texts = vec![(body, std::str::from_utf8(first).map_err(|_| not_text(body))?.to_owned())];
    for (at, part) in message.parts.iter().enumerate().filter(|(at, _)| *at != message.body) {
        let text = part.body.to_text().map_err(|_| not_text(part.name))?;
        let name =
            if part.name.as_str().is_empty() { Name::new(&format!("Part_{}", at + 1)) } else { part.name };
        texts.push((name, text.to_string()));
    }
    let parts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(mime(&parts).into_bytes())
}

/// Parts beside the body, for a message that a disassembler has made of the body.
pub(super) fn attach(message: &mut Message, body: Name, others: &[(Name, Arc<Body>)]) {
    if let Some(part) = message.parts.first_mut() {
        part.name = body;
    }
    message.parts.extend(others.iter().map(|(name, body)| Part { name: *name, body: Arc::clone(body) }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let parts = decode(text.as_bytes(), false, None).unwrap();
        parts.into_iter().map(|(name, body)| (name.to_string(), String::from_utf8(body).unwrap())).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = mime(&[("Order", "<o>ä\n</o>"), ("Notes", "<n/>")]);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(read(&text), [pair("Order", "<o>ä\n</o>"), pair("Notes", "<n/>")]);
    }

    #[test]
    fn parts_in_transfer_encodings_and_with_file_names_are_read() {
        let text = "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/xml\n\
                    Content-Transfer-Encoding: base64\n\nPG8vPg==\n--b\n\
                    Content-Disposition: attachment; filename=scan.xml\n\
                    Content-Transfer-Encoding: quoted-printable\n\n<s a=3D\"1\"/>\n--b--\n";
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(read(text), [pair("Body", "<o/>"), pair("scan", "<s a=\"1\"/>")]);
    }

    #[test]
    fn the_body_may_be_told_by_its_type() {
        let text = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello\n--b\n\
                    Content-Type: application/xml\n\n<o/>\n--b--\n";
        let parts = decode(text.as_bytes(), false, Some("application/xml")).unwrap();
        assert_eq!(parts[0].1, b"<o/>");
        assert_eq!(parts[1].1, b"hello");
    }

    #[test]
    fn what_is_no_mime_passes_only_where_it_may() {
        assert_eq!(decode(b" <o/>", true, None).unwrap()[0].1, b" <o/>");
        let refused = decode(b"<o/>", false, None).unwrap_err();
        assert!(refused.to_string().contains("not MIME"), "{refused}");
        let signed = b"Content-Type: application/pkcs7-mime\n\nMII=";
        assert!(decode(signed, true, None).unwrap_err().to_string().contains("S/MIME"));
        let _never_a_panic = decode(b"Content-Type: multipart/mixed; boundary=b\n\n--b", true, None);
    }
}
