//! How wide text is, for whoever draws: the layout gives every text a width to fit in.

/// The faces a drawing uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    Regular,
    Semibold,
    Mono,
}

/// Measures text in the fonts of whoever draws.
pub trait Measure {
    /// Width of one line in points, set in `face` at `size` points.
    fn width(&self, text: &str, face: Face, size: f32) -> f32;

    /// `text`, cut with an ellipsis where it is wider than `room` points.
    fn fitted(&self, text: &str, face: Face, size: f32, room: f32) -> String {
        if self.width(text, face, size) <= room {
            return text.to_owned();
        }
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let cut = |end: usize| format!("{}…", text.get(..end).unwrap_or_default().trim_end());
        let fits = ends.partition_point(|end| self.width(&cut(*end), face, size) <= room);
        cut(fits.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Even;

    impl Measure for Even {
        fn width(&self, text: &str, _face: Face, size: f32) -> f32 {
            text.chars().count() as f32 * size
        }
    }

    #[test]
    fn text_is_cut_to_its_room_with_an_ellipsis() {
        let fitted = |text: &str, room: f32| Even.fitted(text, Face::Regular, 10.0, room);
        assert_eq!(fitted("Größe", 50.0), "Größe");
        assert_eq!(fitted("Größen", 50.0), "Größ…");
        assert_eq!(fitted("New order", 50.0), "New…", "no blank before the ellipsis");
        assert_eq!(fitted("New", 5.0), "…");
    }
}
