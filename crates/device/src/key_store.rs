//! The key store (PSA) of a board: keys that the firmware uses and never shows.

use std::fmt;

use sidewalk::{Curve, PrivateKey};

/// What firmware does with the device's private keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyStorage {
    /// Leaves them on the page.
    #[default]
    Page,
    /// Moves them into the key store at the first boot, and takes them off the page.
    Store,
}

/// Which firmware is on a board.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Firmware {
    /// Where it keeps the private keys.
    pub key_storage: KeyStorage,
    /// Whether it can make its own certificates, and says so where there is no page.
    pub on_device_certificates: bool,
}

impl Firmware {
    pub(crate) fn to_byte(self) -> u8 {
        u8::from(self.key_storage == KeyStorage::Store) | u8::from(self.on_device_certificates) << 1
    }

    pub(crate) fn from_byte(byte: u8) -> Self {
        let key_storage = if byte & 1 == 0 { KeyStorage::Page } else { KeyStorage::Store };
        Self { key_storage, on_device_certificates: byte & 2 != 0 }
    }
}

/// The two device keys, where they are in the store.
#[derive(Clone, Default)]
pub(crate) struct KeyStore {
    keys: [Option<PrivateKey>; 2],
}

impl KeyStore {
    pub(crate) fn put(&mut self, key: PrivateKey) {
        let index = index(key.curve());
        self.keys[index] = Some(key);
    }

    pub(crate) fn key(&self, curve: Curve) -> Option<&PrivateKey> {
        self.keys[index(curve)].as_ref()
    }

    /// For a medium: the keys in the order of [`Curve::ALL`].
    pub(crate) fn exposed(&self) -> [Option<&[u8; 32]>; 2] {
        self.keys.each_ref().map(|key| key.as_ref().map(PrivateKey::expose_bytes))
    }
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyStore({} keys)", self.keys.iter().flatten().count())
    }
}

const fn index(curve: Curve) -> usize {
    match curve {
        Curve::Ed25519 => 0,
        Curve::P256r1 => 1,
    }
}
