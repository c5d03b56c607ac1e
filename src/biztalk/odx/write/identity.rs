//! Identities: which element of the file a part of the model is, and OIDs for what is new.

use super::Writer;
use super::element::{fresh, replace, set_attribute};
use crate::biztalk::odx::tree::Element;
use crate::model::Id;
use uuid::Uuid;

impl Writer<'_> {
    /// The element of a part of the model as it was read, or a new one.
    pub(super) fn start(&self, id: &Id, kind: &str, link: &str) -> Element {
        match self.origins.get(id) {
            // A Group may stand for an element whose type is not known.
            Some(origin) if origin.kind() == kind || kind == "Task" => {
                let mut element = (*origin).clone();
                if kind != "Task" || link.ends_with("_Statement") {
                    set_attribute(&mut element, "ParentLink", link);
                }
                element
            }
            _ => fresh(kind, &self.oid(id), link),
        }
    }

    /// The OID of a part of the model. An id that is no GUID gives one that is always the same for it.
    pub(super) fn oid(&self, id: &Id) -> String {
        if let Some(origin) = self.origins.get(id) {
            return origin.oid().to_owned();
        }
        if Uuid::try_parse(id.as_str()).is_ok() {
            return id.as_str().to_owned();
        }
        if id.is_empty() {
            return self.fresh_oid(&[&self.module.namespace]);
        }
        guid(&[&self.module.namespace, id.as_str()], 0)
    }

    /// An OID for something new that has no id in the model; `seed` says what it is.
    pub(super) fn fresh_oid(&self, seed: &[&str]) -> String {
        let mut taken = self.taken.borrow_mut();
        let mut number = 0;
        loop {
            let oid = guid(seed, number);
            if taken.insert(oid.clone()) {
                return oid;
            }
            number += 1;
        }
    }

    /// Puts `items`, which have no identity in the model, in the place of the children of one type and collection.
    /// `said` is what an element stands for and `key` what an item does; an element whose item is gone serves the item
    /// that took its turn. `write` also gets the item's number, counted from 1.
    pub(super) fn listed<T>(
        &self,
        parent: &mut Element,
        (kind, link): (&'static str, &'static str),
        items: &[T],
        said: impl Fn(&Element) -> String,
        key: impl Fn(&T) -> String,
        mut write: impl FnMut(&mut Element, &T, usize),
    ) {
        let belongs = |element: &Element| element.kind() == kind && element.link() == link;
        let mut known: Vec<Option<Element>> =
            parent.elements().filter(|e| belongs(e)).cloned().map(Some).collect();
        let same = |known: &Option<Element>, item: &T| known.as_ref().is_some_and(|e| said(e) == key(item));
        let mut found: Vec<Option<Element>> = Vec::with_capacity(items.len());
        for item in items {
            let element = known.iter_mut().find(|known| same(known, item)).and_then(Option::take);
            found.push(element);
        }
        let mut wanted = Vec::with_capacity(items.len());
        for (nth, (item, element)) in items.iter().zip(found).enumerate() {
            let element = element.or_else(|| known.get_mut(nth).and_then(Option::take));
            let mut element = element
                .unwrap_or_else(|| fresh(kind, &self.fresh_oid(&[parent.oid(), link, &key(item)]), link));
            write(&mut element, item, nth + 1);
            wanted.push(element);
        }
        replace(parent, belongs, wanted);
    }
}

/// A GUID that follows from `seed` and `number`: the 128-bit FNV-1a hash.
fn guid(seed: &[&str], number: u32) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut add =
        |byte: u8| hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    for part in seed {
        part.bytes().chain([0]).for_each(&mut add);
    }
    number.to_be_bytes().into_iter().for_each(&mut add);
    uuid::Builder::from_random_bytes(hash.to_be_bytes()).into_uuid().to_string()
}
