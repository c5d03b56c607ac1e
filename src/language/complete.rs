use super::docs;
use super::meaning::part_type_words;
use super::rank::rank;
use super::scope::{Declared, DeclaredKind, Scope, Standing};
use super::words::{Role, bare, postfix_start, significant};
use crate::message::ValueType;
use crate::xlang::{
    Member, MemberKind, MessageType, PartType, Slot, Symbols, TokenKind, members, members_of, tokens,
};
use std::collections::BTreeSet;
use std::ops::Range;

/// Most entries of a list; more are no help.
const MOST: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CompletionKind {
    Message,
    Variable,
    CorrelationSet,
    Port,
    RoleLink,
    Part,
    Field,
    Property,
    Method,
    Value,
    Type,
    Namespace,
    Orchestration,
    Map,
    Function,
    Keyword,
    Transaction,
}

impl From<DeclaredKind> for CompletionKind {
    fn from(kind: DeclaredKind) -> Self {
        match kind {
            DeclaredKind::Message => Self::Message,
            DeclaredKind::Variable => Self::Variable,
            DeclaredKind::CorrelationSet => Self::CorrelationSet,
            DeclaredKind::Port => Self::Port,
            DeclaredKind::RoleLink => Self::RoleLink,
        }
    }
}

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown and compared with what is typed.
    pub label: String,
    pub insert: String,
    pub kind: CompletionKind,
    /// Type or signature.
    pub detail: String,
    /// What it is or does, for the pane beside the list.
    pub about: String,
    /// It can be named but is not there yet: a message not constructed, a set not initialized.
    pub absent: bool,
}

/// A list of completions, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Bytes of the text that a completion replaces.
    pub replace: Range<usize>,
    pub entries: Vec<Completion>,
}

/// What can stand at byte `at` of `text`, given the word that ends there.
pub fn complete(scope: &Scope<'_>, text: &str, at: usize) -> Completions {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let none = Completions { replace: at..at, entries: Vec::new() };
    if in_literal(text, at) {
        return none;
    }
    let Some(head) = text.get(..at) else { return none };
    let start = head.rfind(|c: char| c != '_' && c != '@' && !c.is_alphanumeric());
    let start =
        start.map_or(0, |i| i + head.get(i..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8));
    let word = head.get(start..).unwrap_or_default();
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return none;
    }
    let before = head.get(..start).unwrap_or_default();
    let mut list = List::default();
    scope.candidates(before, &mut list);
    let wanted = scope.wanted(before);
    let mut ranked: Vec<(u32, usize, Completion)> = Vec::new();
    for (order, (group, entry)) in list.0.into_iter().enumerate() {
        // Of a full name the last part counts too.
        let last = entry.label.rsplit('.').next().unwrap_or_default();
        let Some(best) = rank(&entry.label, word).into_iter().chain(rank(last, word)).min() else { continue };
        // Letters here and there in a long name of a type are no match.
        if best >= 400 && group >= 4 {
            continue;
        }
        let far = u32::from(entry.absent) * 40;
        // What fits what it is assigned to or compared with stands before what else is called nearly so.
        let unfit = u32::from(wanted.as_ref().is_some_and(|wanted| *wanted != entry.detail)) * 20;
        ranked.push((best / 100 * 1000 + group * 100 + far + unfit + best % 100, order, entry));
    }
    ranked.sort_by_key(|(score, order, _)| (*score, *order));
    let mut seen = BTreeSet::new();
    let mut entries: Vec<Completion> = ranked.into_iter().map(|(_, _, entry)| entry).collect();
    entries.retain(|entry| seen.insert(entry.insert.clone()));
    entries.truncate(MOST);
    // A word that is written out needs no list.
    if entries.len() == 1 && entries.first().is_some_and(|only| only.insert == word) {
        entries.clear();
    }
    Completions { replace: start..at, entries }
}

fn in_literal(text: &str, at: usize) -> bool {
    tokens(text).into_iter().any(|(range, kind)| {
        let open = kind == TokenKind::Error || kind == TokenKind::Comment;
        let literal = matches!(kind, TokenKind::String | TokenKind::Comment)
            || kind == TokenKind::Error
                && text.get(range.clone()).is_some_and(|t| t.starts_with(['"', '\'', '@', '/']));
        literal && range.start < at && (at < range.end || (open && at == range.end))
    })
}

/// Entries with the group they are in; a lower one stands before a higher one that fits as well.
#[derive(Default)]
struct List(Vec<(u32, Completion)>);

impl List {
    fn add(
        &mut self,
        group: u32,
        kind: CompletionKind,
        label: impl Into<String>,
        detail: impl Into<String>,
        about: impl Into<String>,
    ) -> &mut Completion {
        let label = label.into();
        let entry = Completion {
            insert: label.clone(),
            label,
            kind,
            detail: detail.into(),
            about: about.into(),
            absent: false,
        };
        &mut self.0.push_mut((group, entry)).1
    }
}

impl Scope<'_> {
    fn candidates(&self, before: &str, list: &mut List) {
        let all = significant(before);
        let of = |i: usize| all.get(i).and_then(|t| before.get(t.range.clone())).unwrap_or("");
        let last = all.len().wrapping_sub(1);
        match of(last) {
            "." => self.members_after(before, &all, last, list),
            "(" => self.inside(before, last.checked_sub(1).map_or("", of), list),
            "new" => self.constructors("", list),
            "construct" => self.messages_to_construct(list),
            "exists" => {
                let messages = self.declared.iter().filter(|d| d.kind == DeclaredKind::Message);
                messages.for_each(|d| list.declared(0, d));
            }
            _ => self.names(list),
        }
    }

    /// Short name of the type of what stands left of `=` or a comparison, when the value right of it begins here.
    fn wanted(&self, before: &str) -> Option<String> {
        let all = significant(before);
        let of = |i: usize| all.get(i).and_then(|t| before.get(t.range.clone())).unwrap_or("");
        let mut value = all.len();
        if of(value.checked_sub(1)?) == "." {
            let begin = postfix_start(before, &all, value - 1)?.start;
            value = all.iter().position(|token| token.range.start == begin)?;
        }
        let sign = value.checked_sub(1)?;
        if !["=", "==", "!=", "<", ">", "<=", ">="].contains(&of(sign)) {
            return None;
        }
        let left = before.get(postfix_start(before, &all, sign)?)?;
        if let Some(declared) = self.find(left) {
            return declared.type_name.rsplit('.').next().map(str::to_owned);
        }
        let found = self.type_of(left);
        (found != ValueType::Unknown).then(|| found.short_name().to_owned())
    }

    /// Behind `(`: of a message or port its properties, else a value.
    fn inside(&self, before: &str, previous: &str, list: &mut List) {
        let chains = self.chains(&format!("{before}x)"));
        let role = chains.last().map(|c| c.role.clone());
        match (role, previous) {
            (Some(Role::Property(Some(owner))), _) => self.properties(&owner, list),
            (Some(Role::Transaction), _) => {
                for name in &self.symbols.transactions {
                    list.add(0, CompletionKind::Transaction, name.as_str(), "transaction", "");
                }
            }
            (_, "typeof") => self.types_for_typeof(list),
            _ => self.names(list),
        }
    }

    fn members_after(&self, before: &str, all: &[super::words::Token], dot: usize, list: &mut List) {
        let Some(range) = postfix_start(before, all, dot) else { return };
        let receiver = before.get(range).unwrap_or_default();
        let (constructs, path) = match receiver.strip_prefix("new") {
            Some(rest) if rest.starts_with(char::is_whitespace) => (true, rest.trim_start()),
            _ => (false, receiver),
        };
        let plain = path.split('.').map(|w| bare(w.trim())).collect::<Vec<_>>();
        let is_name = plain.iter().all(|w| w.chars().all(|c| c == '_' || c.is_alphanumeric()));
        let chains = self.chains(&format!("{before}x"));
        let role = chains.last().map(|c| c.role.clone());
        if is_name && let Some(Role::Property(owner)) = role {
            let prefix = format!("{}.", plain.join("."));
            let mut all = List::default();
            match owner {
                Some(owner) => self.properties(&owner, &mut all),
                None => self.all_properties(0, &mut all),
            }
            list.segments(all, &prefix);
            return;
        }
        if is_name && constructs {
            return self.constructors(&format!("{}.", plain.join(".")), list);
        }
        let root = plain.first().and_then(|root| self.find(root)).filter(|_| is_name);
        match root {
            Some(message) if message.kind == DeclaredKind::Message => {
                let Some(message_type) = self.message_type(&message.name) else { return };
                if !self.fields(message, message_type, plain.get(1..).unwrap_or_default(), list) {
                    self.of_type(&self.type_of(receiver), list);
                }
            }
            Some(variable) if variable.kind == DeclaredKind::Variable => {
                self.of_type(&self.type_of(receiver), list);
            }
            Some(_) => {}
            None if is_name => {
                let prefix = format!("{}.", plain.join("."));
                self.statics(&plain.join("."), list);
                let mut all = List::default();
                self.globals(&mut all);
                list.segments(all, &prefix);
                let value = self.type_of(receiver);
                if value != ValueType::Unknown {
                    self.of_type(&value, list);
                }
            }
            None => self.of_type(&self.type_of(receiver), list),
        }
    }

    /// Parts and distinguished fields behind `Message.`; false when what stands before is a value of its own.
    fn fields(
        &self,
        message: &Declared,
        message_type: &MessageType,
        words: &[&str],
        list: &mut List,
    ) -> bool {
        let (part, words) = match (message_type.multipart, words.split_first()) {
            (true, None) => {
                for (name, part) in &message_type.parts {
                    list.add(
                        0,
                        CompletionKind::Part,
                        name.as_str(),
                        part_type_words(part),
                        "Part of the message",
                    );
                }
                return true;
            }
            (true, Some((name, rest))) => {
                let Some((_, part)) = message_type.parts.iter().find(|(n, _)| n.as_str() == *name) else {
                    return true;
                };
                (part, rest)
            }
            (false, _) => {
                let Some((_, part)) = message_type.parts.get(message_type.body) else { return true };
                (part, words)
            }
        };
        match part {
            PartType::Schema(schema) => {
                let prefix = words.iter().map(|w| format!("{w}.")).collect::<String>();
                let mut any = false;
                for field in &schema.distinguished {
                    let Some(rest) = field.name.strip_prefix(prefix.as_str()) else { continue };
                    any = true;
                    let promoted = schema.promoted.iter().find(|p| p.path == field.path);
                    let about = match promoted {
                        Some(p) => {
                            format!("Distinguished field of {}, promoted to {}", message.name, p.property)
                        }
                        None => format!("Distinguished field of {}", message.name),
                    };
                    list.add(0, CompletionKind::Field, rest, field.value_type.short_name(), about);
                }
                any || words.is_empty()
            }
            PartType::Class(class) if words.is_empty() => {
                for field in &class.fields {
                    let about = format!("Field of {}", class.name);
                    list.add(
                        0,
                        CompletionKind::Field,
                        field.name.as_str(),
                        field.value_type.short_name(),
                        about,
                    );
                }
                true
            }
            _ => false,
        }
    }

    /// Members of an object.
    fn of_type(&self, owner: &ValueType, list: &mut List) {
        if let ValueType::Named(name) = owner {
            if let Some(class) = self.symbols.class(name) {
                for field in &class.fields {
                    let about = format!("Field of {}", class.name);
                    list.add(
                        0,
                        CompletionKind::Field,
                        field.name.as_str(),
                        field.value_type.short_name(),
                        about,
                    );
                }
            }
            self.script_members(name, list);
        }
        let own = members_of(owner.name());
        let first = own.first().map(|m| m.type_name.clone());
        for member in own.into_iter().filter(|m| m.is_of_object() && m.kind != MemberKind::Setter) {
            // What every object has comes last.
            list.member(u32::from(Some(&member.type_name) != first.as_ref()), member);
        }
    }

    fn script_members(&self, class: &str, list: &mut List) {
        let short = class.rsplit('.').next().unwrap_or(class);
        for (name, parameters) in self.knowledge.components.get(class).into_iter().flatten() {
            let about = format!("Function of the script of {class}");
            if let Some(property) = name.strip_prefix("get_") {
                list.add(0, CompletionKind::Value, property, "", about);
            } else if name != short {
                let names: Vec<String> = (1..=*parameters).map(|n| format!("p{n}")).collect();
                let detail = format!("({})", names.join(", "));
                list.add(0, CompletionKind::Method, name.as_str(), detail, about).insert = format!("{name}(");
            }
        }
    }

    fn statics(&self, owner: &str, list: &mut List) {
        for member in members_of(owner) {
            if matches!(member.kind, MemberKind::StaticMethod | MemberKind::StaticProperty) {
                list.member(0, member);
            }
        }
        self.script_members(owner, list);
    }

    fn constructors(&self, prefix: &str, list: &mut List) {
        let mut all = List::default();
        for member in members().iter().filter(|m| m.kind == MemberKind::Constructor) {
            let about = docs::member(&member.type_name, ".ctor");
            all.add(1, CompletionKind::Type, member.type_name.as_str(), "", about);
        }
        for class in self.knowledge.schemas.classes() {
            all.add(0, CompletionKind::Type, class.name.as_str(), "class message", "");
        }
        for class in self.knowledge.components.keys() {
            all.add(0, CompletionKind::Type, class.as_str(), "script", "");
        }
        for name in self.knowledge.exceptions.names() {
            all.add(2, CompletionKind::Type, name, "exception", "");
        }
        for (_, entry) in &mut all.0 {
            entry.insert.push('(');
        }
        if prefix.is_empty() {
            list.0.append(&mut all.0);
        } else {
            list.segments(all, prefix);
        }
    }

    fn messages_to_construct(&self, list: &mut List) {
        for declared in self.declared.iter().filter(|d| d.kind == DeclaredKind::Message) {
            list.declared(0, declared);
        }
    }

    fn types_for_typeof(&self, list: &mut List) {
        for name in &self.knowledge.pipelines {
            list.add(0, CompletionKind::Type, name.as_str(), "pipeline", "");
        }
        for name in &self.knowledge.maps {
            list.add(1, CompletionKind::Map, name.as_str(), "map", "");
        }
        for class in self.knowledge.schemas.classes() {
            list.add(1, CompletionKind::Type, class.name.as_str(), "class message", "");
        }
        for root in self.knowledge.schemas.roots() {
            list.add(2, CompletionKind::Type, root.type_name.as_str(), "schema", "");
        }
    }

    /// Properties that `owner(…)` has.
    fn properties(&self, owner: &str, list: &mut List) {
        const BASE: &str = "Microsoft.XLANGs.BaseTypes";
        let declared = self.find(owner);
        match declared.map(|d| d.kind) {
            Some(DeclaredKind::Message) => {
                if let Some(PartType::Schema(schema)) =
                    self.message_type(owner).and_then(|t| t.parts.get(t.body)).map(|(_, part)| part)
                {
                    for promoted in &schema.promoted {
                        let about = format!("Promoted by {}", schema.type_name);
                        let name = promoted.property.as_str();
                        list.add(0, CompletionKind::Property, name, promoted.value_type.short_name(), about);
                    }
                }
                self.all_properties(2, list);
                let about = "All context properties: Message2(*) = Message1(*);";
                list.add(3, CompletionKind::Keyword, "*", "", about);
            }
            Some(DeclaredKind::CorrelationSet) => {
                let symbol = self.symbols.symbol(owner);
                let Some(crate::xlang::Symbol::CorrelationSet { properties, .. }) = symbol else { return };
                for name in properties.iter() {
                    let found = self.knowledge.schemas.property(name.as_str());
                    let detail = found.map_or("", |p| p.value_type.short_name());
                    list.add(
                        0,
                        CompletionKind::Property,
                        name.as_str(),
                        detail,
                        "Value the set correlates on",
                    );
                }
            }
            Some(DeclaredKind::Port) => {
                let address = format!("{BASE}.Address");
                list.add(0, CompletionKind::Property, address, "String", "Address of a dynamic port");
                let transport = format!("{BASE}.TransportType");
                list.add(0, CompletionKind::Property, transport, "String", "Adapter of a dynamic port");
                self.all_properties(3, list);
            }
            Some(DeclaredKind::RoleLink) => {
                for (name, about) in [
                    ("SourceParty", "Who sent the first message"),
                    ("DestinationParty", "Who messages go to"),
                ] {
                    list.add(0, CompletionKind::Property, format!("{BASE}.{name}"), "Party", about);
                }
            }
            Some(DeclaredKind::Variable) => {}
            None => {
                let name = format!("{BASE}.InstanceId");
                list.add(0, CompletionKind::Property, name, "Guid", "Identifier of the running instance");
            }
        }
    }

    fn all_properties(&self, group: u32, list: &mut List) {
        for property in self.knowledge.schemas.properties() {
            let built_in = crate::xml::built_in::properties().any(|p| p.name == property.name);
            let about = if property.data { "Data property" } else { "Context property" };
            let group = group + u32::from(built_in);
            let detail = property.value_type.short_name();
            list.add(group, CompletionKind::Property, property.name.as_str(), detail, about);
        }
    }

    /// A value, or the start of a statement.
    fn names(&self, list: &mut List) {
        for declared in self.declared.iter().rev() {
            list.declared(0, declared);
        }
        for function in docs::FUNCTIONS {
            let entry =
                list.add(2, CompletionKind::Function, function.name, function.signature, function.about);
            entry.insert = format!("{}(", function.name);
        }
        if matches!(self.slot, Slot::Expression | Slot::MessageAssignment) {
            for (word, about) in docs::STATEMENT_WORDS {
                list.add(2, CompletionKind::Keyword, *word, "", *about);
            }
        }
        for (word, about) in docs::VALUE_WORDS {
            list.add(2, CompletionKind::Keyword, *word, "", *about);
        }
        self.globals(list);
        let own: BTreeSet<&str> = members().iter().filter_map(|m| m.type_name.split('.').next()).collect();
        for name in own.into_iter().filter(|name| !name.is_empty()) {
            list.add(4, CompletionKind::Namespace, name, "namespace", "");
        }
    }

    /// Types, orchestrations and maps by their full names.
    fn globals(&self, list: &mut List) {
        let mut types: BTreeSet<&str> = BTreeSet::new();
        let is_static = |m: &&Member| matches!(m.kind, MemberKind::StaticMethod | MemberKind::StaticProperty);
        types.extend(members().iter().filter(is_static).map(|m| m.type_name.as_str()));
        for name in types {
            list.add(5, CompletionKind::Type, name, "type", "");
        }
        for name in self.knowledge.components.keys() {
            list.add(4, CompletionKind::Type, name.as_str(), "script", "");
        }
        for name in &self.knowledge.orchestrations {
            list.add(6, CompletionKind::Orchestration, name.as_str(), "orchestration", "");
        }
    }
}

impl List {
    fn declared(&mut self, group: u32, declared: &Declared) {
        let done = if declared.kind == DeclaredKind::Message { "constructed" } else { "initialized" };
        let state = match declared.standing {
            Standing::Ready => String::new(),
            Standing::Here => ", constructed here".to_owned(),
            Standing::Perhaps => format!(", {done} on some paths only"),
            Standing::NotYet => format!(", not {done} yet at this point"),
        };
        let mut label = declared.kind.label().to_owned();
        if let Some(first) = label.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        let home = if declared.home.is_empty() { String::new() } else { format!(" of {}", declared.home) };
        let about = match declared.comments.as_str() {
            "" => format!("{label}{home}{state}"),
            comments => format!("{label}{home}{state}\n{comments}"),
        };
        let short = declared.type_name.rsplit('.').next().unwrap_or_default().to_owned();
        let entry = self.add(group, declared.kind.into(), declared.name.as_str(), short, about);
        entry.absent = declared.standing == Standing::NotYet;
    }

    fn member(&mut self, group: u32, member: &Member) {
        let about = docs::member(&member.type_name, &member.name);
        let method = matches!(member.kind, MemberKind::Method | MemberKind::StaticMethod);
        let kind = if method { CompletionKind::Method } else { CompletionKind::Value };
        let detail = if method {
            member.signature()
        } else {
            member.returns.as_ref().map_or("", |t| t.short_name()).to_owned()
        };
        let entry = self.add(group, kind, member.name.as_str(), detail, about);
        if method {
            entry.insert.push('(');
        }
    }

    /// Of full names those that begin with `prefix`, without it; of the longer ones the next segment too.
    fn segments(&mut self, all: List, prefix: &str) {
        let mut spaces = BTreeSet::new();
        for (group, mut entry) in all.0 {
            let Some(rest) = entry.label.strip_prefix(prefix).map(str::to_owned) else { continue };
            if let Some((space, _)) = rest.split_once('.') {
                spaces.insert(space.to_owned());
            }
            let call = entry.insert.ends_with('(');
            entry.insert = if call { format!("{rest}(") } else { rest.clone() };
            entry.label = rest;
            self.0.push((group, entry));
        }
        for space in spaces {
            self.add(1, CompletionKind::Namespace, space, "namespace", "");
        }
    }
}
