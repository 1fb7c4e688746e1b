//! What opens a session: a PIN or keys.

use std::fmt;

use thiserror::Error;
use yubihsm2::{P256PublicKey, P256SecretKey, PasswordError, StaticKeys};
use zeroize::Zeroizing;

/// The longest PIN, in bytes. Amazon's have a few characters; more than this is another file.
const PIN_LEN_BYTES_MAX: usize = 256;

/// The PIN of a signing domain. Only the two AES keys that it derives are kept, and they are zeroised on
/// drop; `Debug` shows nothing of either.
#[derive(Clone, Eq, PartialEq)]
pub struct Pin(StaticKeys);

impl Pin {
    /// Derives the keys of a PIN: PBKDF2-HMAC-SHA256, some milliseconds.
    ///
    /// # Errors
    ///
    /// [`PinError`] for an empty PIN, one of more than 256 bytes, and one with a control character, which
    /// somebody forgot to cut off.
    pub fn new(pin: &Zeroizing<Vec<u8>>) -> Result<Self, PinError> {
        if pin.is_empty() {
            return Err(PinError::Empty);
        }
        if pin.len() > PIN_LEN_BYTES_MAX {
            return Err(PinError::TooLong { found_len_bytes: pin.len() });
        }
        if pin.iter().any(u8::is_ascii_control) {
            return Err(PinError::ControlCharacter);
        }
        Ok(Self(StaticKeys::from_password(pin)))
    }

    /// The keys that the PIN derives, as an HSM stores them.
    pub const fn keys(&self) -> &StaticKeys {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// Why a text is no PIN. Nothing of the text is told.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PinError {
    /// No characters at all.
    #[error("the PIN is empty")]
    Empty,
    /// More bytes than a PIN has.
    #[error("a PIN has at most {PIN_LEN_BYTES_MAX} bytes, this has {found_len_bytes}")]
    TooLong {
        /// How many there are.
        found_len_bytes: usize,
    },
    /// A line end or another control character within.
    #[error("the PIN has a control character in it")]
    ControlCharacter,
}

/// What a session is opened with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A PIN, for a symmetric session.
    Pin(Pin),
    /// Two AES keys, for a symmetric session.
    Keys(StaticKeys),
    /// A P-256 key, for an asymmetric session (firmware 2.3.1).
    P256 {
        /// The private half of the authentication key.
        key: Box<P256SecretKey>,
        /// The device's long-lived public key where it is known; otherwise the device is asked, and
        /// whoever sits in between could answer in its place.
        device_key: Option<Box<P256PublicKey>>,
    },
}

impl Credentials {
    /// A P-256 key out of a password, as the vendor's tools derive it.
    ///
    /// # Errors
    ///
    /// [`PasswordError`], which no known password gives.
    pub fn p256_from_password(password: &[u8]) -> Result<Self, PasswordError> {
        let key = Box::new(P256SecretKey::from_password(password)?);
        Ok(Self::P256 { key, device_key: None })
    }
}

impl From<Pin> for Credentials {
    fn from(pin: Pin) -> Self {
        Self::Pin(pin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(text: &str) -> Result<Pin, PinError> {
        Pin::new(&Zeroizing::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn a_pin_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", pin("1234").unwrap()), "Pin(…)");
    }

    #[test]
    fn a_forgotten_line_end_is_refused() {
        assert_eq!(pin("1234\n"), Err(PinError::ControlCharacter));
        assert_eq!(pin(""), Err(PinError::Empty));
        assert_eq!(pin(&"9".repeat(257)), Err(PinError::TooLong { found_len_bytes: 257 }));
    }
}
