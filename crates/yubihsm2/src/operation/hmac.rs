//! Commands that use an HMAC key.

use crate::{object::ObjectId, operation::operations};

operations! {
    /// `53`: computes an HMAC.
    SIGN_HMAC => pub struct SignHmac {
        /// The key.
        pub key: ObjectId,
        /// The data.
        pub data: Vec<u8>,
    } -> Vec<u8>;

    /// `5c`: verifies an HMAC; answers whether it is right.
    VERIFY_HMAC => pub struct VerifyHmac {
        /// The key.
        pub key: ObjectId,
        /// The HMAC, then the data: only who knows the key can tell the two apart, with
        /// [`VerifyHmac::split`].
        pub mac_and_data: Vec<u8>,
    } -> bool;
}

impl VerifyHmac {
    /// A request of its parts.
    pub fn new(key: ObjectId, mac: &[u8], data: &[u8]) -> Self {
        Self { key, mac_and_data: [mac, data].concat() }
    }

    /// HMAC and data, or `None` where there are fewer bytes than an HMAC of this size.
    pub fn split(&self, mac_len_bytes: usize) -> Option<(&[u8], &[u8])> {
        self.mac_and_data.split_at_checked(mac_len_bytes)
    }
}
