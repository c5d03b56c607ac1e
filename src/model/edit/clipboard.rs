use super::fresh::renew;
use crate::diagnostic::Diagnostic;
use crate::model::files::{from_ron, to_ron};
use crate::model::{Module, Shape};

const CLIPBOARD: &str = "clipboard";

/// Shapes as text, in the form they have in a file.
///
/// # Errors
/// `F05` when they are nested too deeply.
pub fn copy(shapes: &[Shape]) -> Result<String, Diagnostic> {
    to_ron(CLIPBOARD, &shapes)
}

/// Shapes from the text of [`copy`], ready to insert into `module`: every id is fresh, and so is every name that
/// is taken there. Names of ports, messages and the like stay; the checker reports those the module has not.
///
/// # Errors
/// `F04` or `F05` when the text is no copied shapes.
pub fn paste(module: &Module, text: &str) -> Result<Vec<Shape>, Diagnostic> {
    let mut shapes: Vec<Shape> = from_ron(CLIPBOARD, text)?;
    // Each pasted shape must also differ from those before it.
    let mut grown = module.clone();
    for shape in &mut shapes {
        renew(&grown, shape);
        grown.orchestration.get_or_insert_default().body.push(shape.clone());
    }
    Ok(shapes)
}
