//! Which command the pressed keys mean, by what has the focus.

use super::Command;
use crate::studio::{keymap, panels};
use egui::{Key, KeyboardShortcut, Modifiers};

impl Command {
    /// True for what has its keys in a run only, and not while one types.
    pub(super) fn looks_back(self) -> bool {
        use Command as C;
        matches!(
            self,
            C::StepBack
                | C::StepForward
                | C::ByEvent
                | C::ByShape
                | C::ByMessage
                | C::PreviousProblem
                | C::NextProblem
                | C::BackToNow
                | C::Why
                | C::FailureStops
                | C::ExceptionStops
                | C::Breakpoints
                | C::Runs
                | C::TimeIn
                | C::TimeOut
                | C::TimeAll
                | C::Faster
                | C::Slower
                | C::Narrate
                | C::FilterList
        )
    }

    /// True for what goes from problem to problem: those of the run, or of the application as it is written.
    pub(super) fn goes_to_problem(self) -> bool {
        matches!(self, Self::PreviousProblem | Self::NextProblem)
    }

    /// True for what keys do to the drawing; a field that has the keyboard keeps such keys.
    fn on_drawing(self) -> bool {
        use Command as C;
        matches!(
            self,
            C::Cut
                | C::Copy
                | C::Paste
                | C::PasteDeclared
                | C::Duplicate
                | C::Delete
                | C::Rename
                | C::InsertBefore
                | C::InsertAfter
                | C::InsertInto
                | C::AddBranch
                | C::Wrap
                | C::Unwrap
                | C::Convert
                | C::MoveUp
                | C::MoveDown
                | C::MoveLeft
                | C::MoveRight
                | C::SelectAll
                | C::SelectSiblings
                | C::Inward
                | C::Outward
        )
    }

    /// True for what goes on with the application as it is written: what is typed into a name counts first.
    pub fn settles(self) -> bool {
        use Command as C;
        matches!(
            self,
            C::Save
                | C::SaveAs
                | C::New
                | C::Open
                | C::OpenSample
                | C::Run
                | C::CompareWith
                | C::ExportSvg
                | C::ExportPng
                | C::CopyPicture
                | C::Fix
        ) || self.leaves()
    }

    /// True for what goes elsewhere: the field in which one types is left for good.
    pub fn leaves(self) -> bool {
        use Command as C;
        matches!(
            self,
            C::NextTab
                | C::PreviousTab
                | C::CloseTab
                | C::ReopenTab
                | C::Back
                | C::Forward
                | C::SplitTab
                | C::ApplicationView
                | C::PortsEditor
                | C::Configuration
                | C::Settings
                | C::CompareSaved
                | C::PreviousProblem
                | C::NextProblem
        )
    }

    /// The command whose keys were pressed, longer combinations first. Typing in a field keeps its own keys; undo and
    /// redo are the document's in a field that edits the document as one types, or in which nothing is typed. Without a `canvas` in front the keys for
    /// the drawing belong to what has the focus.
    pub fn pressed(ctx: &egui::Context, canvas: bool, running: bool) -> Vec<Self> {
        let typing = ctx.text_edit_focused();
        // The name under the caret can be renamed from where one writes.
        let in_code = crate::studio::editor::focused(ctx).is_some();
        let bound = panels::fields::bound(ctx);
        let keymap = keymap::of(ctx);
        let mut all: Vec<(Self, KeyboardShortcut)> =
            Self::ALL.into_iter().filter_map(|c| Some((c, keymap.shortcut(c)?))).collect();
        all.sort_by_key(|(_, s)| std::cmp::Reverse(u8::from(s.modifiers.shift) + u8::from(s.modifiers.alt)));
        // Plus shares its key with Equals on many keyboards and needs Shift there; what one has put on Equals comes first.
        let plus = all.iter().filter(|(_, s)| s.logical_key == Key::Plus && !s.modifiers.shift);
        let equals: Vec<_> =
            plus.map(|(c, s)| (*c, KeyboardShortcut::new(s.modifiers, Key::Equals))).collect();
        all.extend(equals);
        // What most other programs have for Redo.
        let again = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
        if all.iter().all(|(_, shortcut)| *shortcut != again) {
            all.push((Self::Redo, again));
        }
        let mut found = Vec::new();
        ctx.input_mut(|input| {
            for (command, shortcut) in all {
                let waits = if running { typing } else { !command.goes_to_problem() };
                if command.looks_back() && waits {
                    continue;
                }
                let steps = matches!(command, Self::Undo | Self::Redo);
                let drawing = command.on_drawing() && !(command == Self::Rename && in_code);
                if (drawing && (typing || !canvas)) || (steps && typing && !bound) {
                    continue;
                }
                if taken(input, &shortcut) {
                    found.push(command);
                }
            }
            for (button, command) in
                [(egui::PointerButton::Extra1, Self::Back), (egui::PointerButton::Extra2, Self::Forward)]
            {
                if input.pointer.button_pressed(button) {
                    found.push(command);
                }
            }
            // Whatever has the focus, unless it takes text.
            if running && !typing && input.consume_key(Modifiers::NONE, Key::Space) {
                found.push(Self::PlayPause);
            }
            if !typing && canvas {
                // The desktop turns Ctrl+C, X and V into events of their own.
                input.events.retain(|event| {
                    let command = match event {
                        egui::Event::Copy => Self::Copy,
                        egui::Event::Cut => Self::Cut,
                        _ => return true,
                    };
                    found.push(command);
                    false
                });
            }
        });
        found
    }
}

/// Takes the keys from the input if they were pressed with these modifiers and no others; where a sign is on the
/// keyboard, and so whether it takes Shift or Alt, is not for us to know.
fn taken(input: &mut egui::InputState, shortcut: &KeyboardShortcut) -> bool {
    let name = shortcut.logical_key.name();
    let sign = !name.chars().all(|c| c.is_ascii_alphanumeric()) || SIGNS.contains(&shortcut.logical_key);
    if sign {
        return input.consume_shortcut(shortcut);
    }
    let before = input.events.len();
    input.events.retain(|event| {
        let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
        *key != shortcut.logical_key || !modifiers.matches_exact(shortcut.modifiers)
    });
    input.events.len() < before
}

const SIGNS: [Key; 13] = [
    Key::Plus,
    Key::Minus,
    Key::Equals,
    Key::Colon,
    Key::Comma,
    Key::Backslash,
    Key::Slash,
    Key::Pipe,
    Key::Questionmark,
    Key::OpenBracket,
    Key::CloseBracket,
    Key::Period,
    Key::Semicolon,
];
