//! Which connector: host, port, path, and whether under TLS.

use std::fmt;

use crate::{endpoint::EndpointError, tls::TlsClient};

/// A connector's address.
pub(crate) struct HttpTarget {
    /// Without brackets.
    host: String,
    port: u16,
    /// In front of the connector's own paths: empty, or from a slash to a character that is none.
    path: String,
    tls: Option<TlsClient>,
}

impl HttpTarget {
    /// Reads what follows `http://` or, with `tls`, `https://`.
    pub(crate) fn parse(rest: &str, tls: Option<TlsClient>) -> Result<Self, EndpointError> {
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_host) {
            return Err(EndpointError::Host);
        }
        let port = match port {
            None => default_port(tls.is_some()),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|port| *port != 0).ok_or(EndpointError::Port)?
            }
            Some(_) => return Err(EndpointError::Port),
        };
        let path = path.trim_end_matches('/');
        let is_path = |byte: u8| byte.is_ascii_graphic() && !b"?#".contains(&byte);
        if !path.bytes().all(is_path) {
            return Err(EndpointError::Path);
        }
        Ok(Self { host: host.to_owned(), port, path: path.to_owned(), tls })
    }

    /// The host, without brackets around an address.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) const fn tls(&self) -> Option<&TlsClient> {
        self.tls.as_ref()
    }

    /// The host and, unless it is the scheme's own, the port.
    pub(crate) fn host_header(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match self.port == default_port(self.tls.is_some()) {
            true => host,
            false => format!("{host}:{}", self.port),
        }
    }
}

impl fmt::Display for HttpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.host_header(), self.path)
    }
}

const fn default_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), EndpointError> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(EndpointError::Host)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(EndpointError::Port),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}
