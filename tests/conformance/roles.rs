//! Role links: parties in place of physical ports (section 2.8), and senders that are known (RX-6).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::instance::Status;
use orchestrion::engine::{InputKind, Operation};
use orchestrion::message::Name;
use orchestrion::model::{
    Authentication, Binding, Block, Direction, Enlistment, Message, ParameterKind, Party, PartyAlias,
    Polarity, Role, RoleLink, RoleLinkType,
};

/// `Party` in an expression.
const PARTY: &str = "Microsoft.XLANGs.BaseTypes.Party";

/// An orchestration with the links `Supplier` and `Buyer` of the type `Trade`: suppliers take Orders, buyers take Acks.
fn trading(supplier: Polarity, buyer: Polarity, body: Block) -> App {
    let link = |role: &str, polarity, initiating| RoleLink {
        name: role.into(),
        role_link_type: "T.Trade".into(),
        role: role.into(),
        polarity,
        initiating,
        ..Default::default()
    };
    let mut o = orch("O")
        .port("In", IN, "Order", Binding::SpecifyLater)
        // Their port types are those of the roles.
        .port("Orders", OUT, "Order", Binding::MessageBox)
        .port("Acks", OUT, "Ack", Binding::MessageBox)
        .message("M", "Order")
        .message("A", "Ack");
    o.o.ports.truncate(1);
    o.o.role_links = vec![link("Supplier", supplier, true), link("Buyer", buyer, false)];
    let mut app = app()
        .class("Order", &["Id", "To"])
        .class("Ack", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("R2", "XMLReceive")
        .send_port("ToA")
        .send_port("ToB")
        .orchestration(o.body(body))
        .bind("O", "In", rp("R"));
    let role = |name: &str, port_type: &str| Role {
        name: name.into(),
        port_types: vec![port_type.into()],
        ..Default::default()
    };
    app.0.modules.get_mut("O").unwrap().role_link_types.push(RoleLinkType {
        name: "Trade".into(),
        id: "trade".into(),
        roles: vec![role("Supplier", "OOrdersType"), role("Buyer", "OAcksType")],
        ..Default::default()
    });
    for (name, port) in [("A", "ToA"), ("B", "ToB")] {
        let enlisted = |role: &str, port_type: &str| Enlistment {
            role_link_type: "T.Trade".into(),
            role: role.into(),
            ports: [(port_type.into(), port.into())].into(),
        };
        let alias = PartyAlias {
            qualifier: "WindowsUser".into(),
            value: format!("{name}-user"),
            ..Default::default()
        };
        app.0.bindings.parties.push(Party {
            name: name.into(),
            aliases: vec![alias],
            enlistments: vec![enlisted("Supplier", "OOrdersType"), enlisted("Buyer", "OAcksType.Op")],
            ..Default::default()
        });
    }
    app
}

/// Sends the Order on to the supplier whose name it carries.
fn buying() -> World {
    let choose = format!(
        "Supplier(Microsoft.XLANGs.BaseTypes.DestinationParty) = new {PARTY}(M.To, \"OrganizationName\");"
    );
    let order = send("Supplier", "M").edit_send(|s| s.role_port_type = "T.OOrdersType".into());
    World::new(trading(OUT, OUT, vec![activate("In", "M"), expression("choose", &choose), order]))
}

fn order_to(party: &str) -> String {
    xml("Order", &[("Id", "7"), ("To", party)])
}

/// A consumer that initiates names the destination party of its role link; the message leaves through the send port with
/// which that party is enlisted in the role for the port type. A party that is not known raises an exception (RLK-3).
#[test]
fn rlk_3_the_destination_party_decides_where_a_message_goes() {
    let mut world = buying();
    world.receive("R", &order_to("A"));
    world.receive("R", &order_to("B"));
    assert_eq!((world.sent("ToA").len(), world.sent("ToB").len()), (1, 1), "{:?}", world.exceptions());
    world.receive("R", &order_to("C"));
    assert!(world.exceptions().iter().any(|e| e.contains("no party C")), "{:?}", world.exceptions());
}

/// Without a destination party the send raises an exception; assigning one twice does too (RLK-3).
#[test]
fn rlk_3_the_destination_party_is_assigned_exactly_once() {
    let assign = format!(
        "Supplier(Microsoft.XLANGs.BaseTypes.DestinationParty) = new {PARTY}(\"A\", \"OrganizationName\");"
    );
    for (times, error) in [(0, "has no DestinationParty"), (2, "is set already")] {
        let mut body = vec![activate("In", "M")];
        body.extend((0..times).map(|n| expression(&format!("assign {n}"), &assign)));
        body.push(send("Supplier", "M").edit_send(|s| s.role_port_type = "OOrdersType".into()));
        let mut world = World::new(trading(OUT, OUT, body));
        world.receive("R", &order_to("A"));
        assert!(world.exceptions().iter().any(|e| e.contains(error)), "{:?}", world.exceptions());
        assert!(world.sent.is_empty());
    }
}

/// A party is enlisted in a role, with its send ports, while the orchestrations run (RLK-5).
#[test]
fn rlk_5_a_party_is_enlisted_at_run_time() {
    let enlist = |ports: &[(&str, &str)]| Operation::EnlistParty {
        party: Name::new("A"),
        role_link_type: Name::new("T.Trade"),
        role: Name::new("Supplier"),
        ports: ports.iter().map(|(t, p)| ((*t).into(), (*p).into())).collect(),
    };
    let mut world = buying();
    world.operate(enlist(&[]));
    world.receive("R", &order_to("A"));
    assert!(world.exceptions().iter().any(|e| e.contains("A is not enlisted")), "{:?}", world.exceptions());
    world.operate(enlist(&[("OOrdersType", "Nowhere")]));
    assert!(world.refused().contains("no send port Nowhere"), "{}", world.refused());
    world.operate(enlist(&[("OOrdersType", "ToB")]));
    world.receive("R", &order_to("A"));
    assert_eq!((world.sent("ToA").len(), world.sent("ToB").len()), (0, 1));
}

/// A provider learns from the message who sent it, by party resolution; the link it answers through gets that party as
/// destination from the engine (RLK-4).
#[test]
fn rlk_4_a_provider_answers_the_party_that_sent() {
    let receive = receive("Supplier", "M").edit_receive(|r| {
        r.activate = true;
        r.role_port_type = "OOrdersType".into();
    });
    let tell = "System.Diagnostics.EventLog.WriteEntry(\"T\", Supplier(Microsoft.XLANGs.BaseTypes.SourceParty).Name);";
    let body = vec![
        receive,
        expression("tell", tell),
        construct("A", "A = new T.Ack(); A.Id = M.Id;"),
        send("Buyer", "A").edit_send(|s| s.role_port_type = "OAcksType".into()),
    ];
    let app = trading(IN, OUT, body).bind("O", "Supplier.OOrdersType", rp("R2"));
    let mut world = World::new(app);
    world.input(InputKind::Received {
        location: Name::new("R2-RL"),
        body: order_to("x").as_bytes().into(),
        properties: vec![(Name::new("BTS.WindowsUser"), "B-user".into())],
    });
    world.settle();
    assert_eq!(world.logged(), ["B"]);
    assert_eq!((world.sent("ToA").len(), world.sent("ToB").len()), (0, 1), "{:?}", world.exceptions());
}

/// A role link passed to a called orchestration takes its destination party along, and brings one assigned there back
/// (RLK-3, CAL-3).
#[test]
fn a_called_orchestration_sends_to_the_party_of_the_role_link_it_is_given() {
    for assigns in ["caller", "callee"] {
        let choose = format!(
            "Supplier(Microsoft.XLANGs.BaseTypes.DestinationParty) = new {PARTY}(\"B\", \"OrganizationName\");"
        );
        let choose = || expression("choose", &choose);
        let order = || send("Supplier", "M").edit_send(|s| s.role_port_type = "T.OOrdersType".into());
        let chosen = |by: &str| (assigns == by).then(choose);
        let arguments = [("Supplier", Direction::In), ("M", Direction::In)];
        let body = [
            Some(activate("In", "M")),
            chosen("caller"),
            Some(call("pass", "Inner", &arguments)),
            Some(order()),
        ];
        let mut app = trading(OUT, OUT, body.into_iter().flatten().collect());
        let link = app.0.modules["O"].orchestration.as_ref().unwrap().role_links[0].clone();
        let message = Message { name: "M".into(), message_type: "T.Order".into(), ..Default::default() };
        app = app.orchestration(
            orch("Inner")
                .parameter(Direction::In, ParameterKind::RoleLink(link))
                .parameter(Direction::In, ParameterKind::Message(message))
                .body([chosen("callee"), Some(order())].into_iter().flatten().collect()),
        );
        let mut world = World::new(app);
        world.receive("R", &order_to("x"));
        assert_eq!(world.sent("ToB").len(), 2, "{assigns}: {:?}", world.exceptions());
    }
}

/// A receive port that drops unauthenticated messages loses those of unknown senders, with a warning; one that keeps them
/// suspends them, resumable; messages of known parties pass (RX-6).
#[test]
fn rx_6_messages_of_unknown_senders_are_dropped_or_kept() {
    for (authentication, passed, kept) in
        [(Authentication::None, 2, 0), (Authentication::Drop, 1, 0), (Authentication::Keep, 1, 1)]
    {
        let app = trading(OUT, OUT, vec![activate("In", "M")])
            .receive_port("Gate", "XMLReceive")
            .with_receive_port(|port| port.authentication = authentication)
            .send_port("Through")
            .with_send_port(|port| port.filter = equals("BTS.ReceivePortName", "Gate"));
        let mut world = World::new(app);
        for user in ["A-user", "nobody"] {
            world.input(InputKind::Received {
                location: Name::new("Gate-RL"),
                body: order_to("x").as_bytes().into(),
                properties: vec![(Name::new("BTS.WindowsUser"), user.into())],
            });
            world.settle();
        }
        assert_eq!(
            (world.sent("Through").len(), world.at_port("Gate").len()),
            (passed, kept),
            "{authentication:?}"
        );
        assert_eq!(world.logged().len(), usize::from(authentication == Authentication::Drop));
        assert!(world.at_port("Gate").iter().all(|i| i.status == Status::SuspendedResumable));
    }
}

#[test]
fn the_checker_finds_nothing_wrong_with_role_links() {
    let receive = receive("Supplier", "M").edit_receive(|r| {
        r.activate = true;
        r.role_port_type = "OOrdersType".into();
    });
    let body = vec![
        receive,
        construct("A", "A = new T.Ack(); A.Id = M.Id;"),
        send("Buyer", "A").edit_send(|s| s.role_port_type = "OAcksType".into()),
    ];
    let app = trading(IN, OUT, body).bind("O", "Supplier.OOrdersType", rp("R2"));
    let found = orchestrion::findings::all(&app.0);
    let errors: Vec<String> = found
        .iter()
        .filter(|d| d.severity == orchestrion::diagnostic::Severity::Error)
        .map(ToString::to_string)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
