//! `curbside key show`.

use std::path::PathBuf;

use clap::Args;

use crate::{commands::Format, describe, failure::Failure};

/// Show what belongs to a private key, but not the key
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The PEM file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let key = super::read(&args.file)?;
    args.format.print(&describe::public_key(key.public_key()))
}
