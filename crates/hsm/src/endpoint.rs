//! Where an HSM is: a URL, or a function in this process.

use std::{fmt, sync::Arc};

use thiserror::Error;
use yubihsm2::{Frame, connector::ConnectorStatus};

use crate::{
    tls::TlsClient,
    transport::{HttpTarget, HttpTransport, InProcess, Transport, TransportError, UsbTransport},
};

/// The longest URL that is taken, in bytes.
const URL_LEN_BYTES_MAX: usize = 2048;

/// Where an HSM is. Opens any number of ways to it.
///
/// - `http://host:port` and `https://host:port`: a connector, possibly behind a path. Port 80 and 443 where
///   none is said, as every HTTP client has it; the vendor's connector listens on 12345.
/// - `usb://` and `usb://0007550054`: an HSM plugged in here, any or the one with this serial number. The
///   vendor's `yhusb://serial=7550054` is the same. All ways that one endpoint and its clones open share
///   the HSM; another program cannot have it meanwhile.
#[derive(Clone)]
pub struct Endpoint(Place);

#[derive(Clone)]
enum Place {
    Http(Arc<HttpTarget>),
    Usb(UsbTransport),
    InProcess(InProcess),
}

impl Endpoint {
    /// Reads a URL. `tls` is used for `https` only.
    ///
    /// # Errors
    ///
    /// [`EndpointError`].
    pub fn parse(url: &str, tls: &TlsClient) -> Result<Self, EndpointError> {
        if url.len() > URL_LEN_BYTES_MAX {
            return Err(EndpointError::TooLong { found_len_bytes: url.len() });
        }
        let (scheme, rest) = url.split_once("://").ok_or(EndpointError::NoScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "http" => HttpTarget::parse(rest, None).map(Self::http),
            "https" => HttpTarget::parse(rest, Some(tls.clone())).map(Self::http),
            "usb" | "yhusb" => {
                parse_serial(rest).map(|serial| Self(Place::Usb(UsbTransport::new(serial))))
            }
            _ => Err(EndpointError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }

    /// A device in this process: `exchange` answers a frame, from any thread.
    pub fn in_process(
        name: impl Into<String>,
        exchange: impl Fn(&Frame) -> Result<Frame, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self(Place::InProcess(InProcess::new(name.into(), Arc::new(exchange))))
    }

    /// Opens a way to the device. HTTP connects only with the first frame.
    ///
    /// # Errors
    ///
    /// [`TransportError`].
    pub fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Ok(match &self.0 {
            Place::Http(target) => Box::new(HttpTransport::new(Arc::clone(target))),
            Place::Usb(device) => {
                device.open()?;
                Box::new(device.clone())
            }
            Place::InProcess(device) => Box::new(device.clone()),
        })
    }

    /// The connector's status page. `None` where there is no connector in between.
    ///
    /// # Errors
    ///
    /// [`TransportError`].
    pub fn connector_status(&self) -> Result<Option<ConnectorStatus>, TransportError> {
        match &self.0 {
            Place::Http(target) => {
                HttpTransport::new(Arc::clone(target)).connector_status().map(Some)
            }
            Place::Usb(_) | Place::InProcess(_) => Ok(None),
        }
    }

    fn http(target: HttpTarget) -> Self {
        Self(Place::Http(Arc::new(target)))
    }
}

/// As a URL; what is in this process by its name.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Http(target) => target.fmt(f),
            Place::Usb(device) => device.place().fmt(f),
            Place::InProcess(device) => device.name().fmt(f),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

fn parse_serial(text: &str) -> Result<Option<u32>, EndpointError> {
    let digits = text.strip_prefix("serial=").unwrap_or(text);
    if digits.is_empty() {
        return Ok(None);
    }
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let serial = digits.parse().ok().filter(|_| is_number);
    serial.map(Some).ok_or(EndpointError::Serial)
}

/// Why a text is no endpoint.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum EndpointError {
    /// Longer than any URL.
    #[error("a connector's URL has at most {URL_LEN_BYTES_MAX} bytes, this has {found_len_bytes}")]
    TooLong {
        /// Its length in bytes.
        found_len_bytes: usize,
    },
    /// Nothing that says how to talk to it.
    #[error("a connector's URL begins with http://, https:// or usb://")]
    NoScheme,
    /// Another way than those that are known.
    #[error("{scheme}:// is no way to an HSM; http://, https:// and usb:// are")]
    UnknownScheme {
        /// What is said.
        scheme: String,
    },
    /// No host, or one with characters that no host has.
    #[error("the URL names no host")]
    Host,
    /// A port that is none.
    #[error("the URL's port is not a number from 1 to 65535")]
    Port,
    /// A user name or password in the URL, where it would show in every list of processes.
    #[error("the URL has a user name or password in it")]
    UserInfo,
    /// A query or fragment, or characters that a path cannot have.
    #[error("the URL's path has characters that a connector's cannot have")]
    Path,
    /// A serial number that is none.
    #[error("the HSM's serial number is not a number")]
    Serial,
}

impl EndpointError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Serial => "say usb:// or usb://0007550054, with the number printed on the HSM",
            Self::UserInfo => "a connector knows no passwords; for TLS say --client-cert",
            _ => "a connector on this machine is http://localhost:12345",
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<String, EndpointError> {
        let tls = TlsClient::default();
        Endpoint::parse(url, &tls).map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn a_url_reads_back_as_it_was_written() {
        for url in [
            "http://localhost:12345",
            "https://signer.factory:8443/hsm/1",
            "http://[::1]:12345",
            "usb://",
            "usb://0007550054",
        ] {
            assert_eq!(parse(url).as_deref(), Ok(url));
        }
    }

    #[test]
    fn default_ports_and_a_slash_at_the_end_are_left_out() {
        assert_eq!(parse("http://host:80/").as_deref(), Ok("http://host"));
        assert_eq!(parse("HTTPS://host:443").as_deref(), Ok("https://host"));
        assert_eq!(parse("yhusb://serial=7550054").as_deref(), Ok("usb://0007550054"));
    }

    #[test]
    fn what_is_no_url_of_a_connector_is_refused() {
        for (url, error) in [
            ("localhost:12345", EndpointError::NoScheme),
            ("ftp://host", EndpointError::UnknownScheme { scheme: "ftp".to_owned() }),
            ("http://", EndpointError::Host),
            ("http://:12345", EndpointError::Host),
            ("http://ho st", EndpointError::Host),
            ("http://host\r\nX: y", EndpointError::Host),
            ("http://host:0", EndpointError::Port),
            ("http://host:99999", EndpointError::Port),
            ("http://host:+80", EndpointError::Port),
            ("http://user:word@host", EndpointError::UserInfo),
            ("http://host/a?b", EndpointError::Path),
            ("http://host/a b", EndpointError::Path),
            ("usb://x", EndpointError::Serial),
            ("usb://+1", EndpointError::Serial),
        ] {
            assert_eq!(parse(url), Err(error), "{url}");
        }
        let error = EndpointError::TooLong { found_len_bytes: 3007 };
        assert_eq!(parse(&format!("http://{}", "a".repeat(3000))), Err(error));
    }
}
