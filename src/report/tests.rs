use super::*;
use crate::model::files;

fn hello() -> Report {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (application, findings) = files::load(&folder).unwrap();
    survey(&application, &findings, &application, &|_| None)
}

#[test]
fn a_sound_application_runs_as_it_is() {
    let report = hello();
    let cannot: Vec<_> =
        report.orchestrations.iter().filter(|own| matches!(own.verdict, Verdict::CannotRun(_))).collect();
    assert!(cannot.is_empty(), "{cannot:#?}");
    assert_eq!(report.summary.orchestrations, report.orchestrations.len());
    assert_eq!(
        report.summary.runs_as_is + report.summary.runs_with_stubs + report.summary.cannot_run,
        report.summary.orchestrations
    );
    assert!(report.maps.iter().all(|own| own.fails.is_empty()), "{:#?}", report.maps);
    assert!(
        report.orchestrations.iter().any(|own| !own.correlation.is_empty() && own.svg.starts_with("<svg"))
    );
}

#[test]
fn an_orchestration_with_an_error_cannot_run_and_says_why() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (mut application, findings) = files::load(&folder).unwrap();
    let module = application.modules.values_mut().find(|module| module.orchestration.is_some()).unwrap();
    let own = module.orchestration.as_mut().unwrap();
    own.messages.iter_mut().for_each(|message| message.message_type = "Nowhere.Type".into());
    let name = module.qualify(&module.orchestration.as_ref().unwrap().name);
    let report = survey(&application, &findings, &application, &|_| None);
    let judged = report.orchestrations.iter().find(|own| own.name == name).unwrap();
    let Verdict::CannotRun(reasons) = &judged.verdict else { panic!("{:?}", judged.verdict) };
    assert!(reasons.iter().any(|reason| reason.contains("Nowhere.Type")), "{reasons:?}");
}

/// One file that needs nothing else: well-formed parts, no scripts, no links to elsewhere, everything escaped.
#[test]
fn the_page_stands_alone() {
    let mut report = hello();
    report.name = "<Mill & Co>".into();
    report.unresolved = vec!["a <b> \"c\"".into()];
    let html = page(&report);
    assert!(html.contains("&lt;Mill &amp; Co&gt;") && !html.contains("<Mill"));
    assert!(html.contains("a &lt;b&gt;"));
    assert!(!html.contains("<script") && !html.contains(" src=") && !html.contains("href=\"http"));
    for own in &report.orchestrations {
        assert!(html.contains(&own.name));
    }
    for (open, close) in [
        ("<section", "</section>"),
        ("<table", "</table>"),
        ("<div", "</div>"),
        ("<ul", "</ul>"),
        ("<svg", "</svg>"),
    ] {
        assert_eq!(html.matches(open).count(), html.matches(close).count(), "{open}");
    }
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.contains("\"answer\":\"runs_as_is\"") && !json.contains("<svg"));
}
