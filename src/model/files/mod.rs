//! The application folder: how an [`Application`](super::Application) lies on disk.
//!
//! ```text
//! application.ron                 Settings
//! <Stem>.orchestration.ron        Module, one file each
//! bindings.ron                    Bindings, unless empty
//! partners.ron                    Vec<Partner>, unless empty
//! schemas/**/*.xsd                text, as it is
//! maps/<Name>.map.ron             Map
//! rules/<Name>.rules.ron          Policy
//! components/<Class>.rhai         text, as it is
//! messages/**                     text, as it is
//! scenarios/vocabulary.ron        Vocabulary, unless empty
//! scenarios/<stem>.scenario.ron   Scenario
//! ```
//!
//! Every RON file is `(format: 1, content: …)`, one property a line, so that git merges line by line.
//! Anything else in the folder (`inbox/`, `.git/`, notes) is foreign: never read, written or removed.
//!
//! Nothing is lost: when one file cannot be read the whole load is refused, so that no later save can take the
//! missing part for deleted. The one exception is a file under `messages/` that is not UTF-8 text: it is left
//! out with a warning, and a save never touches what it did not read.

mod folder;
mod layout;
mod parse;
mod ron_text;
mod save;
mod template;

pub use folder::{embedded, load, read_folder};
pub use layout::{
    APPLICATION, BINDINGS, PARTNERS, Tree, VOCABULARY, cannot_be_in_a_name, component_path, encode, map_path,
    module_path, policy_path, scenario_path,
};
pub use parse::{Loaded, decode};
pub(crate) use parse::{each_id, shape_ids};
pub use ron_text::{FORMAT, from_ron, to_ron};
pub use save::{SaveReport, save, write_whole};
pub use template::{hello, new_application};
