//! Section 7.6: what C# has and XLANG/s refuses.

use super::library::{Library, findings, list};
use crate::xlang::Slot;

/// Given each construct of C# that XLANG/s refuses, when a text with it is compiled, then the diagnostic points at its
/// characters and tells what to write instead (7.6, EXP-3).
#[test]
fn c181_each_rejected_construct_has_its_diagnostic() {
    let library = Library::new();
    let cases = [
        ("n += 1;", "+=", "n = n + 1;"),
        ("n <<= 2;", "<<=", "n = n << 2;"),
        ("n++;", "++", "n = n + 1;"),
        ("--n;", "--", "n = n - 1;"),
        ("n = m = 3;", "=", "m = 3; n = m;"),
        ("if (n = 3) { m = 1; }", "=", "n == 3"),
        ("while (flag = true) { m = 1; }", "=", "flag == true"),
        ("n = flag ? 1 : 2;", "?", "if (flag)"),
        ("s = s ?? \"x\";", "??", "s == null"),
        ("for (n = 0; n < 3; n++) { m = n; }", "for", "while (i < n)"),
        ("foreach (x in doc) { m = 1; }", "foreach", "while loop"),
        ("do { n = n + 1; } while (n < 3);", "do", "while loop"),
        ("while (flag) { break; }", "break", "flag"),
        ("while (flag) { continue; }", "continue", "if block"),
        ("n = helper[0];", "[0]", "helper.Item(0)"),
        ("n = delegate(int x) { return x; };", "delegate", "Call the method"),
        ("n = x => x + 1;", "=>", "Call the method"),
        (
            "any = new System.Collections.Generic.List<System.String>();",
            "new System.Collections.Generic.List<System.String>",
            "not generic",
        ),
        ("any = new System.String[3];", "new System.String[3]", "holds the items"),
        ("System.Int32[] list = any;", "System.Int32[] list = any", "holds the items"),
        ("System.Int32 count = 1;", "System.Int32 count = 1", "Orchestration View"),
        ("var count = 1;", "var count = 1", "Orchestration View"),
        ("switch (n) { case 1: break; }", "switch", "Decide"),
        ("try { n = 1; } catch (System.Exception e) { n = 2; }", "try", "Catch block"),
        ("return n;", "return", "else block"),
        ("flag = ex is System.Exception;", "is", "GetType()"),
        ("s = any as System.String;", "as", "cast"),
        ("s = any?.Name;", "?.", "null"),
    ];
    for (text, place, help) in cases {
        let compiled = library.compile(text, Slot::Expression);
        let found = findings(text, &compiled);
        assert!(found.contains(&format!("X03: {place}")), "{text}: {found:?}\n{}", list(&compiled));
        assert!(
            compiled.diagnostics.iter().any(|d| d.code == "X03" && d.help.contains(help)),
            "{text}: {}",
            list(&compiled)
        );
        assert!(compiled.code.is_none());
    }
}

/// Given an Expression with nothing but a comment or white space, when it is compiled, then that is an error (EXP-1).
#[test]
fn c181_a_comment_alone_is_no_expression() {
    let library = Library::new();
    for text in ["", "  \n", "// later", "/* later */", ";"] {
        let compiled = library.compile(text, Slot::Expression);
        assert_eq!(compiled.diagnostics.first().map(|d| d.code), Some("X10"), "{text}");
    }
    assert!(
        library.compile("", Slot::InitialValue(crate::message::ValueType::String)).diagnostics.is_empty()
    );
}

/// Given `if` or `while` in a Message Assignment, when it is compiled, then that is an error; in an Expression both are
/// accepted (EXP-3, MA-2).
#[test]
fn c188_flow_control_is_for_expression_shapes_only() {
    let library = Library::with_loan();
    let text = "if (flag) { Copy = Loan; } else { Copy = Loan; }";
    assert_eq!(findings(text, &library.compile(text, Slot::MessageAssignment)), ["X09: if"]);
    let text = "if (flag) { n = 1; } else if (n > 3) n = 2; else { n = 3; }";
    assert_eq!(library.compile(text, Slot::Expression).diagnostics, []);
    let text = "while (n < 3) { Copy = Loan; n = n + 1; }";
    assert_eq!(findings(text, &library.compile(text, Slot::MessageAssignment)), ["X09: while"]);
}

#[test]
fn recovery_finds_every_mistake_of_a_text() {
    let library = Library::new();
    let text = "n += 1;\nm = ;\ns = nowhere;\nif (n > 1 { m = 2; }\nn = 4\nm = 5;";
    let compiled = library.compile(text, Slot::Expression);
    let found = findings(text, &compiled);
    assert_eq!(found, ["X03: +=", "X01: ;", "X05: nowhere", "X01: {", "X01: 4"], "{}", list(&compiled));
}

#[test]
fn calls_and_starts_of_orchestrations_have_shapes() {
    let library = Library::new();
    for (text, shape) in [
        ("call Library.Lend(n, out s);", "Call Orchestration"),
        ("exec Library.Lend();", "Start Orchestration"),
    ] {
        let compiled = library.compile(text, Slot::Expression);
        assert_eq!(compiled.diagnostics.len(), 1);
        assert_eq!(compiled.diagnostics[0].code, "X13");
        assert!(compiled.diagnostics[0].help.contains(shape));
    }
}

#[test]
fn statements_without_effect_say_what_was_meant() {
    let library = Library::new();
    let help = |text: &str| library.compile(text, Slot::Expression).diagnostics[0].help.clone();
    assert_eq!(help("n == 3;"), "To assign write n = 3;");
    assert_eq!(help("n;"), "Assign it (x = n;) or call it (n();)");
    assert_eq!(help("n + 1;"), "Assign the value: x = n + 1;");
}

#[test]
fn open_literals_and_wrong_numbers_are_reported_where_they_stand() {
    let library = Library::new();
    for (text, found) in [
        ("s = \"open;\nn = 1;", "X02: \"open;"),
        ("s = \"a\\qb\";", "X02: \"a\\qb\""),
        ("n = 99999999999999999999;", "X02: 99999999999999999999"),
        ("n = 0xZZ;", "X02: 0xZZ"),
        ("n = 1; /* open", "X02: /* open"),
        ("n = 'ab';", "X02: 'ab'"),
        ("n = 1 # 2;", "X01: #"),
    ] {
        assert_eq!(findings(text, &library.compile(text, Slot::Expression)).first().unwrap(), found);
    }
}
