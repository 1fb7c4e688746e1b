//! A fleet of HSMs signs.

use hsm::{DeviceRequest, DeviceSignatures, Fleet, SignError};
use sidewalk::Curve;

use crate::who_signs::DeviceSigner;

impl DeviceSigner for Fleet {
    type Error = SignError;

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.authority().issuers_bytes(curve)
    }

    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, SignError> {
        Self::sign(self, device)
    }
}
