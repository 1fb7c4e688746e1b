//! Gives a board its chains and its application server key, in fragments that may get lost.
//!
//! A transfer that fails is begun again: firmware throws a transfer away when a fragment makes no sense to it. What
//! must never be begun again by itself is the session as a whole, because `cert init` and `cert csr` make new keys and
//! the chains are signed for the old ones. So a board that has forgotten its keys is an error of its own.

use sidewalk::{Chain, Curve};

use super::{DiagSettings, session::Session};
use crate::driver::DriverError;

/// How often a transfer is begun. A wire that spoils three in a row will spoil the fourth.
pub(super) const ATTEMPTS_MAX: usize = 3;

/// The length of fragments that every firmware takes, in base64 characters.
pub(super) const FRAGMENT_LEN: usize = 32;

const UNINITIALIZED: i32 = -25;
const INVALID_STATE: i32 = -40;
const GENERIC: i32 = -1;
const PARAM_OUT_OF_RANGE: i32 = -10;
const INVALID_ARGS: i32 = -11;

/// What a transfer carries.
#[derive(Clone, Copy)]
enum Cargo<'a> {
    Chain(&'a Chain),
    AppServerKey(&'a [u8; 32]),
}

/// Gives the board everything and lets it store. May be repeated as long as the board keeps its power.
pub(super) fn deliver(
    session: &mut Session,
    settings: &DiagSettings,
    fragment_len: usize,
    (ed25519, p256r1): (&Chain, &Chain),
    app_server_key: &[u8; 32],
) -> Result<(), DriverError> {
    let cargoes =
        [Cargo::Chain(ed25519), Cargo::Chain(p256r1), Cargo::AppServerKey(app_server_key)];
    let mut attempt = 1;
    loop {
        for cargo in cargoes {
            transfer(session, settings, fragment_len, cargo)?;
        }
        match session.order("cert store", settings.store_patience) {
            Ok(_) => return Ok(()),
            Err(DriverError::BoardRefused { command, code })
                if matches!(code, UNINITIALIZED | INVALID_STATE) =>
            {
                return Err(DriverError::KeysLost { command, code });
            }
            // A character that noise changed into another is found out only when the signatures are verified.
            Err(error) if attempt < ATTEMPTS_MAX && is_spoilt(&error) => {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// One transfer, begun again where the wire spoilt it.
fn transfer(
    session: &mut Session,
    settings: &DiagSettings,
    fragment_len: usize,
    cargo: Cargo<'_>,
) -> Result<(), DriverError> {
    let mut attempt = 1;
    loop {
        match attempt_transfer(session, settings, fragment_len, cargo) {
            Ok(()) => return Ok(()),
            Err(DriverError::BoardRefused { code: INVALID_STATE, command }) => {
                return match cargo {
                    // Firmware takes the key once for each session; an earlier attempt came through.
                    Cargo::AppServerKey(_) => Ok(()),
                    Cargo::Chain(_) => Err(DriverError::KeysLost { command, code: INVALID_STATE }),
                };
            }
            Err(error) if attempt < ATTEMPTS_MAX && is_spoilt(&error) => {
                attempt += 1;
            }
            // Once it may be a transfer that the firmware threw away; again and again it is a reset.
            Err(DriverError::BoardRefused { code: UNINITIALIZED, command }) => {
                return Err(DriverError::KeysLost { command, code: UNINITIALIZED });
            }
            Err(error) => return Err(error),
        }
    }
}

fn attempt_transfer(
    session: &mut Session,
    settings: &DiagSettings,
    fragment_len: usize,
    cargo: Cargo<'_>,
) -> Result<(), DriverError> {
    let (noun, start, text) = match cargo {
        Cargo::Chain(chain) => {
            let start = format!("cert chain start {}", curve_word(chain.curve()));
            ("chain", start, chain.to_base64())
        }
        Cargo::AppServerKey(key) => {
            let text = base64_simd::STANDARD.encode_to_string(key);
            ("app_key", "cert app_key start".to_owned(), text)
        }
    };
    session.order(&start, settings.command_patience)?;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (fragment, after) = rest.split_at(rest.len().min(fragment_len));
        let command = format!("cert {noun} write {fragment}");
        session.order(&command, settings.command_patience)?;
        rest = after;
    }
    session.order(&format!("cert {noun} commit"), settings.command_patience).map(drop)
}

/// Whether another attempt over the same wire may go well.
fn is_spoilt(error: &DriverError) -> bool {
    match error {
        DriverError::Garbled { .. } | DriverError::TimedOut { .. } => true,
        DriverError::BoardRefused { code, .. } => {
            matches!(*code, GENERIC | PARAM_OUT_OF_RANGE | INVALID_ARGS | UNINITIALIZED)
        }
        _ => false,
    }
}

/// The word that `cert` commands have for a curve.
pub(super) const fn curve_word(curve: Curve) -> &'static str {
    match curve {
        Curve::Ed25519 => "ed25519",
        Curve::P256r1 => "p256r1",
    }
}
