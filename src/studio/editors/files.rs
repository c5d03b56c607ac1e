//! What else the application is made of, as a list: its picture, ports and configuration, schemas, messages, maps,
//! policies and scripts; and new ones.

use super::list;
use crate::model::edit::{Edit, Part};
use crate::model::{Map, Policy, PolicyVersion};
use crate::studio::document::{Action, Document};
use crate::studio::panels::explorer::matches;
use crate::studio::panels::fields;
use crate::studio::tabs::Tab;
use crate::xml::Wishes;
use egui::Ui;

/// Makes a new thing: the tab that shows it, and the edit.
type Make = fn(&Document) -> (Tab, Edit);

/// What can be made, as it is called.
const SCHEMA: (&str, Make) = ("New schema", new_schema);
const MESSAGE: (&str, Make) = ("New sample message", new_message);
const MAP: (&str, Make) = ("New map", new_map);
const POLICY: (&str, Make) = ("New policy", new_policy);
const SCRIPT: (&str, Make) = ("New script", new_script);

/// What can be made, as it is called, with what does it.
pub fn fresh(document: &Document) -> impl Iterator<Item = (&'static str, Vec<Action>)> {
    [SCHEMA, MESSAGE, MAP, POLICY, SCRIPT]
        .into_iter()
        .map(|(words, make)| (words, made(document, words, make)))
}

fn made(document: &Document, words: &str, make: Make) -> Vec<Action> {
    let (tab, edit) = make(document);
    vec![Action::edit(Edit::Batch { label: words.to_owned(), edits: vec![edit] }), Action::Open(tab)]
}

/// Shows the list of what the filter lets through, `shown` is the tab with the focus; false when that is nothing.
pub fn ui(
    ui: &mut Ui,
    document: &Document,
    filter: &str,
    shown: Option<&Tab>,
    actions: &mut Vec<Action>,
) -> bool {
    ui.spacing_mut().item_spacing.y = 1.0;
    let app = &document.app;
    let mut own = vec![Tab::Application, Tab::Ports, Tab::Settings];
    own.retain(|tab| matches(&tab.about(app).0, filter));
    let mut any = !own.is_empty();
    if any {
        fields::heading(ui, "Application");
    }
    for tab in own {
        entry(ui, document, &tab, "", shown, actions);
    }
    let mut section = |ui: &mut Ui, head: (&str, (&str, Make)), mut entries: Vec<(Tab, String)>| {
        entries.retain(|(tab, about)| matches(&tab.about(app).0, filter) || matches(about, filter));
        if filter.is_empty() || !entries.is_empty() {
            any = true;
            section(ui, document, head, entries, shown, actions);
        }
    };
    let roots = |path: &String| {
        document.schemas.roots_of(path).map(|r| r.root.to_string()).collect::<Vec<_>>().join(", ")
    };
    let schemas: Vec<_> = app.schemas.keys().map(|path| (Tab::Schema(path.clone()), roots(path))).collect();
    section(ui, ("Schemas", SCHEMA), schemas);
    let messages: Vec<_> =
        app.messages.keys().map(|path| (Tab::Message(path.clone()), folder(path))).collect();
    section(ui, ("Sample messages", MESSAGE), messages);
    let short = |types: &[String]| types.first().map_or("", |t| t.rsplit('#').next().unwrap_or(t)).to_owned();
    let maps: Vec<_> =
        app.maps.iter().map(|(name, map)| (Tab::Map(name.clone()), short(&map.targets))).collect();
    section(ui, ("Maps", MAP), maps);
    let policies: Vec<_> =
        app.policies.keys().map(|name| (Tab::Policy(name.clone()), String::new())).collect();
    section(ui, ("Policies", POLICY), policies);
    let scripts: Vec<_> =
        app.components.keys().map(|class| (Tab::Script(class.clone()), String::new())).collect();
    section(ui, ("Scripts", SCRIPT), scripts);
    any
}

/// The folder of a sample below `messages/`.
fn folder(path: &str) -> String {
    let inner = path.strip_prefix("messages/").unwrap_or(path);
    inner.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
}

fn section(
    ui: &mut Ui,
    document: &Document,
    (title, (new, make)): (&str, (&str, Make)),
    entries: Vec<(Tab, String)>,
    shown: Option<&Tab>,
    actions: &mut Vec<Action>,
) {
    if fields::heading_with_add(ui, title, new) {
        actions.extend(made(document, new, make));
    }
    for (tab, about) in &entries {
        entry(ui, document, tab, about, shown, actions);
    }
    if entries.is_empty() {
        fields::note(ui, "None yet");
    }
}

fn entry(
    ui: &mut Ui,
    document: &Document,
    tab: &Tab,
    about: &str,
    shown: Option<&Tab>,
    actions: &mut Vec<Action>,
) {
    let (name, glyph, kind) = tab.about(&document.app);
    if list::row(ui, glyph, &name, about, shown == Some(tab), &format!("Open {kind}")) {
        actions.push(Action::Open(tab.clone()));
    }
}

fn free(taken: impl Fn(&str) -> bool, name: impl Fn(u32) -> String) -> String {
    (1..).map(name).find(|name| !taken(name)).unwrap_or_default()
}

fn new_schema(document: &Document) -> (Tab, Edit) {
    let schemas = &document.app.schemas;
    let path = free(|p| schemas.contains_key(p), |n| format!("schemas/Schema{n}.xsd"));
    let text = schema_text(document, &path, "Root");
    (Tab::Schema(path.clone()), Edit::Set(Part::Schema(path, Some(text))))
}

/// A schema for something that has no type yet, named after it: its path, the type it declares, and the edit that makes
/// it.
pub fn schema_for(document: &Document, name: &str) -> (String, String, Edit) {
    let app = &document.app;
    let root = if name.is_empty() { "Message" } else { name };
    let numbered = |n: u32| if n == 1 { root.to_owned() } else { format!("{root}{n}") };
    let path = |stem: &str| format!("schemas/{stem}.xsd");
    let stem = free(|stem| app.schemas.contains_key(&path(stem)), numbered);
    let text = schema_text(document, &path(&stem), root);
    let alone = crate::model::Application {
        settings: app.settings.clone(),
        schemas: [(path(&stem), text.clone())].into(),
        ..crate::model::Application::default()
    };
    let known = crate::xml::SchemaSet::build(&alone);
    let declared = known.roots().next().map_or_else(String::new, |root| root.type_name.to_string());
    (path(&stem), declared, Edit::Set(Part::Schema(path(&stem), Some(text))))
}

/// A schema with one root and one field in it.
fn schema_text(document: &Document, path: &str, root: &str) -> String {
    let stem = path.trim_start_matches("schemas/").trim_end_matches(".xsd");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:b=\"http://schemas.microsoft.com/BizTalk/2003\" targetNamespace=\"http://{}/{stem}\">\n  \
         <xs:element name=\"{root}\">\n    <xs:complexType>\n      <xs:sequence>\n        \
         <xs:element name=\"Field\" type=\"xs:string\"/>\n      </xs:sequence>\n    </xs:complexType>\n  \
         </xs:element>\n</xs:schema>\n",
        document.name().replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-")
    )
}

fn new_message(document: &Document) -> (Tab, Edit) {
    let messages = &document.app.messages;
    let root = document.schemas.roots().next();
    let stem = root.map_or_else(|| "message".to_owned(), |r| r.root.to_string());
    let path = free(|p| messages.contains_key(p), |n| format!("messages/{stem}-{n}.xml"));
    let made = root.and_then(|r| document.schemas.generate(&r.message_type, &Wishes::default()).ok());
    let text = made.map_or_else(|| "<Message/>\n".to_owned(), |made| made.text);
    (Tab::Message(path.clone()), Edit::Set(Part::Message(path, Some(text))))
}

fn new_map(document: &Document) -> (Tab, Edit) {
    let name = free(|name| document.app.maps.contains_key(name), |n| format!("Map{n}"));
    let map = Map { name: name.clone(), ..Map::default() };
    (Tab::Map(name.clone()), Edit::Set(Part::Map(name, Some(map))))
}

fn new_policy(document: &Document) -> (Tab, Edit) {
    let name = free(|name| document.app.policies.contains_key(name), |n| format!("Policy{n}"));
    let versions = vec![PolicyVersion { major: 1, ..PolicyVersion::default() }];
    let policy = Policy { name: name.clone(), versions, ..Policy::default() };
    (Tab::Policy(name.clone()), Edit::Set(Part::Policy(name, Some(policy))))
}

fn new_script(document: &Document) -> (Tab, Edit) {
    let scripts = &document.app.components;
    let class = free(|class| scripts.contains_key(class), |n| format!("My.Class{n}"));
    let text =
        "// The members of the class, each as a function.\nfn Greet(name) {\n    \"Hello \" + name\n}\n";
    (Tab::Script(class.clone()), Edit::Set(Part::Component(class, Some(text.to_owned()))))
}

/// A button that takes the thing of this page out of the application.
pub fn delete_button(ui: &mut Ui) -> bool {
    ui.button("Delete").on_hover_text("Takes it out of the application; undo brings it back").clicked()
}
