//! The editor of XLANG/s texts: colours, completion, findings under the characters they are about, types under the
//! pointer, and the ways from a name to its declaration and uses. It changes only the text it is given.

mod large;
mod list;
mod paint;
mod tips;

pub use large::ui as large;
pub use list::keeping_focus;

use super::document::{Action, Ask, Document};
use super::theme::Tokens;
use crate::diagnostic::Diagnostic;
use crate::language::{self, CodePlace, Completions, Scope};
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, EventFilter, Id, Key, Modifiers, RichText, TextEdit, Ui};
use std::ops::Range;
use std::sync::Arc;

/// Seconds after the last keystroke in which a word one is writing is not called wrong.
const QUIET: f64 = 0.7;

/// Where an editor stands.
#[derive(Debug)]
pub struct Field<'a> {
    pub document: &'a Document,
    pub place: CodePlace,
    pub label: &'a str,
    pub rows: usize,
    /// In a tab of its own, where it takes all the room.
    pub large: bool,
}

/// What an editor remembers between frames.
#[derive(Clone, Debug, Default)]
struct State {
    list: Option<List>,
    /// When a character was typed last.
    typed_at: Option<f64>,
    /// The call around the caret is shown until Escape is pressed.
    signature: bool,
    found: Arc<Found>,
}

#[derive(Clone, Debug)]
struct List {
    completions: Arc<Completions>,
    at: usize,
    /// The selection was moved by keys, so that it must be in view.
    moved: bool,
}

/// Findings about one state of the text.
#[derive(Debug, Default)]
struct Found {
    revision: u64,
    checked: bool,
    text: String,
    all: Vec<(Range<usize>, Diagnostic)>,
}

/// The editor that has the keyboard, and where its caret is in bytes.
#[derive(Clone, Debug)]
pub struct Focused {
    pub place: CodePlace,
    pub caret: usize,
    pub large: bool,
    id: Id,
}

/// The editor that has the keyboard.
pub fn focused(ctx: &Context) -> Option<Focused> {
    let found: Focused = ctx.data(|d| d.get_temp(Id::unique("code with the keyboard")))?;
    ctx.memory(|m| m.has_focus(found.id)).then_some(found)
}

/// Offers completions where the caret is, in the next frame.
pub fn offer(ctx: &Context, editor: &Focused) {
    ctx.data_mut(|d| d.insert_temp(editor.id.with("offer"), true));
}

/// Puts the keyboard into the editor of `place`, in its tab or in the properties panel, with `range` selected, as soon as it is shown.
pub fn put_caret(ctx: &Context, place: &CodePlace, large: bool, range: Range<usize>) {
    ctx.data_mut(|d| d.insert_temp(Id::unique("caret to put"), (id_of(place, large), range)));
}

fn id_of(place: &CodePlace, large: bool) -> Id {
    Id::unique(("code", &place.module, place.owner.as_ref().map(|o| o.as_str()), &place.property, large))
}

/// Shows the editor below its label; true when `value` was changed.
pub fn code(ui: &mut Ui, field: &Field<'_>, value: &mut String, actions: &mut Vec<Action>) -> bool {
    let t = Tokens::of(ui);
    let mut label = None;
    if !field.large {
        ui.horizontal(|ui| {
            label = Some(ui.label(RichText::new(field.label).small().color(t.muted)).id);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let open = super::panels::fields::icon_button(
                    ui,
                    super::icons::Glyph::Parts,
                    &format!("Open {} in a tab", field.label),
                );
                if open.clicked() {
                    actions.push(Action::Ask(Ask::Large(field.place.clone())));
                }
            });
        });
    }
    let changed = match label {
        Some(label) => ui.label_inputs_by(label, |ui| show(ui, field, value, actions)),
        None => show(ui, field, value, actions),
    };
    tips::values(ui, field.document, value);
    ui.add_space(2.0);
    changed
}

fn show(ui: &mut Ui, field: &Field<'_>, value: &mut String, actions: &mut Vec<Action>) -> bool {
    let id = id_of(&field.place, field.large);
    let state_id = id.with("editor");
    let mut state: State = ui.data(|d| d.get_temp(state_id)).unwrap_or_default();
    let had_focus = ui.memory(|m| m.has_focus(id));
    let keys = if had_focus {
        list::Keys::take(ui, state.list.is_some(), state.signature)
    } else {
        list::Keys::default()
    };
    take_caret(ui, id, value);
    let before = value.clone();
    let knowledge = field.document.knowledge();
    let scope = Scope::at(&field.document.app, &knowledge, &field.place);
    let found = findings(field, scope.as_ref(), &state, value);
    state.found = Arc::clone(&found);
    let rows =
        if field.large { ((ui.available_height() - 96.0) / 17.0).max(4.0) as usize } else { field.rows };
    let mut layouter =
        |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| super::code::galley(ui, text.as_str(), width);
    let edit = TextEdit::multiline(value)
        .id(id)
        .code_editor()
        .desired_rows(rows)
        .desired_width(f32::INFINITY)
        .event_filter(EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            tab: rows > 1 || state.list.is_some(),
            escape: state.list.is_some() || state.signature,
        })
        .layouter(&mut layouter);
    let output = list::keeping_focus(ui, id, state.list.is_some(), |ui| edit.show(ui));
    let response = output.response.response.clone();
    super::panels::fields::bind(&response);
    if field.large {
        let _named = response.clone().accessible_name(field.label);
    }
    let focused = response.has_focus();
    let caret = output.cursor_range.map(|range| byte_at(value, range.primary.index.0));
    let now = ui.input(|i| i.time);
    let mut changed = response.changed();
    if changed {
        state.typed_at = Some(now);
        ui.request_repaint_after(std::time::Duration::from_secs_f64(QUIET));
    }
    let typing = state.typed_at.is_some_and(|at| now - at < QUIET) && focused;
    let painter = ui.painter().with_clip_rect(output.text_clip_rect.expand(2.0));
    let text = paint::Text { galley: &output.galley, at: output.galley_pos, text: value };
    let quiet = caret.filter(|_| typing);
    for (range, problem) in &found.all {
        if found.text == *value && !quiet.is_some_and(|c| range.start <= c && c <= range.end) {
            paint::squiggle(
                &painter,
                &text,
                range,
                super::panels::problems::color(Tokens::of(ui), problem.severity),
            );
        }
    }
    if let Some(caret) = caret.filter(|_| focused)
        && let Some((a, b)) = language::matching_bracket(value, caret)
    {
        paint::box_around(&painter, &text, &a, Tokens::of(ui));
        paint::box_around(&painter, &text, &b, Tokens::of(ui));
    }
    // What one is writing matters more than where the pointer was left.
    if state.list.is_none() && !state.signature && !typing {
        tips::under_pointer(ui, &response, &text, field, scope.as_ref(), &found, actions);
    }
    if let (Some(caret), true) = (caret, focused) {
        let editor = Focused { place: field.place.clone(), caret, large: field.large, id };
        ui.data_mut(|d| d.insert_temp(Id::unique("code with the keyboard"), editor));
        let asked = ui.data_mut(|d| d.remove_temp::<bool>(id.with("offer"))).is_some();
        if let Some(scope) = scope {
            let accepted = list::step(&mut state, &scope, value, (&before, caret), changed, asked, keys);
            let clicked = list::show(ui, id, &mut state, &output, value);
            if let Some((range, insert)) = accepted.or(clicked) {
                accept(ui, id, value, &range, &insert);
                // A call goes on with its arguments, a namespace with what is in it.
                state.signature |= insert.ends_with('(');
                state.typed_at = Some(now);
                state.list = None;
                changed = true;
            }
            tips::signature(ui, id, &mut state, &scope, (value, caret), &output, field.large);
        }
    } else {
        state.list = None;
        state.signature = false;
    }
    ui.data_mut(|d| d.insert_temp(state_id, state));
    changed
}

/// What is wrong with the text, made anew when the text or the application has changed.
fn findings(field: &Field<'_>, scope: Option<&Scope<'_>>, state: &State, text: &str) -> Arc<Found> {
    let (revision, checked) = (field.document.revision, field.document.is_checked());
    let known = &state.found;
    if known.text == *text && known.revision == revision && known.checked == checked && !known.text.is_empty()
    {
        return Arc::clone(known);
    }
    // An empty text is told of below the field.
    let live = scope.filter(|_| !text.trim().is_empty()).map(|s| s.problems(text)).unwrap_or_default();
    let rules = field.document.problems.iter().filter(|d| {
        checked
            && !d.code.starts_with('X')
            && d.place.module.as_deref() == Some(&field.place.module)
            && d.place.id == field.place.owner
    });
    let mut all: Vec<(Range<usize>, Diagnostic)> = Vec::new();
    for problem in live.into_iter().chain(rules.cloned()) {
        let Some(span) = problem.place.span.clone() else { continue };
        let range = span.start as usize..span.end as usize;
        if text.get(range.clone()).is_some() {
            all.push((range, problem));
        }
    }
    Arc::new(Found { revision, checked, text: text.to_owned(), all })
}

/// Replaces bytes of the text and puts the caret behind what was inserted.
fn accept(ui: &Ui, id: Id, value: &mut String, range: &Range<usize>, insert: &str) {
    if value.get(range.clone()).is_none() {
        return;
    }
    // A call that is written already keeps its parenthesis.
    let follows = value.get(range.end..).is_some_and(|rest| rest.starts_with('('));
    let insert = if follows { insert.strip_suffix('(').unwrap_or(insert) } else { insert };
    value.replace_range(range.clone(), insert);
    select(ui.ctx(), id, value, range.start + insert.len()..range.start + insert.len());
}

/// Selects bytes of the text of the editor `id`.
fn select(ctx: &Context, id: Id, text: &str, range: Range<usize>) {
    let chars = |byte: usize| text.get(..byte).map_or(0, |head| head.chars().count());
    let mut state = TextEditState::load(ctx, id).unwrap_or_default();
    let range = CCursorRange::two(CCursor::new(chars(range.start)), CCursor::new(chars(range.end)));
    state.cursor.set_char_range(Some(range));
    state.store(ctx, id);
}

fn take_caret(ui: &Ui, id: Id, text: &str) {
    let key = Id::unique("caret to put");
    let wanted: Option<(Id, Range<usize>)> = ui.data(|d| d.get_temp(key));
    if let Some((_, range)) = wanted.filter(|(wanted, _)| *wanted == id) {
        ui.data_mut(|d| d.remove::<(Id, Range<usize>)>(key));
        ui.memory_mut(|m| m.request_focus(id));
        if text.get(range.clone()).is_some() {
            select(ui.ctx(), id, text, range);
        }
    }
}

/// Byte of a character of the text.
fn byte_at(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}

/// Consumes a key press with exactly these modifiers; true when there was one.
fn pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    ui.input_mut(|i| i.consume_key(modifiers, key))
}
