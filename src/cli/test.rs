use super::{Exit, complain, complain_all, load, say};
use crate::lab::scenario::{Coverage, Options, Outcome, Suite, play_all};
use clap::Args;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Play the scenarios of an application in virtual time and compare what happens with what they expect.
///
/// Prints a line for each scenario, what failed with the difference, and which shapes no scenario reached.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder; its scenarios are scenarios/*.scenario.ron.
    application: PathBuf,
    /// Play only scenarios with this in their file name or name.
    #[arg(default_value = "")]
    filter: String,
    /// Write the results as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Seed of GUIDs and of the schedule; 0 runs ready instances first come, first served.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Also play each scenario with the seeds 1 to this one, unless it promises one schedule only.
    #[arg(long, default_value_t = 0)]
    seeds: u64,
    /// Save, drop and restore the engine after every persistence point.
    #[arg(long)]
    restore_everywhere: bool,
    /// Print the journal of what failed.
    #[arg(long)]
    journal: bool,
}

pub fn test(arguments: &Arguments) -> Exit {
    let application = match load(&arguments.application) {
        Ok(loaded) => loaded.application,
        Err(exit) => return exit,
    };
    let suite = Suite {
        filter: arguments.filter.clone(),
        options: Options { seed: arguments.seed, restore_everywhere: arguments.restore_everywhere },
        seeds: arguments.seeds,
        journal: arguments.journal,
    };
    let begin = Instant::now();
    let (outcomes, coverage) = match play_all(&application, &suite, &mut print) {
        Ok(played) => played,
        Err(errors) => {
            complain_all(&errors);
            return Exit::Failed;
        }
    };
    if outcomes.is_empty() {
        complain(format_args!(
            "error: no scenario to play\n  help: write one to {}, or change the filter",
            arguments.application.join("scenarios/first.scenario.ron").display()
        ));
        return Exit::Unusable;
    }
    if arguments.filter.is_empty() {
        print_coverage(&coverage);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count();
    say(format_args!(
        "{}: {} passed, {failed} failed, in {:.2} s",
        application.settings.name,
        outcomes.len() - failed,
        begin.elapsed().as_secs_f64()
    ));
    if let Some(file) = &arguments.junit
        && let Err(problem) = write_junit(file, &application.settings.name, &outcomes)
    {
        complain(format_args!(
            "error: {} cannot be written: {problem}\n  help: check the folder and its permissions",
            file.display()
        ));
        return Exit::Unusable;
    }
    if failed > 0 { Exit::Failed } else { Exit::Done }
}

fn print(outcome: &Outcome) -> bool {
    let ms = outcome.took.as_millis();
    let verdict = if outcome.failures.is_empty() { "ok    " } else { "FAILED" };
    let seeds = match outcome.runs {
        0 | 1 if outcome.seed == 0 => String::new(),
        0 | 1 => format!(", seed {}", outcome.seed),
        runs if outcome.failures.is_empty() => format!(", {runs} schedules"),
        _ => format!(", seed {}", outcome.seed),
    };
    say(format_args!("{verdict}  {}  {} ({ms} ms{seeds})", outcome.stem, outcome.name));
    complain_all(&outcome.failures);
    if !outcome.journal.is_empty() {
        complain(&outcome.journal);
    }
    true
}

fn print_coverage(coverage: &Coverage) {
    say("coverage  shapes    branches  handlers  follows   receives");
    for (name, service) in coverage.services() {
        let of = |(reached, all): (usize, usize)| format!("{reached}/{all}");
        say(format_args!(
            "          {:<8}  {:<8}  {:<8}  {:<8}  {:<8}  {name}",
            of(service.shapes()),
            of(service.branches()),
            of(service.handlers()),
            of(service.follows()),
            of(service.receives())
        ));
        let missed: Vec<_> = service.missed().collect();
        if !missed.is_empty() {
            say(format_args!("            never reached: {}", missed.join(", ")));
        }
    }
}

fn write_junit(file: &Path, application: &str, outcomes: &[Outcome]) -> std::io::Result<()> {
    let mut suite = TestSuite::new(application);
    for outcome in outcomes {
        let status = if outcome.failures.is_empty() {
            TestCaseStatus::success()
        } else {
            let texts: Vec<_> = outcome.failures.iter().map(ToString::to_string).collect();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(first) = outcome.failures.first() {
                status.set_message(first.message.lines().next().unwrap_or_default());
            }
            status.set_description(format!("seed {}\n{}", outcome.seed, texts.join("\n")));
            status
        };
        let mut case = TestCase::new(outcome.stem.as_str(), status);
        case.set_time(outcome.took);
        case.set_classname(outcome.name.as_str());
        suite.add_test_case(case);
    }
    let mut report = Report::new(application);
    report.add_test_suite(suite);
    let text = report.to_string().map_err(std::io::Error::other)?;
    std::fs::write(file, text)
}
