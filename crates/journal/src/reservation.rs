//! What is taken before a device is made.

use sidewalk::Smsn;

use crate::id::{JobId, UnixMillis};

/// The longest DSN in bytes: what fits on a manufacturing page.
pub const DSN_LEN_BYTES_MAX: usize = 16;

/// The longest chip id in bytes. The longest known is 32 hex digits; this leaves room for a prefix.
pub const CHIP_LEN_BYTES_MAX: usize = 64;

/// The numbers of a device to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reservation {
    /// The job that it is made for.
    pub job: JobId,
    /// The slot that it is made at.
    pub slot: u16,
    /// Its device serial number: 1 to 16 visible ASCII characters.
    pub dsn: String,
    /// Its Sidewalk manufacturing serial number.
    pub smsn: Smsn,
    /// The id of its chip, where somebody read it: 1 to 64 visible ASCII characters.
    pub chip: Option<String>,
    /// When.
    pub at: UnixMillis,
}

/// Whether a text is 1 to `len_bytes_max` visible ASCII characters.
pub(crate) fn is_visible_ascii(text: &str, len_bytes_max: usize) -> bool {
    (1..=len_bytes_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_ascii_of_the_right_length_is_a_number() {
        assert!(is_visible_ascii("G091-0042", DSN_LEN_BYTES_MAX));
        assert!(is_visible_ascii("1234567890123456", DSN_LEN_BYTES_MAX));
        for bad in ["", "12345678901234567", "a b", "a\n", "é", "\u{7f}"] {
            assert!(!is_visible_ascii(bad, DSN_LEN_BYTES_MAX), "{bad:?}");
        }
    }
}
