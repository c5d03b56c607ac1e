//! Applications that are broken in one place each: the first suggested fix makes the message arrive.

use crate::build::*;
use orchestrion::lab::VirtualRun;
use orchestrion::message::TimeSpan;
use orchestrion::model::FilterOperator::{Equals, Exists, GreaterThan, LessThan, NotEquals};
use orchestrion::model::*;
use orchestrion::program::Program;
use orchestrion::why;

/// What is done, and what then must be true.
struct Broken {
    app: App,
    act: fn(&mut VirtualRun),
    arrived: fn(&VirtualRun) -> bool,
}

/// A message of a class type as it travels.
fn xml(class: &str, fields: &[(&str, &str)]) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    format!("<{class} xmlns=\"http://t\">{fields}</{class}>")
}

fn order(run: &mut VirtualRun) {
    run.submit("In-RL", xml("Order", &[("Id", "7"), ("Status", "NEW")]).into_bytes());
    run.settle().unwrap();
}

fn sent(run: &VirtualRun) -> bool {
    !run.sent("queue://Out").is_empty()
}

fn ended(run: &VirtualRun) -> bool {
    run.journal_text().lines().any(|line| line.contains("instance.completed") && line.contains(" O"))
}

fn orders() -> App {
    app().class("Order", &["Id", "Status"]).receive_port("In", "XMLReceive")
}

/// A send port that takes orders by this filter.
fn filtered(rows: &[(&str, FilterOperator, &str)]) -> App {
    let rows = rows.iter().map(|(property, operator, value)| FilterRow {
        property: (*property).into(),
        operator: *operator,
        value: (*value).into(),
        grouping: Grouping::And,
    });
    let rows: Vec<_> = rows.collect();
    orders().send_port("Out").with_send_port(move |port| port.filter = rows)
}

fn new_orders() -> App {
    filtered(&[("P.Status", Equals, "\"NEW\"")])
}

/// An orchestration that an order starts, and that ends at once.
fn starts(shape: Shape) -> Orch {
    orch("O").port("P", IN, "Order", Binding::SpecifyLater).message("order", "Order").body(vec![shape])
}

fn started() -> App {
    orders().orchestration(starts(activate("P", "order"))).bind("O", "P", rp("In"))
}

fn by_filter(rows: &[(&str, FilterOperator, &str)]) -> App {
    orders().orchestration(starts(activate("P", "order").filter(rows))).bind("O", "P", rp("In"))
}

fn to_out(app: App) -> Broken {
    Broken { app, act: order, arrived: sent }
}

fn to_o(app: App) -> Broken {
    Broken { app, act: order, arrived: ended }
}

/// A group of one port, which takes new orders.
fn grouped(change: impl FnOnce(&mut SendPortGroup)) -> App {
    let mut app = orders().send_port("Out").group("All", &["Out"]);
    let group = app.0.bindings.send_port_groups.last_mut().unwrap();
    group.filter = equals("P.Status", "NEW");
    change(group);
    app
}

/// `O` sends a note at a port bound to `Out`, or by the message box.
fn sending(binding: Binding) -> App {
    orders()
        .class("Note", &["Id"])
        .send_port("Out")
        .orchestration(
            orch("O")
                .port("P", IN, "Order", Binding::SpecifyLater)
                .port("Q", OUT, "Note", binding)
                .message("order", "Order")
                .message("note", "Note")
                .body(vec![
                    activate("P", "order"),
                    construct("note", "note.Id = order.Id;"),
                    send("Q", "note"),
                ]),
        )
        .bind("O", "P", rp("In"))
}

/// `O` waits for an answer that follows the set its order initialized.
fn follows(answer: &[&str]) -> App {
    let mut app = orders()
        .class("Answer", &["Id"])
        .receive_port("Back", "XMLReceive")
        .orchestration(
            orch("O")
                .port("P", IN, "Order", Binding::SpecifyLater)
                .port("A", IN, "Answer", Binding::SpecifyLater)
                .message("order", "Order")
                .message("answer", "Answer")
                .set("ById", &["Id"])
                .body(vec![
                    activate("P", "order").initializes("ById"),
                    receive("A", "answer").follows("ById"),
                ]),
        )
        .bind("O", "P", rp("In"))
        .bind("O", "A", rp("Back"));
    let class = app.0.settings.classes.iter_mut().find(|c| c.root == "Answer").unwrap();
    for field in &mut class.fields {
        if !answer.contains(&field.name.as_str()) {
            field.promoted = None;
        }
    }
    app
}

fn order_and_answer(run: &mut VirtualRun) {
    order(run);
    run.submit("Back-RL", xml("Answer", &[("Id", "7")]).into_bytes());
    run.settle().unwrap();
}

/// The order as an XML schema, with nothing promoted.
fn by_schema(annotation: &str) -> App {
    let mut app = app().property("Status", "string").receive_port("In", "XMLReceive").send_port("Out");
    app.0.schemas.insert(
        "schemas/Order.xsd".into(),
        format!(
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:b='http://schemas.microsoft.com/BizTalk/2003' \
             targetNamespace='http://t' elementFormDefault='qualified'><xs:element name='Order'>{annotation}\
             <xs:complexType><xs:sequence><xs:element name='Id' type='xs:string'/>\
             <xs:element name='Status' type='xs:string'/></xs:sequence></xs:complexType></xs:element></xs:schema>"
        ),
    );
    app.with_send_port(|port| port.filter = equals("P.Status", "NEW"))
}

fn broken() -> Vec<(&'static str, Broken)> {
    let service = |app: App, state| {
        let mut app = app;
        app.0.bindings.services[0].state = state;
        app
    };
    let unpromoted = |mut app: App| {
        app.0.settings.classes[0].fields[1].promoted = None;
        app
    };
    let distinguished = "<xs:annotation><xs:appinfo><b:properties><b:property distinguished='true' \
        xpath=\"/*[local-name()='Order' and namespace-uri()='http://t']/*[local-name()='Status' and namespace-uri()='http://t']\"/>\
        </b:properties></xs:appinfo></xs:annotation>";
    let location =
        |app: App, change: fn(&mut ReceiveLocation)| app.with_receive_port(|p| change(&mut p.locations[0]));
    let in_location = |mut app: App, change: fn(&mut ReceiveLocation)| {
        change(&mut app.0.bindings.receive_ports[0].locations[0]);
        app
    };
    vec![
        (
            "a send port that is not enlisted",
            to_out(new_orders().with_send_port(|p| p.state = PortState::Bound)),
        ),
        (
            "a send port that is stopped",
            to_out(new_orders().with_send_port(|p| p.state = PortState::Stopped)),
        ),
        ("a send port group that is not enlisted", to_out(grouped(|g| g.state = PortState::Bound))),
        ("a send port group that is stopped", to_out(grouped(|g| g.state = PortState::Stopped))),
        ("a group whose only member is not enlisted", {
            to_out(grouped(|_| {}).with_send_port(|p| p.state = PortState::Bound))
        }),
        ("an orchestration that is not enlisted", to_o(service(started(), ServiceState::Bound))),
        ("an orchestration that is stopped", to_o(service(started(), ServiceState::Stopped))),
        ("a logical port that is not bound", {
            to_o(orders().orchestration(starts(activate("P", "order"))))
        }),
        ("a logical port bound to another receive port", {
            let app = orders().receive_port("Other", "XMLReceive");
            to_o(app.orchestration(starts(activate("P", "order"))).bind("O", "P", rp("Other")))
        }),
        ("a port it sends to that is not enlisted", {
            let app = sending(Binding::SpecifyLater).bind("O", "Q", sp("Out"));
            to_out(app.with_send_port(|p| p.state = PortState::Bound))
        }),
        ("a logical send port that is not bound", to_out(sending(Binding::SpecifyLater))),
        ("a message box port whose message nobody filters for", {
            let app = sending(Binding::MessageBox);
            to_out(app.with_send_port(|p| p.filter = equals("P.Id", "8")))
        }),
        ("a receive location that is disabled", to_out(in_location(new_orders(), |l| l.enabled = false))),
        ("a receive location outside its schedule", {
            to_out(in_location(new_orders(), |l| {
                l.schedule = Some(Schedule { start_date: Some("2027-01-01".into()), ..Schedule::default() });
            }))
        }),
        ("a location that does not look into its messages", {
            to_out(in_location(new_orders(), |l| l.receive_pipeline = "PassThruReceive".into()))
        }),
        ("the same before an orchestration", {
            to_o(in_location(started(), |l| l.receive_pipeline = "PassThruReceive".into()))
        }),
        ("a location that accepts other documents only", {
            let app = new_orders().class("Other", &["Id"]);
            to_out(in_location(app, |l| {
                drop(l.pipeline_properties.insert("DocumentSpecNames".into(), "T.Other".into()))
            }))
        }),
        ("a filter with another value", to_out(filtered(&[("P.Status", Equals, "\"OLD\"")]))),
        ("a filter that is a letter off", to_out(filtered(&[("P.Status", Equals, "\"New\"")]))),
        ("a filter with one wrong row of two", {
            to_out(filtered(&[("P.Id", Equals, "\"7\""), ("P.Status", Equals, "\"OLD\"")]))
        }),
        ("a filter that excludes it", to_out(filtered(&[("P.Status", NotEquals, "\"NEW\"")]))),
        ("a filter that is less than enough", to_out(filtered(&[("P.Status", LessThan, "\"NEW\"")]))),
        ("a filter that is more than enough", to_out(filtered(&[("P.Status", GreaterThan, "\"NEW\"")]))),
        ("a filter on a field that is not promoted", to_out(unpromoted(new_orders()))),
        (
            "a filter for the presence of such a field",
            to_out(unpromoted(filtered(&[("P.Status", Exists, "")]))),
        ),
        ("a filter on a property that is only written", {
            to_out(filtered(&[("BTS.ReceiveLocationName", Equals, "\"In-RL\"")]))
        }),
        ("a filter of an activation with another value", to_o(by_filter(&[("P.Status", Equals, "\"OLD\"")]))),
        ("a filter of an activation on a field not promoted", {
            to_o(unpromoted(by_filter(&[("P.Status", Equals, "\"NEW\"")])))
        }),
        ("a filter of a group with another value", to_out(grouped(|g| g.filter = equals("P.Status", "OLD")))),
        ("a send port without a filter", to_out(orders().send_port("Out"))),
        ("a field of a schema that is not promoted", to_out(by_schema(""))),
        ("a field of a schema that is distinguished only", to_out(by_schema(distinguished))),
        ("an answer whose correlation property is not promoted", {
            Broken { app: follows(&[]), act: order_and_answer, arrived: ended }
        }),
        ("an answer whose location does not look into it", {
            let app = location(follows(&["Id"]), |l| l.receive_pipeline = "PassThruReceive".into());
            Broken { app, act: order_and_answer, arrived: ended }
        }),
        ("a map that is there and not used", {
            let app = started().class("Purchase", &["Id"]).map("ToOrder", "Purchase.Id", "Order.Id");
            let act = |run: &mut VirtualRun| {
                run.submit("In-RL", xml("Purchase", &[("Id", "7")]).into_bytes());
                run.settle().unwrap();
            };
            Broken { app, act, arrived: ended }
        }),
        ("a sender that is not known", {
            to_out(new_orders().with_receive_port(|p| p.authentication = Authentication::Keep))
        }),
    ]
}

fn play(application: &Application, act: fn(&mut VirtualRun)) -> VirtualRun {
    let mut run = VirtualRun::new(application, 0).unwrap_or_else(|found| panic!("{found:#?}"));
    act(&mut run);
    run.advance(TimeSpan::from_seconds(1)).unwrap();
    run
}

/// The first fix for what happened to the last message that arrived or was sent and went nowhere.
fn first_fix(run: &VirtualRun) -> Option<why::Fix> {
    let record = run.run();
    let failed = record.events().iter().rev().find_map(|event| {
        let explained = why::delivery(record, event.seq)?;
        let nowhere = explained.delivered().next().is_none();
        (nowhere || explained.misses.first().is_some_and(|miss| miss.distance == 0)).then_some(explained)
    });
    let arrived = || record.events().iter().rev().find_map(|event| why::arrival(record, event.seq));
    let refused = arrived().filter(|arrival| !arrival.fixes.is_empty());
    match (refused, failed) {
        (Some(refused), _) => refused.all_fixes().next().cloned(),
        (None, Some(failed)) => failed.fixes().next().cloned(),
        (None, None) => None,
    }
}

#[test]
fn the_first_suggested_fix_of_each_broken_application_makes_the_message_arrive() {
    let all = broken();
    assert!(all.len() >= 30);
    let mut wrong = Vec::new();
    for (name, Broken { mut app, act, arrived }) in all {
        let run = play(&app.0, act);
        if arrived(&run) {
            wrong.push(format!("{name}: it is not broken"));
            continue;
        }
        let Some(fix) = first_fix(&run) else {
            wrong.push(format!("{name}: no fix\n{}", run.journal_text()));
            continue;
        };
        let back = match fix.edit.clone().apply(&mut app.0) {
            Ok(back) => back,
            Err(error) => {
                wrong.push(format!("{name}: {}: {error}", fix.title));
                continue;
            }
        };
        if let Err(found) = Program::compile(&app.0) {
            wrong.push(format!("{name}: {}: {found:?}", fix.title));
            continue;
        }
        let mended = play(&app.0, act);
        if !arrived(&mended) {
            wrong.push(format!("{name}: {} did not help\n{}", fix.title, mended.journal_text()));
        }
        println!("{name}: {}", fix.title);
        back.apply(&mut app.0).unwrap();
        assert!(!arrived(&play(&app.0, act)), "{name}: undone, it is broken again");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
