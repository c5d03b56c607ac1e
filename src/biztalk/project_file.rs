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
