//! Pictures one after the other as an animated GIF. What stays the same from one picture to the next is not written again.

use crate::diagnostic::Diagnostic;
use gif::{DisposalMethod, Encoder, Frame, Repeat};

/// Colours are searched for in every so many pixels: 1 is slow and best, 30 fast.
const SPEED: i32 = 10;

/// One picture of an animation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// RGBA, row by row; what is transparent is taken for black.
    pub pixels: Vec<u8>,
    /// How long it is shown, in milliseconds.
    pub ms: u32,
}

/// An animation of this width and height in pixels, which begins again when it has ended.
///
/// # Errors
/// `F05` without a picture, for one of another size, and for a side of more than 65,535 pixels.
pub fn gif(
    [width, height]: [usize; 2],
    pictures: impl IntoIterator<Item = Picture>,
) -> Result<Vec<u8>, Diagnostic> {
    let refused = |why: &str| {
        Diagnostic::error("F05", format!("The animation cannot be drawn: {why}"), "Draw a smaller one")
    };
    let side = |side: usize| u16::try_from(side).ok().filter(|side| *side > 0);
    let (Some(w), Some(h)) = (side(width), side(height)) else { return Err(refused("it has no such size")) };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, w, h, &[]).map_err(|error| refused(&error.to_string()))?;
    encoder.set_repeat(Repeat::Infinite).map_err(|error| refused(&error.to_string()))?;
    let mut before: Option<Vec<u8>> = None;
    for picture in pictures {
        if picture.pixels.len() != width * height * 4 {
            return Err(refused("a picture has another size"));
        }
        let [left, top, right, bottom] = match &before {
            Some(before) => changed(before, &picture.pixels, width),
            None => [0, 0, width, height],
        };
        let mut part = Vec::with_capacity((right - left) * (bottom - top) * 4);
        for y in top..bottom {
            for x in left..right {
                let at = (y * width + x) * 4;
                let pixel = picture.pixels.get(at..at + 4).unwrap_or(&[0, 0, 0, 255]);
                let same = before.as_ref().is_some_and(|before| before.get(at..at + 4) == Some(pixel));
                let opaque =
                    [pixel.first(), pixel.get(1), pixel.get(2)].map(|c| c.copied().unwrap_or_default());
                part.extend(if same { [0; 4] } else { [opaque[0], opaque[1], opaque[2], 255] });
            }
        }
        let size = (side(right - left).unwrap_or(1), side(bottom - top).unwrap_or(1));
        let mut frame = Frame::from_rgba_speed(size.0, size.1, &mut part, SPEED);
        (frame.left, frame.top) = (left as u16, top as u16);
        frame.delay = u16::try_from(picture.ms.div_ceil(10)).unwrap_or(u16::MAX);
        frame.dispose = DisposalMethod::Keep;
        encoder.write_frame(&frame).map_err(|error| refused(&error.to_string()))?;
        before = Some(picture.pixels);
    }
    drop(encoder);
    if before.is_none() {
        return Err(refused("there is nothing to show"));
    }
    Ok(bytes)
}

/// Left, top, right and bottom of what differs; one pixel when nothing does.
fn changed(before: &[u8], now: &[u8], width: usize) -> [usize; 4] {
    let mut found: Option<[usize; 4]> = None;
    for (i, (a, b)) in before.chunks_exact(4).zip(now.chunks_exact(4)).enumerate() {
        if a != b {
            let (x, y) = (i % width, i / width);
            let [left, top, right, _] = found.unwrap_or([x, y, x + 1, y + 1]);
            found = Some([left.min(x), top, right.max(x + 1), y + 1]);
        }
    }
    found.unwrap_or([0, 0, 1, 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(color: [u8; 4], side: usize) -> Vec<u8> {
        color.repeat(side * side)
    }

    /// What a viewer shows after each frame.
    fn shown(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes).unwrap();
        let width = usize::from(decoder.width());
        let mut screen = vec![0_u8; width * usize::from(decoder.height()) * 4];
        let mut all = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            for (i, pixel) in frame.buffer.chunks_exact(4).enumerate().filter(|(_, pixel)| pixel[3] > 0) {
                let x = usize::from(frame.left) + i % usize::from(frame.width);
                let y = usize::from(frame.top) + i / usize::from(frame.width);
                let at = (y * width + x) * 4;
                screen[at..at + 4].copy_from_slice(pixel);
            }
            all.push(screen.clone());
        }
        all
    }

    #[test]
    fn what_a_viewer_shows_is_what_was_drawn() {
        let (red, blue) = (plain([250, 0, 0, 255], 8), plain([0, 0, 250, 255], 8));
        let mut half = red.clone();
        half[..8 * 4 * 4].copy_from_slice(&blue[..8 * 4 * 4]);
        let pictures = [red.clone(), half.clone(), half.clone(), blue.clone()];
        let bytes = gif([8, 8], pictures.clone().map(|pixels| Picture { pixels, ms: 100 })).unwrap();
        assert!(bytes.starts_with(b"GIF89a"));
        assert_eq!(shown(&bytes), pictures);
    }

    #[test]
    fn what_does_not_change_costs_nothing() {
        let side = 200;
        let noise: Vec<u8> =
            (0..side * side).flat_map(|i| [(i * 7 % 251) as u8, (i / 3 % 240) as u8, 9, 255]).collect();
        let one = gif([side, side], [Picture { pixels: noise.clone(), ms: 10 }]).unwrap();
        let ten = gif([side, side], (0..10).map(|_| Picture { pixels: noise.clone(), ms: 10 })).unwrap();
        assert!(ten.len() < one.len() + 10 * 100, "{} bytes, then {}", one.len(), ten.len());
    }

    #[test]
    fn nothing_and_another_size_are_refused() {
        assert_eq!(gif([8, 8], []).unwrap_err().code, "F05");
        assert!(gif([8, 8], [Picture { pixels: vec![0; 4], ms: 1 }]).is_err());
        assert!(gif([70_000, 1], []).is_err());
    }
}
