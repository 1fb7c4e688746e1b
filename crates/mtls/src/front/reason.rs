//! Why a peer is refused.

use std::{fmt, io};

use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved};

use crate::identity::{IdentityError, Role};

/// Why a peer, a connection or a request is refused. Reads after "refused: ".
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The client shows no certificate.
    NoCertificate,
    /// No authority that is trusted here has issued the client's certificate itself.
    UnknownAuthority,
    /// The client's certificate is no longer valid.
    Expired,
    /// The client's certificate is not valid yet.
    NotYetValid,
    /// The client's certificate was revoked, or no revocation list of its authority says that it was not.
    Revoked,
    /// The certificate is one for servers.
    NotAClientCertificate,
    /// The certificate is genuine, and what it says of its holder cannot be used.
    UnusableCertificate(IdentityError),
    /// Something else about the certificate, in the TLS library's words.
    BadCertificate(String),
    /// The certificate is genuine, and its holder has no business here.
    WrongRole {
        /// What the holder is.
        role: Role,
    },
    /// The client speaks TLS 1.1 or older.
    TlsTooOld,
    /// The client wants another handshake within the connection.
    Renegotiation,
    /// Plain HTTP where TLS is spoken.
    PlainHttp,
    /// Neither TLS nor HTTP.
    NotTls,
    /// Something else about the handshake, in the TLS library's words.
    Handshake(String),
    /// The handshake did not end in time.
    HandshakeTimedOut,
    /// The head of a request is too long, or has too many lines.
    HeadersTooLarge,
    /// The head of a request did not end in time.
    HeadersTooSlow,
    /// What came is no HTTP request.
    MalformedRequest,
    /// The body of a request is too long.
    BodyTooLarge,
    /// The body of a request did not end in time.
    BodyTooSlow,
    /// There are too many connections, and this one was needed least.
    TooManyConnections,
    /// There are too many connections from this address, and this one was needed least.
    TooManyConnectionsFromAddress,
    /// The client asks too often.
    TooManyRequests,
    /// Nothing is served under this path.
    UnknownPath,
    /// The path takes another method.
    WrongMethod,
}

impl Reason {
    /// A name for logs, metrics and scripts. It never changes.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoCertificate => "no-certificate",
            Self::UnknownAuthority => "unknown-authority",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Revoked => "revoked",
            Self::NotAClientCertificate => "not-a-client-certificate",
            Self::UnusableCertificate(_) => "unusable-certificate",
            Self::BadCertificate(_) => "bad-certificate",
            Self::WrongRole { .. } => "wrong-role",
            Self::TlsTooOld => "tls-too-old",
            Self::Renegotiation => "renegotiation",
            Self::PlainHttp => "plain-http",
            Self::NotTls => "not-tls",
            Self::Handshake(_) => "handshake-failed",
            Self::HandshakeTimedOut => "handshake-timed-out",
            Self::HeadersTooLarge => "headers-too-large",
            Self::HeadersTooSlow => "headers-too-slow",
            Self::MalformedRequest => "malformed-request",
            Self::BodyTooLarge => "body-too-large",
            Self::BodyTooSlow => "body-too-slow",
            Self::TooManyConnections => "too-many-connections",
            Self::TooManyConnectionsFromAddress => "too-many-connections-from-address",
            Self::TooManyRequests => "too-many-requests",
            Self::UnknownPath => "unknown-path",
            Self::WrongMethod => "wrong-method",
        }
    }

    /// Why a handshake failed; `None` where the peer has just gone.
    pub(super) fn of_handshake(error: &io::Error) -> Option<Self> {
        match error.get_ref()?.downcast_ref::<Error>()? {
            Error::NoCertificatesPresented => Some(Self::NoCertificate),
            Error::InvalidCertificate(error) => Some(Self::of_certificate(error)),
            // Signature algorithms are named since TLS 1.2; whoever names none speaks an older one.
            Error::PeerIncompatible(
                PeerIncompatible::SignatureAlgorithmsExtensionRequired
                | PeerIncompatible::Tls12NotOffered
                | PeerIncompatible::Tls12NotOfferedOrEnabled
                | PeerIncompatible::SupportedVersionsExtensionRequired
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => Some(Self::TlsTooOld),
            Error::InvalidMessage(
                InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
            ) => Some(Self::NotTls),
            Error::PeerMisbehaved(PeerMisbehaved::TooManyRenegotiationRequests) => {
                Some(Self::Renegotiation)
            }
            other => Some(Self::Handshake(other.to_string())),
        }
    }

    /// Why a certificate is not believed.
    pub(super) fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotYetValid
            }
            CertificateError::Revoked | CertificateError::UnknownRevocationStatus => Self::Revoked,
            // Two authorities may have the same name; then it is the signature that tells them apart.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Self::UnknownAuthority
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                Self::NotAClientCertificate
            }
            other => Self::BadCertificate(Error::from(other.clone()).to_string()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCertificate => "the client shows no certificate",
            Self::UnknownAuthority => {
                "the client's certificate is of an authority that is not trusted here"
            }
            Self::Expired => "the client's certificate has expired",
            Self::NotYetValid => "the client's certificate is not valid yet",
            Self::Revoked => "the client's certificate is revoked",
            Self::NotAClientCertificate => "the certificate is not one for clients",
            Self::UnusableCertificate(error) => {
                return write!(f, "failed to read the client's certificate: {error}");
            }
            Self::BadCertificate(words) | Self::Handshake(words) => words,
            Self::WrongRole { role } => {
                return write!(f, "the role {role} may not do this");
            }
            Self::TlsTooOld => "the client speaks no TLS 1.2 or 1.3",
            Self::Renegotiation => "the client wants to renegotiate",
            Self::PlainHttp => "the client speaks plain HTTP where TLS is spoken",
            Self::NotTls => "the client speaks no TLS",
            Self::HandshakeTimedOut => "the TLS handshake did not end in time",
            Self::HeadersTooLarge => "the headers are too large",
            Self::HeadersTooSlow => "the headers did not come in time",
            Self::MalformedRequest => "what came is no HTTP request",
            Self::BodyTooLarge => "the body is too long",
            Self::BodyTooSlow => "the body did not come in time",
            Self::TooManyConnections => "there are too many connections",
            Self::TooManyConnectionsFromAddress => {
                "there are too many connections from this address"
            }
            Self::TooManyRequests => "the client sends too many requests",
            Self::UnknownPath => "nothing is served under this path",
            Self::WrongMethod => "the path takes another method",
        })
    }
}
