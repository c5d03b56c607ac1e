//! What a run is given away as: its journal in formats of others.

use super::harness;
use super::run::Bench;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;
use orchestrion::journal::export::Format;
use orchestrion::studio::Studio;
use orchestrion::studio::command::Command;
use orchestrion::studio::dialogs::{Answer, FolderDialogs, Purpose};
use orchestrion::studio::run::desk::Page;
use orchestrion::studio::run::player;
use std::path::{Path, PathBuf};

/// A desktop whose dialog always gives a file of this name, as the dialog wants it called.
#[derive(Debug)]
struct Chooses {
    folder: PathBuf,
    asked: Option<Purpose>,
}

impl FolderDialogs for Chooses {
    fn ask(&mut self, purpose: Purpose, _: Option<&Path>, wake: Box<dyn Fn() + Send>) {
        self.asked = Some(purpose);
        wake();
    }

    fn answer(&mut self) -> Answer {
        match self.asked.take() {
            Some(Purpose::Journal(_)) => Answer::Chosen(self.folder.join("orders")),
            other => panic!("{other:?}"),
        }
    }
}

fn bench(folder: &std::path::Path) -> Bench<'static> {
    let mut studio =
        Studio::default().running().with_dialogs(Chooses { folder: folder.to_owned(), asked: None });
    studio.run.hold();
    let mut bench = Bench { window: harness(studio, Theme::Dark, [1400.0, 900.0]) };
    bench.step_to(4);
    bench
}

/// Chooses a command in the search, as a person does, and gives the file it wrote.
fn export(bench: &mut Bench<'_>, folder: &std::path::Path, format: Format) -> String {
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    bench.window.run_steps(2);
    bench.window.get_by_label_contains("Search").type_text(Command::ExportJournal(format).text());
    bench.window.run_steps(3);
    bench.window.key_press(Key::Enter);
    let file = folder.join(format!("orders.{}", format.extension()));
    let written = format!("orders.{}", format.extension());
    // It is whole when it does not grow from one look to the next.
    let size = std::cell::Cell::new(0);
    bench.until("the file", |w| {
        let now = std::fs::metadata(&file).map_or(0, |file| file.len());
        let whole = now > 0 && size.replace(now) == now;
        w.state().said().contains(&written) && whole
    });
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(file).unwrap();
    text
}

#[test]
fn the_journal_is_exported_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = bench(folder.path());
    let events = bench.window.state().run.state.journal.back().unwrap().seq as usize;
    let csv = export(&mut bench, folder.path(), Format::Csv);
    assert!(csv.starts_with("seq,time,elapsed,event,"));
    assert_eq!(csv.lines().count(), events + 1, "a line for each event");
    let xes = export(&mut bench, folder.path(), Format::Xes);
    assert!(xes.contains("<log") && xes.contains("concept:name") && xes.contains("OrderManagerOrch"));
    let otlp = export(&mut bench, folder.path(), Format::Otlp);
    let traces: serde_json::Value = serde_json::from_str(&otlp).unwrap();
    assert!(traces["resourceSpans"].is_array());
}

#[test]
fn an_export_is_of_the_moment_shown_and_of_what_the_filter_lets_through() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = bench(folder.path());
    bench.window.state_mut().run.drawer.set_filter(Page::Journal, "event == message.published");
    let all = export(&mut bench, folder.path(), Format::Csv);
    assert!(all.lines().skip(1).all(|line| line.contains(",message.published,")), "{all}");
    let middle = bench.window.state().run.state.journal.back().unwrap().seq / 2;
    bench.tell(player::Command::Seek(middle));
    bench.until("an earlier moment", |w| w.state().run.past() == Some(middle));
    let half = export(&mut bench, folder.path(), Format::Csv);
    assert!(half.lines().count() > 1 && half.lines().count() < all.lines().count());
}
