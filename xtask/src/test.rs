//! `cargo xtask test`: every check in order, all of them even when one fails, one line at the end.

use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::Fallible;
use crate::command::{answers, teed};
use crate::docs::{self, DocsArgs};
use crate::fuzz::{self, FuzzArgs};
use crate::peers::{self, PeersArgs};
use crate::policy;
use crate::repository::Repository;
use crate::tally::{Report, Tally};

/// How much to test.
#[derive(Args)]
pub(crate) struct TestArgs {
    /// Ten times the comparisons with the peers, a minute of mutations for each fuzz target, and the tests
    /// that take minutes.
    #[arg(long)]
    long: bool,
    /// Seed of all random inputs; drawn and printed when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Run only this step; may be given more than once.
    #[arg(long, value_enum)]
    only: Vec<Step>,
}

/// Runs the steps, prints each runner's own last lines and then the sum.
pub(crate) fn run(repository: &Repository, args: &TestArgs) -> Fallible<Tally> {
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| args.only.is_empty() || args.only.contains(step))
        .collect();
    let mut whole = Report::default();
    for (at, step) in steps.iter().enumerate() {
        let began = Instant::now();
        eprintln!("==> [{}/{}] {step:?}", at + 1, steps.len());
        // A step that cannot even begin is a failure of its own; the others still run.
        let report = step.run(repository, args).unwrap_or_else(|error| {
            let mut report = Report::default();
            report.check(&format!("{step:?}"), Err(error.to_string()));
            report
        });
        eprintln!("<== {step:?}: {} in {:.1} s", report.tally, began.elapsed().as_secs_f64());
        whole.add(report);
    }
    whole.print();
    println!("{}", whole.tally);
    Ok(whole.tally)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Step {
    Format,
    Clippy,
    Policy,
    Units,
    DocTests,
    Docs,
    Peers,
    Fuzz,
}

impl Step {
    fn run(self, repository: &Repository, args: &TestArgs) -> Fallible<Report> {
        match self {
            Self::Format => both_workspaces("format", repository, &["fmt", "--all", "--check"]),
            Self::Clippy => both_workspaces("clippy", repository, &CLIPPY),
            Self::Policy => policy::run(repository),
            Self::Units => units(repository, args.long),
            Self::DocTests => tests("doc tests", repository, &["test", "--workspace", "--doc"]),
            Self::Docs => docs::run(repository, &DocsArgs { check: true }),
            Self::Peers => peers::run(repository, &PeersArgs::all(args.seed, args.long)),
            Self::Fuzz => fuzz::run(repository, &FuzzArgs::smoke(args.seed, args.long)),
        }
    }
}

const CLIPPY: [&str; 6] = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// The same command in the workspace and in that of the fuzz targets, as one check each.
fn both_workspaces(name: &str, repository: &Repository, arguments: &[&str]) -> Fallible<Report> {
    let mut report = Report::default();
    for (place, command) in
        [("", repository.cargo(arguments)), (" in fuzz/", fuzz::cargo(repository, arguments)?)]
    {
        let passed = teed(command)?.succeeded;
        let verdict = if passed { Ok(()) } else { Err("see its output above".to_owned()) };
        report.check(&format!("{name}{place}"), verdict);
    }
    Ok(report)
}

/// The ignored tests that are long: not those that others start as processes of their own.
const LONG: [&str; 4] = ["--run-ignored", "all", "--filterset", "not test(child)"];

/// All tests of the workspace but those in documentation, which nextest cannot run. Disks that fail are played by strace,
/// certificates judged by openssl and nginx, units by systemd; the store's tests start PostgreSQL servers of their own.
fn units(repository: &Repository, is_long: bool) -> Fallible<Report> {
    let strace = peers::install_program("strace", "-V");
    let openssl = peers::install_program("openssl", "version");
    let nginx = peers::install_program("nginx", "-v");
    let postgresql = peers::install_postgresql();
    let systemd = peers::install_program_of("systemd", "systemd-analyze", "--version");
    let mut report = all_units(repository, is_long)?;
    for (what, installed) in [
        ("the tests of failing disks", strace),
        ("the tests of certificates", openssl),
        ("the tests behind nginx", nginx),
        ("the tests of the store in PostgreSQL", postgresql),
        ("the tests of systemd's units", systemd),
    ] {
        if let Err(why) = installed {
            report.skip(&format!("{what}: {why}"));
        }
    }
    Ok(report)
}

fn all_units(repository: &Repository, is_long: bool) -> Fallible<Report> {
    if !answers("cargo", &["nextest", "--version"]) {
        let arguments =
            ["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples"];
        let mut report = tests("tests", repository, &arguments)?;
        if is_long {
            report.skip("the tests that take minutes: they need cargo-nextest");
        }
        return Ok(report);
    }
    let mut arguments =
        vec!["nextest", "run", "--workspace", "--no-fail-fast", "--status-level=slow"];
    arguments.extend(LONG.iter().filter(|_| is_long));
    tests("tests", repository, &arguments)
}

fn tests(name: &str, repository: &Repository, arguments: &[&str]) -> Fallible<Report> {
    let finished = teed(repository.cargo(arguments))?;
    let mut report = Report::default();
    report.read(name, finished.succeeded, &finished.text);
    Ok(report)
}
