//! Application folders as users keep them: loading, saving, editing.

mod crowded;
mod folders;
mod refusals;
mod southridge;
