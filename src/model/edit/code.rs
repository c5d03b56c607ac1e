/// Replaces the identifier `from` by `to` in XLANG/s text: whole words outside strings and comments, not the member after
/// a dot, and not in the property that `Name(Property)` reads. `None` when nothing was replaced.
pub fn rename_identifier(text: &str, from: &str, to: &str) -> Option<String> {
    let all = tokens(text);
    let named = |at: usize| {
        all.get(at).is_some_and(|token| *token == from || token.strip_prefix('@') == Some(from))
            && previous(&all, at).is_none_or(|before| before != ".")
            && !in_property(&all, at)
    };
    replace(&all, named, 1, to)
}

/// Replaces the dotted name `from` by `to` where it stands before `(`.
pub(super) fn rename_called(text: &str, from: &str, to: &str) -> Option<String> {
    let all = tokens(text);
    let words: Vec<&str> = from
        .split_inclusive('.')
        .flat_map(|w| match w.strip_suffix('.') {
            Some(word) => vec![word, "."],
            None => vec![w],
        })
        .collect();
    let named = |at: usize| {
        all.get(at..at + words.len()).is_some_and(|found| found == words)
            && previous(&all, at).is_none_or(|before| before != ".")
            && next(&all, at + words.len() - 1) == Some("(")
    };
    replace(&all, named, words.len(), to)
}

/// The identifiers in XLANG/s text, without members after a dot.
pub(super) fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let all = tokens(text);
    let named = |at: usize| is_word(all.get(at)?).then(|| all.get(at).copied()).flatten();
    let found: Vec<&str> = (0..all.len())
        .filter(|at| previous(&all, *at).is_none_or(|before| before != "."))
        .filter_map(named)
        .map(|word| word.strip_prefix('@').unwrap_or(word))
        .collect();
    found.into_iter()
}

fn replace(all: &[&str], named: impl Fn(usize) -> bool, length: usize, to: &str) -> Option<String> {
    let mut out = String::new();
    let (mut at, mut replaced) = (0, false);
    while let Some(token) = all.get(at) {
        if named(at) {
            out.push_str(to);
            at += length;
            replaced = true;
        } else {
            out.push_str(token);
            at += 1;
        }
    }
    replaced.then_some(out)
}

fn is_blank(token: &str) -> bool {
    token.starts_with("//") || token.starts_with("/*") || token.chars().all(char::is_whitespace)
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c == '_' || c == '@' || c.is_alphanumeric()) && !token.starts_with("@\"")
}

fn previous<'t>(all: &[&'t str], at: usize) -> Option<&'t str> {
    all.get(..at)?.iter().rev().copied().find(|t| !is_blank(t))
}

fn next<'t>(all: &[&'t str], at: usize) -> Option<&'t str> {
    all.get(at + 1..)?.iter().copied().find(|t| !is_blank(t))
}

/// `Name(Word.…)` with nothing before `Name` that makes it a method or constructor: a property is named.
fn in_property(all: &[&str], at: usize) -> bool {
    let mut before = all.get(..at).unwrap_or_default().iter().rev().copied().filter(|t| !is_blank(t));
    if before.next() != Some("(") {
        return false;
    }
    let name = before.next().unwrap_or_default();
    let reserved =
        ["xpath", "succeeded", "typeof", "checked", "unchecked", "transform", "if", "while", "throw"];
    if !is_word(name) || reserved.contains(&name) || matches!(before.next(), Some("." | "new")) {
        return false;
    }
    next(all, at) == Some(".")
}

/// The text in pieces: words, literals, comments, and single characters of anything else.
fn tokens(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |text: &str| text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            '@' if rest.starts_with("@\"") => verbatim(rest),
            '@' => 1 + rest.get(1..).map_or(0, word),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => {
                rest.get(2..).and_then(|body| body.find("*/")).map_or(rest.len(), |end| end + 4)
            }
            _ if first == '_' || first.is_alphanumeric() => word(rest),
            _ => first.len_utf8(),
        };
        let (token, remaining) = rest.split_at_checked(length).unwrap_or((rest, ""));
        all.push(token);
        rest = remaining;
    }
    all
}

/// Length of a string or character literal with backslash escapes; an open one ends with the text.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |(at, c)| at + c.len_utf8())
}

/// Length of a `@"…"` literal, in which only `""` is an escape.
fn verbatim(text: &str) -> usize {
    let mut at = 2;
    while let Some(end) = text.get(at..).and_then(|rest| rest.find('"')) {
        at += end + 1;
        if !text.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_identifier_itself_is_renamed() {
        let text = "Order.Id = OrderIn.Order + \"Order\" + x.Order; // Order\nf(Order, @\"a\\\", 'O', /* Order */ Order2)";
        let expected = "Bill.Id = OrderIn.Order + \"Order\" + x.Order; // Order\nf(Bill, @\"a\\\", 'O', /* Order */ Order2)";
        assert_eq!(rename_identifier(text, "Order", "Bill").as_deref(), Some(expected));
        assert_eq!(rename_identifier("a . Order = \"\\\"\" + 'Order", "Order", "Bill"), None);
        assert_eq!(rename_identifier("\"unclosed Order", "Order", "Bill"), None);
        assert_eq!(
            rename_identifier("@\"a\"\"Order\" + Order /* open", "Order", "é").as_deref(),
            Some("@\"a\"\"Order\" + é /* open")
        );
        assert_eq!(rename_identifier("", "Order", "Bill"), None);
        assert_eq!(rename_identifier("In(Order.Id) == 1", "Order", "Bill"), None, "a property");
        let method = rename_identifier("x.Add(Order.Id)", "Order", "Bill");
        assert_eq!(method.as_deref(), Some("x.Add(Bill.Id)"));
    }

    #[test]
    fn an_orchestration_is_renamed_where_its_instance_is_read() {
        let text = "id = Shop.Sell(A.InstanceId); y = a.Shop.Sell(1); z = Shop.Sell.X(1); w = Shop . Sell;";
        let renamed = rename_called(text, "Shop.Sell", "Shop.Buy");
        let expected =
            "id = Shop.Buy(A.InstanceId); y = a.Shop.Sell(1); z = Shop.Sell.X(1); w = Shop . Sell;";
        assert_eq!(renamed.as_deref(), Some(expected));
    }
}
