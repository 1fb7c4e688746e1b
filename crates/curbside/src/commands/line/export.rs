//! `curbside line export`.

use clap::Args;

use super::job_file::JobFile;
use crate::failure::Failure;

/// Print the genealogy of devices
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    job: JobFile,
}

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let _ = &args.job;
    Ok(())
}
