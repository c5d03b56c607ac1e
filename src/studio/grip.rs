//! What a hand takes hold of.

use egui::{Pos2, Ui};

/// Where the button went down of a drag that begins in this frame, if nothing of another layer is there. A hand that moves at
/// once is over another widget by the time it is seen, and egui gives that one the drag: what was pressed is what it takes.
pub fn begun(ui: &Ui) -> Option<Pos2> {
    let pressed = ui.input(|i| i.pointer.press_origin().filter(|_| i.pointer.primary_down()))?;
    let here = ui.ctx().layer_id_at(pressed) == Some(ui.layer_id());
    (here && ui.ctx().drag_started_id().is_some()).then_some(pressed)
}
