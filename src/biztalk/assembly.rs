//! Orchestrations out of compiled assemblies: the compiler embeds the whole designer tree as a string constant.

/// The designer trees in an assembly, as XML. Strings are UTF-16LE in the file, and their quotes are apostrophes; a tree
/// that occurs twice is given once.
pub fn trees(bytes: &[u8]) -> Vec<String> {
    let (start, end) = (wide("<om:MetaModel"), wide("</om:MetaModel>"));
    let mut found: Vec<String> = Vec::new();
    let mut rest = bytes;
    while let Some(at) = position(rest, &start) {
        let tree = rest.get(at..).unwrap_or_default();
        let Some(length) = position(tree, &end) else { break };
        let whole = tree.get(..length + end.len()).unwrap_or_default();
        let (pairs, _) = whole.as_chunks::<2>();
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if !found.contains(&text) {
            found.push(text);
        }
        rest = tree.get(length + end.len()..).unwrap_or_default();
    }
    found
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Where `wanted` begins.
fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let next = bytes.get(from..)?.iter().position(|byte| *byte == first)? + from;
        if bytes.get(next..)?.starts_with(wanted) {
            return Some(next);
        }
        from = next + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_found_among_other_bytes_once_each() {
        let tree = |name: &str| format!("<om:MetaModel a='{name}'></om:MetaModel>");
        let mut bytes = b"MZ\0\0odd".to_vec();
        for text in [tree("A"), tree("Ö"), tree("A"), "<om:MetaModel open".to_owned()] {
            bytes.extend(wide(&text));
            bytes.push(1);
        }
        assert_eq!(trees(&bytes), [tree("A"), tree("Ö")]);
        assert!(trees(b"").is_empty());
    }
}
