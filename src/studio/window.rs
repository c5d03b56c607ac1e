//! The desktop window around [`Studio`], and plain words for what keeps it from opening.

use super::{Preferences, Studio};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Application folder to open; `None` opens the embedded sample.
    pub folder: Option<PathBuf>,
}

const APP: &str = "orchestrion";
const PREFERENCES: &str = "preferences";

struct App {
    studio: Studio,
    /// What the window was last called. The window itself is not asked: X11 and Wayland do not tell, and to call it so
    /// again draws it again, for ever.
    title: String,
}

impl App {
    /// The title of the window, when it has changed.
    fn retitled(&mut self) -> Option<String> {
        let document = &self.studio.document;
        let unsaved = if document.unsaved() { "• " } else { "" };
        let title = format!("{unsaved}{} – Orchestrion", document.name());
        let changed = self.title != title;
        changed.then(|| title.clone_into(&mut self.title)).map(|()| title)
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.studio.ui(ui);
        if let Some(title) = self.retitled() {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Title(title));
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.studio.remember();
        if let Some(text) = self.studio.preferences.to_text() {
            storage.set_string(PREFERENCES, text);
        }
    }
}

/// Opens the studio and returns when its window is closed.
///
/// # Errors
/// One plain line: what is missing and what to install; or what is wrong with the folder, one finding a line.
pub fn run(options: &Options) -> Result<(), String> {
    let studio = match &options.folder {
        Some(folder) => Studio::on(folder)
            .map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?,
        None => Studio::default().running(),
    }
    .checking_beside();
    // The keyboard library panics when a part of it is missing, instead of returning an error.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !words(info.payload()).contains(KEYBOARD) {
            report(info);
        }
    }));
    match catch_unwind(AssertUnwindSafe(|| open(studio))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(missing(&error.to_string())),
        Err(panic) if words(&*panic).contains(KEYBOARD) => Err(missing(words(&*panic))),
        Err(panic) => resume_unwind(panic),
    }
}

const KEYBOARD: &str = "xkbcommon";

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}

fn open(mut studio: Studio) -> eframe::Result {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Orchestrion")
        .with_app_id(APP)
        .with_inner_size([1480.0, 920.0])
        .with_min_inner_size([900.0, 560.0]);
    let native = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let create = move |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Studio::setup(&cc.egui_ctx);
        // Where a list was scrolled to is of no use in another session.
        cc.egui_ctx.data_mut(|data| data.remove_by_type::<egui::containers::scroll_area::State>());
        if let Some(kept) = cc.storage.and_then(|s| s.get_string(PREFERENCES)) {
            studio.prefer(&cc.egui_ctx, Preferences::from_text(&kept));
            studio.restore_tabs();
        }
        if let Some(folder) = eframe::storage_dir(APP) {
            studio.recover_from(&folder.join("recovery"));
        }
        Ok(Box::new(App { studio, title: String::new() }))
    };
    eframe::run_native(APP, native, Box::new(create))
}

/// Turns what the window system says into one line a user can act on.
fn missing(error: &str) -> String {
    const X11: &str = "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxrandr2 libxkbcommon-x11-0";
    let (what, packages) = if error.contains("neither WAYLAND_DISPLAY") {
        return "the studio needs a desktop: neither DISPLAY nor WAYLAND_DISPLAY is set; \
                on a server use `orchestrion run <folder>`"
            .to_owned();
    } else if error.contains(KEYBOARD) {
        ("a keyboard library is missing", "libxkbcommon-x11-0")
    } else if error.contains("xlib") || error.contains("libX11") || error.contains("XCB") {
        ("the X11 libraries are missing", X11)
    } else if error.contains("Glutin") || error.contains("EGL") || error.contains("OpenGL") {
        ("no OpenGL driver was found", "libegl1 libgl1-mesa-dri")
    } else if error.contains("connection to X server") || error.contains("wayland compositor") {
        return "the studio's window could not open: no desktop answers where DISPLAY or WAYLAND_DISPLAY points; \
                correct them, or use `orchestrion run <folder>` on a server"
            .to_owned();
    } else {
        let line: String = error.lines().next().unwrap_or_default().chars().take(160).collect();
        return format!("the studio's window could not open: {line}; check DISPLAY and the graphics driver");
    };
    format!("the studio's window could not open: {what}; on Debian or Ubuntu: apt-get install {packages}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::edit::Edit;

    #[test]
    fn the_window_is_called_anew_only_when_its_title_has_changed() {
        let mut app = App { studio: Studio::default(), title: String::new() };
        let saved = app.retitled().unwrap();
        assert!(saved.ends_with(" – Orchestrion"), "{saved}");
        assert_eq!(app.retitled(), None, "a window that stands still is not drawn");
        let module = app.studio.document.module.clone();
        let shape = app.studio.document.orchestration().unwrap().body[0].id.clone();
        app.studio.edit(Edit::RenameShape { module, shape, name: "Another name".into() }, None);
        assert_eq!(app.retitled(), Some(format!("• {saved}")));
        assert_eq!(app.retitled(), None);
    }

    #[test]
    fn what_is_missing_is_one_line_with_the_package() {
        let said = [
            ("Library libxkbcommon-x11.so could not be loaded.", "libxkbcommon-x11-0"),
            ("os error at winit: Failed to load one of xlib's shared libraries", "libx11-6"),
            ("NoGlutinConfigs(ConfigTemplate { color_buffer_type: Rgb }, InitEGL)", "libegl1"),
            ("os error at winit/linux/mod.rs:788: Failed to open connection to X server", "orchestrion run"),
            ("winit: neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.", "DISPLAY"),
            ("something else\nwith a dump", "graphics driver"),
        ];
        for (error, expected) in said {
            let line = missing(error);
            assert!(line.contains(expected) && line.lines().count() == 1, "{line}");
        }
    }
}
