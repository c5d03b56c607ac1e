//! A compact form of what waits: one piece of bytes instead of a tree of allocations. It lives in this process
//! only, so names and classes are their numbers.

use super::{ClassInfo, Name};
use rustc_hash::FxHashMap;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Texts from this many bytes on stay where they are, and so does all that holds them.
const LONG: usize = 1024;
/// Texts up to this many bytes lie in their value.
const INLINE: usize = 23;

thread_local! {
    /// Set while this thread packs or unpacks: then serialising has its short form.
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    /// Texts of the value at hand: each is in the bytes once.
    static TEXTS: RefCell<Vec<SmolStr>> = const { RefCell::new(Vec::new()) };
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static KNOWN: RefCell<Classes> = RefCell::default();
}

/// The value in one piece. `None` for what has no compact form, or is too large to gain by it; it is kept as it is.
pub fn pack(value: &impl Serialize) -> Option<Arc<[u8]>> {
    active_for(|| {
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            *scratch = postcard::to_extend(value, std::mem::take(scratch)).ok()?;
            Some(scratch.as_slice().into())
        })
    })
}

/// A value that [`pack`] has packed in this process.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    active_for(|| postcard::from_bytes(bytes).ok())
}

/// The first part of a packed tuple.
pub fn unpack_start<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    active_for(|| postcard::take_from_bytes(bytes).ok().map(|(start, _)| start))
}

fn active_for<T>(work: impl FnOnce() -> T) -> T {
    /// Serialising has its usual form again, whatever happened.
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            ACTIVE.set(false);
        }
    }
    let _done = Done;
    ACTIVE.set(true);
    TEXTS.with_borrow_mut(Vec::clear);
    work()
}

/// True while this thread packs or unpacks.
pub(super) fn active() -> bool {
    ACTIVE.get()
}

/// Class message types by number. Equal ones have one number, so compiling a model again adds none.
#[derive(Clone, Default)]
struct Classes {
    numbers: FxHashMap<Name, Vec<u32>>,
    all: Vec<Arc<ClassInfo>>,
}

static CLASSES: LazyLock<Mutex<Classes>> = LazyLock::new(Mutex::default);

impl Classes {
    fn number(&self, class: &Arc<ClassInfo>) -> Option<u32> {
        let same = |number: &&u32| {
            self.get(**number).is_some_and(|known| Arc::ptr_eq(known, class) || *known == *class)
        };
        self.numbers.get(&class.name)?.iter().find(same).copied()
    }

    fn get(&self, number: u32) -> Option<&Arc<ClassInfo>> {
        self.all.get(usize::try_from(number).ok()?)
    }

    fn add(&mut self, class: &Arc<ClassInfo>) -> u32 {
        self.number(class).unwrap_or_else(|| {
            let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
            self.all.push(Arc::clone(class));
            self.numbers.entry(class.name).or_default().push(number);
            number
        })
    }
}

/// For `#[serde(with)]`: the number of a class while packing.
pub(super) mod class {
    use super::*;

    pub fn serialize<S: Serializer>(class: &Arc<ClassInfo>, serializer: S) -> Result<S::Ok, S::Error> {
        if !active() {
            return class.serialize(serializer);
        }
        let number = KNOWN.with_borrow_mut(|known| {
            known.number(class).unwrap_or_else(|| {
                let mut all = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
                let number = all.add(class);
                known.clone_from(&all);
                number
            })
        });
        serializer.serialize_u32(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<ClassInfo>, D::Error> {
        if !active() {
            return Arc::deserialize(deserializer);
        }
        let number = u32::deserialize(deserializer)?;
        let class = KNOWN.with_borrow_mut(|known| {
            if known.get(number).is_none() {
                known.clone_from(&CLASSES.lock().unwrap_or_else(PoisonError::into_inner));
            }
            known.get(number).cloned()
        });
        class.ok_or_else(|| D::Error::custom("a class nobody packed"))
    }
}

/// For `#[serde(with)]`: refuses to copy a long text while packing.
pub(super) mod body {
    use super::*;

    pub fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        if active() && text.len() >= LONG {
            return Err(serde::ser::Error::custom("better kept where it is"));
        }
        text.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        if active() { Ok(<&str>::deserialize(deserializer)?.into()) } else { Arc::deserialize(deserializer) }
    }
}

/// For `#[serde(with)]`: a text that does not lie in its value, once.
pub(super) mod text {
    use super::*;

    pub fn serialize<S: Serializer>(text: &SmolStr, serializer: S) -> Result<S::Ok, S::Error> {
        if !active() {
            return text.serialize(serializer);
        }
        if text.len() >= LONG {
            return Err(serde::ser::Error::custom("better kept where it is"));
        }
        if text.len() <= INLINE {
            return (0_u32, text).serialize(serializer);
        }
        let known = TEXTS.with_borrow_mut(|texts| {
            let known = texts.iter().position(|other| other == text);
            if known.is_none() {
                texts.push(text.clone());
            }
            known.and_then(|at| u32::try_from(at + 2).ok())
        });
        match known {
            Some(place) => place.serialize(serializer),
            None => (1_u32, text).serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SmolStr, D::Error> {
        if active() { deserializer.deserialize_tuple(2, Reader) } else { SmolStr::deserialize(deserializer) }
    }

    /// Reads the number, and the text where the number says that there is one.
    struct Reader;

    impl<'de> serde::de::Visitor<'de> for Reader {
        type Value = SmolStr;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a packed text")
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut parts: A) -> Result<SmolStr, A::Error> {
            let missing = || A::Error::custom("a text nobody packed");
            let number: u32 = parts.next_element()?.ok_or_else(missing)?;
            match number {
                0 | 1 => {
                    let text: SmolStr = SmolStr::new(parts.next_element::<&str>()?.ok_or_else(missing)?);
                    if number == 1 {
                        TEXTS.with_borrow_mut(|texts| texts.push(text.clone()));
                    }
                    Ok(text)
                }
                place => TEXTS
                    .with_borrow(|texts| texts.get(usize::try_from(place - 2).ok()?).cloned())
                    .ok_or_else(missing),
            }
        }
    }
}

/// Numbers of names in the compact form, and their text in every other.
pub(super) fn name<S: Serializer>(name: Name, serializer: S) -> Result<S::Ok, S::Error> {
    if active() { serializer.serialize_u32(name.number()) } else { serializer.serialize_str(name.as_str()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Body, ClassField, ClassInstance, Message, Value, ValueType};
    use rust_decimal::Decimal;

    fn round(value: Value) {
        let packed = pack(&value).unwrap();
        assert_eq!(unpack::<Value>(&packed), Some(value));
    }

    #[test]
    fn every_kind_of_value_comes_back() {
        let field = |name: &str| ClassField {
            name: Name::new(name),
            value_type: ValueType::String,
            promoted: Some(Name::new("P.packed")),
            max_length: Some(255),
        };
        let class = Arc::new(ClassInfo::new(
            Name::new("T.Packed"),
            "Packed".into(),
            "http://t".into(),
            vec![field("A"), field("B")],
        ));
        let mut instance = ClassInstance::new(Arc::clone(&class));
        instance.set("A", Value::from("a value that is longer than what lies inline"));
        let text = |length: usize| Arc::new(Body::xml(format!("<a>{}</a>", "x".repeat(length))));
        let mut message = Message::single(Name::new("body"), text(LONG / 2));
        message.context.promote(Name::new("P.packed"), Value::Int32(-7));
        for value in [
            Value::Null,
            Value::Bool(true),
            Value::Char('ß'),
            Value::UInt64(u64::MAX),
            Value::Double(f64::MIN_POSITIVE),
            Value::Decimal(Decimal::new(-12_345, 3)),
            Value::Guid(uuid::Uuid::from_u128(7)),
            Value::from("text"),
            Value::Xml(text(3)),
            Value::Class(Arc::new(instance)),
            Value::Message(Arc::new(message)),
        ] {
            round(value);
        }
    }

    #[test]
    fn a_text_is_there_once_and_the_copies_share_it() {
        let text = Value::from("a text longer than what a value holds itself");
        let packed = pack(&vec![text.clone(), Value::from("short"), text.clone(), text.clone()]).unwrap();
        assert!(packed.len() < 70, "{packed:?}");
        let back: Vec<Value> = unpack(&packed).unwrap();
        assert_eq!(back, [text.clone(), Value::from("short"), text.clone(), text]);
        let [Value::String(first), _, Value::String(third), _] = &back[..] else { panic!("{back:?}") };
        assert_eq!(first.as_ptr(), third.as_ptr());
    }

    #[test]
    fn what_is_long_is_not_copied() {
        assert_eq!(pack(&Value::Xml(Arc::new(Body::xml("<a/>".repeat(LONG))))), None);
        assert_eq!(pack(&Value::from("a".repeat(LONG))), None);
    }

    #[test]
    fn other_formats_keep_the_text_of_names() {
        pack(&Name::new("packed"));
        assert_eq!(ron::to_string(&Name::new("packed")).unwrap(), "\"packed\"");
    }
}
