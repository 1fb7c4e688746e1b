//! What can be asked of the store, and what comes back.

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Signature, Smsn};
use signer::service::{Refusal, RequestId};

/// A device that shall be signed: the intent, before any HSM is asked.
#[derive(Clone, Debug)]
pub struct Begin {
    /// What tells one call from another.
    pub request_id: RequestId,
    /// The product's tag.
    pub product: String,
    /// The job package that pays; `None` where none is asked for.
    pub package: Option<String>,
    /// Whether a number that has certificates gets new ones.
    pub is_rework: bool,
    /// The device.
    pub device: DeviceRequest,
    /// The line that asks, by its certificate.
    pub line: String,
    /// SHA-256 of that certificate.
    pub client: [u8; 32],
}

/// What came of an intent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Begun {
    /// It is durable, and paid: ask an HSM.
    Sign(Ticket),
    /// It was signed before.
    Signed(Issued),
    /// Another server is at it.
    Elsewhere {
        /// How long it has left, in milliseconds.
        left_ms: u64,
    },
    /// It must not be signed.
    Refused(Refusal),
}

/// The right to have one intent signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ticket {
    /// The device.
    pub smsn: Smsn,
    /// 0 for its first certificates, 1 for those of its first rework.
    pub generation: u32,
}

/// What an HSM gave for a ticket.
#[derive(Clone, Copy, Debug)]
pub struct Finish {
    /// Which intent.
    pub ticket: Ticket,
    /// The signatures, verified.
    pub signatures: DeviceSignatures,
}

/// An intent with its outcome.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Issued {
    /// The signature under the Ed25519 certificate.
    pub ed25519: Signature,
    /// The signature under the P-256 certificate.
    pub p256r1: Signature,
    /// The HSM that signed.
    pub hsm_serial: u32,
    /// The entry in the evidence log.
    pub evidence_index: u64,
}

/// An intent without an outcome that this server takes up.
#[derive(Clone, Debug)]
pub struct TakenUp {
    /// The right to sign it.
    pub ticket: Ticket,
    /// The product's tag.
    pub product: String,
    /// The line that had asked.
    pub line: String,
    /// The device.
    pub device: DeviceRequest,
}

/// A job package as the quota sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PackageTerms {
    /// Its id.
    pub id: String,
    /// SHA-256 of its signed text.
    pub digest: [u8; 32],
    /// How many devices it pays for.
    pub count: u64,
}

/// How far a package is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PackageState {
    /// The package.
    pub terms: PackageTerms,
    /// How many devices it has paid for.
    pub used: u64,
}

/// What the store has counted: the figures of a reconciliation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Intents with an outcome: devices that have certificates, reworks counted again.
    pub issued: u64,
    /// Intents without an outcome.
    pub pending: u64,
    /// How often an HSM was asked, so at most twice as many signatures were made.
    pub attempts: u64,
    /// Entries in the evidence log.
    pub evidence: u64,
}
