//! A project for exported files: the one place that joins .NET type names and files (`.btproj`, as of 2010).

use crate::message::document::escape_xml;
use crate::model::Application;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The text of a project that lists an application's orchestrations, at `sources` by the modules' keys, and schemas.
pub(super) fn project_file(application: &Application, sources: &BTreeMap<String, String>) -> String {
    let own = application.settings.projects.first();
    let assembly = own.map(|project| project.assembly.clone()).filter(|name| !name.is_empty());
    let namespace = own.map(|project| project.root_namespace.clone()).filter(|name| !name.is_empty());
    let name = assembly.unwrap_or_else(|| application.settings.name.clone());
    let namespace =
        namespace.unwrap_or_else(|| name.replace(|c: char| !c.is_alphanumeric() && c != '.', "_"));
    let mut items = String::new();
    for (key, source) in sources {
        let Some(module) = application.modules.get(key) else { continue };
        let type_name = module.orchestration.as_ref().map_or(key.as_str(), |o| o.name.as_str());
        item(&mut items, "XLang", source, type_name, &module.namespace);
    }
    for path in application.schemas.keys() {
        let Some(file) = path.strip_prefix("schemas/") else { continue };
        let known = application.settings.projects.iter().find_map(|project| project.types.get(path));
        let stem = file.rsplit('/').next().unwrap_or(file);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let (namespace, type_name) =
            known.map_or(("", stem), |known| known.rsplit_once('.').unwrap_or(("", known.as_str())));
        item(&mut items, "Schema", file, type_name, namespace);
    }
    let (name, namespace) = (escape_xml(&name), escape_xml(&namespace));
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Project ToolsVersion="12.0" DefaultTargets="Build" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <PropertyGroup>
    <Configuration Condition=" '$(Configuration)' == '' ">Debug</Configuration>
    <Platform Condition=" '$(Platform)' == '' ">AnyCPU</Platform>
    <OutputType>library</OutputType>
    <RootNamespace>{namespace}</RootNamespace>
    <AssemblyName>{name}</AssemblyName>
    <TargetFrameworkVersion>v4.6</TargetFrameworkVersion>
  </PropertyGroup>
  <ItemGroup>
{items}  </ItemGroup>
  <Import Project="$(MSBuildExtensionsPath)\Microsoft\BizTalk\BizTalkC.targets" />
</Project>
"#
    )
    .replace('\n', "\r\n")
}

fn item(items: &mut String, kind: &str, path: &str, type_name: &str, namespace: &str) {
    let path = escape_xml(&path.replace('/', "\\"));
    let (type_name, namespace) = (escape_xml(type_name), escape_xml(namespace));
    let _ = writeln!(items, "    <{kind} Include=\"{path}\">");
    let _ = writeln!(items, "      <TypeName>{type_name}</TypeName>");
    let _ = writeln!(items, "      <Namespace>{namespace}</Namespace>");
    let _ = writeln!(items, "      <SubType>Task</SubType>");
    let _ = writeln!(items, "    </{kind}>");
}

/// The text of a project that lists an orchestration besides the others; `None` when it does so already, by name or
/// with a pattern, or has no place for it.
pub(super) fn listed(text: &str, file: &str, type_name: &str, namespace: &str) -> Option<String> {
    let known = items_named(text, |name| name.contains('*') || same(name, file));
    if known.iter().any(|item| item.name.to_lowercase().ends_with(".odx")) {
        return None;
    }
    let others = items_named(text, |name| name.to_lowercase().ends_with(".odx"));
    let schemas = || items_named(text, |name| name.to_lowercase().ends_with(".xsd"));
    let (old, end) = match others.last().cloned().or_else(|| schemas().last().cloned()) {
        Some(item) => (item.attribute == "RelPath", item.end),
        // A project without files gets a group for the first one.
        None => {
            let end = text.rfind("</Project>")?;
            let mut own = String::from("  <ItemGroup>\n");
            self::item(&mut own, "XLang", file, type_name, namespace);
            own.push_str("  </ItemGroup>\n");
            return Some(format!("{}{}{}", text.get(..end)?, as_in(text, &own), text.get(end..)?));
        }
    };
    let mut own = String::new();
    if old {
        let (file, type_name) = (escape_xml(&file.replace('/', "\\")), escape_xml(type_name));
        let namespace = escape_xml(namespace);
        let _ = writeln!(
            own,
            "                <File RelPath=\"{file}\" BuildAction=\"BizTalkCompile\" Typename=\"{type_name}\" Namespace=\"{namespace}\" />"
        );
    } else {
        self::item(&mut own, "XLang", file, type_name, namespace);
    }
    let (before, after) = (text.get(..end)?, text.get(end..)?);
    let own = as_in(text, own.trim_end());
    let line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(format!("{before}{line}{own}{after}"))
}

/// The text of a project without an orchestration; `None` when it does not list it by name.
pub(super) fn unlisted(text: &str, file: &str) -> Option<String> {
    let item = items_named(text, |name| same(name, file)).into_iter().next()?;
    let before = text.get(..item.start)?.trim_end_matches([' ', '\t']);
    let before = before.strip_suffix('\n').unwrap_or(before);
    let before = before.strip_suffix('\r').unwrap_or(before);
    Some(format!("{before}{}", text.get(item.end..)?))
}

/// An item of a project, by its bytes.
#[derive(Clone)]
struct Item {
    name: String,
    attribute: &'static str,
    start: usize,
    end: usize,
}

/// The items whose file name is wanted, in order.
fn items_named(text: &str, wanted: impl Fn(&str) -> bool) -> Vec<Item> {
    let mut found = Vec::new();
    for attribute in ["Include", "RelPath"] {
        for (at, _) in text.match_indices(attribute) {
            found.extend(item_at(text, at, attribute).filter(|item| wanted(&item.name)));
        }
    }
    found.sort_by_key(|item| item.start);
    found
}

fn item_at(text: &str, at: usize, attribute: &'static str) -> Option<Item> {
    let rest = text.get(at + attribute.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = rest.get(1..)?.split_once(quote)?;
    let start = text.get(..at)?.rfind('<')?;
    let tag = text.get(start + 1..)?;
    let kind = tag.get(..tag.find(|c: char| c.is_whitespace())?)?;
    if !["XLang", "Schema", "Map", "Pipeline", "File"].contains(&kind) {
        return None;
    }
    let open = at + text.get(at..)?.find('>')? + 1;
    let end = if text.get(..open)?.ends_with("/>") {
        open
    } else {
        let closing = format!("</{kind}>");
        open + text.get(open..)?.find(&closing)? + closing.len()
    };
    Some(Item { name: name.replace("%28", "(").replace("%29", ")"), attribute, start, end })
}

fn same(written: &str, file: &str) -> bool {
    written.replace('\\', "/").trim_start_matches("./").eq_ignore_ascii_case(file)
}

/// Lines that end like those of the text they go into.
fn as_in(text: &str, own: &str) -> String {
    if text.contains("\r\n") { own.replace('\n', "\r\n") } else { own.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODERN: &str = "<Project>\r\n  <ItemGroup>\r\n    <XLang Include=\"Flows\\Ship.odx\">\r\n      <TypeName>Ship</TypeName>\r\n    </XLang>\r\n  </ItemGroup>\r\n</Project>\r\n";
    const OLD: &str = "<Files><Include>\n                <File RelPath=\"Ship.odx\" BuildAction=\"BizTalkCompile\" Typename=\"Ship\" />\n            </Include></Files>";

    #[test]
    fn an_orchestration_is_listed_after_the_others_and_taken_out_again() {
        let text = listed(MODERN, "Flows/Bill.odx", "Bill", "Shop").unwrap();
        assert!(text.contains("</XLang>\r\n    <XLang Include=\"Flows\\Bill.odx\">\r\n"), "{text}");
        assert!(text.contains("<Namespace>Shop</Namespace>"));
        assert_eq!(unlisted(&text, "flows/bill.odx").unwrap(), MODERN);
        assert_eq!(listed(&text, "Flows/Bill.odx", "Bill", "Shop"), None, "it is there");
        let text = listed(OLD, "Bill.odx", "Bill", "Shop").unwrap();
        assert!(text.contains("<File RelPath=\"Bill.odx\" BuildAction=\"BizTalkCompile\""), "{text}");
        assert_eq!(unlisted(&text, "Bill.odx").unwrap(), OLD);
    }

    #[test]
    fn patterns_and_projects_without_files_are_left_or_begun() {
        assert_eq!(
            listed(
                "<Project><ItemGroup><XLang Include=\"**\\*.odx\" /></ItemGroup></Project>",
                "A.odx",
                "A",
                "N"
            ),
            None
        );
        let text = listed("<Project>\n</Project>", "A.odx", "A", "N").unwrap();
        assert!(text.contains("<ItemGroup>\n    <XLang Include=\"A.odx\">"), "{text}");
        assert_eq!(unlisted("<Project />", "A.odx"), None);
    }
}
