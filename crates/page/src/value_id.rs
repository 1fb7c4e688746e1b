//! What the values of a page are: their numbers, names and sizes.

use std::{fmt, str::FromStr};

/// The number of a value on a page, the same in every Sidewalk SDK (`sid_pal_mfg_store_ifc.h`).
///
/// Numbers without a name, such as those of the application above 4000, are kept as they are.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ValueId(u16);

/// How long a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ValueLength {
    /// Exactly this many bytes.
    Exact(usize),
    /// As long as the serial's own header says: 4 bytes, or up to 129 in the extended form.
    CaSerial,
    /// Not known to us; firmware takes up to [`VALUE_LEN_MAX`] bytes.
    Any,
}

/// The longest value that is not a serial, in bytes: what firmware writes at once (`MAX_FLASH_WRITE_LEN`).
pub const VALUE_LEN_MAX: usize = 64;

/// The longest certificate authority serial in bytes: a header of 2 and a count of 7 bits.
pub const SERIAL_LEN_MAX: usize = 2 + 127;

impl ValueId {
    /// The tag of blank flash, which ends a list of records.
    pub const END: Self = Self(0xFFFF);
    /// Application values have numbers above this one.
    pub const CORE_VALUE_MAX: Self = Self(4000);
    /// The record in which Nordic firmware notes that it has taken a page over.
    pub const NORDIC_FLAGS: Self = Self(0x6FFD);

    /// Wraps a number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The name without its `SID_PAL_MFG_STORE_` prefix, or `None` for a number we do not know.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(id, ..)| *id == self).map(|(_, name, _)| *name)
    }

    /// How long the value is.
    pub fn length(self) -> ValueLength {
        // Ids 0 to 39 stand at their own index, which a test holds true.
        let known = NAMES.get(usize::from(self.0)).filter(|(id, ..)| *id == self);
        match known {
            Some((.., length)) => *length,
            None if self == Self::NORDIC_FLAGS => ValueLength::Exact(4),
            None => ValueLength::Any,
        }
    }

    /// Whether the value is a private key and must never be shown.
    pub const fn is_private(self) -> bool {
        matches!(self, Self::DEVICE_PRIV_ED25519 | Self::DEVICE_PRIV_P256R1)
    }

    /// Whether the value is the serial of a certificate authority.
    pub fn is_ca_serial(self) -> bool {
        self.length() == ValueLength::CaSerial
    }

    /// Every id that has a name, ascending.
    pub fn known() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(id, ..)| *id)
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueId({self})")
    }
}

/// The text is neither a value's name nor a number below 65535.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{text:?} is neither the name nor the number of a value")]
pub struct ValueIdError {
    /// What was read, cut to [`ValueIdError::TEXT_LEN_MAX`] characters.
    pub text: String,
}

impl ValueIdError {
    /// More of a foreign text than this does not help a reader.
    pub const TEXT_LEN_MAX: usize = 64;
}

impl FromStr for ValueId {
    type Err = ValueIdError;

    /// Takes a name with or without its prefix, or a decimal number.
    fn from_str(text: &str) -> Result<Self, ValueIdError> {
        let bare = text.strip_prefix("SID_PAL_MFG_STORE_").unwrap_or(text);
        NAMES
            .iter()
            .find(|(_, name, _)| *name == bare)
            .map(|(id, ..)| *id)
            .or_else(|| bare.parse().ok().map(Self).filter(|id| *id != Self::END))
            .ok_or_else(|| ValueIdError {
                text: text.chars().take(ValueIdError::TEXT_LEN_MAX).collect(),
            })
    }
}

macro_rules! value_ids {
    ($($number:literal $name:ident $length:expr, $doc:literal;)*) => {
        impl ValueId {
            $(#[doc = $doc] pub const $name: Self = Self($number);)*
        }

        const NAMES: &[(ValueId, &str, ValueLength)] =
            &[$((ValueId::$name, stringify!($name), $length)),*];
    };
}

value_ids! {
    0 MAGIC ValueLength::Exact(4), "The letters `SID0`; a number of the tool, unknown to the firmware header.";
    1 DEVID ValueLength::Exact(5), "Device id, only from \"black box\" input.";
    2 VERSION ValueLength::Exact(4), "Page version, big-endian.";
    3 SERIAL_NUM ValueLength::Exact(17), "Device serial number (DSN), ASCII, at most 16 characters and a NUL.";
    4 SMSN ValueLength::Exact(32), "Sidewalk manufacturing serial number.";
    5 APP_PUB_ED25519 ValueLength::Exact(32), "The application server's public key.";
    6 DEVICE_PRIV_ED25519 ValueLength::Exact(32), "The device's private Ed25519 seed.";
    7 DEVICE_PUB_ED25519 ValueLength::Exact(32), "The device's public Ed25519 key.";
    8 DEVICE_PUB_ED25519_SIGNATURE ValueLength::Exact(64), "Made by the DAK over public key and SMSN.";
    9 DEVICE_PRIV_P256R1 ValueLength::Exact(32), "The device's private P-256 scalar, big-endian.";
    10 DEVICE_PUB_P256R1 ValueLength::Exact(64), "The device's public P-256 key, X then Y, big-endian.";
    11 DEVICE_PUB_P256R1_SIGNATURE ValueLength::Exact(64), "Made by the DAK; r then s, big-endian.";
    12 DAK_PUB_ED25519 ValueLength::Exact(32), "Device attestation key (DAK), Ed25519.";
    13 DAK_PUB_ED25519_SIGNATURE ValueLength::Exact(64), "Signature over the DAK, Ed25519.";
    14 DAK_ED25519_SERIAL ValueLength::CaSerial, "Serial of the DAK certificate, Ed25519.";
    15 DAK_PUB_P256R1 ValueLength::Exact(64), "Device attestation key, P-256.";
    16 DAK_PUB_P256R1_SIGNATURE ValueLength::Exact(64), "Signature over the DAK, P-256.";
    17 DAK_P256R1_SERIAL ValueLength::CaSerial, "Serial of the DAK certificate, P-256.";
    18 PRODUCT_PUB_ED25519 ValueLength::Exact(32), "Product key, Ed25519.";
    19 PRODUCT_PUB_ED25519_SIGNATURE ValueLength::Exact(64), "Signature over the product key, Ed25519.";
    20 PRODUCT_ED25519_SERIAL ValueLength::CaSerial, "Serial of the product certificate, Ed25519.";
    21 PRODUCT_PUB_P256R1 ValueLength::Exact(64), "Product key, P-256.";
    22 PRODUCT_PUB_P256R1_SIGNATURE ValueLength::Exact(64), "Signature over the product key, P-256.";
    23 PRODUCT_P256R1_SERIAL ValueLength::CaSerial, "Serial of the product certificate, P-256.";
    24 MAN_PUB_ED25519 ValueLength::Exact(32), "Manufacturer key, Ed25519.";
    25 MAN_PUB_ED25519_SIGNATURE ValueLength::Exact(64), "Signature over the manufacturer key, Ed25519.";
    26 MAN_ED25519_SERIAL ValueLength::CaSerial, "Serial of the manufacturer certificate, Ed25519.";
    27 MAN_PUB_P256R1 ValueLength::Exact(64), "Manufacturer key, P-256.";
    28 MAN_PUB_P256R1_SIGNATURE ValueLength::Exact(64), "Signature over the manufacturer key, P-256.";
    29 MAN_P256R1_SERIAL ValueLength::CaSerial, "Serial of the manufacturer certificate, P-256.";
    30 SW_PUB_ED25519 ValueLength::Exact(32), "Sidewalk key, Ed25519.";
    31 SW_PUB_ED25519_SIGNATURE ValueLength::Exact(64), "Signature over the Sidewalk key, Ed25519.";
    32 SW_ED25519_SERIAL ValueLength::CaSerial, "Serial of the Sidewalk certificate, Ed25519.";
    33 SW_PUB_P256R1 ValueLength::Exact(64), "Sidewalk key, P-256.";
    34 SW_PUB_P256R1_SIGNATURE ValueLength::Exact(64), "Signature over the Sidewalk key, P-256.";
    35 SW_P256R1_SERIAL ValueLength::CaSerial, "Serial of the Sidewalk certificate, P-256.";
    36 AMZN_PUB_ED25519 ValueLength::Exact(32), "Root key, Ed25519.";
    37 AMZN_PUB_P256R1 ValueLength::Exact(64), "Root key, P-256.";
    38 APID ValueLength::Exact(4), "Advertised product id, four ASCII characters.";
    39 DTID ValueLength::Exact(14), "Device type id; in newer firmware headers only.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_id_stands_at_its_own_index() {
        for (index, (id, ..)) in NAMES.iter().enumerate() {
            assert_eq!(usize::from(id.number()), index);
        }
    }

    #[test]
    fn names_are_read_with_and_without_prefix_and_numbers_are_kept() {
        assert_eq!("SID_PAL_MFG_STORE_APID".parse(), Ok(ValueId::APID));
        assert_eq!("APID".parse(), Ok(ValueId::APID));
        assert_eq!("4001".parse(), Ok(ValueId::new(4001)));
        assert_eq!("65535".parse::<ValueId>(), Err(ValueIdError { text: "65535".into() }));
        assert_eq!("APIDX".parse::<ValueId>(), Err(ValueIdError { text: "APIDX".into() }));
    }
}
