use super::packed;
use rustc_hash::FxHashMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, Mutex, PoisonError};

/// An interned name: property names, type names, port names. One word, also to compare and to hash.
///
/// Names live as long as the process, so only names that come from a model may be interned, never
/// text from a message.
#[derive(Clone, Copy)]
pub struct Name(&'static Entry);

struct Entry {
    text: &'static str,
    /// Position in the order of interning: different in every process.
    number: u32,
}

#[derive(Default)]
struct Names {
    by_text: FxHashMap<&'static str, Name>,
    all: Vec<Name>,
}

static NAMES: LazyLock<Mutex<Names>> = LazyLock::new(Mutex::default);

thread_local! {
    /// The names this thread knows, by number: looking one up takes no lock.
    static KNOWN: RefCell<Vec<Name>> = const { RefCell::new(Vec::new()) };
}

impl Name {
    pub fn new(text: &str) -> Self {
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.by_text.get(text) {
            return *known;
        }
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        let number = u32::try_from(names.all.len()).unwrap_or(u32::MAX);
        let name = Self(Box::leak(Box::new(Entry { text, number })));
        names.by_text.insert(text, name);
        names.all.push(name);
        name
    }

    /// The last part of a full name or message type: what people call it.
    pub fn short(self) -> &'static str {
        short_name(self.as_str())
    }

    pub fn as_str(self) -> &'static str {
        self.0.text
    }

    pub(super) fn number(self) -> u32 {
        self.0.number
    }

    fn numbered(number: u32) -> Option<Self> {
        let number = usize::try_from(number).ok()?;
        KNOWN.with_borrow_mut(|known| {
            if known.len() <= number {
                known.clone_from(&NAMES.lock().unwrap_or_else(PoisonError::into_inner).all);
            }
            known.get(number).copied()
        })
    }
}

/// The empty name.
impl Default for Name {
    fn default() -> Self {
        static EMPTY: LazyLock<Name> = LazyLock::new(|| Name::new(""));
        *EMPTY
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By text, so that sorted names have the same order in every process.
impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.text.cmp(other.0.text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.text, f)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        packed::name(*self, serializer)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if packed::active() {
            let number = u32::deserialize(deserializer)?;
            return Self::numbered(number).ok_or_else(|| D::Error::custom("a name nobody interned"));
        }
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

/// As [`Name::short`].
pub fn short_name(name: &str) -> &str {
    name.rsplit(['.', '#']).next().filter(|last| !last.is_empty()).unwrap_or(name)
}
