use super::library::Library;
use crate::message::ValueType;
use crate::xlang::syntax::{BinaryOp, Expr, ExprKind, Parser, UnaryOp};
use crate::xlang::{Slot, tokens};
use proptest::prelude::*;

fn slots() -> [Slot; 7] {
    [
        Slot::Expression,
        Slot::MessageAssignment,
        Slot::Condition,
        Slot::Delay,
        Slot::Text,
        Slot::Timeout,
        Slot::InitialValue(ValueType::String),
    ]
}

fn survives(text: &str) {
    let mut library = Library::with_loan();
    library.fuel = 200;
    for slot in slots() {
        let compiled = library.compile(text, slot);
        for diagnostic in &compiled.diagnostics {
            let span = diagnostic.place.span.clone().unwrap();
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{text:?} {diagnostic}");
            assert!(!diagnostic.help.is_empty());
        }
        if let Some(code) = compiled.code {
            let _ = code.eval(&mut library);
        }
    }
    let mut end = 0;
    for (span, _) in tokens(text) {
        assert!(span.start >= end && text.get(span.clone()).is_some(), "{text:?}");
        end = span.end;
    }
}

/// Pieces of the language in any order: likelier to get far than arbitrary characters.
fn salad() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "n",
        "m",
        "s",
        "flag",
        "doc",
        "Loan",
        "Copy",
        "Bundle",
        "Notice",
        "Sender",
        "helper",
        "System.String",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ";",
        ",",
        ".",
        "=",
        "==",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<<",
        "&&",
        "||",
        "!",
        "~",
        "<",
        ">",
        "?",
        ":",
        "if",
        "else",
        "while",
        "throw",
        "new",
        "construct",
        "xpath",
        "transform",
        "typeof",
        "exists",
        "checked",
        "(*)",
        "\"a\"",
        "'c'",
        "1",
        "2.5",
        "0x1F",
        "true",
        "null",
        "out",
        "ref",
        "++",
        "+=",
        "=>",
        "for",
        "do",
        "try",
        "call",
        "Days",
        "Head",
        "Length",
        "Format",
        "@\"v\"",
        "//c\n",
        "é",
        "LibraryProperties.ReaderId",
        "\n",
        "\"o",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|all| all.join(" "))
}

proptest! {
    #[test]
    fn any_characters_compile_or_are_refused(text in "\\PC{0,60}") {
        survives(&text);
    }

    #[test]
    fn any_pieces_compile_or_are_refused(text in salad()) {
        survives(&text);
    }

    #[test]
    fn expressions_print_and_parse_alike(tree in expression()) {
        let mut parser = Parser::new(&tree);
        let once = print(&parser.expression());
        prop_assert!(parser.ends() && parser.problems.is_empty(), "{tree}: {:?}", parser.problems);
        let mut parser = Parser::new(&once);
        prop_assert_eq!(print(&parser.expression()), once);
    }
}

/// Text of an expression without needless parentheses, by the precedence of the language.
fn expression() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(vec!["n", "1", "a.b.c", "\"x\"", "f.g(n, 2)", "M(P.Q)", "typeof(T)", "true"]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 2, |inner| {
        let op = prop::sample::select(BinaryOp::ALL.iter().map(|(_, sign, _)| *sign).collect::<Vec<_>>());
        let unary = prop::sample::select(vec!["-", "!", "~", "+", "(System.Int32) "]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (unary, inner.clone()).prop_map(|(op, a)| format!("{op}({a})")),
            inner.prop_map(|a| format!("({a})")),
        ]
    })
}

/// Fully parenthesised, so that two trees are equal when their texts are.
fn print(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Literal(value) => match value {
            crate::message::Value::String(text) => format!("\"{text}\""),
            crate::message::Value::Bool(flag) => flag.to_string(),
            other => crate::message::format_value(other),
        },
        ExprKind::Name(path) => path.dotted(),
        ExprKind::Call(callee, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|a| print(&a.value)).collect();
            format!("{}({})", print(callee), arguments.join(", "))
        }
        ExprKind::TypeOf(path) => format!("typeof({})", path.dotted()),
        ExprKind::Unary(op, inner) => {
            let sign = match op {
                UnaryOp::Plus => "+",
                UnaryOp::Minus => "-",
                UnaryOp::Not => "!",
                UnaryOp::Complement => "~",
            };
            format!("({sign} {})", print(inner))
        }
        ExprKind::Binary(op, left, right) => format!("({} {} {})", print(left), op.sign(), print(right)),
        ExprKind::Cast(path, inner) => format!("(({}) ({}))", path.dotted(), print(inner)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn deep_and_long_texts_are_refused_or_run() {
    let library = Library::new();
    for (open, close) in [
        ("(", ")"),
        ("!", ""),
        ("-", ""),
        ("helper.M(", ")"),
        ("(int)", ""),
        ("checked(", ")"),
        ("new A.B(", ")"),
    ] {
        let text = format!("flag = {}1{};", open.repeat(20_000), close.repeat(20_000));
        let compiled = library.compile(&text, Slot::Expression);
        assert!(compiled.code.is_none(), "{open}");
        assert!(compiled.diagnostics.iter().any(|d| d.code == "X04" || d.code == "X03"), "{open}");
    }
    for block in
        ["{", "if (flag) {", "while (flag) {", "if (flag) ", "construct Copy {", "for (;;) {", "do {", "x ? "]
    {
        let compiled = library.compile(&block.repeat(20_000), Slot::Expression);
        assert!(compiled.code.is_none(), "{block}");
    }
    for op in ["+", "&&", "-", "==", "."] {
        let text = format!("n = n{};", format!(" {op} n").repeat(20_000));
        assert!(library.compile(&text, Slot::Expression).code.is_none(), "{op}");
    }
    let long = format!("s = s{};", " + \"x\" + n".repeat(190));
    assert_eq!(library.compile(&long, Slot::Expression).diagnostics, []);
    let long = format!("n = n{};", " - 1".repeat(390));
    let mut library = Library::new();
    library.run(&long).unwrap();
    assert_eq!(library.get("n"), &crate::message::Value::Int32(-390));
    let chain = format!("if (n == 0) m = 0;{}", " else if (n == 1) m = 1;".repeat(2_000));
    library.run(&chain).unwrap();
}
