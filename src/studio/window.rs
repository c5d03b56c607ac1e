//! The desktop window around [`Studio`], and plain words for what keeps it from opening.

use super::Studio;
use super::document::Document;
use std::path::PathBuf;

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Application folder to open; `None` opens the embedded sample.
    pub folder: Option<PathBuf>,
}

struct App(Studio);

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.0.ui(ui);
    }
}

/// Opens the studio and returns when its window is closed.
///
/// # Errors
/// One plain line: what is missing and what to install.
pub fn run(options: &Options) -> Result<(), String> {
    let studio = match &options.folder {
        Some(folder) => {
            let (document, _) = Document::open(folder)
                .map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
            Studio::new(document)
        }
        None => Studio::default(),
    };
    let viewport = egui::ViewportBuilder::default()
        .with_title("Orchestrion")
        .with_app_id("orchestrion")
        .with_inner_size([1480.0, 920.0])
        .with_min_inner_size([900.0, 560.0]);
    let native = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let result = eframe::run_native(
        "orchestrion",
        native,
        Box::new(move |cc| {
            Studio::setup(&cc.egui_ctx);
            Ok(Box::new(App(studio)))
        }),
    );
    result.map_err(|error| missing(&error.to_string()))
}

/// Turns what the window system says into one line a user can act on.
fn missing(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    let (what, packages) = if error.contains("neither WAYLAND_DISPLAY") || error.contains("DISPLAY is set") {
        return "the studio needs a desktop session: no DISPLAY or WAYLAND_DISPLAY is set (use `orchestrion run` on a server)".to_owned();
    } else if error.contains("xkbcommon") {
        ("a keyboard library is missing", "libxkbcommon-x11-0")
    } else if error.contains("LibraryOpen") || error.contains("XNotSupported") || error.contains("libX11") {
        ("an X11 library is missing", "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxrandr2 libxkbcommon-x11-0")
    } else if error.contains("NoGlutinConfigs") || error.contains("EGL") || error.contains("GL") {
        ("no OpenGL driver was found", "libegl1 libgl1-mesa-dri")
    } else {
        let line: String = line.chars().take(200).collect();
        return format!("the studio's window could not open: {line}");
    };
    format!("the studio's window could not open: {what}; on Debian or Ubuntu: apt-get install {packages}")
}
