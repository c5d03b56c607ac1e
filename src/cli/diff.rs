use super::{Exit, complain, complain_all, say};
use crate::biztalk;
use crate::biztalk::odx::{OdxFile, read_module};
use crate::diagnostic::{Diagnostic, counted};
use crate::model::compare::{self, Change};
use crate::model::files::{self, Tree};
use crate::model::{Application, Module};
use clap::Args;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Say what differs between two versions of an application or an orchestration.
#[derive(Debug, Args)]
#[command(after_help = "\
A side is an application folder, an orchestration file, or a git revision of the other side's folder:
  orchestrion diff HEAD~1 .
  git difftool --no-prompt --extcmd 'orchestrion diff' -- '*.orchestration.ron'

Exit codes:
  0  no differences
  1  differences
  2  wrong usage, or a side cannot be read")]
pub struct Arguments {
    /// The older version.
    old: String,
    /// The newer version.
    #[arg(default_value = ".")]
    new: String,
    /// Print the changes as JSON.
    #[arg(long)]
    json: bool,
    /// Print nothing; the exit code says it.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
}

/// One side of the comparison.
#[expect(clippy::large_enum_variant, reason = "there are two of them")]
enum Side {
    Application(Application),
    Module(Module),
}

pub fn diff(arguments: &Arguments) -> Exit {
    let (old, new) = (side(&arguments.old, &arguments.new), side(&arguments.new, &arguments.old));
    let changes = match (old, new) {
        (Ok(Side::Application(old)), Ok(Side::Application(new))) => compare::applications(&old, &new),
        (Ok(Side::Module(old)), Ok(Side::Module(new))) => {
            compare::modules(&stem(&arguments.new, &arguments.old), &old, &new)
        }
        (Ok(_), Ok(_)) => {
            complain(
                "error: one side is a folder and the other a file\n  help: give two folders or two files",
            );
            return Exit::Unusable;
        }
        (old, new) => {
            for errors in [old.err(), new.err()].into_iter().flatten() {
                complain_all(&errors);
            }
            return Exit::Unusable;
        }
    };
    if arguments.json {
        match serde_json::to_string_pretty(&changes) {
            Ok(text) => drop(say(text)),
            Err(_) => return Exit::Unusable,
        }
    } else if !arguments.quiet {
        list(&changes);
    }
    if changes.is_empty() { Exit::Done } else { Exit::Failed }
}

/// Prints the changes below the file each is about.
fn list(changes: &[Change]) {
    let mut under = None;
    for change in changes {
        let file = change.module().map_or_else(String::new, files::module_path);
        if under.as_ref() != Some(&file) {
            if !file.is_empty() {
                say(&file);
            }
            under = Some(file);
        }
        if !say(change) {
            return;
        }
    }
    let words =
        if changes.is_empty() { "No differences".to_owned() } else { counted(changes.len(), "difference") };
    say(words);
}

/// What the changes of two files are filed under: the newer one's stem, unless that is missing.
fn stem(new: &str, old: &str) -> String {
    let name = |path: &str| {
        let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    };
    if nothing(new) { name(old) } else { name(new) }
}

/// Git names a missing side so.
fn nothing(path: &str) -> bool {
    matches!(path, "/dev/null" | "nul" | "NUL")
}

fn side(name: &str, other: &str) -> Result<Side, Vec<Diagnostic>> {
    let path = Path::new(name);
    if nothing(name) {
        return Ok(Side::Module(Module::default()));
    }
    if path.is_file() {
        return file(path).map(Side::Module).map_err(|error| vec![error]);
    }
    if path.is_dir() {
        return biztalk::load(path).map(|loaded| Side::Application(loaded.application));
    }
    let folder = if Path::new(other).is_dir() { PathBuf::from(other) } else { PathBuf::from(".") };
    let tree = revision(name, &folder).map_err(|error| vec![error])?;
    files::decode(&tree).map(|(application, _)| Side::Application(application))
}

/// One orchestration file.
fn file(path: &Path) -> Result<Module, Diagnostic> {
    let name = path.display().to_string();
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("`{name}` cannot be read: {error}");
        Diagnostic::error("F02", message, "give a folder, an orchestration file, or a git revision")
    };
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("odx")) {
        let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
        let read = OdxFile::parse(&name, &bytes)?;
        return read_module(&name, &read).map(|(module, _)| module);
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    files::from_ron(&name, &text)
}

/// The files of `folder` as they are in a revision of the repository it is in.
fn revision(name: &str, folder: &Path) -> Result<Tree, Diagnostic> {
    let refuse = |why: String| {
        let help = "give a folder, an orchestration file, or a git revision such as HEAD~1";
        Diagnostic::error("F01", format!("`{name}` is no file, folder or revision here: {why}"), help)
    };
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        command
    };
    // A name that begins with a dash would be an option.
    let commit = format!("{name}^{{commit}}");
    let found = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).output();
    let found = found.map_err(|error| refuse(format!("git cannot be run: {error}")))?;
    let commit = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if !found.status.success() || commit.is_empty() {
        return Err(refuse("git does not know it".to_owned()));
    }
    let listed = git(&["ls-tree", "-r", "-z", "--name-only", &commit]).output();
    let listed = listed.map_err(|error| refuse(error.to_string()))?;
    let names = String::from_utf8_lossy(&listed.stdout);
    let mut files = Tree::new();
    let mut reader = git(&["cat-file", "--batch"]).spawn().map_err(|error| refuse(error.to_string()))?;
    let (Some(mut ask), Some(answer)) = (reader.stdin.take(), reader.stdout.take()) else {
        return Err(refuse("git does not answer".to_owned()));
    };
    let mut answer = BufReader::new(answer);
    for path in names.split('\0').filter(|path| !path.is_empty() && !path.contains('\n')) {
        let bytes = blob(&mut ask, &mut answer, &format!("{commit}:./{path}"));
        files.insert(path.to_owned(), bytes.map_err(|error| refuse(error.to_string()))?);
    }
    drop(ask);
    // What it said has been read.
    let _ = reader.wait();
    Ok(files)
}

/// Reads one object of a running `git cat-file --batch`.
fn blob(ask: &mut impl Write, answer: &mut impl BufRead, name: &str) -> std::io::Result<Vec<u8>> {
    writeln!(ask, "{name}")?;
    ask.flush()?;
    let mut head = String::new();
    answer.read_line(&mut head)?;
    let size = head.split_whitespace().nth(2).and_then(|size| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| std::io::Error::other(format!("git said: {}", head.trim())))?;
    let mut bytes = Vec::new();
    answer.take(size).read_to_end(&mut bytes)?;
    let mut end = [0];
    answer.read_exact(&mut end)?;
    Ok(bytes)
}
