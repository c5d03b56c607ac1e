//! What an address of a port means: which adapter, which queue, which file.

use std::path::{Path, PathBuf};

/// Name of the in-memory queue an address means: `queue://Orders`, or the MSMQ spelling
/// `MSMQ://FORMATNAME:DIRECT=OS:.\private$/Orders` as its alias.
pub fn queue_name(address: &str) -> Option<&str> {
    let address = address.trim();
    let name = if let Some(rest) = strip_prefix(address, "queue://") {
        rest
    } else {
        let rest = strip_prefix(address, "msmq://")?;
        let rest = strip_prefix(rest, "formatname:").unwrap_or(rest);
        rest.rsplit(['/', '\\']).next()?
    };
    let name = name.trim_matches('/');
    (!name.is_empty()).then_some(name)
}

/// One spelling for one place, so that addresses compare: `queue://Orders` for every way to write that queue.
pub fn normalize(address: &str) -> String {
    match queue_name(address) {
        Some(name) => format!("queue://{name}"),
        None => address.trim().to_owned(),
    }
}

/// The path a FILE address means. Relative ones start at the application folder, as do `file://` URLs whose
/// first part is no drive; `file:///` URLs are absolute. Both separators are understood everywhere.
pub fn file_path(folder: &Path, address: &str) -> PathBuf {
    let address = address.trim();
    let path = strip_prefix(address, "file://").unwrap_or(address).replace('\\', "/");
    let bytes = path.as_bytes();
    let is_drive =
        |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic) && bytes.get(at + 1) == Some(&b':');
    let path = if bytes.first() == Some(&b'/') && is_drive(1) { path.trim_start_matches('/') } else { &path };
    folder.join(path)
}

/// True when [`file_path`] stays relative to the application folder, which the host may then make itself.
pub fn is_relative(address: &str) -> bool {
    !file_path(Path::new(""), address).has_root() && !address.contains(':')
        || strip_prefix(address, "file://").is_some_and(|rest| !rest.starts_with('/') && !rest.contains(':'))
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn msmq_spelling_is_an_alias_of_the_queue() {
        for address in [
            "queue://ToFacilities",
            "QUEUE://ToFacilities/",
            "MSMQ://FORMATNAME:DIRECT=OS:localhost\\private$\\ToFacilities",
            "MSMQ://FORMATNAME:DIRECT=HTTP://host/msmq/private$/ToFacilities",
        ] {
            assert_eq!(normalize(address), "queue://ToFacilities", "{address}");
        }
        assert_eq!(queue_name("inbox/*.xml"), None);
        assert_eq!(queue_name("queue://"), None);
    }

    #[test]
    fn file_addresses_are_relative_to_the_application_unless_rooted() {
        let folder = Path::new("/app");
        assert_eq!(file_path(folder, "outbox/a.xml"), Path::new("/app/outbox/a.xml"));
        assert_eq!(file_path(folder, r"outbox\a.xml"), Path::new("/app/outbox/a.xml"));
        assert_eq!(file_path(folder, "file://outbox/a.xml"), Path::new("/app/outbox/a.xml"));
        assert_eq!(file_path(folder, "file:///srv/a.xml"), Path::new("/srv/a.xml"));
        assert!(is_relative("outbox/%MessageID%.xml") && is_relative("file://outbox/a.xml"));
        assert!(!is_relative("file:///srv/a.xml") && !is_relative("/srv/a.xml") && !is_relative("C:/a.xml"));
    }
}
