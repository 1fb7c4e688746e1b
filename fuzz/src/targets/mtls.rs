//! What a client shows.

use ::mtls::identity::{ClientIdentity, NAME_LEN_BYTES_MAX};

/// Certificates of clients: whoever is named has a name that a log can show.
pub fn client_certificate(data: &[u8]) {
    if let Ok(identity) = ClientIdentity::from_certificate_der(data) {
        assert!((1..=NAME_LEN_BYTES_MAX).contains(&identity.name.len()));
        assert!(!identity.name.contains(char::is_control));
    }
}
