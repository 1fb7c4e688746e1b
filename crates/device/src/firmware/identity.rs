//! Who a board takes itself for: the values that its own reader finds.

use page::{Page, ValueId};
use sidewalk::{Curve, PrivateKey, PublicKey, Smsn};

use super::reader;
use crate::Board;

/// The values that firmware would use. Nothing here has been verified, as firmware verifies nothing at boot.
#[derive(Clone, Debug)]
pub struct Identity {
    page: Option<Page>,
}

impl Board {
    /// What the firmware on this board reads of its page, by its own reader and with its defects.
    pub fn identity(&self) -> Identity {
        Identity { page: reader::read_values(self) }
    }

    /// The device's private key as the firmware would use it: from its key store, or from the page.
    pub fn device_key(&self, curve: Curve) -> Option<PrivateKey> {
        if self.keeps_keys_in_store() {
            return self.stored_key(curve).cloned();
        }
        let page = reader::read_values(self)?;
        let id = match curve {
            Curve::Ed25519 => ValueId::DEVICE_PRIV_ED25519,
            Curve::P256r1 => ValueId::DEVICE_PRIV_P256R1,
        };
        PrivateKey::from_bytes(curve, page.value(id)?).ok()
    }
}

impl Identity {
    /// Every value that was read, or none where there is no page. It may hold private keys.
    pub fn page(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    /// The serial number.
    pub fn smsn(&self) -> Option<Smsn> {
        self.value(ValueId::SMSN)?.try_into().ok().map(Smsn::from_bytes)
    }

    /// The advertised product id, where it is visible ASCII.
    pub fn apid(&self) -> Option<&str> {
        let text = std::str::from_utf8(self.value(ValueId::APID)?).ok()?;
        text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(text)
    }

    /// The application server's public key.
    pub fn app_server_key(&self) -> Option<&[u8; 32]> {
        self.value(ValueId::APP_PUB_ED25519)?.try_into().ok()
    }

    /// The device's public key.
    pub fn public_key(&self, curve: Curve) -> Option<PublicKey> {
        let id = match curve {
            Curve::Ed25519 => ValueId::DEVICE_PUB_ED25519,
            Curve::P256r1 => ValueId::DEVICE_PUB_P256R1,
        };
        PublicKey::from_bytes(curve, self.value(id)?)
    }

    /// The bytes of a value.
    pub fn value(&self, id: ValueId) -> Option<&[u8]> {
        self.page.as_ref()?.value(id)
    }
}
