//! A chain as the firmware takes it apart, with the firmware's own idea of how long a serial is.

use sidewalk::{Curve, PublicKey, Serial, Signature, Smsn, verify_signature};

use super::sid_error::SidError;

/// Authorities above the device: DAK, product, manufacturer, Sidewalk, Amazon.
const AUTHORITIES: usize = 5;

/// Size of a plain serial in bytes.
const PLAIN_SERIAL_LEN: usize = 4;

/// How firmware tells the length of a serial.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SerialRule {
    /// From the bits that the public tools look at.
    Tools,
    /// From the first two bytes, big-endian: Nordic's code (`sid_on_dev_cert.c`), which takes some serials wrongly.
    Nordic,
}

impl SerialRule {
    fn len(self, rest: &[u8]) -> usize {
        match (self, rest) {
            (Self::Tools, _) => Serial::encoded_len_bytes(rest).unwrap_or(PLAIN_SERIAL_LEN),
            (Self::Nordic, [high, low, ..]) if high & 0x30 == 0x30 => {
                usize::from(low & 0x7F) + PLAIN_SERIAL_LEN
            }
            (Self::Nordic, _) => PLAIN_SERIAL_LEN,
        }
    }
}

/// One certificate: the SMSN or serial, the key, and the issuer's signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    pub(super) subject: Vec<u8>,
    pub(super) key: PublicKey,
    pub(super) signature: Signature,
}

/// A chain, device first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct DeviceChain {
    pub(super) entries: Vec<Entry>,
}

impl DeviceChain {
    /// The sizes that firmware takes, in bytes: serials of 4 bytes each, to five of 129.
    pub(super) const fn len_bounds(curve: Curve) -> (usize, usize) {
        match curve {
            Curve::Ed25519 => (628, 1253),
            Curve::P256r1 => (820, 1445),
        }
    }

    /// Takes six certificates; bytes behind them are ignored.
    pub(super) fn parse(curve: Curve, bytes: &[u8], rule: SerialRule) -> Result<Self, SidError> {
        let (len_min, len_max) = Self::len_bounds(curve);
        if !(len_min..=len_max).contains(&bytes.len()) {
            return Err(SidError::INVALID_ARGS);
        }
        let mut rest = bytes;
        let mut take = |len: usize| {
            let (taken, left) = rest.split_at_checked(len).ok_or(SidError::INVALID_ARGS)?;
            rest = left;
            Ok((taken, left))
        };
        let mut entries = Vec::with_capacity(1 + AUTHORITIES);
        let mut subject_len = Smsn::LEN_BYTES;
        for _ in 0..=AUTHORITIES {
            let (subject, _) = take(subject_len)?;
            let (key, _) = take(curve.public_key_len_bytes())?;
            let (signature, left) = take(Curve::SIGNATURE_LEN_BYTES)?;
            let key = PublicKey::from_bytes(curve, key).ok_or(SidError::INVALID_ARGS)?;
            let signature = signature.try_into().map_err(|_| SidError::INVALID_ARGS)?;
            let signature = Signature::from_bytes(signature);
            entries.push(Entry { subject: subject.to_vec(), key, signature });
            subject_len = rule.len(left);
        }
        Ok(Self { entries })
    }

    /// Whether every signature verifies under the next key, and the root's under its own. That the root is anybody's
    /// in particular is not asked.
    pub(super) fn is_consistent(&self) -> bool {
        (0..self.entries.len()).all(|index| {
            let entry = &self.entries[index];
            let issuer = self.entries.get(index + 1).unwrap_or(entry);
            let message = [entry.key.as_bytes(), &entry.subject].concat();
            verify_signature(&issuer.key, &message, &entry.signature).is_ok()
        })
    }
}
