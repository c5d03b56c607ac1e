//! The drawing as a file or on the clipboard.

use super::Studio;
use super::app::Mode;
use super::dialogs::Purpose;
use super::document::Document;
use super::run::desk::Page;
use super::run::player::Command;
use crate::diagnostic::Diagnostic;
use crate::drawing::palette::Tokens;
use crate::drawing::{picture, svg};
use crate::journal::export::Format;
use crate::lab;
use crate::model::files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Pixels to a point of a picture.
const SCALE: f32 = 2.0;

impl Studio {
    /// Where to write what is asked for: beside the application, named after what is in it.
    pub(super) fn suggested(&self, purpose: Purpose) -> Option<PathBuf> {
        let document = &self.document;
        let drawn = || document.orchestration().map_or(document.name(), |o| &o.name);
        let name = match purpose {
            Purpose::Svg | Purpose::Png | Purpose::Gif => drawn().to_owned(),
            Purpose::SequenceSvg | Purpose::SequencePng => format!("{} sequence", document.name()),
            Purpose::Journal(_) => format!("{} journal", document.name()),
            Purpose::SaveRun => document.name().to_owned(),
            Purpose::Open | Purpose::SaveAs | Purpose::Message | Purpose::Compare | Purpose::OpenRun => {
                return None;
            }
        };
        let own = document.folder.as_deref().and_then(|folder| std::path::absolute(folder).ok());
        let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
        let folder = beside.or_else(std::env::home_dir)?;
        Some(purpose.file(&folder.join(name.replace(files::cannot_be_in_a_name, " "))))
    }

    /// The orchestration that is shown, as SVG in the colours of the window, with what is closed closed.
    fn drawn(&self, ctx: &egui::Context) -> Option<String> {
        let module = self.document.module()?;
        let tokens = Tokens::for_visuals(&ctx.global_style().visuals);
        let closed: BTreeSet<_> = self.tabs.canvas().collapsed(self.tabs.key()).cloned().unwrap_or_default();
        svg::svg(&self.document.app, module, tokens, &closed)
    }

    /// Writes the drawing to a file.
    pub(super) fn export_to(&mut self, ctx: &egui::Context, path: &Path, purpose: Purpose) {
        let drawing = match purpose {
            Purpose::SequenceSvg | Purpose::SequencePng => {
                self.run.sequence_svg(Tokens::for_visuals(&ctx.global_style().visuals))
            }
            _ => self.drawn(ctx),
        };
        let Some(drawing) = drawing else { return };
        let png = matches!(purpose, Purpose::Png | Purpose::SequencePng);
        let path = purpose.file(path);
        let bytes = if png {
            picture::png(&drawing, SCALE).map_err(|why| why.message)
        } else {
            Ok(drawing.into_bytes())
        };
        let written = bytes.and_then(|bytes| {
            std::fs::write(&path, bytes).map_err(|why| format!("{} cannot be written: {why}", path.display()))
        });
        self.said = Some(match written {
            Ok(()) => (format!("Drew {}", path.display()), false),
            Err(why) => (why, true),
        });
    }

    /// Films the run of the orchestration that is shown to a file: the selected instance, or the first one there was.
    pub(super) fn film_to(&mut self, ctx: &egui::Context, path: &Path) {
        let path = Purpose::Gif.file(path);
        let dark = Tokens::for_visuals(&ctx.global_style().visuals).dark;
        let module = self.document.module.clone();
        self.run.film(module, path, dark);
        self.said = Some(("Filming the run…".to_owned(), false));
    }

    /// Saves the run that is shown, with the moment one looks at.
    pub(super) fn save_run_to(&mut self, path: &Path) {
        self.run.tell(Command::SaveRun(Purpose::SaveRun.file(path)));
    }

    /// Writes the journal of the run that is shown in a format of others.
    pub(super) fn export_journal_to(&mut self, path: &Path, format: Format) {
        let path = Purpose::Journal(format).file(path);
        let filter = self.run.drawer.filter(Page::Journal);
        self.run.tell(Command::Export { format, filter, path });
    }

    /// Opens a saved run: its application, at the moment it was saved at.
    pub(super) fn open_run(&mut self, ctx: &egui::Context, path: &Path) {
        let read = std::fs::read(path).map_err(|error| {
            let message = format!("{} cannot be read: {error}", path.display());
            Diagnostic::error("L11", message, "Choose a file that Orchestrion saved")
        });
        let opened = read.and_then(|bytes| match lab::open(&bytes) {
            Ok(opened) => Ok((bytes, opened.application)),
            Err(all) => Err(all.into_iter().next().unwrap_or_else(|| {
                Diagnostic::error("L11", "this is no saved run", "Choose a file that Orchestrion saved")
            })),
        });
        match opened {
            Ok((bytes, application)) => {
                self.replace(Document::new(application, None));
                self.mode = Mode::Run;
                self.run.adopt(ctx, &self.document, bytes.into());
                self.said = Some((format!("Opened the run {}", path.display()), false));
            }
            Err(why) => self.refused(&why),
        }
    }

    /// Puts the drawing on the clipboard as a picture.
    pub(super) fn copy_picture(&mut self, ctx: &egui::Context) {
        let Some(drawing) = self.drawn(ctx) else { return };
        match picture::rgba(&drawing, SCALE) {
            Ok((size, pixels)) => {
                let pixels = pixels
                    .chunks_exact(4)
                    .map(|p| match p {
                        [r, g, b, a] => egui::Color32::from_rgba_premultiplied(*r, *g, *b, *a),
                        _ => egui::Color32::TRANSPARENT,
                    })
                    .collect();
                ctx.copy_image(egui::ColorImage::new(size, pixels));
                self.said = Some(("Copied the drawing as a picture".to_owned(), false));
            }
            Err(why) => self.said = Some((why.message, true)),
        }
    }
}
