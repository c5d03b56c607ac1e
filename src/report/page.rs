//! The report as one HTML file: no scripts, nothing loaded from elsewhere.

use super::{Report, Surveyed, Verdict, words};
use crate::diagnostic::counted;
use std::fmt::{Display, Write};

const STYLE: &str = include_str!("style.css");

/// Characters of a list that one table cell shows.
const CELL: usize = 160;

/// Renders a report.
pub fn page(report: &Report) -> String {
    let mut out = Out(String::new());
    let title = if report.name.is_empty() { "BizTalk inventory" } else { &report.name };
    out.raw(format_args!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{STYLE}</style></head>\n<body>",
        escape(title)
    ));
    out.raw(format_args!(
        "<header class=\"top\"><h1>{}</h1><p class=\"muted\">What is there, what runs, and what stands in the way</p>",
        escape(title)
    ));
    out.raw(
        "<nav aria-label=\"Contents\"><a href=\"#summary\">Summary</a><a href=\"#effort\">Effort</a>\
         <a href=\"#orchestrations\">Orchestrations</a><a href=\"#maps\">Maps</a><a href=\"#code\">Custom code</a>\
         <a href=\"#endpoints\">Endpoints</a><a href=\"#messages\">Message types</a><a href=\"#problems\">Problems</a>\
         <a href=\"#details\">Details</a></nav></header>\n<main>",
    );
    out.summary(report);
    out.effort(report);
    out.overview(report);
    out.maps(report);
    out.code(report);
    out.endpoints(report);
    out.message_types(report);
    out.problems(report);
    out.raw("<h2 id=\"details\">Details</h2>");
    for (at, own) in report.orchestrations.iter().enumerate() {
        out.orchestration(at, own);
    }
    out.raw("<footer>Made by Orchestrion. Verdicts come from checking and compiling every orchestration, and from running every map on a message made from its schema.</footer></main></body></html>\n");
    out.0
}

fn escape(text: impl Display) -> String {
    crate::message::document::escape_xml(&text.to_string())
}

/// Text with names in it, which may break after their dots and slashes, and inside a long word.
fn named(text: &str) -> String {
    const LONG: usize = 16;
    let mut out = String::new();
    let (mut last, mut unbroken) = (' ', 0);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        // A long word may also break before a capital.
        if c.is_uppercase() && last.is_lowercase() && unbroken >= LONG {
            out.push_str("<wbr>");
            unbroken = 0;
        }
        unbroken = if c.is_alphanumeric() { unbroken + 1 } else { 0 };
        last = c;
        let _ = write!(out, "{}", escape(c));
        if matches!(c, '.' | '/' | '\\' | '#' | '_')
            && characters.peek().is_some_and(|next| next.is_alphanumeric())
        {
            out.push_str("<wbr>");
        }
    }
    out
}

/// Class, word and reasons of a verdict.
fn verdict(own: &Verdict) -> (&'static str, &'static str, &[String]) {
    match own {
        Verdict::RunsAsIs => ("ok", "runs as is", &[]),
        Verdict::RunsWithStubs(stubs) => ("warn", "runs with stubs", stubs),
        Verdict::CannotRun(reasons) => ("bad", "cannot run", reasons),
    }
}

struct Out(String);

impl Out {
    fn raw(&mut self, text: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{text}");
    }

    /// A table of escaped cells; columns whose title begins with `#` are numbers, and those with `=` one word.
    fn table(&mut self, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        self.raw("<div class=\"scroll\"><table><thead><tr>");
        let classes = columns.iter().map(|column| match column.chars().next() {
            Some('#') => " class=\"n\"",
            Some('=') => " class=\"s\"",
            _ => "",
        });
        let classes: Vec<&str> = classes.collect();
        for (column, class) in columns.iter().zip(&classes) {
            let title = escape(column.trim_start_matches(['#', '=']));
            self.raw(format_args!("<th scope=\"col\"{class}>{title}</th>"));
        }
        self.raw("</tr></thead><tbody>");
        for row in rows {
            self.raw("<tr>");
            for (cell, class) in row.iter().zip(&classes) {
                self.raw(format_args!("<td{class}>{cell}</td>"));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody></table></div>");
    }

    fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.raw(format_args!("<div><h4>{}</h4><ul class=\"plain\">", escape(title)));
        for item in items {
            self.raw(format_args!("<li>{}</li>", named(item)));
        }
        self.raw("</ul></div>");
    }

    fn summary(&mut self, report: &Report) {
        let own = &report.summary;
        self.raw("<h2 id=\"summary\">Summary</h2>");
        let ready = own.runs_as_is + own.runs_with_stubs;
        let rest = match own.cannot_run {
            0 => String::new(),
            n => format!(" {n} cannot run yet."),
        };
        self.raw(format_args!(
            "<p>{} of {} run: {} as they are, {} with stand-ins for what is not here.{rest}</p>",
            ready,
            counted(own.orchestrations, "orchestration"),
            own.runs_as_is,
            own.runs_with_stubs,
        ));
        self.raw("<div class=\"bar\" role=\"img\" aria-label=\"Share of orchestrations by verdict\">");
        let shares = [
            (own.runs_as_is, "ok", "runs as is"),
            (own.runs_with_stubs, "warn", "runs with stubs"),
            (own.cannot_run, "bad", "cannot run"),
        ];
        for (count, class, word) in shares.iter().filter(|(count, ..)| *count > 0) {
            self.raw(format_args!(
                "<i class=\"{class}\" style=\"flex:{count}\" title=\"{count} {word}\">{count}</i>"
            ));
        }
        self.raw("</div><ul class=\"legend\">");
        for (count, class, word) in shares {
            self.raw(format_args!("<li><span class=\"chip {class}\">{count}</span> {word}</li>"));
        }
        self.raw("</ul><div class=\"tiles\">");
        let tiles = [
            (own.orchestrations, "orchestrations"),
            (own.shapes, "shapes"),
            (own.message_types, "message types"),
            (own.maps, "maps"),
            (own.receive_ports, "receive ports"),
            (own.send_ports, "send ports"),
            (own.pipelines, "own pipelines"),
            (own.custom_classes, "classes of custom code"),
            (own.unresolved_names, "unresolved names"),
        ];
        for (count, what) in tiles {
            self.raw(format_args!("<div class=\"tile\"><b>{count}</b><span>{what}</span></div>"));
        }
        self.raw("</div>");
    }

    fn effort(&mut self, report: &Report) {
        self.raw("<h2 id=\"effort\">What takes effort</h2>");
        if report.effort.is_empty() {
            self.raw("<p>Nothing stands in the way.</p>");
            return;
        }
        let rows = report
            .effort
            .iter()
            .map(|own| vec![own.count.to_string(), escape(&own.what), escape(&own.next_step)]);
        self.table(&["#Count", "What", "Next step"], rows);
    }

    fn overview(&mut self, report: &Report) {
        self.raw("<h2 id=\"orchestrations\">Orchestrations</h2>");
        if report.orchestrations.is_empty() {
            self.raw("<p>There are none in this folder.</p>");
            return;
        }
        let rows = report.orchestrations.iter().enumerate().map(|(at, own)| {
            let (class, word, reasons) = verdict(&own.verdict);
            vec![
                format!("<a href=\"#o{at}\">{}</a>", named(&own.name)),
                format!("<span class=\"chip {class}\">{word}</span>"),
                own.shape_count.to_string(),
                own.paths.to_string(),
                words::size(own.size).to_owned(),
                own.correlation.len().to_string(),
                own.convoys.len().to_string(),
                named(&shortened(reasons)),
            ]
        });
        let columns =
            ["Orchestration", "=Verdict", "#Shapes", "#Paths", "=Size", "#Sets", "#Convoys", "Needs"];
        self.table(&columns, rows);
    }

    fn maps(&mut self, report: &Report) {
        self.raw("<h2 id=\"maps\">Maps</h2>");
        if report.maps.is_empty() {
            self.raw("<p>There are none.</p>");
            return;
        }
        let rows = report.maps.iter().map(|own| {
            let state = match (own.fails.is_empty(), own.code.is_empty()) {
                (false, _) => "<span class=\"chip bad\">does not run</span>",
                (true, false) => "<span class=\"chip warn\">needs stand-ins</span>",
                (true, true) => "<span class=\"chip ok\">runs</span>",
            };
            let mut notes: Vec<String> = Vec::new();
            if !own.fails.is_empty() {
                notes.push(own.fails.clone());
            }
            if !own.code.is_empty() {
                notes.push(format!("code: {}", own.code.join(", ")));
            }
            if own.xslt {
                notes.push("has XSLT of its own".to_owned());
            }
            vec![
                named(&own.name),
                state.to_owned(),
                own.links.to_string(),
                own.functoids.to_string(),
                named(&own.sources.join(", ")),
                named(&own.targets.join(", ")),
                named(&shortened(&notes)),
            ]
        });
        self.table(&["Map", "=State", "#Links", "#Functoids", "From", "To", "Notes"], rows);
    }

    fn code(&mut self, report: &Report) {
        self.raw("<h2 id=\"code\">Custom code to stand in for</h2>");
        if report.code.is_empty() {
            self.raw("<p>No orchestration uses custom code.</p>");
        }
        for own in &report.code {
            self.raw(format_args!(
                "<section class=\"card\"><header><h3>{}</h3><span class=\"muted\">{}</span></header><p>{}</p>",
                escape(&own.class),
                counted(own.used_by.len(), "orchestration"),
                escape(&own.finding)
            ));
            self.list("Used by", &own.used_by);
            self.raw(format_args!(
                "<details><summary>Script to begin with</summary><pre>{}</pre></details></section>",
                escape(&own.skeleton)
            ));
        }
        self.list("Names that nothing here declares", &report.unresolved);
    }

    fn endpoints(&mut self, report: &Report) {
        self.raw("<h2 id=\"endpoints\">Endpoints and pipelines</h2>");
        if report.endpoints.is_empty() {
            self.raw("<p>No binding file was found; ports are simulated for a run.</p>");
        } else {
            let rows = report.endpoints.iter().map(|own| {
                [&own.port, &own.direction, &own.adapter, &own.address, &own.pipeline]
                    .map(|cell| named(cell))
                    .to_vec()
            });
            self.table(&["Port", "=Direction", "=Adapter", "Address", "Pipeline"], rows);
        }
        if !report.pipelines.is_empty() {
            self.raw("<h4>Pipelines of the projects</h4>");
            let rows = report.pipelines.iter().map(|own| {
                let foreign = if own.foreign.is_empty() { "none".to_owned() } else { own.foreign.join(", ") };
                vec![
                    named(&own.name),
                    escape(&own.direction),
                    own.components.len().to_string(),
                    named(&foreign),
                ]
            });
            self.table(&["Pipeline", "=Direction", "#Components", "Not built in"], rows);
        }
    }

    fn message_types(&mut self, report: &Report) {
        self.raw("<h2 id=\"messages\">Message types</h2>");
        let rows = report.message_types.iter().map(|own| {
            vec![
                named(&own.message_type),
                named(&own.schema),
                own.promoted.to_string(),
                own.distinguished.to_string(),
                if own.envelope { "envelope" } else { "" }.to_owned(),
            ]
        });
        self.table(&["Message type", "Schema", "#Promoted", "#Distinguished", "=Kind"], rows);
    }

    fn problems(&mut self, report: &Report) {
        self.raw("<h2 id=\"problems\">Problems by rule</h2>");
        if report.problems.is_empty() {
            self.raw("<p>None.</p>");
            return;
        }
        let rows = report.problems.iter().map(|own| {
            let class = match own.severity.as_str() {
                "error" => "bad",
                "warning" => "warn",
                _ => "ok",
            };
            vec![
                format!("<code>{}</code>", escape(&own.code)),
                format!("<span class=\"chip {class}\">{}</span>", escape(&own.severity)),
                own.count.to_string(),
                escape(&own.means),
                escape(&own.mend),
            ]
        });
        self.table(&["=Rule", "=Severity", "#Count", "What it means", "How to mend it"], rows);
    }

    fn orchestration(&mut self, at: usize, own: &Surveyed) {
        let (class, word, reasons) = verdict(&own.verdict);
        self.raw(format_args!(
            "<section class=\"card\" id=\"o{at}\"><header><h3>{}</h3><span class=\"chip {class}\">{word}</span></header>\
             <p class=\"muted\">{}{}, {} deep, {} through it: {}</p>",
            escape(&own.name),
            if own.source.is_empty() { String::new() } else { format!("{} · ", escape(&own.source)) },
            counted(own.shape_count, "shape"),
            own.depth,
            counted(own.paths, "path"),
            words::size(own.size)
        ));
        if !reasons.is_empty() {
            let title = if class == "bad" { "It cannot run because" } else { "It runs with stand-ins for" };
            self.raw(format_args!("<div class=\"why {class}\"><b>{title}</b><ul>"));
            for reason in reasons {
                self.raw(format_args!("<li>{}</li>", named(reason)));
            }
            self.raw("</ul></div>");
        }
        self.raw("<div class=\"facts\">");
        self.list("Started by", &own.started_by);
        let kinds: Vec<String> = own.shapes.iter().map(|(kind, count)| format!("{count} × {kind}")).collect();
        self.list("Shapes", &kinds);
        self.list("Correlation sets", &own.correlation);
        self.list("Convoys", &own.convoys);
        self.list("Transactions and exceptions", &own.transactions);
        self.list("Messages", &own.messages);
        self.list("Maps", &own.maps);
        self.list("Calls", &own.calls);
        self.raw("</div>");
        if !own.ports.is_empty() {
            self.raw("<h4>Ports</h4>");
            let rows = own.ports.iter().map(|port| {
                [&port.name, &port.direction, &port.port_type, &port.binding].map(|cell| named(cell)).to_vec()
            });
            self.table(&["Port", "=Direction", "Port type", "Bound to"], rows);
        }
        if !own.problems.is_empty() {
            self.raw("<h4>Problems</h4>");
            let rows = own
                .problems
                .iter()
                .map(|(code, message)| vec![format!("<code>{}</code>", escape(code)), escape(message)]);
            self.table(&["=Rule", "Finding"], rows);
        }
        if !own.svg.is_empty() {
            self.raw(format_args!("<div class=\"diagram\">{}</div>", own.svg));
        }
        self.raw("</section>\n");
    }
}

/// As many items as a cell shows, and how many more there are.
fn shortened(items: &[String]) -> String {
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 && text.len() + item.len() > CELL {
            let _ = write!(text, " … and {}", counted(items.len() - at, "more reason"));
            break;
        }
        if at > 0 {
            text.push_str("; ");
        }
        match item.char_indices().nth(CELL) {
            Some((end, _)) => {
                text.push_str(item.get(..end).unwrap_or_default());
                text.push('…');
            }
            None => text.push_str(item),
        }
    }
    text
}
