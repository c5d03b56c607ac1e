//! The program is the oracle: what was read from the tree, and what is made from it, has to say the same.

use crate::files::{File, all_of, files};
use orchestrion::biztalk::xlang_text::{Program, compare, generate};

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn program(file: &File) -> (Program, String) {
    let odx = file.odx();
    let minor = odx.model.attribute("MinorVersion").parse().unwrap();
    let module = odx.model.of_kind("Module").next().unwrap();
    (generate(module, minor), odx.code().replace("\r\n", "\n"))
}

#[test]
fn the_order_and_the_texts_of_the_tree_are_those_of_the_program() {
    let (mut statements, mut in_place, mut texts, mut same) = (0, 0, 0, 0);
    for file in files() {
        let comparison = compare(&file.module(), file.odx().code());
        for difference in comparison.misplaced.iter().chain(&comparison.different) {
            println!("{}: {} {}", file.path, difference.id, difference.message);
        }
        statements += comparison.statements;
        in_place += comparison.statements.saturating_sub(comparison.misplaced.len());
        texts += comparison.texts;
        same += comparison.texts - comparison.different.len();
    }
    println!("order: {in_place} of {statements} statements, texts: {same} of {texts}");
    all_of("statements in the order of the program", in_place, statements);
    all_of("texts that are those of the program", same, texts);
}

#[test]
fn the_program_made_from_the_tree_is_the_one_in_the_file() {
    let files = files();
    let (mut same, mut exact) = (0, 0);
    for file in &files {
        let (made, written) = program(file);
        exact += usize::from(made.text == written);
        if squeezed(&made.text) == squeezed(&written) {
            same += 1;
        } else {
            let diff = similar::TextDiff::from_lines(&written, &made.text);
            println!("{}\n{}", file.path, diff.unified_diff().context_radius(1));
        }
    }
    println!("to the character: {exact} of {}", files.len());
    all_of("programs made from the tree", same, files.len());
}

/// Places are not always up to date in the files, as some were edited by hand.
#[test]
fn the_place_of_each_element_in_the_program_is_known() {
    let (mut same, mut all) = (0, 0);
    for file in files() {
        let (made, _) = program(&file);
        let mut bounds = made.bounds.iter();
        file.odx().model.of_kind("Module").next().unwrap().visit(&mut |element| {
            let place = bounds.next().unwrap();
            let stated = (element.attribute("LowerBound"), element.attribute("HigherBound"));
            if stated != ("", "") {
                let at = |(line, column)| format!("{line}.{column}");
                let known = place.map(|place| (at(place.start), at(place.end))).unwrap_or_default();
                all += 1;
                if stated == (known.0.as_str(), known.1.as_str()) {
                    same += 1;
                } else {
                    println!(
                        "{}: {} {} is at {known:?}, not {stated:?}",
                        file.path,
                        element.kind(),
                        element.oid()
                    );
                }
            }
        });
    }
    println!("places: {same} of {all}");
    assert!(same * 1000 >= all * 999);
}
