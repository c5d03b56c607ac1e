//! What is done in the window, as the line that does the same in a terminal: for scripts, and for a build that runs by
//! itself.

use super::Studio;
use super::app::Mode;
use super::run::desk::Page;
use super::sample;
use super::theme::Tokens;
use egui::{Align, Button, Layout, RichText, Ui, vec2};

/// In place of the folder of an application that was not saved yet.
const NO_FOLDER: &str = "FOLDER";
/// Points it takes at most.
pub const WIDTH: f32 = 360.0;

/// The command line of what is shown; `None` where there is none.
pub fn line(studio: &Studio) -> Option<String> {
    let document = &studio.document;
    let opened = document.opened.as_ref().or(document.folder.as_ref());
    let sample = || match sample::names().contains(&document.name()) {
        true => format!("samples/{}", document.name()),
        false => NO_FOLDER.to_owned(),
    };
    let folder = opened.map_or_else(sample, |folder| quoted(&folder.display().to_string()));
    if studio.mode == Mode::Design {
        return studio.problems_open.then(|| format!("orchestrion check {folder}"));
    }
    let scenarios = &studio.run.scenarios;
    let chosen = scenarios.chosen(&document.app);
    Some(match (studio.run.drawer.page, chosen) {
        (Page::Scenarios, Some(stem)) if scenarios.orders.is_of(stem) => {
            format!("orchestrion explore {folder} {}", quoted(stem))
        }
        (Page::Scenarios, Some(stem)) => format!("orchestrion test {folder} {}", quoted(stem)),
        (Page::Scenarios, None) => format!("orchestrion test {folder}"),
        (Page::Simulation, _) => {
            let words: Vec<String> =
                studio.run.simulation.arguments(&document.app).iter().map(|word| quoted(word)).collect();
            format!("orchestrion simulate {folder} {}", words.join(" ")).trim_end().to_owned()
        }
        _ => format!("orchestrion run {folder}"),
    })
}

/// A word as the shell of this system takes it for one, whatever is in it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:%".contains(c) || cfg!(windows) && c == '\\';
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else if cfg!(windows) {
        // A backslash before the closing quote would take it away.
        let end = word.len() - word.trim_end_matches('\\').len();
        format!("\"{}{}\"", word.replace('"', "\\\""), "\\".repeat(end))
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The line, as a button that copies it.
pub fn ui(ui: &mut Ui, studio: &Studio) {
    let Some(line) = line(studio) else { return };
    let t = Tokens::of(ui);
    // For a moment it says that it was done.
    let (copied, now) = (egui::Id::unique("line copied"), ui.input(|input| input.time));
    let done = ui.data(|data| data.get_temp::<f64>(copied)).is_some_and(|at| now - at < 1.5);
    let words =
        if done { RichText::new("Copied").small() } else { RichText::new(&line).monospace().size(11.0) };
    let words = words.color(if done { t.ok } else { t.muted });
    let button = Button::new(words).truncate().frame_when_inactive(false);
    let size = vec2(WIDTH.min(ui.available_width()), 18.0);
    let response =
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| ui.add(button)).inner;
    let saved = studio.document.folder.is_some();
    let hint = if saved { "" } else { "\nSave the application first: it is in no folder yet" };
    let response =
        response.on_hover_text(format!("Copies the line that does the same in a terminal:\n{line}{hint}"));
    if response.clicked() {
        ui.ctx().copy_text(line);
        ui.data_mut(|data| data.insert_temp(copied, now));
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(1_600));
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    #[cfg(unix)]
    fn a_shell_takes_each_word_as_it_is() {
        for (word, line) in [
            ("a01-new-order", "a01-new-order"),
            ("/home/ana/my orders", "'/home/ana/my orders'"),
            ("$(touch x)", "'$(touch x)'"),
            ("it's", "'it'\\''s'"),
            ("~/orders", "'~/orders'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), line);
        }
    }
}
