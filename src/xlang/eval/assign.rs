use super::message;
use super::{convert, invoke};
use crate::message::Value;
use crate::xlang::code::{Conversion, Place};
use crate::xlang::{Env, Raised};

/// Stores a value.
pub fn assign(place: &Place, value: Value, env: &mut dyn Env) -> Result<(), Raised> {
    match place {
        Place::Variable(slot, value_type) => {
            let value = convert(value, value_type, Conversion::Implicit)?;
            env.set_variable(*slot, value);
            Ok(())
        }
        Place::Message(target) => message::assign_message(target, value, env),
        Place::Part(target, part) => message::assign_part(target, *part, value, env),
        Place::Field(field) => message::assign_field(field, value, env),
        Place::Property(property) => message::assign_property(property, value, env),
        Place::PortProperty(slot, name) => env.set_port_property(*slot, name, value),
        Place::XPath(target) => message::assign_xpath(target, value, env),
        Place::Member(member) => invoke::set_member(member, value, env),
    }
}
