//! The shapes of text that real orchestrations hold, in the terms of the library.

use super::library::{Library, list};
use crate::xlang::Slot;

#[test]
fn conditions_as_people_write_them() {
    accepted(
        Slot::Condition,
        &[
            "flag",
            "true",
            "n<helper.Count",
            "(m < 2)",
            "helper.MoveNext()",
            "Notice.Count == 0",
            "s == \"Add\"",
            "Loan(LibraryProperties.ReaderId) == \"DONE\"",
            "Loan(BTS.RetryCount) != 0",
            "(Loan.Days * n) < m",
            "Library.Utilities.Messages.IsLoan(Loan(BTS.MessageType)) == true",
            "flag == false && (s == \"X\" || s == \"Y\")",
            "!flag",
            "!System.String.IsNullOrEmpty(s)",
            "BTS.RetryCount exists Loan",
            "ex.InnerException.GetType() == typeof(Microsoft.XLANGs.BaseTypes.PublishMessageException)",
            "s.IndexOf(',') > 0",
        ],
    );
}

#[test]
fn delays_and_messages_as_people_write_them() {
    accepted(
        Slot::Delay,
        &[
            "new System.TimeSpan(1,0,0)",
            "new System.TimeSpan(0,0,0,10);",
            "new System.TimeSpan(0,0,System.Convert.ToInt32(Loan(LibraryProperties.ReaderId)))",
        ],
    );
    accepted(
        Slot::Text,
        &[
            "s;",
            "\"Erreur levée, prêt en pause\";",
            "\"No such title.\";",
            "\"The desk failed:\" + ex.Message;",
        ],
    );
}

#[test]
fn expressions_as_people_write_them() {
    accepted(
        Slot::Expression,
        &[
            "flag = true;",
            "flag = true;\ns = \"25%\";",
            "s = Notice.Reader;\nn = Notice.Count;",
            "s = \"Reader: \" + Loan(LibraryProperties.ReaderId) + \"\\r\\n\" +\n\"Remark: \" + Loan.Remark;",
            "n = helper.Add(n,m);",
            "doc.LoadXml(Library.Catalogue.Update(Loan));",
            "helper.Add(Loan);\nn = n + 1;",
            "System.Diagnostics.EventLog.WriteEntry(\"Desk\", ex.Message, System.Diagnostics.EventLogEntryType.Error);",
            "System.Diagnostics.Debug.WriteLine(n);",
            "Sender(Microsoft.XLANGs.BaseTypes.Address)=\"mailto:\"+Loan(LibraryProperties.ReaderId);",
            "Sender(Microsoft.XLANGs.BaseTypes.Address) = \n  @\"FILE://C:\\Out\\Loan_%MessageID%.txt\";",
            "helper.GetName(Partner(Microsoft.XLANGs.BaseTypes.SourceParty));",
            "s= helper.GetDetails(Bundle.Order.Book.Title);",
            "// Again after a second\nretry.DelayFor = new System.TimeSpan(0, 0, 1);",
            "any = Library.Pipelines.Manager.Receive(typeof(Library.Pipelines.FlatFile), Loan);",
            "helper = (Library.Agent.IDesk)\n(System.Activator.CreateInstance(\nSystem.Type.GetTypeFromProgID(\"Library.Desk\",s)));",
            "helper.Set(\"InstanceId\",Lend(Microsoft.XLANGs.BaseTypes.InstanceId));",
            "doc=Loan;\ns=doc.DocumentElement.GetAttribute(\"id\");\nmanager=new System.Xml.XmlNamespaceManager(doc.NameTable);",
            "if (Library.Catalogue.HasShelf(Loan, typeof(Library.Shelf)))\n    {s = Raw(LibraryProperties.Shelf);}\nelse\n    {s = null;}",
            "Library.Log.Writer.Write(System.Diagnostics.EventLogEntryType.Error, 0x1FB4, \"Lost\", ex.Message);",
            "n = (System.Int32)(xpath(Loan, \"count(/*[local-name()='R']/*[local-name()='X'])\"));",
            "if (FILE.ReceivedFileName exists Loan) { s = Loan(FILE.ReceivedFileName); }",
            "n = 5;\nSystem.Int32.TryParse(Some.Helper.Read(\"App\",\"Key\"), out n);",
            "construct Raw {\nRaw = new System.Xml.XmlDocument();\nRaw.LoadXml(s);\n};",
            "s = s.Substring(s.IndexOf(',') + 1);",
            "doc = Loan;\ns = s + doc.OuterXml;",
            "Library.Desk.Method(ref any);",
            "//xpath(Loan, \"//b\")\nflag = false; // done",
        ],
    );
}

#[test]
fn message_assignments_as_people_write_them() {
    accepted(
        Slot::MessageAssignment,
        &[
            "Copy=Loan;",
            "Copy.Remark = \"Received\";",
            "Copy = Loan;\n\nCopy(FILE.ReceivedFileName) = \"out_\" + Loan(FILE.ReceivedFileName);",
            "Copy = Loan;\nCopy(LibraryProperties.Shelf) = Loan.Book.Title;",
            "Copy = Loan;\nCopy(*) = Raw(*);",
            "Copy(BTS.RetryCount) = Loan.Days * n;",
            "id = System.Guid.NewGuid();\nCopy(LibraryProperties.Shelf) = id.ToString();",
            "doc = new System.Xml.XmlDocument();\ndoc.LoadXml(@\"<ns0:Loan xmlns:ns0=\"\"http://library/loan\"\"><Days>1</Days></ns0:Loan>\");\nCopy = doc;",
            "doc.LoadXml(\"<ns0:Loan xmlns:ns0=\\\"http://library/loan\\\"> </ns0:Loan>\");\nBundle.Order = doc;",
            "xpath(Copy, \"/*[local-name()='Loan' and namespace-uri()='http://library/loan']\") = doc.FirstChild.ChildNodes;",
            "Note = null;\nhelper.GetCurrent(Note);",
            "Copy = helper.Current;",
            "Copy= Library.Desk.Helper.Construct(n);",
            "Copy = Loan;\nCopy.Days = \n Library.\n Fees.\n  Sum(\n Loan.Days, n);",
            "Copy.Reader = ByReader(LibraryProperties.ReaderId);",
            "Copy(LibraryProperties.Priority) = 768;",
            "// Keep the context.\nCopy(*) = Loan(*);\nCopy(BTS.RetryCount) = System.Int32.Parse(s, System.Globalization.CultureInfo.InvariantCulture);",
            "s = System.String.Format(\"/*[local-name()='A']/*[local-name()='B'][{0}]\", n+1);\nCopy = xpath(Loan, s);",
            "xpath(Copy,\"/*[local-name()='A']/@*[local-name()='id']\") = n;",
            "Note = System.String.Empty;\nNote(*) = Loan(*);\nNote(FILE.ReceivedFileName) = s;",
            "Copy = Library.Helper.Build((System.Xml.XmlDocument)Loan, (System.Xml.XmlDocument)Raw);",
            "Notice = new Library.Notice();\nNotice.Reader = Bundle.Head.Reader;",
        ],
    );
}

#[track_caller]
fn accepted(slot: Slot, texts: &[&str]) {
    let library = Library::new();
    for text in texts {
        let compiled = library.compile(text, slot.clone());
        assert!(compiled.diagnostics.is_empty() && compiled.code.is_some(), "{text}\n{}", list(&compiled));
    }
}
