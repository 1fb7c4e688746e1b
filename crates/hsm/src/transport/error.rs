//! Why a frame got no answer, and what to do about it.

use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error as RustlsError};
use thiserror::Error;
use yubihsm2::FrameError;

/// Why a frame got no answer. `place` is where it went, as an endpoint is written.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TransportError {
    /// Nobody is there.
    #[error("reach {place}: {fault}")]
    Connect {
        /// Where.
        place: String,
        /// Why.
        fault: ConnectFault,
    },
    /// The two sides do not agree on who they are.
    #[error("agree with {place} on TLS: {fault}")]
    Tls {
        /// Where.
        place: String,
        /// Why.
        fault: TlsFault,
    },
    /// The connection broke while a frame was on its way. The device may have taken it.
    #[error("hear from {place}: the connection was lost")]
    Lost {
        /// Where.
        place: String,
    },
    /// No answer came in time. The device may have taken the frame.
    #[error("hear from {place}: no answer within {} s", after.as_secs())]
    TimedOut {
        /// Where.
        place: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connector has no HSM behind it, or lost it.
    #[error("reach an HSM: the connector at {place} has none")]
    NoDevice {
        /// Where.
        place: String,
    },
    /// The connector does not answer to the host name that it was called by (status 403).
    #[error("talk to {place}: it does not answer to this host name or this client")]
    Forbidden {
        /// Where.
        place: String,
    },
    /// The connector, or what stands in front of it, answered with another status than 200.
    #[error("talk to {place}: it answered with HTTP status {status}")]
    Status {
        /// Where.
        place: String,
        /// The status.
        status: u16,
    },
    /// Whatever answered is no connector.
    #[error("talk to {place}: it is no YubiHSM connector: {evidence}")]
    NotAConnector {
        /// Where.
        place: String,
        /// What it answered with.
        evidence: &'static str,
    },
    /// The answer is longer than any frame.
    #[error("read the answer of {place}: it is longer than {limit_bytes} bytes")]
    TooLong {
        /// Where.
        place: String,
        /// The limit in bytes.
        limit_bytes: usize,
    },
    /// The answer ends early.
    #[error("read the answer of {place}: {expected} bytes were announced and {found} came")]
    Truncated {
        /// Where.
        place: String,
        /// What was announced.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// The answer is no frame.
    #[error("read the answer of {place}: {fault}")]
    Frame {
        /// Where.
        place: String,
        /// Why.
        fault: FrameError,
    },
    /// No such HSM on USB.
    #[error("find {place}: no such YubiHSM 2 is plugged in")]
    UsbAbsent {
        /// What was looked for.
        place: String,
    },
    /// This user may not talk to it.
    #[error("open {place}: permission denied")]
    UsbPermission {
        /// What was opened.
        place: String,
    },
    /// Another program has it.
    #[error("open {place}: another program uses it")]
    UsbBusy {
        /// What was opened.
        place: String,
    },
    /// Something else went wrong on USB.
    #[error("talk to {place}: {cause}")]
    Usb {
        /// Where.
        place: String,
        /// What the system said.
        cause: String,
    },
}

/// Why a connector cannot be reached.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ConnectFault {
    /// Nothing listens there.
    #[error("nothing listens there")]
    Refused,
    /// The name has no address.
    #[error("no machine is known by this name")]
    UnknownHost,
    /// No answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The network says no.
    #[error("{0}")]
    Other(String),
}

/// Why there is no TLS.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TlsFault {
    /// The server's certificate is for other names.
    #[error("the server's certificate is for {}", .presented.join(", "))]
    WrongName {
        /// The names in it.
        presented: Vec<String>,
    },
    /// The server's certificate names itself in its common name only, which no current client reads.
    #[error("the server's certificate has no subjectAltName, only a common name")]
    CommonNameOnly,
    /// The server's certificate ends at another authority.
    #[error("the server's certificate is not from an authority that is trusted")]
    UnknownAuthority,
    /// The server's certificate is out of date.
    #[error("the server's certificate has expired or is not valid yet")]
    Expired,
    /// The server's certificate is refused for another reason.
    #[error("the server's certificate is not accepted: {0}")]
    BadCertificate(String),
    /// The server wants a client certificate and there is none, or another.
    #[error("the server does not accept this client's certificate, or there is none")]
    ClientRefused,
    /// The server hung up within the handshake and did not say why.
    #[error("the server hung up within the handshake")]
    HungUp,
    /// The server speaks no TLS.
    #[error("the server does not speak TLS")]
    NotTls,
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl TransportError {
    /// Whether the frame may have reached the device.
    pub const fn is_sent(&self) -> bool {
        match self {
            Self::Lost { .. }
            | Self::TimedOut { .. }
            | Self::NoDevice { .. }
            | Self::Status { .. }
            | Self::NotAConnector { .. }
            | Self::TooLong { .. }
            | Self::Truncated { .. }
            | Self::Frame { .. }
            | Self::Usb { .. } => true,
            Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Forbidden { .. }
            | Self::UsbAbsent { .. }
            | Self::UsbPermission { .. }
            | Self::UsbBusy { .. } => false,
        }
    }

    /// Whether trying again later may help without a person changing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Connect { fault, .. } => !matches!(fault, ConnectFault::UnknownHost),
            Self::Lost { .. }
            | Self::TimedOut { .. }
            | Self::NoDevice { .. }
            | Self::Status { status: 500..=599, .. }
            | Self::TooLong { .. }
            | Self::Truncated { .. }
            | Self::Frame { .. }
            | Self::UsbAbsent { .. }
            | Self::UsbBusy { .. }
            | Self::Usb { .. } => true,
            Self::Tls { fault, .. } => matches!(fault, TlsFault::HungUp),
            Self::Forbidden { .. }
            | Self::Status { .. }
            | Self::NotAConnector { .. }
            | Self::UsbPermission { .. } => false,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Connect { fault: ConnectFault::UnknownHost, .. } => "check the host name",
            Self::Connect { .. } => {
                "start the connector (`curbside hsm serve`, `curbside hsm connector`), or check address and port"
            }
            Self::Tls { fault, .. } => fault.hint(),
            Self::Lost { .. } | Self::TimedOut { .. } => {
                "was the connector restarted or the network cut?"
            }
            Self::NoDevice { .. } => "plug the HSM in",
            Self::Forbidden { .. } => {
                "call the connector by a name on its list of hosts, such as localhost"
            }
            Self::Status { .. } | Self::NotAConnector { .. } => {
                "check the address: a connector answers on /connector/status"
            }
            Self::TooLong { .. } | Self::Truncated { .. } | Self::Frame { .. } => {
                "something between here and the connector changes its answers"
            }
            Self::UsbAbsent { .. } => "check the plug and the serial number printed on the HSM",
            Self::UsbPermission { .. } => UDEV_HINT,
            Self::UsbBusy { .. } => {
                "only one program at a time can use an HSM: stop the other, or share it through a connector"
            }
            Self::Usb { .. } => "does this machine have USB? unplug the HSM and plug it in again",
        };
        Some(hint.to_owned())
    }
}

/// The rule that lets a program that is not root talk to a YubiHSM 2 on Linux.
pub const UDEV_RULE: &str = r#"SUBSYSTEM=="usb", ATTRS{idVendor}=="1050", ATTRS{idProduct}=="0030", MODE="0660", TAG+="uaccess""#;

/// What to do on a permission error.
const UDEV_HINT: &str = "on Linux give users access with a udev rule; `curbside doctor` prints it";

impl TlsFault {
    /// What an error of the TLS library means.
    pub fn of(error: &RustlsError) -> Self {
        match error {
            RustlsError::InvalidCertificate(fault) => certificate_fault(fault),
            RustlsError::AlertReceived(
                AlertDescription::CertificateRequired
                | AlertDescription::NoCertificate
                | AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
                // What servers of TLS 1.2 say where they miss a certificate.
                | AlertDescription::HandshakeFailure,
            ) => TlsFault::ClientRefused,
            RustlsError::InvalidMessage(_) => TlsFault::NotTls,
            error => TlsFault::Other(error.to_string()),
        }
    }

    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::WrongName { .. } => {
                "call the server by a name in its certificate, or issue one with the name used here"
            }
            Self::CommonNameOnly => {
                "issue the server's certificate anew with a subjectAltName for its DNS name or IP address"
            }
            Self::UnknownAuthority => "name the authority's certificate with --ca-cert",
            Self::Expired => "check this machine's clock, then the certificate's dates",
            Self::BadCertificate(_) | Self::Other(_) => "check the server's certificate",
            Self::ClientRefused | Self::HungUp => {
                "name a certificate and key that the server's authority issued: --client-cert, --client-key"
            }
            Self::NotTls => "say http:// if the connector really is not behind TLS",
        }
    }
}

fn certificate_fault(fault: &CertificateError) -> TlsFault {
    match fault {
        CertificateError::NotValidForName => TlsFault::WrongName { presented: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            TlsFault::CommonNameOnly
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            TlsFault::WrongName { presented: presented.clone() }
        }
        CertificateError::UnknownIssuer => TlsFault::UnknownAuthority,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsFault::Expired,
        fault => TlsFault::BadCertificate(fault.to_string()),
    }
}
