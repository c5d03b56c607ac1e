//! The places around the canvas: each reads the document and returns what the user asked for.

pub mod explorer;
pub mod fields;
pub mod page;
pub mod problems;
pub mod properties;
pub mod toolbox;
pub mod usages;

use crate::language::Target;

fn meant_id() -> egui::Id {
    egui::Id::unique("what a row means")
}

/// While the row has the keyboard, commands for a name mean this and not what is selected.
pub fn mean(row: &egui::Response, target: Option<Target>) {
    let named = target.map(|target| (row.id, target));
    row.ctx.data_mut(|data| data.insert_temp(meant_id(), named));
}

/// What the row that has the keyboard names, when that is not what is selected.
pub fn meant(ctx: &egui::Context) -> Option<Target> {
    let (row, target) = ctx.data(|data| data.get_temp::<Option<(egui::Id, Target)>>(meant_id()))??;
    (ctx.memory(|memory| memory.focused()) == Some(row)).then_some(target)
}
