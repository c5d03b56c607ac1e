use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A BizTalk project the application was made from, the counterpart of one `.btproj`: the assembly its artifacts
/// are compiled to, and the .NET type names by which other artifacts know them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    pub assembly: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub root_namespace: String,
    /// Target framework, as written: `v4.6`. It tells the BizTalk version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub framework: String,
    /// Full .NET type name of each artifact, by the path it has below the application folder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, String>,
    /// Assemblies and projects it uses, by name, with the file each is found in (empty for an installed one).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, String>,
}
