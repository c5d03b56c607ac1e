//! Which of several things a panel shows.

use crate::studio::theme::{self, Tokens};
use egui::{Button, RichText, Ui};

/// Tabs as words; the active one is underlined in brass.
pub fn tab_bar<T: Copy + PartialEq>(ui: &mut Ui, active: T, tabs: &[(T, &str)]) -> T {
    let t = Tokens::of(ui);
    let mut chosen = active;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        ui.spacing_mut().button_padding.x = 0.0;
        for (tab, words) in tabs {
            let on = *tab == active;
            let text = RichText::new(*words).family(theme::medium()).color(if on { t.text } else { t.muted });
            let response = ui.add(Button::selectable(false, text).frame_when_inactive(false));
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, on, *words));
            if on {
                let under = response.rect;
                let line = egui::Rect::from_min_max(
                    egui::pos2(under.left(), under.bottom() - 2.0),
                    under.right_bottom(),
                );
                ui.painter().rect_filled(line, 1.0, t.brand);
            }
            if response.clicked() {
                chosen = *tab;
            }
        }
    });
    chosen
}
