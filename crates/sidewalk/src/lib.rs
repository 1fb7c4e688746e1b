//! What a Sidewalk device *is*: two key pairs, one serial number (SMSN), and one certificate chain per
//! curve that ends at a root pinned by choice.
//!
//! The crate is pure: no files, clock, sockets or source of randomness of its own. It makes and reads key
//! pairs ([`PrivateKey`], [`pem`]), serial numbers ([`Smsn`], [`Serial`]), signing requests ([`Csr`]) and
//! chains ([`Chain`]), and turns a parsed chain into a [`VerifiedChain`] through a [`Verifier`].
//!
//! Trust boundary: everything that is parsed here may come from a stranger. Nothing here panics on any
//! bytes, and a chain counts as genuine only as a [`VerifiedChain`], which only a [`Verifier`] makes.
//!
//! Formats follow sections 4.1.2 (certificate chain) and 4.3.2 (SMSN) of the Amazon Sidewalk Protocol
//! Specification as the public tools implement them (`sid-signing-tool` 1.2.0, `sid_provision` 0.2.3).

mod apid;
mod certificate;
mod chain;
mod chain_text;
mod csr;
mod curve;
mod issue;
mod key;
mod level;
pub mod pem;
mod serial;
mod smsn;
mod trust;
mod verify;

pub use crate::{
    apid::{Apid, ApidError},
    certificate::{Certificate, SignedMessage},
    chain::{Chain, ChainError, ChainForm},
    chain_text::{CHAIN_TEXT_LEN_MAX, ChainText, ChainTextError},
    csr::{Csr, CsrError, CsrOrder},
    curve::Curve,
    issue::{CertificateAuthority, IssueError},
    key::{KeyFault, PrivateKey, PrivateKeyError, PublicKey, Signature},
    level::Level,
    serial::{Serial, SerialError, SerialFields},
    smsn::{Smsn, SmsnError, SmsnInput, Stage},
    trust::{TrustAnchor, TrustAnchors, TrustFileError},
    verify::{
        SignatureFault, VerifiedChain, VerifiedDevice, Verifier, VerifyError, VerifyPath,
        verify_signature,
    },
};
