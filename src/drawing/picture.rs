//! An SVG drawing as PNG, with the bundled fonts: the same pixels on every machine.

use super::fonts;
use crate::diagnostic::Diagnostic;
use resvg::{tiny_skia, usvg};

/// Side of the largest picture, in pixels.
const MOST: f32 = 16_000.0;
/// Pixels of the largest picture.
const AREA: f32 = 64_000_000.0;

/// Draws `svg` at `scale` pixels to a point; a drawing too large for that is drawn smaller.
///
/// # Errors
/// `F05` when the text is no SVG or the picture has no size.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Diagnostic> {
    let pixmap = pixels(svg, scale)?;
    pixmap.encode_png().map_err(|e| refused(&e.to_string()))
}

/// As [`png`], undecoded: width, height and premultiplied RGBA, row by row.
///
/// # Errors
/// As [`png`].
pub fn rgba(svg: &str, scale: f32) -> Result<([usize; 2], Vec<u8>), Diagnostic> {
    let pixmap = pixels(svg, scale)?;
    Ok(([pixmap.width() as usize, pixmap.height() as usize], pixmap.take()))
}

fn pixels(svg: &str, scale: f32) -> Result<tiny_skia::Pixmap, Diagnostic> {
    let mut options = usvg::Options { font_family: "Inter".to_owned(), ..usvg::Options::default() };
    let database = options.fontdb_mut();
    let bundled = [fonts::REGULAR, fonts::SEMIBOLD, fonts::MONO];
    let others = [epaint_default_fonts::UBUNTU_LIGHT, epaint_default_fonts::NOTO_EMOJI_REGULAR];
    for font in bundled.into_iter().chain(others) {
        database.load_font_data(font.to_vec());
    }
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| refused(&e.to_string()))?;
    let size = tree.size();
    let (w, h) = (size.width(), size.height());
    let scale = scale.min(MOST / w.max(h)).min((AREA / (w * h)).sqrt());
    let mut pixmap = tiny_skia::Pixmap::new((w * scale).ceil() as u32, (h * scale).ceil() as u32)
        .ok_or_else(|| refused("it has no size"))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap)
}

fn refused(why: &str) -> Diagnostic {
    Diagnostic::error("F05", format!("The picture cannot be drawn: {why}"), "Export SVG instead")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(side: u32) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"{side}\">\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><text x=\"10\" y=\"40\" font-size=\"30\">Im</text></svg>"
        )
    }

    #[test]
    fn text_is_drawn_with_the_bundled_fonts() {
        let ([w, h], pixels) = rgba(&square(100), 2.0).unwrap();
        assert_eq!((w, h), (200, 200));
        let black = pixels.chunks_exact(4).filter(|p| p[0] < 40).count();
        assert!(black > 100, "{black} black pixels");
        assert!(png(&square(100), 1.0).unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn a_huge_drawing_gets_a_smaller_picture() {
        let ([w, h], _) = rgba(&square(20_000), 1.0).unwrap();
        assert!(w <= 8_001 && h <= 8_001, "{w} x {h}");
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        assert!(png("<html/>", 1.0).is_err());
    }
}
