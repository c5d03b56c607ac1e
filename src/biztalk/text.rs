//! Text files as BizTalk's tools write them: UTF-8 or UTF-16, with or without byte order mark.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How a text lies in a file, so that it can be written back the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoding {
    pub charset: Charset,
    /// A byte order mark comes first.
    pub mark: bool,
}

/// How characters become bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
    /// What older tools write on Western systems; every sequence of bytes is text in it.
    Windows1252,
}

/// Text of the bytes of a file, and how it lay in them. Never fails: what is no UTF-8 is taken for Windows-1252.
pub fn decode(bytes: &[u8]) -> (String, Encoding) {
    let of = |charset, mark| Encoding { charset, mark };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (narrow(rest).0, of(narrow(rest).1, true)),
        [0xff, 0xfe, rest @ ..] => (wide(UTF_16LE, rest), of(Charset::Utf16Le, true)),
        [0xfe, 0xff, rest @ ..] => (wide(UTF_16BE, rest), of(Charset::Utf16Be, true)),
        // `#` and `<` open the texts at hand.
        [b'#' | b'<', 0, ..] => (wide(UTF_16LE, bytes), of(Charset::Utf16Le, false)),
        [0, b'#' | b'<', ..] => (wide(UTF_16BE, bytes), of(Charset::Utf16Be, false)),
        _ => {
            let (text, charset) = narrow(bytes);
            (text, of(charset, false))
        }
    }
}

fn narrow(bytes: &[u8]) -> (String, Charset) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Charset::Utf8),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), Charset::Windows1252),
    }
}

fn wide(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Bytes of a text. What Windows-1252 cannot hold is written as UTF-8 with its mark.
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let (mark, body): (&[u8], _) = match encoding.charset {
        Charset::Utf8 => (b"\xef\xbb\xbf", text.as_bytes().to_vec()),
        Charset::Utf16Le => (b"\xff\xfe", units(u16::to_le_bytes)),
        Charset::Utf16Be => (b"\xfe\xff", units(u16::to_be_bytes)),
        Charset::Windows1252 => match WINDOWS_1252.encode(text) {
            (bytes, _, false) => return bytes.into_owned(),
            (.., true) => return encode(text, Encoding { charset: Charset::Utf8, mark: true }),
        },
    };
    if encoding.mark { [mark, &body].concat() } else { body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_read_and_written_back() {
        let text = "#if Opération „x“ 𝄞\r\n";
        for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be] {
            for mark in [false, true] {
                let encoding = Encoding { charset, mark };
                assert_eq!(decode(&encode(text, encoding)), (text.to_owned(), encoding));
            }
        }
        let old = b"#if Op\xe9ration \x93x\x94";
        let (read, encoding) = decode(old);
        assert_eq!(
            (read.as_str(), encoding.charset),
            ("#if Opération \u{201c}x\u{201d}", Charset::Windows1252)
        );
        assert_eq!(encode(&read, encoding), old);
        assert_eq!(decode(&encode("日", encoding)).0, "日");
    }
}
