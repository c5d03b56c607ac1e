//! Form rows of the properties panel: label left, field right, one accessible name for both.

use crate::studio::icons::{self, Glyph};
use crate::studio::theme::{self, Tokens};
use egui::{Align, ComboBox, Layout, Rect, Response, RichText, Sense, TextEdit, TextStyle, Ui, Vec2, vec2};

const LABEL: f32 = 92.0;

/// A section label.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    let t = Tokens::of(ui);
    ui.label(RichText::new(text.to_uppercase()).text_style(theme::caption()).color(t.faint));
    ui.add_space(1.0);
}

/// A section label with a `+` at its right; true when that was pressed.
pub fn heading_with_add(ui: &mut Ui, text: &str, add: &str) -> bool {
    ui.add_space(8.0);
    let mut pressed = false;
    ui.horizontal(|ui| {
        let t = Tokens::of(ui);
        ui.label(RichText::new(text.to_uppercase()).text_style(theme::caption()).color(t.faint));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            pressed = icon_button(ui, Glyph::Plus, add).clicked();
        });
    });
    pressed
}

/// Explains what is shown; muted.
pub fn note(ui: &mut Ui, text: impl Into<String>) {
    let t = Tokens::of(ui);
    ui.label(RichText::new(text).small().color(t.muted));
}

/// A button that is only a glyph; `name` is its tooltip and accessible name.
pub fn icon_button(ui: &mut Ui, glyph: Glyph, name: &str) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(20.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), name));
    let hot = response.hovered() || response.has_focus();
    if hot {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.text, 0.08));
    }
    let color = if hot { t.text } else { t.muted };
    icons::paint(ui.painter(), glyph, Rect::from_center_size(rect.center(), Vec2::splat(11.0)), color);
    response.on_hover_text(name)
}

/// One row; `add` fills the space right of the label.
pub fn row<R>(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let t = Tokens::of(ui);
        let label = ui
            .allocate_ui_with_layout(vec2(LABEL, 26.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(LABEL);
                ui.add(egui::Label::new(RichText::new(label).small().color(t.muted)).truncate())
            })
            .inner;
        ui.label_inputs_by(label.id, add)
    })
    .inner
}

/// A line of text that changes as it is typed.
pub fn text(ui: &mut Ui, label: &str, value: &mut String) -> bool {
    row(ui, label, |ui| {
        let response = live(ui, TextEdit::singleline(value).desired_width(f32::INFINITY));
        let changed = response.changed();
        whole(ui, response, value, TextStyle::Body);
        changed
    })
}

/// What someone notes about a thing: some lines below their label.
pub fn comments(ui: &mut Ui, value: &mut String) -> bool {
    let t = Tokens::of(ui);
    let label = ui.label(RichText::new("Comments").small().color(t.muted));
    let rows = value.lines().count().clamp(2, 8);
    let changed = ui.label_inputs_by(label.id, |ui| {
        let field = TextEdit::multiline(value).desired_rows(rows).desired_width(f32::INFINITY);
        live(ui, field).changed()
    });
    ui.add_space(2.0);
    changed
}

/// Says all of a line of text that is longer than its field while the pointer rests on it.
fn whole(ui: &Ui, field: Response, text: &str, style: TextStyle) {
    let room = field.rect.width() - 2.0 * ui.spacing().button_padding.x;
    if field.hovered() && !field.has_focus() && width(ui, text, style) > room {
        field.on_hover_text(text);
    }
}

/// Points that a line of text takes.
fn width(ui: &Ui, text: &str, style: TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, egui::Color32::WHITE).size().x
}

/// A dotted name without as many of its first words as do not fit: what tells such names apart stands at their end.
fn shortened(ui: &Ui, name: &str, room: f32) -> String {
    let fits = |words: &str| width(ui, words, TextStyle::Button) <= room;
    if fits(name) || name.contains(' ') {
        return name.to_owned();
    }
    let mut short = name.to_owned();
    let mut rest = name;
    while let Some((_, end)) = rest.split_once('.') {
        short = format!("…{end}");
        if fits(&short) {
            break;
        }
        rest = end;
    }
    short
}

/// Points that a list's field has for its words in `room`.
fn combo_room(ui: &Ui, room: f32) -> f32 {
    let spacing = ui.spacing();
    room - 2.0 * spacing.button_padding.x - spacing.icon_width - spacing.icon_spacing
}

/// Says that a field edits the application as one types: Undo and Redo in it are the application's then.
pub fn bind(field: &Response) {
    if field.has_focus() {
        field.ctx.data_mut(|d| d.insert_temp(egui::Id::unique("bound field"), field.id));
    }
}

/// Shows a field that edits the application as one types, see [`bind`].
pub fn live(ui: &mut Ui, field: TextEdit<'_>) -> Response {
    let response = ui.add(field);
    bind(&response);
    response
}

/// As [`bind`] while nothing is typed; what is typed and does not count yet has its own Undo and Redo.
fn bind_unless(field: &Response, typed: bool) {
    if !typed {
        bind(field);
    } else if field.has_focus() {
        unbind(&field.ctx);
    }
}

/// Says that the field that has the keyboard has its own Undo and Redo.
pub fn unbind(ctx: &egui::Context) {
    ctx.data_mut(|d| d.remove::<egui::Id>(egui::Id::unique("bound field")));
}

/// True while a field has the keyboard in which Undo and Redo are the application's.
pub fn bound(ctx: &egui::Context) -> bool {
    let field = ctx.data(|d| d.get_temp::<egui::Id>(egui::Id::unique("bound field")));
    field.is_some() && ctx.memory(|m| m.focused()) == field
}

/// Leaves the field in which something is typed that does not count yet, so that it counts; true when there was one. The
/// field has the keyboard again afterwards if one `stays`.
pub fn settle(ctx: &egui::Context, stays: bool) -> bool {
    let typed = ctx.text_edit_focused() && !bound(ctx);
    ctx.data_mut(|data| data.insert_temp(settled(), typed && stays));
    if typed {
        ctx.memory_mut(|memory| memory.stop_text_input());
    }
    typed
}

/// True in the frame in which [`settle`] left a field.
fn settled() -> egui::Id {
    egui::Id::unique("a field is left to count")
}

/// A line of text that counts when it is left or Enter is pressed, for names that others use.
pub fn name(ui: &mut Ui, label: &str, value: &str) -> Option<String> {
    row(ui, label, |ui| committed(ui, label, value))
}

/// Gives the keyboard to the next name field that is shown, with the name selected.
pub fn focus_first(ui: &Ui) {
    ui.data_mut(|d| d.insert_temp(egui::Id::unique("focus first field"), true));
}

/// The field of [`name`] without its label.
pub fn committed(ui: &mut Ui, salt: &str, value: &str) -> Option<String> {
    let asked = ui.data_mut(|d| d.remove_temp::<bool>(egui::Id::unique("focus first field")));
    commit(ui, salt, value, asked.is_some())
}

/// [`committed`], at the head of a page: what is asked to be typed first is in its body.
pub fn titled(ui: &mut Ui, salt: &str, value: &str) -> Option<String> {
    commit(ui, salt, value, false)
}

fn commit(ui: &mut Ui, salt: &str, value: &str, first: bool) -> Option<String> {
    let id = ui.make_persistent_id(("committed", salt, value));
    let mut text: String = ui.data(|d| d.get_temp(id)).unwrap_or_else(|| value.to_owned());
    let field = TextEdit::singleline(&mut text).id(id.with("field")).desired_width(f32::INFINITY);
    let response = ui.add(field);
    if first {
        response.request_focus();
        crate::studio::canvas::select_all(ui, response.id, text.chars().count());
    }
    // Left only for what is typed to count, it goes on, at the end of it.
    let again = ui.make_persistent_id(("goes on", salt));
    if ui.data_mut(|d| d.remove_temp::<bool>(again)).is_some() {
        response.request_focus();
    }
    if response.changed() {
        ui.data_mut(|d| d.insert_temp(id, text.clone()));
    }
    if response.lost_focus() {
        if ui.data_mut(|d| d.remove_temp::<bool>(settled())) == Some(true) {
            ui.data_mut(|d| d.insert_temp(again, true));
        }
        ui.data_mut(|d| d.remove::<String>(id));
        let escaped = ui.input(|i| i.key_pressed(egui::Key::Escape));
        let text = text.trim().to_owned();
        return (!escaped && text != value).then_some(text);
    }
    bind_unless(&response, text != value);
    whole(ui, response, value, TextStyle::Body);
    None
}

/// A choice from names. A value that is not among them is kept and shown as an error.
pub fn choice(ui: &mut Ui, label: &str, value: &str, options: &[String], empty: &str) -> Option<String> {
    row(ui, label, |ui| combo(ui, label, value, options, empty))
}

/// As [`choice`], with an entry at the end that makes a new one; choosing that gives its own words.
pub fn choice_or(
    ui: &mut Ui,
    label: &str,
    (value, options, empty): (&str, &[String], &str),
    fresh: &str,
) -> Option<String> {
    row(ui, label, |ui| combo_or(ui, label, (value, options, empty), fresh))
}

/// The field of [`choice`] without its label.
pub fn combo(ui: &mut Ui, salt: &str, value: &str, options: &[String], empty: &str) -> Option<String> {
    combo_or(ui, salt, (value, options, empty), "")
}

/// As [`combo`], with an entry at the end that makes a new one; choosing that gives its own words.
pub fn combo_or(
    ui: &mut Ui,
    salt: &str,
    (value, options, empty): (&str, &[String], &str),
    fresh: &str,
) -> Option<String> {
    let t = Tokens::of(ui);
    let known = value.is_empty() || options.iter().any(|o| o == value);
    let shown = if value.is_empty() { empty } else { value };
    let color = match (value.is_empty(), known) {
        (true, _) => t.muted,
        (_, false) => t.error,
        _ => t.text,
    };
    let mut chosen = None;
    let room = ui.available_width();
    let words = shortened(ui, shown, combo_room(ui, room));
    let list = ComboBox::from_id_salt(salt)
        .icon(drop_icon)
        .popup_style(list_style())
        .width(room)
        .truncate()
        .selected_text(RichText::new(words).color(color))
        .show_ui(ui, |ui| {
            let mut entries = Vec::new();
            if !value.is_empty() {
                let none = ui.selectable_label(false, RichText::new(empty).color(t.muted));
                if none.clicked() {
                    chosen = Some(String::new());
                }
                entries.push((none, false, empty));
            }
            for option in options {
                let entry = ui.selectable_label(option == value, option);
                if entry.clicked() && option != value {
                    chosen = Some(option.clone());
                }
                entries.push((entry, option == value, option.as_str()));
            }
            if !fresh.is_empty() {
                if !options.is_empty() {
                    ui.separator();
                }
                let entry = ui.selectable_label(false, fresh);
                if entry.clicked() {
                    chosen = Some(fresh.to_owned());
                }
                entries.push((entry, false, fresh));
            } else if options.is_empty() {
                note(ui, "nothing to choose yet");
            }
            through(ui, &entries);
        });
    holds_arrows(ui, &list);
    says(ui, list.response, shown);
    chosen
}

/// Says what a list's field holds, where that did not fit, while the list is closed.
fn says(ui: &Ui, field: Response, words: &str) {
    let room = combo_room(ui, field.rect.width());
    if field.hovered() && !egui::Popup::is_any_open(ui.ctx()) && width(ui, words, TextStyle::Button) > room {
        field.on_hover_text(words);
    }
}

/// Arrow keys, Home and End go through the entries of an open list, beginning at the one that is chosen, which is in
/// sight and has the keyboard when the list opens; letters go to the next entry that begins with them. What is chosen by
/// a key closes the list as a click does.
pub fn through(ui: &Ui, entries: &[(Response, bool, &str)]) {
    if opened(ui, "entries") {
        let chosen = entries.iter().find(|(_, chosen, _)| *chosen);
        if let Some((entry, ..)) = chosen {
            entry.request_focus();
        }
        if let Some((entry, ..)) = chosen.or(entries.first()) {
            entry.scroll_to_me(Some(egui::Align::Center));
        }
    }
    if entries.iter().any(|(entry, ..)| entry.clicked()) {
        ui.close();
    }
    let pressed = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
    let (down, up) = (pressed(egui::Key::ArrowDown), pressed(egui::Key::ArrowUp));
    let (first, last) = (pressed(egui::Key::Home), pressed(egui::Key::End));
    let focused = entries.iter().position(|(entry, ..)| entry.has_focus());
    let at = focused.or_else(|| entries.iter().position(|(_, chosen, _)| *chosen));
    let to = spelled(ui, entries, at).or_else(|| match at {
        _ if first => Some(0),
        _ if last => Some(entries.len()),
        Some(at) if down => Some(at + 1),
        Some(at) if up => Some(at.saturating_sub(1)),
        None if down || up => Some(0),
        _ => focused,
    });
    let Some(to) = to else { return };
    let Some((entry, ..)) = entries.get(to).or(entries.last()) else { return };
    if focused != Some(to) {
        // Instead of where the arrow leads by itself.
        ui.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
        entry.request_focus();
        entry.scroll_to_me(None);
    }
    keeps_arrows(ui, entry);
}

/// True in the first frame in which this is shown, and again when it was not shown for a while.
pub fn opened(ui: &Ui, what: &str) -> bool {
    let seen = ui.scope_id().with((what, "was seen"));
    let pass = ui.ctx().cumulative_pass_nr();
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(seen), pass));
    before + 1 < pass
}

/// Its bar is seen before the pointer is there: else a list that goes on looks as if it ended.
pub fn shows_that_it_scrolls(style: &mut egui::Style) {
    style.spacing.scroll.dormant_handle_opacity = 0.5;
}

/// How an open list looks.
fn list_style() -> egui::style::StyleModifier {
    egui::style::StyleModifier::new(shows_that_it_scrolls)
}

/// The next entry that begins with the letters typed within a second; one letter again and again goes through all of its.
fn spelled(ui: &Ui, entries: &[(Response, bool, &str)], at: Option<usize>) -> Option<usize> {
    let typed = typed(ui.ctx()).to_lowercase();
    let now = ui.input(|i| i.time);
    let id = ui.scope_id().with("letters");
    let (mut letters, before): (String, f64) = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    if now - before > 1.0 {
        letters.clear();
    }
    if typed.trim().is_empty() {
        return None;
    }
    let again = letters == typed;
    if !again {
        letters.push_str(&typed);
    }
    // A letter goes on from where one is, a word may be that very entry.
    let from = at.map_or(0, |at| if letters == typed { at + 1 } else { at });
    let begins = |index: &usize| {
        entries.get(*index).is_some_and(|(_, _, words)| {
            let words = words.to_lowercase();
            // `OrderID` finds `PropertySchema.OrderID`, `Order` finds `http://orders#Order`.
            let last = words.rsplit(['.', '#', '/']).next().unwrap_or_default();
            words.starts_with(letters.as_str()) || last.starts_with(letters.as_str())
        })
    };
    let found = (from..entries.len()).chain(0..from).find(begins);
    ui.data_mut(|data| data.insert_temp(id, (letters, now)));
    found
}

/// What is typed in this frame.
pub fn typed(ctx: &egui::Context) -> String {
    ctx.input(|i| {
        let texts = i.events.iter().filter_map(|event| match event {
            egui::Event::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    })
}

/// Down and Up of a list below a field, asked for before the field, which would move its caret.
pub fn list_keys(ui: &Ui) -> (bool, bool) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
    (pressed(egui::Key::ArrowDown), pressed(egui::Key::ArrowUp))
}

/// Gives the keyboard to a field that is new, behind its text.
pub fn begin_typing(ui: &Ui, field: &Response, text: &str) {
    let end = text.chars().count();
    begin(ui, field, end..end);
}

/// Gives a field the keyboard with all it holds selected: typing puts something else there.
pub fn begin_anew(ui: &Ui, field: &Response, text: &str) {
    begin(ui, field, 0..text.chars().count());
}

fn begin(ui: &Ui, field: &Response, selected: std::ops::Range<usize>) {
    use egui::text::{CCursor, CCursorRange};
    field.request_focus();
    let range = CCursorRange::two(CCursor::new(selected.start), CCursor::new(selected.end));
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), field.id).unwrap_or_default();
    state.cursor.set_char_range(Some(range));
    state.store(ui.ctx(), field.id);
}

/// While a list is open the arrow keys do not lead away from its field; closed by a key, it gives the keyboard back to it.
fn holds_arrows<R>(ui: &Ui, list: &egui::InnerResponse<Option<R>>) {
    let open = list.inner.is_some();
    let was = ui.data_mut(|data| {
        std::mem::replace(data.get_temp_mut_or_default(list.response.id.with("was open")), open)
    });
    if open {
        keeps_arrows(ui, &list.response);
    } else if was && ui.input(|i| i.pointer.time_since_last_click() > 0.3) {
        list.response.request_focus();
    }
}

pub fn keeps_arrows(ui: &Ui, of: &Response) {
    let filter = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(of.id, filter));
}

/// The mark of a field that opens a list.
pub fn drop_icon(ui: &Ui, rect: Rect, visuals: &egui::style::WidgetVisuals, _open: bool) {
    let place = Rect::from_center_size(rect.center(), Vec2::splat(9.0));
    icons::paint(ui.painter(), Glyph::ChevronDown, place, visuals.fg_stroke.color.gamma_multiply(0.7));
}

/// A choice among values of a type.
pub fn pick<T: PartialEq + Clone>(ui: &mut Ui, label: &str, value: &mut T, options: &[(T, &str)]) -> bool {
    let shown = options.iter().find(|(v, _)| v == value).map_or("", |(_, words)| words);
    let names: Vec<String> = options.iter().map(|(_, words)| (*words).to_owned()).collect();
    let mut changed = false;
    row(ui, label, |ui| {
        let list = ComboBox::from_id_salt(label)
            .icon(drop_icon)
            .popup_style(list_style())
            .width(ui.available_width())
            .truncate()
            .selected_text(shown)
            .show_ui(ui, |ui| {
                let now = value.clone();
                let mut entries = Vec::new();
                for ((option, _), words) in options.iter().zip(&names) {
                    let entry = ui.selectable_label(*option == now, words);
                    if entry.clicked() && *option != now {
                        *value = option.clone();
                        changed = true;
                    }
                    entries.push((entry, *option == now, words.as_str()));
                }
                through(ui, &entries);
            });
        holds_arrows(ui, &list);
        says(ui, list.response, shown);
    });
    changed
}

/// A check box with its words at its right.
pub fn toggle(ui: &mut Ui, label: &str, value: &mut bool) -> bool {
    let font = egui::TextStyle::Button.resolve(ui.style());
    let words = ui.painter().layout_no_wrap(label.to_owned(), font, egui::Color32::WHITE).size().x;
    // Words that do not fit beside the labels begin below them.
    if words + LABEL + 40.0 > ui.available_width() {
        return ui.checkbox(value, label).changed();
    }
    row(ui, "", |ui| ui.checkbox(value, label).changed())
}

/// XLANG/s text below its label, in colours, for texts outside of orchestrations.
pub fn code(ui: &mut Ui, label: &str, value: &mut String, rows: usize) -> bool {
    let t = Tokens::of(ui);
    let label = ui.label(RichText::new(label).small().color(t.muted));
    let changed = ui.label_inputs_by(label.id, |ui| {
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            crate::studio::code::galley(ui, text.as_str(), width)
        };
        let field = TextEdit::multiline(value)
            .code_editor()
            .desired_rows(rows)
            .desired_width(f32::INFINITY)
            .layouter(&mut layouter);
        live(ui, field).changed()
    });
    ui.add_space(2.0);
    changed
}

/// The button that does what a page or dialog is for.
pub fn primary(ui: &Ui, words: &str) -> egui::Button<'static> {
    let t = Tokens::of(ui);
    let text = RichText::new(words.to_owned()).family(theme::semibold()).color(t.on_brand);
    egui::Button::new(text).fill(t.brand).stroke(egui::Stroke::NONE).min_size(vec2(84.0, 28.0))
}

/// The foot of a dialog: at its end the button that Enter presses, before it the others. Gives the place of the one that
/// was pressed: 0 for the first, then those of `others`.
pub fn answers(ui: &mut Ui, accept: &str, ready: bool, others: &[&str]) -> Option<usize> {
    ui.add_space(12.0);
    let mut pressed = None;
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = primary(ui, accept);
            let accept = ui.add_enabled(ready, button);
            // Nobody else wants the keyboard: no field, no button one went to by hand.
            if ready && ui.memory(|m| m.focused().is_none()) {
                accept.request_focus();
            }
            if accept.clicked() {
                pressed = Some(0);
            }
            for (at, words) in others.iter().enumerate() {
                if ui.add(egui::Button::new(*words).min_size(vec2(72.0, 28.0))).clicked() {
                    pressed = Some(at + 1);
                }
            }
        });
    });
    pressed
}

/// The foot of a dialog that only waits: one quiet button at its end. True when it was pressed.
pub fn dismissal(ui: &mut Ui, words: &str) -> bool {
    ui.add_space(12.0);
    let button = egui::Button::new(words).min_size(vec2(72.0, 28.0));
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(button).clicked()).inner
    })
    .inner
}

/// A wide, quiet button with the words left.
pub fn wide_button(ui: &mut Ui, words: &str) -> Response {
    ui.add_sized(vec2(ui.available_width(), 26.0), egui::Button::new(words))
}
