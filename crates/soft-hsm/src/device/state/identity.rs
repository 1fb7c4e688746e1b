//! What makes a device this one and no other.

use serde::{Deserialize, Serialize};
use yubihsm2::{Algorithm, P256SecretKey, Secret};

use super::serial;
use crate::{
    device::{
        certificate::built_in_certificate,
        crypto::{EcKey, random_p256_key},
    },
    randomness::{Randomness, random_bytes},
};

/// What makes a device this one and no other.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Identity {
    /// The serial number. Survives a reset.
    pub serial: u32,
    /// The long-lived P-256 key of asymmetric sessions. A reset makes another.
    #[serde(with = "serial")]
    pub(in crate::device) device_key: Secret<32>,
    /// The built-in P-256 attestation key. Survives a reset.
    #[serde(with = "serial")]
    attestation_key: Secret<32>,
    /// Its certificate, X.509 in DER. Survives a reset.
    #[serde(with = "serial")]
    pub attestation_certificate: Vec<u8>,
}

impl Identity {
    /// A new device, with this serial number or a random one of up to eight digits, as devices have them.
    pub(in crate::device) fn manufacture(serial: Option<u32>, random: &mut dyn Randomness) -> Self {
        let serial = serial.unwrap_or_else(|| {
            1 + u32::from_be_bytes(random_bytes(random)) % (RANDOM_SERIAL_MAX - 1)
        });
        let device_key = random_p256_key(random).to_bytes();
        let attestation_key = random_p256_key(random).to_bytes();
        let key = EcKey::load(Algorithm::EC_P256, attestation_key.as_bytes());
        let attestation_certificate = key
            .and_then(|key| built_in_certificate(serial, &key, random))
            .expect("a P-256 key that was drawn is a P-256 key");
        Self { serial, device_key, attestation_key, attestation_certificate }
    }

    /// The identity after a reset.
    pub(in crate::device) fn after_reset(&self, random: &mut dyn Randomness) -> Self {
        Self { device_key: random_p256_key(random).to_bytes(), ..self.clone() }
    }

    /// The key of asymmetric sessions, or `None` where the bytes are no key, which no device stores.
    pub(in crate::device) fn session_key(&self) -> Option<P256SecretKey> {
        P256SecretKey::from_bytes(self.device_key.as_bytes())
    }

    /// The built-in attestation key, or `None` where the bytes are no key, which no device stores.
    pub(in crate::device) fn attestation_key(&self) -> Option<EcKey> {
        EcKey::load(Algorithm::EC_P256, self.attestation_key.as_bytes())
    }
}

/// Serial numbers of devices have had eight digits so far.
const RANDOM_SERIAL_MAX: u32 = 99_999_999;
