//! `curbside job open`.

use std::path::{Path, PathBuf};

use clap::Args;
use durable::Visibility;
use line::job::{Job, JobAnswers, JobPage, SignedByAnswers, job_text};
use sha2::{Digest as _, Sha256};

use super::read_package;
use crate::{
    clock,
    commands::audit::VerifierArgs,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, within, write_together},
    terminal,
    trust::TrustArgs,
};

/// The most devices that a job file may ask for; a larger package takes several jobs.
const JOB_COUNT_MAX: u64 = 10_000_000;

/// The name of the job file.
const JOB_FILE: &str = "job.toml";

/// The name of the package beside it.
const PACKAGE_FILE: &str = "package.note";

/// Open a job package: write a job file that keeps to it
///
/// What the package says stands in the job file; what is the factory's own is said here or changed in the file. A copy of
/// the package is put beside it. Nothing is written for a package that is not valid now.
#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The package
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    key: VerifierArgs,
    /// The directory for job.toml and package.note
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The line, where the package does not allow every line
    #[arg(long, value_name = "NAME")]
    line: Option<String>,
    /// The application server's key, 64 hex digits, or the file of a device profile, seen from the job file
    #[arg(long, value_name = "HEX|FILE", default_value = "device-profile.json")]
    app_server_key: String,
    /// The trust file that the package was sealed with, where it is not for Amazon's roots
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// An HSM; may be said more than once
    #[arg(long = "hsm", value_name = "URL", default_value = "http://localhost:12345")]
    hsms: Vec<String>,
    /// A signing server, in place of HSMs; ca.pem, client.pem and client.key are then expected beside the job file
    #[arg(long = "server", value_name = "URL", conflicts_with = "hsms")]
    servers: Vec<String>,
    /// The pattern of serial numbers
    #[arg(long, value_name = "PATTERN", default_value = "SN{:08}")]
    serials: String,
    /// How many slots
    #[arg(long, value_name = "N", default_value = "1")]
    slots: u16,
}

pub(super) fn run(args: &OpenArgs) -> Result<(), Failure> {
    let (package, bytes) = read_package(&args.path, &args.key.verifiers()?)?;
    let line = match (&args.line, package.lines.as_slice()) {
        (Some(line), _) => line.clone(),
        (None, []) => package.id.to_string(),
        (None, [line]) => line.clone(),
        (None, lines) => {
            let message = format!("the package is for several lines: {}", lines.join(", "));
            return Err(Failure::new(Exit::Usage, message)
                .hint("say which one this is: --line NAME".to_owned()));
        }
    };
    package
        .permits(clock::unix_seconds(), &line, &package.product)
        .map_err(|refusal| Failure::new(Exit::Refused, &refusal).hint(refusal.hint()))?;
    let anchors = TrustArgs::of_file(args.trust.clone()).anchors()?;
    if package.trust_sha256 != <[u8; 32]>::from(Sha256::digest(anchors.to_text())) {
        return Err(Failure::new(Exit::NotGenuine, "the package was sealed for other roots")
            .hint("name the trust file that it was sealed with: --trust FILE".to_owned()));
    }
    let count = package.count.min(JOB_COUNT_MAX);
    let trust = args.trust.as_deref().map(std::path::absolute).transpose().map_err(|error| {
        Failure::new(Exit::Io, format!("failed to find the trust file: {error}"))
    })?;
    let answers = JobAnswers {
        name: package.id.to_string(),
        tag: package.product.clone(),
        device_type: package.device_type.clone(),
        apid: package.apid.to_string(),
        app_server_key: args.app_server_key.clone(),
        trust: trust.as_deref().and_then(Path::to_str).map(str::to_owned),
        chip: package.page.chip.clone(),
        page: JobPage {
            stage: Some(package.stage.label().to_owned()),
            firmware: package.page.firmware.clone(),
            version: Some(package.page.version),
            address: package.page.address,
        },
        line: Some(line),
        signed_by: signed_by(args, package.id.as_str()),
        pattern: args.serials.clone(),
        numbers: (1, count),
        count: Some(count),
        slots: args.slots,
        driver: "kind = \"sim\"\ntray = \"boards\"\n".to_owned(),
    };
    let text = job_text(&answers);
    Job::parse(&text, &args.out).map_err(|error| {
        Failure::new(Exit::Malformed, format!("this package makes no job: {error}"))
            .hint(error.hint())
    })?;
    std::fs::create_dir_all(&args.out).map_err(|error| {
        Failure::new(Exit::Io, format!("failed to make {}: {error}", args.out.display()))
    })?;
    let job = within(&args.out, JOB_FILE);
    let drafts = [
        Draft { path: job.clone(), bytes: text.as_bytes() },
        Draft { path: within(&args.out, PACKAGE_FILE), bytes: &bytes },
    ];
    write_together(&drafts, Visibility::Shared, Existing::Refuse)?;
    terminal::note(&format!("{} is written", job.display()));
    terminal::note("hint: its driver is the simulation; docs/job.md explains every key");
    Ok(())
}

/// HSMs of the line's own, or the server that counts what the package pays for.
fn signed_by(args: &OpenArgs, package: &str) -> SignedByAnswers {
    if args.servers.is_empty() {
        return SignedByAnswers::Hsms { urls: args.hsms.clone(), pin_file: None };
    }
    SignedByAnswers::Server {
        urls: args.servers.clone(),
        package: Some(package.to_owned()),
        ca_cert: "ca.pem".to_owned(),
        client_cert: "client.pem".to_owned(),
        client_key: "client.key".to_owned(),
    }
}
