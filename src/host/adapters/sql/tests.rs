use super::*;
use crate::engine::TransmissionId;
use crate::message::{Message, Name};
use std::sync::Arc;

const CREATE: &str = "CREATE TABLE IF NOT EXISTS Log (Number INTEGER PRIMARY KEY, Cust TEXT, Seq INTEGER, Status TEXT, At TEXT)";

fn transmission(id: u64, address: &str, body: &str, properties: &[(&str, &str)]) -> Transmission {
    let properties = [("Create", CREATE)].iter().chain(properties);
    Transmission {
        id: TransmissionId(id),
        port: Name::new("History"),
        transport: "SQL".into(),
        address: address.into(),
        body: body.as_bytes().into(),
        message: Arc::new(Message::single(Name::new("body"), Arc::default())),
        message_guid: uuid::Uuid::from_u128(u128::from(id)),
        two_way: false,
        properties: properties.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

fn insert(id: u64, cust: &str) -> Transmission {
    let body = format!(
        "<I xmlns='urn:i'><sync><after><Log Cust=\"{cust}\" Seq='1' Status='NEW'/></after></sync></I>"
    );
    transmission(id, "sql://history.db", &body, &[])
}

fn update(id: u64, cust: &str) -> Transmission {
    let body = format!("<U><UpdateStatus cust='{cust}' status='DONE'/></U>");
    let statement = "UPDATE Log SET Status = :status, At = :now WHERE Cust = :cust AND Status <> 'TERMINATE'";
    let properties = [("Procedure UpdateStatus", statement), ("MinimumRows", "1")];
    transmission(id, "sql://history.db", &body, &properties)
}

fn log(databases: &Databases) -> Vec<String> {
    databases.rows("sql://history.db", "SELECT Cust, Seq, Status FROM Log ORDER BY Number").unwrap()
}

#[test]
fn an_updategram_inserts_updates_and_deletes() {
    let mut databases = Databases::default();
    databases.perform(&insert(1, "O'Neil"), DateTime(0), false).unwrap();
    databases.perform(&insert(2, "B"), DateTime(0), false).unwrap();
    let both = "<x><sync><before><Log Cust='B'/></before><after><Log Status='OLD' Seq='2'/></after>\
                <before><Log Cust=\"O'Neil\" Seq='1'/></before></sync></x>";
    databases.perform(&transmission(3, "sql://history.db", both, &[]), DateTime(0), false).unwrap();
    assert_eq!(log(&databases), ["B 2 OLD"]);
}

#[test]
fn rows_go_into_the_table_of_the_address() {
    let mut databases = Databases::default();
    let body = "<Rows><Log><Cust>A</Cust><Seq>7</Seq></Log><Log Cust='B'/></Rows>";
    databases.perform(&transmission(1, "sql://history.db/Log", body, &[]), DateTime(0), false).unwrap();
    assert_eq!(log(&databases), ["A 7 NULL", "B NULL NULL"]);
    let error =
        databases.perform(&transmission(2, "sql://history.db", body, &[]), DateTime(0), false).unwrap_err();
    assert!(error.contains("nothing says what to do with <Log>"), "{error}");
}

#[test]
fn a_procedure_takes_its_parameters_from_the_message_and_may_want_rows() {
    let mut databases = Databases::default();
    let error = databases.perform(&update(1, "A"), DateTime(0), false).unwrap_err();
    assert!(error.starts_with("0 rows affected, but 1 wanted"), "{error}");
    databases.perform(&insert(2, "A"), DateTime(0), false).unwrap();
    databases.perform(&update(3, "A"), DateTime(639_000_000_000_000_000), false).unwrap();
    assert_eq!(log(&databases), ["A 1 DONE"]);
    let at = databases.rows("sql://history.db", "SELECT At FROM Log").unwrap();
    assert_eq!(at, ["2025-11-29T08:00:00"]);
}

#[test]
fn a_two_way_port_gets_the_rows() {
    let mut databases = Databases::default();
    databases.perform(&insert(1, "A &amp; B"), DateTime(0), false).unwrap();
    let select = "SELECT Cust, Seq AS \"1st\", At FROM Log WHERE Cust = @who";
    let properties = [("Statement", select), ("ResponseRoot", "Found"), ("ResponseNamespace", "urn:f")];
    let ask = transmission(2, "sql://history.db", "<Ask who='A &amp; B'/>", &properties);
    let answer = databases.perform(&ask, DateTime(0), false).unwrap();
    let row = "<Row Cust=\"A &amp; B\" _1st=\"1\"/>";
    assert_eq!(answer, format!("<ns0:Found xmlns:ns0=\"urn:f\"><Success>1</Success>{row}</ns0:Found>"));
}

#[test]
fn a_repeat_after_a_restart_finds_its_rows_and_answers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = Databases::in_folder(folder.path()).perform(&insert(1, "A"), DateTime(0), false).unwrap();
    let mut databases = Databases::in_folder(folder.path());
    assert_eq!(log(&databases), [""; 0], "nothing is open yet");
    assert_eq!(databases.perform(&insert(1, "A"), DateTime(0), true).unwrap(), first);
    assert_eq!(log(&databases), ["A 1 NEW"]);
    assert!(folder.path().join("history.db").is_file());
    // A fresh run numbers its transmissions anew: what an earlier one did is not its own.
    databases.perform(&insert(1, "B"), DateTime(0), false).unwrap();
    assert_eq!(log(&databases), ["A 1 NEW", "B 1 NEW"]);
}

#[test]
fn a_failure_in_the_middle_leaves_nothing() {
    let mut databases = Databases::default();
    let body = "<x><sync><after><Log Cust='A'/><Nowhere a='1'/></after></sync></x>";
    let error =
        databases.perform(&transmission(1, "sql://history.db", body, &[]), DateTime(0), false).unwrap_err();
    assert!(error.contains("no such table: Nowhere"), "{error}");
    assert_eq!(log(&databases), [""; 0]);
    for (address, body) in [
        ("sql://", "<a/>"),
        ("history.db", "<a/>"),
        ("sql://history.db", "no XML"),
        ("sql://../elsewhere.db/Log", "<a/>"),
        ("sql://file:///tmp/elsewhere.db", "<a/>"),
    ] {
        assert!(
            databases.perform(&transmission(2, address, body, &[]), DateTime(0), false).is_err(),
            "{address}"
        );
    }
}
