//! The command that signs SSH certificates.

use crate::{algorithm::Algorithm, object::ObjectId, operation::operations};

operations! {
    /// `5d`: signs an SSH certificate that a template allows.
    SIGN_SSH_CERTIFICATE => pub struct SignSshCertificate {
        /// The key.
        pub key: ObjectId,
        /// The template.
        pub template: ObjectId,
        /// The signature's algorithm.
        pub algorithm: Algorithm,
        /// The time that the request was made at, in seconds since 1970.
        pub now: u32,
        /// The signature over time and request by the template's time server.
        pub signature: [u8; 256],
        /// The request.
        pub request: Vec<u8>,
    } -> Vec<u8>;
}
