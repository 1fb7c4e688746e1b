//! Objects: how they are named, typed, described and measured.

use std::{fmt, num::ParseIntError, str::FromStr};

use thiserror::Error;

use crate::{
    algorithm::Algorithm,
    capability::Capabilities,
    code::codes,
    domain::Domains,
    label::Label,
    wire::{Reader, Wire, WireError, Writer, wire_list, wire_struct},
};

/// An object's number. Objects are named by type and id together.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectId(pub u16);

impl ObjectId {
    /// In a create command: the device picks a free id. In a read: the device's internal object.
    pub const ANY: Self = Self(0);

    /// Internal; creating it is refused with INVALID ID.
    pub const RESERVED: Self = Self(0xFFFF);

    /// The authentication key of a factory-fresh device.
    pub const DEFAULT_AUTHENTICATION_KEY: Self = Self(1);

    /// What the audit log says where a command uses no object.
    pub const UNUSED: Self = Self(0xFFFF);

    /// The built-in attestation certificate (type opaque; readable, never listed) and the key that it
    /// certifies (type asymmetric key).
    pub const ATTESTATION: Self = Self(0);
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#06x}", self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl FromStr for ObjectId {
    type Err = ParseIntError;

    /// Reads a number from 0 to 65535, hexadecimal after `0x`.
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        match text.strip_prefix("0x") {
            Some(digits) => u16::from_str_radix(digits, 16).map(Self),
            None => text.parse().map(Self),
        }
    }
}

impl Wire for ObjectId {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        u16::read(input).map(Self)
    }
}

codes! {
    /// What kind of object.
    pub struct ObjectType: "object type" {
        OPAQUE = 1, "opaque";
        AUTHENTICATION_KEY = 2, "authentication-key";
        ASYMMETRIC_KEY = 3, "asymmetric-key";
        WRAP_KEY = 4, "wrap-key";
        HMAC_KEY = 5, "hmac-key";
        TEMPLATE = 6, "template";
        OTP_AEAD_KEY = 7, "otp-aead-key";
        SYMMETRIC_KEY = 8, "symmetric-key";
        PUBLIC_WRAP_KEY = 9, "public-wrap-key";
    }
}

impl ObjectType {
    /// What a session must hold to delete an object of this type; `None` for types that are not known.
    pub const fn delete_capability(self) -> Option<Capabilities> {
        match self {
            Self::OPAQUE => Some(Capabilities::DELETE_OPAQUE),
            Self::AUTHENTICATION_KEY => Some(Capabilities::DELETE_AUTHENTICATION_KEY),
            Self::ASYMMETRIC_KEY => Some(Capabilities::DELETE_ASYMMETRIC_KEY),
            Self::WRAP_KEY => Some(Capabilities::DELETE_WRAP_KEY),
            Self::HMAC_KEY => Some(Capabilities::DELETE_HMAC_KEY),
            Self::TEMPLATE => Some(Capabilities::DELETE_TEMPLATE),
            Self::OTP_AEAD_KEY => Some(Capabilities::DELETE_OTP_AEAD_KEY),
            Self::SYMMETRIC_KEY => Some(Capabilities::DELETE_SYMMETRIC_KEY),
            Self::PUBLIC_WRAP_KEY => Some(Capabilities::DELETE_PUBLIC_WRAP_KEY),
            _ => None,
        }
    }

    /// The algorithms that objects of this type can have.
    pub const fn algorithms(self) -> &'static [Algorithm] {
        match self {
            Self::OPAQUE => &[Algorithm::OPAQUE_DATA, Algorithm::OPAQUE_X509_CERTIFICATE],
            Self::AUTHENTICATION_KEY => {
                &[Algorithm::AES128_YUBICO_AUTHENTICATION, Algorithm::EC_P256_YUBICO_AUTHENTICATION]
            }
            Self::ASYMMETRIC_KEY => &[
                Algorithm::RSA_2048,
                Algorithm::RSA_3072,
                Algorithm::RSA_4096,
                Algorithm::EC_P224,
                Algorithm::EC_P256,
                Algorithm::EC_P384,
                Algorithm::EC_P521,
                Algorithm::EC_K256,
                Algorithm::EC_BP256,
                Algorithm::EC_BP384,
                Algorithm::EC_BP512,
                Algorithm::ED25519,
            ],
            Self::WRAP_KEY => &[
                Algorithm::AES128_CCM_WRAP,
                Algorithm::AES192_CCM_WRAP,
                Algorithm::AES256_CCM_WRAP,
                Algorithm::RSA_2048,
                Algorithm::RSA_3072,
                Algorithm::RSA_4096,
            ],
            Self::HMAC_KEY => &[
                Algorithm::HMAC_SHA1,
                Algorithm::HMAC_SHA256,
                Algorithm::HMAC_SHA384,
                Algorithm::HMAC_SHA512,
            ],
            Self::TEMPLATE => &[Algorithm::TEMPLATE_SSH],
            Self::OTP_AEAD_KEY => &[
                Algorithm::AES128_YUBICO_OTP,
                Algorithm::AES192_YUBICO_OTP,
                Algorithm::AES256_YUBICO_OTP,
            ],
            Self::SYMMETRIC_KEY => &[Algorithm::AES128, Algorithm::AES192, Algorithm::AES256],
            Self::PUBLIC_WRAP_KEY => Algorithm::RSA_KEYS,
            _ => &[],
        }
    }

    /// The `length` that object info reports for a key of this type and algorithm, in bytes, as measured
    /// on firmware 2.5.0. `None` where the data has a length of its own (opaque, template) and for pairs
    /// that cannot be.
    pub fn stored_len_bytes(self, algorithm: Algorithm) -> Option<u16> {
        if !algorithm.suits(self) {
            return None;
        }
        let key = u16::try_from(algorithm.key_len_bytes()?).ok()?;
        let is_rsa = Algorithm::RSA_KEYS.contains(&algorithm);
        Some(match self {
            // Delegated capabilities stand in front of keys that have them.
            Self::AUTHENTICATION_KEY | Self::PUBLIC_WRAP_KEY => DELEGATED_LEN_BYTES + key,
            Self::WRAP_KEY if is_rsa => DELEGATED_LEN_BYTES + rsa_stored_len_bytes(key),
            Self::WRAP_KEY => DELEGATED_LEN_BYTES + key,
            Self::ASYMMETRIC_KEY if is_rsa => rsa_stored_len_bytes(key),
            // Scalar, prefix, public key and seed.
            Self::ASYMMETRIC_KEY if algorithm == Algorithm::ED25519 => 4 * key,
            // Private key and both coordinates.
            Self::ASYMMETRIC_KEY => 3 * key,
            // The inner and the outer pad.
            Self::HMAC_KEY => 2 * key,
            // The nonce id stands beside the key.
            Self::OTP_AEAD_KEY => 4 + key,
            _ => key,
        })
    }
}

/// Size of delegated capabilities in bytes.
const DELEGATED_LEN_BYTES: u16 = 8;

/// p, q, dp, dq and qinv of half the modulus each, and the modulus.
const fn rsa_stored_len_bytes(modulus: u16) -> u16 {
    modulus / 2 * 7
}

/// How an object came to be: 1 byte of bits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Origin(pub u8);

impl Origin {
    /// The device made it.
    pub const GENERATED: Self = Self(0x01);
    /// It was put as plain bytes.
    pub const IMPORTED: Self = Self(0x02);
    /// Set beside one of the others: it has travelled under a wrap key.
    pub const IMPORTED_WRAPPED: Self = Self(0x10);

    /// The origin after an import under a wrap key.
    pub const fn after_wrapped_import(self) -> Self {
        Self(self.0 | Self::IMPORTED_WRAPPED.0)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 & !Self::IMPORTED_WRAPPED.0 {
            0x01 => "generated",
            0x02 => "imported",
            _ => return write!(f, "origin {:#04x}", self.0),
        })?;
        if self.0 & Self::IMPORTED_WRAPPED.0 != 0 {
            f.write_str(":imported_wrapped")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

impl Wire for Origin {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        u8::read(input).map(Self)
    }
}

wire_struct! {
    /// What names an object: `id:2 ‖ type:1`.
    #[derive(Copy, Hash)]
    pub struct ObjectHandle {
        /// The id.
        pub id: ObjectId,
        /// The type.
        pub object_type: ObjectType,
    }
}

impl fmt::Display for ObjectHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.object_type, self.id)
    }
}

wire_struct! {
    /// One object in a listing: 4 bytes.
    #[derive(Copy)]
    pub struct ObjectEntry {
        /// The id.
        pub id: ObjectId,
        /// The type.
        pub object_type: ObjectType,
        /// How often this type and id was written before; wraps. A cache is stale once it differs.
        pub sequence: u8,
    }
}

wire_struct! {
    /// What a device tells of an object: 66 bytes.
    #[derive(Copy)]
    pub struct ObjectInfo {
        /// What it may be used for.
        pub capabilities: Capabilities,
        /// The id.
        pub id: ObjectId,
        /// The stored size in bytes: see [`ObjectType::stored_len_bytes`].
        pub len_bytes: u16,
        /// The domains that it is in.
        pub domains: Domains,
        /// The type.
        pub object_type: ObjectType,
        /// The algorithm.
        pub algorithm: Algorithm,
        /// How often this type and id was written before; wraps.
        pub sequence: u8,
        /// How it came to be.
        pub origin: Origin,
        /// The label.
        pub label: Label,
        /// What it may hand on: of authentication and wrap keys, zero otherwise.
        pub delegated: Capabilities,
    }
}

wire_struct! {
    /// What a new object is given: `id:2 ‖ label:40 ‖ domains:2 ‖ capabilities:8 ‖ algorithm:1`, 53 bytes.
    #[derive(Copy)]
    pub struct NewObject {
        /// The id, or [`ObjectId::ANY`] for one that the device picks.
        pub id: ObjectId,
        /// The label.
        pub label: Label,
        /// The domains.
        pub domains: Domains,
        /// What it may be used for.
        pub capabilities: Capabilities,
        /// The algorithm.
        pub algorithm: Algorithm,
    }
}

wire_struct! {
    /// What a new object is given that can hand rights on: [`NewObject`] and 8 bytes more, 61 bytes.
    #[derive(Copy)]
    pub struct NewDelegatingObject {
        /// What every object is given.
        pub object: NewObject,
        /// What it may hand on.
        pub delegated: Capabilities,
    }
}

/// A condition on the objects of a listing. Conditions are ANDed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListFilter {
    /// Objects with this id.
    Id(ObjectId),
    /// Objects of this type.
    Type(ObjectType),
    /// Objects in any of these domains.
    Domains(Domains),
    /// Objects with any of these capabilities.
    Capabilities(Capabilities),
    /// Objects of this algorithm.
    Algorithm(Algorithm),
    /// Objects with this label.
    Label(Label),
}

impl ListFilter {
    /// Whether an object meets the condition.
    pub fn admits(&self, object: &ObjectInfo) -> bool {
        match *self {
            Self::Id(id) => object.id == id,
            Self::Type(object_type) => object.object_type == object_type,
            Self::Domains(domains) => object.domains.intersects(domains),
            Self::Capabilities(capabilities) => object.capabilities.intersects(capabilities),
            Self::Algorithm(algorithm) => object.algorithm == algorithm,
            Self::Label(label) => object.label == label,
        }
    }
}

/// A tag byte and the value.
impl Wire for ListFilter {
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Id(id) => (1_u8, id.0).write(out),
            Self::Type(object_type) => (2_u8, object_type.0).write(out),
            Self::Domains(domains) => (3_u8, domains.bits()).write(out),
            Self::Capabilities(capabilities) => (4_u8, capabilities.bits()).write(out),
            Self::Algorithm(algorithm) => (5_u8, algorithm.0).write(out),
            Self::Label(label) => (6_u8, *label).write(out),
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let offset = input.offset();
        match u8::read(input)? {
            1 => Wire::read(input).map(Self::Id),
            2 => Wire::read(input).map(Self::Type),
            3 => Wire::read(input).map(Self::Domains),
            4 => Wire::read(input).map(Self::Capabilities),
            5 => Wire::read(input).map(Self::Algorithm),
            6 => Wire::read(input).map(Self::Label),
            _ => Err(WireError::Value { field: "list filter", offset }),
        }
    }
}

wire_list!(ObjectEntry, ListFilter, Algorithm);

/// The text is no known object type.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("no object type is called {name:?}")]
pub struct ObjectTypeError {
    /// The text.
    pub name: String,
}

impl FromStr for ObjectType {
    type Err = ObjectTypeError;

    fn from_str(text: &str) -> Result<Self, ObjectTypeError> {
        Self::from_name(text).ok_or_else(|| ObjectTypeError { name: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(object_type: ObjectType, algorithms: &[u8]) -> Vec<Option<u16>> {
        let algorithms = algorithms.iter().map(|number| Algorithm(*number));
        algorithms.map(|algorithm| object_type.stored_len_bytes(algorithm)).collect()
    }

    #[test]
    fn authentication_keys_report_40_and_72_bytes() {
        let found = lengths(ObjectType::AUTHENTICATION_KEY, &[38, 49]);
        assert_eq!(found, [Some(40), Some(72)]);
    }

    #[test]
    fn rsa_keys_report_seven_halves_of_the_modulus() {
        let found = lengths(ObjectType::ASYMMETRIC_KEY, &[9, 10, 11]);
        assert_eq!(found, [Some(896), Some(1344), Some(1792)]);
        let found = lengths(ObjectType::WRAP_KEY, &[9, 10, 11]);
        assert_eq!(found, [Some(904), Some(1352), Some(1800)]);
        let found = lengths(ObjectType::PUBLIC_WRAP_KEY, &[9, 10, 11]);
        assert_eq!(found, [Some(264), Some(392), Some(520)]);
    }

    #[test]
    fn curve_keys_report_three_coordinates() {
        let found = lengths(ObjectType::ASYMMETRIC_KEY, &[47, 12, 15, 16, 13, 17, 14, 18, 46]);
        let expected = [84, 96, 96, 96, 144, 144, 198, 192, 128].map(Some);
        assert_eq!(found, expected);
    }

    #[test]
    fn hmac_keys_report_two_blocks() {
        let found = lengths(ObjectType::HMAC_KEY, &[19, 20, 21, 22]);
        assert_eq!(found, [128, 128, 256, 256].map(Some));
    }

    #[test]
    fn symmetric_wrap_and_otp_keys_report_what_is_stored() {
        assert_eq!(lengths(ObjectType::SYMMETRIC_KEY, &[50, 51, 52]), [16, 24, 32].map(Some));
        assert_eq!(lengths(ObjectType::WRAP_KEY, &[29, 41, 42]), [24, 32, 40].map(Some));
        assert_eq!(lengths(ObjectType::OTP_AEAD_KEY, &[37, 39, 40]), [20, 28, 36].map(Some));
    }

    #[test]
    fn opaque_data_has_a_length_of_its_own() {
        assert_eq!(lengths(ObjectType::OPAQUE, &[30, 31, 12]), [None, None, None]);
    }

    #[test]
    fn origins_read_as_words() {
        assert_eq!(Origin::GENERATED.to_string(), "generated");
        let travelled = Origin::IMPORTED.after_wrapped_import();
        assert_eq!(
            (travelled.0, travelled.to_string()),
            (0x12, "imported:imported_wrapped".into())
        );
        assert_eq!(Origin(0x04).to_string(), "origin 0x04");
    }

    #[test]
    fn ids_read_as_decimal_and_hexadecimal() {
        assert_eq!("16".parse(), Ok(ObjectId(16)));
        assert_eq!(ObjectId(16).to_string().parse(), Ok(ObjectId(16)));
        assert!("65536".parse::<ObjectId>().is_err());
    }
}
