//! `curbside job`: what a device maker lets a factory make.

mod open;
mod seal;
mod verify;

use std::path::Path;

use clap::Subcommand;
use evidence::note::Verifier;
use signer::package::{PACKAGE_LEN_BYTES_MAX, Package, PackageError, format_utc};

use crate::{block::Block, commands::audit::note_exit, exit::Exit, failure::Failure};

/// Seal, read and check job packages
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    Seal(Box<seal::SealArgs>),
    Open(Box<open::OpenArgs>),
    Verify(verify::VerifyArgs),
}

pub(crate) fn run(command: JobCommand) -> Result<(), Failure> {
    match command {
        JobCommand::Seal(args) => seal::run(&args),
        JobCommand::Open(args) => open::run(&args),
        JobCommand::Verify(args) => verify::run(&args),
    }
}

/// A package that one of these keys signed, and its bytes.
fn read_package(path: &Path, verifiers: &[Verifier]) -> Result<(Package, Vec<u8>), Failure> {
    let bytes = durable::read_bounded(path, PACKAGE_LEN_BYTES_MAX as u64)?;
    let package = Package::open(&bytes, verifiers).map_err(|error| {
        let exit = match &error {
            PackageError::Note(error) => note_exit(error),
            PackageError::OtherFormat { .. } => Exit::Unsupported,
            _ => Exit::Malformed,
        };
        Failure::new(exit, format!("failed to read {}: {error}", path.display())).hint(error.hint())
    })?;
    Ok((package, bytes))
}

/// What a package says.
fn block(package: &Package) -> Block {
    let lines = match package.lines.as_slice() {
        [] => "any".to_owned(),
        lines => lines.join(", "),
    };
    let signed_by: Vec<String> = package.signed_by.iter().map(ToString::to_string).collect();
    Block::new(format!("job package {}", package.id))
        .text("id", &package.id)
        .for_programs()
        .text("signed_by", signed_by.join(", "))
        .text("product", &package.product)
        .text("stage", package.stage.label())
        .text("apid", package.apid)
        .text("device_type", &package.device_type)
        .number("count", package.count)
        .text("not_before", format_utc(package.not_before_unix))
        .text("not_after", format_utc(package.not_after_unix))
        .text("lines", lines)
        .text("chip", &package.page.chip)
        .maybe("firmware", package.page.firmware.as_ref())
        .number("page_version", package.page.version)
        .maybe("address", package.page.address.map(|address| format!("{address:#x}")))
        .text("trust_sha256", hex::encode(package.trust_sha256))
        .text("digest", hex::encode(package.digest))
}
