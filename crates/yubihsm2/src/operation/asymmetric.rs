//! Commands that use a private key.

use crate::{algorithm::Algorithm, object::ObjectId, operation::operations, secret::SecretBytes};

operations! {
    /// `56`: signs a digest with ECDSA. A digest longer than the curve is cut, as ECDSA does.
    SIGN_ECDSA => pub struct SignEcdsa {
        /// The key.
        pub key: ObjectId,
        /// 20, 28, 32, 48, 64 or, padded on the left, 66 bytes.
        pub digest: Vec<u8>,
    } -> Vec<u8>;

    /// `6a`: signs a message with Ed25519.
    SIGN_EDDSA => pub struct SignEddsa {
        /// The key.
        pub key: ObjectId,
        /// The message; documented up to 2,019 bytes.
        pub message: Vec<u8>,
    } -> [u8; 64];

    /// `47`: signs with RSA PKCS #1 v1.5.
    SIGN_PKCS1 => pub struct SignPkcs1 {
        /// The key.
        pub key: ObjectId,
        /// A digest of 20, 32, 48 or 64 bytes, which the device wraps, or a whole DigestInfo.
        pub digest: Vec<u8>,
    } -> Vec<u8>;

    /// `55`: signs with RSA-PSS.
    SIGN_PSS => pub struct SignPss {
        /// The key.
        pub key: ObjectId,
        /// The mask generation's algorithm.
        pub mgf1: Algorithm,
        /// The salt's size in bytes.
        pub salt_len_bytes: u16,
        /// The digest.
        pub digest: Vec<u8>,
    } -> Vec<u8>;

    /// `49`: decrypts RSA PKCS #1 v1.5. Any fault of the padding is INVALID DATA.
    DECRYPT_PKCS1 => pub struct DecryptPkcs1 {
        /// The key.
        pub key: ObjectId,
        /// As many bytes as the modulus.
        pub ciphertext: Vec<u8>,
    } -> SecretBytes;

    /// `59`: decrypts RSA-OAEP.
    DECRYPT_OAEP => pub struct DecryptOaep {
        /// The key.
        pub key: ObjectId,
        /// The mask generation's algorithm.
        pub mgf1: Algorithm,
        /// As many bytes as the modulus, then the label's digest, whose length says which digest it is:
        /// only who knows the key can tell the two apart, with [`DecryptOaep::split`].
        pub ciphertext_and_label_digest: Vec<u8>,
    } -> SecretBytes;

    /// `57`: agrees on a secret with ECDH; answers x.
    DERIVE_ECDH => pub struct DeriveEcdh {
        /// The key.
        pub key: ObjectId,
        /// `04 ‖ X ‖ Y` of the key's curve.
        pub point: Vec<u8>,
    } -> SecretBytes;

    /// `64`: certifies that a key lives in the device; answers an X.509 certificate in DER.
    SIGN_ATTESTATION_CERTIFICATE => pub struct SignAttestationCertificate {
        /// The key to certify.
        pub key: ObjectId,
        /// The key that certifies; [`ObjectId::ATTESTATION`] for the built-in one.
        pub attester: ObjectId,
    } -> Vec<u8>;
}

impl DecryptOaep {
    /// A request of its parts.
    pub fn new(key: ObjectId, mgf1: Algorithm, ciphertext: &[u8], label_digest: &[u8]) -> Self {
        Self { key, mgf1, ciphertext_and_label_digest: [ciphertext, label_digest].concat() }
    }

    /// Ciphertext and label digest, or `None` where there are fewer bytes than the modulus has.
    pub fn split(&self, modulus_len_bytes: usize) -> Option<(&[u8], &[u8])> {
        self.ciphertext_and_label_digest.split_at_checked(modulus_len_bytes)
    }
}
