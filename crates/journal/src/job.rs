//! What all devices of a job have in common.

use sha2::{Digest as _, Sha256};
use sidewalk::{Apid, Stage};

/// A job: the product, and the authorities above its devices. Devices store their signatures only; with the
/// issuers of their job they are chains.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobRecord {
    /// The job's name.
    pub name: String,
    /// The product tag.
    pub product: String,
    /// The device type, which Amazon assigns.
    pub device_type: String,
    /// The advertised product id.
    pub apid: Apid,
    /// The stage of the product.
    pub stage: Stage,
    /// The public key of the application server.
    pub app_server_key: [u8; 32],
    /// The Ed25519 certificates above the device, as they follow it in a chain.
    pub ed25519_issuers: Vec<u8>,
    /// The P-256 certificates above the device, as they follow it in a chain.
    pub p256r1_issuers: Vec<u8>,
}

impl JobRecord {
    /// What finds an equal job: SHA-256 over all parts, each after its length.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let parts: [&[u8]; 8] = [
            self.name.as_bytes(),
            self.product.as_bytes(),
            self.device_type.as_bytes(),
            self.apid.as_bytes(),
            self.stage.name().as_bytes(),
            &self.app_server_key,
            &self.ed25519_issuers,
            &self.p256r1_issuers,
        ];
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}
