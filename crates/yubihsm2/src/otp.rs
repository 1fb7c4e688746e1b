//! Yubico OTP: the secrets of one YubiKey under a key of the device, and the OTP itself.

use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    aes_key::{AesKey, CcmError, NONCE_LEN_BYTES},
    algorithm::Algorithm,
    secret::Secret,
    wire::{Reader, Wire, WireError, Writer, wire_struct},
};

wire_struct! {
    /// The secrets of one YubiKey: AES key and private id, 22 bytes.
    pub struct OtpSecrets {
        /// The AES key that OTPs are encrypted with.
        pub key: Secret<16>,
        /// The id inside every OTP.
        pub private_id: Secret<6>,
    }
}

wire_struct! {
    /// The secrets of one YubiKey, encrypted: 36 bytes.
    #[derive(Copy)]
    pub struct OtpAead {
        /// The middle of the nonce, fresh for everything that one key encrypts.
        pub nonce: [u8; 6],
        /// The secrets.
        pub ciphertext: [u8; 22],
        /// The MAC.
        pub mac: [u8; 8],
    }
}

/// An OTP AEAD key: an AES key and the front of its nonces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OtpAeadKey {
    nonce_id: [u8; 4],
    key: AesKey,
}

impl OtpAeadKey {
    /// A key with the nonce id as it was sent.
    pub const fn new(nonce_id: [u8; 4], key: AesKey) -> Self {
        Self { nonce_id, key }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self.key.as_bytes().len() {
            16 => Algorithm::AES128_YUBICO_OTP,
            24 => Algorithm::AES192_YUBICO_OTP,
            _ => Algorithm::AES256_YUBICO_OTP,
        }
    }

    /// Encrypts the secrets of one YubiKey.
    ///
    /// # Errors
    ///
    /// None in practice: 22 bytes are never too many.
    pub fn seal(&self, nonce: [u8; 6], secrets: &OtpSecrets) -> Result<OtpAead, CcmError> {
        let mut ciphertext = [0; 22];
        ciphertext.copy_from_slice(&secrets.to_bytes());
        let mac = self.key.seal_mac8(&self.whole_nonce(&nonce), &mut ciphertext)?;
        Ok(OtpAead { nonce, ciphertext, mac })
    }

    /// Decrypts the secrets of one YubiKey.
    ///
    /// # Errors
    ///
    /// [`CcmError::Mac`] for another key or damaged bytes.
    pub fn open(&self, aead: &OtpAead) -> Result<OtpSecrets, CcmError> {
        let nonce = self.whole_nonce(&aead.nonce);
        let bytes = self.key.open_mac8(&nonce, &aead.ciphertext, &aead.mac)?;
        OtpSecrets::from_bytes(&bytes).map_err(|_| CcmError::Mac)
    }

    /// `nonce id:4 ‖ nonce:6 ‖ 000000`.
    fn whole_nonce(&self, nonce: &[u8; 6]) -> [u8; NONCE_LEN_BYTES] {
        let mut whole = [0; NONCE_LEN_BYTES];
        whole[..4].copy_from_slice(&self.nonce_id);
        whole[4..10].copy_from_slice(nonce);
        whole
    }
}

/// What an OTP counts: 6 bytes, unlike everything else little-endian.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OtpCounters {
    /// How often the YubiKey was powered up.
    pub uses: u16,
    /// How many OTPs it has given since.
    pub session_uses: u8,
    /// The high byte of a 24-bit timer of 8 Hz.
    pub timestamp_high: u8,
    /// The low bytes of it.
    pub timestamp_low: u16,
}

impl Wire for OtpCounters {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.uses.to_le_bytes());
        out.bytes(&[self.session_uses, self.timestamp_high]);
        out.bytes(&self.timestamp_low.to_le_bytes());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            uses: u16::from_le_bytes(input.array()?),
            session_uses: Wire::read(input)?,
            timestamp_high: Wire::read(input)?,
            timestamp_low: u16::from_le_bytes(input.array()?),
        })
    }
}

/// An OTP before encryption: `id:6 ‖ uses:2 ‖ timestamp:3 ‖ session uses:1 ‖ random:2 ‖ CRC:2`,
/// little-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OtpBlock {
    /// The YubiKey's private id.
    pub private_id: Secret<6>,
    /// What it counts.
    pub counters: OtpCounters,
    /// Filler.
    pub random: [u8; 2],
}

impl OtpBlock {
    /// Reads a decrypted OTP.
    ///
    /// # Errors
    ///
    /// [`OtpError::Checksum`] for one of another YubiKey or a damaged one.
    pub fn decode(block: &[u8; 16]) -> Result<Self, OtpError> {
        if checksum(block) != CHECKSUM_RESIDUE {
            return Err(OtpError::Checksum);
        }
        let [a, b, c, d, e, f, u0, u1, t0, t1, t2, session_uses, r0, r1, ..] = *block;
        let counters = OtpCounters {
            uses: u16::from_le_bytes([u0, u1]),
            session_uses,
            timestamp_high: t2,
            timestamp_low: u16::from_le_bytes([t0, t1]),
        };
        Ok(Self { private_id: Secret::new([a, b, c, d, e, f]), counters, random: [r0, r1] })
    }

    /// The block, with its checksum.
    pub fn encode(&self) -> Zeroizing<[u8; 16]> {
        let mut block = Zeroizing::new([0; 16]);
        block[..6].copy_from_slice(self.private_id.as_bytes());
        block[6..8].copy_from_slice(&self.counters.uses.to_le_bytes());
        block[8..10].copy_from_slice(&self.counters.timestamp_low.to_le_bytes());
        block[10] = self.counters.timestamp_high;
        block[11] = self.counters.session_uses;
        block[12..14].copy_from_slice(&self.random);
        let checksum = !checksum(&block[..14]);
        block[14..].copy_from_slice(&checksum.to_le_bytes());
        block
    }

    /// Whether the OTP is of the YubiKey with these secrets.
    ///
    /// # Errors
    ///
    /// [`OtpError::PrivateId`] where it is not.
    pub fn check(&self, secrets: &OtpSecrets) -> Result<(), OtpError> {
        if self.private_id == secrets.private_id { Ok(()) } else { Err(OtpError::PrivateId) }
    }
}

/// Why a block is no OTP of the YubiKey. A device answers both with INVALID OTP.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum OtpError {
    /// The checksum is wrong.
    #[error("the OTP's checksum is wrong")]
    Checksum,
    /// The private id is another one.
    #[error("the OTP's private id is another one")]
    PrivateId,
}

/// What the checksum comes to over a block that ends in its own.
const CHECKSUM_RESIDUE: u16 = 0xF0B8;

/// CRC-16 with the reflected polynomial 8408, started at ffff.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0x8408 } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> OtpBlock {
        let counters =
            OtpCounters { uses: 0x0102, session_uses: 3, timestamp_high: 4, timestamp_low: 0x0506 };
        OtpBlock { private_id: Secret::new([9; 6]), counters, random: [7, 8] }
    }

    #[test]
    fn counters_are_little_endian() {
        assert_eq!(block().counters.to_bytes().as_bytes(), [0x02, 0x01, 3, 4, 0x06, 0x05]);
    }

    #[test]
    fn a_block_reads_back_and_any_flipped_bit_shows() {
        let encoded = block().encode();
        assert_eq!(OtpBlock::decode(&encoded), Ok(block()));
        for bit in 0..128 {
            let mut damaged = *encoded;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(OtpBlock::decode(&damaged), Err(OtpError::Checksum), "bit {bit}");
        }
    }

    /// The checksum of "123456789" is published with every catalogue of CRCs (CRC-16/MCRF4XX).
    #[test]
    fn the_checksum_has_the_published_check_value() {
        assert_eq!(checksum(b"123456789"), 0x6F91);
    }

    #[test]
    fn secrets_open_under_their_key_and_nonce_id_only() {
        let key = AesKey::new(vec![1; 24]).unwrap();
        let secrets = OtpSecrets { key: Secret::new([2; 16]), private_id: Secret::new([9; 6]) };
        let aead = OtpAeadKey::new([1, 2, 3, 4], key.clone()).seal([5; 6], &secrets).unwrap();
        assert_eq!(OtpAeadKey::new([1, 2, 3, 4], key.clone()).open(&aead), Ok(secrets.clone()));
        assert_eq!(OtpAeadKey::new([1, 2, 3, 5], key).open(&aead), Err(CcmError::Mac));
        assert_eq!(block().check(&secrets), Ok(()));
        let other = OtpSecrets { private_id: Secret::new([8; 6]), ..secrets };
        assert_eq!(block().check(&other), Err(OtpError::PrivateId));
    }
}
