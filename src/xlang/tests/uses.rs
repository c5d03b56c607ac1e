use super::library::Library;
use crate::xlang::{Access, Slot, Use, Used};

fn describe(all: &[Use]) -> Vec<String> {
    all.iter()
        .map(|u| {
            let access = match u.access {
                Access::Whole => String::new(),
                Access::Part(part) => format!("/{part}"),
                Access::Field => ".field".into(),
                Access::Property(name) => format!("({name})"),
                Access::AllProperties => "(*)".into(),
            };
            let kind = match u.used {
                Used::Variable => "v",
                Used::Message => "m",
                Used::Port => "p",
                Used::RoleLink => "r",
                Used::CorrelationSet => "c",
            };
            format!("{kind}{}{access}{}", u.slot, if u.definite { "!" } else { "" })
        })
        .collect()
}

fn reads_and_writes(text: &str, slot: Slot) -> (Vec<String>, Vec<String>) {
    let library = Library::new();
    let compiled = library.compile(text, slot);
    assert_eq!(compiled.diagnostics, [], "{text}");
    (describe(&compiled.reads), describe(&compiled.writes))
}

#[test]
fn reads_know_whether_the_text_has_assigned_before() {
    let (reads, writes) = reads_and_writes("m = n; n = m + 1;", Slot::Expression);
    assert_eq!(reads, ["v0", "v1!"]);
    assert_eq!(writes, ["v1!", "v0!"]);
}

#[test]
fn a_branch_assigns_for_sure_only_when_all_do() {
    let (_, writes) = reads_and_writes("if (flag) { n = 1; m = 1; } else { n = 2; }", Slot::Expression);
    assert_eq!(writes, ["v0!", "v1", "v0!"]);
    let (reads, _) = reads_and_writes(
        "if (flag) { n = 1; } else { throw new System.Exception(); } m = n;",
        Slot::Expression,
    );
    assert_eq!(reads, ["v5", "v0!"]);
    let (reads, writes) = reads_and_writes("while (flag) { n = 1; } m = n;", Slot::Expression);
    assert_eq!((reads, writes), (vec!["v5".into(), "v0".into()], vec!["v0".into(), "v1!".into()]));
}

#[test]
fn messages_are_assigned_whole_or_part_by_part() {
    let (reads, writes) = reads_and_writes(
        "Bundle.Head = Notice;\nBundle.Order = Loan;\nCopy = Bundle.Order;\nCopy.Days = Loan.Days;\nCopy(FILE.ReceivedFileName) = s;",
        Slot::MessageAssignment,
    );
    assert_eq!(reads, ["m2", "m0", "m5/1!", "m0.field", "m1!", "v4", "m1!"]);
    assert_eq!(writes, ["m5/0!", "m5/1!", "m1!", "m1.field!", "m1(FILE.ReceivedFileName)!"]);
}

#[test]
fn properties_ports_and_sets_are_uses_too() {
    let (reads, writes) = reads_and_writes(
        "Sender(Microsoft.XLANGs.BaseTypes.Address) = \"file:\" + ByReader(LibraryProperties.ReaderId);\nflag = BTS.RetryCount exists Loan;",
        Slot::Expression,
    );
    assert_eq!(reads, ["c0(LibraryProperties.ReaderId)", "m0(BTS.RetryCount)"]);
    assert_eq!(writes, ["p0(Microsoft.XLANGs.BaseTypes.Address)!", "v5!"]);
    let (reads, writes) = reads_and_writes("Copy = Loan; Copy(*) = Loan(*);", Slot::MessageAssignment);
    assert_eq!(reads, ["m0", "m0(*)", "m1!"]);
    assert_eq!(writes, ["m1!", "m1(*)!"]);
    let (_, writes) = reads_and_writes("flag = System.Int32.TryParse(s, out n);", Slot::Expression);
    assert_eq!(writes, ["v0!", "v5!"]);
}

#[test]
fn components_are_listed_once() {
    let library = Library::new();
    let compiled = library.compile(
        "helper.Write(s); helper.Write(\"x\"); n = Library.Fees.Sum(n); any = new Library.Card(s); s = s.ToUpper();",
        Slot::Expression,
    );
    let found: Vec<String> = compiled.components.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["Library.Helper.Write/1", "Library.Fees.Sum/1", "new Library.Card"]);
}
