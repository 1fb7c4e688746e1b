//! How to get to the HSMs: the options that every command with an HSM has.

use std::path::{Path, PathBuf};

use clap::Args;
use hsm::{ClientIdentity, Endpoint, TlsClient};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// The largest PEM file of TLS, in bytes: an authority's certificates, or a chain and its key.
const PEM_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// Where HSMs are and how to talk to them.
#[derive(Args, Clone, Debug)]
pub(crate) struct HsmArgs {
    /// An HSM: `http://HOST:PORT` and `https://HOST:PORT` for a connector, `usb://` or `usb://SERIAL` for one that is
    /// plugged in here; several that hold the same key share the work
    #[arg(short, long = "connector", value_name = "URL", required = true)]
    connectors: Vec<String>,
    #[command(flatten)]
    tls: TlsArgs,
}

/// How to talk TLS to connectors.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TlsArgs {
    /// Trust the authorities in this PEM file for https, instead of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,
    /// The certificate that this client shows, PEM
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The private key of that certificate, PEM
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,
}

impl HsmArgs {
    /// How many HSMs there are.
    pub(crate) fn count(&self) -> usize {
        self.connectors.len()
    }

    /// The HSMs, in the order in which they were named.
    pub(crate) fn endpoints(&self) -> Result<Vec<Endpoint>, Failure> {
        let tls = self.tls.client()?;
        let parsed = self.connectors.iter().map(|url| Endpoint::parse(url, &tls));
        Ok(parsed.collect::<Result<_, _>>()?)
    }
}

impl TlsArgs {
    /// A client that trusts and shows what the options say.
    pub(crate) fn client(&self) -> Result<TlsClient, Failure> {
        if self.ca_cert.is_none() && self.client_cert.is_none() {
            return Ok(TlsClient::default());
        }
        let ca = self.ca_cert.as_deref().map(read).transpose()?;
        let identity = match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
            _ => None,
        };
        let identity = identity.as_ref().map(|(certificate, key)| ClientIdentity {
            certificate_pem: certificate,
            key_pem: key,
        });
        Ok(TlsClient::new(ca.as_ref().map(|pem| pem.as_slice()), identity)?)
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    Ok(Zeroizing::new(durable::read_bounded(path, PEM_LEN_BYTES_MAX)?))
}
