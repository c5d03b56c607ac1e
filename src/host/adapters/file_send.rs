use super::macros::expand;
use crate::engine::Transmission;
use crate::host::address::{file_path, is_relative};
use crate::message::DateTime;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What the FILE adapter does with a file that is there already (TX-16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyMode {
    /// An existing file is an error, and the port's retry comes into play.
    #[default]
    CreateNew,
    Overwrite,
    Append,
}

impl CopyMode {
    fn of(transmission: &Transmission) -> Result<Self, String> {
        let mode = transmission.properties.iter().find(|(name, _)| name.eq_ignore_ascii_case("CopyMode"));
        match mode.map(|(_, value)| value.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "createnew" | "create new" | "1") => Ok(Self::CreateNew),
            Some("append" | "0") => Ok(Self::Append),
            Some("overwrite" | "2") => Ok(Self::Overwrite),
            Some(other) => {
                Err(format!("CopyMode “{other}” is unknown; write CreateNew, Overwrite or Append"))
            }
        }
    }
}

/// Writes a transmission to its file: aside in the same folder, synced, then renamed, so nobody ever sees half a
/// file. `at` is when the engine asked for it. A `repeat` after a restart that finds its own file there is done.
///
/// # Errors
/// One sentence with the next step, for the port's failure report.
pub fn send_file(
    folder: &Path,
    transmission: &Transmission,
    at: DateTime,
    repeat: bool,
) -> Result<PathBuf, String> {
    let mode = CopyMode::of(transmission)?;
    let target = file_path(folder, &expand(&transmission.address, transmission, at));
    let Some(parent) = target.parent().filter(|_| target.file_name().is_some()) else {
        return Err(format!(
            "“{}” names no file; add a file name such as %MessageID%.xml",
            transmission.address
        ));
    };
    // Inside the application folder, which is there, a missing folder is simply new. Elsewhere it may be a
    // share that is away, and what was written in its place would be lost from view.
    if is_relative(&transmission.address) {
        // A failure shows in the next lines.
        let _ = fs::create_dir_all(parent);
    }
    if !parent.is_dir() {
        let place = parent.display();
        return Err(format!(
            "the folder {place} does not exist; create it, then resume or wait for the retry"
        ));
    }
    write(&target, parent, transmission, mode, repeat).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!(
            "{} exists already; remove it, use a macro such as %MessageID% in the name, or set CopyMode",
            target.display()
        ),
        ErrorKind::PermissionDenied => {
            format!("{} cannot be written; correct the permissions of the folder", target.display())
        }
        _ => format!("{} cannot be written: {error}; check the disk and the folder", target.display()),
    })?;
    Ok(target)
}

fn write(
    target: &Path,
    parent: &Path,
    transmission: &Transmission,
    mode: CopyMode,
    repeat: bool,
) -> io::Result<()> {
    let body = &*transmission.body;
    let old = match mode {
        CopyMode::Overwrite => Vec::new(),
        CopyMode::CreateNew if !repeat => Vec::new(),
        CopyMode::CreateNew | CopyMode::Append => match fs::read(target) {
            Ok(old) => old,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        },
    };
    let done = if mode == CopyMode::Append { old.ends_with(body) } else { old == body && target.exists() };
    if repeat && mode != CopyMode::Overwrite && done {
        return Ok(());
    }
    let mut aside = aside(parent, transmission)?;
    if mode == CopyMode::Append {
        aside.write_all(&old)?;
    }
    aside.write_all(body)?;
    aside.as_file().sync_all()?;
    match mode {
        CopyMode::CreateNew => aside.persist_noclobber(target).map_err(|error| error.error)?,
        CopyMode::Overwrite | CopyMode::Append => aside.persist(target).map_err(|error| error.error)?,
    };
    sync_folder(parent)
}

/// A file aside has a name no receive location reads. A repeat has the same one, so a kill leaves nothing behind.
fn aside(parent: &Path, transmission: &Transmission) -> io::Result<tempfile::NamedTempFile> {
    let name = format!(".orchestrion-{}-{}.tmp", transmission.message_guid, transmission.id.0);
    let path = parent.join(name);
    let file = File::create(&path)?;
    Ok(tempfile::NamedTempFile::from_parts(file, tempfile::TempPath::try_from_path(path)?))
}

/// Makes a rename or removal in the folder survive a power cut; only Unix has and needs it.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TransmissionId;
    use crate::message::{Message, Name};
    use std::sync::Arc;

    fn transmission(address: &str, body: &str, mode: &str) -> Transmission {
        Transmission {
            id: TransmissionId(1),
            port: Name::new("Out"),
            transport: "FILE".into(),
            address: address.into(),
            body: body.as_bytes().into(),
            message: Arc::new(Message::single(Name::new("body"), Arc::default())),
            message_guid: uuid::Uuid::from_u128(7),
            two_way: false,
            properties: vec![("CopyMode".into(), mode.into())],
        }
    }

    fn send(folder: &Path, body: &str, mode: &str, repeat: bool) -> Result<String, String> {
        let path = send_file(folder, &transmission("a.xml", body, mode), DateTime(0), repeat)?;
        Ok(fs::read_to_string(path).unwrap())
    }

    #[test]
    fn copy_modes_treat_an_existing_file_as_they_say() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(send(folder.path(), "one", "", false).unwrap(), "one");
        let error = send(folder.path(), "two", "CreateNew", false).unwrap_err();
        assert!(error.contains("exists already") && error.contains("%MessageID%"), "{error}");
        assert_eq!(send(folder.path(), "two", "Overwrite", false).unwrap(), "two");
        assert_eq!(send(folder.path(), "three", "Append", false).unwrap(), "twothree");
        assert!(send(folder.path(), "x", "Sometimes", false).is_err());
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["a.xml"], "nothing is left aside");
    }

    #[test]
    fn a_repeat_after_a_restart_finds_its_own_file_and_is_done() {
        let folder = tempfile::tempdir().unwrap();
        send(folder.path(), "one", "CreateNew", false).unwrap();
        assert_eq!(send(folder.path(), "one", "CreateNew", true).unwrap(), "one");
        assert!(
            send(folder.path(), "other", "CreateNew", true).is_err(),
            "somebody else's file is left alone"
        );
        assert_eq!(send(folder.path(), "one", "Append", true).unwrap(), "one");
        fs::remove_file(folder.path().join("a.xml")).unwrap();
        assert_eq!(send(folder.path(), "one", "CreateNew", true).unwrap(), "one");
    }

    #[test]
    fn a_missing_folder_is_made_inside_the_application_and_a_failure_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let send =
            |address: &str| send_file(folder.path(), &transmission(address, "x", ""), DateTime(0), false);
        assert_eq!(fs::read(send("new/a.xml").unwrap()).unwrap(), b"x");
        let away = folder.path().join("away/a.xml");
        let error = send(away.to_str().unwrap()).unwrap_err();
        assert!(error.contains("does not exist; create it"), "{error}");
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(send("file/a.xml").is_err());
    }
}
