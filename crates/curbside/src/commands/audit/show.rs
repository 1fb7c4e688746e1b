//! `curbside audit show`.

use std::path::PathBuf;

use clap::Args;
use evidence::{Issuance, IssuanceKind, leaf_hash};
use signer::package::format_utc;

use super::{
    VerifierArgs,
    export::{Export, issuance_of},
};
use crate::{block::Block, commands::Format, failure::Failure};

/// Show an entry of an exported log
///
/// The checkpoint's signature is verified; that the entry is in its tree is what `curbside audit verify` and
/// `curbside audit prove` check.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The exported log
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The entry's position, from 0
    #[arg(value_name = "INDEX")]
    index: u64,
    #[command(flatten)]
    key: VerifierArgs,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let export = Export::new(&args.directory);
    let (checkpoint, _) = export.checkpoint(&args.key.verifiers()?)?;
    let entry = export.entry(&checkpoint, args.index)?;
    let issuance = issuance_of(args.index, &entry)?;
    args.format.print(&block(args.index, &entry, &issuance))
}

/// An entry, field by field.
pub(super) fn block(index: u64, entry: &[u8], issuance: &Issuance) -> Block {
    let (kind, earlier) = match issuance.kind {
        IssuanceKind::First => ("first", None),
        IssuanceKind::Rework { earlier } => ("rework", Some(earlier)),
    };
    let package = issuance.package.as_ref();
    Block::new(format!("entry {index}"))
        .number("index", index)
        .for_programs()
        .text("kind", kind)
        .maybe("earlier", earlier)
        .text("at", format_utc(issuance.unix_millis / 1000))
        .number("unix_millis", issuance.unix_millis)
        .for_programs()
        .text("smsn", hex::encode(issuance.smsn))
        .text("product", &issuance.product)
        .text("line", &issuance.line)
        .maybe("package", package.map(|package| &package.id))
        .maybe("package_sha256", package.map(|package| hex::encode(package.digest)))
        .text("hsm", format_args!("{:010}", issuance.hsm_serial))
        .text("client_sha256", hex::encode(issuance.client_fingerprint))
        .text("ed25519_key", hex::encode(issuance.ed25519_public_key))
        .text("ed25519_signature", hex::encode(issuance.ed25519_signature))
        .text("p256r1_key", hex::encode(issuance.p256_public_key))
        .text("p256r1_signature", hex::encode(issuance.p256_signature))
        .text("leaf_hash", leaf_hash(entry))
}
