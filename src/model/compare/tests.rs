use super::*;
use crate::model::edit::{BlockRef, Edit};
use crate::model::files;
use crate::model::{BlockSlot, Code, Shape, ShapeKind};

fn hello() -> Application {
    files::hello().unwrap()
}

/// Key of the only orchestration, and its shapes by name.
fn key(app: &Application) -> String {
    app.modules.iter().find(|(_, m)| m.orchestration.is_some()).map(|(key, _)| key.clone()).unwrap()
}

fn id(app: &Application, name: &str) -> Id {
    let (_, orchestration) = app.orchestrations().next().unwrap();
    orchestration.shapes().into_iter().find(|s| s.name == name).unwrap().id.clone()
}

fn lines(old: &Application, new: &Application) -> Vec<String> {
    applications(old, new).iter().map(ToString::to_string).collect()
}

fn edited(edit: impl FnOnce(&Application) -> Edit) -> (Application, Application) {
    let old = hello();
    let mut new = old.clone();
    edit(&old).apply(&mut new).unwrap();
    (old, new)
}

fn expression(id: &str, name: &str, text: &str) -> Shape {
    Shape {
        id: Id::new(id),
        name: name.to_owned(),
        kind: ShapeKind::Expression(Code { text: text.to_owned() }),
        ..Shape::default()
    }
}

#[test]
fn the_same_application_has_no_differences() {
    assert!(applications(&hello(), &hello()).is_empty());
}

#[test]
fn an_inserted_shape_is_added_and_the_other_way_round_removed() {
    let (old, new) = edited(|app| Edit::InsertShape {
        module: key(app),
        block: BlockRef::Body,
        index: 1,
        shape: expression("e", "Log it", "x = 1;"),
    });
    assert_eq!(lines(&old, &new), ["+ Expression \"Log it\", in the body of the orchestration"]);
    assert_eq!(lines(&new, &old), ["- Expression \"Log it\", in the body of the orchestration"]);
}

#[test]
fn one_shape_that_moved_is_the_only_one_that_moved() {
    let (old, new) = edited(|app| Edit::MoveShape {
        module: key(app),
        shape: id(app, "Receive request"),
        block: BlockRef::Body,
        index: 2,
    });
    assert_eq!(
        lines(&old, &new),
        ["> Receive \"Receive request\", in the body of the orchestration in another order"]
    );
}

#[test]
fn a_shape_moved_into_another_says_from_where_to_where() {
    let mut old = hello();
    let at = key(&old);
    let group = Shape {
        id: Id::new("g"),
        name: "Together".to_owned(),
        kind: ShapeKind::Group(crate::model::Group::default()),
        ..Shape::default()
    };
    Edit::InsertShape { module: at.clone(), block: BlockRef::Body, index: 0, shape: group }
        .apply(&mut old)
        .unwrap();
    let mut new = old.clone();
    let block = BlockRef::In(Id::new("g"), BlockSlot::Body);
    let shape = id(&old, "Send reply");
    Edit::MoveShape { module: at, shape, block, index: 0 }.apply(&mut new).unwrap();
    assert_eq!(
        lines(&old, &new),
        ["> Send \"Send reply\", now in Group \"Together\", was in the body of the orchestration"]
    );
}

#[test]
fn properties_are_named_with_both_values_and_long_texts_line_by_line() {
    let (old, new) = edited(|app| {
        let shape = id(app, "Send reply");
        Edit::RenameShape { module: key(app), shape, name: "Answer".to_owned() }
    });
    assert_eq!(lines(&old, &new), ["~ Send \"Answer\"\n    name: Send reply → Answer"]);
    let code = |text: &str| ShapeKind::MessageAssignment(Code { text: text.to_owned() });
    let (mut old, mut new) = (hello(), hello());
    let shape = id(&old, "Write the greeting");
    for (app, text) in [(&mut old, "a = 1;\nb = 2;\nc = 3;"), (&mut new, "a = 1;\nb = 4;\nc = 3;")] {
        let module = key(app);
        Edit::SetKind { module, shape: shape.clone(), kind: code(text) }.apply(app).unwrap();
    }
    let expected = "~ Message Assignment \"Write the greeting\"\n    text:\n        a = 1;\n      - b = 2;\n      \
                    + b = 4;\n        c = 3;";
    assert_eq!(lines(&old, &new), [expected]);
}

#[test]
fn new_identities_alone_are_no_difference() {
    let old = hello();
    let mut new = old.clone();
    let mut number = 0;
    let orchestration = new.modules.values_mut().find_map(|m| m.orchestration.as_mut()).unwrap();
    fn anew(block: &mut Vec<Shape>, number: &mut u32) {
        for shape in block {
            *number += 1;
            shape.id = Id::new(format!("other_{number}"));
            for (_, inner) in shape.blocks_mut() {
                anew(inner, number);
            }
        }
    }
    anew(&mut orchestration.body, &mut number);
    assert_eq!(lines(&old, &new), Vec::<String>::new());
}

#[test]
fn declarations_bindings_and_files_are_compared_by_name() {
    let old = hello();
    let mut new = old.clone();
    let orchestration = new.modules.values_mut().find_map(|m| m.orchestration.as_mut()).unwrap();
    orchestration.ports[0].ordered_delivery = true;
    orchestration.messages.remove(1);
    new.bindings.send_ports[0].name = "Elsewhere".to_owned();
    new.schemas.insert("schemas/New.xsd".to_owned(), "<x/>".to_owned());
    let lines = lines(&old, &new);
    for expected in [
        "~ Port \"RequestPort\"\n    ordered delivery: yes",
        "- Message \"Reply\"",
        "+ Send port \"Elsewhere\"",
        "- Send port \"SendGreetings\"",
        "+ schemas/New.xsd",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in {lines:#?}");
    }
}

#[test]
fn every_edit_of_the_samples_shapes_shows() {
    let app = hello();
    let module = key(&app);
    let shapes: Vec<Id> =
        app.orchestrations().next().unwrap().1.shapes().iter().map(|s| s.id.clone()).collect();
    for shape in shapes {
        let mut new = app.clone();
        let edit =
            Edit::SetComments { module: module.clone(), shape: shape.clone(), comments: "why".to_owned() };
        edit.apply(&mut new).unwrap();
        let changes = applications(&app, &new);
        assert!(
            matches!(changes.as_slice(), [Change { kind: ChangeKind::Changed, .. }]),
            "{shape}: {changes:#?}"
        );
    }
}
