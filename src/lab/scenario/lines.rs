//! Expected lines against those that are there, and their difference.

use similar::{ChangeTag, TextDiff};
use wildmatch::WildMatch;

/// `None` when the lines are those expected, where `*` stands for any text; else the difference, with `-` before
/// what is expected and missing and `+` before what is there.
pub(super) fn difference(expected: &[String], actual: &[String], any_order: bool) -> Option<String> {
    let (mut expected, mut actual) = (expected.to_vec(), actual.to_vec());
    if any_order {
        expected.sort();
        actual.sort();
    }
    let paired = pair(&expected, &actual, any_order);
    if paired.iter().all(Option::is_some) && expected.len() == actual.len() {
        return None;
    }
    // A line that is as expected shows as it is, and so is no difference.
    let shown: Vec<_> = expected
        .iter()
        .zip(&paired)
        .map(|(line, place)| place.and_then(|at| actual.get(at)).unwrap_or(line).as_str())
        .collect();
    let (mut shown, mut actual) = (shown, actual.iter().map(String::as_str).collect::<Vec<_>>());
    if any_order {
        shown.sort_unstable();
        actual.sort_unstable();
    }
    Some(diff(&shown, &actual))
}

/// The place of the first line that is there and not expected.
pub(super) fn first_extra(expected: &[String], actual: &[String], any_order: bool) -> Option<usize> {
    let paired = pair(expected, actual, any_order);
    (0..actual.len()).find(|at| !paired.contains(&Some(*at)))
}

/// The place of the actual line that each expected one stands for; each is used once, in order unless `any_order`.
fn pair(expected: &[String], actual: &[String], any_order: bool) -> Vec<Option<usize>> {
    let mut used = vec![false; actual.len()];
    let mut from = 0;
    let mut paired = vec![None; expected.len()];
    // Plain lines first, so that a pattern does not take what only they can have.
    for plain in [true, false] {
        for (line, place) in expected.iter().zip(&mut paired) {
            if any_order && line.contains('*') == plain || !any_order && !plain {
                continue;
            }
            let pattern = WildMatch::new(line);
            let free = used.iter().zip(actual).enumerate().skip(if any_order { 0 } else { from });
            let found =
                free.filter(|(_, (used, line))| !**used && pattern.matches(line)).map(|(at, _)| at).next();
            if let Some(at) = found {
                *place = Some(at);
                from = at + 1;
                if let Some(used) = used.get_mut(at) {
                    *used = true;
                }
            }
        }
    }
    paired
}

fn diff(expected: &[&str], actual: &[&str]) -> String {
    let diff = TextDiff::from_slices(expected, actual);
    let lines = diff.iter_all_changes().map(|change| {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        format!("\n  {sign} {}", change.value())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn lines_match_in_order_and_a_star_is_any_text() {
        let same = |expected, actual, any| difference(&lines(expected), &lines(actual), any).is_none();
        assert!(same("a b* c", "a bee c", false));
        assert!(!same("a c b", "a b c", false) && same("a c b", "a b c", true));
        assert!(same("* ab", "ab cd", true), "the plain line takes its own");
        assert!(!same("a", "a a", false) && !same("a a", "a", true) && same("", "", false));
    }

    #[test]
    fn the_first_line_that_nobody_expected_is_found() {
        let extra = |expected, actual, any| first_extra(&lines(expected), &lines(actual), any);
        assert_eq!(extra("a b* c", "a x bee c", false), Some(1));
        assert_eq!(
            (extra("a b", "a", false), extra("b a", "a b", true)),
            (None, None),
            "nothing is too much"
        );
        assert_eq!(extra("a b", "a c", false), Some(1));
    }

    #[test]
    fn a_difference_shows_what_is_missing_and_what_came() {
        let found = difference(&lines("a b* d"), &lines("a bee c"), false).unwrap();
        assert_eq!(found, "\n    a\n    bee\n  - d\n  + c");
        assert_eq!(difference(&lines("x"), &[], false).unwrap(), "\n  - x");
    }
}
