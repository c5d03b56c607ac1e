//! Adapters: how bytes get in and out.

mod file_receive;
mod file_send;
mod macros;
mod sql;

pub use file_receive::{FileFolder, FileSource, Found};
pub use file_send::{CopyMode, send_file, sync_folder};
pub use macros::RECEIVED_FILE_NAME;
pub use sql::{Databases, same_database};
