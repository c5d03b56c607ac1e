//! Which nodes have problems, for a drawing so small that many of them are one block.

use crate::diagnostic::Severity;
use crate::drawing::layout::Layout;
use crate::model::Id;
use std::collections::BTreeMap;
use std::ops::Range;

/// The nodes with problems by their places in [`Layout::nodes`], and the worst of each.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    made_for: Option<(u64, u64)>,
    nodes: Vec<(usize, Severity)>,
}

impl Troubles {
    /// `now` changes with the layout and with the problems.
    pub fn refresh(&mut self, layout: &Layout, problems: &BTreeMap<Id, Severity>, now: (u64, u64)) {
        if self.made_for == Some(now) {
            return;
        }
        let place = |id: &Id| {
            let own = layout.indexed(id).map(|(at, _)| at);
            // What a closed container hides is a problem of its card.
            own.or_else(|| layout.visible(id)?.end.checked_sub(1))
        };
        self.nodes = problems.iter().filter_map(|(id, severity)| Some((place(id)?, *severity))).collect();
        self.nodes.sort_unstable();
        self.made_for = Some(now);
    }

    /// The worst of those nodes.
    pub fn worst(&self, nodes: Range<usize>) -> Option<Severity> {
        let first = self.nodes.partition_point(|(at, _)| *at < nodes.start);
        let found = self.nodes.iter().skip(first).take_while(|(at, _)| *at < nodes.end);
        found.map(|(_, severity)| *severity).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::layout::layout;
    use crate::studio::sample;
    use std::collections::BTreeSet;

    #[test]
    fn a_block_shows_the_worst_of_what_is_in_it() {
        let app = sample::load("southridge").unwrap();
        let (module, orchestration) = app.orchestration("OrderManagerOrch").unwrap();
        let outer = orchestration.body.iter().find(|s| s.blocks().iter().any(|(_, b)| b.len() > 1)).unwrap();
        let inner: Vec<Id> = outer.blocks()[0].1.iter().map(|s| s.id.clone()).collect();
        let problems =
            BTreeMap::from([(inner[0].clone(), Severity::Warning), (inner[1].clone(), Severity::Error)]);
        let open = layout(&app, module, orchestration, &BTreeSet::new());
        let mut troubles = Troubles::default();
        troubles.refresh(&open, &problems, (1, 1));
        let (at, node) = open.indexed(&outer.id).unwrap();
        assert_eq!(troubles.worst(at..node.end), Some(Severity::Error));
        assert_eq!(troubles.worst(at..at + 1), None, "it has none of its own");
        assert_eq!(troubles.worst(node.end..open.nodes.len()), None);
        let closed = layout(&app, module, orchestration, &[outer.id.clone()].into());
        troubles.refresh(&closed, &problems, (2, 1));
        let (at, _) = closed.indexed(&outer.id).unwrap();
        assert_eq!(troubles.worst(at..at + 1), Some(Severity::Error), "closed it tells of what it hides");
    }
}
