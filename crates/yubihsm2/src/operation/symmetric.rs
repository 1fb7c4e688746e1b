//! Commands that use an AES key. From firmware 2.3.1. Nothing is padded: data is whole blocks.

use crate::{object::ObjectId, operation::operations};

operations! {
    /// `6f`: decrypts blocks one by one.
    DECRYPT_ECB => pub struct DecryptEcb {
        /// The key.
        pub key: ObjectId,
        /// Whole blocks of 16 bytes.
        pub blocks: Vec<u8>,
    } -> Vec<u8>;

    /// `70`: encrypts blocks one by one.
    ENCRYPT_ECB => pub struct EncryptEcb {
        /// The key.
        pub key: ObjectId,
        /// Whole blocks of 16 bytes.
        pub blocks: Vec<u8>,
    } -> Vec<u8>;

    /// `71`: decrypts chained blocks.
    DECRYPT_CBC => pub struct DecryptCbc {
        /// The key.
        pub key: ObjectId,
        /// The initial vector.
        pub initial_vector: [u8; 16],
        /// Whole blocks of 16 bytes.
        pub blocks: Vec<u8>,
    } -> Vec<u8>;

    /// `72`: encrypts chained blocks.
    ENCRYPT_CBC => pub struct EncryptCbc {
        /// The key.
        pub key: ObjectId,
        /// The initial vector.
        pub initial_vector: [u8; 16],
        /// Whole blocks of 16 bytes.
        pub blocks: Vec<u8>,
    } -> Vec<u8>;
}
