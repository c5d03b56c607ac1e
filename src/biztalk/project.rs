//! Project and solution files: which files belong together, and the .NET type name of each.

use super::decode;
use super::paths::{find, matching, stem};
use crate::message::XmlError;
use crate::message::document::parse_text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uppsala::{Document, NodeId};

/// One `.btproj`, of any generation: MSBuild's, or Visual Studio 2003's and 2005's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFile {
    pub assembly: String,
    pub root_namespace: String,
    /// Target framework, as written.
    pub framework: String,
    /// Every file it lists, in order; the ending tells what it is.
    pub items: Vec<ProjectItem>,
    /// Assemblies and other projects by name, with the file as written; empty for an installed one.
    pub references: BTreeMap<String, String>,
    /// Files it lists that are not there, as written.
    pub missing: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectItem {
    pub path: PathBuf,
    /// Full .NET type name, from what is stated or, failing that, from root namespace and file name.
    pub type_name: String,
}

/// Endings of the files that are read.
const ARTIFACTS: [&str; 5] = ["odx", "xsd", "btm", "btp", "xml"];

/// Reads a project; `path` is where it is, for the files it lists.
///
/// # Errors
/// When it is no XML.
pub fn read_project(path: &Path, bytes: &[u8]) -> Result<ProjectFile, XmlError> {
    let (text, _) = decode(bytes);
    let tree = parse_text(text.trim_start_matches('\u{feff}'))?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let mut project = ProjectFile::default();
    let Some(root) = tree.document_element() else { return Ok(project) };
    settings(&tree, root, &mut project);
    if project.assembly.is_empty() {
        project.assembly = stem(path);
    }
    if project.root_namespace.is_empty() {
        project.root_namespace = project.assembly.clone();
    }
    items(&tree, root, folder, &mut project);
    Ok(project)
}

/// Name, namespace and framework, from elements or, in older projects, from attributes.
fn settings(tree: &Document<'_>, root: NodeId, project: &mut ProjectFile) {
    for id in std::iter::once(root).chain(tree.descendants(root)) {
        let Some(element) = tree.element(id) else { continue };
        let text = || tree.text_content_deep(id).trim().to_owned();
        // The first one counts; later groups have conditions.
        let set = |field: &mut String, value: String| {
            if field.is_empty() && !value.contains("$(") {
                *field = value;
            }
        };
        match &*element.name.local_name {
            "AssemblyName" => set(&mut project.assembly, text()),
            "RootNamespace" => set(&mut project.root_namespace, text()),
            "TargetFrameworkVersion" | "TargetFramework" => set(&mut project.framework, text()),
            "Settings" => {
                set(&mut project.assembly, attribute(tree, id, "AssemblyName"));
                set(&mut project.root_namespace, attribute(tree, id, "RootNamespace"));
                set(&mut project.root_namespace, attribute(tree, id, "DefaultNamespace"));
            }
            "BIZTALK" => set(&mut project.framework, attribute(tree, id, "ProductVersion")),
            _ => {}
        }
    }
}

fn items(tree: &Document<'_>, root: NodeId, folder: &Path, project: &mut ProjectFile) {
    for id in tree.descendants(root) {
        let Some(element) = tree.element(id) else { continue };
        let include = [attribute(tree, id, "Include"), attribute(tree, id, "RelPath")];
        let Some(include) = include.into_iter().find(|written| !written.is_empty()) else {
            older_reference(tree, id, project);
            continue;
        };
        let include = unescape(&include);
        match &*element.name.local_name {
            "Reference" => {
                let name = include.split(',').next().unwrap_or_default().trim().to_owned();
                let _ = project.references.insert(name, child(tree, id, "HintPath"));
            }
            "ProjectReference" => {
                let own = child(tree, id, "Name");
                let name = if own.is_empty() { stem(Path::new(&include.replace('\\', "/"))) } else { own };
                let _ = project.references.insert(name, include);
            }
            _ if !ARTIFACTS.contains(&ending(&include).as_str()) => {}
            _ => {
                let found = match find(folder, &include) {
                    Some(path) => vec![path],
                    None => matching(folder, &include),
                };
                if found.is_empty() && !include.contains("$(") {
                    project.missing.push(include.clone());
                }
                for path in found {
                    let stated = |names: [&str; 2]| {
                        let inner = child(tree, id, names[0]);
                        if inner.is_empty() { attribute(tree, id, names[1]) } else { inner }
                    };
                    let name = stated(["TypeName", "Typename"]);
                    let namespace = stated(["Namespace", "Namespace"]);
                    // A namespace that is stated and empty is the global one.
                    let is_namespace =
                        |id| tree.element(id).is_some_and(|e| &*e.name.local_name == "Namespace");
                    let global = namespace.is_empty() && tree.children_iter(id).any(is_namespace);
                    let root = if global { "" } else { project.root_namespace.as_str() };
                    let type_name = full_name(&name, &namespace, &path, root);
                    project.items.push(ProjectItem { path, type_name });
                }
            }
        }
    }
}

/// `<Reference Name= HintPath= Project= />` of Visual Studio 2003 and 2005.
fn older_reference(tree: &Document<'_>, id: NodeId, project: &mut ProjectFile) {
    let is_reference = tree.element(id).is_some_and(|e| &*e.name.local_name == "Reference");
    let name = attribute(tree, id, "Name");
    if is_reference && !name.is_empty() {
        let _ = project.references.insert(name, attribute(tree, id, "HintPath"));
    }
}

fn full_name(name: &str, namespace: &str, path: &Path, root_namespace: &str) -> String {
    let name = if name.is_empty() { identifier(&stem(path)) } else { name.to_owned() };
    let namespace = if namespace.is_empty() { root_namespace } else { namespace };
    if namespace.is_empty() { name } else { format!("{namespace}.{name}") }
}

/// A file name as the name of a class.
pub fn identifier(stem: &str) -> String {
    let clean: String = stem.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if clean.starts_with(|c: char| c.is_ascii_digit()) { format!("_{clean}") } else { clean }
}

pub fn ending(path: &str) -> String {
    path.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default()
}

fn attribute(tree: &Document<'_>, id: NodeId, name: &str) -> String {
    let element = tree.element(id);
    let found =
        element.and_then(|e| e.attributes.iter().find(|a| a.name.local_name.eq_ignore_ascii_case(name)));
    found.map(|a| a.value.trim().to_owned()).unwrap_or_default()
}

/// Text of a child element, empty when there is none.
fn child(tree: &Document<'_>, id: NodeId, name: &str) -> String {
    let named = |child: &NodeId| tree.element(*child).is_some_and(|e| &*e.name.local_name == name);
    let found = tree.children_iter(id).find(named);
    found.map(|child| tree.text_content_deep(child).trim().to_owned()).unwrap_or_default()
}

/// MSBuild writes special characters as `%28`.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex =
            after.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match hex.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The projects of a solution, `.sln` or `.slnx`, as written; those of other kinds are left out.
pub fn solution_projects(text: &str) -> Vec<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    quoted.filter(|path| ending(path) == "btproj").map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(folder: &Path, text: &str) -> ProjectFile {
        read_project(&folder.join("Orders.btproj"), text.as_bytes()).unwrap()
    }

    fn names(project: &ProjectFile) -> Vec<(String, &str)> {
        let name = |item: &ProjectItem| item.path.file_name().unwrap().to_str().unwrap().to_owned();
        project.items.iter().map(|item| (name(item), item.type_name.as_str())).collect()
    }

    #[test]
    fn projects_of_every_generation_name_their_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("Schemas")).unwrap();
        for file in ["Ship.odx", "Schemas/Order.xsd", "Schemas/2nd order.xsd", "ToAck (1).btm"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let modern = r#"<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
          <PropertyGroup><RootNamespace>Shop</RootNamespace><AssemblyName>Shop.Orders</AssemblyName>
            <TargetFrameworkVersion>v4.6</TargetFrameworkVersion></PropertyGroup>
          <ItemGroup>
            <Reference Include="Acme.Rates, Version=1.0.0.0"><HintPath>..\lib\Acme.Rates.dll</HintPath></Reference>
            <ProjectReference Include="..\Common\Common.btproj"><Name>Common</Name></ProjectReference>
            <XLang Include="SHIP.odx"><TypeName>Ship</TypeName><Namespace>Shop.Flows</Namespace></XLang>
            <Schema Include="schemas\Order.xsd"><TypeName>Order</TypeName><Namespace>Shop.Types</Namespace></Schema>
            <Schema Include="Schemas\2nd order.xsd" />
            <Map Include="ToAck %281%29.btm" />
            <Schema Include="Gone.xsd" />
            <Compile Include="Helper.cs" />
          </ItemGroup></Project>"#;
        let project = read(folder.path(), modern);
        assert_eq!((project.assembly.as_str(), project.framework.as_str()), ("Shop.Orders", "v4.6"));
        assert_eq!(
            names(&project),
            [
                ("Ship.odx".into(), "Shop.Flows.Ship"),
                ("Order.xsd".into(), "Shop.Types.Order"),
                ("2nd order.xsd".into(), "Shop._2nd_order"),
                ("ToAck (1).btm".into(), "Shop.ToAck__1_"),
            ]
        );
        assert_eq!(project.missing, ["Gone.xsd"]);
        assert_eq!(project.references["Common"], r"..\Common\Common.btproj");
        assert_eq!(project.references["Acme.Rates"], r"..\lib\Acme.Rates.dll");

        let older = r#"<VisualStudioProject><BIZTALK ProductVersion="8.0"><Build>
            <Settings AssemblyName="Shop.Orders" RootNamespace="Shop" />
            <References><Reference Name="Common" HintPath="..\Common.dll" /></References></Build>
            <Files><Include>
              <File RelPath="Schemas\Order.xsd" BuildAction="BizTalkCompile" Typename="Order" Namespace="Shop.Types" />
              <File RelPath="Ship.odx" BuildAction="BizTalkCompile" Typename="Ship" Namespace="Shop.Flows" />
            </Include></Files></BIZTALK></VisualStudioProject>"#;
        let project = read(folder.path(), older);
        assert_eq!(
            names(&project),
            [("Order.xsd".into(), "Shop.Types.Order"), ("Ship.odx".into(), "Shop.Flows.Ship")]
        );
        assert_eq!(
            (project.assembly.as_str(), project.references["Common"].as_str()),
            ("Shop.Orders", r"..\Common.dll")
        );

        let wild = r#"<Project><ItemGroup><Schema Include="**\*.xsd" /></ItemGroup></Project>"#;
        assert_eq!(names(&read(folder.path(), wild)).len(), 2);
    }

    #[test]
    fn a_solution_lists_its_biztalk_projects() {
        let text = "Project(\"{EF7E}\") = \"Orders\", \"Orders\\Orders.btproj\", \"{1}\"\nEndProject\n\
                    Project(\"{FAE0}\") = \"Lib\", \"Lib\\Lib.csproj\", \"{2}\"\nEndProject\n";
        assert_eq!(solution_projects(text), [r"Orders\Orders.btproj"]);
        assert_eq!(
            solution_projects(r#"<Solution><Project Path="A/A.btproj" /></Solution>"#),
            ["A/A.btproj"]
        );
    }
}
