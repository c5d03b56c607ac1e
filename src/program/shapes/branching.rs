use crate::diagnostic::Place;
use crate::message::Name;
use crate::model::{self, Branches, Shape, ShapeKind};
use crate::program::ShapeInfo;
use crate::program::op::{ListenBranch, Op};
use crate::program::service::{ServiceCompiler, small};
use crate::xlang::Slot;

/// Decide, Parallel Actions and Listen.
impl ServiceCompiler<'_> {
    pub(super) fn decide(&mut self, shape: &Shape, branches: &Branches, declared: Option<&Op>) {
        let mut exits = Vec::new();
        for (at, branch) in branches.branches.iter().enumerate() {
            let is_else = at + 1 == branches.branches.len() && branch.condition.trim().is_empty();
            let number = self.branch_info(branch, "Decision Branch");
            let mut next = None;
            if !is_else {
                let place = Place {
                    id: Some(branch.id.clone()),
                    name: format!("{} › {}", shape.name, branch.name),
                    property: "condition",
                    ..self.root_place()
                };
                if let Some(code) = self.code(&branch.condition, Slot::Condition, place) {
                    next = Some(self.push(Op::Unless { code, target: 0 }));
                }
            }
            self.push(Op::Started(number));
            self.block(&branch.body, declared);
            self.push(Op::Completed(number));
            exits.push(self.push(Op::Jump(0)));
            if let Some(next) = next {
                self.land(next);
            }
        }
        for exit in exits {
            self.land(exit);
        }
    }

    pub(super) fn parallel(&mut self, branches: &Branches, declared: Option<&Op>) {
        // Several receives may activate; only one does, and the variables begin once (RCV-3).
        if let Some(declared) = declared.filter(|_| branches.branches.iter().any(activates)) {
            self.push(declared.clone());
        }
        let fork = self.push(Op::Parallel { branches: Box::default(), join: 0 });
        let mut starts = Vec::new();
        let mut receives = Vec::new();
        for branch in &branches.branches {
            starts.push(self.here());
            let first = self.service.receives.len();
            let number = self.branch_info(branch, "Parallel Branch");
            self.push(Op::Started(number));
            self.block(&branch.body, None);
            self.push(Op::Completed(number));
            self.push(Op::EndBranch);
            receives.push(small(first)..small(self.service.receives.len()));
        }
        self.find_parallel_convoys(&receives);
        let here = self.here();
        if let Some(Op::Parallel { branches, join }) = self.service.ops.get_mut(fork) {
            *branches = starts.into();
            *join = here;
        }
    }

    /// Receives in several branches that initialise exactly the same sets are one convoy (CVY-20).
    fn find_parallel_convoys(&mut self, branches: &[std::ops::Range<u16>]) {
        let mut convoys: Vec<(Vec<u16>, Vec<u16>, usize)> = Vec::new();
        for (branch, range) in branches.iter().enumerate() {
            for receive in range.clone() {
                let Some(info) = self.service.receive(receive) else { continue };
                let mut sets = info.initializes.clone();
                sets.sort_unstable();
                match convoys.iter_mut().find(|(known, ..)| *known == sets) {
                    _ if sets.is_empty() => {}
                    // The first of each branch counts.
                    Some((_, _, last)) if *last == branch => {}
                    Some((_, receives, last)) => {
                        receives.push(receive);
                        *last = branch;
                    }
                    None => convoys.push((sets, vec![receive], branch)),
                }
            }
        }
        for (_, receives, _) in convoys.into_iter().filter(|(_, receives, _)| receives.len() > 1) {
            for receive in &receives {
                if let Some(info) = self.service.receives.get_mut(usize::from(*receive)) {
                    info.convoy = true;
                }
            }
            self.parallel_convoys.push(receives);
        }
    }

    pub(super) fn branch_info(&mut self, branch: &model::Branch, kind: &'static str) -> u16 {
        let number = small(self.service.shapes.len());
        self.service.shapes.push(ShapeInfo {
            id: Name::new(branch.id.as_str()),
            name: branch.name.as_str().into(),
            kind,
        });
        number
    }

    /// The head of each branch is part of the Listen; the rest of the branch follows at its target (LIS-1).
    pub(super) fn listen(&mut self, shape: &Shape, branches: &Branches, declared: Option<&Op>) {
        let at = small(self.service.listens.len());
        self.service.listens.push(Vec::new());
        self.push(Op::Listen(at));
        let mut heads = Vec::new();
        let mut exits = Vec::new();
        for branch in &branches.branches {
            let number = self.branch_info(branch, "Listen Branch");
            let Some((head, rest)) = branch.body.split_first() else {
                self.report(
                    "V15",
                    format!("Branch {} of {} is empty", branch.name, shape.name),
                    "Start it with a Receive or a Delay",
                    self.place(shape, "branches"),
                );
                continue;
            };
            let head_number = self.shape_info(head);
            let target = self.here();
            let listen = match &head.kind {
                ShapeKind::Receive(receive) => self
                    .receive_info(head, head_number, receive)
                    .map(|receive| ListenBranch::Receive { receive, branch: number, target }),
                ShapeKind::Delay(code) => self
                    .code(&code.text, Slot::Delay, self.place(head, "text"))
                    .map(|code| ListenBranch::Delay { code, shape: head_number, branch: number, target }),
                _ => {
                    self.report(
                        "V15",
                        format!("Branch {} of {} starts with {}", branch.name, shape.name, head.kind.label()),
                        "Start every branch of a Listen with a Receive or a Delay",
                        self.place(head, ""),
                    );
                    None
                }
            };
            heads.extend(listen);
            if matches!(&head.kind, ShapeKind::Receive(r) if r.activate)
                && let Some(declared) = declared
            {
                self.push(declared.clone());
            }
            self.block(rest, None);
            self.push(Op::Completed(number));
            exits.push(self.push(Op::Jump(0)));
        }
        for exit in exits {
            self.land(exit);
        }
        if let Some(listen) = self.service.listens.get_mut(usize::from(at)) {
            *listen = heads;
        }
    }
}

/// True when a branch holds a receive that activates.
fn activates(branch: &model::Branch) -> bool {
    branch.body.iter().any(|shape| {
        let mut found = false;
        shape.visit(&mut |inner| {
            found |= matches!(&inner.kind, ShapeKind::Receive(receive) if receive.activate);
        });
        found
    })
}
