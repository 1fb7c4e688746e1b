//! A signing server, on its own machine.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use ::signer::package::{PACKAGE_LEN_BYTES_MAX, Package};
use evidence::note::Verifier;
use hsm::Endpoint;
use mtls::{
    authority::{CERTIFICATE_FILE_LEN_BYTES_MAX, CaCertificate, RevocationList, utc_day},
    front::{Clock, Front, FrontSettings},
};
use signing_server::{
    PACKAGE_EXTENSION, PACKAGES_MAX, ProductSettings, Settings,
    store::{DatabaseLook, PostgresStore, look_at_database},
};

use super::{
    certificates::{certificate_finding, secret_finding},
    finding::Finding,
    machine::disk_finding,
};
use crate::{
    clock,
    commands::{
        audit::signing_key,
        signer::{front_settings, read_settings},
    },
    exit::Exit,
    failure::Failure,
    hsm_access::TlsArgs,
};

/// A job package that ends within so many days is spoken of: the device maker has to be asked for the next one.
const PACKAGE_WARNING_S: u64 = 7 * 86_400;

/// Free space of a database's disk that is spoken of, and that which does not do, in bytes. A million devices need about 1 GiB.
const SPACE_WARNING_BYTES: u64 = 2 << 30;
const SPACE_MIN_BYTES: u64 = 64 << 20;

/// The largest revocation list that is read, in bytes.
const CRL_LEN_BYTES_MAX: u64 = 8 << 20;

pub(super) fn findings(path: &Path) -> Result<Vec<Finding>, Failure> {
    let settings = read_settings(path)?;
    let front = front_settings(&settings);
    let mut findings = vec![
        Finding::good(format!("settings {}", path.display()), format!("of {}", settings.name)),
        certificate_finding(&front.certificate),
        certificate_finding(&front.ca),
        secret_finding("key", &front.key),
        pair_finding(&front),
        list_finding(&front),
    ];
    findings.extend(settings.listen.iter().map(port_finding));
    if let Some(address) = settings.metrics.filter(|address| !address.ip().is_loopback()) {
        findings.push(
            Finding::warning("metrics", format!("whoever reaches {address} may read them"))
                .advise(["write 127.0.0.1, or keep the port behind the firewall".to_owned()]),
        );
    }
    findings.extend(database_findings(&settings));
    findings.push(evidence_finding(&settings.evidence_key));
    if let Some(directory) = &settings.packages {
        findings.extend(package_findings(directory, &settings.makers));
    }
    for product in &settings.products {
        findings.extend(product_findings(product));
    }
    Ok(findings)
}

/// Whether the front would take its files: the key belongs to the certificate, the list to the authority.
fn pair_finding(front: &FrontSettings) -> Finding {
    let clock = Clock::new(|| u64::try_from(clock::unix_millis().0).unwrap_or(0));
    match Front::look(front, &clock) {
        Ok((_, revoked)) => {
            let revoked = revoked.unwrap_or(0);
            Finding::good("TLS", format!("key and certificate fit; revoked: {revoked}"))
        }
        Err(error) => Finding::bad("TLS", mtls::front::BindError::from(error)),
    }
}

fn list_finding(front: &FrontSettings) -> Finding {
    let path = front.crl.clone().unwrap_or_default();
    let what = format!("revocation list {}", path.display());
    let pem = match durable::read_bounded(&path, CRL_LEN_BYTES_MAX) {
        Ok(pem) => pem,
        Err(error) if error.cause == durable::Cause::NotFound => {
            return Finding::warning(what, "is not there; nothing counts as revoked")
                .advise(["copy ca.crl there from the authority's directory".to_owned()]);
        }
        Err(error) => return Finding::bad(what, error),
    };
    let read = || -> Result<RevocationList, Failure> {
        let ca = durable::read_bounded(&front.ca, CERTIFICATE_FILE_LEN_BYTES_MAX)?;
        let ca = CaCertificate::from_pem(&ca, &front.ca)?;
        Ok(RevocationList::from_pem(&pem, &path, &ca)?)
    };
    let list = match read() {
        Ok(list) => list,
        Err(failure) => return Finding::bad(what, failure),
    };
    let made = utc_day(list.this_update_unix());
    match list.next_update_unix() {
        Some(next) if next < clock::unix_seconds() => {
            let found = format!("of {made}, and should have been renewed by {}", utc_day(next));
            Finding::warning(what, found).advise([
                "`curbside mtls revoke` and `renew` write a new one; copy it here".to_owned(),
            ])
        }
        _ => Finding::good(what, format!("of {made}, {} certificates", list.len())),
    }
}

fn port_finding(address: &SocketAddr) -> Finding {
    let what = format!("address {address}");
    match TcpListener::bind(address) {
        Ok(_) => Finding::good(what, "is free"),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            Finding::good(what, "is served already; by this server, where it runs")
        }
        Err(error) => {
            Finding::bad(what, Failure::new(Exit::Io, format!("failed to listen: {error}")))
                .advise(["is it an address of this machine?".to_owned()])
        }
    }
}

fn database_findings(settings: &Settings) -> Vec<Finding> {
    if settings.is_postgres() {
        let password_file = settings.database_password_file.as_deref();
        let mut findings = vec![postgres_finding(&settings.database, password_file)];
        findings.extend(password_file.map(|path| secret_finding("password", path)));
        return findings;
    }
    let path = Path::new(&settings.database);
    let what = format!("database {}", path.display());
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or_else(|| Path::new("."));
    let mut findings = vec![match look_at_database(path) {
        Ok(DatabaseLook::Absent) => Finding::good(what, "is made at the first start"),
        Ok(DatabaseLook::Blank) => {
            Finding::good(what, "is there; what it holds is in the log beside it")
        }
        Ok(DatabaseLook::Ours) => Finding::good(what, "is a signing server's"),
        Err(fault) => Finding::bad(what, fault),
    }];
    findings.push(disk_finding(directory));
    findings.extend(space_finding(directory));
    findings
}

#[cfg(unix)]
fn space_finding(directory: &Path) -> Option<Finding> {
    let what = format!("space at {}", directory.display());
    let free = match rustix::fs::statvfs(directory) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => {
            return Some(Finding::bad(what, Failure::new(Exit::Io, io::Error::from(error))));
        }
    };
    let found = format!("{} MiB free", free >> 20);
    let advice = ["a million devices need about 1 GiB of database".to_owned()];
    Some(if free < SPACE_MIN_BYTES {
        Finding::bad(what, Failure::new(Exit::Io, found)).advise(advice)
    } else if free < SPACE_WARNING_BYTES {
        Finding::warning(what, found).advise(advice)
    } else {
        Finding::good(what, found)
    })
}

#[cfg(not(unix))]
fn space_finding(_directory: &Path) -> Option<Finding> {
    None
}

/// Whether it lets the server in and keeps what it confirms.
fn postgres_finding(url: &str, password_file: Option<&Path>) -> Finding {
    // Behind the user, and a password that is refused there.
    let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
    let what = format!("database at {place}");
    match PostgresStore::look(url, password_file) {
        Ok(()) => Finding::good(what, "lets the server in, and keeps what it confirms"),
        Err(fault) => Finding::bad(what, fault),
    }
}

fn evidence_finding(path: &Path) -> Finding {
    let kept = secret_finding("evidence key", path);
    if kept.is_troubled() {
        return kept;
    }
    let what = format!("evidence key {}", path.display());
    match signing_key(path, None, "make it with `curbside audit keygen`") {
        Ok(key) => Finding::good(what, format!("signs for {}", key.name().as_str())),
        Err(failure) => Finding::bad(what, failure),
    }
}

fn package_findings(directory: &Path, makers: &[String]) -> Vec<Finding> {
    let mut keys = Vec::new();
    for maker in makers {
        match maker.parse::<Verifier>() {
            Ok(key) => keys.push(key),
            Err(fault) => {
                let failure = Failure::new(Exit::Malformed, fault);
                return vec![Finding::bad(format!("maker {maker}"), failure)];
            }
        }
    }
    let what = format!("packages {}", directory.display());
    let entries = match directory.read_dir() {
        Ok(entries) => entries,
        Err(error) => {
            return vec![Finding::bad(
                what,
                Failure::new(Exit::Io, format!("failed to read it: {error}")),
            )];
        }
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|it| it == PACKAGE_EXTENSION))
        .take(PACKAGES_MAX)
        .collect();
    paths.sort();
    if paths.is_empty() {
        return vec![Finding::warning(what, format!("has no file *.{PACKAGE_EXTENSION}"))];
    }
    paths.iter().map(|path| package_finding(path, &keys)).collect()
}

fn package_finding(path: &Path, makers: &[Verifier]) -> Finding {
    let what = format!("package {}", path.display());
    let bytes = match durable::read_bounded(path, PACKAGE_LEN_BYTES_MAX as u64) {
        Ok(bytes) => bytes,
        Err(error) => return Finding::bad(what, error),
    };
    let package = match Package::open(&bytes, makers) {
        Ok(package) => package,
        Err(error) => {
            let hint = error.hint();
            return Finding::warning(what, format!("pays for nothing: {error}")).advise(hint);
        }
    };
    let (now, until) = (clock::unix_seconds(), utc_day(package.not_after_unix));
    let found = format!("{} devices of {}, until {until}", package.count, package.product);
    if package.not_after_unix <= now {
        Finding::warning(what, format!("{found}: it has ended"))
    } else if package.not_after_unix - now < PACKAGE_WARNING_S {
        Finding::warning(what, found).advise(["ask the device maker for the next one".to_owned()])
    } else {
        Finding::good(what, found)
    }
}

fn product_findings(product: &ProductSettings) -> Vec<Finding> {
    let mut findings = vec![secret_finding("PIN", &product.pin_file)];
    let tls = TlsArgs {
        ca_cert: product.ca_cert.clone(),
        client_cert: product.client_cert.clone(),
        client_key: product.client_key.clone(),
    };
    findings.extend(product.client_cert.as_deref().map(certificate_finding));
    let tls = match tls.client() {
        Ok(tls) => tls,
        Err(failure) => {
            findings.push(Finding::bad(format!("product {}", product.tag), failure));
            return findings;
        }
    };
    for url in &product.hsms {
        match Endpoint::parse(url, &tls) {
            Ok(endpoint) => findings.extend(super::machine::hsm_findings(&endpoint)),
            Err(error) => findings.push(Finding::bad(format!("HSM {url}"), error)),
        }
    }
    findings
}
