use crate::engine::{Event, EventKind, InstanceChange, InstanceId, Publisher, Subscriber};
use crate::filter::{Datum, Field, Key, Subject};
use crate::message::{DateTime, MessageId, Name};
use crate::program::Program;
use rustc_hash::FxHashMap;

/// How an orchestration came to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begot {
    /// A message from outside, or of a receive port, activated it.
    Outside(Option<MessageId>),
    /// A message that its parent published activated it.
    Activated(MessageId),
    /// Start Orchestration: an instance of its own (section 1.13).
    Started,
    /// Call Orchestration: it runs in the instance of its caller.
    Called,
}

/// One orchestration of the call tree, in the order of a walk from the roots down.
#[derive(Clone, Debug, PartialEq)]
pub struct CallNode {
    pub instance: InstanceId,
    pub service: Name,
    pub begot: Begot,
    /// Shape of the parent that called or started it, and the parent's service.
    pub by: Option<(Name, Name)>,
    /// 0 for a root.
    pub depth: usize,
    /// `seq` of the event with which it began.
    pub seq: u64,
    pub begun: DateTime,
    /// `None` while it runs.
    pub ended: Option<DateTime>,
    /// Orchestrations below it, at any depth.
    pub below: usize,
}

#[derive(Debug)]
struct Grown {
    node: CallNode,
    children: Vec<usize>,
}

/// What is known while the events are read.
#[derive(Debug, Default)]
struct Tree<'a> {
    program: Option<&'a Program>,
    all: Vec<Grown>,
    roots: Vec<usize>,
    /// By instance: its own node, then the calls that are open in it with their call shape.
    open: FxHashMap<InstanceId, Vec<(usize, Option<Name>)>>,
    /// Service, shape and instance of the call that has not shown yet whom it calls.
    calling: FxHashMap<InstanceId, (Name, Name)>,
    /// Who published which message.
    publishers: FxHashMap<MessageId, InstanceId>,
    /// The activation that is about to make an instance.
    activating: Option<(Name, MessageId)>,
    /// Instance, service and shape that ran last.
    running: Option<(InstanceId, Name, Name)>,
}

/// Who called, started and activated whom, oldest root first. Only events that tell of it count, so part of a record is a
/// forest of what it has.
pub fn call_tree<'a>(events: impl IntoIterator<Item = &'a Event>, program: &Program) -> Vec<CallNode> {
    let mut tree = Tree { program: Some(program), ..Tree::default() };
    for event in events {
        tree.read(event);
    }
    let mut walked = Vec::with_capacity(tree.all.len());
    for root in &tree.roots {
        walk(&tree.all, *root, 0, &mut walked);
    }
    walked
}

fn walk(all: &[Grown], at: usize, depth: usize, walked: &mut Vec<CallNode>) {
    // As deep as calls nest; a chain of activations without end is cut where nobody would follow it.
    const DEEPEST: usize = 200;
    let Some(grown) = all.get(at) else { return };
    let place = walked.len();
    walked.push(CallNode { depth, ..grown.node.clone() });
    if depth < DEEPEST {
        grown.children.iter().for_each(|child| walk(all, *child, depth + 1, walked));
    }
    let below = walked.len() - place - 1;
    if let Some(node) = walked.get_mut(place) {
        node.below = below;
    }
}

impl Tree<'_> {
    fn read(&mut self, event: &Event) {
        match &event.kind {
            EventKind::MessagePublished { message, publisher: Publisher::Orchestration { instance, .. } } => {
                self.publishers.insert(message.id, *instance);
            }
            EventKind::SubscriptionMatched { message, owner: Subscriber::Activation { service }, .. } => {
                self.activating = Some((*service, *message));
            }
            EventKind::Instance { instance, service, change } => {
                self.change(*instance, *service, change, event)
            }
            EventKind::ShapeStarted { instance, service, shape } => {
                self.started(*instance, *service, *shape, event);
            }
            EventKind::ShapeCompleted { instance, shape, .. } => {
                self.calling.remove(instance);
                let calls = self.open.get_mut(instance);
                let Some(at) = calls.as_ref().and_then(|c| c.iter().rposition(|(_, by)| *by == Some(*shape)))
                else {
                    return;
                };
                let ended = calls.map(|calls| calls.remove(at));
                if let Some(grown) = ended.and_then(|(node, _)| self.all.get_mut(node)) {
                    grown.node.ended = Some(event.at);
                }
            }
            _ => {}
        }
    }

    fn change(&mut self, id: InstanceId, service: Name, change: &InstanceChange, event: &Event) {
        if self.program.is_none_or(|program| program.service_by_name(service).is_none()) {
            return;
        }
        match change {
            InstanceChange::Created => {
                let activated = self.activating.take().filter(|(of, _)| *of == service).map(|(_, m)| m);
                let (begot, parent, by) = match activated {
                    Some(message) => match self.publishers.get(&message) {
                        Some(publisher) => (Begot::Activated(message), self.own(*publisher), None),
                        None => (Begot::Outside(Some(message)), None, None),
                    },
                    // Nothing activated it, so the one that runs has started it.
                    None => match self.running {
                        Some((running, caller, shape)) => {
                            (Begot::Started, self.innermost(running), Some((caller, shape)))
                        }
                        None => (Begot::Outside(None), None, None),
                    },
                };
                let node = self.grow(id, service, begot, by, parent, event);
                self.open.insert(id, vec![(node, None)]);
            }
            InstanceChange::Completed | InstanceChange::Terminated { .. } => {
                for (node, _) in self.open.remove(&id).unwrap_or_default() {
                    if let Some(grown) = self.all.get_mut(node) {
                        grown.node.ended = Some(event.at);
                    }
                }
            }
            _ => {}
        }
    }

    fn started(&mut self, id: InstanceId, service: Name, shape: Name, event: &Event) {
        self.running = Some((id, service, shape));
        if let Some((caller, call)) = self.calling.get(&id).copied().filter(|(caller, _)| *caller != service)
        {
            self.calling.remove(&id);
            let parent = self.innermost(id);
            let node = self.grow(id, service, Begot::Called, Some((caller, call)), parent, event);
            self.open.entry(id).or_default().push((node, Some(call)));
        }
        let info = self.program.and_then(|program| program.shape(service, shape));
        if info.is_some_and(|info| info.kind == "Call Orchestration") {
            self.calling.insert(id, (service, shape));
        }
    }

    fn grow(
        &mut self,
        instance: InstanceId,
        service: Name,
        begot: Begot,
        by: Option<(Name, Name)>,
        parent: Option<usize>,
        event: &Event,
    ) -> usize {
        let at = self.all.len();
        let (seq, begun) = (event.seq, event.at);
        let node = CallNode { instance, service, begot, by, depth: 0, seq, begun, ended: None, below: 0 };
        self.all.push(Grown { node, children: Vec::new() });
        match parent.and_then(|parent| self.all.get_mut(parent)) {
            Some(parent) => parent.children.push(at),
            None => self.roots.push(at),
        }
        at
    }

    fn own(&self, id: InstanceId) -> Option<usize> {
        self.open.get(&id)?.first().map(|(node, _)| *node)
    }

    fn innermost(&self, id: InstanceId) -> Option<usize> {
        self.open.get(&id)?.last().map(|(node, _)| *node)
    }
}

/// An orchestration of the tree as a filter sees it, at a time.
#[derive(Clone, Copy, Debug)]
pub struct CallFacts<'a> {
    pub node: &'a CallNode,
    pub now: DateTime,
}

impl Subject for CallFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let node = self.node;
        match field.key {
            Key::Instance => take(Datum::Id(node.instance.0)),
            Key::Service => take(Datum::Name(node.service)),
            Key::Sequence => {
                #[expect(clippy::cast_precision_loss, reason = "a counter, far below 2^52")]
                let seq = node.seq as f64;
                take(Datum::Number(seq))
            }
            Key::At => take(Datum::Time(node.begun)),
            Key::Age => take(Datum::Span(node.ended.unwrap_or(self.now).since(node.begun))),
            Key::State => take(Datum::Text(if node.ended.is_some() { "completed" } else { "active" })),
            Key::Shape => node.by.is_some_and(|(_, shape)| take(Datum::Name(shape))),
            Key::Message => match node.begot {
                Begot::Activated(message) | Begot::Outside(Some(message)) => take(Datum::Id(message.0)),
                _ => false,
            },
            Key::Text => take(Datum::Name(node.service)),
            _ => false,
        }
    }
}
