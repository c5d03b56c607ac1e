//! Application folders as users keep them: loading, saving, editing.

mod crowded;
mod edit_properties;
mod edits;
mod folders;
mod refusals;
mod southridge;
