//! Every panel and dialog, with nothing, the usual, much and very long names in it, small and large, dark and light:
//! no word is cut off, covered or too faint to read, and every control has a name and a place in the window.
//!
//! `ORCHESTRION_PICTURES=folder` writes a picture of each, to be looked at; `ORCHESTRION_ONLY=a,b` keeps to those whose
//! file name has all of these words.

mod audit;
mod data;
mod keyboard;
mod scenes;

use crate::window::Window;
use data::Amount;
use egui::Theme;
use scenes::Scene;
use std::path::PathBuf;

const SMALL: [f32; 2] = [1024.0, 640.0];
const LARGE: [f32; 2] = [2560.0, 1440.0];

/// Where pictures go, and which.
struct Look {
    pictures: Option<PathBuf>,
    only: String,
    found: Vec<String>,
}

impl Look {
    fn new() -> Self {
        let pictures = std::env::var("ORCHESTRION_PICTURES").ok().map(PathBuf::from);
        Self { pictures, only: std::env::var("ORCHESTRION_ONLY").unwrap_or_default(), found: Vec::new() }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.split(',').all(|part| name.contains(part))
    }

    fn at(&mut self, window: &mut Window, name: &str) {
        self.found.extend(audit::faults(window).into_iter().map(|fault| format!("{name}: {fault}")));
        for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
            window.ctx.set_theme(theme);
            window.step();
            let faint = audit::faint(window);
            self.found.extend(faint.into_iter().map(|fault| format!("{name}-{word}: {fault}")));
            if let Some(folder) = &self.pictures {
                std::fs::create_dir_all(folder).unwrap();
                window.render().unwrap().save(folder.join(format!("{name}-{word}.png"))).unwrap();
            }
        }
        window.ctx.set_theme(Theme::Dark);
        window.step();
    }

    /// With an application that has everything, `all` come about, but for those that are counted.
    fn through(&mut self, window: &mut Window, all: &[Scene], about: &str, clear: bool, everything: bool) {
        for scene in all {
            let name = format!("{}-{about}", scene.name);
            if !self.wants(&name) {
                continue;
            }
            if clear {
                scenes::clear(window);
            }
            if (scene.make)(window) {
                self.at(window, &name);
            } else if everything && !scene.name.ends_with(|c: char| c.is_ascii_digit()) {
                self.found.push(format!("{name}: does not come about"));
            }
        }
    }

    fn done(self) {
        assert!(self.found.is_empty(), "{} faults:\n{}", self.found.len(), self.found.join("\n"));
    }
}

fn drawn(amount: Amount, size: [f32; 2], word: &str) {
    let app = amount.application();
    let mut look = Look::new();
    let mut window = scenes::window(&app, size);
    let about = format!("{}-{word}", amount.word());
    look.through(&mut window, &scenes::design(), &about, true, amount != Amount::Empty);
    for (name, mut window) in scenes::safety(&app, size) {
        let name = format!("{name}-{about}");
        if look.wants(&name) {
            look.at(&mut window, &name);
        }
    }
    look.done();
}

fn run(amounts: &[Amount], size: [f32; 2], word: &str) {
    let mut look = Look::new();
    for amount in amounts {
        let about = format!("{}-{word}", amount.word());
        let mut bench = scenes::running(*amount, &amount.runnable(), size);
        look.through(&mut bench.window, &scenes::run(), &about, false, *amount != Amount::Empty);
    }
    look.done();
}

#[test]
fn an_empty_application_in_a_small_window() {
    drawn(Amount::Empty, SMALL, "small");
}

#[test]
fn the_usual_in_a_small_window() {
    drawn(Amount::Typical, SMALL, "small");
}

#[test]
fn a_crowded_application_in_a_small_window() {
    drawn(Amount::Crowded, SMALL, "small");
}

#[test]
fn very_long_names_in_a_small_window() {
    drawn(Amount::Long, SMALL, "small");
}

#[test]
fn the_usual_in_a_large_window() {
    drawn(Amount::Typical, LARGE, "large");
}

#[test]
fn very_long_names_in_a_large_window() {
    drawn(Amount::Long, LARGE, "large");
}

#[test]
fn runs_in_a_small_window() {
    run(&[Amount::Empty, Amount::Typical, Amount::Crowded, Amount::Long], SMALL, "small");
}

#[test]
fn a_run_in_a_large_window() {
    run(&[Amount::Crowded], LARGE, "large");
}
