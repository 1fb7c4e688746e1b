//! Certificates and keys of mutual TLS, as files.

use std::path::Path;

use mtls::authority::{CERTIFICATE_FILE_LEN_BYTES_MAX, Inspection, inspect_pem, utc_day};

use super::finding::Finding;
use crate::{clock, exit::Exit, failure::Failure};

/// The first certificate of a file: how long it is valid, and what it lacks.
pub(super) fn certificate_finding(path: &Path) -> Finding {
    let what = format!("certificate {}", path.display());
    let inspection = match read(path) {
        Ok(inspection) => inspection,
        Err(failure) => return Finding::bad(what, failure),
    };
    let identity = inspection.identity();
    let until = utc_day(identity.not_after_unix);
    let found = format!("{}, valid until {until}", inspection.subject());
    let remarks = inspection.findings(None, clock::unix_seconds());
    let words = remarks.iter().map(mtls::authority::Finding::message);
    if remarks.iter().any(mtls::authority::Finding::is_fault) {
        let said: Vec<String> = words.collect();
        let message = format!("{found}: {}", said.join("; "));
        return Finding::bad(what, Failure::new(Exit::NotGenuine, message))
            .advise(["`curbside mtls renew` makes the next one".to_owned()]);
    }
    if remarks.is_empty() {
        return Finding::good(what, found);
    }
    Finding::warning(what, found).advise(words)
}

/// The first certificate of a file.
pub(super) fn read(path: &Path) -> Result<Inspection, Failure> {
    let pem = durable::read_bounded(path, CERTIFICATE_FILE_LEN_BYTES_MAX)?;
    let bad = |what: &dyn std::fmt::Display| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {what}", path.display()))
    };
    let all = inspect_pem(&pem).map_err(|error| bad(&error))?;
    all.into_iter().next().ok_or_else(|| bad(&"there is no certificate in it"))
}

/// A file that nobody but its owner may read.
pub(super) fn secret_finding(what: &str, path: &Path) -> Finding {
    let what = format!("{what} {}", path.display());
    if path.starts_with("/run/credentials") && !path.exists() {
        return Finding::warning(what, "is there only while the service runs").advise([
            "LoadCredential= in the unit names where it lies: it must be there, mode 0600"
                .to_owned(),
        ]);
    }
    match durable::refuse_open_to_others(path) {
        Ok(()) => Finding::good(what, "its owner's alone"),
        Err(error) => Finding::bad(what, error),
    }
}
