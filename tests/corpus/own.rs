//! A project of our own, with every kind of shape, opened in every way.

use super::run::{End, run};
use orchestrion::biztalk::{self, Loaded};
use orchestrion::diagnostic::{Diagnostic, Severity};
use orchestrion::findings;
use orchestrion::lab::VirtualRun;
use orchestrion::message::{Name, TimeSpan};
use orchestrion::model::{
    Application, CatchType, CommunicationPattern, FilterOperator, Grouping, Leg, Module, ShapeKind,
    Transaction,
};
use orchestrion::xml::SchemaSet;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn parcels() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples/Parcels")
}

fn load(below: &str) -> Loaded {
    biztalk::load(&parcels().join(below)).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn errors(found: &[Diagnostic]) -> Vec<String> {
    found.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect()
}

#[test]
fn a_folder_a_solution_a_project_and_an_orchestration_open_the_same_application() {
    let folder = load("").application;
    assert_eq!(folder.modules.keys().collect::<Vec<_>>(), ["Deliver", "Old", "Sign", "Unfinished"]);
    assert_eq!(folder.schemas.len(), 3);
    let same = |other: &Application| {
        // Paths begin where the files have their last folder in common.
        let modules = |app: &Application| {
            app.modules.values().map(|m| Module { source: String::new(), ..m.clone() }).collect::<Vec<_>>()
        };
        assert_eq!(modules(other), modules(&folder));
        assert_eq!(other.schemas.values().collect::<BTreeSet<_>>(), folder.schemas.values().collect());
    };
    same(&load("Parcels.sln").application);
    same(&load("Parcels/Parcels.btproj").application);
    let one = load("Parcels/Sign.odx");
    same(&one.application);
    assert_eq!(one.shown.as_deref(), Some("Sign"));
    assert_eq!(one.application.modules["Sign"].source, "Sign.odx");
    assert_eq!(one.base.unwrap(), parcels().join("Parcels").canonicalize().unwrap());
}

#[test]
fn every_kind_of_shape_is_read_in_its_order() {
    let loaded = load("");
    let module = &loaded.application.modules["Deliver"];
    let own = module.orchestration.as_ref().unwrap();
    let kinds: Vec<&str> = own.body.iter().map(|shape| shape.kind.label()).collect();
    assert_eq!(
        kinds,
        ["Receive", "Expression", "Loop", "Decide", "Parallel Actions", "Listen", "Call Orchestration"]
    );
    let ShapeKind::Receive(receive) = &own.body[0].kind else { panic!() };
    let row = |at: usize| {
        (receive.filter[at].property.as_str(), receive.filter[at].operator, receive.filter[at].grouping)
    };
    assert_eq!(row(0), ("BTS.ReceivePortName", FilterOperator::Equals, Grouping::And));
    assert_eq!(row(1), ("BTS.InboundTransportType", FilterOperator::NotEquals, Grouping::Or));
    assert_eq!(row(2), ("FILE.ReceivedFileName", FilterOperator::Exists, Grouping::And));
    assert!(receive.activate && receive.initializes == ["Number"]);
    let ShapeKind::Decide(decide) = &own.body[3].kind else { panic!() };
    assert_eq!(
        decide.branches.iter().map(|b| b.condition.as_str()).collect::<Vec<_>>(),
        ["heavy == true", "parcel.Weight == 0", ""]
    );
    let ShapeKind::Scope(scope) = &decide.branches[0].body[0].kind else { panic!() };
    assert!(matches!(scope.transaction, Transaction::LongRunning(_)) && scope.transaction_id == "Weighing");
    let fault = CatchType::Fault { port: "Scales".into(), operation: "Ask".into(), fault: "TooHeavy".into() };
    assert_eq!(scope.catches.iter().map(|c| &c.exception).collect::<Vec<_>>(), [&fault, &CatchType::General]);
    assert_eq!(scope.compensation.as_ref().unwrap().body.len(), 1);
    let ShapeKind::Receive(answer) = &scope.body[1].kind else { panic!() };
    assert_eq!(answer.leg, Leg::Response);
    let ShapeKind::Expression(code) = &own.body[1].kind else { panic!() };
    assert!(code.text.starts_with("// How heavy it is decides.\nheavy = "), "{:?}", code.text);
    assert_eq!(module.port_types[2].pattern, CommunicationPattern::RequestResponse);
}

#[test]
fn a_project_without_bindings_checks_and_runs_with_simulated_ports() {
    let mut application = load("").application;
    application.modules.remove("Unfinished");
    assert_eq!(errors(&findings::all(&application)), [""; 0]);
    let mut run = VirtualRun::new(&application, 0).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let parcel = |weight: u32| {
        format!(
            "<p:Parcel xmlns:p=\"urn:parcels\"><Number>7</Number><Name>A</Name><Weight>{weight}</Weight></p:Parcel>"
        )
    };
    let file = vec![(Name::new("FILE.ReceivedFileName"), "parcel.xml".to_owned())];
    run.submit_with("Counter", parcel(5).into_bytes(), file);
    run.advance(TimeSpan(20_000_000)).unwrap();
    let told = run.sent("out/Parcels.Deliver.Out/%MessageID%.xml");
    assert_eq!(told.len(), 1, "{}", run.journal_text());
    assert!(told[0].text().contains("Parcel 7. is light"), "{}", told[0].text());
    assert_eq!(run.engine().instance_count(), 1);
    run.submit("Parcels.Deliver.Later", parcel(5).into_bytes());
    run.settle().unwrap();
    assert_eq!(run.engine().instance_count(), 0, "{}", run.journal_text());
}

#[test]
fn what_is_unfinished_is_kept_and_named() {
    let loaded = load("Parcels/Unfinished.odx");
    let own = loaded.application.modules["Unfinished"].orchestration.as_ref().unwrap();
    assert_eq!(own.shapes().len(), 6);
    let found = findings::all(&loaded.application);
    let named: BTreeSet<&str> = found
        .iter()
        .filter(|d| d.place.file == "Unfinished.odx" && d.severity == Severity::Error)
        .map(|d| d.place.name.as_str())
        .collect();
    for shape in ["Receive_1", "Transform_1", "Listen_1", "Send_1"] {
        assert!(named.contains(shape), "{shape}: {found:#?}");
    }
}

#[test]
fn what_does_not_resolve_is_reported_once_with_its_uses() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(parcels().join("Parcels/Deliver.odx"), folder.path().join("Deliver.odx")).unwrap();
    let opened = biztalk::open(folder.path()).unwrap();
    let found: Vec<String> = opened.findings.iter().map(ToString::to_string).collect();
    let about =
        |name: &str| found.iter().filter(|text| text.contains(&format!("`{name}`"))).collect::<Vec<_>>();
    assert_eq!(about("Parcels.Parcel").len(), 1, "{found:#?}");
    let parcel = about("Parcels.Parcel")[0];
    assert!(parcel.contains("Deliver.odx › TakeIn") && parcel.contains("Deliver.odx › parcel"), "{parcel}");
    assert_eq!(about("Parcels.Sign").len(), 1);
    assert_eq!(about("Parcels.Keys.Number").len(), 1);
}

#[test]
fn scripts_and_messages_beside_the_project_belong_to_it() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(parcels().join("Parcels")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let mut loaded = biztalk::load(folder.path()).unwrap();
    let script = "fn Rate() { 7 }\n";
    loaded.application.components.insert("Acme.Rates".into(), script.into());
    loaded.application.messages.insert("messages/p.xml".into(), "<a/>".into());
    let report = biztalk::save_beside(&loaded.folder, &loaded.application, None).unwrap();
    assert!(
        report.written.iter().all(|path| !path.ends_with(".orchestration.ron") && !path.ends_with(".xsd"))
    );
    let again = biztalk::load(folder.path()).unwrap();
    assert_eq!(again.application.components["Acme.Rates"], script);
    assert_eq!(again.application, loaded.application);
}

/// Flows as they are found in production: several parts, any XML, code and properties of assemblies that are not here,
/// a convoy on two properties with a nested call and a compensation.
#[test]
fn flows_whose_surroundings_are_missing_run_from_a_generated_message() {
    let depot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples/Depot");
    let ends = [
        ("Broker", End::Completed, true),
        ("Collect", End::Completed, false),
        ("Mark", End::Called, false),
        ("TwoParts", End::Completed, false),
        ("Untyped", End::Completed, false),
    ];
    for (name, end, mocked) in ends {
        let outcome = run(&depot.join(format!("{name}.odx")));
        assert_eq!((outcome.end, outcome.mocked), (end, mocked), "{name}");
    }
}

#[test]
fn a_sample_message_fits_what_the_orchestration_asks_for() {
    let loaded =
        biztalk::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples/Depot")).unwrap();
    let schemas = SchemaSet::build(&loaded.application);
    let sample = |key: &str| biztalk::sample(&loaded.application, &schemas, key).unwrap();
    let parcel = sample("TwoParts");
    assert!(parcel.body.starts_with("MIME-Version: 1.0"), "{}", parcel.body);
    assert!(
        parcel.body.contains("Content-Description: Order")
            && parcel.body.contains("Content-Description: Note")
    );
    let order = sample("Untyped");
    assert!(order.body.contains("Order") && order.body.contains("<Number>"), "{}", order.body);
    assert_eq!(order.properties, [("SMTP.Subject".to_owned(), "Subject".to_owned())]);
    let asked = sample("Broker");
    assert_eq!(
        asked.properties,
        [
            ("Acme.Itinerary.ServiceName".to_owned(), "Depot.Broker".to_owned()),
            ("Acme.Itinerary.Step".to_owned(), "2".to_owned())
        ]
    );
    assert_eq!(biztalk::sample(&loaded.application, &schemas, "Mark"), Err(biztalk::NoSample::Called));
}

#[test]
fn what_is_played_is_told_and_never_saved() {
    let loaded =
        biztalk::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples/Depot")).unwrap();
    let settings = &loaded.application.settings;
    assert_eq!(
        settings.simulated_answers.keys().collect::<Vec<_>>(),
        ["Acme.Answers.Make", "Acme.Config.Reader.Read", "Acme.Templates.Get"]
    );
    assert_eq!(settings.simulated_answers["Acme.Config.Reader.Read"], "\"1\"");
    assert!(settings.simulated_answers["Acme.Templates.Get"].contains("Ack"));
    assert_eq!(
        settings
            .simulated_properties
            .iter()
            .map(|(name, kind)| (name.as_str(), kind.as_str()))
            .collect::<Vec<_>>(),
        [("Acme.Itinerary.ServiceName", "System.String"), ("Acme.Itinerary.Step", "System.Int32")]
    );
    assert!(
        loaded.findings.iter().any(|found| found.code == "Z13" && found.message.contains("2 properties"))
    );
    let folder = tempfile::tempdir().unwrap();
    let report = biztalk::save_beside(folder.path(), &loaded.application, None).unwrap();
    for path in report.written {
        let text = fs::read_to_string(folder.path().join(path)).unwrap();
        assert!(!text.contains("simulated_"), "{text}");
    }
    // Members that are played are still custom code to stand in for.
    let open: Vec<String> = findings::all(&loaded.application)
        .into_iter()
        .filter(|d| d.code == "K03")
        .map(|d| d.message)
        .collect();
    assert!(open.iter().any(|message| message.starts_with("Acme.Templates ")), "{open:#?}");
}

#[test]
fn binding_files_that_disagree_are_told() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(parcels().join("Parcels")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let bindings = |address: &str| {
        format!(
            "<BindingInfo><SendPortCollection><SendPort Name=\"Out\" IsStatic=\"true\" IsTwoWay=\"false\">\
             <PrimaryTransport><Address>{address}</Address><TransportType Name=\"FILE\" /></PrimaryTransport>\
             </SendPort></SendPortCollection></BindingInfo>"
        )
    };
    fs::write(folder.path().join("A.Test.xml"), bindings("test/%MessageID%.xml")).unwrap();
    fs::write(folder.path().join("B.Live.xml"), bindings("live/%MessageID%.xml")).unwrap();
    let opened = biztalk::open(folder.path()).unwrap();
    let told: Vec<&Diagnostic> = opened.findings.iter().filter(|found| found.code == "Z19").collect();
    assert_eq!(told.len(), 1, "{:#?}", opened.findings);
    assert_eq!(told[0].place.file, "A.Test.xml");
    assert!(told[0].message.ends_with(": Out"), "{}", told[0].message);
    let out = opened.application.bindings.send_port("Out").unwrap();
    assert_eq!(out.primary.as_ref().unwrap().address, "test/%MessageID%.xml");
}
