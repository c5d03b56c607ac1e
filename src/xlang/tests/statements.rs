use super::library::{Library, findings};
use crate::message::{Value, ValueType, format_value};
use crate::xlang::Slot;

#[test]
fn statements_run_in_order_and_flow_as_in_csharp() {
    let mut library = Library::new();
    library
        .run("n = 0; m = 0;;\nwhile (n < 5) {\n  n = n + 1; // count\n  if (n % 2 == 0) { m = m + n; } else if (n == 5) m = m * 10;\n}")
        .unwrap();
    assert_eq!((library.get("n"), library.get("m")), (&Value::Int32(5), &Value::Int32(60)));
    library.run("{ Opération_1 = 7; { n = Opération_1; } }").unwrap();
    assert_eq!(library.get("n"), &Value::Int32(7));
}

#[test]
fn the_last_semicolon_and_repeated_ones_do_not_matter() {
    let mut library = Library::new();
    for text in ["n = 3", "n = 3;", ";n = 3;;", "if (true) { n = 3 }"] {
        library.set("n", 0);
        library.run(text).unwrap();
        assert_eq!(library.get("n"), &Value::Int32(3), "{text}");
    }
    for (text, slot) in [
        ("n < 3;", Slot::Condition),
        ("new System.TimeSpan(0,0,0,10);", Slot::Delay),
        ("\"gone\";;", Slot::Text),
        ("30;", Slot::Timeout),
        ("5;", Slot::InitialValue(ValueType::Int32)),
    ] {
        assert_eq!(library.compile(text, slot).diagnostics, [], "{text}");
    }
}

#[test]
fn an_endless_loop_is_stopped() {
    let mut library = Library::new();
    let raised = library.run("while (true) { n = n + 1; }").unwrap_err();
    assert_eq!(raised.exception_type, "Orchestrion.ExecutionLimitException");
    assert!(raised.message.contains("does not come to an end"));
    // An empty body too.
    library.fuel = 100;
    assert!(library.run("while (true) {}").is_err());
}

#[test]
fn thrown_exceptions_leave_the_text() {
    let mut library = Library::new();
    let raised = library.run("n = 1; throw new System.Exception(\"no copy left\"); ").unwrap_err();
    assert_eq!(
        (raised.exception_type.as_str(), raised.message.as_str()),
        ("System.Exception", "no copy left")
    );
    assert_eq!(library.get("n"), &Value::Int32(1));
    let raised = library.run("throw(new Library.OverdueException(\"late\"));").unwrap_err();
    assert_eq!(raised.exception_type, "Library.OverdueException");
    assert_eq!(library.run("throw ex;").unwrap_err().exception_type, "System.NullReferenceException");
    let text = "throw \"late\";";
    assert_eq!(findings(text, &library.compile(text, Slot::Expression)), ["X06: \"late\""]);
    let text = "throw;";
    assert_eq!(findings(text, &library.compile(text, Slot::Expression)), ["X01: throw"]);
}

#[test]
fn and_and_or_look_no_further_than_needed() {
    let mut library = Library::new();
    assert_eq!(library.print("false && 1 / n == 0"), "False");
    assert_eq!(library.print("true || helper.Fail()"), "True");
    assert!(library.calls.is_empty());
    assert!(library.print("true && 1 / n == 0").starts_with("System.DivideByZeroException"));
}

#[test]
fn each_slot_takes_its_type() {
    let library = Library::new();
    let good = [
        ("s == \"x\"", Slot::Condition),
        ("helper.IsOpen()", Slot::Condition),
        ("xpath(Loan, \"count(//Book) > 1\")", Slot::Condition),
        ("System.DateTime.UtcNow.AddHours(1)", Slot::Delay),
        ("span", Slot::Delay),
        ("\"lost: \" + s", Slot::Text),
        ("n * 60", Slot::Timeout),
        ("new System.TimeSpan(0,1,0)", Slot::Timeout),
        ("\"first\"", Slot::InitialValue(ValueType::String)),
        ("7", Slot::InitialValue(ValueType::Byte)),
        ("7", Slot::InitialValue(ValueType::Decimal)),
    ];
    for (text, slot) in good {
        assert_eq!(library.compile(text, slot).diagnostics, [], "{text}");
    }
    let bad = [
        ("n", Slot::Condition),
        ("null", Slot::Condition),
        ("30", Slot::Delay),
        ("n", Slot::Text),
        ("s", Slot::Timeout),
        ("\"7\"", Slot::InitialValue(ValueType::Int32)),
        ("300", Slot::InitialValue(ValueType::Byte)),
        ("null", Slot::InitialValue(ValueType::Int32)),
    ];
    for (text, slot) in bad {
        assert_eq!(findings(text, &library.compile(text, slot)), [format!("X06: {text}")]);
    }
    let text = "n = 3";
    assert_eq!(findings(text, &library.compile(text, Slot::Condition)), ["X03: ="]);
    let text = "flag; n = 3;";
    assert_eq!(findings(text, &library.compile(text, Slot::Condition)), ["X01: n"]);
    let told = library.compile("30", Slot::Delay).diagnostics;
    assert!(told[0].help.contains("new System.TimeSpan(0, 0, 30)"), "{told:?}");
    let told = library.compile("5 seconds", Slot::Delay).diagnostics;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].help.contains("new System.TimeSpan(0, 0, 5)"), "{told:?}");
}

#[test]
fn statements_behind_a_message_text_run_with_it() {
    let mut library = Library::new();
    library.set("s", "disk full");
    let code = library.code("\"Lending failed: \" + s;\nflag = true;", Slot::Text);
    assert_eq!(format_value(&code.eval(&mut library).unwrap()), "Lending failed: disk full");
    assert_eq!(library.get("flag"), &Value::Bool(true));
}

#[test]
fn constants_are_known_before_the_run() {
    let library = Library::new();
    let constant = |text: &str, slot| library.code(text, slot).constant().map(format_value);
    assert_eq!(constant("1 + 2 * 3", Slot::Timeout).as_deref(), Some("7"));
    assert_eq!(constant("\"a\" + \"b\"", Slot::Text).as_deref(), Some("ab"));
    assert_eq!(constant("!true || 1 < 2", Slot::Condition).as_deref(), Some("True"));
    assert_eq!(constant("n + 1", Slot::Timeout), None);
    let text = "n = 1 / 0;";
    let compiled = library.compile(text, Slot::Expression);
    assert_eq!(findings(text, &compiled), ["X15: 1 / 0"]);
    let text = "n = checked(2147483647 + 1);";
    assert_eq!(findings(text, &library.compile(text, Slot::Expression)), ["X15: 2147483647 + 1"]);
    assert_eq!(
        library.code("-2147483648", Slot::InitialValue(ValueType::Int32)).constant(),
        Some(&Value::Int32(i32::MIN))
    );
}
