//! How long a YubiHSM 2 takes, so that capacity can be rehearsed.
//!
//! The figures are those that the vendor publishes for an idle device (YubiHSM 2 User Guide, performance); where it
//! publishes none, an estimate stands beside its reason. What a device is asked for within a session is
//! charged; the session around it is not, for the published figures include it.

use std::time::{Duration, Instant};

use yubihsm2::{Algorithm, Command};

use crate::device::Work;

/// What each operation costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Latency {
    /// A YubiHSM 2.
    YubiHsm2,
}

/// Published: HMAC with SHA-1 or SHA-256, the fastest operation there is a figure for. Estimate for
/// everything that does no more than that: nothing in a session is known to take less.
const LEAST_MS: u64 = 4;

/// Published: wrapping with AES-CCM. Estimate for the rest of AES and for writing to flash memory.
const AES_MS: u64 = 10;

/// Published: HMAC with SHA-384 or SHA-512.
const HMAC_SHA512_MS: u64 = 243;

/// Published: RSA signatures. Estimate for decryption, which is the same operation.
const RSA_2048_MS: u64 = 139;
const RSA_3072_MS: u64 = 504;
const RSA_4096_MS: u64 = 852;

/// Estimate: to find two primes takes some thirty tries at the cost of a signature.
const RSA_GENERATE_SIGNATURES: u64 = 30;

/// Published: ECDSA on NIST curves. Estimate for other curves of the same size, and for one scalar
/// multiplication in general: deriving, generating.
const EC_224_MS: u64 = 64;
const EC_256_MS: u64 = 73;
const EC_384_MS: u64 = 120;
const EC_521_MS: u64 = 210;

/// Published: Ed25519 by the size of the message in bytes. Between two sizes it grows evenly; beyond the last it
/// goes on as before it.
const ED25519_MS: [(u64, u64); 6] =
    [(32, 105), (64, 121), (128, 137), (256, 168), (512, 229), (1024, 353)];

/// The key's id before the message of a signature, in bytes.
const KEY_ID_LEN_BYTES: usize = 2;

impl Latency {
    /// How long the device is busy with a piece of work.
    pub fn of(self, work: &Work) -> Duration {
        let Self::YubiHsm2 = self;
        let micros = if work.is_refused { LEAST_MS * 1000 } else { micros(work) };
        Duration::from_micros(micros)
    }
}

fn micros(work: &Work) -> u64 {
    let algorithm = work.algorithm;
    let ms = match work.command {
        Command::SIGN_EDDSA => {
            let message_len = work.payload_len_bytes.saturating_sub(KEY_ID_LEN_BYTES);
            return ed25519_micros(message_len as u64);
        }
        Command::SIGN_ECDSA
        | Command::DERIVE_ECDH
        | Command::SIGN_PKCS1
        | Command::SIGN_PSS
        | Command::DECRYPT_PKCS1
        | Command::DECRYPT_OAEP
        | Command::SIGN_ATTESTATION_CERTIFICATE => private_key_ms(algorithm),
        Command::GENERATE_ASYMMETRIC_KEY => match algorithm {
            Some(Algorithm::RSA_2048 | Algorithm::RSA_3072 | Algorithm::RSA_4096) => {
                RSA_GENERATE_SIGNATURES * private_key_ms(algorithm)
            }
            _ => private_key_ms(algorithm),
        },
        Command::IMPORT_KEY_RSA | Command::IMPORT_WRAPPED_RSA => private_key_ms(algorithm),
        Command::SIGN_HMAC | Command::VERIFY_HMAC => match algorithm {
            Some(Algorithm::HMAC_SHA384 | Algorithm::HMAC_SHA512) => HMAC_SHA512_MS,
            _ => LEAST_MS,
        },
        // An asymmetric session takes two derivations.
        Command::CREATE_SESSION if work.payload_len_bytes > 10 => 2 * EC_256_MS,
        command if writes_or_uses_aes(command) => AES_MS,
        _ => LEAST_MS,
    };
    ms * 1000
}

/// One operation with a private key of this algorithm.
fn private_key_ms(algorithm: Option<Algorithm>) -> u64 {
    match algorithm {
        Some(Algorithm::RSA_2048) => RSA_2048_MS,
        Some(Algorithm::RSA_3072) => RSA_3072_MS,
        Some(Algorithm::RSA_4096) => RSA_4096_MS,
        Some(Algorithm::EC_P224) => EC_224_MS,
        Some(Algorithm::EC_P384 | Algorithm::EC_BP384) => EC_384_MS,
        Some(Algorithm::EC_P521 | Algorithm::EC_BP512) => EC_521_MS,
        Some(Algorithm::ED25519) => ED25519_MS[0].1,
        _ => EC_256_MS,
    }
}

fn ed25519_micros(message_len_bytes: u64) -> u64 {
    let [first, .., last] = ED25519_MS;
    if message_len_bytes <= first.0 {
        return first.1 * 1000;
    }
    let segment = ED25519_MS.windows(2).find(|pair| message_len_bytes <= pair[1].0);
    let (from, to) = segment.map_or((ED25519_MS[4], last), |pair| (pair[0], pair[1]));
    from.1 * 1000 + (to.1 - from.1) * 1000 * (message_len_bytes - from.0) / (to.0 - from.0)
}

fn writes_or_uses_aes(command: Command) -> bool {
    matches!(
        command,
        Command::EXPORT_WRAPPED
            | Command::IMPORT_WRAPPED
            | Command::EXPORT_KEY_RSA
            | Command::EXPORT_WRAPPED_RSA
            | Command::WRAP_DATA
            | Command::UNWRAP_DATA
            | Command::ENCRYPT_ECB
            | Command::DECRYPT_ECB
            | Command::ENCRYPT_CBC
            | Command::DECRYPT_CBC
            | Command::CREATE_OTP_AEAD
            | Command::RANDOMIZE_OTP_AEAD
            | Command::REWRAP_OTP_AEAD
            | Command::DECRYPT_OTP
            | Command::PUT_OPAQUE
            | Command::PUT_TEMPLATE
            | Command::PUT_AUTHENTICATION_KEY
            | Command::CHANGE_AUTHENTICATION_KEY
            | Command::PUT_ASYMMETRIC_KEY
            | Command::PUT_HMAC_KEY
            | Command::GENERATE_HMAC_KEY
            | Command::PUT_SYMMETRIC_KEY
            | Command::GENERATE_SYMMETRIC_KEY
            | Command::PUT_OTP_AEAD_KEY
            | Command::GENERATE_OTP_AEAD_KEY
            | Command::PUT_WRAP_KEY
            | Command::GENERATE_WRAP_KEY
            | Command::PUT_PUBLIC_WRAP_KEY
            | Command::DELETE_OBJECT
            | Command::SET_OPTION
            | Command::RESET_DEVICE
    )
}

/// One operation at a time: when a device that does one thing after the other is done with the next one.
///
/// A device that has work waiting begins the next piece the moment the last one ends, however late this
/// program noticed: what is published as its limit is what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    latency: Latency,
    busy_until: Option<Instant>,
}

impl Pace {
    /// A device that is idle.
    pub fn new(latency: Latency) -> Self {
        Self { latency, busy_until: None }
    }

    /// When a piece of work is done that was there to be begun at `arrived`.
    pub fn schedule(&mut self, arrived: Instant, work: &Work) -> Instant {
        let begun = self.busy_until.map_or(arrived, |busy_until| busy_until.max(arrived));
        let ready_at = begun + self.latency.of(work);
        self.busy_until = Some(ready_at);
        ready_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(command: Command, algorithm: Option<Algorithm>, payload_len_bytes: usize) -> Work {
        Work { command, algorithm, payload_len_bytes, is_refused: false }
    }

    fn ms(command: Command, algorithm: Option<Algorithm>, payload_len_bytes: usize) -> u128 {
        Latency::YubiHsm2.of(&work(command, algorithm, payload_len_bytes)).as_millis()
    }

    #[test]
    fn a_sidewalk_device_takes_194_ms() {
        let ed25519 = ms(Command::SIGN_EDDSA, Some(Algorithm::ED25519), 2 + 64);
        let p256 = ms(Command::SIGN_ECDSA, Some(Algorithm::EC_P256), 2 + 32);
        assert_eq!((ed25519, p256), (121, 73));
    }

    #[test]
    fn every_published_figure_is_met() {
        for (algorithm, expected) in
            [(Algorithm::RSA_2048, 139), (Algorithm::RSA_3072, 504), (Algorithm::RSA_4096, 852)]
        {
            assert_eq!(ms(Command::SIGN_PKCS1, Some(algorithm), 34), expected);
        }
        for (algorithm, expected) in [
            (Algorithm::EC_P224, 64),
            (Algorithm::EC_P256, 73),
            (Algorithm::EC_P384, 120),
            (Algorithm::EC_P521, 210),
        ] {
            assert_eq!(ms(Command::SIGN_ECDSA, Some(algorithm), 34), expected);
        }
        for (len, expected) in
            [(32, 105), (64, 121), (128, 137), (256, 168), (512, 229), (1024, 353)]
        {
            assert_eq!(ms(Command::SIGN_EDDSA, Some(Algorithm::ED25519), 2 + len), expected);
        }
        for (algorithm, expected) in [
            (Algorithm::HMAC_SHA1, 4),
            (Algorithm::HMAC_SHA256, 4),
            (Algorithm::HMAC_SHA384, 243),
            (Algorithm::HMAC_SHA512, 243),
        ] {
            assert_eq!(ms(Command::SIGN_HMAC, Some(algorithm), 34), expected);
        }
        assert_eq!(ms(Command::WRAP_DATA, Some(Algorithm::AES128_CCM_WRAP), 34), 10);
    }

    #[test]
    fn ed25519_grows_evenly_between_and_beyond_the_published_sizes() {
        let micros: Vec<u64> = (0..3000).map(ed25519_micros).collect();
        assert!(micros.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!((micros[0], micros[48], micros[1536]), (105_000, 113_000, 477_000));
    }

    #[test]
    fn waiting_work_begins_when_the_last_piece_ends_and_not_before_it_came() {
        let mut pace = Pace::new(Latency::YubiHsm2);
        let began = Instant::now();
        let sign = work(Command::SIGN_ECDSA, Some(Algorithm::EC_P256), 34);
        let after = |ms| began + Duration::from_millis(ms);
        assert_eq!(pace.schedule(began, &sign), after(73));
        assert_eq!(pace.schedule(after(1), &sign), after(146));
        assert_eq!(pace.schedule(after(500), &sign), after(573));
    }

    #[test]
    fn a_refusal_costs_the_least() {
        let refused = Work { is_refused: true, ..work(Command::SIGN_PKCS1, None, 34) };
        assert_eq!(Latency::YubiHsm2.of(&refused), Duration::from_millis(4));
    }
}
