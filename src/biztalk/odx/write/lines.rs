//! Carrying a change from one text to another that differs a little.

use similar::{DiffTag, TextDiff};
use std::ops::Range;

/// A change of `base`: these lines become this text.
struct Hunk<'a> {
    lines: Range<usize>,
    text: Vec<&'a str>,
}

/// What `ours` becomes when it gets the changes between `base` and `theirs`. Where both differ from `base` in the same
/// lines, `theirs` is taken.
pub(super) fn merge(base: &str, ours: &str, theirs: &str) -> String {
    if base == theirs {
        return ours.to_owned();
    }
    if base == ours {
        return theirs.to_owned();
    }
    let (change, own) = (hunks(base, theirs), hunks(base, ours));
    let mut all: Vec<Hunk<'_>> = own;
    all.retain(|own| !change.iter().any(|change| touch(&own.lines, &change.lines)));
    all.extend(change);
    all.sort_by_key(|hunk| (hunk.lines.start, hunk.lines.end));
    let lines: Vec<&str> = base.split_inclusive('\n').collect();
    let (mut merged, mut at) = (String::with_capacity(theirs.len() + 256), 0);
    for hunk in all {
        merged.extend(lines.get(at..hunk.lines.start).into_iter().flatten().copied());
        merged.extend(hunk.text);
        at = hunk.lines.end;
    }
    merged.extend(lines.get(at..).into_iter().flatten().copied());
    merged
}

fn hunks<'a>(base: &'a str, other: &'a str) -> Vec<Hunk<'a>> {
    let other_lines: Vec<&str> = other.split_inclusive('\n').collect();
    let diff = TextDiff::configure().diff_lines(base, other);
    let changes = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    changes
        .map(|op| Hunk {
            lines: op.old_range(),
            text: other_lines.get(op.new_range()).unwrap_or_default().to_vec(),
        })
        .collect()
}

/// True when two changes concern the same lines, or meet between two lines.
fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    if a.is_empty() || b.is_empty() {
        a.start <= b.end && b.start <= a.end
    } else {
        a.start < b.end && b.start < a.end
    }
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn a_change_reaches_a_text_that_differs_elsewhere() {
        let (base, ours) = ("a\nb\nc\nd\ne\n", "a\n  b\nc\nd\ne (old)\n");
        assert_eq!(merge(base, ours, "a\nb\nc\nnew\nd\ne\n"), "a\n  b\nc\nnew\nd\ne (old)\n");
        assert_eq!(merge(base, ours, "a\nb\nc\nd\ne now\n"), "a\n  b\nc\nd\ne now\n");
        assert_eq!(merge(base, ours, base), ours);
        assert_eq!(merge(base, base, "z\n"), "z\n");
        assert_eq!(merge("", "", "z\n"), "z\n");
    }
}
