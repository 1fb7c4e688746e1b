//! `curbside line report`.

use std::path::PathBuf;

use clap::Args;

use super::job_file::JobFile;
use crate::failure::Failure;

/// Show what a line made: yield, rate, times per slot and step, failures
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    job: JobFile,
    /// Write CSV to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ReportArgs) -> Result<(), Failure> {
    let _ = (&args.job, &args.csv, args.json);
    Ok(())
}
