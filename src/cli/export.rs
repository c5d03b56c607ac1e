use super::{Exit, complain, complain_all, load, say};
use crate::diagnostic::{Diagnostic, closest};
use crate::drawing::palette::Tokens;
use crate::drawing::{picture, svg};
use crate::lab::{self, VirtualRun};
use crate::message::TimeSpan;
use crate::model::Application;
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Draw an orchestration to a file: SVG, PNG, or an animated picture of a run.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder, or a folder, solution, project or orchestration of BizTalk Server.
    application: PathBuf,
    /// Orchestration, by its name or by the name of its file; needed when there are several and the path is not that of
    /// one.
    orchestration: Option<String>,
    /// Write an SVG file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write a PNG file.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["svg", "gif"])]
    png: Option<PathBuf>,
    /// Write an animated GIF: the first instance goes through the orchestration.
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
    /// Saved run to film; without one, the application runs in virtual time with its simulated partners.
    #[arg(long, value_name = "FILE", requires = "gif")]
    run: Option<PathBuf>,
    /// Virtual seconds to run for that.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// Pixels to a point of the PNG.
    #[arg(long, default_value_t = 2.0, value_parser = scale)]
    scale: f32,
    /// Draw on a dark ground.
    #[arg(long)]
    dark: bool,
    /// Close this container, by the name of its shape; may be repeated.
    #[arg(long, value_name = "SHAPE")]
    collapse: Vec<String>,
}

fn scale(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(scale) if (0.1..=8.0).contains(&scale) => Ok(scale),
        _ => Err("give a number from 0.1 to 8".to_owned()),
    }
}

pub fn export(arguments: &Arguments) -> Exit {
    let (application, shown) = match load(&arguments.application) {
        Ok(loaded) => (loaded.application, loaded.shown),
        Err(exit) => return exit,
    };
    // The path of an orchestration says which one.
    let named = arguments.orchestration.clone().or(shown);
    let Some(key) = find(&application, named.as_deref()) else { return Exit::Unusable };
    let module = application.modules.get(&key);
    let shapes = module.and_then(|m| m.orchestration.as_ref()).map(|o| o.shapes()).unwrap_or_default();
    let mut collapsed = BTreeSet::new();
    for name in &arguments.collapse {
        let Some(shape) = shapes.iter().find(|s| s.name == *name || s.id.as_str() == name) else {
            complain(format_args!("error: {key} has no shape called {name}"));
            return Exit::Unusable;
        };
        collapsed.insert(shape.id.clone());
    }
    let tokens = Tokens::for_theme(arguments.dark, false);
    let Some(drawing) = module.and_then(|m| svg::svg(&application, m, tokens, &collapsed)) else {
        return Exit::Unusable;
    };
    if let Some(path) = &arguments.svg
        && let Err(exit) = write(path, drawing.as_bytes())
    {
        return exit;
    }
    if let Some(path) = &arguments.gif
        && let Err(exit) = animate(&application, &key, path, arguments)
    {
        return exit;
    }
    if let Some(path) = &arguments.png {
        let picture = match picture::png(&drawing, arguments.scale) {
            Ok(picture) => picture,
            Err(error) => {
                complain_all([&error]);
                return Exit::Failed;
            }
        };
        if let Err(exit) = write(path, &picture) {
            return exit;
        }
    }
    Exit::Done
}

/// Films a saved run, or one that is made for it.
fn animate(application: &Application, key: &str, path: &Path, arguments: &Arguments) -> Result<(), Exit> {
    let made = match &arguments.run {
        Some(file) => {
            let bytes = std::fs::read(file).map_err(|error| {
                complain(format_args!("error: {} cannot be read: {error}", file.display()));
                Exit::Unusable
            })?;
            lab::open(&bytes).map(|opened| opened.run)
        }
        None => VirtualRun::new(application, 0).and_then(|mut run| {
            let span = TimeSpan::from_seconds(i64::from(arguments.seconds));
            run.advance(span).map_err(|error| vec![error]).map(|()| run)
        }),
    };
    let failed = |errors: Vec<Diagnostic>| {
        complain_all(&errors);
        Exit::Failed
    };
    let run = made.map_err(failed)?;
    let film = lab::film(run.run(), key, None, arguments.dark).map_err(|error| failed(vec![error]))?;
    write(path, &film)
}

/// The key of the module that is meant; complains when none or several are.
fn find(application: &Application, name: Option<&str>) -> Option<String> {
    let named: Vec<(&String, &str)> = application
        .modules
        .iter()
        .filter_map(|(key, module)| Some((key, module.orchestration.as_ref()?.name.as_str())))
        .collect();
    let Some(name) = name else {
        if let [(key, _)] = named.as_slice() {
            return Some((*key).clone());
        }
        let all: Vec<&str> = named.iter().map(|(_, name)| *name).collect();
        complain(format_args!("error: say which orchestration: {}", all.join(", ")));
        return None;
    };
    let found = named.iter().find(|(key, own)| *key == name || *own == name);
    if found.is_none() {
        let near = closest(name, named.iter().map(|(_, own)| *own));
        let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        complain(format_args!("error: there is no orchestration {name}{near}"));
    }
    found.map(|(key, _)| (*key).clone())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Exit> {
    if let Err(error) = std::fs::write(path, bytes) {
        complain(format_args!("error: {} cannot be written: {error}", path.display()));
        return Err(Exit::Unusable);
    }
    say(path.display());
    Ok(())
}
