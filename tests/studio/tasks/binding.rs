use super::Task;

pub const TASKS: &[Task] = &[];
