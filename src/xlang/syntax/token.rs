use super::Span;
use std::ops::Range;

/// What a stretch of text is, for syntax colouring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Keyword,
    Identifier,
    Number,
    String,
    Comment,
    Operator,
    /// Not part of the language, or not closed.
    Error,
}

/// Splits a text into coloured stretches, in order; white space lies between them. Never fails.
pub fn tokens(text: &str) -> Vec<(Range<usize>, TokenKind)> {
    let kind = |token: &Token| match token.kind {
        Lexeme::Word if is_reserved(token.text(text)) => TokenKind::Keyword,
        Lexeme::Word => TokenKind::Identifier,
        Lexeme::Integer | Lexeme::Real => TokenKind::Number,
        Lexeme::Text | Lexeme::Verbatim | Lexeme::Char => TokenKind::String,
        Lexeme::Comment => TokenKind::Comment,
        Lexeme::Sign(_) => TokenKind::Operator,
        Lexeme::Open(_) | Lexeme::Stray => TokenKind::Error,
    };
    lex(text).iter().map(|t| (t.span.start as usize..t.span.end as usize, kind(t))).collect()
}

/// Words the language keeps for itself (section 7.7): no variable, message or port may have such a name.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

const RESERVED: &[&str] = &[
    "PropertyBase",
    "SchemaBase",
    "activate",
    "atomic",
    "body",
    "call",
    "catch",
    "checked",
    "compensate",
    "compensation",
    "construct",
    "correlation",
    "correlationtype",
    "delay",
    "dynamic",
    "else",
    "exceptions",
    "exec",
    "exists",
    "false",
    "if",
    "implements",
    "in",
    "initialize",
    "internal",
    "link",
    "listen",
    "longrunning",
    "message",
    "messagetype",
    "method",
    "module",
    "new",
    "null",
    "oneway",
    "out",
    "parallel",
    "port",
    "porttype",
    "private",
    "public",
    "receive",
    "ref",
    "request",
    "requestresponse",
    "response",
    "scope",
    "send",
    "service",
    "servicelink",
    "servicelinktype",
    "source",
    "succeeded",
    "suppressfailure",
    "suspend",
    "target",
    "task",
    "terminate",
    "throw",
    "timeout",
    "transaction",
    "transform",
    "true",
    "typeof",
    "unchecked",
    "until",
    "uses",
    "using",
    "while",
    "xpath",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// Identifier or keyword, perhaps with a leading `@`.
    Word,
    Integer,
    Real,
    Text,
    Verbatim,
    Char,
    Comment,
    Sign(&'static str),
    /// A string, character or comment that is not closed: what it is, and the closing sign.
    Open(&'static str),
    /// A character that starts nothing.
    Stray,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Lexeme,
    pub span: Span,
}

impl Token {
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        self.span.of(text)
    }
}

/// Longest first.
const SIGNS: &[&str] = &[
    "<<=", ">>=", "...", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=",
    "|=", "^=", "++", "--", "=>", "??", "?.", "->", "::", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!",
    "<", ">", "=", "(", ")", "{", "}", "[", "]", ",", ";", ".", "?", ":",
];

/// Every token of a text, comments included. Texts beyond 4 GiB are cut.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(c) = lexer.rest().chars().next() {
        if c.is_whitespace() || c == '\u{feff}' {
            lexer.at += c.len_utf8();
            continue;
        }
        let start = lexer.at;
        let kind = lexer.token(c);
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(lexer.at)) else { break };
        tokens.push(Token { kind, span: Span { start, end } });
    }
    tokens
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !keep(c)).unwrap_or(rest.len());
    }

    fn token(&mut self, c: char) -> Lexeme {
        let rest = self.rest();
        if rest.starts_with("//") {
            self.take_while(|c| c != '\n');
            return Lexeme::Comment;
        }
        if let Some(inside) = rest.strip_prefix("/*") {
            return match inside.find("*/") {
                Some(end) => {
                    self.at += end + 4;
                    Lexeme::Comment
                }
                None => {
                    self.at += rest.len();
                    Lexeme::Open("*/")
                }
            };
        }
        if rest.starts_with("@\"") {
            return self.verbatim();
        }
        if starts_word(c) || (c == '@' && rest.get(1..).is_some_and(|r| r.starts_with(starts_word))) {
            self.at += c.len_utf8();
            self.take_while(continues_word);
            return Lexeme::Word;
        }
        let digit_next = rest.get(1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        if c.is_ascii_digit() || (c == '.' && digit_next) {
            return self.number();
        }
        if c == '"' {
            return self.quoted('"', Lexeme::Text, "\"");
        }
        if c == '\'' {
            return self.quoted('\'', Lexeme::Char, "'");
        }
        match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => {
                self.at += sign.len();
                Lexeme::Sign(sign)
            }
            None => {
                self.at += c.len_utf8();
                Lexeme::Stray
            }
        }
    }

    /// `"…"` or `'…'` with escapes, on one line. An open one ends at the line, so that the rest still parses.
    fn quoted(&mut self, quote: char, closed: Lexeme, close: &'static str) -> Lexeme {
        self.at += 1;
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices() {
            if c == '\n' || c == '\r' {
                self.at += offset;
                return Lexeme::Open(close);
            }
            if c == quote && !escaped {
                self.at += offset + 1;
                return closed;
            }
            escaped = c == '\\' && !escaped;
        }
        self.at = self.text.len();
        Lexeme::Open(close)
    }

    /// `@"…"`, where `""` is a quote and lines may break.
    fn verbatim(&mut self) -> Lexeme {
        self.at += 2;
        loop {
            match self.rest().find('"') {
                Some(end) => {
                    self.at += end + 1;
                    if !self.rest().starts_with('"') {
                        return Lexeme::Verbatim;
                    }
                    self.at += 1;
                }
                None => {
                    self.at = self.text.len();
                    return Lexeme::Open("\"");
                }
            }
        }
    }

    fn number(&mut self) -> Lexeme {
        let rest = self.rest();
        if rest.starts_with("0x") || rest.starts_with("0X") {
            self.at += 2;
            self.take_while(|c| c.is_ascii_alphanumeric());
            return Lexeme::Integer;
        }
        let mut kind = Lexeme::Integer;
        self.take_while(|c| c.is_ascii_digit());
        let mut next = self.rest().chars();
        if next.next() == Some('.') && next.next().is_some_and(|c| c.is_ascii_digit()) {
            kind = Lexeme::Real;
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        let rest = self.rest();
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.starts_with(|c: char| c.is_ascii_digit()) {
                kind = Lexeme::Real;
                self.at += rest.len() - digits.len();
                self.take_while(|c| c.is_ascii_digit());
            }
        }
        if self.rest().starts_with(['f', 'F', 'd', 'D', 'm', 'M']) {
            kind = Lexeme::Real;
        }
        // Suffixes; whether they are right is decided when the value is read.
        self.take_while(|c| c.is_alphanumeric() || c == '_');
        kind
    }
}

fn starts_word(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_word(c: char) -> bool {
    // Combining marks continue an identifier, as in C#.
    c == '_' || c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(&str, TokenKind)> {
        tokens(text).into_iter().map(|(span, kind)| (&text[span], kind)).collect()
    }

    #[test]
    fn texts_split_into_coloured_stretches() {
        use TokenKind::*;
        assert_eq!(
            kinds("if (naïve_1>=0x1F) // done\n"),
            [
                ("if", Keyword),
                ("(", Operator),
                ("naïve_1", Identifier),
                (">=", Operator),
                ("0x1F", Number),
                (")", Operator),
                ("// done", Comment)
            ]
        );
        assert_eq!(
            kinds("@\"a\"\"b\nc\" + 'x' + P.@__type /* c */ 1.5e-3F"),
            [
                ("@\"a\"\"b\nc\"", String),
                ("+", Operator),
                ("'x'", String),
                ("+", Operator),
                ("P", Identifier),
                (".", Operator),
                ("@__type", Identifier),
                ("/* c */", Comment),
                ("1.5e-3F", Number)
            ]
        );
    }

    #[test]
    fn open_literals_end_at_their_line() {
        assert_eq!(kinds("\"a\nb"), [("\"a", TokenKind::Error), ("b", TokenKind::Identifier)]);
        assert_eq!(
            kinds("x # /* y"),
            [("x", TokenKind::Identifier), ("#", TokenKind::Error), ("/* y", TokenKind::Error)]
        );
    }

    #[test]
    fn reserved_words_are_sorted_for_the_search() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("xpath") && is_reserved("SchemaBase") && !is_reserved("order"));
    }
}
