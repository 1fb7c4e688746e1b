//! RSASSA-PSS encoding (RFC 8017, 9.1.1).

use super::digest::Hash;

/// What is signed for a digest with this salt; `None` where it does not fit. The modulus has its first bit
/// set, so that the block is one bit shorter than `len_bytes`.
pub(in crate::device) fn pss_encode(
    digest: &[u8],
    mgf1: Hash,
    salt: &[u8],
    len_bytes: usize,
) -> Option<Vec<u8>> {
    let hash = Hash::of_len(digest.len())?;
    let masked_len = len_bytes.checked_sub(digest.len() + 1)?;
    let zeros_len = masked_len.checked_sub(salt.len() + 1)?;
    let hashed = hash.of(&[&[0; 8], digest, salt]);
    let mut block = [&vec![0; zeros_len], &[1][..], salt].concat();
    mgf1.mask(&hashed, &mut block);
    if let Some(first) = block.first_mut() {
        *first &= 0x7F;
    }
    block.extend_from_slice(&hashed);
    block.push(0xBC);
    Some(block)
}
