//! The same run once more, written and read back after every persistence point: it must do the same.

use orchestrion::engine::{Engine, EventKind, Input, Output};

/// Follows an engine step by step.
pub struct Twin(Engine);

impl Twin {
    pub fn of(engine: &Engine) -> Self {
        let mut twin = Self(engine.clone());
        twin.0.reload().unwrap();
        twin
    }

    /// Takes an input of the original. Events and effects must be equal to what it gave.
    pub fn step(&mut self, input: Input, original: &Output) {
        let mut output = Output::default();
        self.0.step(input, &mut output);
        assert!(output == *original, "a restored run differs:\n{output:#?}\ninstead of\n{original:#?}");
        if output.events.iter().any(|event| matches!(event.kind, EventKind::PersistencePoint { .. })) {
            self.0.reload().unwrap();
        }
    }
}
