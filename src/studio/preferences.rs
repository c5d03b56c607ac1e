//! What the user set up, kept between sessions beside the window's own state, never in a document.

use super::keymap::Keymap;
use super::theme::Appearance;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The format the preferences are written in. Fields that are missing take their default, unknown ones are ignored,
/// so only a field that changes its meaning needs a new number.
const VERSION: u32 = 2;
/// Applications that are remembered.
const RECENT: usize = 12;
/// Least and largest size of everything in the window.
pub const SCALE: std::ops::RangeInclusive<f32> = 0.75..=2.0;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    version: u32,
    pub appearance: Appearance,
    pub high_contrast: bool,
    pub reduced_motion: bool,
    /// Size of everything in the window; 1 is as designed.
    pub scale: f32,
    pub keymap: Keymap,
    /// Applications opened or saved, latest first.
    pub recent: Vec<Recent>,
}

/// An application folder with the tabs as they were when it was left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recent {
    pub folder: PathBuf,
    pub name: String,
    pub tabs: Option<String>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            version: VERSION,
            appearance: Appearance::default(),
            high_contrast: false,
            reduced_motion: false,
            scale: 1.0,
            keymap: Keymap::default(),
            recent: Vec::new(),
        }
    }
}

impl Preferences {
    /// Text of the preferences, to keep.
    pub fn to_text(&self) -> Option<String> {
        ron::to_string(&Self { version: VERSION, ..self.clone() }).ok()
    }

    /// Preferences as kept by this or an older version; defaults where the text says nothing that is understood.
    pub fn from_text(text: &str) -> Self {
        let mut read: Self = ron::from_str(text).unwrap_or_default();
        let scale = if read.scale.is_finite() { read.scale } else { 1.0 };
        read.scale = scale.clamp(*SCALE.start(), *SCALE.end());
        read
    }

    /// Puts an application first among the recent ones; its tabs are kept unless new ones are given.
    pub fn remember(&mut self, folder: &Path, name: &str, tabs: Option<String>) {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let before = self.recent.iter().position(|r| r.folder == folder).map(|at| self.recent.remove(at));
        let tabs = tabs.or_else(|| before.and_then(|r| r.tabs));
        self.recent.insert(0, Recent { folder, name: name.to_owned(), tabs });
        self.recent.truncate(RECENT);
    }

    /// The tabs an application was left with.
    pub fn tabs(&self, folder: &Path) -> Option<&str> {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        self.recent.iter().find(|r| r.folder == folder)?.tabs.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::command::Command;

    #[test]
    fn what_was_set_up_comes_back() {
        let mut preferences = Preferences { high_contrast: true, scale: 1.25, ..Preferences::default() };
        preferences.keymap.set(Command::Palette, None);
        preferences.remember(Path::new("/tmp/orders"), "Orders", Some("tabs".to_owned()));
        let text = preferences.to_text().unwrap();
        assert_eq!(Preferences::from_text(&text), preferences);
    }

    #[test]
    fn older_and_damaged_preferences_are_read_as_far_as_they_go() {
        let old = Preferences::from_text("(appearance:Dark,reduced_motion:true)");
        assert!(old.reduced_motion && old.appearance == Appearance::Dark && old.scale == 1.0);
        let newer = Preferences::from_text("(version:9,scale:1.5,something_new:[1,2])");
        assert_eq!(newer.scale, 1.5);
        assert_eq!(Preferences::from_text("(scale:900.0)").scale, *SCALE.end());
        assert_eq!(Preferences::from_text("nonsense"), Preferences::default());
    }

    #[test]
    fn the_latest_application_comes_first_and_keeps_its_tabs() {
        let mut preferences = Preferences::default();
        for n in 0..20 {
            preferences.remember(Path::new(&format!("/nowhere/{n}")), "x", Some(n.to_string()));
        }
        assert_eq!(preferences.recent.len(), RECENT);
        preferences.remember(Path::new("/nowhere/15"), "x", None);
        assert_eq!(preferences.recent[0].tabs.as_deref(), Some("15"));
        assert_eq!(preferences.recent.len(), RECENT);
    }
}
