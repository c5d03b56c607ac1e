//! Edits that reach several shapes or the structure around them: do, undo, redo, and what they refuse.

use crate::crowded;
use crate::edits::{M, after, after_on, block, branches, m, orchestration, refused, scope, shape};
use orchestrion::model::edit::*;
use orchestrion::model::*;

fn ids(all: &[&str]) -> Vec<Id> {
    all.iter().map(|id| Id::from(*id)).collect()
}

fn names(application: &Application, at: &BlockRef) -> Vec<String> {
    find_block(application, M, at).unwrap().iter().map(|s| s.id.to_string()).collect()
}

fn fresh(kind: &str) -> Shape {
    let kind = toolbox().into_iter().find(|k| k.label() == kind).unwrap();
    Shape { kind, ..Shape::default() }
}

fn wrap(shapes: &[&str], kind: &str) -> Edit {
    Edit::Wrap { module: m(), shapes: ids(shapes), container: fresh(kind) }
}

fn convert(shape: &str, kind: &str) -> Edit {
    Edit::Convert { module: m(), shape: shape.into(), kind: fresh(kind).kind }
}

fn kind_after(id: &str, kind: &str) -> ShapeKind {
    shape(&after(convert(id, kind)), id).kind.clone()
}

#[test]
fn several_shapes_move_together_in_drawn_order() {
    let into = block("s24", BlockSlot::Body);
    let edit =
        Edit::MoveShapes { module: m(), shapes: ids(&["s23", "s6", "s22"]), block: into.clone(), index: 0 };
    assert_eq!(names(&after(edit), &into), ["s6", "s22", "s23"]);
    let down = Edit::MoveShapes { module: m(), shapes: ids(&["s1", "s15"]), block: BlockRef::Body, index: 6 };
    let moved = after(down);
    assert_eq!(names(&moved, &BlockRef::Body), ["s2", "s7", "s19", "s22", "s1", "s15", "s23", "s24"]);
    let inner =
        Edit::MoveShapes { module: m(), shapes: ids(&["s16", "s15"]), block: BlockRef::Body, index: 0 };
    let moved = after(inner);
    assert_eq!(names(&moved, &BlockRef::Body)[0], "s15");
    assert_eq!(
        names(&moved, &block("s15", BlockSlot::Body)),
        ["s16"],
        "an inner shape goes with the outer one"
    );
}

#[test]
fn shapes_do_not_move_into_themselves_or_where_they_may_not_stand() {
    let to = |shapes: &[&str], block| Edit::MoveShapes { module: m(), shapes: ids(shapes), block, index: 0 };
    let inside = to(&["s1", "s15"], block("s16", BlockSlot::Branch("b3".into())));
    assert!(refused(inside).contains("into itself"));
    assert!(refused(to(&["s23"], block("s3", BlockSlot::Body))).contains("holds only Message Assignment"));
    assert!(refused(to(&["b1"], BlockRef::Body)).starts_with("M01"));
    assert!(refused(to(&[], BlockRef::Body)).starts_with("M01"));
}

#[test]
fn several_elements_are_deleted_in_one_step() {
    let delete = |all: &[&str]| Edit::DeleteElements { module: m(), elements: ids(all) };
    let less = after(delete(&["s1", "b5", "c2", "k1", "s13"]));
    assert!(orchestration(&less).shape(&"s1".into()).is_none());
    assert_eq!(branches(&less, "s19"), ["b6"]);
    let scope = scope(&less, "s7");
    assert_eq!(scope.catches.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["c1", "c3"]);
    assert!(scope.compensation.is_none() && scope.catches[1].body.is_empty());
    assert!(
        after(delete(&["s2", "b2"])).modules[M].orchestration.as_ref().unwrap().shape(&"s6".into()).is_none()
    );
    assert!(refused(delete(&["b2"])).contains("else branch"));
    assert!(refused(delete(&["nowhere"])).starts_with("M01"));
}

#[test]
fn shapes_side_by_side_are_wrapped() {
    for kind in ["Scope", "Group", "Loop", "Decide", "Parallel Actions"] {
        let edited = after(wrap(&["s23", "s22"], kind));
        let all = names(&edited, &BlockRef::Body);
        let around = &orchestration(&edited).body[5];
        assert_eq!((all.len(), around.kind.label()), (7, kind));
        let (_, first) = around.blocks().remove(0);
        assert_eq!(first.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["s22", "s23"]);
    }
}

#[test]
fn a_wrap_is_refused_where_the_result_may_not_stand() {
    assert!(refused(wrap(&["s1", "s7"], "Scope")).contains("side by side"));
    assert!(refused(wrap(&["s1", "s6"], "Scope")).contains("side by side"));
    assert!(refused(wrap(&["s17"], "Group")).contains("starts with a Receive or a Delay"));
    assert!(refused(wrap(&["s4"], "Group")).contains("Construct Message"));
    assert!(refused(wrap(&["s22"], "Listen")).contains("starts with a Receive or a Delay"));
    assert!(refused(wrap(&["s22"], "Send")).contains("holds no shapes"));
}

#[test]
fn unwrapping_leaves_the_shapes_in_the_place_of_the_container() {
    let unwrap = |id: &str| Edit::Unwrap { module: m(), shape: id.into() };
    let edited = after(unwrap("s15"));
    assert_eq!(names(&edited, &BlockRef::Body)[3], "s16");
    assert!(!names(&after(unwrap("s24")), &BlockRef::Body).contains(&"s24".to_owned()));
    assert!(refused(unwrap("s2")).contains("hold shapes"));
    assert!(refused(unwrap("s7")).contains("Catch_fault"));
    assert!(refused(unwrap("s3")).contains("Construct Message"));
    assert!(refused(unwrap("s1")).contains("holds no shapes"));
}

#[test]
fn what_a_scope_declares_stays_declared_when_it_is_unwrapped() {
    let mut application = crowded::application();
    Edit::DeleteElements { module: m(), elements: ids(&["s12", "s13", "s14", "s11"]) }
        .apply(&mut application)
        .unwrap();
    let edited = after_on(application.clone(), Edit::Unwrap { module: m(), shape: "s7".into() });
    let names = |o: &Orchestration| o.messages.iter().map(|m| m.name.clone()).collect::<Vec<_>>();
    assert!(names(orchestration(&edited)).contains(&"Local".to_owned()));
    assert!(orchestration(&edited).correlation_sets.iter().any(|c| c.name == "LocalSet"));
    let taken = Declaration::Message(Message { name: "Local".into(), ..Message::default() });
    let declare = Edit::Declare { module: m(), scope: None, index: 0, declaration: taken };
    declare.apply(&mut application).unwrap();
    let error = Edit::Unwrap { module: m(), shape: "s7".into() }.apply(&mut application).unwrap_err();
    assert!(error.message.contains("Local"), "{error}");
}

#[test]
fn a_shape_becomes_one_of_another_kind_and_keeps_what_fits() {
    let expression = after(convert("s18", "Receive"));
    assert_eq!(shape(&expression, "s18").kind.label(), "Receive");
    let ShapeKind::Expression(code) = kind_after("s10", "Expression") else { panic!() };
    assert!(code.text.contains("TimeSpan"));
    let ShapeKind::Send(send) = kind_after("s1", "Send") else { panic!() };
    assert_eq!((send.message.as_str(), send.initializes.as_slice()), ("Request", &["Orders".to_owned()][..]));
    let ShapeKind::Start(start) = kind_after("s20", "Start Orchestration") else { panic!() };
    assert_eq!((start.arguments.len(), start.identifier.as_str()), (3, ""));
    let ShapeKind::Loop(kept) = kind_after("s24", "Loop") else { panic!() };
    assert!(kept.body.is_empty());
}

#[test]
fn containers_become_each_other_with_what_they_hold() {
    let decide = after(convert("s15", "Decide"));
    let rules = &shape(&decide, "s15").kind.branches().unwrap().branches;
    assert_eq!((rules.len(), rules[0].condition.as_str(), rules[0].body.len()), (2, "count < 10", 1));
    assert!(rules[1].name.starts_with("Else"));
    let parallel = after(convert("s16", "Parallel Actions"));
    assert_eq!(branches(&parallel, "s16"), ["b3", "b4"]);
    let decide = after(convert("s19", "Decide"));
    assert_eq!(branches(&decide, "s19").len(), 3, "an else branch comes along");
    assert!(refused(convert("s19", "Listen")).contains("starts with a Receive or a Delay"));
    assert!(refused(convert("s2", "Loop")).contains("hold shapes"));
    assert!(refused(convert("s15", "Send")).contains("holds shapes, and"));
    let why = refused(convert("s23", "Scope"));
    assert!(why.contains("Wrap it"), "{why}");
    assert!(refused(convert("s23", "Send")).contains("already"));
}

#[test]
fn a_given_name_survives_a_conversion_and_a_default_one_follows_it() {
    let mut application = crowded::application();
    let insert = |name: &str| Edit::InsertShape {
        module: m(),
        block: BlockRef::Body,
        index: 1,
        shape: Shape { name: name.into(), id: "new".into(), ..fresh("Expression") },
    };
    insert("Wait a bit").apply(&mut application.clone()).unwrap();
    let mut named = application.clone();
    insert("Wait a bit").apply(&mut named).unwrap();
    let to_delay = Edit::Convert { module: m(), shape: "new".into(), kind: fresh("Delay").kind };
    assert_eq!(shape(&after_on(named, to_delay.clone()), "new").name, "Wait a bit");
    insert("Expression_7").apply(&mut application).unwrap();
    assert_eq!(shape(&after_on(application, to_delay), "new").name, "Delay_1");
}

#[test]
fn only_kinds_that_a_shape_can_become_are_offered() {
    let application = crowded::application();
    let labels =
        |id: &str| conversions(&application, M, &id.into()).iter().map(ShapeKind::label).collect::<Vec<_>>();
    assert!(labels("s20").contains(&"Start Orchestration") && !labels("s20").contains(&"Loop"));
    assert_eq!(labels("s4"), ["Transform"], "a Construct Message holds nothing else");
    assert!(!labels("s17").contains(&"Send"), "a Listen branch starts with a Receive or Delay");
    assert!(labels("s17").contains(&"Delay"));
    for shape in orchestration(&application).shapes() {
        for kind in conversions(&application, M, &shape.id) {
            let edit = Edit::Convert { module: m(), shape: shape.id.clone(), kind };
            let (label, result) = (edit.label(), edit.apply(&mut application.clone()));
            let allowed = result.as_ref().is_err_and(|e| {
                e.message.contains("Listen branch")
                    || e.message.contains("holds shapes")
                    || e.message.contains("hold")
            });
            assert!(result.is_ok() || allowed, "{label} of {}: {result:?}", shape.id);
        }
    }
}

#[test]
fn where_shapes_may_go_is_known_for_every_block_at_once() {
    let application = crowded::application();
    let drawn = orchestration(&application);
    let none = std::collections::BTreeSet::new();
    let mut seen = 0;
    for kind in toolbox() {
        let legality = Legality::of(drawn, &[&kind], &none);
        let mut all = vec![BlockRef::Body, BlockRef::Compensation];
        for shape in drawn.shapes() {
            all.extend(shape.blocks().into_iter().map(|(slot, _)| BlockRef::In(shape.id.clone(), slot)));
        }
        for at in all {
            let length = find_block(&application, M, &at).unwrap().len();
            for index in 0..=length {
                let one = can_insert(&application, M, &at, index, &kind);
                assert_eq!(legality.at(&at, index).map_err(str::to_owned), one, "{} at {at:?}", kind.label());
                seen += 1;
            }
            let listed = insertable(&application, M, &at, 0).contains(&kind);
            assert_eq!(listed, can_insert(&application, M, &at, 0, &kind).is_ok());
        }
    }
    assert!(seen > 500);
    let moving = ["s15".into()].into();
    let kind = &drawn.shape(&"s15".into()).unwrap().kind;
    let legality = Legality::of(drawn, &[kind], &moving);
    assert!(legality.at(&block("s15", BlockSlot::Body), 0).unwrap_err().contains("into itself"));
    assert!(legality.at(&block("gone", BlockSlot::Body), 0).is_err());
}

#[test]
fn pasted_shapes_are_new_ones_and_say_what_they_lack() {
    let application = crowded::application();
    let module = &application.modules[M];
    let originals = ["s7", "s23", "s23", "s1"].map(|id| shape(&application, id));
    let text = copy(&application, M, &originals).unwrap();
    let clip = paste(module, &BlockRef::Body, &text).unwrap();
    let names: Vec<_> = clip.shapes.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        (names[0], names[1], names[2]),
        ("Scope_s7_1", "Send_s23_1", "Send_s23_2"),
        "a taken name gets a number"
    );
    assert!(clip.declarations.is_empty(), "all is known here: {}", clip.lacks());
    let insert = Edit::InsertShapes { module: m(), block: BlockRef::Body, index: 1, shapes: clip.shapes };
    assert_eq!(
        orchestration(&after(insert)).body.len(),
        module.orchestration.as_ref().unwrap().body.len() + 4
    );
    let mut empty = Module {
        namespace: "Other".into(),
        orchestration: Some(Orchestration::default()),
        ..Module::default()
    };
    let elsewhere = paste(&empty, &BlockRef::Body, &text).unwrap();
    assert_eq!(elsewhere.shapes[0].id.as_str(), "scope_1");
    assert_eq!(elsewhere.shapes[0].name, shape(&application, "s7").name, "a free name stays");
    assert!(
        elsewhere.lacks().contains("port Out") && elsewhere.lacks().contains("message Request"),
        "{}",
        elsewhere.lacks()
    );
    assert!(elsewhere.lacks().contains("correlation set Orders"));
    let of_messages = |d: &&Declaration| d.kind() == DeclarationKind::Message;
    let Some(Declaration::Message(brought)) = elsewhere.declarations.iter().find(of_messages) else {
        panic!()
    };
    let own = |name: &str| module.multipart_types.iter().any(|t| t.name == name);
    assert!(!own(&brought.message_type), "a type of the module is named in full: {}", brought.message_type);
    empty
        .orchestration
        .as_mut()
        .unwrap()
        .correlation_sets
        .push(CorrelationSet { name: "Orders".into(), ..CorrelationSet::default() });
    assert!(!paste(&empty, &BlockRef::Body, &text).unwrap().lacks().contains("Orders"));
    assert_eq!(paste(module, &BlockRef::Body, "nothing copied").unwrap_err().code, "F05");
}

#[test]
fn a_shape_taken_out_of_its_scope_brings_what_the_scope_declares() {
    let application = crowded::application();
    let text = copy(&application, M, &[shape(&application, "s8"), shape(&application, "s10")]).unwrap();
    assert!(!text.contains("Local"), "what is not named does not come along");
    let mut using = application.clone();
    let code = ShapeKind::Delay(Code { text: "Local.Wait + count".into() });
    Edit::SetKind { module: m(), shape: "s10".into(), kind: code }.apply(&mut using).unwrap();
    let text = copy(&using, M, &[shape(&using, "s10")]).unwrap();
    let at_the_end = paste(&using.modules[M], &BlockRef::Body, &text).unwrap();
    assert!(at_the_end.lacks().contains("message Local"), "{}", at_the_end.lacks());
    let inside = paste(&using.modules[M], &block("s7", BlockSlot::Body), &text).unwrap();
    assert_eq!(inside.lacks(), "");
}
