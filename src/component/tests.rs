use super::*;
use crate::message::{Body, DateTime, ExceptionValue, Object, TimeSpan};
use rust_decimal::Decimal;

fn compiled(text: &str) -> Components {
    let scripts = BTreeMap::from([("Acme.Rates".to_owned(), text.to_owned())]);
    let (components, found) = Components::compile(&scripts);
    assert!(found.is_empty(), "{found:?}");
    components
}

fn lent() -> Lent {
    Lent::new(
        DateTime(639_028_224_000_000_000),
        7,
        Ok(Arc::new(BTreeMap::from([("fee".to_owned(), "0.5".to_owned())]))),
    )
}

/// Runs `fn f(…)` of a script.
fn run(text: &str, arguments: &mut [Value]) -> Result<Answer, Raised> {
    let components = compiled(text);
    let function = components.function("Acme.Rates", "f", Some(arguments.len())).expect("a function f");
    components.call(Request { class: "Acme.Rates", function: &function, object: None, arguments }, lent())
}

fn value(text: &str, arguments: &mut [Value]) -> Value {
    run(text, arguments).map(|a| a.value).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

fn fault(text: &str) -> Raised {
    run(text, &mut []).map(|a| a.value).expect_err(text)
}

#[test]
fn values_cross_both_ways() {
    let same = "fn f(x) { x }";
    let kept = [
        Value::Null,
        Value::Bool(true),
        Value::Char('é'),
        Value::Int32(-5),
        Value::Int64(i64::MAX),
        Value::Double(1.5),
        Value::Decimal(Decimal::new(1995, 2)),
        Value::from("text"),
        Value::DateTime(DateTime(639_028_224_000_000_000)),
        Value::TimeSpan(TimeSpan::from_seconds(90)),
    ];
    for known in kept {
        assert_eq!(value(same, &mut [known.clone()]), known);
    }
    let order = Value::Xml(Arc::new(Body::xml("<o><n>7</n></o>")));
    assert_eq!(value("fn f(x) { x.xpath(\"string(/o/n)\") }", &mut [order.clone()]), Value::from("7"));
    let changed = value("fn f(x) { x.set(\"/o/n\", \"8\"); x }", &mut [order]);
    let Value::Xml(body) = changed else { panic!("{changed:?}") };
    assert!(body.to_text().unwrap().contains("<n>8</n>"));
    assert_eq!(
        value("fn f(x) { x }", &mut [Value::UInt64(u64::MAX)]),
        Value::Decimal(Decimal::from(u64::MAX))
    );
    let list = value("fn f() { [1, \"b\"] }", &mut []);
    assert_eq!(value("fn f(x) { x.len() * 10 + x[0] }", &mut [list]), Value::Int32(21));
}

#[test]
fn decimals_and_times_compute_as_in_dotnet() {
    let rate = Value::Decimal(Decimal::new(19, 2));
    assert_eq!(
        value("fn f(r) { r * 3 + decimal(\"0.03\") }", &mut [rate.clone()]),
        Value::Decimal(Decimal::new(60, 2))
    );
    assert_eq!(value("fn f(r) { round(r, 1) }", &mut [rate.clone()]), Value::Decimal(Decimal::new(2, 1)));
    assert_eq!(value("fn f(r) { r > decimal(0) }", &mut [rate]), Value::Bool(true));
    assert_eq!(
        value("fn f() { let t = now() + days(2); [t.year, t.day, (t - now()).total_seconds] }", &mut []),
        {
            let items = [Value::Int32(2026), Value::Int32(3), Value::Double(172_800.0)];
            let members = items.into_iter().enumerate().map(|(at, v)| (at.to_string().into(), v)).collect();
            Value::Object(Arc::new(Object { type_name: "System.Object[]".into(), members }))
        }
    );
}

#[test]
fn objects_keep_state_and_have_constructors_and_computed_properties() {
    let components = compiled(
        "fn Rates(start) { this.count = start; } fn Next(by) { this.count += by; this.count } \
         fn get_Double() { this.count * 2 }",
    );
    let call = |function: &str, object: &mut Value, arguments: &mut [Value]| {
        let request = Request { class: "Acme.Rates", function, object: Some(object), arguments };
        components.call(request, lent()).unwrap().value
    };
    let mut object = Value::Object(Arc::new(Object { type_name: "Acme.Rates".into(), members: Vec::new() }));
    let constructor = components.function("Acme.Rates", ".ctor", Some(1)).unwrap();
    call(&constructor, &mut object, &mut [Value::Int32(5)]);
    assert_eq!(call("Next", &mut object, &mut [Value::Int32(2)]), Value::Int32(7));
    let property = components.function("Acme.Rates", "Double", None).unwrap();
    assert_eq!(call(&property, &mut object, &mut []), Value::Int32(14));
    let Value::Object(state) = &object else { panic!() };
    assert_eq!(state.members, [("count".into(), Value::Int32(7))]);
    assert_eq!(
        components.function("Acme.Rates", "Next", Some(2)),
        None,
        "functions are told by their parameters"
    );
}

#[test]
fn out_arguments_log_and_configuration_pass_through() {
    let mut arguments = [Value::from("a"), Value::Null];
    let script = "fn f(key, found) { log(\"asked \" + key); out(1, config(\"fee\")); config(\"none\") }";
    let answer = run(script, &mut arguments).unwrap();
    assert_eq!((answer.value, answer.log), (Value::Null, vec!["asked a".to_owned()]));
    assert_eq!(arguments[1], Value::from("0.5"));
}

#[test]
fn time_and_chance_come_from_the_run() {
    let text = "fn f() { `${random(1, 1000)} ${random()} ${new_guid()} ${now()}` }";
    assert_eq!(value(text, &mut []), value(text, &mut []));
    let scripts = BTreeMap::from([("Acme.Rates".to_owned(), text.to_owned())]);
    let (components, _) = Components::compile(&scripts);
    let other = Lent::new(DateTime(0), 8, Ok(Arc::default()));
    let request = Request { class: "Acme.Rates", function: "f", object: None, arguments: &mut [] };
    assert_ne!(components.call(request, other).unwrap().value, value(text, &mut []));
}

#[test]
fn what_a_script_throws_is_a_dotnet_exception() {
    let thrown = fault("fn f() { throw exception(\"Acme.ClosedException\", \"come back later\"); }");
    assert_eq!(
        (thrown.exception_type.as_str(), thrown.message.as_str()),
        ("Acme.ClosedException", "come back later")
    );
    let thrown = fault("fn f() { throw \"plain\" }");
    assert_eq!((thrown.exception_type.as_str(), thrown.message.as_str()), ("System.Exception", "plain"));
    assert_eq!(fault("fn f() { 1 / 0 }").exception_type, "System.DivideByZeroException");
    assert_eq!(fault("fn f() { decimal(1) / 0 }").exception_type, "System.DivideByZeroException");
    assert_eq!(fault("fn f() { [1][5] }").exception_type, "System.IndexOutOfRangeException");
    assert_eq!(fault("fn f() { decimal(\"x\") }").exception_type, "System.FormatException");
    assert_eq!(fault("fn f() { this.x }").exception_type, "System.NullReferenceException");
    let missing = fault("fn f() {\n  nowhere(1)\n}");
    assert!(
        missing.message.contains("nowhere") && missing.message.contains("Acme.Rates.f, line 2"),
        "{missing:?}"
    );
    let exception = ExceptionValue {
        exception_type: "Acme.ClosedException".into(),
        message: "m".into(),
        ..Default::default()
    };
    let passed = Value::Exception(Arc::new(exception));
    assert_eq!(
        value("fn f(e) { e[\"$type\"] + \": \" + e.Message }", &mut [passed.clone()]),
        Value::from("Acme.ClosedException: m")
    );
    assert_eq!(value("fn f(e) { e }", &mut [passed.clone()]), passed);
}

/// Each with what names the place.
#[test]
fn limits_stop_what_does_not_end_or_grows_without_end() {
    for (text, part) in [
        ("fn f() {\n  loop {\n    let x = 1;\n  }\n}", "Acme.Rates.f, line 2"),
        ("fn f() { let n = 0; while true { n += 1; } }", "line 1"),
        ("fn f() { g(1) }\nfn g(n) { g(n + 1) }", "line 2"),
        ("fn f() { let s = \"xx\"; loop { s += s; } }", "too large"),
        ("fn f() { let m = \"abc\"; loop { m.replace(\"abc\", m + m); } }", "too large"),
        ("fn f() { let m = \"aaa\"; loop { m.replace('a', m); } }", "too large"),
        ("fn f() { loop { log(\"on and on\"); } }", "too large"),
        ("fn f() { let a = []; loop { a.push(1); } }", "too large"),
        ("fn f() { let a = []; loop { a = [a]; } }", ""),
        ("fn f() { let a = #{}; loop { a = #{ a: a }; } }", ""),
        ("fn f() { let a = #{}; loop { a = #{ a: a, b: a }; } }", ""),
        ("fn f() { let x = 0; let g = |y| y; loop { g = |y| g.call(y); } }", ""),
    ] {
        let stopped = fault(text);
        assert_eq!(
            stopped.exception_type, "Orchestrion.ExecutionLimitException",
            "{text}: {}",
            stopped.message
        );
        assert!(
            stopped.message.contains(part) && stopped.message.contains("Acme.Rates."),
            "{}",
            stopped.message
        );
    }
}

#[test]
fn a_value_that_holds_itself_many_times_is_not_handed_over() {
    let mut object = Value::from("leaf");
    for _ in 0..40 {
        let members = vec![("a".into(), object.clone()), ("b".into(), object)];
        object = Value::Object(Arc::new(Object { type_name: "Acme.Node".into(), members }));
    }
    let refused = run("fn f(x) { 1 }", &mut [object]).expect_err("2^40 leaves");
    assert_eq!(refused.exception_type, "Orchestrion.ExecutionLimitException");
}

#[test]
fn a_script_has_no_file_network_clock_or_output() {
    for text in [
        "import \"x\" as x; fn f() { 1 }",
        "fn f() { eval(\"1\") }",
        "fn f() { print(1) }",
        "fn f() { debug(1) }",
    ] {
        let (_, found) = Components::compile(&BTreeMap::from([("Acme.Rates".to_owned(), text.to_owned())]));
        let [only] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert!(only.code == "K01" && only.place.line.is_some() && !only.help.is_empty(), "{only}");
    }
    for text in ["fn f() { sleep(100) }", "fn f() { timestamp() }", "fn f() { open_file(\"x\") }"] {
        assert_eq!(fault(text).exception_type, "Orchestrion.ComponentException", "{text}");
    }
}

#[test]
fn mistakes_are_diagnostics_with_line_and_next_step() {
    for (text, line, part) in [
        ("fn f() {\n  let x = ;\n}", 2, "Correct"),
        ("fn f() {\n  y + 1\n}", 2, "let y"),
        ("fn f() {\n  (1 + 2\n}", 3, ")"),
        ("fn f() { 1 }\nfn f() { 2 }", 2, "Rename"),
        ("fn f() {", 1, "}"),
    ] {
        let (_, found) = Components::compile(&BTreeMap::from([("Acme.Rates".to_owned(), text.to_owned())]));
        let [only] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert_eq!(only.place.file, "components/Acme.Rates.rhai");
        assert_eq!(only.place.line.map(|(line, _)| line), Some(line), "{only}");
        assert!(only.help.contains(part), "{only}");
    }
}
