//! A small lending library to compile and run texts against: names in scope and an environment in memory.

use crate::message::{
    Body, ClassField, ClassInfo, DateTime, Message, Name, NodePath, Part, Value, ValueType, format_value,
};
use crate::xlang::{
    ActivityChange, Code, Compiled, ComponentCall, Env, LogLevel, MessageType, PartType, PropertyInfo,
    Raised, Slot, Symbol, Symbols, Target, compile, exception,
};
use crate::xml::{DistinguishedField, PromotedField, RootSchema};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

pub const LOAN: &str = "<Loan xmlns=\"http://library/loan\"><Reader>R7</Reader><Days>14</Days>\
                        <Book><Title>Emma</Title></Book></Loan>";

pub struct Library {
    names: Vec<(String, Symbol)>,
    class: Arc<ClassInfo>,
    message_types: Vec<Option<Arc<MessageType>>>,
    pub variables: Vec<Value>,
    pub messages: Vec<Option<Arc<Message>>>,
    pub ports: BTreeMap<(u16, String), Value>,
    pub log: Vec<(LogLevel, String, String)>,
    /// Calls of components, as `Type.Member(arguments)`.
    pub calls: Vec<String>,
    /// Answers of components, by member.
    pub answers: BTreeMap<String, Value>,
    pub fuel: u32,
    guids: u128,
}

impl Library {
    /// Variables n, m (Int32), big (Int64), u (UInt32), s (String), flag, d (Double), amount (Decimal), doc
    /// (XmlDocument), when, span, id, ex (Exception), retry, helper, any, kind; messages Loan, Copy, Notice
    /// (class), Raw (XmlDocument), Note (String), Bundle (Head class, Body loan); see the code for the rest.
    pub fn new() -> Self {
        let schema = Arc::new(loan_schema());
        let class = Arc::new(notice_class());
        let mut library = Self {
            names: Vec::new(),
            class: Arc::clone(&class),
            message_types: Vec::new(),
            variables: Vec::new(),
            messages: Vec::new(),
            ports: BTreeMap::new(),
            log: Vec::new(),
            calls: Vec::new(),
            answers: BTreeMap::new(),
            fuel: 10_000,
            guids: 0,
        };
        for (name, kind) in [
            ("n", "System.Int32"),
            ("m", "System.Int32"),
            ("big", "System.Int64"),
            ("u", "System.UInt32"),
            ("s", "System.String"),
            ("flag", "System.Boolean"),
            ("d", "System.Double"),
            ("amount", "System.Decimal"),
            ("doc", "System.Xml.XmlDocument"),
            ("when", "System.DateTime"),
            ("span", "System.TimeSpan"),
            ("id", "System.Guid"),
            ("ex", "System.Exception"),
            ("retry", "Microsoft.XLANGs.BaseTypes.RetryTransactionException"),
            ("helper", "Library.Helper"),
            ("any", "System.Object"),
            ("kind", "System.Type"),
            ("manager", "System.Xml.XmlNamespaceManager"),
            ("Opération_1", "System.Int32"),
            ("small", "System.Byte"),
        ] {
            library.declare(name, ValueType::from_name(kind));
        }
        let body = |part: PartType| vec![(Name::new("Body"), part)];
        library.message_of("Loan", "Library.Loan", body(PartType::Schema(Arc::clone(&schema))), false);
        library.message_of("Copy", "Library.Loan", body(PartType::Schema(Arc::clone(&schema))), false);
        library.message_of("Notice", "Library.Notice", body(PartType::Class(Arc::clone(&class))), false);
        library.message_of("Raw", "System.Xml.XmlDocument", body(PartType::Xml), false);
        library.message_of("Note", "System.String", body(PartType::Value(ValueType::String)), false);
        let parts =
            vec![(Name::new("Head"), PartType::Class(class)), (Name::new("Order"), PartType::Schema(schema))];
        library.message_of("Bundle", "Library.Bundle", parts, true);
        library.names.push(("Sender".into(), Symbol::Port { slot: 0 }));
        library.names.push(("Partner".into(), Symbol::RoleLink { slot: 1 }));
        let properties: Arc<[Name]> = [Name::new("LibraryProperties.ReaderId")].into();
        library.names.push(("ByReader".into(), Symbol::CorrelationSet { slot: 0, properties }));
        library
    }

    pub fn declare(&mut self, name: &str, value_type: ValueType) {
        let slot = u16::try_from(self.variables.len()).unwrap();
        self.variables.push(value_type.default_value());
        self.names.push((name.into(), Symbol::Variable { slot, value_type }));
    }

    fn message_of(&mut self, name: &str, type_name: &str, parts: Vec<(Name, PartType)>, multipart: bool) {
        let slot = u16::try_from(self.messages.len()).unwrap();
        let body = usize::from(multipart);
        let message_type = Arc::new(MessageType { name: Name::new(type_name), parts, body, multipart });
        self.message_types.push(Some(Arc::clone(&message_type)));
        self.messages.push(None);
        self.names.push((name.into(), Symbol::Message { slot, message_type }));
    }

    /// The library with a received loan in `Loan`, promoted as the disassembler does.
    pub fn with_loan() -> Self {
        let mut library = Self::new();
        let mut loan = Message::single(Name::new("Body"), Arc::new(Body::xml(LOAN)));
        loan.context.promote(Name::new("LibraryProperties.ReaderId"), Value::from("R7"));
        loan.context.promote(Name::new("BTS.ReceivePortName"), Value::from("Desk"));
        loan.context.write(Name::new("FILE.ReceivedFileName"), Value::from("loan.xml"));
        library.messages[0] = Some(Arc::new(loan));
        library
    }

    pub fn compile(&self, text: &str, slot: Slot) -> Compiled {
        compile(text, slot, self)
    }

    /// The code of a text without errors.
    #[track_caller]
    pub fn code(&self, text: &str, slot: Slot) -> Code {
        let compiled = self.compile(text, slot);
        match compiled.code {
            Some(code) => code,
            None => panic!("{text}\n{}", list(&compiled)),
        }
    }

    /// Runs an Expression.
    #[track_caller]
    pub fn run(&mut self, text: &str) -> Result<(), Raised> {
        self.code(text, Slot::Expression).run(self)
    }

    /// Runs a Message Assignment.
    #[track_caller]
    pub fn construct(&mut self, text: &str) -> Result<(), Raised> {
        self.code(text, Slot::MessageAssignment).run(self)
    }

    /// Value of an expression, as `ToString` prints it.
    #[track_caller]
    pub fn print(&mut self, text: &str) -> String {
        match self.value(text) {
            Ok(value) => format_value(&value),
            Err(raised) => format!("{}: {}", raised.exception_type, raised.message),
        }
    }

    #[track_caller]
    pub fn value(&mut self, text: &str) -> Result<Value, Raised> {
        self.code(text, Slot::InitialValue(ValueType::Unknown)).eval(self)
    }

    pub fn get(&self, name: &str) -> &Value {
        match self.symbol(name) {
            Some(Symbol::Variable { slot, .. }) => &self.variables[usize::from(slot)],
            _ => panic!("no variable {name}"),
        }
    }

    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(Symbol::Variable { slot, .. }) = self.symbol(name) {
            self.variables[usize::from(slot)] = value.into();
        }
    }

    pub fn sent(&self, name: &str) -> &Message {
        match self.symbol(name) {
            Some(Symbol::Message { slot, .. }) => self.messages[usize::from(slot)].as_deref().unwrap(),
            _ => panic!("no message {name}"),
        }
    }

    pub fn body(&self, name: &str) -> String {
        let message = self.sent(name);
        message.parts[message.body].body.to_text().unwrap().to_string()
    }

    pub fn context(&self, name: &str, property: &str) -> Option<String> {
        self.sent(name).context.get(Name::new(property)).map(format_value)
    }
}

/// Findings as `code: text of the span`.
pub fn findings(text: &str, compiled: &Compiled) -> Vec<String> {
    compiled
        .diagnostics
        .iter()
        .map(|d| {
            let span = d.place.span.clone().unwrap();
            format!("{}: {}", d.code, &text[span.start as usize..span.end as usize])
        })
        .collect()
}

pub fn list(compiled: &Compiled) -> String {
    compiled.diagnostics.iter().map(|d| format!("{d}\n")).collect()
}

fn loan_schema() -> RootSchema {
    let path = |tail: &str| {
        let step = |local: &str| crate::xml::PathStep {
            local: local.into(),
            namespace: Some("http://library/loan".into()),
            attribute: false,
        };
        NodePath { steps: std::iter::once("Loan").chain(tail.split('.')).map(step).collect() }
    };
    let field =
        |name: &str, value_type| DistinguishedField { name: name.into(), path: path(name), value_type };
    RootSchema {
        type_name: Name::new("Library.Loan"),
        message_type: "http://library/loan#Loan".into(),
        namespace: "http://library/loan".into(),
        root: "Loan".into(),
        promoted: vec![PromotedField {
            property: Name::new("LibraryProperties.ReaderId"),
            path: path("Reader"),
            value_type: ValueType::String,
        }],
        distinguished: vec![
            field("Reader", ValueType::String),
            field("Days", ValueType::Int32),
            field("Book.Title", ValueType::String),
            field("Remark", ValueType::String),
        ],
        envelope_body: None,
    }
}

fn notice_class() -> ClassInfo {
    let field = |name: &str, kind: &str, promoted: Option<&str>| ClassField {
        name: Name::new(name),
        value_type: ValueType::from_name(kind),
        promoted: promoted.map(Name::new),
        max_length: promoted.map(|_| 5),
    };
    let fields = vec![
        field("Reader", "System.String", Some("LibraryProperties.Addressee")),
        field("Count", "System.Int32", None),
    ];
    ClassInfo::new(Name::new("Library.Notice"), "Notice".into(), "http://library/notice".into(), fields)
}

impl Symbols for Library {
    fn symbol(&self, name: &str) -> Option<Symbol> {
        self.names.iter().find(|(n, _)| n == name).map(|(_, symbol)| symbol.clone())
    }

    fn transaction(&self, name: &str) -> Option<u16> {
        (name == "Lending").then_some(0)
    }

    fn property(&self, dotted: &str) -> Option<PropertyInfo> {
        let (value_type, data) = match dotted {
            "LibraryProperties.ReaderId" | "LibraryProperties.Addressee" | "LibraryProperties.type" => {
                (ValueType::String, true)
            }
            "LibraryProperties.Shelf"
            | "FILE.ReceivedFileName"
            | "BTS.MessageType"
            | "BTS.ReceivePortName" => (ValueType::String, false),
            "BTS.RetryCount" => (ValueType::Int32, false),
            "LibraryProperties.Priority" => (ValueType::UInt32, false),
            _ => return None,
        };
        Some(PropertyInfo { name: Name::new(dotted), value_type, data })
    }

    fn is_orchestration(&self, dotted: &str) -> bool {
        matches!(dotted, "Library.Lend" | "Lend")
    }

    fn is_map(&self, dotted: &str) -> bool {
        dotted == "Library.LoanToLoan"
    }

    fn class(&self, dotted: &str) -> Option<Arc<ClassInfo>> {
        (dotted == "Library.Notice").then(|| Arc::clone(&self.class))
    }

    fn names(&self) -> Vec<String> {
        self.names.iter().map(|(name, _)| name.clone()).collect()
    }
}

impl Env for Library {
    fn variable(&self, slot: u16) -> &Value {
        &self.variables[usize::from(slot)]
    }

    fn set_variable(&mut self, slot: u16, value: Value) {
        self.variables[usize::from(slot)] = value;
    }

    fn message(&self, slot: u16) -> Option<&Arc<Message>> {
        self.messages[usize::from(slot)].as_ref()
    }

    fn set_message(&mut self, slot: u16, message: Arc<Message>) {
        self.messages[usize::from(slot)] = Some(message);
    }

    fn edit_message(&mut self, slot: u16) -> &mut Message {
        let message_type = self.message_types[usize::from(slot)].clone().unwrap();
        let fresh = || {
            let parts = message_type.parts.iter().map(|(name, _)| Part { name: *name, body: Arc::default() });
            Arc::new(Message {
                id: Default::default(),
                parts: parts.collect(),
                body: message_type.body,
                context: Default::default(),
            })
        };
        Arc::make_mut(self.messages[usize::from(slot)].get_or_insert_with(fresh))
    }

    fn port_property(&self, slot: u16, property: &str) -> Option<Value> {
        self.ports.get(&(slot, property.into())).cloned()
    }

    fn set_port_property(&mut self, slot: u16, property: &str, value: Value) -> Result<(), Raised> {
        self.ports.insert((slot, property.into()), value);
        Ok(())
    }

    fn correlation_value(&self, _slot: u16, _property: Name) -> Option<Value> {
        Some(Value::from("R7"))
    }

    fn succeeded(&self, _slot: u16) -> bool {
        true
    }

    fn instance_id(&self) -> Uuid {
        Uuid::from_u128(99)
    }

    fn now(&self) -> DateTime {
        DateTime(638_450_000_000_000_000)
    }

    fn new_guid(&mut self) -> Uuid {
        self.guids += 1;
        Uuid::from_u128(self.guids)
    }

    fn configuration(&mut self, key: &str) -> Result<Option<String>, Raised> {
        Ok((key == "fee").then(|| "0.50".into()))
    }

    fn activity(&mut self, activity: &str, id: &str, change: ActivityChange) {
        self.calls.push(format!("{activity} {id} {change:?}"));
    }

    fn log(&mut self, level: LogLevel, source: &str, text: &str) {
        self.log.push((level, source.into(), text.into()));
    }

    fn transform(&mut self, map: &str, inputs: &[Arc<Message>]) -> Result<Vec<Arc<Message>>, Raised> {
        self.calls.push(format!("map {map}"));
        Ok(inputs.to_vec())
    }

    fn component(&mut self, call: ComponentCall<'_>) -> Result<Value, Raised> {
        let owner = match &call.target {
            Target::Static(name) => (*name).to_owned(),
            Target::Instance(object) => object.value_type().name().to_owned(),
        };
        let arguments: Vec<String> = call.arguments.iter().map(format_value).collect();
        self.calls.push(format!("{owner}.{}({})", call.member, arguments.join(", ")));
        match call.member {
            "Fail" => return Err(exception("Library.ClosedException", "closed")),
            "Fill" => {
                for argument in call.arguments.iter_mut() {
                    *argument = Value::from("filled");
                }
            }
            _ => {}
        }
        Ok(self.answers.get(call.member).cloned().unwrap_or_default())
    }

    fn burn(&mut self) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        self.fuel > 0
    }
}
