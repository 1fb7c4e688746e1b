//! What a signing server says of a product.

use serde::{Deserialize, Serialize};

/// A product that a server signs for, and how busy it is.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct ProductInfo {
    /// The tag of its DAK.
    pub tag: String,
    /// Its stage.
    pub stage: String,
    /// The certificates that follow a device's in its Ed25519 chain: DAK first, root last; base64.
    pub ed25519_issuers: String,
    /// The same for P-256.
    pub p256r1_issuers: String,
    /// Devices that wait for a signature now.
    pub queued: usize,
    /// HSMs that there are.
    pub hsms: usize,
    /// HSMs that answer.
    pub hsms_up: usize,
    /// How long a new device of the asking line would wait, in milliseconds.
    pub wait_estimate_ms: u64,
}
