/// Replaces the identifier `from` by `to` in XLANG/s text: whole words outside strings and comments, and not the
/// member after a dot. `None` when nothing was replaced.
pub fn rename_identifier(text: &str, from: &str, to: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_dot = false;
    let mut replaced = false;
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '"' | '\'' => quoted(rest, first),
            '@' if rest.starts_with("@\"") => verbatim(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => {
                rest.get(2..).and_then(|body| body.find("*/")).map_or(rest.len(), |end| end + 4)
            }
            _ if first == '_' || first.is_alphanumeric() => {
                rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, remaining) = rest.split_at_checked(token).unwrap_or((rest, ""));
        if token == from && !after_dot {
            out.push_str(to);
            replaced = true;
        } else {
            out.push_str(token);
        }
        let skipped = first.is_whitespace() || token.starts_with("//") || token.starts_with("/*");
        if !skipped {
            after_dot = first == '.';
        }
        rest = remaining;
    }
    replaced.then_some(out)
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
    }
}
