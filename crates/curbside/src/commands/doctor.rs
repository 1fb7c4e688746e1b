//! `curbside doctor`.

use std::path::{Path, PathBuf};

use clap::Args;
use durable::{NewFile, Visibility};
use hsm::{Endpoint, Link, SessionError, TransportError, UDEV_RULE};
use yubihsm2::connector::DevicePresence;

use crate::{
    block::{Block, Remark},
    clock,
    commands::Format,
    exit::Exit,
    failure::Failure,
    hsm_access::TlsArgs,
};

/// The time before which no clock can be right: this program is younger, and so is every certificate that it meets.
const CLOCK_UNIX_S_MIN: u64 = 1_767_225_600;

/// The time after which a clock is more likely wrong than right: certificates and control logs end long before.
const CLOCK_UNIX_S_MAX: u64 = 4_102_444_800;

/// Check this machine: HSMs, permissions, clock, disk
///
/// Says what works and what does not, and what to do about it. Ends with an error where something does not. No session is
/// opened and nothing on an HSM is changed.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// An HSM to reach: a connector's URL, or usb:// for one that is plugged in here; without this one that is plugged
    /// in is looked at where there is one
    #[arg(short, long = "connector", value_name = "URL")]
    connectors: Vec<String>,
    #[command(flatten)]
    tls: TlsArgs,
    /// The directory that signing output and control logs go to
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    format: Format,
}

/// What became of one check.
struct Finding {
    what: String,
    /// What was found, or what is wrong.
    verdict: Result<String, Failure>,
    advice: Vec<String>,
}

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let tls = args.tls.client()?;
    let mut findings = vec![clock_finding(clock::unix_seconds()), disk_finding(&args.dir)];
    for url in &args.connectors {
        findings.extend(hsm_findings(&Endpoint::parse(url, &tls)?));
    }
    if args.connectors.is_empty() {
        findings.extend(usb_findings(&Endpoint::parse("usb://", &tls)?));
    }
    let checks = findings.iter().map(Finding::block).collect();
    args.format.print(&Block::new("").list("checks", checks))?;
    let failures = findings.into_iter().filter_map(|finding| finding.verdict.err());
    match failures.max_by_key(Failure::exit) {
        None => Ok(()),
        Some(worst) => Err(Failure::new(worst.exit(), "this machine is not ready")),
    }
}

impl Finding {
    fn new(what: impl Into<String>, verdict: Result<String, Failure>) -> Self {
        Self { what: what.into(), verdict, advice: Vec::new() }
    }

    fn block(&self) -> Block {
        let block = |verdict: &str, found: &str| {
            Block::new(format!("{verdict} {}: {found}", self.what))
                .text("check", &self.what)
                .for_programs()
                .flag("is_good", self.verdict.is_ok())
                .for_programs()
                .text("found", found)
                .for_programs()
        };
        let remarks = self.advice.iter().map(Remark::hint).collect();
        match &self.verdict {
            Ok(found) => block("ok  ", found),
            Err(failure) => block("FAIL", failure.message()).remarks(remarks),
        }
    }
}

fn clock_finding(unix_s: u64) -> Finding {
    let verdict = if (CLOCK_UNIX_S_MIN..CLOCK_UNIX_S_MAX).contains(&unix_s) {
        clock::control_log_name().map(|name| format!("a control log made now is called {name}"))
    } else {
        Err(Failure::new(Exit::Io, format!("{unix_s} s since 1970 cannot be right")))
    };
    let mut finding = Finding::new("clock", verdict);
    finding.advice.push(
        "set the clock: TLS certificates are checked against it and control logs are named after it"
            .to_owned(),
    );
    finding
}

/// Writes a file and takes it away again, as a control log would be written.
fn disk_finding(directory: &Path) -> Finding {
    let written = NewFile::create_in(directory, Visibility::OwnerOnly).and_then(|mut file| {
        use std::io::Write as _;
        let written = file.write_all(b"curbside doctor");
        written.map_err(|error| file.write_error(&error))
    });
    let what = format!("directory {}", directory.display());
    match written {
        Ok(()) => Finding::new(what, Ok("can be written to".to_owned())),
        Err(error) => {
            let advice = error.hint();
            let mut finding = Finding::new(what, Err(error.into()));
            finding.advice.extend(advice);
            finding
        }
    }
}

/// Whether an HSM is there: the connector first, then the device behind it.
fn hsm_findings(endpoint: &Endpoint) -> Vec<Finding> {
    let mut findings = Vec::new();
    match endpoint.connector_status() {
        Ok(None) => {}
        Ok(Some(status)) => {
            let device = match status.presence {
                DevicePresence::Present => "with an HSM",
                DevicePresence::Absent => "without an HSM",
            };
            let found = format!("version {}, {device}", status.version);
            findings.push(Finding::new(format!("connector {endpoint}"), Ok(found)));
        }
        Err(error) => {
            let what = format!("connector {endpoint}");
            findings.push(failed(what, error.into()));
            return findings;
        }
    }
    let asked =
        Link::open(endpoint).map_err(SessionError::from).and_then(|mut link| link.device_info());
    let what = format!("HSM at {endpoint}");
    findings.push(match asked {
        Ok(info) => {
            let found = format!("serial {:010}, firmware {}", info.serial, info.version);
            Finding::new(what, Ok(found))
        }
        Err(error) => failed(what, error),
    });
    findings
}

/// What is to be said of USB where nobody asked for it: nothing, unless an HSM is there.
fn usb_findings(endpoint: &Endpoint) -> Vec<Finding> {
    match endpoint.open() {
        Err(TransportError::UsbAbsent { .. } | TransportError::Usb { .. }) => Vec::new(),
        _ => hsm_findings(endpoint),
    }
}

fn failed(what: String, error: SessionError) -> Finding {
    let is_permission =
        matches!(error, SessionError::Transport(TransportError::UsbPermission { .. }));
    let advice = error.hint();
    let mut finding = Finding::new(what, Err(error.into()));
    if is_permission && cfg!(target_os = "linux") {
        finding.advice.push(format!(
            "put this line into /etc/udev/rules.d/70-yubihsm2.rules, then run `udevadm control --reload` and plug the HSM in again: {UDEV_RULE}"
        ));
    } else {
        finding.advice.extend(advice);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_1970_or_of_the_next_century_is_wrong() {
        for (unix_s, is_good) in
            [(0, false), (CLOCK_UNIX_S_MIN, true), (1_900_000_000, true), (5_000_000_000, false)]
        {
            assert_eq!(clock_finding(unix_s).verdict.is_ok(), is_good, "{unix_s}");
        }
    }

    #[test]
    fn a_directory_that_is_not_there_cannot_be_written_to() {
        let directory = tempfile::tempdir().unwrap();
        assert!(disk_finding(directory.path()).verdict.is_ok());
        assert!(disk_finding(&directory.path().join("none")).verdict.is_err());
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}
