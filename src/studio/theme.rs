//! Fonts, text styles and the widgets' look, made of the tokens of [`crate::drawing::palette`].

pub use crate::drawing::palette::Tokens;

use egui::epaint::Shadow;
use egui::{
    CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Vec2,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

impl Tokens {
    /// The tokens of the theme now shown.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::for_visuals(ui.visuals())
    }

    /// The tokens that `visuals` were made of.
    pub fn for_visuals(visuals: &egui::Visuals) -> &'static Self {
        let contrast = Self::for_theme(visuals.dark_mode, true);
        let plain = Self::for_theme(visuals.dark_mode, false);
        if visuals.weak_text_color == Some(contrast.muted) { contrast } else { plain }
    }
}

/// What the user chose; `System` follows the desktop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Appearance {
    #[default]
    System,
    Dark,
    Light,
}

impl From<Appearance> for egui::ThemePreference {
    fn from(appearance: Appearance) -> Self {
        match appearance {
            Appearance::System => Self::System,
            Appearance::Dark => Self::Dark,
            Appearance::Light => Self::Light,
        }
    }
}

/// Font family of medium weight, for buttons and tabs.
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

/// Font family of semibold weight, for names and headings.
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// Name of a thing in a panel: semibold 13.
pub fn strong() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// Section label: semibold 11.
pub fn caption() -> TextStyle {
    TextStyle::Name("caption".into())
}

/// Installs fonts and the styles of both themes. Call once for a context.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    egui_material_icons::initialize(ctx);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| apply(style, Tokens::for_theme(theme == Theme::Dark, false)));
    }
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Puts both themes in high contrast, or back.
pub fn set_contrast(ctx: &egui::Context, contrast: bool) {
    for theme in [Theme::Dark, Theme::Light] {
        if Tokens::for_visuals(&ctx.style_of(theme).visuals).contrast != contrast {
            let tokens = Tokens::for_theme(theme == Theme::Dark, contrast);
            ctx.style_mut_of(theme, |style| apply(style, tokens));
        }
    }
}

/// Turns animations off when the user asked for less motion.
pub fn set_reduced_motion(ctx: &egui::Context, reduced: bool) {
    let seconds = if reduced { 0.0 } else { 0.14 };
    if ctx.global_style().animation_time != seconds {
        ctx.all_styles_mut(|style| style.animation_time = seconds);
    }
}

fn fonts() -> FontDefinitions {
    use crate::drawing::fonts;
    let mut all = FontDefinitions::default();
    let faces = [
        ("Inter", fonts::REGULAR),
        ("Inter Medium", fonts::MEDIUM),
        ("Inter SemiBold", fonts::SEMIBOLD),
        ("JetBrains Mono", fonts::MONO),
    ];
    for (name, bytes) in faces {
        all.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = all.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, face) in [
        (FontFamily::Proportional, "Inter"),
        (medium(), "Inter Medium"),
        (semibold(), "Inter SemiBold"),
        (FontFamily::Monospace, "JetBrains Mono"),
    ] {
        let mut faces = vec![face.to_owned()];
        faces.extend(fallback.iter().cloned());
        all.families.insert(family, faces);
    }
    all
}

fn apply(style: &mut egui::Style, t: &Tokens) {
    style.text_styles = [
        (TextStyle::Body, FontId::proportional(13.0)),
        (TextStyle::Button, FontId::new(13.0, medium())),
        (TextStyle::Heading, FontId::new(15.0, semibold())),
        (TextStyle::Small, FontId::proportional(11.5)),
        (TextStyle::Monospace, FontId::monospace(12.0)),
        (strong(), FontId::new(13.0, semibold())),
        (caption(), FontId::new(10.5, semibold())),
    ]
    .into();
    style.animation_time = 0.14;
    style.spacing.item_spacing = Vec2::new(8.0, 6.0);
    style.spacing.button_padding = Vec2::new(10.0, 4.0);
    style.spacing.interact_size = Vec2::new(32.0, 26.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.combo_width = 80.0;
    style.spacing.combo_height = 320.0;
    style.spacing.icon_width = 16.0;
    style.spacing.icon_width_inner = 9.0;
    style.spacing.scroll.bar_width = 8.0;
    // It springs back from where a list is scrolled to in the frame in which it grows.
    style.spacing.scroll.kinetic.rubber_band = false;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;

    let v = &mut style.visuals;
    v.dark_mode = t.dark;
    v.override_text_color = None;
    v.weak_text_color = Some(t.muted);
    v.panel_fill = t.panel;
    v.window_fill = t.panel;
    v.window_stroke = Stroke::new(1.0, t.line_strong);
    v.window_corner_radius = CornerRadius::same(10);
    v.menu_corner_radius = CornerRadius::same(8);
    v.window_shadow = Shadow { offset: [0, 10], blur: 32, spread: 0, color: t.shadow };
    v.popup_shadow = Shadow { offset: [0, 6], blur: 18, spread: 0, color: t.shadow };
    v.extreme_bg_color = t.field;
    v.text_edit_bg_color = Some(t.field);
    v.faint_bg_color = t.field;
    v.code_bg_color = t.field;
    v.hyperlink_color = t.selection;
    v.warn_fg_color = t.warn;
    v.error_fg_color = t.error;
    v.selection.bg_fill = t.tint(t.panel, t.selection, if t.dark { 0.35 } else { 0.22 });
    v.disabled_alpha = if t.contrast { 0.75 } else { 0.5 };
    // What has the keyboard is framed with it.
    let ring = if t.contrast { 2.0 } else { 1.0 };
    v.selection.stroke = Stroke::new(ring, t.text);
    v.striped = false;
    v.slider_trailing_fill = true;
    v.indent_has_left_vline = false;

    let radius = CornerRadius::same(6);
    let w = &mut v.widgets;
    for (state, fill, border, text) in [
        (&mut w.noninteractive, t.panel, t.line, t.text),
        (&mut w.inactive, t.field, t.line_strong, t.text),
        (&mut w.hovered, t.tint(t.field, t.text, 0.06), t.tint(t.line_strong, t.text, 0.25), t.text),
        (&mut w.active, t.tint(t.field, t.text, 0.10), t.selection, t.text),
        (&mut w.open, t.tint(t.field, t.text, 0.06), t.line_strong, t.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, border);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    w.active.bg_stroke.width = ring;
}
