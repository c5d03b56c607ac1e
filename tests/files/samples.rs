//! The samples say what they mean: they load, and the rules find no error in them.

use orchestrion::check::check;
use orchestrion::diagnostic::Severity;
use orchestrion::model::files::load;
use std::path::Path;

fn errors(name: &str) -> Vec<String> {
    let (application, warnings) =
        load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)).unwrap();
    let found = warnings.into_iter().chain(check(&application));
    found.filter(|d| d.severity == Severity::Error).map(|d| d.to_string()).collect()
}

#[test]
fn hello_is_sound() {
    assert_eq!(errors("hello"), [""; 0]);
}

#[test]
fn southridge_is_sound() {
    assert_eq!(errors("southridge"), [""; 0]);
}

#[test]
fn a_schema_that_does_not_parse_is_named() {
    let mut application = orchestrion::model::files::hello().unwrap();
    application.schemas.insert("schemas/Greeting.xsd".into(), "<xs:schema".into());
    let found = check(&application);
    let broken = found.iter().find(|d| d.place.file == "schemas/Greeting.xsd").unwrap();
    assert_eq!(broken.severity, Severity::Error);
    assert!(!broken.help.is_empty(), "{broken}");
}
