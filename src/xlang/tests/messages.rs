use super::library::{Library, findings};
use crate::message::Value;
use crate::xlang::Slot;

#[test]
fn fields_properties_and_parts_are_read() {
    let mut library = Library::with_loan();
    for (text, printed) in [
        ("Loan.Reader", "R7"),
        ("Loan.Days * 2", "28"),
        ("Loan.Book.Title.Length", "4"),
        ("Loan.Remark == null", "True"),
        ("Loan(LibraryProperties.ReaderId)", "R7"),
        ("Loan(BTS.MessageType)", "http://library/loan#Loan"),
        ("xpath(Loan, \"string(//*[local-name()='Title'])\")", "Emma"),
        ("(System.Int32) xpath(Loan, \"count(//*)\")", "5"),
        ("xpath(Loan, \"//*[local-name()='Days']\") + \"!\"", "14!"),
        ("xpath(\"1 + 2\")", "3"),
        ("ByReader(LibraryProperties.ReaderId)", "R7"),
        ("Library.Lend(Microsoft.XLANGs.BaseTypes.InstanceId)", "00000000-0000-0000-0000-000000000063"),
        ("succeeded(Lending)", "True"),
    ] {
        assert_eq!(library.print(text), printed, "{text}");
    }
}

/// Given a context property that is present or absent, when `exists` asks, then it is true or false; reading the absent one
/// raises an exception (7.3).
#[test]
fn c182_exists_tells_whether_a_property_is_there() {
    let mut library = Library::with_loan();
    assert_eq!(library.print("BTS.RetryCount exists Loan"), "False");
    assert_eq!(library.print("FILE.ReceivedFileName exists Loan && true"), "True");
    let raised = library.value("Loan(BTS.RetryCount)").unwrap_err();
    assert_eq!(raised.exception_type, "Microsoft.XLANGs.BaseTypes.MissingPropertyException");
    assert!(raised.message.contains("BTS.RetryCount exists Loan"));
    library.construct("Copy = Loan; Copy(BTS.RetryCount) = 2;").unwrap();
    assert_eq!(library.print("BTS.RetryCount exists Copy"), "True");
    library.construct("Copy(BTS.RetryCount) = null;").unwrap();
    assert_eq!(library.print("BTS.RetryCount exists Copy"), "False");
}

/// Given `M2(*) = M1(*)` in a Construct, when it runs, then every context property is copied, promoted as it was (MA-4).
#[test]
fn c183_all_properties_are_copied_with_their_promotion() {
    let mut library = Library::with_loan();
    library.construct("Raw = Loan; Raw(*) = Loan(*);").unwrap();
    let copied = library.sent("Raw");
    let names: Vec<(&str, bool)> = copied.context.iter().map(|p| (p.name.as_str(), p.promoted)).collect();
    assert_eq!(
        names,
        [
            ("LibraryProperties.ReaderId", true),
            ("FILE.ReceivedFileName", false),
            ("BTS.ReceivePortName", true)
        ]
    );
}

#[test]
fn assigning_a_message_copies_content_and_context_but_not_where_it_came_from() {
    let mut library = Library::with_loan();
    library.construct("Copy = Loan;").unwrap();
    assert_eq!(library.body("Copy"), library.body("Loan"));
    assert_eq!(library.context("Copy", "FILE.ReceivedFileName").as_deref(), Some("loan.xml"));
    assert_eq!(library.context("Copy", "BTS.ReceivePortName"), None);
    library.construct("Copy.Days = 21;").unwrap();
    assert!(library.body("Copy").contains("<Days>21</Days>"));
    assert!(library.body("Loan").contains("<Days>14</Days>"), "the original is not aliased (MA-3)");
}

#[test]
fn data_properties_stay_in_step_with_the_body() {
    let mut library = Library::with_loan();
    library.construct("Copy = Loan; Copy(LibraryProperties.ReaderId) = \"R8\";").unwrap();
    assert_eq!(library.print("Copy.Reader"), "R8");
    library.construct("Copy.Reader = \"R9\";").unwrap();
    assert_eq!(library.print("Copy(LibraryProperties.ReaderId)"), "R9");
    library.construct("xpath(Copy, \"//*[local-name()='Reader']\") = \"R10\";").unwrap();
    assert_eq!(library.print("Copy(LibraryProperties.ReaderId)"), "R10");
    // Content from elsewhere is read where nothing was promoted.
    library.construct("doc = Copy; Copy = doc;").unwrap();
    assert_eq!(library.context("Copy", "LibraryProperties.ReaderId"), None);
    assert_eq!(library.print("Copy(LibraryProperties.ReaderId)"), "R10");
    assert_eq!(library.print("LibraryProperties.ReaderId exists Copy"), "True");
    // The field of a class, cut to its length.
    library.construct("Notice = new Library.Notice(); Notice.Reader = \"Reader 7\";").unwrap();
    assert_eq!(library.print("Notice(LibraryProperties.Addressee)"), "Reade");
    library.construct("Notice(LibraryProperties.Addressee) = \"R1\";").unwrap();
    assert_eq!(library.print("Notice.Reader"), "R1");
}

/// Given an assignment to an XPath that selects nothing, when it runs, then it raises an exception; one that selects a node
/// sets its text (MA-1, 7.4).
#[test]
fn c184_an_xpath_target_must_exist() {
    let mut library = Library::with_loan();
    let raised = library.construct("Copy = Loan; xpath(Copy, \"/Nothing\") = 1;").unwrap_err();
    assert_eq!(raised.exception_type, "System.Xml.XPath.XPathException");
    assert!(raised.message.contains("selects nothing"), "{}", raised.message);
    assert!(library.value("xpath(Loan, \"/Nothing\")").is_err());
    library.construct("Copy = Loan; xpath(Copy, \"//*[local-name()='Title']\") = \"Persuasion\";").unwrap();
    assert_eq!(library.print("Copy.Book.Title"), "Persuasion");
}

#[test]
fn nodes_assigned_to_an_xpath_become_its_children() {
    let mut library = Library::with_loan();
    library
        .construct("doc.LoadXml(\"<x><i>1</i><i>2</i></x>\"); Copy = Loan; xpath(Copy, \"//*[local-name()='Book']\") = doc.FirstChild.ChildNodes;")
        .unwrap();
    assert_eq!(library.print("xpath(Copy, \"string(//*[local-name()='Book']/i[2])\")"), "2");
    assert_eq!(library.print("xpath(Copy, \"count(//*[local-name()='Title'])\")"), "0");
    library.construct("Copy = Loan; xpath(Copy, \"//*[local-name()='Reader']\") = xpath(Loan, \"//*[local-name()='Title']\");").unwrap();
    assert_eq!(library.print("Copy.Reader"), "Emma");
}

#[test]
fn fields_of_a_class_message_may_be_assigned_without_new() {
    let mut library = Library::new();
    library.construct("Notice.Count = 2; Notice.Reader = \"R1\";").unwrap();
    assert_eq!(library.print("Notice.Count"), "2");
    assert!(library.construct("Copy.Days = 2;").is_err());
}

#[test]
fn messages_are_made_from_documents_texts_classes_and_parts() {
    let mut library = Library::with_loan();
    library.construct("doc.LoadXml(@\"<Loan xmlns=\"\"http://library/loan\"\">\n<Reader>R1</Reader></Loan>\"); Copy = doc;").unwrap();
    assert_eq!(library.print("Copy.Reader"), "R1");
    library.construct("Note = \"due \" + \"soon\"; s = Note;").unwrap();
    assert_eq!(library.get("s"), &Value::from("due soon"));
    assert_eq!(library.print("Note + \"!\""), "due soon!");
    library
        .construct(
            "Notice = new Library.Notice(); Notice.Count = 3; Bundle.Head = Notice; Bundle.Order = Loan;",
        )
        .unwrap();
    assert_eq!(library.print("Bundle.Head.Count + Bundle.Order.Days"), "17");
    assert!(library.print("xpath(Bundle.Head, \"string(/*/*[local-name()='Count'])\")").contains('3'));
    library.construct("Copy = xpath(Raw, \"/*\");").unwrap_err();
    library.construct("Raw = Bundle.Order; Copy = Raw; Copy = null;").unwrap();
    assert_eq!(library.body("Copy"), "");
    library.construct("Raw = Loan; Raw.LoadXml(\"<x>1</x>\"); s = Raw.DocumentElement.InnerText;").unwrap();
    assert_eq!(library.get("s"), &Value::from("1"));
    library.construct("Raw = s + \"<\";").unwrap();
    assert_eq!(
        library
            .construct("Copy = Loan; s = Raw.DocumentElement.Name;")
            .map_err(|e| e.exception_type.to_string()),
        Err("System.NullReferenceException".into())
    );
}

#[test]
fn a_construct_in_an_expression_makes_a_message() {
    let mut library = Library::with_loan();
    library.run("construct Copy { Copy = Loan; Copy.Days = n + 1; };\nn = Copy.Days;").unwrap();
    assert_eq!(library.get("n"), &Value::Int32(1));
}

#[test]
fn transforms_take_and_give_whole_messages() {
    let mut library = Library::with_loan();
    library.construct("transform(Copy) = Library.LoanToLoan(Loan);").unwrap();
    library.construct("transform (Copy) = typeof(Library.LoanToLoan)(Loan);").unwrap();
    library.construct("kind = typeof(Library.LoanToLoan); transform(Copy) = kind(Loan);").unwrap();
    assert_eq!(library.calls, ["map Library.LoanToLoan"; 3]);
    assert_eq!(library.print("Copy.Reader"), "R7");
}

#[test]
fn what_is_not_there_yet_raises() {
    let mut library = Library::with_loan();
    let kind =
        |library: &mut Library, text: &str| library.value(text).unwrap_err().exception_type.to_string();
    assert_eq!(kind(&mut library, "Copy.Days"), "Microsoft.XLANGs.Core.UnconstructedMessageException");
    assert_eq!(kind(&mut library, "s.Length"), "System.NullReferenceException");
    assert_eq!(kind(&mut library, "ex.Message"), "System.NullReferenceException");
    library
        .construct("doc.LoadXml(\"<Loan xmlns='http://library/loan'><Days>many</Days></Loan>\"); Copy = doc;")
        .unwrap();
    assert_eq!(kind(&mut library, "Copy.Days"), "System.FormatException");
    library.construct("doc.LoadXml(\"<Loan xmlns='http://library/loan'/>\"); Copy = doc;").unwrap();
    assert_eq!(kind(&mut library, "Copy.Days"), "System.NullReferenceException");
}

#[test]
fn ports_and_role_links_have_properties() {
    let mut library = Library::with_loan();
    library.run("Sender(Microsoft.XLANG.BaseTypes.Address) = \"file:///\" + Loan.Reader;").unwrap();
    assert_eq!(library.print("Sender(Microsoft.XLANGs.BaseTypes.Address)"), "file:///R7");
    library
        .run("Partner(Microsoft.XLANGs.BaseTypes.DestinationParty) = new Microsoft.XLANGs.BaseTypes.Party(Loan.Reader, \"OrganizationName\");\ns = Partner(Microsoft.XLANGs.BaseTypes.DestinationParty).Name;")
        .unwrap();
    assert_eq!(library.get("s"), &Value::from("R7"));
}

#[test]
fn parts_are_added_in_the_construct_behind_the_declared_ones() {
    let mut library = Library::with_loan();
    library.construct("Bundle.Head = new Library.Notice(); Bundle.Order = Loan; Bundle.AddPart(\"scan 1\", \"Scan\"); Bundle.AddPart(Loan, \"Again\");").unwrap();
    let names: Vec<&str> = library.sent("Bundle").parts.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["Head", "Order", "Scan", "Again"]);
    assert_eq!(library.sent("Bundle").parts[2].body.as_text(), Some("scan 1"));
    let raised = library.construct("Bundle.AddPart(s, \"Scan\");").unwrap_err();
    assert!(raised.message.contains("another part named"), "{raised:?}");
    let mut early = Library::with_loan();
    let raised = early.construct("Bundle.Order = Loan; Bundle.AddPart(\"x\", \"Scan\");").unwrap_err();
    assert!(raised.message.contains("Head") && raised.message.contains("before AddPart"), "{raised:?}");
    let outside = library.compile("Bundle.AddPart(s, \"Scan\");", Slot::Expression);
    assert_eq!(findings("Bundle.AddPart(s, \"Scan\");", &outside), ["X08: Bundle"]);
    let wrong = library.compile("Loan.AddPart(s);", Slot::MessageAssignment);
    assert_eq!(findings("Loan.AddPart(s);", &wrong), ["X14: Loan.AddPart(s)"]);
    library.construct("Copy = Loan; Copy.AddPart(\"x\", \"Extra\"); Loan = Copy;").unwrap();
    assert_eq!(library.sent("Loan").parts.len(), 2, "a copy keeps what was added");
}
