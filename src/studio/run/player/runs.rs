//! The runs of the application: a tree with names. One is shown, and one may stand beside it, on the same clock.

use super::brought::{Brought, brought, crosses, origin, transmission};
use super::stops::refusal;
use super::{Answer, Player, Way, advance};
use crate::diagnostic::Diagnostic;
use crate::engine::{EventKind, InstanceId, Operation, Publisher};
use crate::journal::{Clock, Run};
use crate::lab::{
    self, Beside, Branch, Change, Difference, Fault, Moment, Pair, RunTree, VirtualRun, counterpart,
    first_difference_after, side_by_side,
};
use crate::message::{DateTime, TimeSpan};
use crate::model::Application;
use crate::program::Program;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Most runs kept, and most events of them all; beyond, the oldest that nobody named or forked goes.
const MOST: usize = 12;
const EVENTS: usize = 3_000_000;

/// One run of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct RunInfo {
    pub name: String,
    pub parent: Option<String>,
    /// How many runs it was forked from, one from the other.
    pub depth: usize,
    /// What was changed, in words.
    pub what: Vec<String>,
    pub events: u64,
    pub elapsed: TimeSpan,
}

/// The run shown beside another.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub left: String,
    pub right: String,
    /// `None` while they are the same.
    pub difference: Option<Difference>,
    /// What happened in them from shortly before the first difference on.
    pub beside: Beside,
}

impl Comparison {
    /// The first line that is not the same in both; where all lines are, what differs in the records.
    pub fn first(&self) -> Option<Pair> {
        let pair = self.beside.first().cloned();
        let raw = || self.difference.as_ref().map(|d| Pair { left: d.left.clone(), right: d.right.clone() });
        pair.or_else(raw)
    }

    /// Where to look at it in the left run: where the records part when it is only in the other.
    pub fn moment(&self) -> Option<u64> {
        let left = self.first().and_then(|pair| pair.left).map(|event| event.seq);
        left.or(self.difference.as_ref().map(|difference| difference.seq))
    }
}

/// A moment, and who is looked at.
type About = (u64, Option<InstanceId>);

#[derive(Debug, Default)]
pub(super) struct Runs {
    tree: Option<RunTree>,
    shown: String,
    compared: Option<String>,
    /// Those with a name that a person gave.
    named: BTreeSet<String>,
    begun: u32,
    /// Number of the last event that a run has when it begins.
    fresh: u64,
    steps: u64,
    comparison: Option<(u64, u64, Arc<Comparison>)>,
    brought: Option<(About, Option<Arc<Brought>>)>,
}

impl Runs {
    pub fn run(&self) -> Option<&VirtualRun> {
        Some(&self.tree.as_ref()?.branch(&self.shown)?.run)
    }

    pub fn run_mut(&mut self) -> Option<&mut VirtualRun> {
        Some(&mut self.tree.as_mut()?.branch_mut(&self.shown)?.run)
    }

    /// Name of the run shown; empty when none is.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Shows none.
    pub fn hide(&mut self) {
        self.show(String::new());
        self.compared = None;
    }

    fn show(&mut self, name: String) {
        self.shown = name;
        self.brought = None;
        self.comparison = None;
    }

    /// The run it was forked from at first.
    fn root<'a>(&'a self, name: &'a str) -> &'a str {
        let parent = self.tree.as_ref().and_then(|tree| tree.branch(name)?.parent.as_deref());
        parent.map_or(name, |parent| self.root(parent))
    }

    pub fn compare(&mut self, with: Option<String>) {
        let known = |name: &String| self.tree.as_ref().is_some_and(|tree| tree.branch(name).is_some());
        self.compared = with.filter(|name| known(name) && *name != self.shown);
        self.comparison = None;
    }

    /// Drops the run shown when it begins again and nothing has come of it: no event, no name, no fork.
    pub fn give_way(&mut self) {
        if self.run().is_some_and(|run| run.run().last_seq() > self.fresh) {
            return;
        }
        let Some(tree) = &mut self.tree else { return };
        let forked = tree.branches().iter().any(|branch| branch.parent.as_ref() == Some(&self.shown));
        let root = tree.branch(&self.shown).is_some_and(|branch| branch.parent.is_none());
        if !root || forked || self.named.contains(&self.shown) {
            return;
        }
        if tree.branches().len() == 1 {
            self.clear();
        } else {
            tree.discard(&self.shown);
            self.hide();
        }
    }

    /// Shows a run from its beginning.
    pub fn begin(&mut self, run: VirtualRun) {
        self.begun += 1;
        self.begin_as(&format!("Run {}", self.begun), run);
    }

    /// Shows a run under a name, or one like it that is free.
    pub fn begin_as(&mut self, name: &str, run: VirtualRun) {
        let name = self.free(name);
        self.fresh = run.run().last_seq();
        match &mut self.tree {
            None => self.tree = Some(RunTree::new(&name, run)),
            Some(_) => drop(self.add(&name, None, 0, Vec::new(), run)),
        }
        self.compared = None;
        self.show(name);
    }

    fn add(
        &mut self,
        name: &str,
        parent: Option<String>,
        from: u64,
        what: Vec<String>,
        run: VirtualRun,
    ) -> Result<(), Diagnostic> {
        let Some(tree) = &mut self.tree else { return Ok(()) };
        tree.add(Branch { name: name.to_owned(), parent, from, what, run })?;
        self.forget();
        Ok(())
    }

    /// Drops the oldest runs that nobody named or forked, beyond those that are kept.
    fn forget(&mut self) {
        let Some(tree) = &mut self.tree else { return };
        loop {
            let branches = tree.branches();
            let events: usize = branches.iter().map(|branch| branch.run.run().events().len()).sum();
            if branches.len() <= MOST && events <= EVENTS {
                return;
            }
            let forked = |name: &str| branches.iter().any(|b| b.parent.as_deref() == Some(name));
            let kept = |name: &str| self.named.contains(name) || name == self.shown || forked(name);
            let old = branches.iter().map(|branch| branch.name.clone()).find(|name| !kept(name));
            let Some(old) = old else { return };
            tree.discard(&old);
        }
    }

    /// A name that no run has.
    fn free(&self, wanted: &str) -> String {
        let taken = |name: &str| self.tree.as_ref().is_some_and(|tree| tree.branch(name).is_some());
        let numbered = (2..).map(|number: u32| format!("{wanted} ({number})"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Lets the run beside the one shown come to the same time.
    pub fn catch_up(&mut self, until: Instant) {
        let Some(now) = self.run().map(VirtualRun::now) else { return };
        let name = self.compared.clone();
        let other = name.and_then(|name| self.tree.as_mut()?.branch_mut(&name)).map(|branch| &mut branch.run);
        if let Some(run) = other.filter(|run| run.now() < now) {
            run.go_on();
            let way = advance(run, now, until, &mut self.steps);
            if way == Way::Endless {
                self.compared = None;
            }
        }
    }

    /// Every run, each after the one it was forked from.
    pub fn infos(&self) -> Arc<[RunInfo]> {
        let Some(tree) = &self.tree else { return Arc::default() };
        let mut infos = Vec::new();
        for branch in tree.branches().iter().filter(|branch| branch.parent.is_none()) {
            below(tree, branch, 0, &mut infos);
        }
        infos.into()
    }

    /// Who an instance of another run is in the one shown.
    fn counterpart(&self, other: &str, id: InstanceId) -> Option<InstanceId> {
        let other =
            self.tree.as_ref().filter(|_| self.root(other) == self.root(&self.shown))?.branch(other)?;
        let (old, new) = (other.run.run(), self.run()?.run());
        match first_difference_after(old, new, 0) {
            Some(difference) => counterpart(old, new, difference.seq, id),
            None => Some(id),
        }
    }

    pub fn comparison(&self) -> Option<Arc<Comparison>> {
        self.comparison.as_ref().map(|(.., comparison)| Arc::clone(comparison))
    }

    /// Brings the comparison up to date.
    pub fn look(&mut self) {
        let both = || {
            let (tree, with) = (self.tree.as_ref()?, self.compared.as_ref()?);
            Some((&tree.branch(&self.shown)?.run, &tree.branch(with)?.run, with))
        };
        let Some((left, right, with)) = both() else {
            self.comparison = None;
            return;
        };
        let ends = (left.run().last_seq(), right.run().last_seq());
        if self.comparison.as_ref().is_some_and(|(a, b, _)| (*a, *b) == ends) {
            return;
        }
        // Where as much is compared as ever will be, more of the runs changes nothing.
        let over = |end: DateTime| left.now() > end && right.now() > end;
        if let Some((a, b, comparison)) = &mut self.comparison
            && comparison.difference.as_ref().is_some_and(|d| d.left.is_some() && d.right.is_some())
            && comparison.beside.until.is_some_and(over)
        {
            (*a, *b) = ends;
            return;
        }
        let oldest = left.run().forgotten().max(right.run().forgotten());
        let known = self.comparison.as_ref().and_then(|(.., known)| known.difference.clone());
        // Where two runs part they have parted; only an open end may still move.
        let known = known.filter(|d| d.seq > oldest && d.left.is_some() && d.right.is_some());
        // What was the same stays so: only what came since is looked at.
        let same = self.comparison.as_ref().filter(|(.., known)| known.difference.is_none());
        let same = same.map_or(0, |(a, b, _)| *a.min(b));
        let difference = known.or_else(|| first_difference_after(left.run(), right.run(), same));
        let beside = difference
            .as_ref()
            .map_or_else(Beside::default, |d| side_by_side(left.run(), right.run(), d.seq));
        let (shown, with) = (self.shown.clone(), with.clone());
        let comparison = Comparison { left: shown, right: with, difference, beside };
        self.comparison = Some((ends.0, ends.1, Arc::new(comparison)));
    }

    /// What came from outside at the moment shown, or last before it: of what an instance that is looked at came of.
    pub fn brought(
        &mut self,
        past: Option<u64>,
        of: Option<InstanceId>,
        playing: bool,
    ) -> Option<Arc<Brought>> {
        let record = self.run()?.run();
        let moment = past.unwrap_or(record.last_seq());
        if playing {
            return None;
        }
        if let Some((at, known)) = &self.brought
            && *at == (moment, of)
        {
            return known.clone();
        }
        // Where one went to a message it is about that one.
        let own = past.is_some() && record.event(moment).is_some_and(|event| crosses(&event.kind));
        let at = if own { Some(moment) } else { origin(record, moment, of) };
        let found = at.and_then(|at| brought(record, at)).map(Arc::new);
        self.brought = Some(((moment, of), found.clone()));
        found
    }
}

fn below(tree: &RunTree, branch: &Branch, depth: usize, infos: &mut Vec<RunInfo>) {
    let record = branch.run.run();
    infos.push(RunInfo {
        name: branch.name.clone(),
        parent: branch.parent.clone(),
        depth,
        what: branch.what.clone(),
        events: record.last_seq(),
        elapsed: branch.run.now().since(record.start()),
    });
    let own = tree.branches().iter().filter(|other| other.parent.as_ref() == Some(&branch.name));
    own.for_each(|child| below(tree, child, depth + 1, infos));
}

impl Player {
    fn refuse(&mut self, message: impl Into<String>, help: &str) {
        self.answers.push(Answer::Refused(Diagnostic::error("L10", message, help)));
    }

    pub(super) fn fork(&mut self, seq: u64, fault: Option<Fault>) {
        self.clock.playing = false;
        let parent = self.runs.shown.clone();
        let Some(run) = self.runs.run() else { return };
        let record = run.run();
        let at = record.events_until(seq).last().map_or(record.start(), |event| event.at);
        let made = match &fault {
            None => {
                let when = Clock(at.since(record.start()));
                Some((format!("From {when}"), vec![format!("as it was until {when}")], run.until(seq)))
            }
            Some(fault) => {
                let fault = match transmission(record, seq) {
                    Some(id) if fault.of_message() => Fault::Sent { id, fault: Box::new(fault.clone()) },
                    _ => fault.clone(),
                };
                let input = record.input_of(seq).filter(|input| fault.fits(&input.kind));
                let number = input.and_then(|_| run.input_number(seq));
                number.map(|input| {
                    let what = brought(record, seq).map_or_else(|| "the message".to_owned(), |b| b.what);
                    let (name, said) = (name_of(&fault, &what), vec![fault.text()]);
                    (name, said, run.fork(seq, &[Change { input, fault }]))
                })
            }
        };
        let Some((name, what, run)) = made else {
            let help =
                "Choose a message that came from outside: one of those on the first lane of the timeline.";
            return self.refuse("nothing came from outside there that could be otherwise", help);
        };
        let name = self.runs.free(&name);
        if let Err(why) = self.runs.add(&name, Some(parent.clone()), seq, what, run) {
            self.answers.push(Answer::Refused(why));
            return;
        }
        self.turn_to(name.clone());
        self.runs.compare(Some(parent.clone()));
        self.seek_difference();
        self.answers.push(Answer::Done(format!("Forked {parent}: {name}")));
    }

    /// Shows another run; who was looked at still is where that one has them.
    fn turn_to(&mut self, name: String) {
        let before = std::mem::take(&mut self.runs.shown);
        self.runs.show(name);
        self.watched = self.watched.and_then(|id| self.runs.counterpart(&before, id));
        self.shown_anew();
    }

    /// To the first that differs between the two runs.
    fn seek_difference(&mut self) {
        self.runs.look();
        let Some(comparison) = self.runs.comparison() else { return };
        let there = comparison.difference.as_ref().is_some_and(|difference| difference.left.is_some());
        if let Some(seq) = comparison.moment().filter(|_| there) {
            self.seek(seq);
        }
    }

    pub(super) fn again(&mut self, application: &Application) {
        self.clock.playing = false;
        let program = match Program::compile(application) {
            Ok((program, _)) => program,
            Err(all) => {
                self.broken = all.into();
                self.program = None;
                self.runs.hide();
                return self.shown_anew();
            }
        };
        self.broken = Arc::default();
        let parent = self.runs.shown.clone();
        let Some(run) = self.runs.run() else {
            self.program = Some(program);
            return self.restart();
        };
        let moment = self.past.as_ref().map(|past| past.seq);
        let looked_at = moment.and_then(|seq| looked_at(run.run(), seq));
        let again = run.again(program);
        self.runs.begun += 1;
        let name = self.runs.free(&format!("Run {}", self.runs.begun));
        let what = vec!["the changed application, with the same messages".to_owned()];
        if let Err(why) = self.runs.add(&name, Some(parent.clone()), 0, what, again) {
            self.answers.push(Answer::Refused(why));
            return;
        }
        self.turn_to(name);
        self.runs.compare(Some(parent));
        let record = self.runs.run().map(VirtualRun::run);
        if let Some(seq) =
            looked_at.zip(record).and_then(|((at, publisher), record)| met(record, at, publisher))
        {
            self.seek(seq);
        }
        self.answers.push(Answer::Done("The changed application got the same messages".to_owned()));
    }

    pub(super) fn show_run(&mut self, name: &str) {
        if self.runs.shown == name || self.runs.tree.as_ref().is_none_or(|tree| tree.branch(name).is_none()) {
            return;
        }
        self.clock.playing = false;
        let before = self.runs.shown.clone();
        self.turn_to(name.to_owned());
        if self.runs.compared.as_deref() == Some(name) {
            self.runs.compare(Some(before));
        }
    }

    pub(super) fn save_run(&mut self, path: &Path) {
        let Some(run) = self.runs.run() else { return };
        let seq = self.past.as_ref().map_or(run.run().last_seq(), |past| past.seq);
        let moment = Moment { seq, note: self.runs.shown.clone() };
        let saved = lab::save(run, &moment).map_err(|all| all.into_iter().next());
        self.answers.push(match saved.map(|bytes| std::fs::write(path, bytes)) {
            Ok(Ok(())) => Answer::Done(format!("Saved the run to {}", path.display())),
            Ok(Err(error)) => {
                let message = format!("{} cannot be written: {error}", path.display());
                Answer::Refused(Diagnostic::error("L11", message, "Choose another file"))
            }
            Err(why) => Answer::Refused(why.unwrap_or_else(|| {
                Diagnostic::error("L11", "the run cannot be saved", "Restart it and save it sooner")
            })),
        });
    }

    pub(super) fn open_run(&mut self, bytes: &[u8]) {
        self.clock.playing = false;
        let opened = match lab::open(bytes) {
            Ok(opened) => opened,
            Err(all) => {
                self.answers.extend(all.into_iter().next().map(Answer::Refused));
                return;
            }
        };
        self.broken = Arc::default();
        self.watched = None;
        self.runs.clear();
        self.runs.begin(opened.run);
        let name = opened.moment.note.trim().to_owned();
        self.shown_anew();
        if !name.is_empty() {
            let begun = self.runs.shown.clone();
            self.rename_run(&begun, &name);
        }
        self.answers.extend(opened.findings.into_iter().next().map(Answer::Refused));
        if opened.moment.seq < self.seen {
            self.seek(opened.moment.seq);
        }
    }

    pub(super) fn rename_run(&mut self, name: &str, to: &str) {
        let to = to.trim();
        if name == to {
            return;
        }
        let renamed = self.runs.tree.as_mut().is_some_and(|tree| tree.rename(name, to));
        if !renamed {
            return self
                .refuse(format!("the run cannot be called `{to}`"), "Choose a name that no other run has.");
        }
        self.runs.named.remove(name);
        self.runs.named.insert(to.to_owned());
        for known in [Some(&mut self.runs.shown), self.runs.compared.as_mut()].into_iter().flatten() {
            if known == name {
                to.clone_into(known);
            }
        }
        self.runs.comparison = None;
    }

    pub(super) fn discard_run(&mut self, name: &str) {
        let Some(tree) = &mut self.runs.tree else { return };
        if !tree.discard(name) {
            return self.refuse("this is the only run", "Restart it to begin again.");
        }
        self.runs.named.remove(name);
        if self.runs.compared.as_deref() == Some(name) {
            self.runs.compare(None);
        }
        if self.runs.shown == name {
            let other = self.runs.infos().first().map(|info| info.name.clone()).unwrap_or_default();
            self.clock.playing = false;
            self.runs.compared = None;
            self.turn_to(other);
        }
    }

    /// What a person does to an instance is done at the moment shown: an earlier one stays as it was, and a fork goes on
    /// from it.
    pub(super) fn intervene(&mut self, operation: Operation) {
        let parent = self.runs.shown().to_owned();
        if let Some(seq) = self.past.as_ref().map(|past| past.seq) {
            self.fork(seq, None);
            self.now();
        }
        let place = match self.runs.shown() {
            same if same == parent => String::new(),
            fork => format!(" in the fork {fork}"),
        };
        let Some(run) = self.runs.run_mut() else { return };
        let before = run.run().last_seq();
        let words = match &operation {
            Operation::SetVariable { instance, variable, .. } => format!("Set {variable} of {instance}"),
            Operation::EditMessage { instance, message, .. } => format!("Changed {message} of {instance}"),
            _ => "Done".to_owned(),
        };
        run.operate(operation);
        self.answers.push(match refusal(run, before) {
            Some(reason) => {
                let help = "Choose an instance that is there, and write the value as its type does.";
                Answer::Refused(Diagnostic::error("L08", reason, help))
            }
            None => Answer::Done(format!("{words}{place}")),
        });
        self.follow();
        self.watch(self.watched);
    }
}

/// What a fork is called.
fn name_of(fault: &Fault, what: &str) -> String {
    match fault {
        Fault::Drop => format!("Without {what}"),
        Fault::Delay(span) => format!("{what} {} later", words(*span)),
        Fault::Duplicate => format!("{what} twice"),
        Fault::Replace(_) => format!("{what} changed"),
        Fault::Corrupt => format!("{what} cut in half"),
        Fault::FailPort { address, .. } => format!("{address} fails"),
        Fault::Sent { fault, .. } => name_of(fault, what),
        Fault::Before(_) => "Somebody acts".to_owned(),
    }
}

/// `2.5 s`, `3 min`.
pub fn words(span: TimeSpan) -> String {
    let rounded = |ticks: i64| (span.0 + ticks / 2) / ticks;
    let ms = rounded(TimeSpan::TICKS_PER_SECOND / 1_000);
    let tenths = rounded(TimeSpan::TICKS_PER_SECOND / 10);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 if tenths % 10 != 0 => format!("{}.{} s", tenths / 10, tenths % 10),
        1_000..120_000 => format!("{} s", tenths / 10),
        120_000..7_200_000 => format!("{} min", rounded(60 * TimeSpan::TICKS_PER_SECOND)),
        _ => format!("{} h", rounded(3_600 * TimeSpan::TICKS_PER_SECOND)),
    }
}

/// Time and publisher of the message that an event is about, to find it again in another run.
fn looked_at(record: &Run, seq: u64) -> Option<(DateTime, Publisher)> {
    let step = record.step_number(seq)?;
    let about = super::explain::publication(record, seq)?;
    let event = record.events_until(about).last()?;
    match &event.kind {
        EventKind::MessagePublished { publisher, .. } => Some((event.at, *publisher)),
        // It was never published: what came in that step may be now.
        _ => record.events().iter().find_map(|other| match &other.kind {
            EventKind::MessageReceived { port, .. } if record.step_number(other.seq) == Some(step) => {
                Some((event.at, Publisher::ReceivePort(*port)))
            }
            _ => None,
        }),
    }
}

/// The publication of the same message in another run: by the same publisher, nearest to that time.
fn met(record: &Run, at: DateTime, publisher: Publisher) -> Option<u64> {
    let same = |other: &Publisher| match (publisher, other) {
        (Publisher::Orchestration { port, .. }, Publisher::Orchestration { port: other, .. }) => {
            port == *other
        }
        (one, other) => one == *other,
    };
    let all = record.events().iter().filter_map(|event| match &event.kind {
        EventKind::MessagePublished { publisher, .. } if same(publisher) => Some((event.at, event.seq)),
        _ => None,
    });
    all.min_by_key(|(when, seq)| (when.since(at).0.abs(), *seq)).map(|(_, seq)| seq)
}
