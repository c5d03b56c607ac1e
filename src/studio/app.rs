//! [`Studio`]: the whole window as one value that can be shown without a window.

use super::canvas::{Canvas, Scene};
use super::document::Document;
use super::{sample, theme};
use egui::Ui;
use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Studio {
    pub document: Document,
    pub canvas: Canvas,
}

impl Default for Studio {
    fn default() -> Self {
        Self::new(Document::new(sample::first(), None))
    }
}

impl Studio {
    pub fn new(document: Document) -> Self {
        Self { document, canvas: Canvas::default() }
    }

    /// Installs fonts and styles; once for a context.
    pub fn setup(ctx: &egui::Context) {
        theme::install(ctx);
    }

    pub fn ui(&mut self, ui: &mut Ui) {
        egui::CentralPanel::default().frame(egui::Frame::NONE).show(ui, |ui| {
            let document = &self.document;
            let (Some(module), Some(orchestration)) = (document.module(), document.orchestration()) else {
                return;
            };
            let scene = Scene {
                app: &document.app,
                module,
                orchestration,
                revision: document.revision,
                key: &document.module,
                selection: &document.selection,
                editable: true,
                problems: &BTreeMap::new(),
                port_problems: &BTreeMap::new(),
                legal: &|_, _, _| true,
                menu: &|_| {},
            };
            let actions = self.canvas.ui(ui, &scene);
            for action in actions {
                if let super::canvas::CanvasAction::Select(selection) = action {
                    self.document.selection = selection;
                }
            }
        });
    }
}
