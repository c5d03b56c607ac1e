//! Indented text that knows where it is.

/// Line and column, both counted from 1; columns in UTF-16 units, as the designer counts them.
pub type Position = (u32, u32);

/// Where an element is in the program: from its first character to behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub start: Position,
    pub end: Position,
}

/// Text under way: lines of four spaces a level, ended with `\n`.
#[derive(Debug)]
pub(super) struct Out {
    text: String,
    line: u32,
    column: u32,
    depth: usize,
    bounds: Vec<Option<Bounds>>,
}

impl Out {
    /// `elements` is how many places may be noted.
    pub fn new(elements: usize) -> Self {
        Self { text: String::new(), line: 1, column: 1, depth: 0, bounds: vec![None; elements] }
    }

    /// The text, and the place of each element that was noted.
    pub fn finish(self) -> (String, Vec<Option<Bounds>>) {
        (self.text, self.bounds)
    }

    pub fn here(&self) -> Position {
        (self.line, self.column)
    }

    /// Notes that the element `number` goes from `start` to here.
    pub fn note(&mut self, number: usize, start: Position) {
        self.place(number, start, self.here());
    }

    /// Notes the place of the element `number`.
    pub fn place(&mut self, number: usize, start: Position, end: Position) {
        if let Some(place) = self.bounds.get_mut(number) {
            *place = Some(Bounds { start, end });
        }
    }

    /// Text of the current line; a line break in it begins another line at the same level.
    pub fn put(&mut self, text: &str) {
        for (nth, piece) in lines(text).enumerate() {
            if nth > 0 {
                self.end();
            }
            self.indent();
            self.text.push_str(piece);
            self.column += u32::try_from(piece.encode_utf16().count()).unwrap_or(u32::MAX);
        }
    }

    /// Begins the line, so that a place inside it can be taken.
    pub fn indent(&mut self) {
        if self.column == 1 {
            for _ in 0..self.depth {
                self.text.push_str("    ");
                self.column += 4;
            }
        }
    }

    /// Ends the line.
    pub fn end(&mut self) {
        self.text.push('\n');
        self.line += 1;
        self.column = 1;
    }

    /// One line, or as many as `text` has.
    pub fn line(&mut self, text: &str) {
        self.put(text);
        self.end();
    }

    /// Opens a block.
    pub fn open(&mut self) {
        self.line("{");
        self.depth += 1;
    }

    /// Closes a block; `after` follows the brace.
    pub fn close(&mut self, after: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.put("}");
        self.put(after);
        self.end();
    }
}

/// The lines of a text with any kind of line end. A text that ends with one has an empty last line.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}
