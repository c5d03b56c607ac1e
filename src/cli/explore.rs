use super::{Exit, complain, complain_all, load, say};
use crate::diagnostic::counted;
use crate::journal::Line;
use crate::lab::scenario::parse_span;
use crate::lab::search::{Bounds, Search, Verdict};
use clap::Args;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Look through every order in which the messages of a scenario can arrive, and all that can overtake each other.
///
/// Prints how far it looked, and what goes wrong in some order with the shortest way there. What goes wrong in the
/// scenario's own order, too, is marked and fails nothing.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder; its scenarios are scenarios/*.scenario.ron.
    application: PathBuf,
    /// File stem of the scenario, or the beginning of it.
    scenario: String,
    /// Most states to visit.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    states: u32,
    /// Messages keep their order; only what lies between them changes.
    #[arg(long)]
    in_order: bool,
    /// Virtual time to look at after the end of the scenario, such as `60 s` or `2 h`.
    #[arg(long, default_value = "60 s")]
    beyond: String,
    /// Print the journal of what was found, by its number.
    #[arg(long, value_name = "NUMBER")]
    journal: Option<usize>,
}

pub fn explore(arguments: &Arguments) -> Exit {
    let application = match load(&arguments.application) {
        Ok(loaded) => loaded.application,
        Err(exit) => return exit,
    };
    let wanted = arguments.scenario.as_str();
    let like: Vec<&str> =
        application.scenarios.keys().map(String::as_str).filter(|s| s.starts_with(wanted)).collect();
    let stem = match like.as_slice() {
        all if all.contains(&wanted) => wanted,
        [] => wanted,
        [one] => *one,
        [first, second, ..] => {
            let others = if like.len() > 2 { ", …" } else { "" };
            complain(format_args!(
                "error: `{wanted}` is the beginning of {}: {first}, {second}{others}\n  help: write more of it",
                counted(like.len(), "scenario")
            ));
            return Exit::Unusable;
        }
    };
    let search = match Search::of_scenario(&application, stem) {
        Ok(search) => search,
        Err(errors) => {
            complain_all(&errors);
            return Exit::Unusable;
        }
    };
    let Some(beyond) = parse_span(&arguments.beyond) else {
        complain(format_args!(
            "error: `{}` is no span of time\n  help: write a number and its unit, such as 60 s",
            arguments.beyond
        ));
        return Exit::Unusable;
    };
    let bounds = Bounds { states: arguments.states as usize, in_order: arguments.in_order, beyond };
    let shows = std::io::stderr().is_terminal();
    let verdict = search.all(&bounds, &mut |states| {
        if shows && states % 1024 == 0 {
            let _ = write!(std::io::stderr(), "\r{states} states");
        }
        true
    });
    if shows {
        let _ = write!(std::io::stderr(), "\r                    \r");
    }
    say(format_args!("{stem}: {}", verdict.text()));
    print(&verdict);
    say(format_args!("found: {}", verdict.found_text()));
    if let Some(number) = arguments.journal {
        let Some(found) = number.checked_sub(1).and_then(|at| verdict.findings.get(at)) else {
            complain(format_args!(
                "error: there is no finding {number}, only {}\n  help: give the number at its beginning",
                verdict.findings.len()
            ));
            return Exit::Unusable;
        };
        let run = search.way(found).play();
        for event in run.run().events() {
            if !say(Line { event, origin: run.run().start() }) {
                break;
            }
        }
    }
    if verdict.findings.iter().any(|found| !found.usual) { Exit::Failed } else { Exit::Done }
}

fn print(verdict: &Verdict) {
    for (place, found) in verdict.findings.iter().enumerate() {
        let usual = if found.usual { " [in the scenario itself, too]" } else { "" };
        say(format_args!("{:>4}  {}{usual}\n      {}", place + 1, found.text(), found.way_text()));
    }
}
