//! Where the connector is.

use std::{fmt, str::FromStr};

use hyper::header::HeaderValue;
use thiserror::Error;

/// The connector's URL: `http://HOST:PORT`, without a path. The port is 80 where there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpstreamUrl {
    host: String,
    port: u16,
    authority: HeaderValue,
}

impl UpstreamUrl {
    /// What the operating system connects to: a host without brackets, and a port.
    pub fn lookup(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// What stands in the `Host` header.
    pub(super) fn authority(&self) -> HeaderValue {
        self.authority.clone()
    }
}

impl FromStr for UpstreamUrl {
    type Err = UpstreamUrlError;

    fn from_str(text: &str) -> Result<Self, UpstreamUrlError> {
        let uri: hyper::Uri = text.parse().map_err(|_| UpstreamUrlError::NoUrl)?;
        if uri.scheme_str() != Some("http") {
            return Err(UpstreamUrlError::Scheme);
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(UpstreamUrlError::Path);
        }
        let authority = uri.authority().ok_or(UpstreamUrlError::NoUrl)?;
        if authority.as_str().contains('@') {
            return Err(UpstreamUrlError::NoUrl);
        }
        let header = HeaderValue::from_str(authority.as_str());
        Ok(Self {
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authority: header.map_err(|_| UpstreamUrlError::NoUrl)?,
        })
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host, self.port)
    }
}

/// Why a text is not the URL of a connector.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum UpstreamUrlError {
    /// It is no URL with a host.
    #[error("it is no URL; a connector's is http://HOST:PORT, such as http://127.0.0.1:12345")]
    NoUrl,
    /// It is not `http`.
    #[error("a connector speaks plain http; its URL is such as http://127.0.0.1:12345")]
    Scheme,
    /// It has a path or a query.
    #[error("the URL of a connector has no path; it is such as http://127.0.0.1:12345")]
    Path,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_host_and_port() {
        for (text, lookup) in [
            ("http://127.0.0.1:12345", ("127.0.0.1", 12345)),
            ("http://[::1]:8080/", ("::1", 8080)),
            ("http://hsm.plant", ("hsm.plant", 80)),
        ] {
            assert_eq!(text.parse::<UpstreamUrl>().unwrap().lookup(), lookup);
        }
    }

    #[test]
    fn what_is_no_connector_is_refused() {
        for (text, error) in [
            ("127.0.0.1:12345", UpstreamUrlError::Scheme),
            ("https://127.0.0.1:12345", UpstreamUrlError::Scheme),
            ("http://127.0.0.1:12345/connector/api", UpstreamUrlError::Path),
            ("http://a:b@127.0.0.1", UpstreamUrlError::NoUrl),
            ("", UpstreamUrlError::NoUrl),
        ] {
            assert_eq!(text.parse::<UpstreamUrl>(), Err(error), "{text}");
        }
    }
}
