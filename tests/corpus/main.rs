//! Real BizTalk projects: opened, checked, held against the program in the same file, written back, changed and run. They
//! are found below the folder `odx` of `ORCHESTRION_SHARED`; without that variable only our own small samples are read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod files;
mod hostile;
mod own;
mod program;
mod round_trip;
mod run;
mod save;
mod shared;
