//! The journal in the formats of others, held against what their specifications say.

use orchestrion::filter::Filter;
use orchestrion::journal::{export, filtered};
use orchestrion::lab::scenario::{Options, Prepared};
use orchestrion::lab::{VirtualRun, film, filmed};
use orchestrion::model::files::load;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn run() -> VirtualRun {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let application = load(&folder).unwrap().0;
    let stem = application.scenarios.keys().find(|stem| stem.starts_with("a01")).unwrap().clone();
    Prepared::new(&application, &stem).unwrap().play(&Options::default()).run
}

/// RFC 4180: a header, the same number of fields everywhere, CRLF, quotes where needed.
#[test]
fn the_csv_has_a_line_for_each_event() {
    let run = run();
    let record = run.run();
    let text = export::csv(record.events(), record.start(), record.engine().program()).unwrap();
    assert!(text.starts_with("seq,time,elapsed,event,instance,service,shape,message,detail\r\n"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), record.events().len());
    assert!(rows.iter().all(|row| row.len() == 9));
    assert!(
        rows.iter().any(|row| &row[3] == "shape.started" && row[6].contains(' ')),
        "shapes have their names"
    );
    assert!(rows.iter().all(|row| row[1].ends_with('Z') && row[1].contains('T')));
    let filter = Filter::parse("event == message.published").unwrap();
    let some = filtered(record.events(), &filter, record.start(), None);
    let published = export::csv(some, record.start(), record.engine().program()).unwrap();
    assert_eq!(
        published.lines().count() - 1,
        rows.iter().filter(|row| &row[3] == "message.published").count()
    );
}

/// IEEE 1849: extensions, globals, classifiers, attributes, then traces of events; what a global promises is there; keys of
/// standard extensions have their types; life-cycle transitions are of the standard model.
#[test]
fn the_xes_log_keeps_the_rules_of_its_standard() {
    const TRANSITIONS: [&str; 13] = [
        "schedule",
        "assign",
        "withdraw",
        "reassign",
        "start",
        "suspend",
        "resume",
        "pi_abort",
        "ate_abort",
        "complete",
        "autoskip",
        "manualskip",
        "unknown",
    ];
    let run = run();
    let record = run.run();
    let text = export::xes(record.events(), record.engine().program());
    let document = uppsala::parse(&text).unwrap();
    let log = document.document_element().unwrap();
    let name = |id| document.element(id).map(|e| e.name.local_name.to_string()).unwrap_or_default();
    assert_eq!(name(log), "log");
    assert_eq!(document.get_attribute(log, "xes.version"), Some("1849.2016"));
    let children =
        |id| document.children_iter(id).filter(|c| document.element(*c).is_some()).collect::<Vec<_>>();
    let rank =
        |kind: &str| ["extension", "global", "classifier", "string", "trace"].iter().position(|k| *k == kind);
    let order: Vec<_> = children(log).into_iter().map(|id| rank(&name(id)).unwrap()).collect();
    assert!(order.is_sorted(), "the parts of a log have an order");
    let mut events = 0;
    for trace in children(log).into_iter().filter(|id| name(*id) == "trace") {
        let (mut keys, mut last) = (BTreeSet::new(), String::new());
        for child in children(trace) {
            if name(child) != "event" {
                assert!(
                    keys.insert(document.get_attribute(child, "key").unwrap().to_owned()),
                    "keys are unique"
                );
                continue;
            }
            events += 1;
            let attributes: BTreeMap<&str, (String, &str)> = children(child)
                .into_iter()
                .map(|a| {
                    (
                        document.get_attribute(a, "key").unwrap(),
                        (name(a), document.get_attribute(a, "value").unwrap()),
                    )
                })
                .collect();
            assert_eq!(attributes["concept:name"].0, "string");
            assert!(!attributes["concept:name"].1.is_empty());
            assert!(TRANSITIONS.contains(&attributes["lifecycle:transition"].1));
            assert_eq!(attributes["time:timestamp"].0, "date");
            let at = attributes["time:timestamp"].1.to_owned();
            assert!(at.parse::<jiff::Timestamp>().is_ok(), "{at}");
            assert!(last <= at, "events of a trace are in order of time");
            last = at;
        }
        assert!(keys.contains("concept:name"));
    }
    assert!(events > 100);
}

/// The OTLP specification's JSON encoding of `ExportTraceServiceRequest`: ids in hex of 16 and 8 bytes, 64-bit numbers as
/// texts, enums as numbers, field names in lower camel case.
#[test]
fn the_traces_keep_the_rules_of_otlp() {
    let run = run();
    let record = run.run();
    let request = export::otlp(record.events(), record.start(), record.engine().program());
    let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(fields(&request), ["resourceSpans".to_owned()].into());
    let spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    let known: BTreeSet<String> = [
        "traceId",
        "spanId",
        "parentSpanId",
        "name",
        "kind",
        "startTimeUnixNano",
        "endTimeUnixNano",
        "attributes",
        "events",
        "links",
        "status",
    ]
    .map(str::to_owned)
    .into();
    let hex = |value: &Value, length: usize| {
        let text = value.as_str().unwrap();
        assert!(
            text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
            "{text}"
        );
        assert!(text.bytes().any(|b| b != b'0'), "an id of zeros is none");
        text.to_owned()
    };
    let nanos = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    let mut by_id = BTreeMap::new();
    for span in spans {
        assert!(fields(span).is_subset(&known), "{:?}", fields(span));
        let key = (hex(&span["traceId"], 32), hex(&span["spanId"], 16));
        assert!((1..=5).contains(&span["kind"].as_u64().unwrap()));
        assert!(nanos(&span["startTimeUnixNano"]) <= nanos(&span["endTimeUnixNano"]));
        assert!(!span["name"].as_str().unwrap().is_empty());
        for event in span["events"].as_array().unwrap() {
            assert!(nanos(&event["timeUnixNano"]) >= nanos(&span["startTimeUnixNano"]));
        }
        for attribute in span["attributes"].as_array().unwrap() {
            assert_eq!(attribute["value"].as_object().unwrap().len(), 1, "one kind of value");
            if let Some(number) = attribute["value"].get("intValue") {
                assert!(number.as_str().unwrap().parse::<i64>().is_ok());
            }
        }
        assert!(by_id.insert(key, span).is_none(), "span ids are unique in a trace");
    }
    let mut children = 0;
    for span in spans {
        if let Some(parent) = span.get("parentSpanId") {
            let parent = &by_id[&(span["traceId"].as_str().unwrap().to_owned(), hex(parent, 16))];
            assert!(nanos(&parent["startTimeUnixNano"]) <= nanos(&span["startTimeUnixNano"]));
            children += 1;
        }
        for link in span["links"].as_array().unwrap() {
            assert!(by_id.contains_key(&(hex(&link["traceId"], 32), hex(&link["spanId"], 16))));
        }
    }
    assert!(children > 20);
    let traces: BTreeSet<&str> = spans.iter().map(|span| span["traceId"].as_str().unwrap()).collect();
    assert!(traces.len() < 12, "what orders start hangs together: {} traces", traces.len());
}

/// An animated GIF: a picture a step, of the size the drawing has, and no other instance than the one asked for.
#[test]
fn a_film_shows_an_instance_on_its_way() {
    let run = run();
    let modules = filmed(run.run());
    assert!(modules.iter().any(|key| key == "OrderManager"), "{modules:?}");
    let small = modules.iter().min_by_key(|key| {
        let application = &run.run().engine().program().application;
        application.modules[*key].orchestration.as_ref().unwrap().shapes().len()
    });
    let module = small.unwrap();
    let bytes = film(run.run(), module, None, false).unwrap();
    assert_eq!(bytes, film(run.run(), module, None, false).unwrap(), "the same bytes each time");
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(&bytes)).unwrap();
    let frames = image::AnimationDecoder::into_frames(decoder).collect_frames().unwrap();
    assert!(frames.len() > 5, "{} pictures", frames.len());
    assert!(frames.windows(2).any(|w| w[0].buffer() != w[1].buffer()), "it moves");
    assert!(bytes.len() < 2_000_000, "{} bytes", bytes.len());
    let refused = film(run.run(), "Nowhere", None, true).unwrap_err();
    assert_eq!(refused.code, "L13");
    let nobody = orchestrion::engine::InstanceId(99_999);
    assert!(film(run.run(), module, Some(nobody), true).unwrap_err().help.contains("Send a message"));
}
