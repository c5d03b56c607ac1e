use super::library::Library;
use crate::message::Value;
use crate::xlang::Slot;

/// Given expressions over several operators, when they are evaluated, then these bind as in C# (7.2).
#[test]
fn c185_operators_bind_as_in_csharp() {
    let mut library = Library::new();
    let cases = [
        ("1 + 2 * 3 == 7 && !(false || 1 > 2)", "True"),
        ("10 - 4 - 3", "3"),
        ("2 + 3 << 1", "10"),
        ("1 | 6 & 3 ^ 1", "3"),
        ("7 & 3 == 3", ""),
        ("-3 + 5", "2"),
        ("~5", "-6"),
        ("7 / 2 + 7 % 2", "4"),
        ("7.0 / 2", "3.5"),
        ("true || false && false", "True"),
        ("\"a\" + 1 + 2", "a12"),
        ("1 + 2 + \"a\"", "3a"),
        ("1 << 33", "2"),
        ("-8 >> 1", "-4"),
        ("5000000000 + 1", "5000000001"),
        ("'a' + 1", "98"),
        ("1.10m + 2", "3.10"),
        ("(System.Int32) 3.9 * 2", "6"),
        ("(System.Int32)-3.9", "-3"),
    ];
    for (text, printed) in cases {
        if printed.is_empty() {
            assert!(library.compile(text, Slot::Condition).code.is_none(), "{text}");
        } else {
            assert_eq!(library.print(text), printed, "{text}");
        }
    }
}

/// Given arithmetic that overflows, when it runs inside `checked`, then it raises an exception; elsewhere it wraps (7.2).
#[test]
fn c186_overflow_raises_inside_checked_only() {
    let mut library = Library::new();
    library.set("n", i32::MAX);
    library.run("m = n + 1;").unwrap();
    assert_eq!(*library.get("m"), Value::Int32(i32::MIN));
    assert_eq!(library.run("m = checked(n + 1);").unwrap_err().exception_type, "System.OverflowException");
    library.run("m = checked(unchecked(n * 2) + 1);").unwrap();
    assert_eq!(*library.get("m"), Value::Int32(-1));
    library.set("n", 300);
    library.run("small = (System.Byte) n;").unwrap();
    assert_eq!(*library.get("small"), Value::Byte(44));
    assert!(library.run("small = checked((System.Byte) n);").is_err());
    library.set("n", 0);
    assert_eq!(library.run("m = 1 / n;").unwrap_err().exception_type, "System.DivideByZeroException");
}
