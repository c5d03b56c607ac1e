//! Which keys do what: the table's own shortcuts, and what the user put in their place.

use super::command::Command;
use egui::{Key, KeyboardShortcut, Modifiers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The user's own keys by name of the command; an empty text takes the keys away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Keymap {
    own: BTreeMap<String, String>,
}

impl Keymap {
    /// The keys of a command.
    pub fn shortcut(&self, command: Command) -> Option<KeyboardShortcut> {
        match self.own.get(&name(command)) {
            Some(text) => parse(text),
            None => command.shortcut(),
        }
    }

    /// True when the user changed the keys of a command.
    pub fn is_own(&self, command: Command) -> bool {
        self.own.contains_key(&name(command))
    }

    /// Gives a command other keys, or none.
    pub fn set(&mut self, command: Command, shortcut: Option<KeyboardShortcut>) {
        if shortcut == command.shortcut() {
            self.own.remove(&name(command));
        } else {
            self.own.insert(name(command), shortcut.map_or_else(String::new, |s| text(&s)));
        }
    }

    /// Gives a command its designed keys back.
    pub fn reset(&mut self, command: Command) {
        self.own.remove(&name(command));
    }

    pub fn reset_all(&mut self) {
        self.own.clear();
    }

    /// Commands other than `command` that have these keys.
    pub fn others(&self, command: Command, shortcut: &KeyboardShortcut) -> Vec<Command> {
        let same = |c: &Command| *c != command && self.shortcut(*c).as_ref() == Some(shortcut);
        Command::ALL.into_iter().filter(same).collect()
    }
}

/// Name of a command in the preferences; its variant's, so that rewording it changes nothing.
fn name(command: Command) -> String {
    format!("{command:?}")
}

/// `Ctrl+Shift+K`.
fn text(shortcut: &KeyboardShortcut) -> String {
    let m = shortcut.modifiers;
    let mut text = String::new();
    for (held, name) in [(m.command || m.ctrl, "Ctrl+"), (m.alt, "Alt+"), (m.shift, "Shift+")] {
        if held {
            text.push_str(name);
        }
    }
    text + shortcut.logical_key.name()
}

fn parse(text: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut rest = text;
    for (name, modifier) in
        [("Ctrl+", Modifiers::COMMAND), ("Alt+", Modifiers::ALT), ("Shift+", Modifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(name) {
            (rest, modifiers) = (after, modifiers.plus(modifier));
        }
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(rest)?))
}

/// The keys as they are now, for whatever shows or listens to them.
pub fn install(ctx: &egui::Context, keymap: &Keymap) {
    let current = of(ctx);
    if *current != *keymap {
        ctx.data_mut(|data| data.insert_temp(egui::Id::unique("keymap"), Arc::new(keymap.clone())));
    }
}

pub fn of(ctx: &egui::Context) -> Arc<Keymap> {
    ctx.data(|data| data.get_temp(egui::Id::unique("keymap"))).unwrap_or_default()
}

/// The keys of a command as they are shown: `Ctrl+K`; empty when it has none.
pub fn words(ctx: &egui::Context, command: Command) -> String {
    of(ctx).shortcut(command).map_or_else(String::new, |shortcut| format(ctx, &shortcut))
}

/// Signs are shown as they stand on the key.
pub fn format(ctx: &egui::Context, shortcut: &KeyboardShortcut) -> String {
    let sign = match shortcut.logical_key {
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Comma => ",",
        Key::Period => ".",
        Key::Semicolon => ";",
        Key::Slash => "/",
        Key::Backslash => "\\",
        Key::Minus => "-",
        Key::Plus => "+",
        Key::Equals => "=",
        _ => return ctx.format_shortcut(shortcut),
    };
    let words = ctx.format_shortcut(shortcut);
    let name = shortcut.logical_key.symbol_or_name();
    let held = words.strip_suffix(name).or_else(|| words.strip_suffix(shortcut.logical_key.name()));
    held.map_or(words.clone(), |held| format!("{held}{sign}"))
}

/// Keys pressed this frame that can be a shortcut; a letter needs Ctrl or Alt, as it is for typing.
pub fn pressed(ctx: &egui::Context) -> Option<KeyboardShortcut> {
    ctx.input_mut(|input| {
        let mut found = None;
        input.events.retain(|event| {
            let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            let alone =
                matches!(key, Key::Escape | Key::Tab | Key::Enter | Key::Space) && modifiers.is_none();
            let function = key.name().starts_with('F') && key.name().len() > 1;
            let special = function || matches!(key, Key::Insert | Key::Delete | Key::Home | Key::End);
            if alone || !(special || modifiers.command || modifiers.ctrl || modifiers.alt) {
                return true;
            }
            let held = Modifiers { command: false, mac_cmd: false, ctrl: false, ..*modifiers };
            let held = if modifiers.command || modifiers.ctrl { held.plus(Modifiers::COMMAND) } else { held };
            found = Some(KeyboardShortcut::new(held, *key));
            false
        });
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_of_the_table_reads_back_from_its_text() {
        for command in Command::ALL {
            if let Some(shortcut) = command.shortcut() {
                assert_eq!(parse(&text(&shortcut)), Some(shortcut), "{command:?}: {}", text(&shortcut));
            }
        }
        assert_eq!(parse("Ctrl+Nonsense"), None);
    }

    #[test]
    fn signs_are_shown_as_they_stand_on_the_key() {
        let ctx = egui::Context::default();
        for (keys, shown) in [("Ctrl+OpenBracket", "["), ("Ctrl+Shift+Comma", ","), ("Ctrl+K", "K")] {
            let words = format(&ctx, &parse(keys).unwrap());
            assert!(words.ends_with(&format!("+{shown}")), "{words}");
        }
    }

    #[test]
    fn no_two_commands_have_the_same_keys() {
        let keymap = Keymap::default();
        for command in Command::ALL {
            if let Some(shortcut) = keymap.shortcut(command) {
                assert_eq!(keymap.others(command, &shortcut), [], "{command:?}");
            }
        }
    }

    #[test]
    fn keys_can_be_changed_taken_away_and_given_back() {
        let mut keymap = Keymap::default();
        let keys = parse("Ctrl+Alt+P").unwrap();
        keymap.set(Command::Palette, Some(keys));
        assert_eq!(keymap.shortcut(Command::Palette), Some(keys));
        assert_eq!(keymap.others(Command::Save, &keys), [Command::Palette]);
        keymap.set(Command::Palette, None);
        assert!(keymap.shortcut(Command::Palette).is_none() && keymap.is_own(Command::Palette));
        keymap.set(Command::Palette, Command::Palette.shortcut());
        assert!(!keymap.is_own(Command::Palette), "the designed keys are nobody's own");
    }
}
