//! Renaming in place: a field over the name of a shape or branch.

use super::view::{Canvas, CanvasAction};
use crate::model::Id;
use egui::emath::TSTransform;
use egui::{Key, Rect, Ui, vec2};

/// Inline rename of a node.
#[derive(Clone, Debug)]
pub(super) struct Rename {
    id: Id,
    text: String,
    fresh: bool,
}

impl Canvas {
    pub fn start_rename(&mut self, id: &Id, name: &str) {
        self.rename = Some(Rename { id: id.clone(), text: name.to_owned(), fresh: true });
    }

    pub(super) fn rename_field(
        &mut self,
        ui: &Ui,
        canvas: Rect,
        view: TSTransform,
        actions: &mut Vec<CanvasAction>,
    ) {
        let Some(rename) = &mut self.rename else { return };
        let Some(place) = self.layout.place_of(&rename.id) else {
            self.rename = None;
            return;
        };
        let rect = view * place;
        // From where the name begins, so that nothing of it shows beside the field.
        let left = 40.0_f32.min(36.0 * view.scaling);
        let width = (rect.width() - left - 16.0).clamp(160.0, 360.0);
        // A wide shape begins beside the canvas; one types in it all the same.
        let at = rect.left_top() + vec2(left, 4.0);
        let at = at.min(canvas.max - vec2(width + 12.0, 36.0)).max(canvas.min + vec2(4.0, 4.0));
        let mut done = false;
        egui::Area::new(egui::Id::unique("rename in place")).fixed_pos(at).show(ui, |ui| {
            let field = egui::TextEdit::singleline(&mut rename.text)
                .desired_width(width)
                .font(crate::studio::theme::strong())
                .clip_text(true);
            let response = ui.add(field).accessible_name("New name");
            if rename.fresh {
                response.request_focus();
                select_all(ui, response.id, rename.text.chars().count());
                rename.fresh = false;
            }
            if response.lost_focus() {
                done = true;
                if !ui.input(|i| i.key_pressed(Key::Escape)) {
                    actions.push(CanvasAction::Rename { id: rename.id.clone(), name: rename.text.clone() });
                }
            }
        });
        if done {
            self.focus = self.rename.take().map(|r| r.id);
        }
    }
}

/// Selects everything in the text field `id`.
pub fn select_all(ui: &Ui, id: egui::Id, chars: usize) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::default(), CCursor::new(chars))));
    state.store(ui.ctx(), id);
}
