//! Random commands, keys, clicks, drags and texts against the whole window: nothing panics, nothing drawn overlaps,
//! every state can be saved and loaded, and undoing all of it finds the original bytes.
//!
//! `ORCHESTRION_STORM=steps[:seed]` takes more steps than the few of an ordinary run.

use super::harness;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::drawing::Layout;
use orchestrion::model::Application;
use orchestrion::model::files::{Tree, decode, encode};
use orchestrion::studio::command::Command;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::{Studio, sample};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// Seeds of every run; one that found something stays.
const SEEDS: [u64; 3] = [1, 2, 20_061];
const STEPS: usize = 160;
/// Steps between two undos of everything; the history keeps more.
const ROUND: usize = 80;
/// With more shapes than this a round begins with the sample again: pasting and duplicating grow without end.
const GROWN: usize = 300;

/// All but those that leave the document; the palette could run these too.
const COMMANDS: [Command; 38] = [
    Command::Undo,
    Command::Redo,
    Command::Cut,
    Command::Copy,
    Command::Duplicate,
    Command::Delete,
    Command::Rename,
    Command::InsertBefore,
    Command::InsertAfter,
    Command::InsertInto,
    Command::AddBranch,
    Command::Wrap,
    Command::Unwrap,
    Command::Convert,
    Command::MoveUp,
    Command::MoveDown,
    Command::MoveLeft,
    Command::MoveRight,
    Command::FlipPort,
    Command::PasteDeclared,
    Command::NewPort,
    Command::NewMessage,
    Command::NewVariable,
    Command::NewCorrelationType,
    Command::NewCorrelationSet,
    Command::NewPortType,
    Command::NewMultipartType,
    Command::SelectAll,
    Command::SelectSiblings,
    Command::Properties,
    Command::Inward,
    Command::Outward,
    Command::Fit,
    Command::ZoomIn,
    Command::ZoomOut,
    Command::CollapseAll,
    Command::ExpandAll,
    Command::Problems,
];

const TEXTS: [&str; 6] = ["scope", "Receive", "x = \"ä\";\n", "loop", "", "(Clip"];

struct Storm {
    window: Harness<'static, Studio>,
    dice: ChaCha8Rng,
    clipboard: String,
    log: Vec<String>,
    /// Revision of the document that was last saved and loaded.
    checked: Option<u64>,
}

impl Storm {
    fn new(name: &str, seed: u64) -> Self {
        let studio = Studio::new(Document::new(sample::load(name).unwrap(), None));
        let mut window = harness(studio, Theme::Dark, [1280.0, 820.0]);
        window.run_steps(2);
        let dice = ChaCha8Rng::seed_from_u64(seed);
        Self { window, dice, clipboard: String::new(), log: Vec::new(), checked: None }
    }

    /// Goes on in a new studio, whose history begins here.
    fn begin(&mut self, app: Application) {
        *self.window.state_mut() = Studio::new(Document::new(app, None));
        self.checked = None;
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice.next_u32() as usize % sides.max(1)
    }

    fn bytes(&self) -> Tree {
        encode(&self.window.state().document.app).unwrap()
    }

    /// A place on the canvas where something is.
    fn somewhere(&mut self) -> egui::Pos2 {
        let (x, y) = (self.roll(700), self.roll(720));
        egui::pos2(270.0 + x as f32, 60.0 + y as f32)
    }

    fn carry(&mut self, from: egui::Pos2, to: egui::Pos2) {
        self.window.drag_at(from);
        self.window.step();
        self.window.hover_at(from.lerp(to, 0.5));
        self.window.step();
        self.window.hover_at(to);
        self.window.step();
        self.window.drop_at(to);
    }

    /// Something one can take hold of or drop on, and what it is called: a tool, a shape or port, the ring of an
    /// operation or a handle, the `+` of an edge, a declaration in the explorer.
    fn something(&mut self) -> Option<(egui::Pos2, String)> {
        let words = ["Toolbox ", "Connect ", "Port ", "Insert ", "correlation set ", "message ", ""];
        let wanted = words[self.roll(words.len())];
        let nodes =
            [Role::Button, Role::TreeItem].into_iter().flat_map(|role| self.window.query_all_by_role(role));
        let found: Vec<_> = nodes
            .filter_map(|node| Some((node.rect().center(), node.accesskit_node().label()?)))
            .filter(|(_, label)| label.starts_with(wanted))
            .collect();
        let at = self.roll(found.len());
        found.into_iter().nth(at)
    }

    fn step(&mut self) {
        let what = self.roll(16);
        match what {
            0..=5 => {
                let at = self.roll(COMMANDS.len());
                let command = COMMANDS[at];
                self.log.push(format!("{command:?}"));
                let ctx = self.window.ctx.clone();
                if command.enabled(self.window.state()) {
                    self.window.state_mut().run_command(&ctx, command);
                }
            }
            6 | 7 => {
                let shapes: Vec<_> = {
                    let document = &self.window.state().document;
                    document
                        .orchestration()
                        .map(|o| o.shapes().iter().map(|s| s.id.clone()).collect())
                        .unwrap_or_default()
                };
                let count = 1 + self.roll(3);
                let mut ids = Vec::new();
                for _ in 0..count {
                    let at = self.roll(shapes.len());
                    ids.extend(shapes.get(at).cloned());
                }
                self.log.push(format!("select {ids:?}"));
                self.window.state_mut().document.select(Selection::of(ids));
            }
            8 => {
                let keys = [
                    Key::Enter,
                    Key::Escape,
                    Key::ArrowDown,
                    Key::ArrowUp,
                    Key::Tab,
                    Key::Plus,
                    Key::Minus,
                    Key::End,
                ];
                let key = keys[self.roll(keys.len())];
                self.log.push(format!("{key:?}"));
                self.window.key_press_modifiers(Modifiers::NONE, key);
            }
            9 => {
                let text = TEXTS[self.roll(TEXTS.len())];
                self.log.push(format!("type {text:?}"));
                self.window.event(Event::Text(text.to_owned()));
            }
            13 | 14 => {
                let (Some((from, a)), Some((to, b))) = (self.something(), self.something()) else { return };
                self.log.push(format!("drag {a} to {b}"));
                self.carry(from, to);
            }
            10 => {
                let at = self.somewhere();
                self.log.push(format!("click {at:?}"));
                self.window.drag_at(at);
                self.window.step();
                self.window.drop_at(at);
            }
            11 => {
                let (from, to) = (self.somewhere(), self.somewhere());
                self.log.push(format!("drag {from:?} to {to:?}"));
                self.carry(from, to);
            }
            12 => {
                self.log.push("paste".to_owned());
                let text = self.clipboard.clone();
                self.window.event(Event::Paste(text));
            }
            _ => {
                self.log.push("Escape".to_owned());
                self.window.key_press(Key::Escape);
            }
        }
        self.window.step();
        let copied = self.window.output().platform_output.commands.iter().find_map(|c| match c {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = copied {
            self.clipboard = text;
        }
    }

    /// True once the search was told to begin a new application: there is nothing to come back to.
    fn left(&self) -> bool {
        self.window.state().document.name() == "Application1"
    }

    /// Saves and loads the state, unless that was done before anything changed, and looks at how it is drawn.
    fn check(&mut self) {
        let document = &self.window.state().document;
        if self.checked != Some(document.revision) {
            let (again, _) = decode(&self.bytes()).unwrap();
            assert!(again == document.app, "a state does not survive saving");
            self.checked = Some(document.revision);
        }
        overlaps(self.window.state().tabs.canvas().layout());
    }

    /// Undoes everything, compares with `before`, and does it again.
    fn there_and_back(&mut self, before: &Tree) {
        let document = &mut self.window.state_mut().document;
        // What was undone at last is part of it.
        while document.redo().unwrap().is_some() {}
        let now = encode(&document.app).unwrap();
        let mut steps = 0;
        while document.undo().unwrap().is_some() {
            steps += 1;
        }
        let back = encode(&document.app).unwrap();
        let (_, undone) = document.history().labels();
        let differ: Vec<_> = back.iter().filter(|(path, text)| before.get(*path) != Some(*text)).collect();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let differ = differ.into_iter().map(|(path, now)| {
            let (now, then) = (text(now), text(before.get(path).map_or(&[], Vec::as_slice)));
            similar::TextDiff::from_lines(&then, &now).unified_diff().header(path, path).to_string()
        });
        let differ: Vec<String> = differ.collect();
        assert!(
            differ.is_empty() && back.len() == before.len(),
            "undoing {steps} steps, {undone:?}, does not find the original:\n{}",
            differ.join("\n")
        );
        while document.redo().unwrap().is_some() {}
        assert!(encode(&document.app).unwrap() == now, "redoing does not find the last state");
    }
}

fn overlaps(layout: &Layout) {
    let cards: Vec<_> = layout.nodes.iter().filter(|n| !n.container).map(|n| (&n.title, n.rect)).collect();
    let mut cards: Vec<_> = cards.into_iter().chain(layout.ports.iter().map(|p| (&p.name, p.rect))).collect();
    cards.sort_by(|a, b| a.1.top().total_cmp(&b.1.top()));
    for (i, (a, ra)) in cards.iter().enumerate() {
        for (b, rb) in cards[i + 1..].iter().take_while(|(_, r)| r.top() < ra.bottom()) {
            assert!(!ra.shrink(0.01).intersects(*rb), "{a} lies on {b}");
        }
    }
    for node in &layout.nodes {
        if let Some(parent) = node.parent {
            assert!(
                layout.nodes[parent].rect.expand(0.01).contains_rect(node.rect),
                "{} leaves its container",
                node.title
            );
        }
    }
}

#[test]
fn a_storm_of_commands_can_be_undone_and_saved_at_every_step() {
    let wanted = std::env::var("ORCHESTRION_STORM").unwrap_or_default();
    let mut parts = wanted.split(':');
    let steps = parts.next().and_then(|n| n.parse().ok()).unwrap_or(STEPS);
    let seeds = parts.next().and_then(|n| n.parse().ok()).map_or(SEEDS.to_vec(), |seed| vec![seed]);
    for seed in seeds {
        let name = if seed % 2 == 0 { "hello" } else { "southridge" };
        let mut storm = Storm::new(name, seed);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut changed = 0;
            let size: usize = storm.window.state().document.sizes.values().sum();
            for round in 0..steps.div_ceil(ROUND) {
                let document = &mut storm.window.state_mut().document;
                if document.sizes.values().sum::<usize>() > size + GROWN {
                    *document = Document::new(sample::load(name).unwrap(), None);
                }
                let app = document.app.clone();
                let folder = storm.bytes();
                let begun = app.clone();
                // A new document each round: its history then begins where the bytes were taken.
                storm.begin(app);
                for _ in 0..ROUND.min(steps - round * ROUND) {
                    storm.step();
                    if storm.left() {
                        break;
                    }
                    storm.check();
                }
                if storm.left() {
                    storm.begin(begun);
                    continue;
                }
                storm.there_and_back(&folder);
                storm.check();
                changed += usize::from(storm.bytes() != folder);
            }
            assert!(changed > 0, "the storm changed nothing");
        }));
        if let Err(panic) = outcome {
            let last = storm.log.iter().rev().take(12).rev().cloned().collect::<Vec<_>>().join("\n  ");
            println!("seed {seed} on {name}, after\n  {last}");
            std::panic::resume_unwind(panic);
        }
    }
}
