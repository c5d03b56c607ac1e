//! Files that are not what they seem: a clear finding each, and never a panic.

use orchestrion::biztalk::odx::{OdxFile, read_module};
use orchestrion::biztalk::{self, Charset, Encoding, decode, encode};
use orchestrion::findings;
use orchestrion::model::ShapeKind;
use orchestrion::program::Program;
use std::fs;
use std::path::Path;

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples/Parcels/Parcels");
    fs::read(folder.join(name)).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    let read = OdxFile::parse("x.odx", bytes).and_then(|file| read_module("x.odx", &file));
    read.err().map_or_else(|| "read".to_owned(), |error| format!("{} {error}", error.code))
}

#[test]
fn every_encoding_and_line_end_reads_alike() {
    let bytes = sample("Deliver.odx");
    let read = |bytes: &[u8]| read_module("x", &OdxFile::parse("x", bytes).unwrap()).unwrap().0;
    let expected = read(&bytes);
    let (text, _) = decode(&bytes);
    for text in [text.clone(), text.replace("\r\n", "\n")] {
        for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be] {
            for mark in [true, false] {
                let written = encode(&text, Encoding { charset, mark });
                assert_eq!(read(&written), expected, "{charset:?} {mark}");
                assert_eq!(OdxFile::parse("x", &written).unwrap().encoding, Encoding { charset, mark });
            }
        }
    }
}

#[test]
fn the_format_of_the_first_version_reads() {
    let file = OdxFile::parse("Old.odx", &sample("Old.odx")).unwrap();
    assert_eq!((file.model.attribute("MinorVersion"), file.encoding.mark), ("2", false));
    let (module, findings) = read_module("Old.odx", &file).unwrap();
    assert_eq!(findings, []);
    assert_eq!(module.orchestration.unwrap().shapes().len(), 2);
}

#[test]
fn what_is_no_orchestration_is_refused_with_the_place() {
    assert!(refused(b"").starts_with("Z01"));
    assert!(refused(b"   \r\n").contains("empty"));
    assert!(refused(b"<om:Module xmlns:om='x'/>").starts_with("Z01"));
    assert!(refused(b"MZ\x90\0\x03\0\0\0\xff\xff\0\0\xb8").starts_with("Z01"));
    assert!(refused(&[0xff, 0xfe, 0x00]).starts_with("Z01"));
    assert!(refused(b"MetaModel < MetaModel").starts_with("Z01"));
    let (text, _) = decode(&sample("Deliver.odx"));
    for at in (0..text.len()).step_by(997) {
        let Some(cut) = text.get(..at) else { continue };
        let answer = refused(cut.as_bytes());
        let whole = cut.contains("</om:MetaModel>");
        assert!(answer.starts_with(if whole { "read" } else { "Z0" }), "{at}: {answer}");
    }
    let torn = text.replacen("<om:Property", "<om:Property <", 1);
    let answer = refused(torn.as_bytes());
    assert!(answer.starts_with("Z02") && answer.contains("x.odx:"), "{answer}");
    let conflict = text.replacen("        <om:Property", "<<<<<<< HEAD\n        <om:Property", 1);
    assert!(refused(conflict.as_bytes()).starts_with("Z02"));
}

#[test]
fn bombs_and_depth_are_refused() {
    let open = "<om:MetaModel xmlns:om=\"http://schemas.microsoft.com/BizTalk/2003/DesignerData\">";
    let deep = format!("{open}{}", "<om:Element Type=\"Task\">".repeat(100_000));
    assert!(refused(deep.as_bytes()).starts_with("Z02"));
    let deep = format!(
        "{open}{}{}</om:MetaModel>",
        "<om:Element Type=\"Task\">".repeat(5_000),
        "</om:Element>".repeat(5_000)
    );
    assert!(refused(deep.as_bytes()).starts_with("Z02"));
    let bomb = format!("<!DOCTYPE om:MetaModel [<!ENTITY a \"aaaaaaaaaa\">]>{open}&a;&a;</om:MetaModel>");
    assert!(refused(bomb.as_bytes()).starts_with("Z02"));
    let wide = format!("{open}<om:Element Type=\"Module\" OID=\"m\">{}</om:Element></om:MetaModel>", {
        "<om:Element Type=\"PortType\" OID=\"same\"/>".repeat(20_000)
    });
    assert_eq!(refused(wide.as_bytes()), "read");
}

#[test]
fn what_is_not_known_is_kept_and_reported() {
    let (text, encoding) = decode(&sample("Deliver.odx"));
    let text = text
        .replacen(
            "<om:Property Name=\"TypeModifier\"",
            "<om:Property Name=\"Colour\" Value=\"red\" />\r\n<om:Property Name=\"TypeModifier\"",
            1,
        )
        .replacen("Type=\"Suspend\"", "Type=\"Ponder\"", 1);
    let file = OdxFile::parse("x.odx", &encode(&text, encoding)).unwrap();
    let (module, findings) = read_module("x.odx", &file).unwrap();
    let said: Vec<String> = findings.iter().map(|f| format!("{} {}", f.code, f.message)).collect();
    assert!(said.iter().any(|s| s.starts_with("Z05") && s.contains("Ponder")), "{said:?}");
    assert!(said.iter().any(|s| s.starts_with("Z03") && s.contains("Colour")), "{said:?}");
    let shapes = module.orchestration.as_ref().unwrap().shapes();
    let ponder = shapes.iter().find(|shape| shape.name == "Ask somebody").unwrap();
    assert!(matches!(ponder.kind, ShapeKind::Group(_)));
    let mut kept = String::new();
    file.model.write(0, &mut kept);
    assert!(kept.contains("Name=\"Colour\" Value=\"red\"") && kept.contains("Type=\"Ponder\""));
}

/// Any change of a byte or of a value gives a module or a finding, and whatever is read can be checked.
#[test]
fn damage_never_stops_the_reader_or_the_checker() {
    let (text, _) = decode(&sample("Deliver.odx"));
    let mut state = 7_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let values: Vec<(usize, usize)> = text
        .match_indices(" Value=\"")
        .map(|(at, start)| (at + start.len(), text[at + start.len()..].find('"').unwrap() + at + start.len()))
        .collect();
    let mut read = 0;
    for round in 0..150 {
        let mut damaged = text.clone().into_bytes();
        if round % 2 == 0 {
            let (from, to) = values[draw(values.len())];
            let (other, end) = values[draw(values.len())];
            damaged.splice(from..to, text.as_bytes()[other..end].iter().copied());
        } else {
            let at = draw(damaged.len());
            damaged[at] = u8::try_from(draw(256)).unwrap();
        }
        let Ok(file) = OdxFile::parse("x.odx", &damaged) else { continue };
        let Ok((module, _)) = read_module("x.odx", &file) else { continue };
        let mut application = orchestrion::model::Application::default();
        application.modules.insert("x".into(), module);
        biztalk::simulate(&mut application);
        findings::all(&application);
        let _ = Program::compile_what_runs(&application);
        read += 1;
    }
    assert!(read > 60, "{read}");
}

#[test]
fn folders_with_nothing_to_open_and_broken_projects_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = biztalk::open(folder.path()).unwrap_err();
    assert_eq!(error[0].code, "Z06");
    assert!(biztalk::open(&folder.path().join("nowhere.sln")).is_err());
    fs::write(folder.path().join("A.btproj"), "<Project><ItemGroup>").unwrap();
    fs::write(folder.path().join("B.odx"), "not an orchestration").unwrap();
    fs::write(folder.path().join("C.odx"), sample("Old.odx")).unwrap();
    let opened = biztalk::open(folder.path()).unwrap();
    assert_eq!(opened.application.modules.len(), 1);
    let codes: Vec<&str> = opened.findings.iter().map(|f| f.code).collect();
    assert!(codes.contains(&"Z08") && codes.contains(&"Z01"), "{codes:?}");
    assert_eq!(biztalk::open(&folder.path().join("B.odx")).unwrap_err()[0].code, "Z01");
}

#[test]
fn orchestrations_are_found_in_an_assembly() {
    let folder = tempfile::tempdir().unwrap();
    let (text, _) = decode(&sample("Deliver.odx"));
    let file = OdxFile::parse("x", text.as_bytes()).unwrap();
    let start = file.head.len();
    let tree = text[start..text.len() - file.tail.len()].replace('"', "'");
    let mut bytes = b"MZ\x90\0 something compiled ".to_vec();
    bytes.extend(tree.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.extend([0; 64]);
    let path = folder.path().join("Parcels.dll");
    fs::write(&path, bytes).unwrap();
    let opened = biztalk::open(&path).unwrap();
    let expected = read_module("x", &file).unwrap().0;
    let module = &opened.application.modules["Deliver"];
    assert_eq!(module.orchestration, expected.orchestration);
    fs::write(&path, b"MZ nothing").unwrap();
    assert_eq!(biztalk::open(&path).unwrap_err()[0].code, "Z01");
}
