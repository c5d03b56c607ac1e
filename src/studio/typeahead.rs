//! Keys typed faster than the studio answers are answered in their order.
//!
//! A key that is a command changes what the next keys mean: it opens a search, or moves the focus to a field. Those who
//! type ahead, and machines that are busy, bring several such keys in one frame. Each has one to itself, and what comes
//! after it waits until the field it may have opened has the keyboard.

use egui::{Context, Event, Key, Plugin, RawInput};
use std::collections::{HashSet, VecDeque};

/// Frames from a command to the keyboard in the field it opens: one shows the field, in the next it has the focus.
const SETTLING: u8 = 2;

#[derive(Debug, Default)]
pub struct TypeAhead {
    waiting: VecDeque<Event>,
    /// What tells a key that is held down from one that is pressed anew.
    down: HashSet<Key>,
    settling: u8,
    by_keys: bool,
}

/// True while one works with the keyboard: where the pointer happens to rest means nothing then.
pub fn by_keys(ctx: &Context) -> bool {
    ctx.with_plugin(|keys: &mut TypeAhead| keys.by_keys).unwrap_or(false)
}

impl Plugin for TypeAhead {
    fn debug_name(&self) -> &'static str {
        "type-ahead"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let settled = self.settling == 0;
        self.settling = self.settling.saturating_sub(1);
        self.waiting.extend(input.events.drain(..));
        // In a field letters are no commands.
        let typing = ctx.text_edit_focused();
        while let Some(event) = self.waiting.pop_front_if(|event| settled || !acts(event)) {
            let pressed = self.presses(&event);
            let command = pressed.is_some_and(|(key, plain)| !typing || !writes(key, plain))
                || (!typing && matches!(event, Event::Copy | Event::Cut | Event::Paste(_)));
            input.events.push(event);
            if command {
                // The letter of a command is no text.
                input.events.extend(self.waiting.pop_front_if(|event| matches!(event, Event::Text(_))));
                self.settling = SETTLING;
                break;
            }
        }
        if !self.waiting.is_empty() {
            ctx.request_repaint();
        }
    }
}

impl TypeAhead {
    /// The key that is pressed anew, and whether without Ctrl and Alt. A key that is held down repeats in as few frames as
    /// there are.
    fn presses(&mut self, event: &Event) -> Option<(Key, bool)> {
        match event {
            Event::Key { key, pressed: true, modifiers, .. } => {
                self.by_keys = true;
                self.down.insert(*key).then_some((*key, !modifiers.command && !modifiers.alt))
            }
            Event::Key { key, .. } => {
                self.down.remove(key);
                None
            }
            Event::PointerMoved(_) | Event::PointerButton { .. } => {
                self.by_keys = false;
                None
            }
            // What is let go elsewhere is not heard of.
            Event::WindowFocused(_) => {
                self.down.clear();
                None
            }
            _ => None,
        }
    }
}

/// True for what does something: it must not overtake a key.
fn acts(event: &Event) -> bool {
    match event {
        Event::Key { pressed, .. } => *pressed,
        Event::Copy | Event::Cut | Event::Paste(_) | Event::Text(_) | Event::Ime(_) => true,
        Event::PointerButton { .. } => true,
        _ => false,
    }
}

/// True for the keys of a field itself.
fn writes(key: Key, plain: bool) -> bool {
    let leaves = matches!(key, Key::Enter | Key::Tab | Key::Escape | Key::ArrowUp | Key::ArrowDown);
    plain && !leaves && !(Key::F1..=Key::F35).contains(&key)
}
