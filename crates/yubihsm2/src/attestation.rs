//! What an attestation certificate says about a key, and under which names.
//!
//! The certificate's subject is [`common_name`] of the attested key; its issuer and both dates are those
//! of the attesting certificate (the opaque object with the attester's id); its serial is 16 random bytes.
//! It is signed with SHA-256 under RSA PKCS #1 v1.5 or ECDSA. No extension is critical.

use crate::object::ObjectId;

/// The arc that all extensions are under: 1.3.6.1.4.1.41482.4 (Yubico).
pub const ARC: [u32; 8] = [1, 3, 6, 1, 4, 1, 41_482, 4];

/// The content of [`ARC`] as an object identifier in DER; one more byte makes an [`Extension`]'s.
pub const ARC_DER: [u8; 9] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0xC4, 0x0A, 0x04];

/// How many random bytes make a certificate's serial number.
pub const SERIAL_LEN_BYTES: usize = 16;

/// An extension of an attestation certificate: its number under [`ARC`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extension {
    /// OCTET STRING of 3 bytes: the firmware's version.
    Firmware = 1,
    /// INTEGER: the device's serial number.
    Serial = 2,
    /// BIT STRING of 1 byte: the key's origin.
    Origin = 3,
    /// BIT STRING of 2 bytes: the key's domains.
    Domains = 4,
    /// BIT STRING of 8 bytes: the key's capabilities.
    Capabilities = 5,
    /// INTEGER: the key's id.
    ObjectId = 6,
    /// UTF8String: the key's label, cut at the first zero.
    Label = 9,
}

impl Extension {
    /// Every extension that a device without FIPS writes, in order.
    pub const ALL: [Self; 7] = [
        Self::Firmware,
        Self::Serial,
        Self::Origin,
        Self::Domains,
        Self::Capabilities,
        Self::ObjectId,
        Self::Label,
    ];

    /// The content of the extension's object identifier in DER.
    pub const fn oid_der(self) -> [u8; 10] {
        let [a, b, c, d, e, f, g, h, i] = ARC_DER;
        [a, b, c, d, e, f, g, h, i, self as u8]
    }
}

/// The common name of an attested key.
pub fn common_name(key: ObjectId) -> String {
    format!("YubiHSM Attestation id:0x{:04x}", key.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_name_carries_four_hex_digits() {
        assert_eq!(common_name(ObjectId(0x2F)), "YubiHSM Attestation id:0x002f");
    }

    #[test]
    fn the_arc_in_der_is_the_arc() {
        let mut der = vec![40 * ARC[0] as u8 + ARC[1] as u8];
        for arc in &ARC[2..] {
            let mut digits = vec![(arc & 0x7F) as u8];
            let mut rest = arc >> 7;
            while rest > 0 {
                digits.push((rest & 0x7F) as u8 | 0x80);
                rest >>= 7;
            }
            der.extend(digits.iter().rev());
        }
        assert_eq!(der, ARC_DER);
        assert_eq!(Extension::Label.oid_der()[9], 9);
    }
}
