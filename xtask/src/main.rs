//! Chores of the repository: `cargo xtask test` is what a person runs before a commit and what the
//! continuous integration runs; the other chores are its parts, or keep generated files fresh.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a chore talks to a person: results to stdout, progress to stderr"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a chore works on this repository's own files and may read its environment"
)]

mod bench;
mod command;
mod docs;
mod fuzz;
mod peers;
mod policy;
mod readme;
mod repository;
mod tally;
mod test;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repository::Repository;
use crate::tally::Tally;

/// What a chore gives or how it failed. A chore's reader is a developer: a sentence is enough.
type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let chore = Chores::parse().chore;
    match run(chore, &Repository::here()) {
        Ok(tally) if tally.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Chores of the Curbside repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Chores {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Everything that must pass: format, lints, generated files, tests, peers, fuzz smoke, policy.
    Test(test::TestArgs),
    /// Compare with the public tools on random inputs; installs them into target/peers.
    Peers(peers::PeersArgs),
    /// Replay the fuzz corpora and mutate them for a while, without a nightly toolchain.
    Fuzz(fuzz::FuzzArgs),
    /// Write the generated documentation, or check that it is fresh.
    Docs(docs::DocsArgs),
    /// Check licences, banned crates, advisories and which crate may use which.
    Policy,
    /// Measure, beside the peers and the machine's limits.
    Bench(bench::BenchArgs),
}

fn run(chore: Chore, repository: &Repository) -> Fallible<Tally> {
    match chore {
        Chore::Test(args) => return test::run(repository, &args),
        Chore::Bench(args) => return bench::run(args).map(|()| Tally::default()),
        Chore::Peers(args) => peers::run(repository, &args),
        Chore::Fuzz(args) => fuzz::run(repository, &args),
        Chore::Docs(args) => docs::run(repository, &args),
        Chore::Policy => policy::run(repository),
    }
    .map(|report| {
        report.print();
        println!("{}", report.tally);
        report.tally
    })
}
