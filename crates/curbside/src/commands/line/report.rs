//! `curbside line report`.

use std::path::PathBuf;

use clap::Args;
use durable::Visibility;
use journal::JournalView;
use line::report::Report;

use super::job_file::JobFile;
use crate::{block::Block, failure::Failure, terminal};

/// Show what a line made: yield, rate, times per slot and step, failures
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    job: JobFile,
    /// Write CSV to this file, in place of one that is there
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ReportArgs) -> Result<(), Failure> {
    let job = args.job.read()?;
    let view = JournalView::open(&job.line.journal)?;
    let report = Report::of(&view, None)?;
    if let Some(path) = &args.csv {
        durable::write_replace(path, Visibility::Shared, report.csv().as_bytes())?;
    }
    if args.json {
        return terminal::print_json(&report);
    }
    terminal::print(&block(&job.name, &report).render())
}

fn block(job: &str, report: &Report) -> Block {
    let percent = |share: Option<f64>| share.map(|share| format!("{:.1} %", share * 100.0));
    let states = report
        .states
        .iter()
        .filter(|figure| figure.devices > 0)
        .map(|figure| Block::line(format!("{:>8} {}", figure.devices, figure.state)));
    let slots = report.slots.iter().map(|slot| {
        Block::line(format!(
            "slot {:>3}: {} begun, {} verified, {} of them at once",
            slot.slot, slot.devices, slot.verified, slot.verified_at_first
        ))
    });
    let steps = report.steps.iter().map(|step| {
        Block::line(format!(
            "{:<10} half within {}, 99 of 100 within {}",
            step.step,
            micros(step.p50_us),
            micros(step.p99_us)
        ))
    });
    let failures = report.top_failures.iter().map(|failure| {
        Block::line(format!("{:>8} {} ({})", failure.devices, failure.step, failure.code))
    });
    Block::new(format!("job {job}: {} devices", report.devices))
        .list("states", states.collect())
        .number("retired", report.retired)
        .maybe("yield", percent(report.yield_share))
        .maybe("first_pass_yield", percent(report.first_pass_yield))
        .maybe("units_per_hour", report.units_per_hour.map(|rate| format!("{rate:.0}")))
        .list("slots", slots.collect())
        .list("steps", steps.collect())
        .list("failures", failures.collect())
}

/// A time that a person can read.
fn micros(micros: u32) -> String {
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{:.1} ms", f64::from(micros) / 1e3),
        _ => format!("{:.1} s", f64::from(micros) / 1e6),
    }
}
