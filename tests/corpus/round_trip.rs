//! Written back, a file is the one that was read but for what an edit changed.

use crate::files::{File, all_of, files};
use orchestrion::biztalk::odx::{OdxFile, read_module, write_back, write_new};
use orchestrion::biztalk::xlang_text::{compare, generate};
use orchestrion::biztalk::{decode, encode};
use orchestrion::model::edit::{BlockRef, Edit};
use orchestrion::model::{Application, Code, Id, Module, Shape, ShapeKind};
use similar::{ChangeTag, TextDiff};

fn rewritten(file: &File, before: &Module, after: &Module) -> Vec<u8> {
    write_back(&file.path, &file.bytes, (before, after), &[])
        .unwrap_or_else(|e| panic!("{}: {e:?}", file.path))
}

#[test]
fn an_unedited_file_is_the_same_to_the_byte() {
    let files = files();
    let same = files.iter().filter(|file| {
        let module = file.module();
        rewritten(file, &module, &module) == file.bytes
    });
    all_of("unedited files written back", same.count(), files.len());
}

/// As if every shape had been edited to what it is: all that is written comes from the model.
#[test]
fn all_that_the_model_says_is_what_the_file_says() {
    let files = files();
    let mut same = 0;
    for file in &files {
        let written = rewritten(file, &Module::default(), &file.module());
        if written == file.bytes {
            same += 1;
        } else {
            let (old, new) = (decode(&file.bytes).0, decode(&written).0);
            println!("{}\n{}", file.path, TextDiff::from_lines(&old, &new).unified_diff().context_radius(1));
        }
    }
    all_of("files written from the model", same, files.len());
}

/// Lines of both halves that are not in the other text, without where elements are in the program.
fn changed_lines(old: &[u8], new: &[u8]) -> (Vec<String>, Vec<String>) {
    let plain = |bytes: &[u8]| {
        let text = decode(bytes).0;
        let line = |line: &str| match line.split_once(" LowerBound=") {
            Some((start, _)) => start.to_owned(),
            None => line.trim_end_matches(['>', '/', ' ', '\r']).to_owned(),
        };
        text.lines().map(|l| line(l) + "\n").collect::<String>()
    };
    let (old, new) = (plain(old), plain(new));
    let diff = TextDiff::from_lines(&old, &new);
    let of = |tag| {
        let lines = diff.iter_all_changes().filter(|change| change.tag() == tag);
        lines.map(|change| change.value().trim().to_owned()).collect()
    };
    (of(ChangeTag::Delete), of(ChangeTag::Insert))
}

fn edited(module: &Module, edit: Edit) -> Option<Module> {
    let mut application = Application::default();
    application.modules.insert("m".to_owned(), module.clone());
    edit.apply(&mut application).ok()?;
    application.modules.remove("m")
}

/// What was written says what the edit made, in both halves.
fn check_written(file: &File, written: &[u8], wanted: &Module) {
    let odx = OdxFile::parse(&file.path, written).unwrap();
    let (read, _) = read_module(&file.path, &odx).unwrap();
    let text = |module: &Module| {
        let settled = orchestrion::biztalk::odx::write_new(module, &[]);
        decode(&settled).0
    };
    assert_eq!(text(&read), text(wanted), "{}", file.path);
    let comparison = compare(&read, odx.code());
    assert_eq!(comparison.misplaced, [], "{}", file.path);
    assert_eq!(comparison.different, [], "{}", file.path);
}

#[test]
fn a_new_name_changes_one_line() {
    let (mut passed, mut all) = (0, 0);
    for file in files() {
        let module = file.module();
        let Some(shape) = module.orchestration.iter().flat_map(|o| o.shapes()).last() else { continue };
        let edit =
            Edit::RenameShape { module: "m".into(), shape: shape.id.clone(), name: "Another name".into() };
        let Some(after) = edited(&module, edit) else { continue };
        let written = rewritten(&file, &module, &after);
        check_written(&file, &written, &after);
        let (gone, new) = changed_lines(&file.bytes, &written);
        all += 1;
        if new == ["<om:Property Name=\"Name\" Value=\"Another name\""] && gone.len() == 1 {
            passed += 1;
        } else {
            println!("{}: {gone:#?} {new:#?}", file.path);
        }
    }
    all_of("renamed shapes", passed, all);
}

/// Lines are what is carried over from the file as it was; here there is only one.
#[test]
fn a_tree_without_line_breaks_is_edited_too() {
    for mut file in files() {
        let (text, encoding) = decode(&file.bytes);
        let (start, end) = (text.find("<om:MetaModel").unwrap(), text.find("</om:MetaModel>").unwrap());
        let tree: String = text[start..end].lines().map(str::trim).collect();
        file.bytes = encode(&[&text[..start], &tree, &text[end..]].concat(), encoding);
        let module = file.module();
        let Some(shape) = module.orchestration.iter().flat_map(|o| o.shapes()).last() else { continue };
        let edit =
            Edit::RenameShape { module: "m".into(), shape: shape.id.clone(), name: "Another name".into() };
        let Some(after) = edited(&module, edit) else { continue };
        check_written(&file, &rewritten(&file, &module, &after), &after);
    }
}

#[test]
fn a_new_shape_adds_its_lines_and_no_others() {
    let (mut passed, mut all) = (0, 0);
    for file in files() {
        let module = file.module();
        let Some(orchestration) = &module.orchestration else { continue };
        let delay = Shape {
            kind: ShapeKind::Delay(Code { text: "new System.TimeSpan(0,0,7)".into() }),
            ..Shape::default()
        };
        let index = orchestration.body.len();
        let edit = Edit::InsertShape { module: "m".into(), block: BlockRef::Body, index, shape: delay };
        let Some(after) = edited(&module, edit) else { continue };
        let written = rewritten(&file, &module, &after);
        check_written(&file, &written, &after);
        let (gone, new) = changed_lines(&file.bytes, &written);
        all += 1;
        // An orchestration that was empty opens its body for the first time.
        let opened = orchestration.body.is_empty();
        if gone.len() <= usize::from(opened) && (8..=10).contains(&new.len()) {
            passed += 1;
        } else {
            println!("{}: {gone:#?} {new:#?}", file.path);
        }
    }
    all_of("inserted shapes", passed, all);
}

#[test]
fn a_deleted_shape_takes_its_lines_and_no_others() {
    let (mut passed, mut all) = (0, 0);
    for file in files() {
        let module = file.module();
        let shapes: Vec<Id> =
            module.orchestration.iter().flat_map(|o| o.shapes()).map(|shape| shape.id.clone()).collect();
        for shape in shapes {
            let Some(after) = edited(&module, Edit::DeleteShape { module: "m".into(), shape }) else {
                continue;
            };
            let written = rewritten(&file, &module, &after);
            let (gone, new) = changed_lines(&file.bytes, &written);
            all += 1;
            // First values of variables move when the activating receive goes; an else branch that becomes empty is
            // left out; an element without children is closed at once.
            let moved = new.iter().all(|line| {
                gone.contains(line)
                    || line.ends_with(';')
                    || line.starts_with("<om:Element")
                    || line.is_empty()
            });
            if moved {
                passed += 1;
            } else {
                println!("{}: {gone:#?} {new:#?}", file.path);
            }
        }
        let again = OdxFile::parse(&file.path, &rewritten(&file, &module, &module)).unwrap();
        assert_eq!(again.model, file.odx().model);
    }
    all_of("deleted shapes", passed, all);
}

/// A file made from nothing but the model reads back as that model.
#[test]
fn a_new_file_holds_the_whole_module() {
    let files = files();
    for file in &files {
        let module = file.module();
        let written = write_new(&module, &[]);
        let odx = OdxFile::parse(&file.path, &written).unwrap();
        let (read, findings) = read_module(&file.path, &odx).unwrap();
        assert_eq!(findings, [], "{}", file.path);
        assert_eq!(write_new(&read, &[]), written, "{}", file.path);
        let code = generate(odx.model.of_kind("Module").next().unwrap(), 3).text;
        assert_eq!(odx.code().replace("\r\n", "\n"), code);
        let shapes = |module: &Module| format!("{:#?}", module.orchestration.as_ref().map(|o| &o.body));
        assert_eq!(shapes(&read), shapes(&module), "{}", file.path);
    }
    all_of("modules written as new files", files.len(), files.len());
}
