//! Replays a target's corpus and then mutations of it for some seconds, on the stable toolchain.
#![expect(
    clippy::disallowed_methods,
    reason = "reads its own corpus, writes its own artifacts, and takes a seed from the clock"
)]

use std::fs;
use std::panic::{self, UnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use curbside_fuzz::{Target, mutation, target};

/// No decoder may take longer for 64 KiB; the slowest needs milliseconds.
const INPUT_TIME_MAX: Duration = Duration::from_secs(5);

/// Runs one fuzz target.
#[derive(Parser)]
struct Options {
    /// Name of the target.
    target: String,
    /// Seconds of mutations.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Seed of the mutations; from the clock when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Run only this mutation again, and keep its bytes in artifacts/.
    #[arg(long, requires = "seed")]
    iteration: Option<u64>,
    /// Name each mutation before it runs: the last one named is the one that killed the process.
    #[arg(long)]
    trace: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let Some(target) = target(&options.target) else {
        eprintln!("error: no target {}", options.target);
        return ExitCode::FAILURE;
    };
    let corpus = corpus(target.name);
    let seed = options.seed.unwrap_or_else(seed_of_clock);
    let (checks, failed) = match options.iteration {
        Some(iteration) => (1, run_again(target, &corpus, seed, iteration)),
        // Each seed is a check, and all the mutations together are one.
        None => (corpus.len() + 1, run(target, &corpus, seed, &options)),
    };
    println!("{} passed, {failed} failed", checks - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(
    target: &'static Target,
    corpus: &[(String, Vec<u8>)],
    seed: u64,
    options: &Options,
) -> usize {
    let mut failed = 0;
    for (name, bytes) in corpus {
        if let Err(fault) = survives(target, bytes) {
            eprintln!("FAIL {} on corpus/{}/{name}: {fault}", target.name, target.name);
            failed += 1;
        }
    }
    let seeds: Vec<Vec<u8>> = corpus.iter().map(|(_, bytes)| bytes.clone()).collect();
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let mut iteration = 0;
    while Instant::now() < end {
        if options.trace {
            eprintln!("iteration {iteration}");
        }
        if let Err(fault) = survives(target, &mutation::input(&seeds, seed, iteration)) {
            let name = target.name;
            eprintln!("FAIL {name}: {fault}");
            eprintln!("  again: cargo xtask fuzz {name} --seed {seed} --iteration {iteration}");
            failed += 1;
            break;
        }
        iteration += 1;
    }
    eprintln!("{}: seed {seed}, {} seeds, {iteration} mutations", target.name, corpus.len());
    failed
}

fn run_again(
    target: &'static Target,
    corpus: &[(String, Vec<u8>)],
    seed: u64,
    iteration: u64,
) -> usize {
    let seeds: Vec<Vec<u8>> = corpus.iter().map(|(_, bytes)| bytes.clone()).collect();
    let bytes = mutation::input(&seeds, seed, iteration);
    let artifact = folder("artifacts").join(format!("{}-{seed}-{iteration}", target.name));
    fs::create_dir_all(folder("artifacts")).expect("artifacts/ can be made");
    fs::write(&artifact, &bytes).expect("artifacts/ can be written");
    eprintln!("{} bytes in {}", bytes.len(), artifact.display());
    match survives(target, &bytes) {
        Ok(()) => 0,
        Err(fault) => {
            eprintln!("FAIL {}: {fault}", target.name);
            1
        }
    }
}

/// Runs a target on one input; a panic or a long wait is a fault.
fn survives(target: &'static Target, bytes: &[u8]) -> Result<(), String> {
    let began = Instant::now();
    caught(|| (target.run)(bytes))?;
    let took = began.elapsed();
    if took > INPUT_TIME_MAX {
        Err(format!("took {took:?} for {} bytes", bytes.len()))
    } else {
        Ok(())
    }
}

fn caught(decode: impl FnOnce() + UnwindSafe) -> Result<(), String> {
    // The standard hook has already printed the message and the place.
    panic::catch_unwind(decode).map_err(|_| "panicked, as said above".to_owned())
}

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder("corpus").join(name)).expect("the target has a corpus");
    let mut seeds: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let entry = entry.expect("the corpus can be listed");
            let bytes = fs::read(entry.path()).expect("a seed can be read");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    // The order of a listing is not the same everywhere, and the seeds are chosen by number.
    seeds.sort();
    seeds
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn seed_of_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_nanos() as u64)
}
