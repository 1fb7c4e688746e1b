//! Algorithm numbers and the sizes that go with them.

use crate::{code::codes, firmware::FirmwareVersion, object::ObjectType};

codes! {
    /// An algorithm as it is numbered on the wire.
    ///
    /// The numbers are those of libyubihsm and python-yubihsm 3.1.2; the vendor's web table of 2025
    /// shifts the elliptic curves.
    pub struct Algorithm: "algorithm" {
        RSA_PKCS1_SHA1 = 1, "rsa-pkcs1-sha1";
        RSA_PKCS1_SHA256 = 2, "rsa-pkcs1-sha256";
        RSA_PKCS1_SHA384 = 3, "rsa-pkcs1-sha384";
        RSA_PKCS1_SHA512 = 4, "rsa-pkcs1-sha512";
        RSA_PSS_SHA1 = 5, "rsa-pss-sha1";
        RSA_PSS_SHA256 = 6, "rsa-pss-sha256";
        RSA_PSS_SHA384 = 7, "rsa-pss-sha384";
        RSA_PSS_SHA512 = 8, "rsa-pss-sha512";
        RSA_2048 = 9, "rsa2048";
        RSA_3072 = 10, "rsa3072";
        RSA_4096 = 11, "rsa4096";
        EC_P256 = 12, "ecp256";
        EC_P384 = 13, "ecp384";
        EC_P521 = 14, "ecp521";
        EC_K256 = 15, "eck256";
        EC_BP256 = 16, "ecbp256";
        EC_BP384 = 17, "ecbp384";
        EC_BP512 = 18, "ecbp512";
        HMAC_SHA1 = 19, "hmac-sha1";
        HMAC_SHA256 = 20, "hmac-sha256";
        HMAC_SHA384 = 21, "hmac-sha384";
        HMAC_SHA512 = 22, "hmac-sha512";
        ECDSA_SHA1 = 23, "ecdsa-sha1";
        ECDH = 24, "ecdh";
        RSA_OAEP_SHA1 = 25, "rsa-oaep-sha1";
        RSA_OAEP_SHA256 = 26, "rsa-oaep-sha256";
        RSA_OAEP_SHA384 = 27, "rsa-oaep-sha384";
        RSA_OAEP_SHA512 = 28, "rsa-oaep-sha512";
        AES128_CCM_WRAP = 29, "aes128-ccm-wrap";
        OPAQUE_DATA = 30, "opaque-data";
        OPAQUE_X509_CERTIFICATE = 31, "opaque-x509-certificate";
        MGF1_SHA1 = 32, "mgf1-sha1";
        MGF1_SHA256 = 33, "mgf1-sha256";
        MGF1_SHA384 = 34, "mgf1-sha384";
        MGF1_SHA512 = 35, "mgf1-sha512";
        TEMPLATE_SSH = 36, "template-ssh";
        AES128_YUBICO_OTP = 37, "aes128-yubico-otp";
        AES128_YUBICO_AUTHENTICATION = 38, "aes128-yubico-authentication";
        AES192_YUBICO_OTP = 39, "aes192-yubico-otp";
        AES256_YUBICO_OTP = 40, "aes256-yubico-otp";
        AES192_CCM_WRAP = 41, "aes192-ccm-wrap";
        AES256_CCM_WRAP = 42, "aes256-ccm-wrap";
        ECDSA_SHA256 = 43, "ecdsa-sha256";
        ECDSA_SHA384 = 44, "ecdsa-sha384";
        ECDSA_SHA512 = 45, "ecdsa-sha512";
        ED25519 = 46, "ed25519";
        EC_P224 = 47, "ecp224";
        RSA_PKCS1_DECRYPT = 48, "rsa-pkcs1-decrypt";
        EC_P256_YUBICO_AUTHENTICATION = 49, "ecp256-yubico-authentication";
        AES128 = 50, "aes128";
        AES192 = 51, "aes192";
        AES256 = 52, "aes256";
        AES_ECB = 53, "aes-ecb";
        AES_CBC = 54, "aes-cbc";
        AES_KWP = 55, "aes-kwp";
    }
}

impl Algorithm {
    /// The RSA key sizes.
    pub const RSA_KEYS: &'static [Self] = &[Self::RSA_2048, Self::RSA_3072, Self::RSA_4096];

    /// The curves that sign with ECDSA and derive with ECDH.
    pub const EC_KEYS: &'static [Self] = &[
        Self::EC_P224,
        Self::EC_P256,
        Self::EC_P384,
        Self::EC_P521,
        Self::EC_K256,
        Self::EC_BP256,
        Self::EC_BP384,
        Self::EC_BP512,
    ];

    /// Whether an object of this type can have this algorithm.
    pub fn suits(self, object_type: ObjectType) -> bool {
        object_type.algorithms().contains(&self)
    }

    /// Whether firmware of this version knows the algorithm.
    pub fn is_in(self, version: FirmwareVersion) -> bool {
        match self {
            Self::RSA_PKCS1_DECRYPT => version >= FirmwareVersion::V2_2_0,
            Self(49..=54) => version >= FirmwareVersion::V2_3_1,
            Self::AES_KWP => version >= FirmwareVersion::V2_4_0,
            _ => self.name().is_some(),
        }
    }

    /// The size of the algorithm's key in bytes: the modulus for RSA, one coordinate for curves, the
    /// seed for Ed25519, both halves of an authentication key, and the longest key for HMAC.
    pub const fn key_len_bytes(self) -> Option<usize> {
        match self {
            Self::RSA_2048 => Some(256),
            Self::RSA_3072 => Some(384),
            Self::RSA_4096 => Some(512),
            Self::EC_P224 => Some(28),
            Self::EC_P256 | Self::EC_K256 | Self::EC_BP256 | Self::ED25519 => Some(32),
            Self::EC_P384 | Self::EC_BP384 => Some(48),
            Self::EC_P521 => Some(66),
            Self::EC_BP512 => Some(64),
            Self::HMAC_SHA1 | Self::HMAC_SHA256 => Some(64),
            Self::HMAC_SHA384 | Self::HMAC_SHA512 => Some(128),
            Self::AES128 | Self::AES128_CCM_WRAP | Self::AES128_YUBICO_OTP => Some(16),
            Self::AES192 | Self::AES192_CCM_WRAP | Self::AES192_YUBICO_OTP => Some(24),
            Self::AES256 | Self::AES256_CCM_WRAP | Self::AES256_YUBICO_OTP => Some(32),
            Self::AES128_YUBICO_AUTHENTICATION => Some(32),
            Self::EC_P256_YUBICO_AUTHENTICATION => Some(64),
            _ => None,
        }
    }

    /// The size in bytes of the digest inside the algorithm: 20, 32, 48 or 64.
    pub const fn digest_len_bytes(self) -> Option<usize> {
        match self {
            Self::RSA_PKCS1_SHA1
            | Self::RSA_PSS_SHA1
            | Self::RSA_OAEP_SHA1
            | Self::MGF1_SHA1
            | Self::HMAC_SHA1
            | Self::ECDSA_SHA1 => Some(20),
            Self::RSA_PKCS1_SHA256
            | Self::RSA_PSS_SHA256
            | Self::RSA_OAEP_SHA256
            | Self::MGF1_SHA256
            | Self::HMAC_SHA256
            | Self::ECDSA_SHA256 => Some(32),
            Self::RSA_PKCS1_SHA384
            | Self::RSA_PSS_SHA384
            | Self::RSA_OAEP_SHA384
            | Self::MGF1_SHA384
            | Self::HMAC_SHA384
            | Self::ECDSA_SHA384 => Some(48),
            Self::RSA_PKCS1_SHA512
            | Self::RSA_PSS_SHA512
            | Self::RSA_OAEP_SHA512
            | Self::MGF1_SHA512
            | Self::HMAC_SHA512
            | Self::ECDSA_SHA512 => Some(64),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithms_are_numbered_from_1_to_55_without_gaps() {
        let numbers: Vec<u8> = Algorithm::ALL.iter().map(|algorithm| algorithm.0).collect();
        assert_eq!(numbers, (1..=55).collect::<Vec<u8>>());
    }

    #[test]
    fn names_and_numbers_of_algorithms_lead_to_each_other() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.name().and_then(Algorithm::from_name), Some(*algorithm));
        }
        assert_eq!(Algorithm(56).to_string(), "algorithm 0x38");
    }

    #[test]
    fn algorithms_arrive_with_their_firmware() {
        let before = FirmwareVersion::new(2, 1, 0);
        assert!(!Algorithm::RSA_PKCS1_DECRYPT.is_in(before));
        assert!(Algorithm::RSA_PKCS1_DECRYPT.is_in(FirmwareVersion::V2_2_0));
        assert!(!Algorithm::AES_CBC.is_in(FirmwareVersion::V2_2_0));
        assert!(Algorithm::AES_CBC.is_in(FirmwareVersion::V2_3_1));
        assert!(!Algorithm::AES_KWP.is_in(FirmwareVersion::V2_3_1));
        assert!(Algorithm::AES_KWP.is_in(FirmwareVersion::V2_4_1));
        assert!(!Algorithm(56).is_in(FirmwareVersion::V2_5_0));
    }
}
