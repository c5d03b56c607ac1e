//! How each kind of shape is presented: its colour, toolbox entry and hint.

pub use crate::drawing::kinds::{Category, category, glyph};

use crate::model::ShapeKind;

/// The toolbox in groups: what moves messages, what builds them, what decides, what calls, what fails.
pub fn toolbox() -> Vec<ShapeKind> {
    let mut kinds = crate::model::edit::toolbox();
    sort(&mut kinds);
    kinds
}

/// Puts kinds into the order of the toolbox.
pub fn sort(kinds: &mut [ShapeKind]) {
    let order = |kind: &ShapeKind| match category(kind) {
        Category::Messaging => 0,
        Category::Construct => 1,
        Category::Expression => 2,
        Category::Flow => 3,
        Category::Scope => 4,
        Category::Call => 5,
        Category::Exception => 6,
    };
    kinds.sort_by_key(order);
}

/// One line that says when to use the shape.
pub fn hint(kind: &ShapeKind) -> &'static str {
    use ShapeKind as K;
    match kind {
        K::Receive(_) => "Waits for a message on a port; may start the orchestration",
        K::Send(_) => "Sends a message through a port",
        K::Construct(_) => "Builds new messages by assignment or map",
        K::MessageAssignment(_) => "Sets messages, fields and properties inside a Construct Message",
        K::Transform(_) => "Applies a map inside a Construct Message",
        K::Expression(_) => "Runs XLANG/s statements",
        K::Decide(_) => "Takes the first branch whose condition holds",
        K::Delay(_) => "Waits for a time span or until a date",
        K::Listen(_) => "Waits for whichever branch happens first",
        K::Parallel(_) => "Runs its branches side by side",
        K::Loop(_) => "Repeats while its condition holds",
        K::Scope(_) => "Holds a transaction, declarations, catch blocks for exceptions",
        K::Call(_) => "Runs another orchestration and waits for it",
        K::Start(_) => "Starts another orchestration and goes on",
        K::CallRules(_) => "Evaluates a business rules policy",
        K::Throw(_) => "Raises an exception",
        K::Compensate(_) => "Runs the compensation of a finished transaction",
        K::Suspend(_) => "Suspends the instance with a reason",
        K::Terminate(_) => "Ends the instance with a reason",
        K::Group(_) => "Frames shapes that belong together",
    }
}
