use super::library::Library;
use crate::message::{Value, ValueType, format_value};
use crate::xlang::{LogLevel, Slot};

#[test]
fn strings_have_their_members() {
    let mut library = Library::new();
    library.set("s", "Emma, Austen");
    for (text, printed) in [
        ("s.Length", "12"),
        ("s.IndexOf(',') > 0", "True"),
        ("s.Substring(s.IndexOf(',') + 2)", "Austen"),
        ("s.Substring(0, 4).ToUpper()", "EMMA"),
        ("s.Contains(\"ust\")", "True"),
        ("s.StartsWith(\"Emma\") && s.EndsWith(\"n\")", "True"),
        ("s.Replace(\", \", \"/\").Trim()", "Emma/Austen"),
        ("s.Insert(4, \"!\").Remove(5)", "Emma!"),
        ("s.LastIndexOf(\"m\")", "2"),
        ("\"7\".PadLeft(3, '0')", "007"),
        ("System.String.IsNullOrEmpty(\"\")", "True"),
        ("System.String.IsNullOrWhiteSpace(\" \\t\")", "True"),
        ("System.String.Empty == \"\"", "True"),
        ("System.String.Compare(\"a\", \"B\", true) < 0", "True"),
        ("System.String.Format(\"{0} of {1:D3} {{{2}}}\", s.Substring(0, 1), 7, true)", "E of 007 {True}"),
        ("System.String.Format(\"none\")", "none"),
        ("System.String.Concat(\"a\", 1, null)", "a1"),
        ("string.Join(\"-\", 1, 2, 3)", "1-2-3"),
        ("s.Equals(\"Emma, Austen\")", "True"),
        ("\"ÄÖ€\".Substring(1, 1)", "Ö"),
        ("\"ÄÖ€\".IndexOf(\"€\")", "2"),
        ("\"x\" + null + 'y' + 1.5 + true", "xy1.5True"),
    ] {
        assert_eq!(library.print(text), printed, "{text}");
    }
    assert!(library.print("s.Substring(40)").starts_with("System.ArgumentOutOfRangeException"));
    assert!(library.print("s.Contains(null)").starts_with("System.ArgumentNullException"));
}

#[test]
fn conversions_follow_dotnet() {
    let mut library = Library::new();
    for (text, printed) in [
        ("System.Convert.ToInt32(\" 42 \")", "42"),
        ("System.Convert.ToInt32(2.5) + System.Convert.ToInt32(3.5)", "6"),
        ("System.Convert.ToInt32(null)", "0"),
        ("System.Convert.ToString(1.50m)", "1.50"),
        ("System.Convert.ToBoolean(\"TRUE\")", "True"),
        ("System.Convert.ToDecimal(\"1,234.5\")", "1234.5"),
        ("System.Convert.ToDateTime(\"03/05/2024\").Year", "2024"),
        ("System.Int32.Parse(\"-7\", System.Globalization.CultureInfo.InvariantCulture)", "-7"),
        ("int.MaxValue", "2147483647"),
        ("(12.5).ToString(\"N2\")", "12.50"),
        ("n.ToString(\"D4\")", "0000"),
        ("System.Math.Max(3, 7)", "7"),
        ("System.Math.Abs(-2.5)", "2.5"),
        ("true.ToString()", "True"),
        ("typeof(System.String).FullName", "System.String"),
        ("n.GetType() == typeof(System.Int32)", "True"),
    ] {
        assert_eq!(library.print(text), printed, "{text}");
    }
    assert!(library.print("System.Convert.ToInt32(\"x\")").starts_with("System.FormatException"));
    assert!(library.print("System.Int32.Parse(\"9999999999\")").starts_with("System.OverflowException"));
    library.run("flag = System.Int32.TryParse(\"12\", out n);").unwrap();
    assert_eq!((library.get("flag"), library.get("n")), (&Value::Bool(true), &Value::Int32(12)));
    library.run("flag = System.Int32.TryParse(\"x\", out n);").unwrap();
    assert_eq!((library.get("flag"), library.get("n")), (&Value::Bool(false), &Value::Int32(0)));
}

#[test]
fn times_and_spans_calculate() {
    let mut library = Library::new();
    for (text, printed) in [
        ("System.DateTime.UtcNow == System.DateTime.Now", "True"),
        ("new System.DateTime(2024, 2, 28).AddDays(2).ToString(\"yyyy-MM-dd\")", "2024-03-01"),
        ("new System.DateTime(2024, 1, 31).AddMonths(1).Day", "29"),
        ("new System.DateTime(2024, 3, 1).Subtract(new System.DateTime(2024, 2, 1)).TotalDays", "29"),
        ("(new System.DateTime(2024, 3, 1, 12, 0, 0) - new System.DateTime(2024, 3, 1)).Hours", "12"),
        (
            "new System.DateTime(2024, 3, 1) + new System.TimeSpan(1, 0, 0) > new System.DateTime(2024, 3, 1)",
            "True",
        ),
        ("new System.TimeSpan(1, 2, 3)", "01:02:03"),
        ("new System.TimeSpan(1, 2, 3, 4)", "1.02:03:04"),
        ("new System.TimeSpan(0, 0, 0, 1, 500).TotalMilliseconds", "1500"),
        ("System.TimeSpan.FromMinutes(1.5).Seconds", "30"),
        ("System.TimeSpan.Parse(\"1.02:00\").TotalHours", "26"),
        ("-new System.TimeSpan(10000000)", "-00:00:01"),
        ("System.DateTime.Parse(\"2024-03-05T01:00:00+02:00\").ToString(\"s\")", "2024-03-04T23:00:00"),
        ("new System.DateTime(2024, 3, 5).DayOfWeek", "Tuesday"),
        ("System.DateTime.Now.ToString(\"yyyy\").Length", "4"),
    ] {
        assert_eq!(library.print(text), printed, "{text}");
    }
    assert!(
        library.print("new System.DateTime(2024, 13, 1)").starts_with("System.ArgumentOutOfRangeException")
    );
    assert!(
        library
            .print("System.DateTime.MaxValue.AddDays(1)")
            .starts_with("System.ArgumentOutOfRangeException")
    );
}

#[test]
fn documents_are_values() {
    let mut library = Library::with_loan();
    library
        .run("doc = new System.Xml.XmlDocument(); doc.LoadXml(\"<a k='1'><b>x</b><b>y</b></a>\");")
        .unwrap();
    for (text, printed) in [
        ("doc.OuterXml", "<a k='1'><b>x</b><b>y</b></a>"),
        ("doc.InnerText", "xy"),
        ("doc.DocumentElement.Name", "a"),
        ("doc.DocumentElement.InnerXml", "<b>x</b><b>y</b>"),
        ("doc.DocumentElement.GetAttribute(\"k\")", "1"),
        ("doc.FirstChild.ChildNodes.Count", "2"),
        ("doc.FirstChild.ChildNodes.Item(1).InnerText", "y"),
        ("doc.SelectSingleNode(\"/a/b[2]\").InnerText", "y"),
        ("doc.SelectSingleNode(\"/a/@k\").Value", "1"),
        ("doc.SelectSingleNode(\"/a/c\") == null", "True"),
        ("doc.SelectNodes(\"//b\").Count", "2"),
        ("xpath(doc, \"string(/a/b)\")", "x"),
    ] {
        assert_eq!(library.print(text), printed, "{text}");
    }
    library
        .run("doc = Loan; manager = new System.Xml.XmlNamespaceManager(doc.NameTable); manager.AddNamespace(\"l\", \"http://library/loan\"); s = doc.SelectSingleNode(\"/l:Loan/l:Reader\", manager).InnerText;")
        .unwrap();
    assert_eq!(library.get("s"), &Value::from("R7"));
    let raised = library.run("doc.LoadXml(\"<a>\");").unwrap_err();
    assert_eq!(raised.exception_type, "System.Xml.XmlException");
    library.run("doc.InnerXml = \"<z/>\"; s = doc.OuterXml;").unwrap();
    assert_eq!(library.get("s"), &Value::from("<z/>"));
}

#[test]
fn exceptions_carry_message_and_cause() {
    let mut library = Library::new();
    library
        .run("ex = new System.ApplicationException(\"outer\", new System.IO.IOException(\"disk full\"));\ns = ex.InnerException.Message;\nflag = ex.InnerException.GetType() == typeof(System.IO.IOException);")
        .unwrap();
    assert_eq!(library.get("s"), &Value::from("disk full"));
    assert_eq!(library.get("flag"), &Value::Bool(true));
    assert_eq!(library.print("ex.GetBaseException().Message"), "disk full");
    assert_eq!(
        library.print("ex.ToString()"),
        "System.ApplicationException: outer ---> System.IO.IOException: disk full"
    );
    library
        .run("retry = new Microsoft.XLANG.BaseTypes.RetryTransactionException(); retry.DelayFor = new System.TimeSpan(0, 0, 1);")
        .unwrap();
    let Value::Exception(retry) = library.get("retry") else { panic!("no exception") };
    assert_eq!(retry.exception_type, "Microsoft.XLANGs.BaseTypes.RetryTransactionException");
    assert_eq!(retry.delay_for, Some(crate::message::TimeSpan::from_seconds(1)));
}

#[test]
fn logging_and_configuration_reach_the_environment() {
    let mut library = Library::new();
    library
        .run("System.Diagnostics.EventLog.WriteEntry(\"Desk\", \"lost\", System.Diagnostics.EventLogEntryType.Error);\nSystem.Diagnostics.EventLog.WriteEntry(\"Desk\", \"found\");\nSystem.Diagnostics.Debug.WriteLine(n);\nSystem.Diagnostics.Trace.WriteLine(\"here\", \"Shelf\");\namount = System.Convert.ToDecimal(Orchestrion.Configuration.Get(\"fee\"));")
        .unwrap();
    assert_eq!(
        library.log,
        [
            (LogLevel::Error, "Desk".into(), "lost".into()),
            (LogLevel::Information, "Desk".into(), "found".into()),
            (LogLevel::Trace, "".into(), "0".into()),
            (LogLevel::Trace, "Shelf".into(), "here".into()),
        ]
    );
    assert_eq!(format_value(library.get("amount")), "0.50");
    let raised = library.value("Orchestrion.Configuration.Get(\"rent\")").unwrap_err();
    assert!(raised.message.contains("“rent”"));
    library.run("id = System.Guid.NewGuid(); s = id.ToString();").unwrap();
    assert_eq!(library.get("s"), &Value::from("00000000-0000-0000-0000-000000000001"));
}

#[test]
fn components_answer_and_never_block() {
    let mut library = Library::with_loan();
    library.answers.insert("Sum".into(), Value::Int32(12));
    library
        .run("n = Library.Fees.Sum(3, \"x\"); helper.Write(s); flag = helper.IsOpen; n = n + helper.Count();")
        .unwrap();
    assert_eq!(library.get("n"), &Value::Int32(12));
    assert_eq!(
        library.calls,
        [
            "Library.Fees.Sum(3, x)",
            "Library.Helper.Write()",
            "Library.Helper.IsOpen()",
            "Library.Helper.Count()"
        ]
    );
    library.run("any = new Library.Card(\"R7\"); any.Limit = n; m = any.Limit;").unwrap();
    assert_eq!(library.get("m"), &Value::Int32(12));
    library.run("helper.Shelf = \"B\"; s = helper.Shelf;").unwrap();
    assert_eq!(library.get("s"), &Value::from("B"));
    library.run("Library.Desk.Fill(ref s, out any, n);").unwrap();
    assert_eq!((library.get("s"), library.get("n")), (&Value::from("filled"), &Value::Int32(12)));
    assert_eq!(library.run("helper.Fail();").unwrap_err().exception_type, "Library.ClosedException");
    // What an open value turns out to be at run time has its built-in members.
    library.answers.insert("Title".into(), Value::from("Emma"));
    library.run("n = helper.Title().Length;").unwrap();
    assert_eq!(library.get("n"), &Value::Int32(4));
}

#[test]
fn a_component_may_fill_a_message_under_construction() {
    let mut library = Library::with_loan();
    library.construct("Note = null; Library.Desk.Fill(Note); s = Note;").unwrap();
    assert_eq!(library.get("s"), &Value::from("filled"));
    library.construct("Copy = Library.Desk.Build(Loan);").unwrap();
    assert_eq!(library.body("Copy"), "", "a mock that answers nothing makes an empty message");
}

/// One use of each .NET member that occurs in real orchestrations without custom code.
#[test]
fn what_real_orchestrations_call_is_built_in() {
    let mut library = Library::with_loan();
    for (name, kind) in [
        ("delivery", "Microsoft.XLANGs.BaseTypes.DeliveryFailureException"),
        ("element", "System.Xml.XmlElement"),
        ("nodes", "System.Xml.XmlNodeList"),
        ("input", "Microsoft.XLANGs.Pipeline.SendPipelineInputMessages"),
        ("output", "Microsoft.XLANGs.Pipeline.ReceivePipelineOutputMessages"),
        ("each", "System.Collections.IEnumerator"),
    ] {
        library.declare(name, ValueType::from_name(kind));
    }
    let statements = [
        "s = System.String.Format(\"{0} {1}\", s, n);",
        "System.Diagnostics.EventLog.WriteEntry(s, s, System.Diagnostics.EventLogEntryType.Error);",
        "System.Diagnostics.EventLog.WriteEntry(s, s, System.Diagnostics.EventLogEntryType.Information);",
        "System.Diagnostics.EventLog.WriteEntry(s, s, System.Diagnostics.EventLogEntryType.Warning);",
        "s = System.Convert.ToString(n); n = System.Convert.ToInt32(s);",
        "System.Diagnostics.Debug.WriteLine(s); System.Diagnostics.Trace.WriteLine(s); System.Diagnostics.Trace.Write(s);",
        "flag = System.String.IsNullOrEmpty(s) || System.String.IsNullOrWhiteSpace(s);",
        "n = System.String.Compare(s, \"a\"); n = System.Int32.Parse(s); flag = System.Int32.TryParse(s, out n);",
        "id = System.Guid.NewGuid(); s = id.ToString(); s = System.String.Empty;",
        "s = System.DateTime.Now.ToString(\"yyyy\"); span = System.DateTime.Now.Subtract(when); when = System.DateTime.Now;",
        "kind = System.Type.GetTypeFromProgID(\"Acme.Com\"); any = System.Activator.CreateInstance(kind);",
        "span = new System.TimeSpan(0, 0, 5); d = span.TotalMilliseconds; doc = new System.Xml.XmlDocument();",
        "ex = new System.Exception(s); any = new Microsoft.XLANGs.BaseTypes.Party(s, s);",
        "manager = new System.Xml.XmlNamespaceManager(doc.NameTable); manager.AddNamespace(\"a\", \"b\");",
        "any = new System.Data.SqlClient.SqlConnection(s);",
        "doc.LoadXml(s); s = doc.OuterXml; s = doc.InnerText; s = doc.InnerXml;",
        "s = ex.ToString(); s = delivery.ToString(); s = n.ToString(); s = u.ToString(); s = flag.ToString(); s = s.ToString();",
        "flag = s.Contains(s); n = s.IndexOf(s); s = s.Substring(1); s = s.Substring(1, 2); flag = s.EndsWith(s); n = s.Length;",
        "s = element.GetAttribute(s); s = doc.DocumentElement.GetAttribute(s); nodes = doc.DocumentElement.SelectNodes(s);",
        "s = nodes.Item(0).InnerText; n = nodes.Count; s = doc.FirstChild.ChildNodes.Item(0).InnerText;",
        "s = ex.Message; s = ex.GetBaseException().Message; s = ex.StackTrace; s = delivery.ErrorDescription;",
        "s = delivery.Source; s = delivery.InnerException.Message; retry.DelayFor = span;",
        "s = n.ToString(System.Globalization.CultureInfo.InvariantCulture);",
        "id = Library.Lend(Microsoft.XLANGs.BaseTypes.InstanceId);",
        "input = new Microsoft.XLANGs.Pipeline.SendPipelineInputMessages(); input.Add(Loan); each = input.GetEnumerator(); flag = each.MoveNext();",
        "output = Microsoft.XLANGs.Pipeline.XLANGPipelineManager.ExecuteReceivePipeline(typeof(Acme.Receive), Loan); flag = output.MoveNext();",
    ];
    let assignments = [
        "Copy = null; output.GetCurrent(Copy);",
        "Copy = null; Microsoft.XLANGs.Pipeline.XLANGPipelineManager.ExecuteSendPipeline(typeof(Acme.Send), input, Copy);",
    ];
    let statements = statements.into_iter().map(|text| (text, Slot::Expression));
    for (text, slot) in statements.chain(assignments.into_iter().map(|text| (text, Slot::MessageAssignment)))
    {
        let compiled = library.compile(text, slot);
        assert!(compiled.code.is_some(), "{text}: {:?}", compiled.diagnostics);
        assert_eq!(compiled.components, [], "{text}");
    }
}

#[test]
fn com_objects_go_by_their_prog_id() {
    let mut library = Library::new();
    library.run("kind = System.Type.GetTypeFromProgID(\"Acme.Com\"); any = System.Activator.CreateInstance(kind); any.Send(n);").unwrap();
    assert_eq!(library.calls, ["Acme.Com..ctor()", "Acme.Com.Send(0)"]);
    library
        .run("any = new System.Data.SqlClient.SqlConnection(\"Server=.\"); s = any.ConnectionString;")
        .unwrap();
    assert_eq!(library.get("s"), &Value::from("Server=."));
}
