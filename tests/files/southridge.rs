//! The flagship sample as a folder.

use orchestrion::model::files::{encode, load, read_folder};
use std::path::Path;

#[test]
fn southridge_loads_and_is_written_our_way() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (application, warnings) = load(&folder).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(read_folder(&folder).unwrap(), encode(&application).unwrap());
}
