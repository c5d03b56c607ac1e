//! What C# has and XLANG/s refuses (section 7.6): each with a diagnostic that says what to write instead.

use super::token::{Lexeme, Token};
use super::{Expr, Parser, Span};
use crate::xlang::problem::{NOT_XLANG, SYNTAX};

/// Statements, by the word they start with: what is refused, what to write.
const STATEMENTS: &[(&str, &str, &str)] = &[
    ("for", "`for` loops", "Write i = 0; while (i < n) { …; i = i + 1; } or draw a Loop shape."),
    ("foreach", "`foreach` loops", "Count the items and write a while loop, or draw a Loop shape."),
    ("do", "`do … while` loops", "Write a while loop with a flag that is true at first."),
    ("break", "`break`", "Add a flag to the condition of the while loop and set it."),
    ("continue", "`continue`", "Put the rest of the loop body in an if block."),
    ("switch", "`switch`", "Write if … else if …, or draw a Decide shape."),
    ("goto", "`goto`", "Write if and while blocks."),
    ("return", "`return`", "Put the statements that follow in an else block."),
    ("try", "`try … catch`", "Draw a Scope shape with a Catch block around this shape."),
    ("lock", "`lock`", "Draw a synchronized Scope around the shapes that share data."),
    ("fixed", "`fixed`", "Leave it out."),
    ("yield", "`yield`", "Leave it out."),
    ("delegate", "delegates", "Call the method directly."),
    ("event", "events", "Receive a message instead."),
];

/// Words that start an expression in C# only.
const EXPRESSIONS: &[(&str, &str, &str)] = &[
    ("delegate", "delegates", "Call the method directly."),
    ("await", "`await`", "Call the method directly; wait for messages with a Receive shape."),
    ("this", "`this`", "Write the name of the variable or message."),
    ("base", "`base`", "Write the name of the variable or message."),
    ("stackalloc", "`stackalloc`", "Use a class of a component."),
    ("sizeof", "`sizeof`", "Write the number."),
];

const ARRAYS: &str = "Use a class of a component that holds the items and read them with a method.";

impl Parser<'_> {
    fn refuse(&mut self, span: Span, what: &str, help: impl Into<String>) {
        self.error(NOT_XLANG, span, format!("{what} cannot be used in an orchestration expression"), help);
    }

    /// A statement XLANG/s does not have; taken as a whole, its blocks still read for more findings.
    pub(super) fn refuse_statement(&mut self, word: &str) -> bool {
        let Some((_, what, help)) = STATEMENTS.iter().find(|(w, ..)| *w == word) else {
            return false;
        };
        // A name of that spelling is refused by the model; here only real uses count.
        let start = self.here();
        self.refuse(start, what, *help);
        self.advance();
        if self.is_sign(0, "(") {
            self.skip_balanced();
        }
        if self.is_sign(0, "{") {
            self.branch();
            while matches!(self.peek_word(0), Some("while" | "catch" | "finally"))
                && matches!(word, "do" | "try")
            {
                self.advance();
                if self.is_sign(0, "(") {
                    self.skip_balanced();
                }
                if self.is_sign(0, "{") {
                    self.branch();
                }
            }
            self.take_sign(";");
        } else if matches!(word, "for" | "foreach" | "do" | "lock" | "fixed") {
            self.branch();
        } else {
            self.synchronise();
        }
        true
    }

    /// A word that starts an expression in C# only.
    pub(super) fn refuse_word(&mut self, word: &str) -> bool {
        let Some((_, what, help)) = EXPRESSIONS.iter().find(|(w, ..)| *w == word) else {
            return false;
        };
        let here = self.here();
        self.refuse(here, what, *help);
        self.advance();
        if self.is_sign(0, "(") {
            self.skip_balanced();
        }
        if self.is_sign(0, "{") {
            self.skip_balanced();
        }
        true
    }

    /// `++x` and `--x`.
    pub(super) fn refuse_prefix(&mut self) -> bool {
        let (sign, plain) = match self.peek().map(|t| t.kind) {
            Some(Lexeme::Sign("++")) => ("++", "+"),
            Some(Lexeme::Sign("--")) => ("--", "-"),
            _ => return false,
        };
        let here = self.here();
        let name = self.peek_word(1).unwrap_or("x");
        let help = format!("Write {name} = {name} {plain} 1;");
        self.refuse(here, &format!("`{sign}`"), help);
        self.advance();
        true
    }

    /// `x++`, `x--`, `x[i]`, `x?.y`, `x->y`, `x::y`. True when something was taken.
    pub(super) fn refuse_postfix(&mut self, expr: &Expr) -> bool {
        let Some(Token { kind: Lexeme::Sign(sign), span }) = self.peek() else {
            return false;
        };
        let written = expr.span.of(self.text).to_owned();
        match sign {
            "++" | "--" => {
                let plain = if sign == "++" { "+" } else { "-" };
                let help = format!("Write {written} = {written} {plain} 1;");
                self.refuse(span, &format!("`{sign}`"), help);
                self.advance();
            }
            "[" => {
                let empty = self.is_sign(1, "]");
                self.skip_balanced();
                let span = self.since(span);
                if empty {
                    self.refuse(span, "arrays", ARRAYS);
                } else {
                    let help = format!("Call the method behind the indexer, for example {written}.Item(0).");
                    self.refuse(span, "indexers", help);
                }
            }
            "?." => {
                self.refuse(span, "`?.`", format!("Test for null first: if ({written} != null) {{ … }}"));
                self.advance();
                self.word();
            }
            "->" | "::" => {
                self.refuse(span, &format!("`{sign}`"), "Write a dot.");
                self.advance();
                self.word();
            }
            _ => return false,
        }
        true
    }

    /// `a ? b : c`, `a ?? b`, `x => y`, `x is T`, `x as T` behind a complete expression.
    pub(super) fn refuse_after_expression(&mut self, left: Expr) -> Expr {
        let here = self.here();
        let written = left.span.of(self.text).to_owned();
        let start = left.span;
        if self.take_sign("?") {
            let help = format!("Write if ({written}) {{ x = …; }} else {{ x = …; }}");
            self.refuse(here, "the conditional operator `?:`", help);
            self.nested((), |p| {
                p.expression();
                if p.take_sign(":") {
                    p.expression();
                }
            });
        } else if self.take_sign("??") {
            let help = format!("Write if ({written} == null) {{ x = …; }}");
            self.refuse(here, "`??`", help);
            self.nested((), |p| {
                p.expression();
            });
        } else if self.take_sign("=>") {
            self.refuse(here, "delegates and lambda expressions", "Call the method directly.");
            self.nested((), |p| {
                if p.is_sign(0, "{") {
                    p.skip_balanced();
                } else {
                    p.expression();
                }
            });
        } else if let Some(word @ ("is" | "as")) = self.peek_word(0) {
            let kind = self.peek_word(1).unwrap_or("T");
            let help = if word == "is" {
                format!("Compare {written}.GetType() == typeof({kind}), or catch the type in a Catch block.")
            } else {
                format!("Write a cast: ({kind}){written}.")
            };
            self.refuse(here, &format!("`{word}`"), help);
            self.advance();
            self.path();
        } else {
            return left;
        }
        super::parser::error_at(self.since(start))
    }

    /// `new List<T>()`, `new T[n]`: true when the rest of the creation was taken.
    pub(super) fn refuse_type_suffix(&mut self, start: Span) -> bool {
        if self.is_sign(0, "<") {
            self.skip_type_arguments();
            let span = self.since(start);
            self.refuse(span, "generic types", "Use a class that is not generic.");
        } else if self.is_sign(0, "[") {
            self.skip_balanced();
            if self.is_sign(0, "{") {
                self.skip_balanced();
            }
            let span = self.since(start);
            self.refuse(span, "arrays", ARRAYS);
            return true;
        } else {
            return false;
        }
        if self.is_sign(0, "(") {
            self.arguments();
        }
        true
    }

    /// `int n = 1;`, `List<T> l = …`, `T[] a = …`: declarations belong in the Orchestration View.
    pub(super) fn refuse_declaration(&mut self) -> bool {
        let (before, start) = (self.position(), self.here());
        let Some(declared) = self.path() else {
            return false;
        };
        let mut what = None;
        if self.is_sign(0, "<") && self.skip_type_arguments() && self.peek_word(0).is_some() {
            what = Some("generic types");
        } else if self.is_sign(0, "[") && self.is_sign(1, "]") && self.peek_word(2).is_some() {
            self.skip_balanced();
            what = Some("arrays");
        }
        let name = self.peek_word(0).filter(|w| !matches!(*w, "exists" | "is" | "as"));
        let declares = self.is_sign(1, "=") || self.is_sign(1, ";") || self.peek_at(1).is_none();
        let Some(name) = name.filter(|_| declares) else {
            self.rewind(before);
            return false;
        };
        self.advance();
        if self.take_sign("=") {
            self.expression();
        }
        let span = self.since(start);
        if let Some(what) = what {
            self.refuse(span, what, ARRAYS);
        } else {
            let help = format!(
                "Add a variable {name} of type {} in the Orchestration View and write {name} = …; here.",
                declared.dotted()
            );
            self.refuse(span, "declarations of variables", help);
        }
        true
    }

    /// `a = b = c`.
    pub(super) fn refuse_second_assignment(&mut self, target: &Expr, value: &Expr) -> bool {
        if !self.is_sign(0, "=") {
            return false;
        }
        let (first, second) = (target.span.of(self.text).to_owned(), value.span.of(self.text).to_owned());
        let here = self.here();
        self.advance();
        let last = self.expression();
        let last = last.span.of(self.text).to_owned();
        let help = format!("Write {second} = {last}; {first} = {second};");
        self.refuse(here, "two assignments in one statement", help);
        true
    }

    /// `x += 1` and its kin.
    pub(super) fn refuse_compound(&mut self, target: &Expr) -> bool {
        let Some(Token { kind: Lexeme::Sign(sign), span }) = self.peek() else {
            return false;
        };
        let Some(plain) = sign
            .strip_suffix('=')
            .filter(|s| matches!(*s, "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>"))
        else {
            return false;
        };
        let name = target.span.of(self.text).to_owned();
        self.advance();
        let value = self.expression();
        let value = value.span.of(self.text).to_owned();
        self.refuse(span, &format!("`{sign}`"), format!("Write {name} = {name} {plain} {value};"));
        true
    }

    /// `=` behind the condition of an if or while, or inside parentheses.
    pub fn refuse_assignment_inside(&mut self, condition: &Expr) {
        if !self.is_sign(0, "=") {
            return;
        }
        let (here, left) = (self.here(), condition.span.of(self.text).to_owned());
        self.advance();
        let right = self.expression();
        let right = right.span.of(self.text).to_owned();
        self.refuse(
            here,
            "an assignment inside an expression",
            format!("To compare write {left} == {right}; to assign write a statement of its own before."),
        );
    }

    /// Takes `<A, B<C>>`; false when the signs do not close.
    fn skip_type_arguments(&mut self) -> bool {
        let before = self.position();
        let mut open = 0_i32;
        while let Some(token) = self.peek() {
            match token.kind {
                Lexeme::Sign("<") => open += 1,
                Lexeme::Sign(">") => open -= 1,
                Lexeme::Sign(">>") => open -= 2,
                Lexeme::Word | Lexeme::Sign("." | ",") => {}
                _ => break,
            }
            self.advance();
            if open <= 0 {
                return true;
            }
        }
        self.rewind(before);
        false
    }

    /// Takes a bracket with all that is inside.
    pub(super) fn skip_balanced(&mut self) {
        let start = self.here();
        let mut open = 0_u32;
        while let Some(token) = self.peek() {
            match token.kind {
                Lexeme::Sign("(" | "[" | "{") => open += 1,
                Lexeme::Sign(")" | "]" | "}") => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
            if open == 0 {
                return;
            }
        }
        self.error(SYNTAX, start, "the bracket is not closed", "Close it.");
    }
}
