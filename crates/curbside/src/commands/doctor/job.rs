//! A line PC: what its job says of signing.

use hsm::Endpoint;
use line::job::{Job, SignedBy};

use super::{
    certificates::secret_finding,
    finding::Finding,
    machine::{disk_finding, hsm_findings},
    server,
};
use crate::{failure::Failure, hsm_access::TlsArgs};

pub(super) fn findings(job: &Job) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    // A line makes it when it needs it.
    if job.line.control_logs.exists() {
        findings.push(disk_finding(&job.line.control_logs));
    }
    let tls = TlsArgs {
        ca_cert: job.signing.ca_cert.clone(),
        client_cert: job.signing.client_cert.clone(),
        client_key: job.signing.client_key.clone(),
    };
    match &job.signing.by {
        SignedBy::Server { urls, package } => {
            findings.extend(server::certificate_findings(&tls));
            let wanted = server::Wanted {
                product: Some(&job.product.tag),
                package: package.as_ref().map(|package| package.as_str()),
            };
            findings.extend(urls.iter().flat_map(|url| server::findings(url, &tls, wanted)));
        }
        SignedBy::Hsms { urls, pin_file, .. } => {
            findings.extend(pin_file.as_deref().map(|path| secret_finding("PIN", path)));
            let tls = tls.client()?;
            for url in urls {
                findings.extend(hsm_findings(&Endpoint::parse(url, &tls)?));
            }
        }
    }
    Ok(findings)
}
