//! The bundled fonts and their measures, so that text is as wide in a file as in the window.

use super::text::{Face, Measure};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

pub const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
pub const MEDIUM: &[u8] = include_bytes!("../../assets/fonts/Inter-Medium.otf");
pub const SEMIBOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
pub const MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");

/// Measures text in the bundled fonts.
#[expect(missing_debug_implementations, reason = "fonts have no words")]
pub struct Fonts {
    regular: Option<FontRef<'static>>,
    semibold: Option<FontRef<'static>>,
    mono: Option<FontRef<'static>>,
}

impl Default for Fonts {
    fn default() -> Self {
        let font = |bytes| FontRef::new(bytes).ok();
        Self { regular: font(REGULAR), semibold: font(SEMIBOLD), mono: font(MONO) }
    }
}

impl Fonts {
    fn font(&self, face: Face) -> Option<&FontRef<'static>> {
        match face {
            Face::Regular => self.regular.as_ref(),
            Face::Semibold => self.semibold.as_ref(),
            Face::Mono => self.mono.as_ref(),
        }
    }

    /// How far the baseline is below the middle of a line.
    pub fn drop(&self, face: Face, size: f32) -> f32 {
        let metrics = self.font(face).map(|font| font.metrics(Size::new(size), LocationRef::default()));
        metrics.map_or(size * 0.36, |m| (m.ascent + m.descent) / 2.0)
    }
}

impl Measure for Fonts {
    fn width(&self, text: &str, face: Face, size: f32) -> f32 {
        // A character the font lacks is about as wide as a capital.
        let unknown = size * 0.65;
        let Some(font) = self.font(face) else { return text.chars().count() as f32 * unknown };
        let (glyphs, advances) =
            (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
        let advance = |c| glyphs.map(c).and_then(|glyph| advances.advance_width(glyph)).unwrap_or(unknown);
        text.chars().map(advance).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_are_there_and_measure() {
        let fonts = Fonts::default();
        let width = |text, face| fonts.width(text, face, 13.0);
        assert!((width("mmm", Face::Mono) - width("iii", Face::Mono)).abs() < 0.01, "one width for all");
        assert!(width("New order", Face::Semibold) > width("New order", Face::Regular));
        let one = width("Receive request", Face::Semibold);
        assert!((90.0..110.0).contains(&one), "{one}");
        assert!(fonts.drop(Face::Regular, 13.0) > 3.0);
    }
}
