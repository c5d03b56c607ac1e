use super::property::is_default;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A map as BizTalk Mapper draws it, the counterpart of one `.btm`: the grid with its links and functoids, and
/// what they run on. The engine runs [`super::Map::rules`]; this keeps what rules cannot say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapDrawing {
    pub source: MapTree,
    pub target: MapTree,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<MapPage>,
    /// Fixed texts of target nodes, by path; `<empty>` is the empty text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, String>,
    /// Texts that source nodes have when the map is tried out, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub test_values: BTreeMap<String, String>,
    /// A stylesheet that stands for the whole drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_xslt: Option<CustomXslt>,
    /// Script languages in the order they are preferred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script_precedence: Vec<ScriptLanguage>,
    /// Grid and compiler settings, as written: `CopyPIs`, `OmitXmlDeclaration`, `XRange` …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// The source or target side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapTree {
    /// Root element; empty when the schema has only one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub root: String,
    /// Schema file or .NET type name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<String>,
    /// XSD text that joins the schemas of several messages (`InputMessagePart_0` …); empty for one message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub joined: String,
}

/// A sheet of the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapPage {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<MapLink>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functoids: Vec<Functoid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapLink {
    /// Number within the map; functoids name their inputs by it.
    pub id: u32,
    pub from: LinkEnd,
    pub to: LinkEnd,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What is copied from the source node (`Compiler-Copy-Directive`), e.g. `CopyName`; empty is its text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub copy: String,
    /// How records are matched (`Compiler-Directive`), as written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub directive: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkEnd {
    /// A schema node, by its path as written.
    Node(String),
    /// A functoid, by its number.
    Functoid(u32),
}

/// A function on the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Functoid {
    /// Number within the map.
    pub id: u32,
    /// Which function (`Functoid-FID`): 107 is Concatenate; 10000 and above are custom ones.
    pub function: u32,
    /// Class and name of the function when the file states them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Cell of the grid.
    pub x: i32,
    pub y: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<FunctoidInput>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
    /// Rows of a Table Looping functoid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<LoopTable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctoidInput {
    pub value: InputValue,
    /// Place among the inputs when it differs from the order of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// Name by which a [`LoopTable`] refers to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub guid: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InputValue {
    /// A link, by its number.
    Link(u32),
    Constant(String),
}

/// Code of a Scripting functoid, inline or in an assembly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// `CSharp`, `Xslt`, `XsltCallTemplate`, `ExternalAssembly`, `VbNet` or `JScript`.
    pub language: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub assembly: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub assembly_path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
}

/// Each row holds, by column, the GUID of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopTable {
    /// The first column decides whether a row is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gated: bool,
    pub columns: u32,
    pub rows: Vec<Vec<String>>,
}

/// An external stylesheet and its extension objects: the paths the `.btm` names, and the texts found there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomXslt {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub extensions_path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub extensions_text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptLanguage {
    pub name: String,
    pub enabled: bool,
}
