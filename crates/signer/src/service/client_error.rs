//! Why a client of a signing server has no chains.

use std::time::Duration;

use hsm::{ConnectFault, TlsError, TlsFault};

use super::{BinaryError, Refusal};

/// Why a client has no chains. `place` is the server, as its address is written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SigningClientError {
    /// Nobody is there.
    #[error("reach the signing server {place}: {fault}")]
    Connect {
        /// Where.
        place: String,
        /// Why.
        fault: ConnectFault,
    },
    /// The two sides do not agree on who they are.
    #[error("agree with the signing server {place} on TLS: {fault}")]
    Tls {
        /// Where.
        place: String,
        /// Why.
        fault: TlsFault,
    },
    /// The connection broke. The server may have signed; the same call gets the same chains.
    #[error("hear from the signing server {place}: {cause}")]
    Lost {
        /// Where.
        place: String,
        /// What the connection said.
        cause: String,
    },
    /// The server says no.
    #[error("have the device signed by {place}: {refusal}")]
    Refused {
        /// Where.
        place: String,
        /// What it said.
        refusal: Refusal,
    },
    /// A server took the call and says nothing.
    #[error("get an answer")]
    Silent,
    /// No server signed in time.
    #[error("have the device signed: no signing server did within {} s; last: failed to {last}", waited.as_secs())]
    TimedOut {
        /// How long was waited.
        waited: Duration,
        /// What went wrong last.
        last: Box<SigningClientError>,
    },
    /// Whoever waits for the chains was told not to, see [`super::Watch`]. The same call gets them later.
    #[error("wait for the signing server: the work ends{}", last.as_ref().map_or_else(String::new, |last| format!("; last: failed to {last}")))]
    Left {
        /// What went wrong last, where anything had.
        last: Option<Box<SigningClientError>>,
    },
    /// Whatever answered is no signing server of this version.
    #[error("understand the signing server {place}: {evidence}")]
    NotAServer {
        /// Where.
        place: String,
        /// What it said.
        evidence: String,
    },
    /// The chains are of another device or under other authorities than asked.
    #[error(
        "use what the signing server {place} sent: the chains are not of this device under this DAK"
    )]
    OtherChains {
        /// Where.
        place: String,
    },
    /// TLS cannot be set up.
    #[error("{0}")]
    TlsSetUp(#[from] TlsError),
    /// No server is named.
    #[error("sign: no signing server is named")]
    NoServer,
    /// The system gives no threads or no randomness.
    #[error("talk to signing servers: this system gives no {0}")]
    System(&'static str),
}

impl SigningClientError {
    /// Whether the same call may be answered with chains later without a person changing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Connect { fault, .. } => !matches!(fault, ConnectFault::UnknownHost),
            Self::Tls { fault, .. } => matches!(fault, TlsFault::HungUp),
            Self::Lost { .. } | Self::Silent | Self::TimedOut { .. } | Self::Left { .. } => true,
            Self::Refused { refusal, .. } => refusal.code.is_passing(),
            Self::NotAServer { .. }
            | Self::OtherChains { .. }
            | Self::TlsSetUp(_)
            | Self::NoServer
            | Self::System(_) => false,
        }
    }

    /// The server that it happened with, where it is known.
    pub(super) fn place(&self) -> Option<&str> {
        match self {
            Self::Connect { place, .. }
            | Self::Tls { place, .. }
            | Self::Lost { place, .. }
            | Self::Refused { place, .. }
            | Self::NotAServer { place, .. }
            | Self::OtherChains { place } => Some(place),
            Self::TimedOut { last, .. } => last.place(),
            Self::Left { .. }
            | Self::Silent
            | Self::TlsSetUp(_)
            | Self::NoServer
            | Self::System(_) => None,
        }
    }

    /// When the server wants to be asked again.
    pub(super) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { refusal: Refusal { retry_after_ms: Some(ms), .. }, .. } => {
                Some(Duration::from_millis(*ms))
            }
            _ => None,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Connect { fault: ConnectFault::UnknownHost, .. } => "check the host name",
            Self::Connect { .. } => {
                "start the server (`curbside signer serve`), or check address, port and firewall"
            }
            Self::Tls { fault, .. } => fault.hint(),
            Self::Lost { .. } | Self::Silent => "was the server restarted or the network cut?",
            Self::Refused { refusal, .. } => return refusal.hint.clone(),
            Self::TimedOut { last, .. } => return last.hint(),
            Self::Left { last } => return last.as_ref().and_then(|last| last.hint()),
            Self::NotAServer { .. } => "check the address: is it the connector's or the gateway's?",
            Self::OtherChains { .. } => {
                "was the server's DAK changed? start the line anew, so that it takes the new chain"
            }
            Self::TlsSetUp(error) => return error.hint(),
            Self::NoServer | Self::System(_) => return None,
        };
        Some(hint.to_owned())
    }

    pub(super) fn not_a_server(place: String, error: &BinaryError) -> Self {
        Self::NotAServer { place, evidence: error.to_string() }
    }
}

/// Why a text is no address of a signing server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ServerUrlError {
    /// Not an address.
    #[error("an address is https://HOST[:PORT], without a path")]
    Syntax,
    /// Without TLS nobody knows who asks.
    #[error(
        "a signing server is reached by https:// only: its clients are known by their certificates"
    )]
    NoTls,
}
