//! The boundary to whoever holds the keys of the DAK: a fleet of HSMs, or software in rehearsals.

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{CertificateAuthority, Curve, IssueError, Signature};

/// Holds a DAK and signs devices with it. May be called by many threads at once.
pub trait DeviceSigner: Sync {
    /// Why there is no signature.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The certificates that follow a device's in its chain, DAK first, root last.
    fn issuers_bytes(&self, curve: Curve) -> &[u8];

    /// Signs `public key ‖ SMSN` on both curves. Nobody has verified what comes back.
    ///
    /// # Errors
    ///
    /// The signer's own.
    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, Self::Error>;
}

/// A DAK in memory: for rehearsals and tests. Production keys never leave their HSM.
pub struct SoftwareSigner {
    ed25519: CertificateAuthority,
    p256r1: CertificateAuthority,
}

impl SoftwareSigner {
    /// A product's authorities on both curves.
    ///
    /// # Errors
    ///
    /// [`IssueError::Curve`] where they are not one of each curve.
    pub fn new(
        ed25519: CertificateAuthority,
        p256r1: CertificateAuthority,
    ) -> Result<Self, IssueError> {
        if ed25519.curve() != Curve::Ed25519 || p256r1.curve() != Curve::P256r1 {
            return Err(IssueError::Curve);
        }
        Ok(Self { ed25519, p256r1 })
    }

    fn authority(&self, curve: Curve) -> &CertificateAuthority {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }
}

impl DeviceSigner for SoftwareSigner {
    type Error = IssueError;

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.authority(curve).issuers_bytes()
    }

    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, IssueError> {
        let signature = |curve| -> Result<Signature, IssueError> {
            let key = device.public_key(curve);
            Ok(self.authority(curve).issue(device.smsn(), key)?.device().signature())
        };
        Ok(DeviceSignatures {
            ed25519: signature(Curve::Ed25519)?,
            p256r1: signature(Curve::P256r1)?,
            hsm_serial: NO_HSM,
        })
    }
}

/// In place of an HSM's serial number where there is no HSM.
const NO_HSM: u32 = 0;
