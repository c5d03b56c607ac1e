//! The settings: looks and keys, each applied as soon as it is chosen.

use super::Studio;
use super::command::Command;
use super::icons::Glyph;
use super::keymap;
use super::panels::fields;
use super::preferences::SCALE;
use super::theme::{self, Appearance, Tokens};
use egui::{Align, Button, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

/// Name under which the next frame is asked to show the keys.
const SHOW_KEYS: &str = "show the keys";

/// Has the settings, once they are shown, scroll to the keys and give the keyboard to their filter.
pub fn show_keys(ctx: &egui::Context) {
    ctx.data_mut(|d| d.insert_temp(egui::Id::unique(SHOW_KEYS), true));
}

/// What the settings tab remembers while it is open.
#[derive(Debug, Default)]
pub struct SettingsView {
    query: String,
    /// The command whose keys are being pressed.
    recording: Option<Command>,
}

impl SettingsView {
    /// True while the next keys are for the keymap, not for the studio.
    pub fn recording(&self) -> bool {
        self.recording.is_some()
    }
}

impl Studio {
    pub(super) fn show_settings(&mut self, ui: &mut Ui, view: &mut SettingsView) {
        let t = Tokens::of(ui);
        ui.painter().rect_filled(ui.max_rect(), 0.0, t.panel);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(24, 16)).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(ui.available_width().min(760.0));
                ui.label(RichText::new("Settings").text_style(egui::TextStyle::Heading));
                ui.add_space(12.0);
                self.looks(ui);
                ui.add_space(20.0);
                self.keys(ui, view);
            });
        });
    }

    fn looks(&mut self, ui: &mut Ui) {
        section(ui, "Looks");
        let preferences = &mut self.preferences;
        row(ui, "Theme", "Colours of the whole window", |ui| {
            for (words, appearance) in [
                ("As the system", Appearance::System),
                ("Dark", Appearance::Dark),
                ("Light", Appearance::Light),
            ] {
                ui.radio_value(&mut preferences.appearance, appearance, words);
            }
        });
        row(ui, "High contrast", "Pure grounds, strong lines and darker or brighter colours", |ui| {
            ui.checkbox(&mut preferences.high_contrast, "Use high contrast");
        });
        row(ui, "Motion", "Changes are shown without movement", |ui| {
            ui.checkbox(&mut preferences.reduced_motion, "Reduce motion");
        });
        row(ui, "Size", "Size of everything in the window", |ui| {
            for (words, scale) in
                [("90 %", 0.9), ("100 %", 1.0), ("115 %", 1.15), ("130 %", 1.3), ("150 %", 1.5)]
            {
                let on = (preferences.scale - scale).abs() < 0.01;
                if ui.add(Button::new(words).selected(on)).clicked() {
                    preferences.scale = scale;
                }
            }
        });
    }

    fn keys(&mut self, ui: &mut Ui, view: &mut SettingsView) {
        let t = Tokens::of(ui);
        let heading = section(ui, "Keyboard");
        if let Some(command) = view.recording {
            if ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
                view.recording = None;
            } else if let Some(shortcut) = keymap::pressed(ui.ctx()) {
                self.preferences.keymap.set(command, Some(shortcut));
                view.recording = None;
            }
        }
        ui.horizontal(|ui| {
            let field =
                TextEdit::singleline(&mut view.query).hint_text("Filter commands").desired_width(260.0);
            let field = ui.add(field).accessible_name("Filter commands");
            if ui.data_mut(|d| d.remove_temp::<bool>(egui::Id::unique(SHOW_KEYS))).is_some() {
                heading.scroll_to_me(Some(Align::TOP));
                field.request_focus();
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Reset all keys").clicked() {
                    self.preferences.keymap.reset_all();
                }
            });
        });
        ui.add_space(8.0);
        let query = view.query.trim().to_lowercase();
        for command in Command::ALL {
            let (text, tooltip, _) = command.about();
            let keys = self.preferences.keymap.shortcut(command);
            let shown = keys.map_or_else(String::new, |keys| keymap::format(ui.ctx(), &keys));
            let matches =
                [text, tooltip, shown.as_str()].iter().any(|words| words.to_lowercase().contains(&query));
            if matches {
                self.key_row(ui, view, command, &shown);
            }
        }
        ui.add_space(8.0);
        let fixed = "On the canvas the arrow keys, Home and End walk the flow, Enter edits a text, else the name, + and - open and close.";
        ui.label(RichText::new(fixed).small().color(t.muted));
    }

    fn key_row(&mut self, ui: &mut Ui, view: &mut SettingsView, command: Command, shown: &str) {
        let t = Tokens::of(ui);
        let (text, tooltip, _) = command.about();
        let keymap = &mut self.preferences.keymap;
        let clash = keymap.shortcut(command).map(|keys| keymap.others(command, &keys)).unwrap_or_default();
        ui.horizontal(|ui| {
            ui.set_min_height(28.0);
            // What follows: keys, remove, reset.
            let room = (ui.available_width() - 132.0 - 20.0 - 64.0 - 32.0).clamp(140.0, 460.0);
            ui.allocate_ui_with_layout(vec2(room, 28.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(room);
                ui.set_max_width(room);
                ui.label(text).on_hover_text(tooltip);
                let about = RichText::new(tooltip).small().color(t.muted);
                ui.add(egui::Label::new(about).truncate());
            });
            let recording = view.recording == Some(command);
            let words = match (recording, shown) {
                (true, _) => "Press keys…",
                (false, "") => "No keys",
                (false, keys) => keys,
            };
            let color = if shown.is_empty() && !recording { t.muted } else { t.text };
            let button = Button::new(RichText::new(words).monospace().color(color)).selected(recording);
            let button = ui.add(button.min_size(vec2(132.0, 24.0)));
            let name = format!("Keys of {text}: {words}");
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            if button.on_hover_text("Press to give it other keys; Esc leaves them as they are").clicked() {
                view.recording = (!recording).then_some(command);
            }
            if shown.is_empty() {
                ui.add_space(28.0);
            } else {
                let remove = format!("Remove the keys of {text}");
                if fields::icon_button(ui, Glyph::Close, &remove).clicked() {
                    keymap.set(command, None);
                }
            }
            if keymap.is_own(command) {
                let reset = ui.add(Button::new("Reset").min_size(vec2(56.0, 24.0)));
                let name = format!("Reset the keys of {text}");
                reset.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                if reset.on_hover_text("Gives it back the keys it came with").clicked() {
                    keymap.reset(command);
                }
            }
        });
        if let Some(other) = clash.first() {
            let words = format!("{} has the same keys; the longer-known one wins", other.text());
            ui.label(RichText::new(words).small().color(t.warn));
        }
    }

    /// Makes the window look as the preferences say, and the keys mean what they say.
    pub(super) fn apply_preferences(&mut self, ctx: &egui::Context) {
        let p = &self.preferences;
        if self.applied != p.appearance {
            self.applied = p.appearance;
            ctx.set_theme(egui::ThemePreference::from(p.appearance));
        }
        theme::set_contrast(ctx, p.high_contrast);
        theme::set_reduced_motion(ctx, p.reduced_motion);
        if (ctx.zoom_factor() - p.scale).abs() > 0.001 {
            ctx.set_zoom_factor(p.scale);
        }
        keymap::install(ctx, &p.keymap);
    }

    pub(super) fn scale_by(&mut self, step: f32) {
        self.preferences.scale = (self.preferences.scale + step).clamp(*SCALE.start(), *SCALE.end());
    }
}

fn section(ui: &mut Ui, words: &str) -> egui::Response {
    let t = Tokens::of(ui);
    let heading = ui.label(RichText::new(words.to_uppercase()).text_style(theme::caption()).color(t.faint));
    ui.add_space(6.0);
    heading
}

fn row(ui: &mut Ui, words: &str, about: &str, controls: impl FnOnce(&mut Ui)) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(32.0);
        ui.allocate_ui_with_layout(vec2(132.0, 32.0), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(132.0);
            ui.label(RichText::new(words).color(t.muted)).on_hover_text(about);
        });
        controls(ui);
    });
}
