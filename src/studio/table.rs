//! A table of any number of rows, of which only those in sight exist. Rows are counted, not measured in points: a scroll
//! area would lose them to rounding beyond a few hundred thousand.

use super::theme::{self, Tokens};
use egui::{
    Align2, Color32, CursorIcon, EventFilter, FontId, Id, Key, Modifiers, Rect, RichText, Sense, Ui, pos2,
    vec2,
};
use std::ops::Range;

pub const ROW: f32 = 20.0;
const HEAD: f32 = 22.0;
/// Width of the bar beside the rows, in points.
pub const BAR: f32 = 10.0;

/// A column. Widths are points; what is left goes to those with a `share`, by their shares.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub title: &'static str,
    pub width: f32,
    pub share: f32,
    pub right: bool,
    pub mono: bool,
}

impl Column {
    pub const fn new(title: &'static str, width: f32) -> Self {
        Self { title, width, share: 0.0, right: false, mono: false }
    }

    /// Takes its share of the room that is left, beyond its width.
    pub const fn wide(self, share: f32) -> Self {
        Self { share, ..self }
    }

    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }

    pub const fn mono(self) -> Self {
        Self { mono: true, ..self }
    }
}

/// One row as it is painted.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// A text for each column.
    pub cells: Vec<String>,
    /// The accessible name; the cells when it is empty.
    pub name: String,
    /// Colour of the mark at its left; none without.
    pub mark: Option<Color32>,
    /// Behind it.
    pub ground: Option<Color32>,
    /// Has not happened yet, or has ended.
    pub faint: bool,
    /// A heading among rows.
    pub strong: bool,
    /// Points by which its first cell stands further right.
    pub indent: f32,
    /// The first cell has a triangle: open or closed.
    pub fold: Option<bool>,
}

/// Where one is in a table.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The row at the top, with fractions.
    top: f64,
    /// The cursor, which keys move.
    pub cursor: Option<usize>,
    /// Rows that were in sight.
    pub seen: Range<usize>,
    /// Stays at the end while rows are added.
    pub tail: bool,
    focus: bool,
    /// The cursor is brought into sight when it is shown next.
    sticks: bool,
}

impl View {
    /// Scrolls so that a row is in sight.
    pub fn reveal(&mut self, row: usize) {
        let rows = self.seen.len().max(1);
        self.tail = false;
        if row < self.seen.start || row + 1 >= self.seen.start + rows {
            self.top = (row as f64 - rows as f64 / 2.0).max(0.0);
        }
    }

    /// Scrolls so that the cursor is in sight, however few rows will be.
    pub fn keep_in_sight(&mut self) {
        self.sticks = true;
    }

    /// Moves by wheel and bar through so many rows of a height. Gives the first in sight in `body`, and the one after the
    /// last. The bar stands at its right, [`BAR`] wide.
    pub fn scroll(&mut self, ui: &Ui, id: Id, body: Rect, row: f32, count: usize) -> (usize, usize) {
        // Rows are whole: one that is cut in two cannot be read.
        let fits = f64::from(body.height() / row).floor().max(1.0);
        let last = (count as f64 - fits).max(0.0);
        wheel(ui, self, (body, row), last);
        if self.tail {
            self.top = last;
        }
        if let Some(cursor) = self.cursor.filter(|_| std::mem::take(&mut self.sticks)) {
            let cursor = cursor as f64;
            self.top = self.top.clamp((cursor + 1.0 - fits).max(0.0), cursor);
        }
        self.top = self.top.clamp(0.0, last);
        bar(ui, id, self, body, fits, count);
        let first = self.top.round() as usize;
        (first, (first + fits as usize).min(count))
    }

    /// Puts the keyboard into the table when it is shown next.
    pub fn focus(&mut self) {
        self.focus = true;
    }
}

/// What a person did in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Did {
    /// Moved to this row, by click or key.
    pub chose: Option<usize>,
    /// Pressed Enter, or clicked twice.
    pub opened: Option<usize>,
    /// Clicked on the title of this column.
    pub title: Option<usize>,
}

/// Shows a table in all the room there is. `row` gives a row; `None` for one that is not there yet, which stays blank.
pub fn show(
    ui: &mut Ui,
    (name, columns): (&str, &[Column]),
    view: &mut View,
    count: usize,
    mut row: impl FnMut(usize) -> Option<Row>,
) -> Did {
    let t = Tokens::of(ui);
    let id = ui.make_persistent_id(("table", name));
    let size = vec2(ui.available_width(), ui.available_height().max(HEAD + ROW));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let body = Rect::from_min_max(pos2(rect.left(), rect.top() + HEAD), rect.right_bottom() - vec2(BAR, 0.0));
    let response = ui.interact(body, id, Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::Role::Table,
            true,
            format!("{name}, {}", crate::diagnostic::counted(count, "row")),
        )
    });
    if std::mem::take(&mut view.focus) {
        response.request_focus();
    }
    let mut did = Did::default();
    let places = places(columns, body);
    head(ui, id, columns, &places, rect, &mut did);
    // Rows are whole: one that is cut in two cannot be read.
    let fits = f64::from(body.height() / ROW).floor().max(1.0);
    keys(ui, view, &response, count, fits, &mut did);
    let (first, end) = view.scroll(ui, id, body, ROW, count);
    view.seen = first..end;
    let painter = ui.painter_at(body);
    for (place, index) in (first..end).enumerate() {
        let top = body.top() + place as f32 * ROW;
        let line = Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), ROW));
        let Some(row) = row(index) else { continue };
        let hand = ui.interact(line.intersect(body), id.with(index), Sense::CLICK);
        hand.widget_info(|| {
            let own = || row.cells.iter().filter(|c| !c.is_empty()).cloned().collect::<Vec<_>>().join(", ");
            let name = if row.name.is_empty() { own() } else { row.name.clone() };
            egui::WidgetInfo::selected(egui::Role::Row, true, view.cursor == Some(index), name)
        });
        paint(
            &painter,
            t,
            line,
            (columns, &places),
            &row,
            (view.cursor == Some(index), hand.hovered(), response.has_focus()),
        );
        if hand.clicked() {
            view.cursor = Some(index);
            view.tail = false;
            did.chose = Some(index);
            response.request_focus();
        }
        if hand.double_clicked() {
            did.opened = Some(index);
        }
        if hand.hovered() {
            tip(&hand, columns, &row);
        }
    }
    did
}

/// Left and right edge of every column.
fn places(columns: &[Column], body: Rect) -> Vec<(f32, f32)> {
    let fixed: f32 = columns.iter().map(|c| c.width).sum();
    let shares: f32 = columns.iter().map(|c| c.share).sum();
    let over = body.width() - 16.0 - fixed;
    // Too little room is taken from all in proportion.
    let squeeze = if over < 0.0 { (fixed + over).max(1.0) / fixed } else { 1.0 };
    let mut left = body.left() + 14.0;
    columns
        .iter()
        .map(|c| {
            let more = if over > 0.0 && shares > 0.0 { over * c.share / shares } else { 0.0 };
            let width = c.width * squeeze + more;
            let place = (left, left + width - 10.0);
            left += width;
            place
        })
        .collect()
}

fn head(ui: &Ui, id: Id, columns: &[Column], places: &[(f32, f32)], rect: Rect, did: &mut Did) {
    let t = Tokens::of(ui);
    let line = Rect::from_min_size(rect.left_top(), vec2(rect.width(), HEAD));
    ui.painter().hline(rect.x_range(), line.bottom() - 1.0, (1.0, t.line));
    for (at, (column, (left, right))) in columns.iter().zip(places).enumerate() {
        let cell = Rect::from_x_y_ranges(*left..=*right, line.y_range());
        let hand = ui.interact(cell, id.with(("title", at)), Sense::CLICK);
        hand.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ColumnHeader, true, column.title));
        let job = text(column.title, FontId::new(10.5, theme::semibold()), t.muted, right - left);
        let galley = ui.painter().layout_job(job);
        let x = if column.right { right - galley.size().x } else { *left };
        ui.painter().galley(pos2(x, line.center().y - galley.size().y / 2.0), galley, t.muted);
        if hand.clicked() {
            did.title = Some(at);
        }
    }
}

fn keys(ui: &Ui, view: &mut View, response: &egui::Response, count: usize, fits: f64, did: &mut Did) {
    if !response.has_focus() || count == 0 {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let key = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let at = view.cursor.unwrap_or(view.seen.start);
    let page = (fits as usize).saturating_sub(1).max(1);
    let to = if key(Key::ArrowDown) {
        view.cursor.map_or(at, |at| at + 1)
    } else if key(Key::ArrowUp) {
        at.saturating_sub(1)
    } else if key(Key::PageDown) {
        at + page
    } else if key(Key::PageUp) {
        at.saturating_sub(page)
    } else if key(Key::Home) {
        0
    } else if ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::ArrowDown)) {
        count - 1
    } else if key(Key::Enter) {
        did.opened = view.cursor;
        return;
    } else {
        return;
    };
    let to = to.min(count - 1);
    view.cursor = Some(to);
    view.tail = false;
    did.chose = Some(to);
    // The cursor stays in sight.
    if (to as f64) < view.top {
        view.top = to as f64;
    } else if (to as f64) > view.top + fits - 1.0 {
        view.top = to as f64 - fits + 1.0;
    }
}

fn wheel(ui: &Ui, view: &mut View, (body, row): (Rect, f32), last: f64) {
    if !ui.rect_contains_pointer(body) {
        return;
    }
    let moved = ui.input(|i| i.smooth_scroll_delta().y);
    if moved != 0.0 {
        view.top = (view.top - f64::from(moved / row)).clamp(0.0, last);
        view.tail = view.top >= last && moved < 0.0;
    }
}

fn bar(ui: &Ui, id: Id, view: &mut View, body: Rect, fits: f64, count: usize) {
    if count as f64 <= fits {
        return;
    }
    let t = Tokens::of(ui);
    let way = Rect::from_min_max(body.right_top() + vec2(2.0, 0.0), body.right_bottom() + vec2(BAR, 0.0));
    let response = ui.interact(way, id.with("bar"), Sense::drag());
    let last = count as f64 - fits;
    let length = (way.height() * (fits / count as f64) as f32).max(24.0).min(way.height());
    let room = way.height() - length;
    if let Some(at) =
        response.interact_pointer_pos().filter(|_| response.dragged() || response.is_pointer_button_down_on())
    {
        let share = f64::from(((at.y - way.top() - length / 2.0) / room.max(1.0)).clamp(0.0, 1.0));
        view.top = last * share;
        view.tail = share >= 1.0;
    }
    let top = way.top() + room * (view.top / last.max(1.0)).clamp(0.0, 1.0) as f32;
    let thumb = Rect::from_min_size(pos2(way.left(), top), vec2(way.width() - 2.0, length));
    let strength = if response.hovered() || response.dragged() { 0.45 } else { 0.22 };
    ui.painter().rect_filled(thumb, 4.0, t.tint(t.panel, t.text, strength));
}

fn paint(
    painter: &egui::Painter,
    t: &Tokens,
    line: Rect,
    (columns, places): (&[Column], &[(f32, f32)]),
    row: &Row,
    (chosen, hot, focused): (bool, bool, bool),
) {
    if let Some(ground) = row.ground {
        painter.rect_filled(line, 3.0, ground);
    }
    if chosen {
        let strength = if focused { 0.26 } else { 0.16 };
        painter.rect_filled(line, 3.0, t.tint(t.panel, t.selection, strength));
    } else if hot {
        painter.rect_filled(line, 3.0, t.tint(t.panel, t.text, 0.06));
    }
    if let Some(mark) = row.mark {
        painter.circle_filled(pos2(line.left() + 6.0, line.center().y), 3.0, mark);
    }
    let (main, other) = if row.faint { (t.faint, t.faint) } else { (t.text, t.muted) };
    for (at, (cell, (column, (left, right)))) in row.cells.iter().zip(columns.iter().zip(places)).enumerate()
    {
        let left = left + if at == 0 { row.indent } else { 0.0 };
        let left = match row.fold.filter(|_| at == 0) {
            Some(open) => {
                let glyph =
                    if open { super::icons::Glyph::ChevronDown } else { super::icons::Glyph::Chevron };
                let mark = Rect::from_center_size(pos2(left + 4.0, line.center().y), egui::Vec2::splat(8.0));
                super::icons::paint(painter, glyph, mark, t.muted);
                left + 14.0
            }
            None => left,
        };
        let font = match (column.mono, row.strong) {
            (true, _) => FontId::monospace(11.0),
            (_, true) => FontId::new(12.0, theme::semibold()),
            _ => FontId::proportional(12.0),
        };
        let color = if column.mono && !row.strong { other } else { main };
        // A heading may run over the columns that say nothing.
        let right = if row.strong && !column.right && row.cells.get(at + 1).is_none_or(String::is_empty) {
            line.right() - 8.0
        } else {
            *right
        };
        let galley = painter.layout_job(text(cell, font, color, right - left));
        let x = if column.right { right - galley.size().x } else { left };
        painter.galley(pos2(x, line.center().y - galley.size().y / 2.0), galley, color);
    }
}

/// All of a row, as cells are cut.
fn tip(hand: &egui::Response, columns: &[Column], row: &Row) {
    hand.clone().on_hover_cursor(CursorIcon::Default).on_hover_ui(|ui| {
        ui.set_max_width(520.0);
        let t = Tokens::of(ui);
        for (column, cell) in columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty()) {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(column.title).small().color(t.muted));
                ui.label(RichText::new(cell.chars().take(400).collect::<String>()).small());
            });
        }
    });
}

/// One line of text, cut to `room`.
pub fn text(words: &str, font: FontId, color: Color32, room: f32) -> egui::text::LayoutJob {
    let line: String = words.chars().take(400).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut job = egui::text::LayoutJob::single_section(line, egui::text::TextFormat::simple(font, color));
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
    job
}

/// What to say in the middle of a table that has no rows.
pub fn nothing(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    // Below what the page has above it already, such as its filter.
    let room = ui.available_rect_before_wrap();
    let at = room.center_top() + vec2(0.0, (room.height() / 2.0).clamp(20.0, 90.0));
    let job = egui::text::LayoutJob::simple(
        words.to_owned(),
        FontId::proportional(12.5),
        t.muted,
        ui.available_width() - 32.0,
    );
    let galley = ui.painter().layout_job(job);
    let rect = Align2::CENTER_CENTER.anchor_size(at, galley.size());
    let response = ui.interact(rect, ui.make_persistent_id(("nothing", words)), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
    ui.painter().galley(rect.min, galley, t.muted);
}
