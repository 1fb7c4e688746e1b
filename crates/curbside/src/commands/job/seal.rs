//! `curbside job seal`.

use std::path::PathBuf;

use clap::Args;
use durable::Visibility;
use page::PageVersion;
use sha2::{Digest as _, Sha256};
use sidewalk::Stage;
use signer::package::{PackageId, PackagePage, PackageTerms, UnixTimeError, parse_utc};

use crate::{
    clock,
    commands::{audit::SignerKeyArgs, line::read_job},
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, write_together},
    terminal,
    trust::TrustArgs,
};

/// Seal a job: sign how many devices a factory may make of it, where and until when
///
/// Product, stage, APID, device type, page and trusted roots are those of the job file; HSMs, serial numbers and fixtures
/// are the factory's own and stay out. The signing server refuses what a package does not allow.
#[derive(Args, Debug)]
pub(crate) struct SealArgs {
    /// The job file
    #[arg(value_name = "JOB")]
    job: PathBuf,
    /// How many devices may be made
    #[arg(long, value_name = "N")]
    count: u64,
    /// From when on it is valid, such as 2031-04-02T00:00:00Z; without this from now on
    #[arg(long, value_name = "TIME", value_parser = time)]
    valid_from: Option<u64>,
    /// When it ends, such as 2031-07-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    valid_until: u64,
    /// A line that may make them; may be said more than once, without this any line may
    #[arg(long = "line", value_name = "NAME")]
    lines: Vec<String>,
    /// The package's name; without this the job's
    #[arg(long, value_name = "NAME")]
    id: Option<PackageId>,
    #[command(flatten)]
    key: SignerKeyArgs,
    /// The file for the package
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn time(text: &str) -> Result<u64, UnixTimeError> {
    parse_utc(text)
}

pub(super) fn run(args: &SealArgs) -> Result<(), Failure> {
    let key = args.key.signing_key()?;
    let job = read_job(&args.job)?;
    let refused = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Malformed, format!("failed to seal {}: {error}", args.job.display()))
    };
    let id = match &args.id {
        Some(id) => id.clone(),
        None => job.name.parse().map_err(|error| refused(&error))?,
    };
    // A job without a stage has a tag that tells it.
    let stage = job.product.stage.or_else(|| Stage::of_product_tag(&job.product.tag));
    let anchors = TrustArgs::of_file(job.product.trust.clone()).anchors()?;
    let mut lines = args.lines.clone();
    lines.sort();
    lines.dedup();
    let terms = PackageTerms {
        id,
        product: job.product.tag,
        stage: stage.ok_or_else(|| refused(&"the product's stage is missing"))?,
        apid: job.product.apid,
        device_type: job.product.device_type,
        count: args.count,
        not_before_unix: args.valid_from.unwrap_or_else(clock::unix_seconds),
        not_after_unix: args.valid_until,
        lines,
        page: PackagePage {
            chip: job.page.chip,
            firmware: job.page.firmware,
            version: match job.page.version {
                PageVersion::Fixed => 7,
                _ => 8,
            },
            address: job.page.address,
        },
        trust_sha256: Sha256::digest(anchors.to_text()).into(),
    };
    let text = terms.seal(&key).map_err(|error| refused(&error).hint(error.hint()))?.to_string();
    let draft = Draft { path: args.out.clone(), bytes: text.as_bytes() };
    write_together(&[draft], Visibility::Shared, Existing::Refuse)?;
    terminal::note(&format!("{} is sealed by {}", args.out.display(), key.name()));
    let verify = format!("curbside job verify {} --key {}", args.out.display(), key.verifier());
    terminal::note(&format!("hint: the factory checks it with `{verify}`"));
    Ok(())
}
