//! Where a connector listens.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// A host and a port, as in `localhost:12345`. Port 0 lets the operating system choose.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListenAddress {
    /// A name or an address; an IPv6 address in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl ListenAddress {
    /// What to look up: the host without brackets.
    pub(super) fn lookup(&self) -> (&str, u16) {
        let bare = self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        (bare.unwrap_or(&self.host), self.port)
    }
}

impl FromStr for ListenAddress {
    type Err = ListenAddressError;

    fn from_str(text: &str) -> Result<Self, ListenAddressError> {
        let (host, port) = text.rsplit_once(':').ok_or(ListenAddressError::NoPort)?;
        if host.is_empty() {
            return Err(ListenAddressError::NoHost);
        }
        if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
            return Err(ListenAddressError::Brackets);
        }
        let port = port.parse().map_err(|_| ListenAddressError::Port)?;
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Why a text is no address to listen on.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ListenAddressError {
    /// No port.
    #[error("no port; an address is HOST:PORT, such as 127.0.0.1:12345")]
    NoPort,
    /// No host. Listening on every network interface must be asked for by name.
    #[error(
        "no host; an address is HOST:PORT, such as 127.0.0.1:12345 or, for every interface, 0.0.0.0:12345"
    )]
    NoHost,
    /// An IPv6 address without brackets.
    #[error("an IPv6 address needs brackets, such as [::1]:12345")]
    Brackets,
    /// The port is no number from 0 to 65535.
    #[error("the port is no number from 0 to 65535")]
    Port,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back_from_their_text() {
        for text in ["localhost:12345", "127.0.0.1:0", "[::1]:65535"] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), text);
        }
        let address: ListenAddress = "[::1]:1".parse().unwrap();
        assert_eq!(address.lookup(), ("::1", 1));
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        for (text, error) in [
            ("localhost", ListenAddressError::NoPort),
            (":12345", ListenAddressError::NoHost),
            ("::1:12345", ListenAddressError::Brackets),
            ("localhost:65536", ListenAddressError::Port),
            ("localhost:", ListenAddressError::Port),
        ] {
            assert_eq!(text.parse::<ListenAddress>(), Err(error), "{text}");
        }
    }
}
