//! The order in which a .NET `Hashtable` gives its keys.
//!
//! The port type of a web reference is written in that order, so a program that is to come out the same needs it.

/// `keys`, added in this order to a new table, as its enumeration gives them.
pub(super) fn enumerated<'a>(keys: &[&'a str]) -> Vec<&'a str> {
    let mut table = Table::new(3);
    for key in keys {
        if table.full() {
            table = table.grown();
        }
        table.add((hash(key), key));
    }
    table.buckets.into_iter().rev().flatten().map(|(_, key)| key).collect()
}

type Entry<'a> = (u32, &'a str);

/// Open addressing with double hashing.
struct Table<'a> {
    buckets: Vec<Option<Entry<'a>>>,
    count: usize,
}

impl<'a> Table<'a> {
    fn new(size: usize) -> Self {
        Self { buckets: vec![None; size], count: 0 }
    }

    /// True at 72 %, where the table grows before it takes another key.
    fn full(&self) -> bool {
        let limit = (self.buckets.len() * 72 / 100).min(self.buckets.len() - 1);
        self.count >= limit
    }

    fn grown(&self) -> Self {
        let mut next = Self::new(prime(self.buckets.len() * 2));
        for entry in self.buckets.iter().flatten() {
            next.add(*entry);
        }
        next
    }

    fn add(&mut self, entry: Entry<'a>) {
        let size = u32::try_from(self.buckets.len()).unwrap_or(u32::MAX);
        let step = 1 + (entry.0.wrapping_mul(101)) % (size - 1);
        let mut at = entry.0 % size;
        for _ in 0..size {
            if let Some(free) = self.buckets.get_mut(at as usize).filter(|bucket| bucket.is_none()) {
                *free = Some(entry);
                self.count += 1;
                return;
            }
            at = (at + step) % size;
        }
    }
}

/// The first prime of the table's sizes that is large enough.
fn prime(least: usize) -> usize {
    const SIZES: [usize; 20] =
        [3, 7, 11, 17, 23, 29, 37, 47, 59, 71, 89, 107, 131, 163, 197, 239, 293, 353, 431, 521];
    SIZES.into_iter().find(|size| *size >= least).unwrap_or(least | 1)
}

/// The hash code of a string on the 32-bit framework that Visual Studio runs on, without its sign.
fn hash(text: &str) -> u32 {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let length = units.len();
    units.extend([0; 3]);
    let pair = |at: usize| {
        let unit = |at: usize| u32::from(units.get(at).copied().unwrap_or(0));
        unit(at) | unit(at + 1) << 16
    };
    let mix = |hash: u32, word: u32| {
        let signed = i32::from_ne_bytes(hash.to_ne_bytes()) >> 27;
        let rotated = (hash << 5).wrapping_add(hash).wrapping_add(u32::from_ne_bytes(signed.to_ne_bytes()));
        rotated ^ word
    };
    let start: u32 = (5381 << 16) + 5381;
    let (mut first, mut second) = (start, start);
    let (mut at, mut left) = (0, length);
    while left > 2 {
        first = mix(first, pair(at));
        second = mix(second, pair(at + 2));
        at += 4;
        left = left.saturating_sub(4);
    }
    if left > 0 {
        first = mix(first, pair(at));
    }
    first.wrapping_add(second.wrapping_mul(1_566_083_941)) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_framework() {
        assert_eq!(hash(""), 757_602_046);
    }

    #[test]
    fn no_key_is_lost_or_doubled_while_the_table_grows() {
        let keys: Vec<String> = (0..300).map(|n| format!("Operation_{n}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut given = enumerated(&keys);
        given.sort_unstable();
        let mut expected = keys.clone();
        expected.sort_unstable();
        assert_eq!(given, expected);
    }
}
