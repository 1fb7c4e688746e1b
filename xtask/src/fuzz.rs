//! `cargo xtask fuzz`: every decoder on its committed corpus and on seeded mutations of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::Fallible;
use crate::command::teed;
use crate::repository::Repository;
use crate::tally::Report;

/// Long enough for tens of thousands of mutations of each target, short enough for each commit.
const SMOKE_SECONDS: u64 = 3;
const LONG_SECONDS: u64 = 60;

/// What to fuzz and how long.
#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// Only these targets; the names are those of the folders in fuzz/corpus.
    targets: Vec<String>,
    /// Seconds of mutations for each target.
    #[arg(long, default_value_t = SMOKE_SECONDS)]
    seconds: u64,
    /// Seed of the mutations; drawn and printed when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Run only this mutation again, and keep its bytes in fuzz/artifacts.
    #[arg(long, requires = "seed", requires = "targets")]
    iteration: Option<u64>,
}

impl FuzzArgs {
    pub(crate) fn smoke(seed: Option<u64>, long: bool) -> Self {
        let seconds = if long { LONG_SECONDS } else { SMOKE_SECONDS };
        Self { targets: Vec::new(), seconds, seed, iteration: None }
    }
}

/// Builds the smoke program and runs each target in a process of its own, so that one that
/// overflows its stack or eats the memory does not hide the others.
pub(crate) fn run(repository: &Repository, args: &FuzzArgs) -> Fallible<Report> {
    let mut report = Report::default();
    let own_tests = teed(cargo(repository, &["test", "--lib"])?)?;
    report.read("fuzz", own_tests.succeeded, &own_tests.text);
    if !teed(cargo(repository, &["build", "--bin", "smoke"])?)?.succeeded {
        report.check("fuzz", Err("the smoke program does not build".to_owned()));
        return Ok(report);
    }
    let name = format!("smoke{}", std::env::consts::EXE_SUFFIX);
    let smoke = repository.target()?.join("debug").join(name);
    for target in targets(repository, args)? {
        let finished = teed(smoke_command(&smoke, &target, args))?;
        report.read(&format!("fuzz {target}"), finished.succeeded, &finished.text);
    }
    Ok(report)
}

/// Cargo in the workspace of the fuzz targets, which builds into the same directory as the main
/// one: their dependencies are the same.
pub(crate) fn cargo(repository: &Repository, arguments: &[&str]) -> Fallible<Command> {
    let mut command = repository.cargo(arguments);
    command.current_dir(repository.path("fuzz")).env("CARGO_TARGET_DIR", repository.target()?);
    Ok(command)
}

fn smoke_command(smoke: &Path, target: &str, args: &FuzzArgs) -> Command {
    let mut command = Command::new(smoke);
    command.arg(target).args(["--seconds", &args.seconds.to_string()]);
    if let Some(seed) = args.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if let Some(iteration) = args.iteration {
        command.args(["--iteration", &iteration.to_string()]);
    }
    command
}

/// Each folder of the corpus is a target; a target without a corpus is refused by its own test.
fn targets(repository: &Repository, args: &FuzzArgs) -> Fallible<Vec<String>> {
    if !args.targets.is_empty() {
        return Ok(args.targets.clone());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(repository.path("fuzz/corpus"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
