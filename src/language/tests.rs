use super::{
    CodePlace, CodeProperty, Knowledge, Scope, Standing, Target, UsageKind, code_places, complete,
    definition, hover, matching_bracket, rename, signature, target, usages,
};
use crate::message::ValueType;
use crate::model::edit::{DeclarationKind as K, Edit, History};
use crate::model::{
    Application, Branch, Branches, Catch, CatchType, ClassField, ClassType, Code, Construct, CorrelationSet,
    CorrelationType, Expectation, Message, Module, Operation, Orchestration, Port, PortType, Receive,
    Scenario, Settings, Shape, ShapeKind, Step, Throw, Variable,
};

/// A shop: an order comes in, is priced, and its price is sent; a scope with locals handles what fails.
fn shop() -> Application {
    let field = |name: &str, field_type: &str| ClassField {
        name: name.into(),
        field_type: field_type.into(),
        ..ClassField::default()
    };
    let price = ClassType {
        name: "Shop.Price".into(),
        root: "Price".into(),
        fields: vec![field("Net", "System.Decimal"), field("Currency", "System.String")],
        ..ClassType::default()
    };
    let mut app = Application {
        settings: Settings { name: "Shop".into(), classes: vec![price], ..Settings::default() },
        ..Application::default()
    };
    let code = |text: &str| Code { text: text.into() };
    let shape =
        |id: &str, kind: ShapeKind| Shape { id: id.into(), name: id.into(), kind, ..Shape::default() };
    let message = |name: &str, message_type: &str| Message {
        name: name.into(),
        id: name.into(),
        message_type: message_type.into(),
        ..Message::default()
    };
    let variable = |name: &str, variable_type: &str| Variable {
        name: name.into(),
        variable_type: variable_type.into(),
        ..Variable::default()
    };
    let local = crate::model::Scope {
        variables: vec![variable("tries", "System.Int32"), variable("total", "System.String")],
        body: vec![shape("local", ShapeKind::Expression(code("total = \"x\"; tries = tries + 1;")))],
        catches: vec![Catch {
            id: "catch".into(),
            name: "catch".into(),
            exception: CatchType::Exception("System.Exception".into()),
            variable: "failure".into(),
            body: vec![
                shape("log", ShapeKind::Expression(code("note = failure.Message;"))),
                shape("again", ShapeKind::Throw(Throw { exception: Some("failure".into()) })),
            ],
            ..Catch::default()
        }],
        ..crate::model::Scope::default()
    };
    let orchestration = Orchestration {
        name: "Sell".into(),
        id: "sell".into(),
        ports: vec![Port {
            name: "In".into(),
            id: "In".into(),
            port_type: "InType".into(),
            ..Port::default()
        }],
        messages: vec![
            message("Order", "System.Xml.XmlDocument"),
            message("Priced", "Shop.Price"),
            message("Later", "System.Xml.XmlDocument"),
        ],
        variables: vec![variable("total", "System.Decimal"), variable("note", "System.String")],
        correlation_sets: vec![CorrelationSet {
            name: "ByKey".into(),
            id: "ByKey".into(),
            correlation_type: "KeyType".into(),
            ..CorrelationSet::default()
        }],
        body: vec![
            shape(
                "receive",
                ShapeKind::Receive(Receive {
                    port: "In".into(),
                    operation: "Submit".into(),
                    message: "Order".into(),
                    activate: true,
                    initializes: vec!["ByKey".into()],
                    ..Receive::default()
                }),
            ),
            shape(
                "build",
                ShapeKind::Construct(Construct {
                    messages: vec!["Priced".into()],
                    body: vec![shape(
                        "assign",
                        ShapeKind::MessageAssignment(code("Priced = new Shop.Price();\nPriced.Net = total;")),
                    )],
                }),
            ),
            shape(
                "set",
                ShapeKind::Expression(code(
                    "total = Priced.Net * 2; // total\nnote = \"total\" + total.ToString();",
                )),
            ),
            shape("scope", ShapeKind::Scope(local)),
            shape(
                "choose",
                ShapeKind::Decide(Branches {
                    branches: vec![
                        Branch {
                            id: "yes".into(),
                            name: "yes".into(),
                            condition: "total > 3 && Order(BTS.MessageType) == \"a\"".into(),
                            ..Branch::default()
                        },
                        Branch { id: "no".into(), name: "Else".into(), ..Branch::default() },
                    ],
                }),
            ),
        ],
        ..Orchestration::default()
    };
    let module = Module {
        namespace: "Shop".into(),
        port_types: vec![PortType {
            name: "InType".into(),
            id: "InType".into(),
            operations: vec![Operation {
                name: "Submit".into(),
                request: "System.Xml.XmlDocument".into(),
                ..Operation::default()
            }],
            ..PortType::default()
        }],
        correlation_types: vec![CorrelationType {
            name: "KeyType".into(),
            id: "KeyType".into(),
            properties: vec!["BTS.MessageType".into()],
            ..CorrelationType::default()
        }],
        orchestration: Some(orchestration),
        ..Module::default()
    };
    app.modules.insert("Sell".into(), module);
    app
}

fn place(owner: &str, property: CodeProperty) -> CodePlace {
    CodePlace::new("Sell", Some(&owner.into()), property)
}

fn with<R>(owner: &str, check: impl FnOnce(&Scope<'_>) -> R) -> R {
    let app = shop();
    let knowledge = Knowledge::of(&app);
    let property = if owner == "yes" { CodeProperty::Condition } else { CodeProperty::Text };
    check(&Scope::at(&app, &knowledge, &place(owner, property)).unwrap())
}

/// Labels offered where `|` stands.
fn offered(owner: &str, text: &str) -> Vec<String> {
    let at = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    with(owner, |scope| complete(scope, &text, at).entries.into_iter().map(|e| e.label).collect())
}

fn first(owner: &str, text: &str) -> String {
    offered(owner, text).into_iter().next().unwrap_or_default()
}

#[test]
fn names_in_scope_come_first_and_those_further_in_hide_others() {
    assert_eq!(first("set", "to|"), "total");
    assert_eq!(first("set", "x = Pr|"), "Priced");
    assert!(!offered("set", "tr|").contains(&"tries".to_owned()), "a local of the scope");
    assert_eq!(first("local", "tr|"), "tries");
    assert_eq!(first("log", "fail|"), "failure");
    assert!(!offered("local", "fail|").contains(&"failure".to_owned()), "only its catch block has it");
    with("local", |scope| assert_eq!(scope.find("total").unwrap().type_name, "System.String"));
}

#[test]
fn what_is_not_constructed_yet_is_told_and_comes_later() {
    with("set", |scope| {
        let standing = |name: &str| scope.find(name).unwrap().standing;
        assert_eq!(standing("Order"), Standing::Ready);
        assert_eq!(standing("Priced"), Standing::Ready);
        assert_eq!(standing("Later"), Standing::NotYet);
        assert_eq!(standing("ByKey"), Standing::Ready);
    });
    with("assign", |scope| assert_eq!(scope.find("Priced").unwrap().standing, Standing::Here));
}

#[test]
fn members_follow_the_type_before_the_dot() {
    assert_eq!(offered("set", "x = Priced.|"), ["Net", "Currency"]);
    assert_eq!(first("set", "x = note.Sub|"), "Substring");
    assert_eq!(first("set", "x = note.Substring(1).Len|"), "Length");
    assert_eq!(first("set", "x = System.String.Form|"), "Format");
    assert_eq!(first("set", "x = System.DateTime.Now.AddH|"), "AddHours");
    assert!(offered("set", "x = System.|").contains(&"Convert".to_owned()));
    assert_eq!(first("log", "x = failure.Mess|"), "Message");
    assert_eq!(first("set", "x = new System.TimeS|"), "TimeSpan");
    assert_eq!(first("set", "x = TimeSp|"), "System.TimeSpan", "a type is found by its last name");
}

#[test]
fn properties_are_offered_behind_what_has_them() {
    assert!(offered("yes", "Order(BTS.|)").contains(&"MessageType".to_owned()));
    assert_eq!(offered("set", "x = ByKey(|"), ["BTS.MessageType"]);
    assert_eq!(first("set", "In(Addr|"), "Microsoft.XLANGs.BaseTypes.Address");
    assert_eq!(first("set", "x = Sell(Inst|"), "Microsoft.XLANGs.BaseTypes.InstanceId");
}

#[test]
fn nothing_is_offered_in_literals_and_numbers() {
    for text in ["x = \"to|\"", "x = \"to|", "// to|", "x = 12|", "x = @\"to|"] {
        assert!(offered("set", text).is_empty(), "{text}");
    }
    assert!(!offered("set", "x = \"a\" + to|").is_empty());
}

#[test]
fn completion_never_fails_wherever_the_cursor_stands() {
    let text = "if (total > Priced.Net && Order(BTS.MessageType) == \"é\") { note = System.String.Format(\"{0}\", note.Trim().Length); }";
    with("set", |scope| {
        for at in 0..=text.len() + 2 {
            complete(scope, text, at);
            signature(scope, text, at);
            hover(scope, text, at);
            target(scope, text, at);
            let cut = text.get(..at).unwrap_or(text);
            complete(scope, cut, at);
            signature(scope, cut, at);
            matching_bracket(cut, at);
        }
    });
}

#[test]
fn hovering_tells_type_and_home() {
    let text = "total = Priced.Net + System.Convert.ToDecimal(note.Length); x = Order(BTS.MessageType);";
    with("set", |scope| {
        let title = |word: &str| hover(scope, text, text.find(word).unwrap()).unwrap().title;
        assert_eq!(title("total"), "total : System.Decimal");
        assert_eq!(title("Priced"), "Priced : Shop.Price");
        assert_eq!(title("Net"), "Net : System.Decimal");
        assert_eq!(title("Length"), "Int32 Length");
        assert_eq!(title("ToDecimal"), scope_signature());
        assert_eq!(title("MessageType"), "BTS.MessageType : System.String");
        assert_eq!(
            hover(scope, text, text.find("total").unwrap()).unwrap().value_of.as_deref(),
            Some("total")
        );
    });
    with("local", |scope| {
        assert_eq!(hover(scope, "total", 1).unwrap().lines, ["variable of scope"]);
    });
}

fn scope_signature() -> String {
    let found = crate::xlang::members_of("System.Convert");
    found.into_iter().find(|m| m.name == "ToDecimal").unwrap().signature()
}

#[test]
fn a_call_shows_its_overloads_and_the_argument_one_writes() {
    let text = "x = note.Substring(1, System.Math.Abs(2), ";
    with("set", |scope| {
        let here = |text: &str| signature(scope, text, text.len());
        let found = here("x = note.Substring(1, ").unwrap();
        assert_eq!((found.argument, found.form), (1, 1));
        assert_eq!(found.forms[1].1, ["Int32 startIndex", "Int32 length"]);
        assert_eq!(here(text).unwrap().argument, 2);
        assert_eq!(here("x = new System.TimeSpan(0, ").unwrap().argument, 1);
        assert_eq!(here("x = xpath(Order, ").unwrap().forms[0].0, "xpath");
        assert!(here("x = (1 + ").is_none());
        assert!(here("x = note.Trim();").is_none());
    });
}

#[test]
fn a_name_leads_to_its_declaration() {
    let variable = Target::declared("Sell", None, K::Variable, "total");
    with("set", |scope| assert_eq!(definition(scope, "x = total;", 5), Some(variable)));
    let inner = Target::declared("Sell", Some(&"scope".into()), K::Variable, "total");
    with("local", |scope| assert_eq!(definition(scope, "x = total;", 5), Some(inner)));
    with("yes", |scope| {
        let property = Target::Property("BTS.MessageType".into());
        assert_eq!(definition(scope, "Order(BTS.MessageType) == 1", 8), Some(property));
        assert_eq!(definition(scope, "System.String.Empty == 1", 3), None);
    });
}

fn used(app: &Application, target: &Target) -> Vec<String> {
    let all = usages(app, &Knowledge::of(app), target);
    all.iter()
        .map(|u| {
            format!(
                "{}.{}{}",
                u.place.name,
                u.place.property,
                if u.kind == UsageKind::Writes { "!" } else { "" }
            )
        })
        .collect()
}

#[test]
fn uses_are_found_in_texts_and_properties_and_not_where_another_has_the_name() {
    let app = shop();
    let total = Target::declared("Sell", None, K::Variable, "total");
    assert_eq!(used(&app, &total), ["total.name", "assign.text", "set.text!", "set.text", "yes.condition"]);
    let inner = Target::declared("Sell", Some(&"scope".into()), K::Variable, "total");
    assert_eq!(used(&app, &inner), ["total.name", "local.text!"]);
    let order = Target::declared("Sell", None, K::Message, "Order");
    assert_eq!(used(&app, &order), ["Order.name", "receive.message!", "yes.condition"]);
    let caught = Target::Caught { module: "Sell".into(), catch: "catch".into(), name: "failure".into() };
    assert_eq!(used(&app, &caught), ["failure.variable", "again.exception", "log.text"]);
    let operation =
        Target::Operation { module: "Sell".into(), port_type: "InType".into(), name: "Submit".into() };
    assert_eq!(used(&app, &operation), ["InType.operations", "receive.operation"]);
    let port_type = Target::declared("Sell", None, K::PortType, "InType");
    assert_eq!(used(&app, &port_type), ["InType.name", "In.port_type"]);
    let set = Target::declared("Sell", None, K::CorrelationSet, "ByKey");
    assert_eq!(used(&app, &set), ["ByKey.name", "receive.initializes!"]);
    let property = Target::Property("BTS.MessageType".into());
    assert_eq!(used(&app, &property), ["KeyType.properties", "yes.condition"]);
}

/// Every name that the shop declares.
fn everything() -> Vec<Target> {
    let mut all = vec![
        Target::Caught { module: "Sell".into(), catch: "catch".into(), name: "failure".into() },
        Target::Operation { module: "Sell".into(), port_type: "InType".into(), name: "Submit".into() },
        Target::Orchestration { module: "Sell".into() },
        Target::declared("Sell", Some(&"scope".into()), K::Variable, "tries"),
        Target::declared("Sell", Some(&"scope".into()), K::Variable, "total"),
    ];
    for (kind, names) in [
        (K::Variable, &["total", "note"][..]),
        (K::Message, &["Order", "Priced", "Later"]),
        (K::Port, &["In"]),
        (K::CorrelationSet, &["ByKey"]),
        (K::PortType, &["InType"]),
        (K::CorrelationType, &["KeyType"]),
    ] {
        all.extend(names.iter().map(|name| Target::declared("Sell", None, kind, name)));
    }
    all
}

fn renamed(target: &Target, to: &str) -> Target {
    match target.clone() {
        Target::Declared { module, scope, kind, .. } => {
            Target::Declared { module, scope, kind, name: to.into() }
        }
        Target::Caught { module, catch, .. } => Target::Caught { module, catch, name: to.into() },
        Target::Operation { module, port_type, .. } => {
            Target::Operation { module, port_type, name: to.into() }
        }
        other => other,
    }
}

#[test]
fn a_rename_reaches_exactly_the_uses_and_is_one_step() {
    for target in everything() {
        let mut app = shop();
        let before = app.clone();
        let places = used(&app, &target).len();
        let name = rename(&app, &Knowledge::of(&app), &target, "Fresh").unwrap();
        assert_eq!(name.places.len(), places, "{target:?}");
        let mut history = History::default();
        history.apply(&mut app, name.edit, None).unwrap();
        assert_eq!(used(&app, &renamed(&target, "Fresh")).len(), places, "{target:?}");
        assert!(crate::findings::all(&app).len() <= crate::findings::all(&before).len(), "{target:?}");
        assert!(history.undo_label().unwrap().contains("Fresh"), "{:?}", history.undo_label());
        history.undo(&mut app).unwrap();
        assert_eq!(app, before);
        history.redo(&mut app).unwrap();
        assert_eq!(used(&app, &renamed(&target, "Fresh")).len(), places, "{target:?}");
    }
}

#[test]
fn names_that_cannot_be_are_refused_and_change_nothing() {
    let app = shop();
    let knowledge = Knowledge::of(&app);
    let total = Target::declared("Sell", None, K::Variable, "total");
    for name in ["", "1x", "a b", "message", "note", "total"] {
        assert_eq!(rename(&app, &knowledge, &total, name).unwrap_err().code, "M03", "{name}");
    }
    // Used inside a scope that has a `tries` of its own.
    let mut inside = app.clone();
    let edit = place("local", CodeProperty::Text).edit(&inside, "tries = 1; note = \"\";").unwrap();
    edit.apply(&mut inside).unwrap();
    let note = Target::declared("Sell", None, K::Variable, "note");
    assert_eq!(rename(&inside, &Knowledge::of(&inside), &note, "tries").unwrap_err().code, "M03");
}

#[test]
fn scenarios_follow_an_orchestration_and_its_ports() {
    let mut app = shop();
    let expected = Expectation {
        instances: [("Shop.Sell".to_owned(), "A".to_owned())].into(),
        subscriptions: [("Shop.Sell".to_owned(), vec!["In".to_owned()])].into(),
        ..Expectation::default()
    };
    let steps = vec![Step::Expect(Box::new(expected))];
    app.scenarios.insert("one".into(), Scenario { name: "one".into(), steps, ..Scenario::default() });
    let port = Target::declared("Sell", None, K::Port, "In");
    assert!(
        used(&app, &port).contains(&"scenarios/one.scenario.ron.scenario".to_owned()),
        "{:?}",
        used(&app, &port)
    );
    let before = app.clone();
    let knowledge = Knowledge::of(&app);
    let port = rename(&app, &knowledge, &port, "Entry").unwrap().edit;
    let own = rename(&app, &knowledge, &Target::Orchestration { module: "Sell".into() }, "Buy").unwrap().edit;
    let back = Edit::Batch { label: "both".into(), edits: vec![port, own] }.apply(&mut app).unwrap();
    let Some(Step::Expect(now)) = app.scenarios["one"].steps.first() else { panic!() };
    assert_eq!(now.instances.keys().collect::<Vec<_>>(), ["Shop.Buy"]);
    assert_eq!(now.subscriptions["Shop.Buy"], ["Entry"]);
    back.apply(&mut app).unwrap();
    assert_eq!(app, before);
}

#[test]
fn every_text_of_a_module_can_be_read_and_written_by_its_place() {
    let app = shop();
    let module = &app.modules["Sell"];
    let all = code_places("Sell", module);
    assert_eq!(all.len(), 5);
    for (place, text) in all {
        assert_eq!(place.text(&app), Some(text));
        assert!(place.slot(&app).is_some());
        let mut changed = app.clone();
        place.edit(&app, "1").unwrap().apply(&mut changed).unwrap();
        assert_eq!(place.text(&changed), Some("1"));
    }
}

#[test]
fn a_bracket_finds_its_other_one() {
    assert_eq!(matching_bracket("f(a(b), c)", 2), Some((1..2, 9..10)));
    assert_eq!(matching_bracket("f(a(b), c)", 10), Some((9..10, 1..2)));
    assert_eq!(matching_bracket("f(\")\"", 2), None);
    assert_eq!(matching_bracket("{ if (x) { } }", 14), Some((13..14, 0..1)));
}

#[test]
fn the_type_of_an_expression_is_known() {
    with("yes", |scope| {
        assert_eq!(scope.value_type("total > 3"), Some(ValueType::Bool));
        assert!(scope.problems("total > ").iter().any(|d| d.code.starts_with('X')));
    });
}

#[test]
fn what_fits_the_type_on_the_left_stands_first() {
    assert_eq!(first("set", "x = Priced.|"), "Net");
    assert_eq!(first("set", "note = Priced.|"), "Currency", "a text for a text");
    assert_eq!(first("yes", "note == Priced.|"), "Currency");
    assert_eq!(first("set", "note = Priced.N|"), "Net", "what is typed counts first");
    assert_eq!(first("set", "Priced = Or|"), "Order");
}
