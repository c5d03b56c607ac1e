use super::property::is_default;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A trading partner with the roles it plays (RLK-5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<PartyAlias>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enlistments: Vec<Enlistment>,
    /// Send ports that reach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub send_ports: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_certificate: Option<Certificate>,
    /// Data of other programs, as written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub custom_data: String,
}

impl Party {
    /// True for the party's own name as `OrganizationName`, and for each alias (RLK-3).
    pub fn is_known_as(&self, value: &str, qualifier: &str) -> bool {
        qualifier == "OrganizationName" && self.name == value
            || self.aliases.iter().any(|a| a.qualifier == qualifier && a.value == value)
    }
}

/// A name a party is known by. Party resolution and `new Party(value, qualifier)` go by value and qualifier (RLK-3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyAlias {
    /// What the qualifier stands for: `Organization`, `D-U-N-S`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `OrganizationName`, `1`.
    pub qualifier: String,
    pub value: String,
    /// Made by BizTalk, not by a person.
    #[serde(default, skip_serializing_if = "is_default")]
    pub automatic: bool,
}

/// A certificate, by what a binding file names of it; the key stays in the store of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub thumbprint: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub short_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub long_name: String,
    /// `Encryption`, `Signature` or `Both`, as written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub usage: String,
}

/// A party in a role: port type operation ports to send ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enlistment {
    pub role_link_type: String,
    pub role: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, String>,
}
