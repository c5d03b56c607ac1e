//! Changes as text, a line each, with the properties below.

use super::{Change, ChangeKind, Detail};
use similar::{ChangeTag, TextDiff};
use std::fmt;

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
            ChangeKind::Moved => '>',
        };
        write!(f, "{sign} {}", self.name)?;
        match self.kind {
            ChangeKind::Moved if self.from == self.place => write!(f, ", {} in another order", self.place)?,
            ChangeKind::Moved => write!(f, ", now {}, was {}", self.place, self.from)?,
            ChangeKind::Added | ChangeKind::Removed if !self.place.is_empty() => {
                write!(f, ", {}", self.place)?
            }
            _ => {}
        }
        for detail in &self.details {
            write!(f, "\n{detail}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (self.old.as_deref().unwrap_or_default(), self.new.as_deref().unwrap_or_default());
        let property = self.property.replace('_', " ");
        if !old.contains('\n') && !new.contains('\n') {
            return match (&self.old, &self.new) {
                (None, _) => write!(f, "    {property}: {new}"),
                (_, None) => write!(f, "    {property}: no longer {old}"),
                _ => write!(f, "    {property}: {old} → {new}"),
            };
        }
        write!(f, "    {property}:")?;
        for group in TextDiff::from_lines(old, new).grouped_ops(2) {
            for op in group {
                for line in TextDiff::from_lines(old, new).iter_changes(&op) {
                    let sign = match line.tag() {
                        ChangeTag::Delete => '-',
                        ChangeTag::Insert => '+',
                        ChangeTag::Equal => ' ',
                    };
                    write!(f, "\n      {sign} {}", line.value().trim_end())?;
                }
            }
        }
        Ok(())
    }
}
