//! PKCS #1 v1.5 padding (RFC 8017, 8.2 and 7.2).

use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _, ConstantTimeLess as _};

use super::digest::Hash;

/// Fewer bytes of padding are refused on both ways, as the standard asks.
const PADDING_LEN_BYTES_MIN: u32 = 8;

/// What is signed for a digest or for a whole DigestInfo; `None` where it does not fit.
///
/// A digest has 20, 32, 48 or 64 bytes. No DigestInfo of a known digest is as short as any of them but
/// that of SHA-1 (35 bytes), which has a length of its own.
pub(in crate::device) fn pad_digest(digest: &[u8], len_bytes: usize) -> Option<Vec<u8>> {
    let prefix = Hash::of_len(digest.len()).map(digest_info_prefix).unwrap_or_default();
    let info_len = prefix.len() + digest.len();
    let padding_len = len_bytes.checked_sub(3 + info_len)?;
    if digest.is_empty() || padding_len < PADDING_LEN_BYTES_MIN as usize {
        return None;
    }
    let padding = vec![0xFF; padding_len];
    Some([&[0, 1], padding.as_slice(), &[0], prefix, digest].concat())
}

/// The plaintext inside a decrypted block; `None` for any fault of the padding, without telling by time
/// which.
pub(in crate::device) fn strip_padding(block: &[u8]) -> Option<&[u8]> {
    let (header, rest) = block.split_first_chunk::<2>()?;
    let (mut padding_len, mut is_searching) = (0_u32, Choice::from(1));
    for (index, byte) in (0_u32..).zip(rest) {
        let is_end = byte.ct_eq(&0);
        padding_len.conditional_assign(&index, is_searching & is_end);
        is_searching &= !is_end;
    }
    let is_short = padding_len.ct_lt(&PADDING_LEN_BYTES_MIN);
    let is_sound = header.ct_eq(&[0, 2]) & !is_searching & !is_short;
    bool::from(is_sound).then(|| &rest[padding_len as usize + 1..])
}

/// The DER in front of a digest (RFC 8017, 9.2, note 1).
const fn digest_info_prefix(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha1 => &[
            0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04,
            0x14,
        ],
        Hash::Sha256 => &[
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ],
        Hash::Sha384 => &[
            0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x02, 0x05, 0x00, 0x04, 0x30,
        ],
        Hash::Sha512 => &[
            0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x03, 0x05, 0x00, 0x04, 0x40,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_wrapped_and_a_digest_info_is_not() {
        let padded = pad_digest(&[7; 32], 256).unwrap();
        assert_eq!(padded.len(), 256);
        let info = padded[256 - 51..].to_vec();
        assert_eq!(pad_digest(&info, 256), Some(padded));
    }

    #[test]
    fn what_leaves_less_than_eight_bytes_of_padding_is_refused() {
        assert!(pad_digest(&[7; 245], 256).is_some());
        assert_eq!(pad_digest(&[7; 246], 256), None);
        assert_eq!(pad_digest(&[], 256), None);
        let block = |padding: usize| [&[0, 2][..], &vec![0xC3; padding], &[0, 9, 9]].concat();
        assert_eq!(strip_padding(&block(8)), Some([9, 9].as_slice()));
        assert_eq!(strip_padding(&block(7)), None);
    }

    #[test]
    fn a_wrong_header_or_no_end_of_padding_is_refused() {
        let block = [&[0, 2][..], &[0xC3; 20], &[0], &[1; 8]].concat();
        assert!(strip_padding(&block).is_some());
        for (index, value) in [(0, 1), (1, 1)] {
            let mut damaged = block.clone();
            damaged[index] = value;
            assert_eq!(strip_padding(&damaged), None);
        }
        assert_eq!(strip_padding(&[&[0, 2][..], &[0xC3; 30]].concat()), None);
        assert_eq!(strip_padding(&[0]), None);
    }
}
