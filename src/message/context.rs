use super::{Name, Value};
use serde::{Deserialize, Serialize};

/// One context entry. Only promoted ones route (MSG-5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    pub name: Name,
    pub value: Value,
    pub promoted: bool,
}

/// Context of a message, in the order the properties were first set. Small: a linear search beats a map.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    properties: Vec<Property>,
}

impl Context {
    pub fn get(&self, name: Name) -> Option<&Value> {
        self.properties.iter().find(|p| p.name == name).map(|p| &p.value)
    }

    /// The value, if the property is promoted and so can route.
    pub fn promoted(&self, name: Name) -> Option<&Value> {
        self.properties.iter().find(|p| p.name == name && p.promoted).map(|p| &p.value)
    }

    pub fn promote(&mut self, name: Name, value: Value) {
        self.set(name, value, true);
    }

    /// Writing a promoted property un-promotes it; writing null deletes it (MSG-6).
    pub fn write(&mut self, name: Name, value: Value) {
        self.set(name, value, false);
    }

    /// Sets a value and leaves promotion as it is; a new property is written.
    pub fn update(&mut self, name: Name, value: Value) {
        let promoted = self.promoted(name).is_some();
        self.set(name, value, promoted);
    }

    pub fn remove(&mut self, name: Name) {
        self.remove_if(|n| n == name);
    }

    /// Removes the properties whose name is chosen.
    pub fn remove_if(&mut self, chosen: impl Fn(Name) -> bool) {
        self.properties.retain(|p| !chosen(p.name));
    }

    /// Un-promotes everything, as failed-message routing does (RF-6).
    pub fn demote_all(&mut self) {
        self.demote_if(|_| true);
    }

    /// Un-promotes what is chosen: it can still be read, and routes no more.
    pub fn demote_if(&mut self, chosen: impl Fn(Name) -> bool) {
        for property in self.properties.iter_mut().filter(|property| chosen(property.name)) {
            property.promoted = false;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Property> {
        self.properties.iter()
    }

    fn set(&mut self, name: Name, value: Value, promoted: bool) {
        if value == Value::Null {
            self.remove(name);
            return;
        }
        match self.properties.iter_mut().find(|p| p.name == name) {
            Some(property) => {
                property.value = value;
                property.promoted = promoted;
            }
            None => self.properties.push(Property { name, value, promoted }),
        }
    }
}
