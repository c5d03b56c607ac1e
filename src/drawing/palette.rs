//! The colours of every theme: the only place that names a colour. Window, pictures and reports share them.

use ecolor::Color32;

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
    /// Section labels only: the quietest that still can be read.
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
    /// High contrast: pure grounds, strong lines.
    pub contrast: bool,
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
    muted: Color32::from_rgb(0x97, 0xA3, 0xB2),
    faint: Color32::from_rgb(0x7A, 0x85, 0x93),
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
    contrast: false,
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
    muted: Color32::from_rgb(0x52, 0x5F, 0x6E),
    faint: Color32::from_rgb(0x60, 0x6C, 0x7A),
    brand: Color32::from_rgb(0x85, 0x5B, 0x00),
    on_brand: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    selection: Color32::from_rgb(0x1A, 0x6B, 0xCB),
    ok: Color32::from_rgb(0x13, 0x76, 0x4A),
    warn: Color32::from_rgb(0x8A, 0x5C, 0x00),
    error: Color32::from_rgb(0xC7, 0x39, 0x31),
    messaging: Color32::from_rgb(0x1A, 0x6B, 0xCB),
    construct: Color32::from_rgb(0x74, 0x50, 0xD2),
    flow: Color32::from_rgb(0x8F, 0x61, 0x00),
    scope: Color32::from_rgb(0x0B, 0x7A, 0x70),
    call: Color32::from_rgb(0x13, 0x76, 0x4A),
    expression: Color32::from_rgb(0x52, 0x5F, 0x6E),
    shadow: Color32::from_black_alpha(26),
    dark: false,
    contrast: false,
};

static CONTRAST_DARK: Tokens = Tokens {
    canvas: Color32::from_rgb(0x00, 0x00, 0x00),
    surface: Color32::from_rgb(0x00, 0x00, 0x00),
    panel: Color32::from_rgb(0x00, 0x00, 0x00),
    card: Color32::from_rgb(0x0A, 0x0A, 0x0A),
    field: Color32::from_rgb(0x14, 0x14, 0x14),
    line: Color32::from_rgb(0x8A, 0x92, 0x9C),
    line_strong: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    text: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    muted: Color32::from_rgb(0xE2, 0xE6, 0xEB),
    faint: Color32::from_rgb(0xCD, 0xD3, 0xDA),
    brand: Color32::from_rgb(0xFF, 0xD7, 0x5E),
    on_brand: Color32::from_rgb(0x00, 0x00, 0x00),
    selection: Color32::from_rgb(0x6F, 0xC3, 0xFF),
    ok: Color32::from_rgb(0x5C, 0xF2, 0x9A),
    warn: Color32::from_rgb(0xFF, 0xD2, 0x4A),
    error: Color32::from_rgb(0xFF, 0x9A, 0x92),
    messaging: Color32::from_rgb(0x7C, 0xC4, 0xFF),
    construct: Color32::from_rgb(0xD5, 0xBF, 0xFF),
    flow: Color32::from_rgb(0xFF, 0xD2, 0x4A),
    scope: Color32::from_rgb(0x5F, 0xF0, 0xDF),
    call: Color32::from_rgb(0x5C, 0xF2, 0x9A),
    expression: Color32::from_rgb(0xE2, 0xE6, 0xEB),
    shadow: Color32::TRANSPARENT,
    dark: true,
    contrast: true,
};

static CONTRAST_LIGHT: Tokens = Tokens {
    canvas: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    surface: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    panel: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    field: Color32::from_rgb(0xF2, 0xF2, 0xF2),
    line: Color32::from_rgb(0x5A, 0x5A, 0x5A),
    line_strong: Color32::from_rgb(0x00, 0x00, 0x00),
    text: Color32::from_rgb(0x00, 0x00, 0x00),
    muted: Color32::from_rgb(0x1F, 0x1F, 0x1F),
    faint: Color32::from_rgb(0x33, 0x33, 0x33),
    brand: Color32::from_rgb(0x6B, 0x45, 0x00),
    on_brand: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    selection: Color32::from_rgb(0x00, 0x38, 0xA8),
    ok: Color32::from_rgb(0x00, 0x55, 0x2B),
    warn: Color32::from_rgb(0x6B, 0x45, 0x00),
    error: Color32::from_rgb(0x9B, 0x00, 0x00),
    messaging: Color32::from_rgb(0x00, 0x38, 0xA8),
    construct: Color32::from_rgb(0x4B, 0x1F, 0xA8),
    flow: Color32::from_rgb(0x6B, 0x45, 0x00),
    scope: Color32::from_rgb(0x00, 0x50, 0x49),
    call: Color32::from_rgb(0x00, 0x55, 0x2B),
    expression: Color32::from_rgb(0x1F, 0x1F, 0x1F),
    shadow: Color32::TRANSPARENT,
    dark: false,
    contrast: true,
};

impl Tokens {
    pub fn for_theme(dark: bool, contrast: bool) -> &'static Self {
        match (dark, contrast) {
            (true, false) => &DARK,
            (false, false) => &LIGHT,
            (true, true) => &CONTRAST_DARK,
            (false, true) => &CONTRAST_LIGHT,
        }
    }

    /// `kind` laid over the card colour, for chips and container tints; `strength` is 0 to 1.
    pub fn tint(&self, base: Color32, kind: Color32, strength: f32) -> Color32 {
        base.lerp_to_gamma(kind, strength)
    }

    /// Fill of a container of a kind: opaque, so that nesting does not add up to mud.
    pub fn container(&self, kind: Color32) -> Color32 {
        self.tint(self.canvas, kind, if self.dark { 0.055 } else { 0.05 })
    }

    /// Edge of a container of a kind.
    pub fn container_edge(&self, kind: Color32) -> Color32 {
        kind.gamma_multiply(match (self.contrast, self.dark) {
            (true, _) => 1.0,
            (false, true) => 0.42,
            (false, false) => 0.5,
        })
    }

    /// A wire at rest.
    pub fn wire(&self) -> Color32 {
        self.messaging.gamma_multiply(match (self.contrast, self.dark) {
            (true, _) => 0.9,
            (false, true) => 0.5,
            (false, false) => 0.55,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = ecolor::Rgba::from(c).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (x, y) = (luminance(a), luminance(b));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    #[test]
    fn text_is_readable_in_every_theme() {
        for t in [&DARK, &LIGHT, &CONTRAST_DARK, &CONTRAST_LIGHT] {
            let least = if t.contrast { 7.0 } else { 4.5 };
            for (name, text) in [("text", t.text), ("muted", t.muted), ("brand", t.brand), ("error", t.error)]
            {
                for ground in [t.canvas, t.panel, t.card] {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= least, "{name} has contrast {ratio:.2} (dark: {})", t.dark);
                }
            }
        }
    }
}
