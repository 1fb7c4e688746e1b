//! `curbside job verify`.

use std::path::PathBuf;

use clap::Args;

use super::{block, read_package};
use crate::{
    block::Remark,
    clock,
    commands::{Format, audit::VerifierArgs},
    exit::Exit,
    failure::Failure,
};

/// Say what a job package allows, whose signature it has, and whether it is valid now
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The package
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    key: VerifierArgs,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let (package, _) = read_package(&args.path, &args.key.verifiers()?)?;
    // Any line that it names may use it; whether this one may is the signing server's question.
    let line = package.lines.first().cloned().unwrap_or_default();
    let permitted = package.permits(clock::unix_seconds(), &line, &package.product);
    let report = block(&package).flag("valid_now", permitted.is_ok());
    let report = match &permitted {
        Ok(()) => report,
        Err(refusal) => report.remarks(vec![Remark::fault("not-valid", refusal)]),
    };
    args.format.print(&report)?;
    permitted.map_err(|refusal| Failure::new(Exit::Refused, &refusal).hint(refusal.hint()))
}
