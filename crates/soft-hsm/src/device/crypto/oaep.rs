//! RSAES-OAEP (RFC 8017, 7.1), with the label given as its digest.

use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use yubihsm2::SecretBytes;
use zeroize::Zeroizing;

use super::digest::Hash;
use crate::randomness::Randomness;

/// The parameters. The label digest's length chooses the digest.
#[derive(Clone, Copy, Debug)]
pub(in crate::device) struct Oaep<'a> {
    hash: Hash,
    mgf1: Hash,
    label_digest: &'a [u8],
}

impl<'a> Oaep<'a> {
    /// `None` where no digest has the label digest's length.
    pub(in crate::device) fn new(mgf1: Hash, label_digest: &'a [u8]) -> Option<Self> {
        Some(Self { hash: Hash::of_len(label_digest.len())?, mgf1, label_digest })
    }

    /// The block to encrypt; `None` where the message does not fit.
    pub(in crate::device) fn pad(
        self,
        message: &[u8],
        len_bytes: usize,
        random: &mut dyn Randomness,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let hash_len = self.hash.len_bytes();
        let message_offset = len_bytes.checked_sub(message.len())?;
        let mark_offset = message_offset.checked_sub(1)?;
        let mut block = Zeroizing::new(vec![0; len_bytes]);
        if mark_offset < 1 + 2 * hash_len {
            return None;
        }
        block[message_offset..].copy_from_slice(message);
        block[mark_offset] = 1;
        let (seed, data) = block[1..].split_at_mut(hash_len);
        data[..hash_len].copy_from_slice(self.label_digest);
        random.fill(seed);
        self.mgf1.mask(seed, data);
        self.mgf1.mask(data, seed);
        Some(block)
    }

    /// The message inside a decrypted block; `None` for any fault, without telling by time which.
    pub(in crate::device) fn strip(self, block: &[u8]) -> Option<SecretBytes> {
        let hash_len = self.hash.len_bytes();
        if block.len() < 2 * hash_len + 2 {
            return None;
        }
        let mut block = Zeroizing::new(block.to_vec());
        let is_zero = block[0].ct_eq(&0);
        let (seed, data) = block[1..].split_at_mut(hash_len);
        self.mgf1.mask(data, seed);
        self.mgf1.mask(seed, data);
        let is_label = data[..hash_len].ct_eq(self.label_digest);
        let rest = &data[hash_len..];
        let (mut mark, mut is_searching, mut is_fault) = (0_u32, Choice::from(1), Choice::from(0));
        for (index, byte) in (0_u32..).zip(rest) {
            let is_mark = byte.ct_eq(&1);
            mark.conditional_assign(&index, is_searching & is_mark);
            is_fault |= is_searching & !is_mark & !byte.ct_eq(&0);
            is_searching &= !is_mark;
        }
        let is_sound = is_zero & is_label & !is_fault & !is_searching;
        bool::from(is_sound).then(|| SecretBytes::from(&rest[mark as usize + 1..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::SeededRandomness;

    #[test]
    fn what_was_padded_is_stripped_with_its_leading_zeros() {
        let label = Hash::Sha256.of(&[]);
        let oaep = Oaep::new(Hash::Sha1, &label).unwrap();
        let random = &mut SeededRandomness::from_number(1);
        for message in [&[][..], &[0, 0, 1, 2], &[9; 190]] {
            let block = oaep.pad(message, 256, random).unwrap();
            assert_eq!(oaep.strip(&block).unwrap().as_bytes(), message);
        }
        assert!(oaep.pad(&[9; 191], 256, random).is_none());
    }

    #[test]
    fn any_other_parameter_or_bit_is_refused() {
        let (label, other) = (Hash::Sha256.of(&[]), Hash::Sha256.of(&[b"x"]));
        let oaep = Oaep::new(Hash::Sha256, &label).unwrap();
        let block = oaep.pad(b"key", 256, &mut SeededRandomness::from_number(1)).unwrap();
        assert!(Oaep::new(Hash::Sha256, &other).unwrap().strip(&block).is_none());
        assert!(Oaep::new(Hash::Sha1, &label).unwrap().strip(&block).is_none());
        for index in [0, 1, 40, 100] {
            let mut damaged = block.clone();
            damaged[index] ^= 1;
            assert!(oaep.strip(&damaged).is_none(), "byte {index}");
        }
        assert!(oaep.strip(&[0; 65]).is_none());
        assert!(Oaep::new(Hash::Sha1, &[0; 21]).is_none());
    }
}
