//! Capabilities: what a session may do and what an object may be used for.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::wire::{Reader, Wire, WireError, Writer};

/// A set of capabilities: 64 bits, 8 bytes on the wire.
///
/// Bits without a name are kept: hardware's default key has all 64, and tools ask for all of them.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Capabilities(u64);

macro_rules! capabilities {
    ($($constant:ident = $bit:literal, $name:literal;)*) => {
        impl Capabilities {
            $(#[doc = concat!("`", $name, "`, bit ", stringify!($bit), ".")]
            pub const $constant: Self = Self(1 << $bit);)*

            /// Every named capability with its name, by bit.
            pub const NAMED: &'static [(Self, &'static str)] =
                &[$((Self::$constant, $name)),*];
        }
    };
}

capabilities! {
    GET_OPAQUE = 0x00, "get-opaque";
    PUT_OPAQUE = 0x01, "put-opaque";
    PUT_AUTHENTICATION_KEY = 0x02, "put-authentication-key";
    PUT_ASYMMETRIC_KEY = 0x03, "put-asymmetric-key";
    GENERATE_ASYMMETRIC_KEY = 0x04, "generate-asymmetric-key";
    SIGN_PKCS = 0x05, "sign-pkcs";
    SIGN_PSS = 0x06, "sign-pss";
    SIGN_ECDSA = 0x07, "sign-ecdsa";
    SIGN_EDDSA = 0x08, "sign-eddsa";
    DECRYPT_PKCS = 0x09, "decrypt-pkcs";
    DECRYPT_OAEP = 0x0A, "decrypt-oaep";
    DERIVE_ECDH = 0x0B, "derive-ecdh";
    EXPORT_WRAPPED = 0x0C, "export-wrapped";
    IMPORT_WRAPPED = 0x0D, "import-wrapped";
    PUT_WRAP_KEY = 0x0E, "put-wrap-key";
    GENERATE_WRAP_KEY = 0x0F, "generate-wrap-key";
    EXPORTABLE_UNDER_WRAP = 0x10, "exportable-under-wrap";
    SET_OPTION = 0x11, "set-option";
    GET_OPTION = 0x12, "get-option";
    GET_PSEUDO_RANDOM = 0x13, "get-pseudo-random";
    PUT_MAC_KEY = 0x14, "put-mac-key";
    GENERATE_HMAC_KEY = 0x15, "generate-hmac-key";
    SIGN_HMAC = 0x16, "sign-hmac";
    VERIFY_HMAC = 0x17, "verify-hmac";
    GET_LOG_ENTRIES = 0x18, "get-log-entries";
    SIGN_SSH_CERTIFICATE = 0x19, "sign-ssh-certificate";
    GET_TEMPLATE = 0x1A, "get-template";
    PUT_TEMPLATE = 0x1B, "put-template";
    RESET_DEVICE = 0x1C, "reset-device";
    DECRYPT_OTP = 0x1D, "decrypt-otp";
    CREATE_OTP_AEAD = 0x1E, "create-otp-aead";
    RANDOMIZE_OTP_AEAD = 0x1F, "randomize-otp-aead";
    REWRAP_FROM_OTP_AEAD_KEY = 0x20, "rewrap-from-otp-aead-key";
    REWRAP_TO_OTP_AEAD_KEY = 0x21, "rewrap-to-otp-aead-key";
    SIGN_ATTESTATION_CERTIFICATE = 0x22, "sign-attestation-certificate";
    PUT_OTP_AEAD_KEY = 0x23, "put-otp-aead-key";
    GENERATE_OTP_AEAD_KEY = 0x24, "generate-otp-aead-key";
    WRAP_DATA = 0x25, "wrap-data";
    UNWRAP_DATA = 0x26, "unwrap-data";
    DELETE_OPAQUE = 0x27, "delete-opaque";
    DELETE_AUTHENTICATION_KEY = 0x28, "delete-authentication-key";
    DELETE_ASYMMETRIC_KEY = 0x29, "delete-asymmetric-key";
    DELETE_WRAP_KEY = 0x2A, "delete-wrap-key";
    DELETE_HMAC_KEY = 0x2B, "delete-hmac-key";
    DELETE_TEMPLATE = 0x2C, "delete-template";
    DELETE_OTP_AEAD_KEY = 0x2D, "delete-otp-aead-key";
    CHANGE_AUTHENTICATION_KEY = 0x2E, "change-authentication-key";
    PUT_SYMMETRIC_KEY = 0x2F, "put-symmetric-key";
    GENERATE_SYMMETRIC_KEY = 0x30, "generate-symmetric-key";
    DELETE_SYMMETRIC_KEY = 0x31, "delete-symmetric-key";
    DECRYPT_ECB = 0x32, "decrypt-ecb";
    ENCRYPT_ECB = 0x33, "encrypt-ecb";
    DECRYPT_CBC = 0x34, "decrypt-cbc";
    ENCRYPT_CBC = 0x35, "encrypt-cbc";
    PUT_PUBLIC_WRAP_KEY = 0x36, "put-public-wrap-key";
    DELETE_PUBLIC_WRAP_KEY = 0x37, "delete-public-wrap-key";
}

impl Capabilities {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// All 64 bits, named or not.
    pub const ALL: Self = Self(u64::MAX);

    /// The set of these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every capability of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any capability of `other` is in this set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in `other`.
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The names of what is in the set, by bit. Bits without a name are left out.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED
            .iter()
            .filter(move |(capability, _)| self.contains(*capability))
            .map(|(_, name)| *name)
    }

    fn named_bits() -> Self {
        Self::NAMED.iter().fold(Self::NONE, |set, (capability, _)| set.union(*capability))
    }
}

impl std::ops::BitOr for Capabilities {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl FromIterator<Self> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Self>>(sets: I) -> Self {
        sets.into_iter().fold(Self::NONE, Self::union)
    }
}

impl fmt::Display for Capabilities {
    /// `none`, `all`, or names with commas between them; bits without a name follow as one hex number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NONE => return f.write_str("none"),
            Self::ALL => return f.write_str("all"),
            _ => {}
        }
        let mut separator = "";
        for name in self.names() {
            write!(f, "{separator}{name}")?;
            separator = ",";
        }
        let unnamed = self.difference(Self::named_bits());
        if !unnamed.is_empty() {
            write!(f, "{separator}{:#x}", unnamed.0)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capabilities({self})")
    }
}

impl FromStr for Capabilities {
    type Err = CapabilityError;

    /// Reads names, hex numbers (`0x…`), `none` and `all` with commas or colons between them, as
    /// yubihsm-shell does.
    fn from_str(text: &str) -> Result<Self, CapabilityError> {
        text.split([',', ':']).map(|part| parse_one(part.trim())).collect()
    }
}

/// No capability has this name.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("no capability is called {name:?}")]
pub struct CapabilityError {
    /// The name.
    pub name: String,
}

impl Wire for Capabilities {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        u64::read(input).map(Self)
    }
}

fn parse_one(text: &str) -> Result<Capabilities, CapabilityError> {
    let unknown = || CapabilityError { name: text.to_owned() };
    match text {
        "none" => return Ok(Capabilities::NONE),
        "all" => return Ok(Capabilities::ALL),
        _ => {}
    }
    if let Some(digits) = text.strip_prefix("0x") {
        // `from_str_radix` takes a sign, which a set of bits does not have.
        let bits = u64::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'));
        return bits.map(Capabilities).ok_or_else(unknown);
    }
    let found = Capabilities::NAMED.iter().find(|(_, name)| *name == text);
    found.map(|(capability, _)| *capability).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_56_named_capabilities_one_for_each_bit_from_0() {
        for (bit, (capability, _)) in Capabilities::NAMED.iter().enumerate() {
            assert_eq!(capability.bits(), 1 << bit);
        }
        assert_eq!(Capabilities::NAMED.len(), 56);
    }

    #[test]
    fn text_and_bits_lead_to_each_other() {
        for set in [
            Capabilities::NONE,
            Capabilities::ALL,
            Capabilities::SIGN_ECDSA | Capabilities::SIGN_EDDSA,
            Capabilities::from_bits(0x00FF_FFFF_FFFF_FFFF),
            Capabilities::from_bits(1 << 63 | 1),
        ] {
            assert_eq!(set.to_string().parse(), Ok(set), "{set}");
        }
        let set = Capabilities::GET_OPAQUE | Capabilities::SIGN_EDDSA;
        assert_eq!(set.to_string(), "get-opaque,sign-eddsa");
        assert_eq!("sign-eddsa:get-opaque".parse(), Ok(set));
    }

    #[test]
    fn a_name_that_no_capability_has_is_refused() {
        for name in ["sign", "0x", "0x+1", ""] {
            let error = CapabilityError { name: name.to_owned() };
            assert_eq!(name.parse::<Capabilities>(), Err(error));
        }
    }

    #[test]
    fn a_set_contains_what_is_in_it_and_nothing_else() {
        let set = Capabilities::SIGN_ECDSA | Capabilities::SIGN_PSS;
        assert!(set.contains(Capabilities::SIGN_PSS));
        assert!(set.contains(Capabilities::NONE));
        assert!(!set.contains(Capabilities::SIGN_PSS | Capabilities::SIGN_PKCS));
        assert!(set.intersects(Capabilities::SIGN_PSS | Capabilities::SIGN_PKCS));
        assert_eq!(set.difference(Capabilities::SIGN_PSS), Capabilities::SIGN_ECDSA);
    }
}
