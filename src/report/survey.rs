//! Looks at everything of an application and judges.

use super::{
    CustomClass, Driver, Endpoint, MessageType, Problem, Report, Size, Summary, Surveyed, SurveyedMap,
    SurveyedPipeline, SurveyedPort, Verdict, words,
};
use crate::biztalk::btp::RUN_HERE;
use crate::check;
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::drawing::palette::Tokens;
use crate::drawing::svg;
use crate::findings;
use crate::message::{Body, DateTime, Message};
use crate::model::edit::{Edit, Part};
use crate::model::{Application, CatchType, Module, Orchestration, Polarity, Shape, ShapeKind, Transaction};
use crate::program::Program;
use crate::xml::map::{self, Graph, Unscripted};
use crate::xml::{SchemaSet, Wishes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Findings of an orchestration that the report lists.
const LISTED: usize = 12;

/// Adapters that run here.
const ADAPTERS: [&str; 3] = ["FILE", "QUEUE", "SQL"];

/// Surveys an application as it was opened, with what opening it noticed. `ready` is the same with simulated ports, as
/// it would run; it decides the verdicts. `alone` opens the project of one orchestration.
pub fn survey(
    application: &Application,
    findings: &[Diagnostic],
    ready: &Application,
    alone: OpenAlone<'_>,
) -> Report {
    let schemas = SchemaSet::build(ready);
    let checked = findings::all(ready);
    let maps: Vec<SurveyedMap> = ready.maps.values().map(|own| survey_map(own, &schemas)).collect();
    let code = custom_code(ready, &checked);
    let all: Vec<&Diagnostic> = findings.iter().chain(&checked).collect();
    let look = Look { application, ready, all: &all, maps: &maps, code: &code, alone };
    let modules = application.modules.iter();
    let orchestrations: Vec<Surveyed> = modules
        .filter_map(|(key, module)| Some(look.orchestration(key, module, module.orchestration.as_ref()?)))
        .collect();
    let mut report = Report {
        name: application.settings.name.clone(),
        message_types: message_types(&schemas),
        maps,
        code,
        endpoints: endpoints(application),
        pipelines: pipelines(application),
        unresolved: findings.iter().filter(|f| f.code == "Z10").map(|f| f.message.clone()).collect(),
        problems: problems(&all),
        orchestrations,
        ..Report::default()
    };
    report.summary = summary(&report, application);
    report.effort = effort(&report);
    report
}

/// Findings about one module.
fn about<'a>(all: &[&'a Diagnostic], key: &str, module: &Module) -> Vec<&'a Diagnostic> {
    let mine = |finding: &&&Diagnostic| {
        let source = &module.source;
        finding.place.module.as_deref() == Some(key)
            || (!source.is_empty() && finding.place.file == *source)
            // A name that does not resolve is reported once, with all who use it.
            || (finding.code == "Z10" && !source.is_empty() && finding.message.contains(source.as_str()))
    };
    all.iter().filter(mine).copied().collect()
}

/// One orchestration with nothing but its own project, as it would run.
#[derive(Debug)]
pub struct Alone {
    pub ready: Application,
    pub findings: Vec<Diagnostic>,
    /// Key of its module.
    pub key: Option<String>,
}

/// Opens the project of an orchestration by [`Module::source`].
pub type OpenAlone<'a> = &'a dyn Fn(&str) -> Option<Alone>;

struct Look<'a> {
    application: &'a Application,
    /// The same with what a simulated run adds.
    ready: &'a Application,
    alone: OpenAlone<'a>,
    all: &'a [&'a Diagnostic],
    maps: &'a [SurveyedMap],
    code: &'a [CustomClass],
}

impl Look<'_> {
    fn orchestration(&self, key: &str, module: &Module, own: &Orchestration) -> Surveyed {
        let name = module.qualify(&own.name);
        let shapes = own.shapes();
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        shapes.iter().for_each(|shape| *kinds.entry(words::kind(&shape.kind)).or_default() += 1);
        let mut kinds: Vec<(String, usize)> =
            kinds.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect();
        kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let depth = own.body.iter().map(depth).max().unwrap_or(0);
        let paths = 1 + shapes.iter().map(|shape| further_paths(shape)).sum::<usize>();
        let service = self.application.bindings.service(&module.full_name(&own.name));
        let ports = own.ports.iter().map(|port| SurveyedPort {
            name: port.name.clone(),
            direction: if port.polarity == Polarity::Implements { "receives" } else { "sends" }.to_owned(),
            port_type: port.port_type.clone(),
            binding: words::binding(port, service),
        });
        let findings = about(self.all, key, module);
        let mut maps = BTreeSet::new();
        let mut calls = BTreeSet::new();
        let mut started_by = Vec::new();
        for shape in &shapes {
            match &shape.kind {
                ShapeKind::Transform(transform) => {
                    maps.insert(transform.map.clone());
                }
                ShapeKind::Call(call) | ShapeKind::Start(call) => {
                    calls.insert(call.orchestration.clone());
                }
                ShapeKind::CallRules(call) => {
                    calls.insert(format!("policy {}", call.policy));
                }
                ShapeKind::Receive(receive) if receive.activate => {
                    started_by.push(format!("{}.{}", receive.port, receive.operation));
                }
                _ => {}
            }
        }
        if started_by.is_empty() {
            started_by.push("a call of another orchestration".to_owned());
        }
        let set = |set: &crate::model::CorrelationSet| format!("{} ({})", set.name, set.correlation_type);
        let inner = shapes.iter().filter_map(|shape| match &shape.kind {
            ShapeKind::Scope(scope) => Some(&scope.correlation_sets),
            _ => None,
        });
        let sets: Vec<String> = own.correlation_sets.iter().chain(inner.flatten()).map(set).collect();
        let size = match (shapes.len(), paths) {
            (0..=20, 0..=5) => Size::Small,
            (0..=60, 0..=15) => Size::Medium,
            _ => Size::Large,
        };
        let tokens = Tokens::for_theme(false, false);
        let drawing = svg::svg(self.application, module, tokens, &BTreeSet::new());
        let types: BTreeSet<String> = own.messages.iter().map(|m| m.message_type.clone()).collect();
        let mut problems: Vec<(String, String)> = Vec::new();
        for finding in findings.iter().filter(|f| f.severity < Severity::Information).take(LISTED) {
            problems.push((finding.code.to_owned(), finding.message.clone()));
        }
        Surveyed {
            verdict: self.judged(&name, key, module, own, &findings, &maps),
            source: module.source.clone(),
            shapes: kinds,
            shape_count: shapes.len(),
            depth,
            paths,
            size,
            started_by,
            ports: ports.collect(),
            correlation: sets,
            convoys: convoys(&shapes),
            transactions: transactions(own, &shapes),
            messages: types.into_iter().collect(),
            maps: maps.into_iter().collect(),
            calls: calls.into_iter().collect(),
            problems,
            svg: drawing.unwrap_or_default(),
            name,
        }
    }

    /// The verdict among everything in the folder; where that is bad news, the one in its own project alone: a folder
    /// may hold solutions whose names clash.
    fn judged(
        &self,
        name: &str,
        key: &str,
        module: &Module,
        own: &Orchestration,
        findings: &[&Diagnostic],
        maps: &BTreeSet<String>,
    ) -> Verdict {
        let together = self.verdict(name, own, findings, maps);
        if !matches!(together, Verdict::CannotRun(_)) || module.source.is_empty() {
            return together;
        }
        let Some(alone) = (self.alone)(&module.source) else { return together };
        let schemas = SchemaSet::build(&alone.ready);
        let checked = findings::all(&alone.ready);
        let used = alone.ready.maps.values().filter(|own| maps.contains(&own.name));
        let surveyed: Vec<SurveyedMap> = used.map(|own| survey_map(own, &schemas)).collect();
        let code = custom_code(&alone.ready, &checked);
        let all: Vec<&Diagnostic> = alone.findings.iter().chain(&checked).collect();
        let key = alone.key.as_deref().unwrap_or(key);
        let Some(module) = alone.ready.modules.get(key) else { return together };
        let Some(own) = &module.orchestration else { return together };
        let look = Look {
            application: &alone.ready,
            ready: &alone.ready,
            all: &all,
            maps: &surveyed,
            code: &code,
            alone: self.alone,
        };
        look.verdict(name, own, &about(&all, key, module), maps)
    }

    /// Errors and unresolved names keep it from running; code of its own and of its maps, and policies that are not
    /// here, have to be stood in for.
    fn verdict(
        &self,
        name: &str,
        own: &Orchestration,
        findings: &[&Diagnostic],
        maps: &BTreeSet<String>,
    ) -> Verdict {
        let mut reasons: Vec<String> = Vec::new();
        let played = &self.ready.settings.simulated_properties;
        let is_played = |finding: &Diagnostic| {
            finding.code == "Z10" && played.keys().any(|name| finding.message.contains(&format!("`{name}`")))
        };
        for finding in findings.iter().filter(|f| f.severity == Severity::Error || f.code == "Z10") {
            if !reasons.contains(&finding.message) && !is_played(finding) {
                reasons.push(finding.message.clone());
            }
        }
        let mut stubs: Vec<String> = Vec::new();
        let named = played.keys().filter(|name| {
            findings
                .iter()
                .any(|finding| finding.code == "Z10" && finding.message.contains(&format!("`{name}`")))
        });
        stubs.extend(named.map(|name| format!("property {name}, declared nowhere")));
        for class in self.code.iter().filter(|class| class.used_by.iter().any(|user| user == name)) {
            stubs.push(format!("class {}", class.class));
        }
        for own in self.maps.iter().filter(|own| maps.contains(&own.name)) {
            if !own.fails.is_empty() {
                stubs.push(format!("map {}: {}", own.name, own.fails));
            }
            stubs.extend(own.code.iter().map(|code| format!("code of map {}: {code}", own.name)));
        }
        for shape in own.shapes() {
            if let ShapeKind::CallRules(call) = &shape.kind
                && !self.application.policies.contains_key(&call.policy)
            {
                stubs.push(format!("policy {}", call.policy));
            }
        }
        match (reasons.is_empty(), stubs.is_empty()) {
            (false, _) => Verdict::CannotRun(reasons),
            (true, false) => Verdict::RunsWithStubs(stubs),
            (true, true) => Verdict::RunsAsIs,
        }
    }
}

fn depth(shape: &Shape) -> usize {
    let inner = shape.blocks().into_iter().flat_map(|(_, block)| block).map(depth).max();
    1 + inner.unwrap_or(0)
}

fn further_paths(shape: &Shape) -> usize {
    match &shape.kind {
        ShapeKind::Decide(branches) | ShapeKind::Listen(branches) => {
            branches.branches.len().saturating_sub(1)
        }
        ShapeKind::Loop(_) => 1,
        ShapeKind::Scope(scope) => scope.catches.len(),
        _ => 0,
    }
}

/// Receives that compete for related messages.
fn convoys(shapes: &[&Shape]) -> Vec<String> {
    let mut found = Vec::new();
    let mut initialized: Vec<(&str, &str)> = Vec::new();
    for shape in shapes {
        match &shape.kind {
            ShapeKind::Receive(receive) => {
                for set in &receive.follows {
                    if let Some((_, first)) = initialized.iter().find(|(known, _)| known == set) {
                        found.push(format!(
                            "sequential: {} follows {set}, which {first} initializes",
                            shape.name
                        ));
                    }
                }
                initialized.extend(receive.initializes.iter().map(|set| (set.as_str(), shape.name.as_str())));
            }
            ShapeKind::Parallel(branches) => {
                let first = |shapes: &[Shape]| {
                    shapes.iter().find_map(|shape| match &shape.kind {
                        ShapeKind::Receive(receive) => receive.initializes.first().cloned(),
                        _ => None,
                    })
                };
                let sets: Vec<String> = branches.branches.iter().filter_map(|b| first(&b.body)).collect();
                if let Some(set) = sets.first()
                    && sets.len() > 1
                    && sets.iter().all(|other| other == set)
                {
                    found.push(format!("parallel: the branches of {} initialize {set}", shape.name));
                }
            }
            _ => {}
        }
    }
    found
}

fn transactions(own: &Orchestration, shapes: &[&Shape]) -> Vec<String> {
    let mut found = Vec::new();
    let word = |transaction: &Transaction| match transaction {
        Transaction::None => None,
        Transaction::LongRunning(_) => Some("long-running"),
        Transaction::Atomic(_) => Some("atomic"),
    };
    found.extend(word(&own.transaction).map(|word| format!("the orchestration is {word}")));
    for shape in shapes {
        let ShapeKind::Scope(scope) = &shape.kind else { continue };
        found.extend(word(&scope.transaction).map(|word| format!("{} is {word}", shape.name)));
        for catch in &scope.catches {
            let what = match &catch.exception {
                CatchType::General => "any exception".to_owned(),
                CatchType::Exception(name) => name.clone(),
                CatchType::Fault { fault, .. } => format!("fault {fault}"),
            };
            found.push(format!("{} catches {what}", shape.name));
        }
        if scope.compensation.is_some() {
            found.push(format!("{} has a compensation block", shape.name));
        }
    }
    found
}

/// Classes without a script, and who uses them.
fn custom_code(application: &Application, checked: &[Diagnostic]) -> Vec<CustomClass> {
    let mut found = Vec::new();
    let compiled = Program::compile_what_runs(application).ok();
    let services = compiled.as_ref().map_or(&[][..], |(program, _)| program.services.as_slice());
    for finding in checked.iter().filter(|f| matches!(f.code, "K02" | "K03")) {
        let Some(Edit::Batch { edits, .. }) = finding.fixes.first() else { continue };
        let part = edits.iter().find_map(|edit| match edit {
            Edit::Set(Part::Component(class, script)) => Some((class, script)),
            _ => None,
        });
        let Some((class, script)) = part else { continue };
        let uses = |full: &str| {
            let service = services.iter().find(|service| service.name.as_str() == full);
            service.is_some_and(|service| service.stubs.iter().any(|(stub, _)| stub.class == *class))
        };
        let users = application.orchestrations().filter(|(module, own)| uses(&module.full_name(&own.name)));
        found.push(CustomClass {
            class: class.clone(),
            finding: finding.message.clone(),
            used_by: users.map(|(module, own)| module.qualify(&own.name)).collect(),
            skeleton: script.clone().unwrap_or_default(),
        });
    }
    found
}

fn survey_map(own: &crate::model::Map, schemas: &SchemaSet) -> SurveyedMap {
    let pages = own.drawing.iter().flat_map(|drawing| &drawing.pages);
    let links = pages.clone().map(|page| page.links.len()).sum::<usize>() + own.rules.len();
    let functoids: Vec<_> = pages.flat_map(|page| &page.functoids).collect();
    let mut code: Vec<String> = Vec::new();
    if let Some(drawing) = &own.drawing {
        for functoid in Graph::new(drawing).functoids() {
            if let Some((class, function)) = map::script_function(own, functoid) {
                let name = if class == own.name { function } else { format!("{class}.{function}") };
                if !code.contains(&name) {
                    code.push(name);
                }
            }
        }
    }
    let inline = functoids.iter().flat_map(|f| &f.scripts).any(|script| script.language.starts_with("Xslt"));
    let custom = own.drawing.as_ref().is_some_and(|drawing| drawing.custom_xslt.is_some());
    SurveyedMap {
        name: own.name.clone(),
        sources: own.sources.clone(),
        targets: own.targets.clone(),
        links,
        functoids: functoids.len(),
        code,
        xslt: inline || custom,
        fails: try_map(own, schemas).err().unwrap_or_default(),
    }
}

/// Runs a map on messages made from its source schemas.
fn try_map(own: &crate::model::Map, schemas: &SchemaSet) -> Result<(), String> {
    let mut inputs = Vec::new();
    for source in &own.sources {
        let made = schemas.generate(source, &Wishes::default()).map_err(|error| error.message)?;
        inputs.push(Arc::new(Message::single(Message::body_name(), Arc::new(Body::xml(made.text)))));
    }
    if own.sources.is_empty() || own.targets.is_empty() {
        return Err("its schemas are not here".to_owned());
    }
    let done = map::apply(own, &inputs, DateTime(0), schemas, &mut Unscripted);
    done.map(drop).map_err(|error| error.message)
}

fn message_types(schemas: &SchemaSet) -> Vec<MessageType> {
    let roots = schemas.roots().map(|root| MessageType {
        message_type: root.message_type.to_string(),
        schema: root.type_name.to_string(),
        promoted: root.promoted.len(),
        distinguished: root.distinguished.len(),
        envelope: root.envelope_body.is_some(),
    });
    roots.collect()
}

fn endpoints(application: &Application) -> Vec<Endpoint> {
    let mut found = Vec::new();
    for port in &application.bindings.receive_ports {
        for location in &port.locations {
            found.push(Endpoint {
                port: format!("{} › {}", port.name, location.name),
                direction: if port.two_way { "request-response" } else { "receive" }.to_owned(),
                adapter: location.transport.clone(),
                address: location.address.clone(),
                pipeline: location.receive_pipeline.clone(),
            });
        }
    }
    for port in &application.bindings.send_ports {
        for transport in port.primary.iter().chain(&port.backup) {
            found.push(Endpoint {
                port: port.name.clone(),
                direction: if port.two_way { "solicit-response" } else { "send" }.to_owned(),
                adapter: transport.transport.clone(),
                address: transport.address.clone(),
                pipeline: port.send_pipeline.clone(),
            });
        }
    }
    found
}

fn pipelines(application: &Application) -> Vec<SurveyedPipeline> {
    let built_in = |class: &str| {
        let short = class.split(',').next().unwrap_or_default().rsplit('.').next().unwrap_or_default();
        RUN_HERE.contains(&short)
    };
    let own = application.settings.pipelines.iter().map(|pipeline| {
        let components: Vec<String> = pipeline.components.iter().map(|c| c.component.clone()).collect();
        SurveyedPipeline {
            name: pipeline.name.clone(),
            direction: if pipeline.send { "send" } else { "receive" }.to_owned(),
            foreign: components.iter().filter(|class| !built_in(class)).cloned().collect(),
            components,
        }
    });
    own.collect()
}

fn problems(all: &[&Diagnostic]) -> Vec<Problem> {
    let mut by_code: BTreeMap<&str, (Severity, usize)> = BTreeMap::new();
    for finding in all {
        by_code.entry(finding.code).or_insert((finding.severity, 0)).1 += 1;
    }
    let mut found: Vec<(Severity, Problem)> = Vec::new();
    for (code, (severity, count)) in by_code {
        let entry = check::catalogue::entry(code);
        let problem = Problem {
            code: code.to_owned(),
            severity: words::severity(severity).to_owned(),
            count,
            means: entry.map(|e| e.means.to_owned()).unwrap_or_default(),
            mend: entry.map(|e| e.mend.to_owned()).unwrap_or_default(),
        };
        found.push((severity, problem));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.count.cmp(&a.1.count)));
    found.into_iter().map(|(_, problem)| problem).collect()
}

fn summary(report: &Report, application: &Application) -> Summary {
    let count = |wanted: fn(&Verdict) -> bool| {
        report.orchestrations.iter().filter(|own| wanted(&own.verdict)).count()
    };
    Summary {
        orchestrations: report.orchestrations.len(),
        runs_as_is: count(|v| *v == Verdict::RunsAsIs),
        runs_with_stubs: count(|v| matches!(v, Verdict::RunsWithStubs(_))),
        cannot_run: count(|v| matches!(v, Verdict::CannotRun(_))),
        shapes: report.orchestrations.iter().map(|own| own.shape_count).sum(),
        message_types: report.message_types.len(),
        maps: report.maps.len(),
        receive_ports: application.bindings.receive_ports.len(),
        send_ports: application.bindings.send_ports.len(),
        pipelines: report.pipelines.len(),
        custom_classes: report.code.len(),
        unresolved_names: report.unresolved.len(),
    }
}

fn effort(report: &Report) -> Vec<Driver> {
    let driver =
        |what: String, count: usize, next_step: &str| Driver { what, count, next_step: next_step.to_owned() };
    let with_code: Vec<_> = report.maps.iter().filter(|own| !own.code.is_empty()).collect();
    let functions = with_code.iter().map(|own| own.code.len()).sum::<usize>();
    let failing = report.maps.iter().filter(|own| !own.fails.is_empty()).count();
    let foreign = report.pipelines.iter().filter(|own| !own.foreign.is_empty()).count();
    let elsewhere: BTreeSet<&str> = report.endpoints.iter().map(|e| e.adapter.as_str()).collect();
    let played = report
        .endpoints
        .iter()
        .filter(|e| !ADAPTERS.iter().any(|a| a.eq_ignore_ascii_case(&e.adapter)))
        .count();
    let users: BTreeSet<&String> = report.code.iter().flat_map(|class| &class.used_by).collect();
    let large = report.orchestrations.iter().filter(|own| own.size == Size::Large).count();
    let convoys = report.orchestrations.iter().filter(|own| !own.convoys.is_empty()).count();
    let mut found = vec![
        driver(
            "names that nothing here declares".to_owned(),
            report.unresolved.len(),
            "Open the whole solution, or add the projects that declare them",
        ),
        driver(
            format!("classes of custom code, used by {}", counted(users.len(), "orchestration")),
            report.code.len(),
            "Write a script for each, from the skeleton given below",
        ),
        driver(
            format!("functions in {} to stand in for", counted(with_code.len(), "map")),
            functions,
            "Write a component named like the map",
        ),
        driver("maps that do not run yet".to_owned(), failing, "See the reason at each map"),
        driver(
            "pipelines with components that are not built in".to_owned(),
            foreign,
            "Choose another pipeline at the port",
        ),
        driver(
            format!("endpoints played in memory, of {}", counted(elsewhere.len(), "adapter")),
            played,
            "Point them elsewhere, or let a partner play them",
        ),
        driver("large orchestrations".to_owned(), large, "Plan time to read and test them"),
        driver("orchestrations with a convoy".to_owned(), convoys, "Test the order of messages"),
    ];
    found.retain(|driver| driver.count > 0);
    found
}
