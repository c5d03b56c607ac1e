//! Colours, fonts and text styles: the only place that names a colour.

use egui::epaint::Shadow;
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, Theme,
    Vec2,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The colours of one theme. Colour means kind or state, never decoration.
#[derive(Debug)]
pub struct Tokens {
    pub canvas: Color32,
    /// Port surfaces.
    pub surface: Color32,
    pub panel: Color32,
    pub card: Color32,
    /// Fields and rows, a step away from the panel.
    pub field: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    pub text: Color32,
    pub muted: Color32,
    /// Section labels only: below the contrast of running text.
    pub faint: Color32,
    /// What moves, and where we are: tokens, the playhead, the active tab.
    pub brand: Color32,
    pub on_brand: Color32,
    pub selection: Color32,
    pub ok: Color32,
    pub warn: Color32,
    pub error: Color32,
    pub messaging: Color32,
    pub construct: Color32,
    pub flow: Color32,
    pub scope: Color32,
    pub call: Color32,
    /// Expressions and time.
    pub expression: Color32,
    pub shadow: Color32,
    pub dark: bool,
}

static DARK: Tokens = Tokens {
    canvas: Color32::from_rgb(0x0E, 0x11, 0x16),
    surface: Color32::from_rgb(0x11, 0x16, 0x1C),
    panel: Color32::from_rgb(0x14, 0x19, 0x20),
    card: Color32::from_rgb(0x1E, 0x25, 0x30),
    field: Color32::from_rgb(0x1A, 0x20, 0x2A),
    line: Color32::from_rgb(0x2B, 0x34, 0x40),
    line_strong: Color32::from_rgb(0x3A, 0x46, 0x56),
    text: Color32::from_rgb(0xE7, 0xEC, 0xF2),
    muted: Color32::from_rgb(0x8B, 0x97, 0xA6),
    faint: Color32::from_rgb(0x5B, 0x66, 0x75),
    brand: Color32::from_rgb(0xE2, 0xB0, 0x4A),
    on_brand: Color32::from_rgb(0x14, 0x19, 0x20),
    selection: Color32::from_rgb(0x5A, 0xA9, 0xFF),
    ok: Color32::from_rgb(0x4C, 0xC3, 0x8A),
    warn: Color32::from_rgb(0xE9, 0xB4, 0x4C),
    error: Color32::from_rgb(0xF2, 0x72, 0x6B),
    messaging: Color32::from_rgb(0x5A, 0xA9, 0xFF),
    construct: Color32::from_rgb(0xB7, 0x9B, 0xFF),
    flow: Color32::from_rgb(0xE9, 0xB4, 0x4C),
    scope: Color32::from_rgb(0x3F, 0xC7, 0xB8),
    call: Color32::from_rgb(0x4C, 0xC3, 0x8A),
    expression: Color32::from_rgb(0x9A, 0xA6, 0xB5),
    shadow: Color32::from_black_alpha(90),
    dark: true,
};

static LIGHT: Tokens = Tokens {
    canvas: Color32::from_rgb(0xF4, 0xF6, 0xF8),
    surface: Color32::from_rgb(0xEA, 0xEE, 0xF2),
    panel: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    field: Color32::from_rgb(0xF1, 0xF4, 0xF7),
    line: Color32::from_rgb(0xDC, 0xE2, 0xE9),
    line_strong: Color32::from_rgb(0xC3, 0xCC, 0xD6),
    text: Color32::from_rgb(0x18, 0x20, 0x2A),
    muted: Color32::from_rgb(0x5D, 0x6A, 0x79),
    faint: Color32::from_rgb(0x93, 0xA0, 0xAE),
    brand: Color32::from_rgb(0x90, 0x63, 0x00),
    on_brand: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    selection: Color32::from_rgb(0x1F, 0x78, 0xE0),
    ok: Color32::from_rgb(0x17, 0x8A, 0x57),
    warn: Color32::from_rgb(0x96, 0x62, 0x00),
    error: Color32::from_rgb(0xC7, 0x39, 0x31),
    messaging: Color32::from_rgb(0x1F, 0x78, 0xE0),
    construct: Color32::from_rgb(0x7A, 0x55, 0xD9),
    flow: Color32::from_rgb(0xB5, 0x7A, 0x00),
    scope: Color32::from_rgb(0x0E, 0x8F, 0x83),
    call: Color32::from_rgb(0x17, 0x8A, 0x57),
    expression: Color32::from_rgb(0x5D, 0x6A, 0x79),
    shadow: Color32::from_black_alpha(26),
    dark: false,
};

impl Tokens {
    /// The tokens of the theme now shown.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::for_visuals(ui.visuals())
    }

    pub fn for_visuals(visuals: &egui::Visuals) -> &'static Self {
        Self::for_theme(visuals.dark_mode)
    }

    pub fn for_theme(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// `kind` laid over the card colour, for chips and container tints; `strength` is 0 to 1.
    pub fn tint(&self, base: Color32, kind: Color32, strength: f32) -> Color32 {
        base.lerp_to_gamma(kind, strength)
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
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| apply(style, Tokens::for_theme(theme == Theme::Dark)));
    }
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Turns animations off when the user asked for less motion.
pub fn set_reduced_motion(ctx: &egui::Context, reduced: bool) {
    let seconds = if reduced { 0.0 } else { 0.14 };
    if ctx.global_style().animation_time != seconds {
        ctx.all_styles_mut(|style| style.animation_time = seconds);
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let faces: [(&str, &'static [u8]); 4] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("Inter Medium", include_bytes!("../../assets/fonts/Inter-Medium.otf")),
        ("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
        ("JetBrains Mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ];
    for (name, bytes) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, face) in [
        (FontFamily::Proportional, "Inter"),
        (medium(), "Inter Medium"),
        (semibold(), "Inter SemiBold"),
        (FontFamily::Monospace, "JetBrains Mono"),
    ] {
        let mut faces = vec![face.to_owned()];
        faces.extend(fallback.iter().cloned());
        fonts.families.insert(family, faces);
    }
    fonts
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
    v.selection.stroke = Stroke::new(1.0, t.text);
    v.striped = false;
    v.slider_trailing_fill = true;
    v.indent_has_left_vline = false;

    let radius = CornerRadius::same(6);
    let w = &mut v.widgets;
    for (state, fill, border, text) in [
        (&mut w.noninteractive, t.panel, t.line, t.text),
        (&mut w.inactive, t.field, t.line, t.text),
        (&mut w.hovered, t.tint(t.field, t.text, 0.06), t.line_strong, t.text),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = egui::Rgba::from(c).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (x, y) = (luminance(a), luminance(b));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    #[test]
    fn text_is_readable_in_both_themes() {
        for t in [&DARK, &LIGHT] {
            for (name, text) in [("text", t.text), ("muted", t.muted), ("brand", t.brand), ("error", t.error)]
            {
                for ground in [t.canvas, t.panel, t.card] {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{name} has contrast {ratio:.2} (dark: {})", t.dark);
                }
            }
        }
    }
}
