//! `cargo xtask bench`: our figure, the peer's on the same work, the machine's limit, all in one run.
//!
//! The measuring code needs our rooms in release form. The chore that a person starts has neither, so that it
//! builds quickly; it starts itself again with the feature `bench`, optimised.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::Fallible;

#[cfg(feature = "bench")]
mod authority;
#[cfg(feature = "bench")]
mod bare_signer;
#[cfg(feature = "bench")]
mod edge;
#[cfg(feature = "bench")]
mod gateway;
#[cfg(feature = "bench")]
mod hsms;
#[cfg(feature = "bench")]
mod journal;
#[cfg(feature = "bench")]
mod line;
#[cfg(feature = "bench")]
mod logs;
#[cfg(feature = "bench")]
mod measure;
#[cfg(feature = "bench")]
mod pages;
#[cfg(feature = "bench")]
mod postgres;
#[cfg(feature = "bench")]
mod python;
#[cfg(feature = "bench")]
mod report;
#[cfg(feature = "bench")]
mod rounds;
#[cfg(feature = "bench")]
mod scratch;
#[cfg(feature = "bench")]
mod service;
#[cfg(feature = "bench")]
mod signing;
#[cfg(feature = "bench")]
mod soft_hsm;
#[cfg(feature = "bench")]
mod store;
#[cfg(feature = "bench")]
mod verify;
#[cfg(feature = "bench")]
mod worker;

/// What to measure.
#[derive(Args, Clone, Debug)]
pub(crate) struct BenchArgs {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Measure only these.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Subject>,
    /// How many devices the control logs hold.
    #[arg(long, default_value_t = 100_000)]
    devices: usize,
    /// How often each figure is taken, in turns with the others; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Also take the measurements that take minutes: the real flash time, a journal and an evidence
    /// log of ten million devices.
    #[arg(long)]
    long: bool,
    /// The real `consolidate_cl.py`, run beside its work in plain Python.
    #[arg(long, value_name = "PATH")]
    consolidate_script: Option<PathBuf>,
    /// One measurement in a process of its own, for its peak memory.
    #[arg(long, hide = true, num_args = 1.., value_name = "WORK")]
    worker: Vec<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Subject {
    /// A device's two certificates, authorities cached.
    Verify,
    /// Many control logs into one.
    Consolidate,
    /// A consolidated log parsed and fully verified.
    Check,
    /// Manufacturing pages.
    Page,
    /// Signing with software HSMs.
    Signing,
    /// Lines with simulated boards, from the board to the control log.
    Line,
    /// A large journal, opened and searched.
    Journal,
    /// Mutual TLS in front of a connector, beside nginx.
    Gateway,
    /// What a signing server remembers: devices begun and finished, and a large evidence log.
    Store,
    /// The signing service: lines over mutual TLS, quota and evidence.
    Service,
}

/// Measures.
#[cfg(all(feature = "bench", not(debug_assertions)))]
pub(crate) fn run(args: BenchArgs) -> Fallible<()> {
    match args.worker.split_first() {
        Some((work, rest)) => worker::run(work, rest),
        None => measure::run(&args),
    }
}

/// Starts the optimised program with the same command line.
#[cfg(not(all(feature = "bench", not(debug_assertions))))]
pub(crate) fn run(_args: BenchArgs) -> Fallible<()> {
    let arguments =
        ["run", "--quiet", "--release", "--package", "xtask", "--features", "bench", "--"];
    let mut command = crate::repository::Repository::here().cargo(&arguments);
    let status = command.args(std::env::args_os().skip(1)).status()?;
    if status.success() { Ok(()) } else { Err("the measurement did not end well".into()) }
}
