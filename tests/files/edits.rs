//! Each edit command: do, undo, redo.

use crate::crowded;
use orchestrion::model::edit::*;
use orchestrion::model::files::{Tree, encode};
use orchestrion::model::*;

pub const M: &str = "Manager";

pub fn bytes(application: &Application) -> Tree {
    encode(application).unwrap()
}

/// Applies `edit` to the crowded application, checks undo and redo, and returns the result.
pub fn after(edit: Edit) -> Application {
    after_on(crowded::application(), edit)
}

pub fn after_on(before: Application, edit: Edit) -> Application {
    assert!(!edit.label().is_empty());
    let mut application = before.clone();
    let inverse = edit.apply(&mut application).unwrap();
    let done = application.clone();
    assert_ne!(done, before, "the edit must change something");
    let redo = inverse.apply(&mut application).unwrap();
    assert_eq!(application, before);
    assert_eq!(bytes(&application), bytes(&before));
    redo.apply(&mut application).unwrap();
    assert_eq!(application, done);
    assert_eq!(bytes(&application), bytes(&done));
    done
}

/// The shapes of the crowded orchestration that hold others, and the first inside each.
fn holders() -> Vec<(Id, Id)> {
    let application = crowded::application();
    let shapes = application.modules[M].orchestration.as_ref().unwrap().shapes();
    let inner = |s: &Shape| s.blocks().iter().find_map(|(_, block)| Some(block.first()?.id.clone()));
    shapes.into_iter().filter_map(|s| Some((s.id.clone(), inner(s)?))).collect()
}

#[test]
fn the_way_back_from_typing_in_a_shape_holds_that_shape_alone() {
    for (outer, inner) in holders() {
        for shape in [outer, inner] {
            let mut application = crowded::application();
            let edit = Edit::RenameShape { module: M.into(), shape: shape.clone(), name: "Typed".into() };
            let Edit::Restore(parts) = edit.apply(&mut application).unwrap() else { panic!("no way back") };
            assert!(matches!(&parts[..], [Part::Shape(_, kept)] if kept.id == shape), "{parts:?}");
        }
    }
}

#[test]
fn the_way_back_from_a_change_of_a_block_holds_what_changed_in_it() {
    for (_, inner) in holders() {
        let mut application = crowded::application();
        let (block, index) = owner_of(&application, M, &inner).unwrap();
        let before = application.clone();
        let edit = Edit::DeleteShape { module: M.into(), shape: inner.clone() };
        let back = edit.apply(&mut application).unwrap();
        let Edit::Restore(parts) = &back else { panic!("no way back") };
        let [Part::Shapes { block: at, index: from, count: 0, shapes, .. }] = &parts[..] else {
            panic!("{parts:?}")
        };
        assert_eq!((at, *from, shapes.len(), &shapes[0].id), (&block, index, 1, &inner));
        let again = back.apply(&mut application).unwrap();
        assert_eq!(application, before);
        let Edit::Restore(parts) = &again else { panic!("no way forth") };
        assert!(matches!(&parts[..], [Part::Shapes { count: 1, shapes, .. }] if shapes.is_empty()));
    }
}

#[test]
fn a_burst_over_shapes_inside_each_other_goes_back_to_its_start() {
    let start = crowded::application();
    for (outer, inner) in holders() {
        let (mut application, mut history) = (start.clone(), History::default());
        for shape in [&inner, &outer, &inner] {
            let name = format!("Typed {}", history.labels().0.len());
            let edit = Edit::RenameShape { module: M.into(), shape: shape.clone(), name };
            history.apply(&mut application, edit, Some("burst")).unwrap();
        }
        while history.undo(&mut application).unwrap().is_some() {}
        assert_eq!(application, start);
    }
}

pub fn refused(edit: Edit) -> String {
    let before = crowded::application();
    let mut application = before.clone();
    let error = edit.apply(&mut application).unwrap_err();
    assert_eq!(application, before, "a refused edit changes nothing");
    assert!(!error.help.is_empty());
    format!("{}: {}", error.code, error.message)
}

pub fn m() -> String {
    M.into()
}

pub fn block(shape: &str, slot: BlockSlot) -> BlockRef {
    BlockRef::In(shape.into(), slot)
}

fn insert(block: BlockRef, index: usize, kind: ShapeKind) -> Edit {
    Edit::InsertShape { module: m(), block, index, shape: Shape { kind, ..Shape::default() } }
}

pub fn orchestration(application: &Application) -> &Orchestration {
    application.modules[M].orchestration.as_ref().unwrap()
}

pub fn shape<'a>(application: &'a Application, id: &str) -> &'a Shape {
    orchestration(application).shape(&id.into()).unwrap()
}

pub fn scope<'a>(application: &'a Application, id: &str) -> &'a Scope {
    match &shape(application, id).kind {
        ShapeKind::Scope(scope) => scope,
        other => panic!("{other:?}"),
    }
}

pub fn branches<'a>(application: &'a Application, id: &str) -> Vec<&'a str> {
    shape(application, id).kind.branches().unwrap().branches.iter().map(|b| b.id.as_str()).collect()
}

fn receive<'a>(application: &'a Application, id: &str) -> &'a Receive {
    match &shape(application, id).kind {
        ShapeKind::Receive(receive) => receive,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_shape_of_the_toolbox_is_inserted_with_names_as_biztalk_gives_them() {
    for kind in toolbox() {
        let compensates = matches!(kind, ShapeKind::Compensate(_));
        let target = if compensates { block("s7", BlockSlot::Catch("c1".into())) } else { BlockRef::Body };
        let application = after(insert(target, 1, kind.clone()));
        let added: Vec<_> = orchestration(&application)
            .shapes()
            .into_iter()
            .filter(|s| orchestration(&crowded::application()).shape(&s.id).is_none())
            .collect();
        let wrapped = matches!(kind, ShapeKind::MessageAssignment(_) | ShapeKind::Transform(_));
        assert_eq!(added.len(), 1 + usize::from(wrapped));
        let base: String = kind.label().split(' ').collect();
        let new = added.last().unwrap();
        assert_eq!(
            (new.name.clone(), new.id.as_str()),
            (format!("{base}_1"), format!("{}_1", base.to_lowercase()).as_str())
        );
    }
}

/// Given a Message Assignment or Transform that is dropped or moved outside a Construct Message, when the editor inserts
/// it, then a Construct Message is made around it; inside one, it stays alone. (G-3)
#[test]
fn c047_message_assignment_outside_a_construct_gets_one() {
    let application = after(insert(BlockRef::Body, 2, ShapeKind::MessageAssignment(Code::default())));
    let ShapeKind::Construct(construct) = &orchestration(&application).body[2].kind else { panic!() };
    assert_eq!(construct.body[0].name, "MessageAssignment_1");
    let inside =
        after(insert(block("s3", BlockSlot::Body), 1, ShapeKind::MessageAssignment(Code::default())));
    assert_eq!(find_block(&inside, M, &block("s3", BlockSlot::Body)).unwrap().len(), 3);
    let moved = after(Edit::MoveShape { module: m(), shape: "s5".into(), block: BlockRef::Body, index: 0 });
    let ShapeKind::Construct(construct) = &orchestration(&moved).body[0].kind else { panic!() };
    assert_eq!(
        (construct.messages.as_slice(), construct.body[0].id.as_str()),
        (&["Out".to_owned()][..], "s5")
    );
}

#[test]
fn new_shapes_are_numbered_on() {
    let mut application = crowded::application();
    for expected in ["Delay_1", "Delay_2"] {
        insert(BlockRef::Body, 1, ShapeKind::Delay(Code::default())).apply(&mut application).unwrap();
        assert_eq!(orchestration(&application).body[1].name, expected);
    }
    let decide =
        new_shape(&application.modules[M], toolbox().into_iter().find(|k| k.label() == "Decide").unwrap());
    let names: Vec<_> = decide.kind.branches().unwrap().branches.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["Rule_1", "Else"]);
    assert_eq!(fresh_id(&application.modules[M], "delay").as_str(), "delay_3");
    assert_eq!(fresh_name(&application.modules[M], "Port"), "Port_1");
}

#[test]
fn shapes_stand_where_they_may() {
    let no = |edit| refused(edit);
    let send = || ShapeKind::Send(Send::default());
    assert!(no(insert(block("s3", BlockSlot::Body), 0, send())).contains("holds only Message Assignment"));
    assert!(
        no(insert(block("s16", BlockSlot::Branch("b3".into())), 0, send())).contains("starts with a Receive")
    );
    after(insert(block("s16", BlockSlot::Branch("b3".into())), 1, send()));
    assert!(
        no(insert(BlockRef::Body, 0, ShapeKind::Compensate(Compensate::default())))
            .contains("only in a catch")
    );
    after(insert(BlockRef::Compensation, 0, ShapeKind::Compensate(Compensate::default())));
    assert!(
        no(insert(block("s8", BlockSlot::Body), 0, ShapeKind::Suspend(Code::default()))).contains("atomic")
    );
    after(insert(block("s8", BlockSlot::Compensation), 0, ShapeKind::Suspend(Code::default())));
    let atomic = || {
        ShapeKind::Scope(Scope { transaction: Transaction::Atomic(Atomic::default()), ..Scope::default() })
    };
    assert!(no(insert(block("s8", BlockSlot::Body), 0, atomic())).contains("no other transaction"));
    after(insert(block("s7", BlockSlot::Body), 0, atomic()));
    let activating = ShapeKind::Receive(Receive { activate: true, ..Receive::default() });
    assert!(no(insert(block("s7", BlockSlot::Catch("c1".into())), 0, activating)).contains("activate"));
    let into_itself =
        Edit::MoveShape { module: m(), shape: "s7".into(), block: block("s8", BlockSlot::Body), index: 0 };
    assert!(no(into_itself).contains("into itself"));
    assert!(no(insert(BlockRef::Body, 99, send())).contains("position"));
    assert!(no(insert(block("s99", BlockSlot::Body), 0, send())).contains("does not exist"));

    let mut nested = ShapeKind::Group(Group::default());
    for level in 0..MAX_NESTING {
        nested = ShapeKind::Group(Group {
            body: vec![Shape { id: format!("g{level}").into(), kind: nested, ..Shape::default() }],
        });
    }
    assert!(no(insert(BlockRef::Body, 0, nested)).contains("nest at most"));
}

#[test]
fn shapes_are_deleted_moved_and_renamed() {
    let application = after(Edit::DeleteShape { module: m(), shape: "s16".into() });
    assert!(orchestration(&application).shape(&"s17".into()).is_none());
    let to = block("s15", BlockSlot::Body);
    let application = after(Edit::MoveShape { module: m(), shape: "s1".into(), block: to.clone(), index: 1 });
    assert_eq!(owner_of(&application, M, &"s1".into()), Some((to, 1)));
    for id in ["s9", "b1", "c2", "k1"] {
        after(Edit::RenameShape { module: m(), shape: id.into(), name: "Other".into() });
    }
    after(Edit::SetComments { module: m(), shape: "c1".into(), comments: "new".into() });
    after(Edit::SetReportToAnalyst { module: m(), shape: "s1".into(), report: false });
    assert!(refused(Edit::DeleteShape { module: m(), shape: "s99".into() }).starts_with("M01"));
    assert!(
        refused(Edit::RenameShape { module: m(), shape: "s1".into(), name: String::new() })
            .starts_with("M03")
    );
}

#[test]
fn properties_are_replaced_as_a_whole() {
    let kind = ShapeKind::Delay(Code { text: "0".into() });
    let application = after(Edit::SetKind { module: m(), shape: "s10".into(), kind: kind.clone() });
    assert_eq!(shape(&application, "s10").kind, kind);
    assert!(refused(Edit::SetKind { module: m(), shape: "s9".into(), kind }).contains("does not become"));
    let mut listen = shape(&crowded::application(), "s16").kind.clone();
    listen.branches_mut().unwrap().branches.push(Branch::default());
    let application = after(Edit::SetKind { module: m(), shape: "s16".into(), kind: listen });
    assert_eq!(branches(&application, "s16"), ["b3", "b4", "listenbranch_1"]);
    let twice = ShapeKind::Group(Group { body: vec![Shape { id: "s1".into(), ..Shape::default() }] });
    assert!(refused(Edit::SetKind { module: m(), shape: "s24".into(), kind: twice }).contains("the id `s1`"));
}

#[test]
fn branches_come_go_and_move() {
    let add = |shape: &str, index| Edit::InsertBranch {
        module: m(),
        shape: shape.into(),
        index,
        branch: Branch::default(),
    };
    assert_eq!(branches(&after(add("s16", 0)), "s16"), ["listenbranch_1", "b3", "b4"]);
    assert_eq!(branches(&after(add("s2", 9)), "s2"), ["b1", "rule_1", "b2"], "else stays last");
    assert!(refused(add("s1", 0)).contains("no branches"));
    let delete = |id: &str| Edit::DeleteBranch { module: m(), branch: id.into() };
    assert_eq!(branches(&after(delete("b5")), "s19"), ["b6"]);
    assert!(refused(delete("b2")).contains("else branch"));
    let to = |id: &str, index| Edit::MoveBranch { module: m(), branch: id.into(), index };
    assert_eq!(branches(&after(to("b5", 1)), "s19"), ["b6", "b5"]);
    assert!(refused(to("b1", 1)).contains("stays the last"));
    after(Edit::SetCondition { module: m(), branch: "b1".into(), condition: "true".into() });
}

#[test]
fn catch_and_compensation_blocks_come_go_and_move() {
    let add = Edit::InsertCatch { module: m(), scope: "s7".into(), index: 1, catch: Catch::default() };
    let ids = |a: &Application| scope(a, "s7").catches.iter().map(|c| c.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&after(add)), ["c1", "catchexception_1", "c2", "c3"]);
    assert_eq!(ids(&after(Edit::DeleteCatch { module: m(), catch: "c2".into() })), ["c1", "c3"]);
    assert_eq!(
        ids(&after(Edit::MoveCatch { module: m(), catch: "c3".into(), index: 0 })),
        ["c3", "c1", "c2"]
    );
    let exception = CatchType::Exception("System.Exception".into());
    after(Edit::SetCatch { module: m(), catch: "c3".into(), exception, variable: "e".into() });
    let twice = Edit::AddCompensation { module: m(), scope: Some("s8".into()) };
    assert!(refused(twice.clone()).contains("already"));
    let without = after(Edit::DeleteCompensation { module: m(), scope: Some("s8".into()) });
    assert_eq!(scope(&after_on(without, twice), "s8").compensation.as_ref().unwrap().name, "Compensation_2");
    let without = after(Edit::DeleteCompensation { module: m(), scope: None });
    after_on(without, Edit::AddCompensation { module: m(), scope: None });
}

#[test]
fn connectors_and_correlation_sets_attach_and_detach() {
    let connect = Edit::Connect {
        module: m(),
        shape: "s17".into(),
        port: "Ask".into(),
        operation: "Do".into(),
        leg: Leg::Response,
    };
    assert_eq!(receive(&after(connect), "s17").port, "Ask");
    let disconnect = Edit::Connect {
        module: m(),
        shape: "s23".into(),
        port: String::new(),
        operation: String::new(),
        leg: Leg::Request,
    };
    after(disconnect);
    let correlate = |usage| Edit::Correlate { module: m(), shape: "s17".into(), set: "Orders".into(), usage };
    let application = after(correlate(CorrelationUse::Initialize));
    let r = receive(&application, "s17");
    assert_eq!((r.initializes.as_slice(), r.follows.as_slice()), (&["Orders".to_owned()][..], &[][..]));
    let detach = |set: &str| Edit::Uncorrelate { module: m(), shape: "s17".into(), set: set.into() };
    assert!(receive(&after(detach("Orders")), "s17").follows.is_empty());
    assert!(refused(detach("Stages")).starts_with("M01"));
}

fn declaration(kind: DeclarationKind, name: &str) -> Declaration {
    let name = name.to_owned();
    match kind {
        DeclarationKind::PortType => Declaration::PortType(PortType { name, ..Default::default() }),
        DeclarationKind::MultipartType => {
            Declaration::MultipartType(MultipartType { name, ..Default::default() })
        }
        DeclarationKind::CorrelationType => {
            Declaration::CorrelationType(CorrelationType { name, ..Default::default() })
        }
        DeclarationKind::RoleLinkType => {
            Declaration::RoleLinkType(RoleLinkType { name, ..Default::default() })
        }
        DeclarationKind::WebMessageType => {
            Declaration::WebMessageType(WebMessageType { name, ..Default::default() })
        }
        DeclarationKind::Port => Declaration::Port(Port { name, ..Default::default() }),
        DeclarationKind::RoleLink => Declaration::RoleLink(RoleLink { name, ..Default::default() }),
        DeclarationKind::Message => Declaration::Message(Message { name, ..Default::default() }),
        DeclarationKind::Variable => Declaration::Variable(Variable { name, ..Default::default() }),
        DeclarationKind::CorrelationSet => {
            Declaration::CorrelationSet(CorrelationSet { name, ..Default::default() })
        }
        DeclarationKind::Parameter => Declaration::Parameter(Parameter {
            direction: Direction::In,
            kind: ParameterKind::Message(Message { name, ..Default::default() }),
        }),
    }
}

pub const DECLARATIONS: [(DeclarationKind, &str, &str); 11] = [
    (DeclarationKind::PortType, "Types", "OrderPort"),
    (DeclarationKind::MultipartType, "Types", "OrderMessage"),
    (DeclarationKind::CorrelationType, "Types", "OrderCorrelation"),
    (DeclarationKind::RoleLinkType, "Types", "Supply"),
    (DeclarationKind::WebMessageType, "Types", "Web"),
    (DeclarationKind::Port, M, "Ask"),
    (DeclarationKind::RoleLink, M, "Suppliers"),
    (DeclarationKind::Message, M, "Request"),
    (DeclarationKind::Variable, M, "total"),
    (DeclarationKind::CorrelationSet, M, "Orders"),
    (DeclarationKind::Parameter, M, "tries"),
];

#[test]
fn every_kind_is_declared_redeclared_moved_and_removed() {
    for (kind, module, name) in DECLARATIONS {
        let module = module.to_owned();
        let new = declaration(kind, "Fresh");
        let added =
            after(Edit::Declare { module: module.clone(), scope: None, index: 0, declaration: new.clone() });
        let (scope, name) = (None, name.to_owned());
        let moved = Edit::MoveDeclaration {
            module: module.clone(),
            scope: scope.clone(),
            kind,
            name: "Fresh".into(),
            index: 9,
        };
        after_on(added.clone(), moved);
        let clash = declaration(kind, &name);
        let mut application = added;
        assert_eq!(
            Edit::Redeclare { module: module.clone(), scope: None, name: "Fresh".into(), declaration: clash }
                .apply(&mut application)
                .unwrap_err()
                .code,
            "M03"
        );
        let renamed =
            Edit::Redeclare { module: module.clone(), scope: None, name: name.clone(), declaration: new };
        assert!(renamed.label().starts_with("Rename "));
        after(renamed);
        after(Edit::Undeclare { module: module.clone(), scope, kind, name });
        let missing = Edit::Undeclare { module, scope: None, kind, name: "Nothing".into() };
        assert!(refused(missing).starts_with("M01"));
    }
}

#[test]
fn scopes_declare_messages_variables_and_sets() {
    for kind in [DeclarationKind::Message, DeclarationKind::Variable, DeclarationKind::CorrelationSet] {
        let declare = |name| Edit::Declare {
            module: m(),
            scope: Some("s7".into()),
            index: 9,
            declaration: declaration(kind, name),
        };
        after(declare("Inner"));
        assert!(refused(declare("Request")).contains("already taken"), "SCP-4: no name hiding");
    }
    let port = declaration(DeclarationKind::Port, "P");
    let refusal =
        refused(Edit::Declare { module: m(), scope: Some("s7".into()), index: 0, declaration: port });
    assert!(refusal.contains("declares no port"));
}

fn renamed(module: &str, name: &str, declaration: Declaration) -> Application {
    after(Edit::Redeclare { module: module.into(), scope: None, name: name.into(), declaration })
}

fn text(application: &Application) -> String {
    bytes(application).into_values().map(|b| String::from_utf8(b).unwrap()).collect()
}

#[test]
fn a_renamed_port_is_renamed_where_it_is_used() {
    let port = orchestration(&crowded::application()).port("Out").unwrap().clone();
    let application = renamed(M, "Out", Declaration::Port(Port { name: "Results".into(), ..port }));
    let ShapeKind::Send(send) = &shape(&application, "s23").kind else { panic!() };
    assert_eq!(
        (send.port.as_str(), send.message.as_str()),
        ("Results", "Out"),
        "the message of that name stays"
    );
    let service = application.bindings.service("Crowded.Manager").unwrap();
    assert!(service.ports.contains_key("Results") && !service.ports.contains_key("Out"));
    let port = orchestration(&crowded::application()).port("Ask").unwrap().clone();
    let application = renamed(M, "Ask", Declaration::Port(Port { name: "Question".into(), ..port }));
    let CatchType::Fault { port, .. } = &scope(&application, "s7").catches[0].exception else { panic!() };
    assert_eq!(port, "Question");
}

#[test]
fn a_renamed_message_is_renamed_in_shapes_and_expressions() {
    let application = renamed(M, "Request", declaration(DeclarationKind::Message, "Query"));
    assert_eq!(receive(&application, "s1").message, "Query");
    let ShapeKind::Decide(decide) = &shape(&application, "s2").kind else { panic!() };
    assert_eq!(decide.branches[0].condition, "count > 0 && Query.Text == \"x\"");
    let ShapeKind::Call(call) = &shape(&application, "s20").kind else { panic!() };
    assert_eq!(call.arguments[0].name, "Query");
}

#[test]
fn renamed_types_and_sets_reach_every_module() {
    let types = &crowded::application().modules["Types"];
    let port_type = PortType { name: "Traffic".into(), ..types.port_types[0].clone() };
    let application = renamed("Types", "OrderPort", Declaration::PortType(port_type));
    assert_eq!(application.modules["Types"].role_link_types[0].roles[0].port_types, ["Traffic"]);
    let mut qualified = crowded::application();
    let manager = qualified.modules.get_mut(M).unwrap().orchestration.as_mut().unwrap();
    manager.ports[0].port_type = "Crowded.OrderPort".into();
    let rename = |name: &str| Edit::Redeclare {
        module: "Types".into(),
        scope: None,
        name: "OrderPort".into(),
        declaration: declaration(DeclarationKind::PortType, name),
    };
    assert_eq!(orchestration(&after_on(qualified, rename("Traffic"))).ports[0].port_type, "Crowded.Traffic");

    let application = renamed(M, "Orders", declaration(DeclarationKind::CorrelationSet, "Keys"));
    assert_eq!(receive(&application, "s1").initializes, ["Keys"]);
    assert_eq!(receive(&application, "s17").follows, ["Keys"]);
}

#[test]
fn a_renamed_operation_is_renamed_on_ports_of_its_type() {
    let mut before = crowded::application();
    let manager = before.modules.get_mut(M).unwrap().orchestration.as_mut().unwrap();
    manager.ports[0].port_type = "Crowded.OrderPort".into();
    let rename = |operation: &str, name: &str| Edit::RenameOperation {
        module: "Types".into(),
        port_type: "OrderPort".into(),
        operation: operation.into(),
        name: name.into(),
    };
    let application = after_on(before, rename("Do", "Submit"));
    assert_eq!(receive(&application, "s1").operation, "Submit");
    let ShapeKind::Send(send) = &shape(&application, "s23").kind else { panic!() };
    assert_eq!(send.operation, "Do", "a port of another type keeps its operation");
    assert!(refused(rename("Nothing", "X")).starts_with("M01"));
}

#[test]
fn orchestrations_namespaces_and_modules_are_renamed() {
    let mut properties = OrchestrationProperties::of(orchestration(&crowded::application()));
    properties.name = "Boss".into();
    let application = after(Edit::SetOrchestration { module: m(), properties: properties.clone() });
    assert!(application.bindings.service("Crowded.Boss").is_some());
    properties.name = String::new();
    assert!(refused(Edit::SetOrchestration { module: m(), properties }).starts_with("M03"));
    let properties = OrchestrationProperties { name: "Stage".into(), ..Default::default() };
    let application = after(Edit::SetOrchestration { module: "Types".into(), properties });
    let moved = |module: &str| Edit::SetNamespace {
        module: module.into(),
        namespace: "Elsewhere".into(),
        target_xml_namespace: "urn:x".into(),
    };
    let application = after_on(application, moved("Types"));
    assert!(text(&application).contains("orchestration: \"Elsewhere.Stage\""));
    assert!(text(&application).contains("role_link_type: \"Elsewhere.Supply\""));
    after(Edit::RenameModule { module: m(), name: "Boss".into() });
    after(Edit::DeleteModule { module: m() });
    after(Edit::AddModule { module: "New".into(), content: Box::default() });
    assert!(refused(Edit::RenameModule { module: m(), name: "types".into() }).starts_with("M03"));
}

#[test]
fn physical_elements_are_added_renamed_and_deleted() {
    let bindings = crowded::application().bindings;
    let group = SendPortGroup { name: "Everyone".into(), ..bindings.send_port_groups[0].clone() };
    let receive_port = ReceivePort { name: "Gate".into(), ..bindings.receive_ports[0].clone() };
    let send_port = SendPort { name: "Answers".into(), ..bindings.send_ports[0].clone() };
    let party = Party { name: "Contoso".into(), ..Party::default() };
    let service = ServiceBinding { orchestration: "Crowded.Other".into(), ..ServiceBinding::default() };
    let renames = [
        (Physical::SendPortGroup(group), "All"),
        (Physical::ReceivePort(receive_port), "Orders"),
        (Physical::SendPort(send_port.into()), "Acks"),
        (Physical::Party(party), "Fabrikam"),
        (Physical::Service(service), "Crowded.Manager"),
    ];
    for (element, old) in renames {
        let (kind, name) = (element.kind(), element.name().to_owned());
        after(Edit::SetPhysical { replaces: None, element: element.clone() });
        let application = after(Edit::SetPhysical { replaces: Some(old.into()), element: element.clone() });
        let service = application.bindings.services.iter().flat_map(|s| s.ports.values());
        let uses = service.filter(|p| matches!(p, PortBinding::ReceivePort(n) | PortBinding::SendPort(n) | PortBinding::SendPortGroup(n) if *n == name));
        let bound =
            matches!(kind, PhysicalKind::ReceivePort | PhysicalKind::SendPort | PhysicalKind::SendPortGroup);
        assert_eq!(uses.count(), usize::from(bound), "{kind:?}");
        let mut twice = application.clone();
        assert!(Edit::SetPhysical { replaces: None, element }.apply(&mut twice).is_err());
        after(Edit::DeletePhysical { kind, name: old.into() });
        assert!(refused(Edit::DeletePhysical { kind, name: "Nothing".into() }).starts_with("M01"));
    }
}

#[test]
fn ports_are_bound_and_whole_parts_set() {
    let bind = |port: &str| Edit::BindPort { module: m(), port: port.into(), binding: Binding::MessageBox };
    assert_eq!(
        orchestration(&after(bind("Given_Port"))).port("Given_Port").unwrap().binding,
        Binding::MessageBox
    );
    assert!(refused(bind("Nothing")).starts_with("M01"));
    let application = after(Edit::RenameMap { name: "OrderToAck".into(), to: "Answer".into() });
    assert!(!text(&application).contains("OrderToAck"));
    let (path, to) = ("schemas/Order.xsd".to_owned(), "schemas/Purchase.xsd".to_owned());
    let mut before = crowded::application();
    before.schemas.insert(path.clone(), "<schema/>".into());
    let home = before.modules.get_mut(&m()).unwrap();
    home.multipart_types.push(MultipartType {
        name: "Whole".into(),
        parts: vec![PartDeclaration { part_type: "Order".into(), ..PartDeclaration::default() }],
        ..MultipartType::default()
    });
    home.orchestration.as_mut().unwrap().messages[0].message_type = "Order".into();
    let types = [("Order".to_owned(), "Purchase".to_owned())].into();
    let renamed = after_on(before.clone(), Edit::RenameSchema { path: path.clone(), to: to.clone(), types });
    assert!(renamed.schemas.contains_key(&to) && !renamed.schemas.contains_key(&path));
    assert_eq!(renamed.modules[&m()].multipart_types.last().unwrap().parts[0].part_type, "Purchase");
    assert_eq!(orchestration(&renamed).messages[0].message_type, "Purchase");
    let onto = Edit::RenameSchema { path: path.clone(), to: path, types: [].into() };
    assert_eq!(onto.apply(&mut before).unwrap_err().code, "M03");
    for part in [
        Part::Settings(Settings::default()),
        Part::Bindings(Bindings::default()),
        Part::Partners(Vec::new()),
        Part::Map("OrderToAck".into(), None),
        Part::Schema("schemas/New.xsd".into(), Some("<schema/>".into())),
        Part::Message("messages/order.xml".into(), Some("<Other/>".into())),
        Part::Module(m(), None),
    ] {
        after(Edit::Set(part));
    }
}

#[test]
fn a_batch_is_all_or_nothing() {
    let delete = |id: &str| Edit::DeleteShape { module: m(), shape: id.into() };
    let batch = |ids: &[&str]| Edit::Batch {
        label: "Clear".into(),
        edits: ids.iter().map(|id| delete(id)).collect(),
    };
    after(batch(&["s1", "s2"]));
    assert!(refused(batch(&["s1", "s1"])).starts_with("M01"));
}

#[test]
fn an_edit_is_plain_data() {
    let edit = Edit::Batch {
        label: "All".into(),
        edits: vec![
            insert(block("s7", BlockSlot::Catch("c1".into())), 0, ShapeKind::Suspend(Code::default())),
            Edit::Set(Part::Bindings(crowded::application().bindings)),
        ],
    };
    let text = ron::to_string(&edit).unwrap();
    assert_eq!(ron::from_str::<Edit>(&text).unwrap(), edit);
}

#[test]
fn typing_in_one_field_is_one_step() {
    let mut application = crowded::application();
    let start = application.clone();
    let mut history = History::default();
    let typed = |name: &str| Edit::RenameShape { module: m(), shape: "s1".into(), name: name.into() };
    let saved = history.state();
    for name in ["R", "Re", "Rec"] {
        history.apply(&mut application, typed(name), Some("s1.name")).unwrap();
    }
    history.apply(&mut application, typed("Rec"), Some("s1.name")).unwrap();
    history.seal();
    history.apply(&mut application, typed("Receive"), Some("s1.name")).unwrap();
    let done = application.clone();
    assert_eq!(history.undo_label(), Some("Rename to Receive"));
    assert_ne!(history.state(), saved);
    assert_eq!(history.undo(&mut application).unwrap().as_deref(), Some("Rename to Receive"));
    assert_eq!(shape(&application, "s1").name, "Rec");
    assert!(history.undo(&mut application).unwrap().is_some());
    assert_eq!((&application, history.state()), (&start, saved));
    assert_eq!(history.undo(&mut application).unwrap(), None);
    assert!(history.redo_label().is_some());
    while history.redo(&mut application).unwrap().is_some() {}
    assert_eq!(application, done);
}

#[test]
fn history_is_bounded_and_an_edit_cuts_what_was_undone() {
    let mut application = crowded::application();
    let mut history = History::new(2);
    let typed = |name: &str| Edit::RenameShape { module: m(), shape: "s1".into(), name: name.into() };
    for name in ["A", "B", "C"] {
        history.apply(&mut application, typed(name), None).unwrap();
    }
    while history.undo(&mut application).unwrap().is_some() {}
    assert_eq!(shape(&application, "s1").name, "A");
    history.apply(&mut application, typed("D"), None).unwrap();
    assert_eq!(history.redo(&mut application).unwrap(), None);
}

#[test]
fn a_renamed_version_leaves_the_other_one_alone() {
    let mut application = crowded::application();
    let mut second = application.modules[M].clone();
    second.version = "2.0.0.0".into();
    application.modules.insert("Manager2".into(), second);
    let mut service = application.bindings.service("Crowded.Manager").unwrap().clone();
    service.orchestration = "Crowded.Manager, Version=2.0".into();
    application.bindings.services.push(service);
    let mut properties = OrchestrationProperties::of(orchestration(&application));
    properties.name = "Boss".into();
    let edit = Edit::SetOrchestration { module: "Manager2".into(), properties };
    edit.apply(&mut application).unwrap();
    for name in ["Crowded.Manager", "Crowded.Boss, Version=2.0"] {
        assert!(application.bindings.service(name).is_some(), "{name}");
    }
    let edit = Edit::SetNamespace {
        module: "Manager2".into(),
        namespace: "Elsewhere".into(),
        target_xml_namespace: String::new(),
    };
    edit.apply(&mut application).unwrap();
    assert!(application.bindings.service("Elsewhere.Boss, Version=2.0").is_some());
    assert!(application.bindings.service("Crowded.Manager").is_some());
}

#[test]
fn what_lies_between_two_applications_makes_one_of_the_other() {
    let (full, empty) = (crowded::application(), Application::default());
    for (before, after) in [(&full, &empty), (&empty, &full)] {
        let edits = Part::between(before, after).into_iter().map(Edit::Set).collect();
        let made = after_on(before.clone(), Edit::Batch { label: "All of it".into(), edits });
        assert_eq!(made, *after);
    }
    assert_eq!(Part::between(&full, &full), []);
}
