//! `curbside doctor`.

mod certificates;
mod finding;
mod job;
mod machine;
mod server;
mod signer;

use std::path::PathBuf;

use ::signer::service::ServerUrl;
use clap::Args;
use hsm::Endpoint;

use self::machine::{clock_finding, disk_finding, hsm_findings, usb_findings};
use crate::{
    block::Block,
    clock,
    commands::{Format, line::read_job},
    failure::Failure,
    hsm_access::TlsArgs,
};

/// Check this machine: HSMs, permissions, clock, disk; a signing server, or the way to one
///
/// Says what works and what does not, and what to do about it: ok, warn where a person should look, FAIL where something does
/// not work. Ends with an error in the last case. No session is opened and nothing on an HSM, in a database or at a server is
/// changed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside doctor
  curbside doctor --signer /etc/curbside/signer.toml
  curbside doctor --job job.toml
  curbside doctor --server https://signer.plant:8082 --ca-cert ca.pem --client-cert client.pem --client-key client.key --product RNET_DAK_NAME")]
pub(crate) struct DoctorArgs {
    /// An HSM to reach: a connector's URL, or usb:// for one that is plugged in here; without this one that is plugged
    /// in is looked at where there is one
    #[arg(short, long = "connector", value_name = "URL")]
    connectors: Vec<String>,
    /// Check the signing server of these settings, on its own machine
    #[arg(long, value_name = "SETTINGS", conflicts_with_all = ["connectors", "server"])]
    signer: Option<PathBuf>,
    /// Check the way from this line PC to a signing server
    #[arg(long, value_name = "URL", conflicts_with = "connectors")]
    server: Option<ServerUrl>,
    /// Check the way from this line PC to whoever signs for a job: its signing servers, or its HSMs
    #[arg(long, value_name = "JOB", conflicts_with_all = ["connectors", "signer", "server"])]
    job: Option<PathBuf>,
    /// The product that the signing server must have
    #[arg(long, value_name = "TAG", requires = "server")]
    product: Option<String>,
    #[command(flatten)]
    tls: TlsArgs,
    /// The directory that signing output and control logs go to
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let mut findings = vec![clock_finding(clock::unix_seconds())];
    if let Some(settings) = &args.signer {
        findings.extend(signer::findings(settings)?);
    } else if let Some(server) = &args.server {
        findings.push(disk_finding(&args.dir));
        findings.extend(server::certificate_findings(&args.tls));
        let wanted = server::Wanted { product: args.product.as_deref(), package: None };
        findings.extend(server::findings(server, &args.tls, wanted));
    } else if let Some(path) = &args.job {
        findings.extend(job::findings(&read_job(path)?)?);
    } else {
        let tls = args.tls.client()?;
        findings.push(disk_finding(&args.dir));
        for url in &args.connectors {
            findings.extend(hsm_findings(&Endpoint::parse(url, &tls)?));
        }
        if args.connectors.is_empty() {
            findings.extend(usb_findings(&Endpoint::parse("usb://", &tls)?));
        }
    }
    let checks = findings.iter().map(finding::Finding::block).collect();
    args.format.print(&Block::new("").list("checks", checks))?;
    let failures = findings.into_iter().filter_map(finding::Finding::failure);
    match failures.max_by_key(Failure::exit) {
        None => Ok(()),
        Some(worst) => Err(Failure::new(worst.exit(), "this machine is not ready")),
    }
}
