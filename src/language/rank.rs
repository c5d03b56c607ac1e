/// How well `word` stands for `name`; lower is better, `None` not at all. A prefix is best, then the start of a word
/// inside (`Id` in `OrderId`), then any part, then its letters in order.
pub fn rank(name: &str, word: &str) -> Option<u32> {
    if word.is_empty() {
        return Some(0);
    }
    let (lower, wanted) = (name.to_lowercase(), word.to_lowercase());
    let extra = u32::try_from(name.len().saturating_sub(word.len())).unwrap_or(u32::MAX).min(99);
    if name.starts_with(word) {
        return Some(extra);
    }
    if lower.starts_with(&wanted) {
        return Some(100 + extra);
    }
    if let Some(at) = lower.find(&wanted) {
        let starts = name.get(at..).is_some_and(|rest| rest.starts_with(char::is_uppercase))
            || name.get(..at).is_some_and(|before| before.ends_with(['.', '_']));
        return Some(if starts { 200 } else { 300 } + extra);
    }
    let mut letters = lower.chars();
    wanted.chars().all(|c| letters.any(|l| l == c)).then_some(400 + extra)
}
