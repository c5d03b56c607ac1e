//! Keys typed faster than the studio answers are answered in their order.
//!
//! A key that is a command changes what the next keys mean: it opens a search, or moves the focus to a field. Those who
//! type ahead, and machines that are busy, bring several such keys in one frame. Each has one to itself, and what comes
//! after it waits until the field it may have opened has the keyboard.

use egui::{Context, Event, Key, Modifiers, Plugin, RawInput};
use std::collections::{HashSet, VecDeque};

/// Frames from a command to the keyboard in the field it opens: one shows the field, in the next it has the focus.
const SETTLING: u8 = 2;

#[derive(Debug, Default)]
pub struct TypeAhead {
    waiting: VecDeque<Event>,
    /// What tells a key that is held down from one that is pressed anew.
    down: HashSet<Key>,
    settling: u8,
    /// The command that was handed on last.
    last: Option<(Key, Modifiers)>,
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
        self.waiting.extend(input.events.drain(..));
        let again = self.last.is_some_and(repeats)
            && self.waiting.iter().find(|event| acts(event)).map(struck) == Some(self.last);
        let settled = self.settling == 0 || again;
        self.settling = self.settling.saturating_sub(1);
        // In a field letters are no commands.
        let typing = ctx.text_edit_focused();
        let mut written = false;
        while let Some(event) = self.waiting.pop_front_if(|event| settled || !acts(event)) {
            let command = self.commands(&event, typing);
            // A list of completions first hears what was written before Enter.
            if command && written {
                self.waiting.push_front(event);
                break;
            }
            self.note(&event);
            written |= acts(&event);
            if command {
                self.last = struck(&event);
            }
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
    /// True for a key that changes what the next ones mean. One that is held down repeats in as few frames as there are.
    fn commands(&self, event: &Event, typing: bool) -> bool {
        match event {
            Event::Key { key, pressed: true, modifiers, .. } => {
                let plain = !modifiers.command && !modifiers.alt;
                !modifies(*key) && !self.down.contains(key) && (!typing || !writes(*key, plain))
            }
            Event::Copy | Event::Cut | Event::Paste(_) => !typing,
            _ => false,
        }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Key { key, pressed: true, .. } => {
                self.by_keys = true;
                self.down.insert(*key);
            }
            Event::Key { key, .. } => {
                self.down.remove(key);
            }
            Event::PointerMoved(_) | Event::PointerButton { .. } => self.by_keys = false,
            // What is let go elsewhere is not heard of.
            Event::WindowFocused(_) => self.down.clear(),
            _ => {}
        }
    }
}

fn struck(event: &Event) -> Option<(Key, Modifiers)> {
    match event {
        Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
        _ => None,
    }
}

/// True for a command after which the same again means the same: a step, or one with Ctrl.
fn repeats((key, modifiers): (Key, Modifiers)) -> bool {
    modifiers.command || matches!(key, Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight)
}

/// True for what does something: it must not overtake a key.
fn acts(event: &Event) -> bool {
    match event {
        Event::Key { key, pressed, .. } => *pressed && !modifies(*key),
        Event::Copy | Event::Cut | Event::Paste(_) | Event::Text(_) | Event::Ime(_) => true,
        Event::PointerButton { .. } => true,
        _ => false,
    }
}

/// True for a key that only changes what others mean while it is down.
fn modifies(key: Key) -> bool {
    use Key as K;
    matches!(
        key,
        K::ShiftLeft
            | K::ShiftRight
            | K::ControlLeft
            | K::ControlRight
            | K::AltLeft
            | K::AltRight
            | K::SuperLeft
            | K::SuperRight
    )
}

/// True for the keys of a field itself.
fn writes(key: Key, plain: bool) -> bool {
    let leaves = matches!(key, Key::Enter | Key::Tab | Key::Escape | Key::ArrowUp | Key::ArrowDown);
    plain && !leaves && !(Key::F1..=Key::F35).contains(&key)
}
