//! Random command sequences: whatever they do, undoing all finds the original bytes.

use crate::crowded;
use crate::edits::DECLARATIONS;
use orchestrion::drawing::layout::{Layout, is_container, layout_inside};
use orchestrion::findings;
use orchestrion::model::edit::*;
use orchestrion::model::files::{self, decode, encode};
use orchestrion::model::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Draws from the dice, wrapping around.
struct Dice<'a> {
    rolls: &'a [u8],
    at: usize,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        let roll = self.rolls[self.at % self.rolls.len()] as usize;
        self.at += 1;
        roll % sides.max(1)
    }

    fn of<'b, T>(&mut self, list: &'b [T]) -> Option<&'b T> {
        list.get(self.roll(list.len()))
    }
}

/// An edit at a place the application has now; it may well be one that is refused.
fn edit(application: &Application, dice: &mut Dice<'_>) -> Edit {
    let modules: Vec<_> = application.modules.keys().cloned().collect();
    let module = dice.of(&modules).cloned().unwrap_or_default();
    let home = application.modules.get(&module).cloned().unwrap_or_default();
    let orchestration = home.orchestration.clone().unwrap_or_default();
    let shapes = orchestration.shapes();
    let shape = dice.of(&shapes).map(|s| s.id.clone()).unwrap_or_default();
    let slots: Vec<_> = shapes
        .iter()
        .flat_map(|s| s.blocks().into_iter().map(|(slot, _)| BlockRef::In(s.id.clone(), slot)))
        .collect();
    let block = match dice.roll(4) {
        0 => BlockRef::Body,
        1 => BlockRef::Compensation,
        _ => dice.of(&slots).cloned().unwrap_or(BlockRef::Body),
    };
    let inner = |wanted: fn(&BlockSlot) -> Option<&Id>, dice: &mut Dice<'_>| {
        let ids: Vec<_> = slots
            .iter()
            .filter_map(|at| match at {
                BlockRef::In(_, slot) => wanted(slot).cloned(),
                _ => None,
            })
            .collect();
        dice.of(&ids).cloned().unwrap_or_default()
    };
    let index = dice.roll(4);
    let (kind, _, name) = DECLARATIONS[dice.roll(DECLARATIONS.len())];
    let name = name.to_owned();
    let new_name = format!("Name_{}", dice.roll(5));
    let scope = (dice.roll(3) == 0).then(|| shape.clone());
    match dice.roll(33) {
        0 | 1 => {
            let kind = toolbox().swap_remove(dice.roll(20));
            Edit::InsertShape { module, block, index, shape: Shape { kind, ..Shape::default() } }
        }
        2 => Edit::DeleteShape { module, shape },
        3 | 4 => Edit::MoveShape { module, shape, block, index },
        5 => Edit::RenameShape { module, shape, name: new_name },
        6 => Edit::SetComments { module, shape, comments: format!("{new_name}\n\"") },
        7 => Edit::SetKind { module, shape, kind: toolbox().swap_remove(dice.roll(20)) },
        8 => Edit::Connect { module, shape, port: new_name, operation: "Do".into(), leg: Leg::Request },
        9 => Edit::Correlate { module, shape, set: new_name, usage: CorrelationUse::Initialize },
        10 => Edit::InsertBranch { module, shape, index, branch: Branch::default() },
        11 => Edit::DeleteBranch { module, branch: inner(branch_id, dice) },
        12 => Edit::MoveBranch { module, branch: inner(branch_id, dice), index },
        13 => Edit::InsertCatch { module, scope: shape, index, catch: Catch::default() },
        14 => Edit::DeleteCatch { module, catch: inner(catch_id, dice) },
        15 => Edit::AddCompensation { module, scope },
        16 => Edit::DeleteCompensation { module, scope },
        17 => {
            let message = Message { name: new_name, ..Message::default() };
            Edit::Declare { module, scope, index, declaration: Declaration::Message(message) }
        }
        18 => {
            let variable = Variable { name: new_name, ..Variable::default() };
            Edit::Redeclare { module, scope, name, declaration: Declaration::Variable(variable) }
        }
        19 => {
            let port = Port { name: new_name, ..Port::default() };
            Edit::Redeclare {
                module,
                scope: None,
                name: "RequestPort".into(),
                declaration: Declaration::Port(port),
            }
        }
        20 => Edit::Undeclare { module, scope, kind, name },
        21 => {
            let properties =
                OrchestrationProperties { name: new_name, ..OrchestrationProperties::of(&orchestration) };
            Edit::SetOrchestration { module, properties }
        }
        22 => Edit::SetNamespace { module, namespace: new_name, target_xml_namespace: String::new() },
        23 => Edit::RenameModule { module, name: new_name },
        24 => {
            let copied: Vec<_> = orchestration.body.iter().take(3).collect();
            let clip = copy(application, &module, &copied).unwrap();
            let shapes = paste(&home, &block, &clip).unwrap().shapes;
            Edit::InsertShapes { module, block, index: 0, shapes }
        }
        25 | 26 => {
            let shapes = vec![shape, dice.of(&shapes).map(|s| s.id.clone()).unwrap_or_default()];
            Edit::MoveShapes { module, shapes, block, index }
        }
        27 => {
            let beside = find_block(application, &module, &block).cloned().unwrap_or_default();
            let shapes = beside.iter().skip(index).take(2).map(|s| s.id.clone()).collect();
            let kinds = wrappers();
            let kind = dice.of(&kinds).cloned().unwrap_or_default();
            Edit::Wrap { module, shapes, container: Shape { kind, ..Shape::default() } }
        }
        28 => Edit::Unwrap { module, shape },
        29 | 30 => Edit::Convert { module, shape, kind: toolbox().swap_remove(dice.roll(20)) },
        31 => Edit::DeleteElements { module, elements: vec![shape, inner(branch_id, dice)] },
        _ => Edit::Set(Part::Schema(format!("schemas/{new_name}.xsd"), (index > 0).then_some(name))),
    }
}

fn branch_id(slot: &BlockSlot) -> Option<&Id> {
    match slot {
        BlockSlot::Branch(id) => Some(id),
        _ => None,
    }
}

fn catch_id(slot: &BlockSlot) -> Option<&Id> {
    match slot {
        BlockSlot::Catch(id) => Some(id),
        _ => None,
    }
}

fn walk(start: &Application, rolls: &[Vec<u8>]) -> Result<usize, TestCaseError> {
    let original = encode(start).unwrap();
    let mut application = start.clone();
    let mut history = History::default();
    let mut done = 0;
    for rolls in rolls {
        let before = application.clone();
        let edit = edit(&application, &mut Dice { rolls, at: 0 });
        // Some of them in a burst, as typing gives them.
        let key = rolls.last().is_some_and(|roll| roll % 2 == 0).then_some("typing");
        match history.apply(&mut application, edit, key) {
            Ok(()) => done += 1,
            Err(_) => prop_assert_eq!(&application, &before, "a refused edit changes nothing"),
        }
    }
    let last = encode(&application).unwrap();
    prop_assert_eq!(&decode(&last).unwrap().0, &application, "what edits make can be saved and loaded");
    for diagnostic in findings::all(&application) {
        prop_assert!(!diagnostic.help.is_empty(), "{}", diagnostic);
    }
    while history.undo(&mut application).unwrap().is_some() {}
    prop_assert_eq!(&application, start);
    prop_assert_eq!(encode(&application).unwrap(), original);
    while history.redo(&mut application).unwrap().is_some() {}
    prop_assert_eq!(encode(&application).unwrap(), last);
    Ok(done)
}

/// The drawings of all orchestrations after each edit, with other containers closed now and then, made from the drawings
/// before the edit, are the drawings made from nothing.
fn walk_drawn(start: &Application, rolls: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let mut application = start.clone();
    let mut history = History::default();
    let mut drawn: BTreeMap<String, Layout> = BTreeMap::new();
    let mut views: BTreeMap<String, (BTreeSet<Id>, Option<Id>)> = BTreeMap::new();
    for rolls in rolls {
        let mut dice = Dice { rolls, at: 0 };
        let edit = edit(&application, &mut dice);
        let _ = match dice.roll(6) {
            0 => history.undo(&mut application).map(drop),
            _ => history.apply(&mut application, edit, None),
        };
        for (key, module) in &application.modules {
            let Some(orchestration) = &module.orchestration else { continue };
            let shapes = orchestration.shapes();
            let closed = |dice: &mut Dice<'_>| dice.roll(5) == 0;
            let closed: BTreeSet<Id> = shapes
                .iter()
                .filter(|s| is_container(&s.kind) && closed(&mut dice))
                .map(|s| s.id.clone())
                .collect();
            let inside = dice.of(&shapes).filter(|s| is_container(&s.kind) && rolls[0] % 4 == 0);
            // Mostly one looks at it in the same way as before.
            let now = (closed, inside.map(|s| s.id.clone()));
            let view = views.remove(key).filter(|_| rolls[1] % 4 != 0).unwrap_or(now);
            let (closed, inside) = views.entry(key.clone()).or_insert(view);
            let before = drawn.remove(key).unwrap_or_default();
            let again = before.again(&application, module, orchestration, closed, inside.as_ref());
            let anew = layout_inside(&application, module, orchestration, closed, inside.as_ref());
            prop_assert!(again == anew, "{} is drawn from what it no longer is", key);
            drawn.insert(key.clone(), again);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn undoing_everything_finds_the_original_bytes(
        rolls in prop::collection::vec(prop::collection::vec(any::<u8>(), 16), 1..40),
        hello in any::<bool>(),
    ) {
        let start = if hello { files::hello().unwrap() } else { crowded::application() };
        walk(&start, &rolls)?;
    }

    #[test]
    fn a_drawing_made_from_the_one_before_is_the_drawing_made_anew(
        rolls in prop::collection::vec(prop::collection::vec(any::<u8>(), 16), 1..40),
        hello in any::<bool>(),
    ) {
        let start = if hello { files::hello().unwrap() } else { crowded::application() };
        walk_drawn(&start, &rolls)?;
    }
}

#[test]
fn random_edits_mostly_take_effect() {
    let rolls: Vec<Vec<u8>> = (0u32..200)
        .map(|n| {
            (0u32..16).map(|i| (n.wrapping_mul(2_654_435_761).wrapping_add(i * 40_503) >> 7) as u8).collect()
        })
        .collect();
    let done = walk(&crowded::application(), &rolls).unwrap();
    assert!(done > 60, "only {done} of 200 edits took effect");
}
