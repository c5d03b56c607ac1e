//! Custom code in expressions: scripts, mock mode, and the limits of both.

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::diagnostic::{Diagnostic, Severity};
use orchestrion::engine::EventKind;
use orchestrion::model::*;
use orchestrion::program::Program;

/// An orchestration that runs `text` on each Order, with variables of some types.
fn application(text: &str) -> App {
    app()
        .class("Order", &["Id", "Note"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Custom")
                .port("In", Polarity::Implements, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .variable("s", "System.String", "")
                .variable("n", "System.Int32", "3")
                .variable("d", "System.Decimal", "2.5m")
                .variable("flag", "System.Boolean", "")
                .variable("rates", "Acme.Rates", "")
                .variable("doc", "System.Xml.XmlDocument", "")
                .body(vec![activate("In", "M"), expression("use", text)]),
        )
        .bind("Custom", "In", PortBinding::ReceivePort("R".into()))
}

fn scripted(text: &str, script: &str) -> App {
    let mut app = application(text);
    app.0.components.insert("Acme.Rates".into(), script.into());
    app
}

fn run(app: App) -> World {
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "7"), ("Note", "hello")]));
    world
}

const SHOW: &str = "System.Diagnostics.Debug.WriteLine(s + \" \" + System.Convert.ToString(n) + \" \" + System.Convert.ToString(flag));";

/// Calls of custom code, as `called|mocked Member(arguments) = result`.
fn calls(world: &World) -> Vec<String> {
    let calls = world.events.iter().filter_map(|e| match &e.kind {
        EventKind::ComponentCalled { member, arguments, result, mocked, .. } => {
            let how = if *mocked { "mocked" } else { "called" };
            Some(format!("{how} {member}({}) = {result}", arguments.join(", ")))
        }
        _ => None,
    });
    calls.collect()
}

fn diagnosed(app: &App, code: &str) -> Vec<Diagnostic> {
    Program::diagnose(&app.0).into_iter().filter(|d| d.code == code).collect()
}

/// A class whose script lies in the application answers for static members, constructors, methods and properties;
/// its objects keep their state in the variable, a message of a class arrives as its fields, and each call is recorded.
#[test]
fn k_scripts_answer_for_their_classes() {
    let text = format!(
        "rates = new Acme.Rates(10); n = rates.Add(n); rates.Name = \"r\"; s = rates.Name + rates.Twice \
         + Acme.Rates.Note(M); flag = Acme.Rates.Split(\"a-b\", out s); {SHOW}"
    );
    let script = "fn Rates(start) { this.sum = start; }\nfn Add(x) { this.sum += x; this.sum }\n\
                  fn get_Twice() { this.sum * 2 }\nfn Note(order) { order.Note }\n\
                  fn Split(text, rest) { out(1, text.split(\"-\")[1]); true }";
    let app = scripted(&text, script);
    assert_eq!(Program::diagnose(&app.0), []);
    let world = run(app);
    assert_eq!(world.exceptions(), [""; 0]);
    assert_eq!(world.logged(), ["b 13 True"]);
    let told = calls(&world);
    assert_eq!(told[0], "called new Acme.Rates(10) = ");
    assert_eq!(told[1], "called Acme.Rates.Add(3) = 13");
    assert!(told[3].starts_with("called Acme.Rates.Note(") && told[3].ends_with("= hello"), "{}", told[3]);
}

/// A class without script is mocked: each call is recorded with its arguments and answers the default of what is
/// expected, or the value the application states; nothing blocks, and a check lists each class once.
#[test]
fn k_unknown_classes_are_mocked() {
    let text = format!(
        "rates = new Acme.Rates(10); n = rates.Today(\"EUR\", 2); flag = Acme.Rates.IsOpen(); rates.Name = \"kept\"; \
         s = rates.Name; d = Acme.Rates.Fee(d); {SHOW}"
    );
    let world = run(application(&text));
    assert_eq!(world.exceptions(), [""; 0]);
    assert_eq!(world.logged(), ["kept 0 False"]);
    assert_eq!(
        calls(&world)[..3],
        [
            "mocked new Acme.Rates(10) = ",
            "mocked Acme.Rates.Today(EUR, 2) = ",
            "mocked Acme.Rates.IsOpen() = "
        ]
    );

    let mut stated = application(&text);
    stated.0.settings.mocks.insert("Acme.Rates.Today".into(), "40 + 2".into());
    stated.0.settings.mocks.insert("Acme.Rates.IsOpen".into(), "true".into());
    let warned = diagnosed(&stated, "K03");
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].severity == Severity::Warning && warned[0].message.contains("Fee/1"), "{}", warned[0]);
    assert!(!warned[0].message.contains("Today"), "{}", warned[0]);
    assert_eq!(run(stated).logged(), ["kept 42 True"]);

    let mut wrong = application(&text);
    wrong.0.settings.mocks.insert("Acme.Rates.Today".into(), "40 +".into());
    let found = Program::diagnose(&wrong.0);
    let error = found.iter().find(|d| d.severity == Severity::Error).expect("an error");
    assert_eq!(
        (error.place.file.as_str(), error.place.name.as_str()),
        ("application.ron", "Acme.Rates.Today")
    );
}

/// A member that the script of its class lacks is mocked too, and a check names what the script has; a script that
/// does not compile is an error with file and line.
#[test]
fn k_gaps_and_mistakes_of_scripts_are_diagnostics() {
    let app = scripted("n = Acme.Rates.Today(1);", "fn Today() { 1 }");
    let warned = diagnosed(&app, "K02");
    assert!(warned.len() == 1 && warned[0].help.contains("Today/0"), "{warned:?}");
    assert_eq!(calls(&run(app)), ["mocked Acme.Rates.Today(1) = "]);
    let broken = diagnosed(&scripted("n = 1;", "fn Today() {\n  let = 1;\n}"), "K01");
    assert!(broken.len() == 1 && broken[0].place.line.is_some_and(|(line, _)| line == 2), "{broken:?}");
}

/// The mend that a check offers for a mocked class is a script with a function for each member used; it leaves
/// nothing to say, answers as the mocks did, and keeps what a script had.
#[test]
fn k_a_script_can_be_begun_from_what_is_used() {
    let text = "rates = new Acme.Rates(1); n = rates.Add(n, 2); s = rates.Name;";
    for script in [None, Some("fn Today() { 1 }\n")] {
        let mut app = application(text);
        app.0.components.extend(script.map(|script| ("Acme.Rates".to_owned(), script.to_owned())));
        let found = Program::diagnose(&app.0);
        let [warned] = found.as_slice() else { panic!("{found:?}") };
        let fix = warned.fixes.first().expect("a fix").clone();
        fix.apply(&mut app.0).unwrap();
        assert_eq!(Program::diagnose(&app.0), []);
        let text = app.0.components["Acme.Rates"].clone();
        assert!(text.starts_with(script.unwrap_or("// Acme.Rates")), "{text}");
        let world = run(app);
        assert_eq!(calls(&world)[1], "called Acme.Rates.Add(3, 2) = ");
        assert_eq!(world.exceptions(), [""; 0]);
    }
}

/// What a script throws is an exception of the .NET type it names, which a Catch block of that type takes.
#[test]
fn k_exceptions_of_scripts_are_caught_by_type() {
    let mut app = scripted("n = 1;", "fn Today() { throw exception(\"Acme.ClosedException\", \"shut\"); }");
    let told = expression("told", "System.Diagnostics.Debug.WriteLine(ex.Message);");
    let guard = try_catch(
        "guard",
        vec![expression("call", "n = Acme.Rates.Today();")],
        "Acme.ClosedException",
        vec![told],
    );
    app.0.modules.get_mut("Custom").unwrap().orchestration.as_mut().unwrap().body.push(guard);
    assert_eq!(run(app).logged(), ["shut"]);
}

/// A script that never ends or calls itself without end is stopped by a limit: the instance is suspended with the
/// class, the function and the line, and the run goes on.
#[test]
fn k_runaway_scripts_are_stopped() {
    for (script, part) in [
        ("fn Today() {\n  let i = 0;\n  while true { i += 1; }\n}", "Acme.Rates.Today, line 3"),
        ("fn Today() { Today() }", "Acme.Rates.Today"),
    ] {
        let mut world = run(scripted("n = Acme.Rates.Today();", script));
        let reason = world.only("Custom").reason.unwrap_or_default();
        assert!(reason.contains("ExecutionLimitException") || reason.contains(part), "{reason}");
        assert!(world.exceptions()[0].contains(part), "{:?}", world.exceptions());
        world.receive("R", &xml("Order", &[("Id", "8")]));
        assert_eq!(world.created("Custom"), 2, "others go on");
    }
}

/// Entities that expand to more and more text are refused where they are declared: in a message at the port, and in
/// an XML document an expression loads, with line and column.
#[test]
fn k_exponential_entities_are_refused() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY c \"&b;&b;\">]>\n<Order>&c;</Order>";
    let mut world = World::new(application("n = 1;"));
    world.receive("R", bomb);
    assert_eq!(world.created("Custom"), 0);
    let suspended = world.events.iter().find_map(|e| match &e.kind {
        EventKind::MessageSuspended { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert!(suspended.as_deref().is_some_and(|r| r.contains("line 1")), "{suspended:?}");
    let text = format!("s = \"{}\";", bomb.replace('"', "\\\"").replace('\n', " "));
    for load in ["doc.LoadXml(s);", "s = Acme.Rates.Load(s);"] {
        let app = scripted(
            &format!("{text} doc = new System.Xml.XmlDocument(); {load}"),
            "fn Load(text) { parse_xml(text) }",
        );
        let raised = run(app).exceptions().concat();
        assert!(raised.contains("System.Xml.XmlException") && raised.contains("line 1"), "{load}: {raised}");
    }
}

/// Two runs with the same seed give the same journal although a script draws random numbers and asks the time.
#[test]
fn k_scripts_are_deterministic() {
    let text = format!("s = Acme.Rates.Draw(); {SHOW}");
    let script = "fn Draw() { `${random(0, 1000000)} ${new_guid()} ${now()}` }";
    let lines = || run(scripted(&text, script)).logged().concat();
    assert_eq!(lines(), lines());
}

/// A receive pipeline run from an expression gives its messages one after the other, a send pipeline makes one
/// message of those added; a pipeline that fails raises XLANGPipelineManagerException.
#[test]
fn k_pipelines_run_from_expressions() {
    let run = "output = Microsoft.XLANGs.Pipeline.XLANGPipelineManager.ExecuteReceivePipeline(\
               typeof(Microsoft.BizTalk.DefaultPipelines.XMLReceive), M); flag = output.MoveNext();";
    let mut app = application(run);
    let orch = app.0.modules.get_mut("Custom").unwrap().orchestration.as_mut().unwrap();
    for (name, kind) in [("output", "ReceivePipelineOutputMessages"), ("input", "SendPipelineInputMessages")]
    {
        let variable_type = format!("Microsoft.XLANGs.Pipeline.{kind}");
        orch.variables.push(Variable { name: name.into(), variable_type, ..Default::default() });
    }
    for name in ["N", "O"] {
        orch.messages.push(Message {
            name: name.into(),
            message_type: "T.Order".into(),
            ..Default::default()
        });
    }
    let send = "O = null; Microsoft.XLANGs.Pipeline.XLANGPipelineManager.ExecuteSendPipeline(\
                typeof(Microsoft.BizTalk.DefaultPipelines.XMLTransmit), input, O);";
    orch.body.push(construct("N", "N = null; output.GetCurrent(N);"));
    let fill = "input = new Microsoft.XLANGs.Pipeline.SendPipelineInputMessages(); input.Add(N); flag = output.MoveNext();";
    orch.body.push(expression("fill", fill));
    orch.body.push(construct("O", send));
    orch.body.push(expression("tell", "s = N.Note + N(P.Id) + O.Note; System.Diagnostics.Debug.WriteLine(s + System.Convert.ToString(flag));"));
    let missing = "output = Microsoft.XLANGs.Pipeline.XLANGPipelineManager.ExecuteReceivePipeline(typeof(Acme.Gone), M);";
    let told = expression("told", "System.Diagnostics.Debug.WriteLine(ex.Message);");
    let failed = "Microsoft.XLANGs.Pipeline.XLANGPipelineManagerException";
    orch.body.push(try_catch("guard", vec![expression("gone", missing)], failed, vec![told]));
    let world = self::run(app);
    assert_eq!(world.logged().first(), Some(&"hello7helloFalse"), "{:?}", world.exceptions());
    assert!(world.logged()[1].contains("Acme.Gone"), "{:?}", world.logged());
}

/// The examples of the page about rules and custom code can be read and compiled.
#[test]
fn k_the_examples_of_the_page_are_right() {
    let page = include_str!("../../docs/custom-code.md");
    let block =
        |start: &str| page.split(start).nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let policy: Policy = files::from_ron("rules/Discount.rules.ron", block("```ron\n")).expect("a policy");
    assert_eq!(policy.deployed(None).map(|v| v.rules.len()), Some(2));
    let app = scripted(
        "rates = new Acme.Rates(5); n = rates.Add(2); flag = Acme.Rates.Split(s, out s);",
        block("```rust\n"),
    );
    assert_eq!(Program::diagnose(&app.0), []);
}
