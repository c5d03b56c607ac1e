//! The page `docs/designer-tasks.md`.

use super::PARTS;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
# Designer tasks

What people do with an orchestration designer, and what it takes. Every task is walked through the real studio by
`cargo test --test studio tasks`, which counts; no task may take more steps than the best peer named beside it.

A key is one press, with the keys held down for it, or one text typed in one go. A use of the mouse is one click, one
double click or one drag; scrolling counts for nobody. Every walk starts with the sample open and nothing selected, so
choosing the shape to work on counts too. The steps of peers are counted the same way, as far as their documentation
tells: the BizTalk orchestration designer, bpmn-js (Camunda Modeler), the Azure Logic Apps designer, n8n, Node-RED, and
Visual Studio's code editor for what is text.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut number = 0;
    for (part, tasks) in PARTS {
        let _ = write!(
            page,
            "\n## {part}\n\n| | task | keys | mouse | best peer | its steps |\n|---|---|---|---|---|---|\n"
        );
        for task in tasks {
            number += 1;
            let (title, keys, mouse, peer, steps) =
                (task.title, task.keys, task.mouse, task.peer, task.peer_steps);
            let _ = writeln!(page, "| {number} | {title} | {keys} | {mouse} | {peer} | {steps} |");
        }
    }
    page
}

#[test]
fn the_page_of_tasks_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/designer-tasks.md");
    let page = page();
    if std::env::var_os("ORCHESTRION_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/designer-tasks.md is not what the tables say: run with ORCHESTRION_BLESS=1");
}

#[test]
fn there_are_sixty_tasks_at_least() {
    let count: usize = PARTS.iter().map(|(_, tasks)| tasks.len()).sum();
    assert!(count >= 60, "{count}");
}
