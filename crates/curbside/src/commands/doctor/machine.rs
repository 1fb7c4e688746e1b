//! What every machine needs: a clock, a disk, HSMs that answer.

use std::path::Path;

use durable::{NewFile, Visibility};
use hsm::{Endpoint, Link, SessionError, TransportError, UDEV_RULE};
use yubihsm2::connector::DevicePresence;

use super::finding::Finding;
use crate::{clock, exit::Exit, failure::Failure};

/// The time before which no clock can be right: this program is younger, and so is every certificate that it meets.
const CLOCK_UNIX_S_MIN: u64 = 1_767_225_600;

/// The time after which a clock is more likely wrong than right: certificates and control logs end long before.
const CLOCK_UNIX_S_MAX: u64 = 4_102_444_800;

pub(super) fn clock_finding(unix_s: u64) -> Finding {
    let verdict = if (CLOCK_UNIX_S_MIN..CLOCK_UNIX_S_MAX).contains(&unix_s) {
        clock::control_log_name().map(|name| format!("a control log made now is called {name}"))
    } else {
        Err(Failure::new(Exit::Io, format!("{unix_s} s since 1970 cannot be right")))
    };
    Finding::new("clock", verdict).advise([
        "set the clock: TLS certificates are checked against it and control logs are named after it"
            .to_owned(),
    ])
}

/// Writes a file and takes it away again, as a control log would be written.
pub(super) fn disk_finding(directory: &Path) -> Finding {
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
            Finding::new(what, Err(error.into())).advise(advice)
        }
    }
}

/// Whether an HSM is there: the connector first, then the device behind it.
pub(super) fn hsm_findings(endpoint: &Endpoint) -> Vec<Finding> {
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
pub(super) fn usb_findings(endpoint: &Endpoint) -> Vec<Finding> {
    match endpoint.open() {
        Err(TransportError::UsbAbsent { .. } | TransportError::Usb { .. }) => Vec::new(),
        _ => hsm_findings(endpoint),
    }
}

fn failed(what: String, error: SessionError) -> Finding {
    let is_permission =
        matches!(error, SessionError::Transport(TransportError::UsbPermission { .. }));
    let advice = error.hint();
    let finding = Finding::new(what, Err(error.into()));
    if is_permission && cfg!(target_os = "linux") {
        finding.advise([format!(
            "put this line into /etc/udev/rules.d/70-yubihsm2.rules, then run `udevadm control --reload` and plug the HSM in again: {UDEV_RULE}"
        )])
    } else {
        finding.advise(advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_1970_or_of_the_next_century_is_wrong() {
        for (unix_s, is_good) in
            [(0, false), (CLOCK_UNIX_S_MIN, true), (1_900_000_000, true), (5_000_000_000, false)]
        {
            assert_eq!(clock_finding(unix_s).is_bad(), !is_good, "{unix_s}");
        }
    }

    #[test]
    fn a_directory_that_is_not_there_cannot_be_written_to() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!disk_finding(directory.path()).is_bad());
        assert!(disk_finding(&directory.path().join("none")).is_bad());
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}
