//! AES key wrap with padding (RFC 5649).

use aes::{Aes128, Aes192, Aes256};
use aes_kw::{AesKwp, KeyInit as _};
use yubihsm2::{AesKey, SecretBytes};
use zeroize::Zeroizing;

/// How many bytes are added at most: an initial value of 8 bytes and padding to a multiple of 8.
const OVERHEAD_LEN_BYTES_MAX: usize = 16;

/// Wraps bytes; `None` for none.
pub(in crate::device) fn wrap_key(key: &AesKey, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; bytes.len() + OVERHEAD_LEN_BYTES_MAX];
    let key = key.as_bytes();
    let wrapped = match key.len() {
        16 => AesKwp::<Aes128>::new_from_slice(key).ok()?.wrap_key(bytes, &mut out),
        24 => AesKwp::<Aes192>::new_from_slice(key).ok()?.wrap_key(bytes, &mut out),
        _ => AesKwp::<Aes256>::new_from_slice(key).ok()?.wrap_key(bytes, &mut out),
    };
    wrapped.ok().map(<[u8]>::to_vec)
}

/// Unwraps bytes; `None` where they do not verify.
pub(in crate::device) fn unwrap_key(key: &AesKey, wrapped: &[u8]) -> Option<SecretBytes> {
    let mut out = Zeroizing::new(vec![0; wrapped.len()]);
    let key = key.as_bytes();
    let bytes = match key.len() {
        16 => AesKwp::<Aes128>::new_from_slice(key).ok()?.unwrap_key(wrapped, &mut out),
        24 => AesKwp::<Aes192>::new_from_slice(key).ok()?.unwrap_key(wrapped, &mut out),
        _ => AesKwp::<Aes256>::new_from_slice(key).ok()?.unwrap_key(wrapped, &mut out),
    };
    bytes.ok().map(SecretBytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5649, section 6.
    #[test]
    fn seven_bytes_wrap_as_published() {
        let key = hex::decode("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8").unwrap();
        let key = AesKey::new(key).unwrap();
        let wrapped = wrap_key(&key, &hex::decode("466f7250617369").unwrap()).unwrap();
        assert_eq!(hex::encode(&wrapped), "afbeb0f07dfbf5419200f2ccb50bb24f");
        assert_eq!(unwrap_key(&key, &wrapped).unwrap().as_bytes(), b"ForPasi");
    }

    #[test]
    fn a_flipped_bit_does_not_unwrap() {
        let key = AesKey::new(vec![1; 32]).unwrap();
        let mut wrapped = wrap_key(&key, &[2; 48]).unwrap();
        wrapped[20] ^= 1;
        assert_eq!(unwrap_key(&key, &wrapped), None);
        assert_eq!(unwrap_key(&key, &[]), None);
    }
}
