//! The field of a filter: completion while one types, what is wrong in place. One for lists, queries and breakpoints.

use super::editor::keeping_focus;
use super::panels::fields;
use super::theme::Tokens;
use crate::diagnostic::Diagnostic;
use crate::filter::{Completion, Field, Filter, asked_value, complete};
use egui::text::{CCursor, CCursorRange};
use egui::{
    Area, EventFilter, FontId, Frame, Id, Key, Margin, Modifiers, Order, RichText, ScrollArea, Sense,
    TextEdit, Ui, pos2, vec2,
};

const ROW: f32 = 22.0;
const ROWS: usize = 9;

/// Words that completion offers beside those of the language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    /// Fields of this application: `var.count`, `set.ByOrder`, `P.Status`.
    pub names: Vec<String>,
    /// Values that occur, of the field they are of.
    pub values: Option<(Field, Vec<String>)>,
}

/// A filter that is being written; what it lets through changes only when it is one.
#[derive(Clone, Debug, Default)]
pub struct FilterBox {
    text: String,
    filter: Filter,
    wrong: Option<Diagnostic>,
    /// The list of completions is open, at this one.
    open: Option<usize>,
    /// The field whose values would help now.
    pub asks: Option<Field>,
    focus: bool,
    typing: bool,
    /// One went through the list by keys.
    walked: bool,
}

impl FilterBox {
    /// The filter last written without a fault.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What is wrong with the text, when it is no filter.
    pub fn wrong(&self) -> Option<&Diagnostic> {
        self.wrong.as_ref()
    }

    /// True while it has the keyboard, or its list is open.
    pub fn typing(&self) -> bool {
        self.typing
    }

    /// Writes a filter from outside.
    pub fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.parse();
    }

    /// Puts the keyboard into the field when it is shown next.
    pub fn focus(&mut self) {
        self.focus = true;
    }

    fn parse(&mut self) -> bool {
        match Filter::parse(&self.text) {
            Ok(filter) => {
                self.wrong = None;
                let changed = filter != self.filter;
                self.filter = filter;
                changed
            }
            Err(wrong) => {
                self.wrong = Some(wrong);
                false
            }
        }
    }

    /// Shows the field `width` wide; true when it became another filter. `name` is its accessible name, `hint` an example.
    pub fn ui(&mut self, ui: &mut Ui, name: &str, hint: &str, width: f32, words: &Vocabulary) -> bool {
        let id = ui.make_persistent_id(("filter", name));
        let changed = self.show(ui, id, (name, hint), width, words);
        // The field has set its own by now, which would give the Escape away that closes the list.
        let open = self.open.is_some();
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, tab: open, escape: open };
        ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
        changed
    }

    fn show(
        &mut self,
        ui: &mut Ui,
        id: Id,
        (name, hint): (&str, &str),
        width: f32,
        words: &Vocabulary,
    ) -> bool {
        let t = Tokens::of(ui);
        let keys = self.keys(ui, id);
        let marked = self.wrong.as_ref().and_then(|wrong| wrong.place.span.clone());
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
            ui.fonts_mut(|fonts| fonts.layout_job(job(text.as_str(), marked.clone(), t)))
        };
        let room = width - if self.text.is_empty() { 0.0 } else { 26.0 };
        let text = &mut self.text;
        let output = keeping_focus(ui, id, self.open.is_some(), |ui| {
            TextEdit::singleline(text)
                .id(id)
                .desired_width(room)
                .hint_text(RichText::new(hint).monospace().size(11.5).color(t.muted))
                .layouter(&mut layouter)
                .show(ui)
        });
        let response = output.response.response.clone();
        response.widget_info(|| {
            let mut info = egui::WidgetInfo::text_edit(true, &self.text, &self.text, hint);
            info.label = Some(name.to_owned());
            info
        });
        if std::mem::take(&mut self.focus) {
            response.request_focus();
            super::canvas::select_all(ui, response.id, self.text.chars().count());
        }
        if self.wrong.is_some() {
            let rect = response.rect;
            ui.painter().rect_stroke(rect, 6.0, (1.0, t.error), egui::StrokeKind::Inside);
        }
        let mut changed = response.changed() && self.parse();
        if !self.text.is_empty()
            && fields::icon_button(ui, super::icons::Glyph::Close, "Clear the filter").clicked()
        {
            self.text.clear();
            changed |= self.parse();
        }
        // What is wrong is mended where it stands.
        if self.wrong.is_some() && response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
            response.request_focus();
        }
        self.typing = response.has_focus();
        let caret = output.cursor_range.map(|range| range.primary.index);
        let caret = caret.map(|at| byte_of(&self.text, at.into())).filter(|_| response.has_focus());
        let Some(caret) = caret else {
            self.open = None;
            self.asks = None;
            // Its red edge stays; the words would cover the list below for good.
            if response.hovered() {
                self.tell(ui, &response);
            }
            return changed;
        };
        self.asks = asked_value(&self.text, caret);
        if response.changed() || keys.ask {
            self.open = Some(0);
        }
        let values =
            words.values.as_ref().filter(|(of, _)| Some(*of) == self.asks).map(|(_, all)| all.as_slice());
        let all = match self.open {
            Some(_) => complete(&self.text, caret, &words.names, values.unwrap_or_default()),
            None => Vec::new(),
        };
        let mut chosen = None;
        let asked = keys.down + keys.up > 0 || keys.ask;
        self.walked = self.open.is_some() && (self.walked && !response.changed() || asked);
        if let Some(at) = self.open.filter(|_| !all.is_empty()) {
            let at = (at + all.len() + keys.down - keys.up.min(all.len())) % all.len();
            self.open = Some(at);
            chosen = self.list(ui, id, &response, &all, at).or(keys.accept.then_some(at));
            // What is whole and not begun anew is meant as it stands, unless one went to a word of the list.
            let whole = self.wrong.is_none() && all.get(at).is_some_and(|one| one.replaces.is_empty());
            if keys.enter && whole && !self.walked {
                self.open = None;
                ui.memory_mut(|m| m.surrender_focus(id));
            } else if keys.enter {
                chosen = chosen.or(Some(at));
            }
        } else {
            self.tell(ui, &response);
            if keys.enter && self.wrong.is_none() {
                ui.memory_mut(|m| m.surrender_focus(id));
            }
        }
        if let Some(completion) = chosen.and_then(|at| all.get(at)) {
            changed |= self.accept(ui, id, completion);
        }
        changed
    }

    /// Keys of the list, before the text sees them.
    fn keys(&mut self, ui: &Ui, id: Id) -> Keys {
        let mut keys = Keys::default();
        if !ui.memory(|m| m.has_focus(id)) {
            return keys;
        }
        let key = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        if self.open.is_some() {
            keys.down = usize::from(key(Key::ArrowDown));
            keys.up = usize::from(key(Key::ArrowUp));
            keys.accept = key(Key::Tab);
            keys.enter = key(Key::Enter);
            if key(Key::Escape) {
                self.open = None;
            }
        } else {
            keys.ask = key(Key::ArrowDown);
        }
        keys
    }

    /// The list below the field; gives what was clicked.
    fn list(&self, ui: &Ui, id: Id, field: &egui::Response, all: &[Completion], at: usize) -> Option<usize> {
        let t = Tokens::of(ui);
        let shown = all.len().min(ROWS);
        let height = shown as f32 * ROW + 12.0;
        let screen = ui.ctx().content_rect().shrink(4.0);
        let below = field.rect.bottom() + 4.0;
        let y = if below + height < screen.bottom() { below } else { field.rect.top() - 4.0 - height };
        let width = 380.0_f32.min(screen.width());
        let x = field.rect.left().min(screen.right() - width).max(screen.left());
        let mut clicked = None;
        Area::new(id.with("list")).order(Order::Foreground).fixed_pos(pos2(x, y)).show(ui.ctx(), |ui| {
            let frame = Frame::popup(ui.style()).inner_margin(Margin::same(4)).fill(t.panel);
            frame.show(ui, |ui| {
                ui.set_width(width - 10.0);
                ui.spacing_mut().item_spacing.y = 0.0;
                let first = (at as f32 - (shown / 2) as f32).max(0.0);
                let area = ScrollArea::vertical()
                    .id_salt(id.with("rows"))
                    .max_height(shown as f32 * ROW)
                    .auto_shrink([false, true])
                    .vertical_scroll_offset(first * ROW);
                area.show_rows(ui, ROW, all.len(), |ui, rows| {
                    for index in rows {
                        if all.get(index).is_some_and(|one| offer(ui, one, index == at)) {
                            clicked = Some(index);
                        }
                    }
                });
            });
        });
        clicked
    }

    fn accept(&mut self, ui: &Ui, id: Id, completion: &Completion) -> bool {
        if self.text.get(completion.replaces.clone()).is_none() {
            return false;
        }
        let mut begin = completion.replaces.start;
        self.text.replace_range(completion.replaces.clone(), &completion.text);
        let apart = |c: char| c.is_whitespace() || matches!(c, '(' | '.' | '!');
        if completion.replaces.is_empty()
            && self.text.get(..begin).is_some_and(|before| !before.is_empty() && !before.ends_with(apart))
        {
            self.text.insert(begin, ' ');
            begin += 1;
        }
        let mut end = begin + completion.text.len();
        if !self.text.get(end..).is_some_and(|rest| rest.starts_with(' ')) {
            self.text.insert(end, ' ');
        }
        end += 1;
        let caret = self.text.get(..end).map_or(0, |head| head.chars().count());
        let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(caret))));
        TextEdit::store_state(ui.ctx(), id, state);
        ui.memory_mut(|m| m.request_focus(id));
        self.open = Some(0);
        self.parse()
    }

    /// What is wrong and what to write, below the field.
    fn tell(&self, ui: &Ui, field: &egui::Response) {
        let Some(wrong) = &self.wrong else { return };
        let t = Tokens::of(ui);
        let screen = ui.ctx().content_rect();
        let up = field.rect.bottom() + 60.0 > screen.bottom();
        let (at, pivot) = if up {
            (field.rect.left_top() - vec2(0.0, 4.0), egui::Align2::LEFT_BOTTOM)
        } else {
            (field.rect.left_bottom() + vec2(0.0, 4.0), egui::Align2::LEFT_TOP)
        };
        Area::new(field.id.with("wrong")).order(Order::Foreground).fixed_pos(at).pivot(pivot).show(
            ui.ctx(),
            |ui| {
                Frame::popup(ui.style()).inner_margin(Margin::symmetric(8, 6)).fill(t.panel).show(ui, |ui| {
                    ui.set_max_width(420.0);
                    ui.label(RichText::new(&wrong.message).size(12.0).color(t.error));
                    ui.label(RichText::new(&wrong.help).small().color(t.muted));
                });
            },
        );
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    down: usize,
    up: usize,
    accept: bool,
    enter: bool,
    ask: bool,
}

/// One completion; true when it was clicked.
fn offer(ui: &mut Ui, one: &Completion, selected: bool) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, selected, &one.text));
    if selected || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, t.tint(t.panel, t.selection, if selected { 0.18 } else { 0.08 }));
    }
    let text = |words: &str, font: FontId, color, room: f32| {
        let format = egui::text::TextFormat::simple(font, color);
        let mut job = egui::text::LayoutJob::single_section(words.to_owned(), format);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
        ui.painter().layout_job(job)
    };
    let word = text(&one.text, FontId::monospace(12.0), t.text, rect.width() - 16.0);
    let taken = word.size().x;
    ui.painter().galley(pos2(rect.left() + 8.0, rect.center().y - word.size().y / 2.0), word, t.text);
    let help = text(&one.help, FontId::proportional(11.0), t.muted, rect.width() - taken - 32.0);
    let at = pos2(rect.right() - 8.0 - help.size().x, rect.center().y - help.size().y / 2.0);
    if rect.width() - taken > 72.0 {
        ui.painter().galley(at, help, t.muted);
    }
    response.clicked()
}

/// The text with what is wrong in it underlined.
fn job(text: &str, wrong: Option<std::ops::Range<u32>>, t: &Tokens) -> egui::text::LayoutJob {
    let plain = egui::text::TextFormat::simple(FontId::monospace(12.0), t.text);
    let mut job = egui::text::LayoutJob::default();
    let bounds = wrong.map(|span| (span.start as usize, (span.end as usize).max(span.start as usize + 1)));
    let parts = bounds.and_then(|(from, to)| {
        let to = to.min(text.len());
        Some((text.get(..from)?, text.get(from..to)?, text.get(to..)?))
    });
    let Some((before, bad, after)) = parts else {
        job.append(text, 0.0, plain);
        return job;
    };
    job.append(before, 0.0, plain.clone());
    let underline = egui::Stroke::new(1.5, t.error);
    job.append(bad, 0.0, egui::text::TextFormat { underline, ..plain.clone() });
    job.append(after, 0.0, plain);
    job
}

/// The byte of a character of a text.
fn byte_of(text: &str, at: usize) -> usize {
    text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
}
