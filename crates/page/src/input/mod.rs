//! What becomes a page: certificate chains, private keys and identity, and the JSON files they come in.
//!
//! A [`PageInput`] has been parsed, not verified. [`PageInput::check`] makes a [`CheckedInput`], the only way to
//! a [`CheckedPage`]. [`PageInput::page_unchecked_like_sid_provision`] is the other way, with its name for a
//! warning: it serves the drop-in twin of a tool that verifies nothing.

mod acs;
mod aws;
mod black_box;
mod check;
mod error;
mod json;

use std::fmt;

use sidewalk::{Apid, Chain, ChainForm, Curve, Level, Smsn};
use zeroize::Zeroizing;

use crate::{Page, PageVersion, ValueId};

pub use self::{
    acs::read_acs,
    aws::{read_aws_certificate, read_aws_device},
    black_box::page_from_black_box_unchecked,
    check::{CheckError, CheckedInput, CheckedPage},
    error::{FieldError, InputError, JSON_LEN_MAX, PartsError},
};

/// Everything that goes into the page of one device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageInput {
    ed25519_chain: Chain,
    p256r1_chain: Chain,
    ed25519_private_key: PrivateKeyBytes,
    p256r1_private_key: PrivateKeyBytes,
    smsn: Smsn,
    apid: Apid,
    app_server_key: [u8; 32],
    device_id: Option<[u8; 5]>,
    serial_number: Option<SerialNumber>,
    device_type_id: Option<[u8; 14]>,
}

/// The parts every page needs, as they come from outside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageParts {
    /// The Ed25519 chain, six certificates.
    pub ed25519_chain: Chain,
    /// The P-256 chain, six certificates.
    pub p256r1_chain: Chain,
    /// The device's Ed25519 seed.
    pub ed25519_private_key: PrivateKeyBytes,
    /// The device's P-256 scalar, big-endian.
    pub p256r1_private_key: PrivateKeyBytes,
    /// The device's number, as said beside the chains.
    pub smsn: Smsn,
    /// The advertised product id.
    pub apid: Apid,
    /// The application server's public Ed25519 key.
    pub app_server_key: [u8; 32],
}

/// A private key as bytes that have not been tried on their curve. Wiped on drop, silent in `Debug`.
#[derive(Clone, Eq, PartialEq)]
pub struct PrivateKeyBytes(Zeroizing<[u8; 32]>);

/// A device serial number (DSN): 1 to 16 visible ASCII characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SerialNumber([u8; 17]);

impl PageInput {
    /// Puts the parts together.
    ///
    /// # Errors
    ///
    /// [`PartsError`] where a chain is of the wrong curve or has four certificates only.
    pub fn new(parts: PageParts) -> Result<Self, PartsError> {
        let chains = [(&parts.ed25519_chain, Curve::Ed25519), (&parts.p256r1_chain, Curve::P256r1)];
        for (chain, curve) in chains {
            if chain.curve() != curve {
                return Err(PartsError::Curve { expected: curve });
            }
            if chain.form() != ChainForm::Long {
                return Err(PartsError::ShortChain { curve });
            }
        }
        Ok(Self {
            ed25519_chain: parts.ed25519_chain,
            p256r1_chain: parts.p256r1_chain,
            ed25519_private_key: parts.ed25519_private_key,
            p256r1_private_key: parts.p256r1_private_key,
            smsn: parts.smsn,
            apid: parts.apid,
            app_server_key: parts.app_server_key,
            device_id: None,
            serial_number: None,
            device_type_id: None,
        })
    }

    /// Adds a device id (value 1).
    #[must_use]
    pub fn with_device_id(mut self, device_id: [u8; 5]) -> Self {
        self.device_id = Some(device_id);
        self
    }

    /// Adds a device serial number (value 3).
    #[must_use]
    pub fn with_serial_number(mut self, serial_number: SerialNumber) -> Self {
        self.serial_number = Some(serial_number);
        self
    }

    /// Adds a device type id (value 39).
    #[must_use]
    pub fn with_device_type_id(mut self, device_type_id: [u8; 14]) -> Self {
        self.device_type_id = Some(device_type_id);
        self
    }

    /// The chain of a curve.
    pub fn chain(&self, curve: Curve) -> &Chain {
        match curve {
            Curve::Ed25519 => &self.ed25519_chain,
            Curve::P256r1 => &self.p256r1_chain,
        }
    }

    /// The private key of a curve.
    pub fn private_key(&self, curve: Curve) -> &PrivateKeyBytes {
        match curve {
            Curve::Ed25519 => &self.ed25519_private_key,
            Curve::P256r1 => &self.p256r1_private_key,
        }
    }

    /// The device's number as said beside the chains.
    pub fn smsn(&self) -> Smsn {
        self.smsn
    }

    /// The advertised product id.
    pub fn apid(&self) -> Apid {
        self.apid
    }

    /// The application server's public key.
    pub fn app_server_key(&self) -> &[u8; 32] {
        &self.app_server_key
    }

    /// The page, with nothing verified: no signature, key pair or number. That is what `sid_provision` does;
    /// commands of our own write a [`CheckedPage`].
    pub fn page_unchecked_like_sid_provision(&self, version: PageVersion) -> Page {
        let mut page = Page::new(version);
        let mut set = |id, value: Option<&[u8]>| {
            if let Some(value) = value {
                page.insert(id, value);
            }
        };
        set(ValueId::DEVID, self.device_id.as_ref().map(|id| &id[..]));
        set(ValueId::SERIAL_NUM, self.serial_number.as_ref().map(|number| &number.0[..]));
        set(ValueId::SMSN, Some(self.smsn.as_bytes()));
        set(ValueId::APP_PUB_ED25519, Some(&self.app_server_key));
        let curves = [
            (
                Curve::Ed25519,
                ValueId::DEVICE_PRIV_ED25519.number(),
                ValueId::DAK_PUB_ED25519.number(),
            ),
            (Curve::P256r1, ValueId::DEVICE_PRIV_P256R1.number(), ValueId::DAK_PUB_P256R1.number()),
        ];
        for (curve, private_id, _) in curves {
            let device = self.chain(curve).device();
            set(ValueId::new(private_id), Some(self.private_key(curve).expose_bytes()));
            set(ValueId::new(private_id + 1), Some(device.public_key_bytes()));
            set(ValueId::new(private_id + 2), Some(device.signature_bytes()));
        }
        for (step, level) in INTERMEDIATES.into_iter().enumerate() {
            for (curve, _, dak_id) in curves {
                let Some(certificate) = self.chain(curve).certificate(level) else { continue };
                let id = dak_id + IDS_PER_LEVEL * step as u16;
                set(ValueId::new(id), Some(certificate.public_key_bytes()));
                set(ValueId::new(id + 1), Some(certificate.signature_bytes()));
                set(ValueId::new(id + 2), Some(certificate.subject()));
            }
        }
        // Of the root only the key is stored, neither its serial nor its signature.
        set(ValueId::AMZN_PUB_ED25519, Some(self.ed25519_chain.root().public_key_bytes()));
        set(ValueId::AMZN_PUB_P256R1, Some(self.p256r1_chain.root().public_key_bytes()));
        set(ValueId::APID, Some(self.apid.as_bytes()));
        set(ValueId::DTID, self.device_type_id.as_ref().map(|id| &id[..]));
        page
    }
}

/// The authorities between device and root, in the order of their ids.
const INTERMEDIATES: [Level; 4] =
    [Level::Dak, Level::Product, Level::Manufacturer, Level::Sidewalk];

/// Key, signature and serial on either curve.
const IDS_PER_LEVEL: u16 = 6;

impl PrivateKeyBytes {
    /// Takes the 32 bytes; the caller's copy is the caller's to wipe.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The 32 secret bytes, for those who must write them.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<&sidewalk::PrivateKey> for PrivateKeyBytes {
    fn from(key: &sidewalk::PrivateKey) -> Self {
        Self::new(*key.expose_bytes())
    }
}

impl fmt::Debug for PrivateKeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKeyBytes(32 bytes)")
    }
}

impl std::str::FromStr for SerialNumber {
    type Err = PartsError;

    fn from_str(text: &str) -> Result<Self, PartsError> {
        if text.is_empty() || text.len() > 16 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(PartsError::SerialNumber { len: text.len() });
        }
        let mut bytes = [0; 17];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}
