//! The way from a line PC to a signing server.

use ::signer::service::{PRODUCTS_PATH, ProductInfo, ServerLook, ServerUrl};
use hsm::TlsClient;
use mtls::identity::Role;
use serde::Deserialize;

use super::{
    certificates::{certificate_finding, read, secret_finding},
    finding::Finding,
};
use crate::{clock, exit::Exit, failure::Failure, hsm_access::TlsArgs};

/// How far two clocks may be apart before it is spoken of, in seconds: certificates begin five minutes early for their sake.
const SKEW_WARNING_S: u64 = 60;

/// How far they may be apart at most.
const SKEW_MAX_S: u64 = 300;

/// What a server must have for a line.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The product; any without it.
    pub(super) product: Option<&'a str>,
    /// The job package; whichever pays without it.
    pub(super) package: Option<&'a str>,
}

/// The files that a line shows to servers.
pub(super) fn certificate_findings(args: &TlsArgs) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(args.ca_cert.as_deref().map(certificate_finding));
    findings.extend(args.client_key.as_deref().map(|path| secret_finding("key", path)));
    if let Some(path) = &args.client_cert {
        findings.push(certificate_finding(path));
        findings.extend(role_finding(path));
    }
    findings
}

/// One server, as far as it lets us look.
pub(super) fn findings(server: &ServerUrl, args: &TlsArgs, wanted: Wanted<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let what = format!("signing server {server}");
    let mut look = match args.client().and_then(|tls| open(server, &tls)) {
        Ok(look) => look,
        Err(failure) => {
            findings.push(Finding::bad(what, failure));
            return findings;
        }
    };
    let products = look.get(PRODUCTS_PATH).map_err(Failure::from).and_then(|bytes| {
        serde_json::from_slice::<Vec<ProductInfo>>(&bytes).map_err(|error| {
            Failure::new(Exit::Malformed, format!("failed to read its products: {error}"))
        })
    });
    match products {
        Ok(products) => {
            findings.push(Finding::good(what, "answers over mutual TLS"));
            findings.extend(clock_finding(look.date_unix()));
            findings.extend(product_findings(&products, wanted.product));
            findings.extend(package_findings(&mut look, wanted.package));
        }
        Err(failure) => findings.push(Finding::bad(what, failure)),
    }
    findings
}

fn open(server: &ServerUrl, tls: &TlsClient) -> Result<ServerLook, Failure> {
    Ok(ServerLook::open(server, tls)?)
}

/// What the client's certificate lets it do.
fn role_finding(path: &std::path::Path) -> Option<Finding> {
    let inspection = read(path).ok()?;
    let name = &inspection.identity().name;
    let what = "this line";
    Some(match inspection.role() {
        Some(role @ (Role::Line | Role::Operator)) => {
            Finding::good(what, format!("{name}, with the role {role}"))
        }
        Some(role) => {
            let failure = format!("{name} has the role {role}, which may not have devices signed");
            Finding::bad(what, Failure::new(Exit::NotGenuine, failure))
                .advise(["`curbside mtls issue client NAME` makes a line's".to_owned()])
        }
        None => {
            let failure =
                Failure::new(Exit::NotGenuine, format!("{name} is no client's certificate"));
            Finding::bad(what, failure)
                .advise(["`curbside mtls issue client NAME` makes a line's".to_owned()])
        }
    })
}

fn clock_finding(server_unix: Option<u64>) -> Option<Finding> {
    let skew = clock::unix_seconds().abs_diff(server_unix?);
    let what = "clock against the server's";
    let found = format!("{skew} s apart");
    let advice = ["let both machines follow one time server".to_owned()];
    Some(if skew > SKEW_MAX_S {
        Finding::bad(what, Failure::new(Exit::Io, found)).advise(advice)
    } else if skew > SKEW_WARNING_S {
        Finding::warning(what, found).advise(advice)
    } else {
        Finding::good(what, found)
    })
}

/// What is left of the job packages that the server has.
fn package_findings(look: &mut ServerLook, wanted: Option<&str>) -> Vec<Finding> {
    let what = "job packages";
    let read = look.get("/v1/packages").map_err(Failure::from).and_then(|bytes| {
        serde_json::from_slice::<Vec<Package>>(&bytes).map_err(|error| {
            Failure::new(Exit::Malformed, format!("failed to read its packages: {error}"))
        })
    });
    let packages = match read {
        Ok(packages) => packages,
        Err(failure) => return vec![Finding::bad(what, failure)],
    };
    let finding = |package: &Package| {
        let Package { id, count, used } = package;
        let what = format!("job package {id}");
        let found = format!("{used} of {count} used");
        if used < count {
            return Finding::good(what, found);
        }
        Finding::warning(what, found).advise(["ask the device maker for the next one".to_owned()])
    };
    if let Some(id) = wanted
        && !packages.iter().any(|package| package.id == id)
    {
        let failure = Failure::new(Exit::Refused, "the server does not have it");
        return vec![
            Finding::bad(format!("job package {id}"), failure)
                .advise(["put it into the server's directory for packages".to_owned()]),
        ];
    }
    let shown = packages.iter().filter(|package| wanted.is_none_or(|id| package.id == id));
    shown.map(finding).collect()
}

/// A job package as the server tells of it.
#[derive(Deserialize)]
struct Package {
    id: String,
    count: u64,
    used: u64,
}

fn product_findings(products: &[ProductInfo], wanted: Option<&str>) -> Vec<Finding> {
    let what = |tag: &str| format!("product {tag}");
    if let Some(tag) = wanted
        && !products.iter().any(|product| product.tag == tag)
    {
        let known: Vec<&str> = products.iter().map(|product| product.tag.as_str()).collect();
        let failure = Failure::new(Exit::HsmContent, "is not signed at this server");
        return vec![
            Finding::bad(what(tag), failure).advise([format!("it signs for {}", known.join(", "))]),
        ];
    }
    let shown = products.iter().filter(|product| wanted.is_none_or(|tag| product.tag == tag));
    shown
        .map(|product| {
            let (up, all) = (product.hsms_up, product.hsms);
            let found = format!("{up} of {all} HSMs sign, {} devices wait", product.queued);
            match up {
                0 => Finding::bad(what(&product.tag), Failure::new(Exit::HsmUnreachable, found))
                    .advise(["the server waits for its HSMs; are they plugged in?".to_owned()]),
                up if up < all => Finding::warning(what(&product.tag), found),
                _ => Finding::good(what(&product.tag), found),
            }
        })
        .collect()
}
