//! A compact form of what waits: one piece of bytes instead of a tree of allocations. It lives in this process
//! only, so names are their numbers; classes and long texts are not copied but shared.

use super::{ClassInfo, Name};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::sync::Arc;
use thin_vec::ThinVec;

/// Texts from this many bytes on stay where they are.
const LONG: usize = 512;

/// A value in its compact form.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    bytes: Box<[u8]>,
    shared: Shared,
}

/// What the bytes refer to by position.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shared {
    classes: ThinVec<Arc<ClassInfo>>,
    texts: ThinVec<Arc<str>>,
}

thread_local! {
    /// Set while this thread packs or unpacks: then serialising has its short form.
    static SHARED: RefCell<Option<Shared>> = const { RefCell::new(None) };
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Packed {
    /// `None` for what has no compact form; it is kept as it is.
    pub fn new(value: &impl Serialize) -> Option<Self> {
        SHARED.set(Some(Shared::default()));
        let bytes = SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            let written = postcard::to_extend(value, std::mem::take(scratch)).ok()?;
            let bytes = Box::from(written.as_slice());
            *scratch = written;
            Some(bytes)
        });
        let shared = SHARED.take()?;
        Some(Self { bytes: bytes?, shared })
    }

    pub fn open<T: DeserializeOwned>(&self) -> Option<T> {
        SHARED.set(Some(self.shared.clone()));
        let value = postcard::from_bytes(&self.bytes).ok();
        SHARED.set(None);
        value
    }

    /// Bytes of memory beside what is shared.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// True while this thread packs or unpacks.
pub(super) fn active() -> bool {
    SHARED.with_borrow(Option::is_some)
}

/// Place of a shared thing in its list, which gets it if it is new.
fn place<T: ?Sized>(list: &mut ThinVec<Arc<T>>, thing: &Arc<T>) -> u32 {
    let known = list.iter().position(|other| Arc::ptr_eq(other, thing));
    let at = known.unwrap_or_else(|| {
        list.reserve_exact(1);
        list.push(Arc::clone(thing));
        list.len() - 1
    });
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn at<T: ?Sized, E: serde::de::Error>(
    number: u32,
    list: impl Fn(&Shared) -> &ThinVec<Arc<T>>,
) -> Result<Arc<T>, E> {
    let shared = SHARED.with_borrow(|shared| {
        let list = list(shared.as_ref()?);
        list.get(usize::try_from(number).ok()?).cloned()
    });
    shared.ok_or_else(|| E::custom("nothing is shared here"))
}

/// For `#[serde(with)]`: a class by reference while packing.
pub(super) mod class {
    use super::*;

    pub fn serialize<S: Serializer>(class: &Arc<ClassInfo>, serializer: S) -> Result<S::Ok, S::Error> {
        let number = SHARED.with_borrow_mut(|s| s.as_mut().map(|s| place(&mut s.classes, class)));
        match number {
            Some(number) => number.serialize(serializer),
            None => class.serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<ClassInfo>, D::Error> {
        if active() {
            at(u32::deserialize(deserializer)?, |s| &s.classes)
        } else {
            Arc::deserialize(deserializer)
        }
    }
}

/// For `#[serde(with)]`: a long text by reference while packing.
pub(super) mod text {
    use super::*;

    pub fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        if !active() {
            return text.serialize(serializer);
        }
        let long = (text.len() >= LONG)
            .then(|| SHARED.with_borrow_mut(|s| s.as_mut().map(|s| place(&mut s.texts, text))))
            .flatten();
        let short = long.is_none().then(|| &**text);
        (short, long).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        if !active() {
            return Arc::deserialize(deserializer);
        }
        match <(Option<&str>, Option<u32>)>::deserialize(deserializer)? {
            (Some(short), _) => Ok(short.into()),
            (None, long) => at(long.unwrap_or(u32::MAX), |s| &s.texts),
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
        let packed = Packed::new(&value).unwrap();
        assert_eq!(packed.open::<Value>(), Some(value));
    }

    #[test]
    fn every_kind_of_value_comes_back() {
        let field = |name: &str| ClassField {
            name: Name::new(name),
            value_type: ValueType::String,
            promoted: Some(Name::new("P.packed")),
            max_length: Some(255),
        };
        let class = Arc::new(ClassInfo {
            name: Name::new("T.Packed"),
            root: "Packed".into(),
            namespace: "http://t".into(),
            fields: vec![field("A"), field("B")],
        });
        let mut instance = ClassInstance::new(Arc::clone(&class));
        instance.set("A", Value::from("a value that is longer than what lies inline"));
        let text = |length: usize| Arc::new(Body::xml(format!("<a>{}</a>", "x".repeat(length))));
        let mut message = Message::single(Name::new("body"), text(2 * LONG));
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
    fn classes_and_long_texts_are_shared() {
        let long: Arc<str> = "<a/>".repeat(LONG).into();
        let body = Value::Xml(Arc::new(Body::xml(Arc::clone(&long))));
        let packed = Packed::new(&[body.clone(), body]).unwrap();
        assert!(packed.size() < 16, "{packed:?}");
        assert_eq!(packed.shared.texts.len(), 1);
    }

    #[test]
    fn other_formats_keep_the_text_of_names() {
        Packed::new(&Name::new("packed"));
        assert_eq!(ron::to_string(&Name::new("packed")).unwrap(), "\"packed\"");
    }
}
