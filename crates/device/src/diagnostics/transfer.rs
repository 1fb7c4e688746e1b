//! Base64 that comes in fragments, cut anywhere.

use zeroize::Zeroizing;

use super::sid_error::SidError;

/// The longest fragment in characters, which `cert init` announces as `BASE64_MTU`.
pub(super) const FRAGMENT_LEN_CHARS_MAX: usize = 32;

/// A transfer that has begun.
#[derive(Debug)]
pub(super) struct Transfer {
    text: Zeroizing<Vec<u8>>,
    len_chars_max: usize,
}

impl Transfer {
    /// Takes at most the text of so many bytes.
    pub(super) fn new(len_bytes_max: usize) -> Self {
        let len_chars_max = len_bytes_max.div_ceil(3) * 4;
        Self { text: Zeroizing::new(Vec::with_capacity(len_chars_max)), len_chars_max }
    }

    /// Takes one fragment. After an error of its content the transfer must be given up.
    pub(super) fn write(&mut self, fragment: &str) -> Result<(), SidError> {
        let is_ended = self.text.ends_with(b"=");
        let fits = self.text.len() + fragment.len() <= self.len_chars_max;
        let is_base64 = fragment.bytes().all(|byte| {
            (byte.is_ascii_alphanumeric() && !is_ended) || matches!(byte, b'+' | b'/' | b'=')
        });
        if !fits || !is_base64 {
            return Err(SidError::INVALID_ARGS);
        }
        self.text.extend_from_slice(fragment.as_bytes());
        Ok(())
    }

    /// What was transferred.
    pub(super) fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, SidError> {
        base64_simd::STANDARD
            .decode_to_vec(self.text.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| SidError::INVALID_ARGS)
    }
}

/// Cuts base64 of `bytes` into fragments as the firmware answers them.
pub(super) fn fragments(bytes: &[u8]) -> Vec<String> {
    let text = base64_simd::STANDARD.encode_to_string(bytes);
    // Base64 is ASCII, so that every cut falls between characters.
    text.as_bytes()
        .chunks(FRAGMENT_LEN_CHARS_MAX)
        .map(|fragment| String::from_utf8_lossy(fragment).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_cut_anywhere_join_to_the_bytes() {
        let bytes: Vec<u8> = (0..100).collect();
        let text = base64_simd::STANDARD.encode_to_string(&bytes);
        for step in 1..=FRAGMENT_LEN_CHARS_MAX {
            let mut transfer = Transfer::new(100);
            for fragment in text.as_bytes().chunks(step) {
                transfer.write(std::str::from_utf8(fragment).unwrap()).unwrap();
            }
            assert_eq!(transfer.bytes().unwrap().as_slice(), bytes, "{step}");
        }
    }

    #[test]
    fn too_much_and_what_is_no_base64_are_refused() {
        let mut transfer = Transfer::new(3);
        assert_eq!(transfer.write("AAAA"), Ok(()));
        assert_eq!(transfer.write("A"), Err(SidError::INVALID_ARGS));
        let mut transfer = Transfer::new(30);
        assert_eq!(transfer.write("A*"), Err(SidError::INVALID_ARGS));
        transfer.write("AA==").unwrap();
        assert_eq!(transfer.write("AAAA"), Err(SidError::INVALID_ARGS));
    }

    #[test]
    fn an_smsn_is_answered_in_fragments_of_32_and_12_characters() {
        let lens: Vec<_> = fragments(&[7; 32]).iter().map(String::len).collect();
        assert_eq!(lens, [32, 12]);
    }
}
