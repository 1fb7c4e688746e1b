//! `curbside demo`: a whole plant on this machine.

mod certificates;
mod factory;
mod hsms;
mod logs;
mod server;
mod summary;

use std::{num::NonZeroU64, path::PathBuf};

use clap::Args;

use crate::{failure::Failure, terminal};

/// Rehearse everything on this machine: HSMs, lines, boards, control logs
///
/// Makes a dummy product, puts it on software HSMs, starts a signing server in front of them and issues certificates to it and
/// to the lines, runs lines with simulated boards, all at once, and batches and checks the control logs. What it makes stays
/// in a directory, with job files and settings that the other commands take. No network knows these devices: the product's
/// root is new.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside demo
  curbside demo --devices 1000 --lines 8 --slots 8 --hsms 4
  curbside demo --local
  curbside line report curbside-demo/line-1/job.toml
  curbside explain curbside-demo/batch/C_CONTROL_LOG_*.txt")]
pub(crate) struct DemoArgs {
    /// How many devices
    #[arg(long, value_name = "N", default_value = "100")]
    devices: NonZeroU64,
    /// How many lines
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    lines: u16,
    /// How many slots each line has
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    slots: u16,
    /// How many HSMs share the work
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    hsms: u16,
    /// The directory for everything that is made; without this curbside-demo, or the next name that is free
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The PIN of the HSMs, a file; without this one is drawn
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// Let each line reach the HSMs itself, without a signing server
    #[arg(long)]
    local: bool,
    /// Let the HSMs take as long as hardware does
    #[arg(long)]
    real_hsm_pace: bool,
    /// How long writing a page takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    flash_ms: u64,
    /// Say every step
    #[arg(short, long)]
    verbose: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &DemoArgs) -> Result<(), Failure> {
    let directory = factory::directory(args.dir.as_deref())?;
    terminal::note(&format!("making {} devices in {}", args.devices, directory.display()));
    let hsms = hsms::Hsms::start(args, &directory)?;
    let server = if args.local { None } else { Some(server::Server::start(&directory, &hsms)?) };
    let lines = factory::write_jobs(args, &directory, &hsms, server.as_ref())?;
    let made = factory::run_lines(args, &lines, hsms.pin())?;
    let issued = server.map(server::Server::stop).transpose()?;
    hsms.stop()?;
    let batch = logs::batch(&directory, &lines, &made)?;
    summary::print(args, &directory, &made, issued, &batch)?;
    logs::verdict(args.devices.get(), &made, issued, &batch)
}
