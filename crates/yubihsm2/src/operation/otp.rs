//! Commands for Yubico OTP.

use crate::{
    object::ObjectId,
    operation::operations,
    otp::{OtpAead, OtpCounters},
    secret::Secret,
};

operations! {
    /// `61`: encrypts the secrets of one YubiKey.
    CREATE_OTP_AEAD => pub struct CreateOtpAead {
        /// The OTP AEAD key.
        pub key: ObjectId,
        /// The YubiKey's AES key.
        pub otp_key: Secret<16>,
        /// The YubiKey's private id.
        pub private_id: Secret<6>,
    } -> OtpAead;

    /// `62`: makes and encrypts the secrets of one YubiKey.
    RANDOMIZE_OTP_AEAD => pub struct RandomizeOtpAead {
        /// The OTP AEAD key.
        pub key: ObjectId,
    } -> OtpAead;

    /// `63`: encrypts the secrets of one YubiKey under another key.
    REWRAP_OTP_AEAD => pub struct RewrapOtpAead {
        /// The OTP AEAD key that they are under.
        pub from: ObjectId,
        /// The OTP AEAD key to put them under.
        pub to: ObjectId,
        /// The encrypted secrets.
        pub aead: OtpAead,
    } -> OtpAead;

    /// `60`: decrypts one OTP.
    DECRYPT_OTP => pub struct DecryptOtp {
        /// The OTP AEAD key.
        pub key: ObjectId,
        /// The YubiKey's encrypted secrets.
        pub aead: OtpAead,
        /// The OTP as a block, without its modhex clothes.
        pub otp: [u8; 16],
    } -> OtpCounters;
}
