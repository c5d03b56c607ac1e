//! Visits states: fewest things out of turn first, then the shortest way.

use super::state::{Next, State};
use super::{Act, Bounds, Finding, Key, Search, Verdict};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::rc::Rc;

/// Steps between two states on a way that are kept, to go on from.
const KEPT: u32 = 16;
/// Most states that are kept, and that are held for who goes on from them; others are had again from those kept.
const HELD: usize = 1024;
/// States between two tellings.
const TELL: usize = 64;

/// Things out of turn, and steps.
type Cost = (u32, u32);

/// A state that was reached, and how.
struct Node {
    parent: usize,
    next: Next,
    kept: Option<Rc<State>>,
}

/// Something that can happen after a state.
struct Open {
    parent: usize,
    next: Next,
    /// The state, for what is in turn: most ways go on like that.
    before: Option<Rc<State>>,
}

struct Visit<'a> {
    search: &'a Search,
    nodes: Vec<Node>,
    open: Vec<Option<Open>>,
    line: BinaryHeap<Reverse<(Cost, usize)>>,
    held: usize,
    kept: usize,
}

pub fn all(search: &Search, bounds: &Bounds, tell: &mut dyn FnMut(usize) -> bool) -> Verdict {
    let root = Rc::new(search.begin());
    // What a database held before cannot be compared: every way is visited as one of its own.
    let merges = root.copied().is_some();
    let mut visit =
        Visit { search, nodes: Vec::new(), open: Vec::new(), line: BinaryHeap::new(), held: 0, kept: 0 };
    let mut seen = BTreeSet::from([root.digest()]);
    let mut ends = BTreeSet::new();
    let mut findings: BTreeMap<Key, Finding> = BTreeMap::new();
    let until = search.end.plus(bounds.beyond);
    let usual = search.usual(until);
    let messages = search.messages.count_ones() as usize;
    let operated = search.arrivals.len() - messages;
    let mut verdict = Verdict { states: 1, messages, operated, bounds: *bounds, ..Verdict::default() };
    let begin = Next::Act(Act::Pass(search.root.start));
    visit.nodes.push(Node { parent: 0, next: begin, kept: Some(Rc::clone(&root)) });
    visit.append(0, (0, 0), root.successors(search, bounds, until), &root);
    drop(root);
    verdict.all = true;
    while let Some((cost, open)) = visit.pop() {
        let goes_on = !verdict.states.is_multiple_of(TELL) || tell(verdict.states);
        if verdict.states >= bounds.states || !goes_on {
            (verdict.all, verdict.turned) = (false, cost.0);
            break;
        }
        let Some(mut state) = visit.before(open.parent, open.before) else { continue };
        let mut found = state.step(search, &open.next);
        let digest = state.digest();
        let new = seen.insert(digest) || !merges;
        let endless = state.endless();
        let next = if endless.is_none() { state.successors(search, bounds, until) } else { Vec::new() };
        if next.is_empty() {
            ends.insert(digest);
            found.extend(endless);
            found.extend(state.waiting());
            verdict.cut |= state.is_cut(until);
        }
        let node = visit.nodes.len();
        visit.nodes.push(Node { parent: open.parent, next: open.next, kept: None });
        for finding in found {
            let key = finding.key();
            let usual = usual.contains(&key);
            findings.entry(key).or_insert_with(|| {
                let way = visit.way(node);
                Finding { turned: cost.0, steps: cost.1, usual, way, ..finding }
            });
        }
        if !new {
            visit.nodes.pop();
            continue;
        }
        verdict.states += 1;
        let state = Rc::new(state);
        if cost.1.is_multiple_of(KEPT)
            && visit.kept < HELD
            && let Some(node) = visit.nodes.last_mut()
        {
            node.kept = Some(Rc::clone(&state));
            visit.kept += 1;
        }
        visit.append(node, cost, next, &state);
    }
    verdict.ends = ends.len();
    verdict.findings = findings.into_values().collect();
    verdict.findings.sort_by_key(|found| (found.usual, found.kind, found.turned, found.steps));
    verdict
}

impl Visit<'_> {
    fn append(&mut self, parent: usize, cost: Cost, next: Vec<(Next, bool)>, state: &Rc<State>) {
        for (next, turned) in next {
            let before = (!turned && self.held < HELD).then(|| Rc::clone(state));
            self.held += usize::from(before.is_some());
            self.line.push(Reverse(((cost.0 + u32::from(turned), cost.1 + 1), self.open.len())));
            self.open.push(Some(Open { parent, next, before }));
        }
    }

    fn pop(&mut self) -> Option<(Cost, Open)> {
        let Reverse((cost, place)) = self.line.pop()?;
        let open = self.open.get_mut(place)?.take()?;
        self.held -= usize::from(open.before.is_some());
        Some((cost, open))
    }

    /// The state of a node, to change: its own, a copy, or what comes of the last one kept on the way there.
    fn before(&self, node: usize, own: Option<Rc<State>>) -> Option<State> {
        if let Some(own) = own {
            match Rc::try_unwrap(own) {
                Ok(state) => return Some(state),
                Err(shared) => {
                    if let Some(copy) = shared.copied() {
                        return Some(copy);
                    }
                }
            }
        }
        let mut way = Vec::new();
        let mut at = node;
        let mut state = loop {
            let node = self.nodes.get(at)?;
            if at == 0 {
                break node
                    .kept
                    .as_ref()
                    .and_then(|kept| kept.copied())
                    .unwrap_or_else(|| self.search.begin());
            }
            if let Some(copy) = node.kept.as_ref().and_then(|kept| kept.copied()) {
                break copy;
            }
            way.push(&node.next);
            at = node.parent;
        };
        for next in way.into_iter().rev() {
            state.step(self.search, next);
        }
        Some(state)
    }

    /// What was done on the way to a node.
    fn way(&self, mut node: usize) -> Vec<Act> {
        let mut way = Vec::new();
        while node != 0 {
            let Some(reached) = self.nodes.get(node) else { break };
            way.extend(match &reached.next {
                Next::Arrival(place) => self.search.arrival(*place).cloned(),
                Next::Act(act) => Some(act.clone()),
            });
            node = reached.parent;
        }
        way.reverse();
        way
    }
}
