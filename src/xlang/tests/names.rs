use super::library::{Library, findings, list};
use crate::message::ValueType;
use crate::xlang::Slot;

fn first_help(text: &str, slot: Slot) -> String {
    let library = Library::with_loan();
    let compiled = library.compile(text, slot);
    compiled
        .diagnostics
        .first()
        .map(|d| format!("{}: {} | {}", d.code, d.message, d.help))
        .unwrap_or_default()
}

#[test]
fn slips_are_told_from_components() {
    assert!(first_help("n = Laon.Days;", Slot::Expression).contains("Did you mean Loan?"));
    assert!(first_help("n = mm;", Slot::Expression).starts_with("X05"));
    assert!(first_help("s = unheardOf;", Slot::Expression).contains("Declare unheardOf first"));
    assert!(first_help("s = lookup(n);", Slot::Expression).starts_with("X05: There is no function lookup"));
    // What stands behind it is a part of a message in scope.
    assert!(first_help("n = Bundel.Order.Days;", Slot::Expression).contains("Did you mean Bundle?"));
    assert!(first_help("n = Departed.Order.Days;", Slot::Expression).contains("Declare Departed"));
    // A static class beside a variable of the same name, and namespaces, are components.
    for text in ["Helper.Write(n);", "n = Library.Desk.Count;", "s = Loans.Archive.Find(n);"] {
        assert_eq!(first_help(text, Slot::Expression), "", "{text}");
    }
}

#[test]
fn a_field_that_is_not_promoted_lists_those_that_are() {
    let help = first_help("s = Loan.Book.Isbn;", Slot::Expression);
    assert!(help.starts_with("X07: `Book.Isbn` is not a distinguished field"), "{help}");
    assert!(help.contains("Book.Title") && help.contains("xpath(Loan"), "{help}");
    assert!(first_help("n = Loan.Dais;", Slot::Expression).contains("Did you mean Days?"));
    assert!(first_help("s = Bundle.Order.Dayz;", Slot::Expression).contains("Days"));
    assert!(first_help("s = Bundle.Tail;", Slot::Expression).contains("Its parts are: Head, Order"));
    assert!(first_help("s = Notice.Readr;", Slot::Expression).contains("Reader"));
    assert!(first_help("s = Loan.OuterXml;", Slot::Expression).starts_with("X07"));
    assert!(first_help("s = Loan.Reader.Trim();", Slot::Expression).is_empty());
}

#[test]
fn properties_must_exist_and_belong() {
    assert!(
        first_help("s = Loan(LibraryProperties.Nothing);", Slot::Expression)
            .starts_with("X11: There is no property")
    );
    let help = first_help("s = Loan(LibraryProperties.Addressee);", Slot::Expression);
    assert!(help.starts_with("X11: No field of the message Loan is promoted"), "{help}");
    assert!(first_help("s = Raw(LibraryProperties.Addressee);", Slot::Expression).is_empty());
    assert!(first_help("s = Raw(LibraryProperties.@__type);", Slot::Expression).is_empty());
    assert!(first_help("s = BTS.MessageType;", Slot::Expression).contains("Message1(BTS.MessageType)"));
    assert!(
        first_help("s = ByReader(LibraryProperties.Shelf);", Slot::Expression).contains("Its properties are")
    );
    assert!(first_help("s = Loan(\"x\");", Slot::Expression).starts_with("X14"));
    assert!(first_help("s = Sender;", Slot::Expression).contains("The port Sender is not a value"));
}

#[test]
fn types_convert_where_csharp_converts_them() {
    for text in [
        "big = n;",
        "d = n;",
        "amount = n;",
        "small = 255;",
        "u = u + 1;",
        "big = u + n;",
        "any = n;",
        "s = null;",
        "doc = null;",
        "doc = Loan;",
        "s = helper.Read();",
        "n = helper.Count;",
        "s = Notice.Reader;",
        "d = 1.5f;",
        "ex = new System.ArgumentException(\"x\");",
        "flag = ex == null;",
        "flag = Loan != null;",
        "s = Note;",
        "n = (System.Int32) big;",
        "helper = null;",
        "flag = any.GetType() == typeof(System.String);",
        "s = (System.String) any;",
        "n = 'a' + 1;",
        "doc = (System.Xml.XmlDocument) Loan;",
        "n = (int) xpath(Loan, \"count(//*)\");",
    ] {
        assert_eq!(first_help(text, Slot::Expression), "", "{text}");
    }
    for (text, help) in [
        ("n = big;", "Write a cast: (System.Int32)(big)"),
        ("n = s;", "System.Convert.ToInt32(s)"),
        ("s = n;", "n.ToString()"),
        ("s = doc;", "doc.OuterXml"),
        ("s = Loan;", "OuterXml"),
        ("doc = s;", "LoadXml"),
        ("small = 256;", "cast"),
        ("n = 1.5;", "cast"),
        ("n = null;", "System.Int32"),
        ("flag = s == 1;", "System.Convert.ToInt32(s)"),
        ("flag = s < \"b\";", "System.String.Compare"),
        ("flag = n && true;", "Boolean"),
        ("flag = !n;", "Boolean"),
        ("n = -s;", "number"),
        ("n = (System.Int32) s;", "System.Convert.ToInt32(s)"),
        ("ex = \"x\";", "System.Exception"),
        ("n = xpath(Loan, \"count(//*)\");", "cast"),
        ("n = System.Diagnostics.Debug.WriteLine(s);", "statement of its own"),
        ("retry = ex;", "RetryTransactionException"),
    ] {
        let found = first_help(text, Slot::Expression);
        assert!(found.contains(help), "{text}: {found}");
    }
}

#[test]
fn messages_change_only_where_they_are_constructed() {
    for text in [
        "Copy = Loan;",
        "Loan.Days = 3;",
        "Loan(FILE.ReceivedFileName) = \"x\";",
        "xpath(Loan, \"//Days\") = 3;",
        "Copy(*) = Loan(*);",
        "Bundle.Head = Notice;",
        "transform(Copy) = Library.LoanToLoan(Loan);",
        "Raw.LoadXml(s);",
        "Library.Desk.Read(out Copy);",
    ] {
        let help = first_help(text, Slot::Expression);
        assert!(help.starts_with("X08") && help.contains("Construct Message shape"), "{text}: {help}");
        assert_eq!(first_help(text, Slot::MessageAssignment), "", "{text}");
    }
    assert_eq!(first_help("construct Copy { Copy = Loan; Copy.Days = 1; };", Slot::Expression), "");
    assert!(first_help("construct Copy { Raw = Loan; Copy = Loan; }", Slot::Expression).starts_with("X08"));
    assert!(
        first_help("construct Copy { n = 1; }", Slot::Expression).contains("not assigned in its construct")
    );
}

#[test]
fn content_must_suit_the_message() {
    for (text, help) in [
        ("Copy = s;", "LoadXml"),
        ("Copy = Notice;", "Transform"),
        ("Bundle = doc;", "Assign each part: Head, Order"),
        ("Copy = n;", "LoadXml"),
        ("Notice = s;", "new Library.Notice()"),
        ("Copy = new Library.Notice();", "LoadXml"),
        ("transform(Copy) = Library.Nowhere(Loan);", "Add the map"),
        ("transform(Copy) = Library.LoanToLoan(n);", "Name a message"),
        ("Copy(*) = 3;", "Copy(*) = Message1(*);"),
        ("3 = n;", "Left of `=`"),
    ] {
        let found = first_help(text, Slot::MessageAssignment);
        assert!(found.contains(help), "{text}: {found}");
    }
    for text in [
        "Raw = s;",
        "Note = s;",
        "Raw = Loan;",
        "Copy = Raw;",
        "Copy = null;",
        "Bundle = null;",
        "Copy = xpath(Loan, s);",
    ] {
        assert_eq!(first_help(text, Slot::MessageAssignment), "", "{text}");
    }
}

#[test]
fn known_members_warn_of_slips_and_of_wrong_arguments() {
    let library = Library::new();
    let warns = |text: &str| {
        let compiled = library.compile(text, Slot::Expression);
        assert!(compiled.code.is_some(), "{}", list(&compiled));
        compiled.diagnostics.first().map(|d| d.help.clone()).unwrap_or_default()
    };
    assert_eq!(warns("n = s.Lenght;"), "Did you mean Length?");
    assert!(warns("s = s.Substring();").contains("String Substring(Int32 startIndex)"));
    let text = "System.TimeSpan t = new System.TimeSpan(";
    let told = library.compile(text, Slot::Expression);
    assert!(told.components.is_empty() && told.diagnostics.iter().all(|d| !d.message.contains("stand-in")));
    let text = "flag = System.Int32.TryParse(s, n);";
    assert_eq!(findings(text, &library.compile(text, Slot::Expression)), ["X14: n"]);
    let text = "flag = System.Int32.TryParse(s, out 5);";
    assert!(findings(text, &library.compile(text, Slot::Expression)).contains(&"X14: 5".to_owned()));
}

#[test]
fn value_types_tell_the_slot_what_to_expect() {
    let library = Library::new();
    assert_eq!(library.compile("n > 3", Slot::Condition).value_type, ValueType::Bool);
    assert_eq!(library.compile("span", Slot::Delay).value_type, ValueType::TimeSpan);
    assert_eq!(library.compile("n + 1.0", Slot::Timeout).value_type, ValueType::Double);
}
