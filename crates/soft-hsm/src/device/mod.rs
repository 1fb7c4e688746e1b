//! The device as a pure state machine: frames in, frames out, time and randomness passed in.
//!
//! A [`Device`] is its [`State`], which outlives the power, and what does not: sessions and prepared keys.
//! [`Device::handle`] takes one frame and gives the answer together with the [`Change`]s that must be durable
//! before the answer leaves. [`State::apply`] is the one way in which a state changes, for the device itself and for
//! whoever replays what it reported: replaying gives the state that the device had.
//!
//! It offers what a YubiHSM 2 without FIPS offers, as [`Settings::firmware`] says, with its limits: 16 sessions of
//! 30 s, 256 objects on 1,024 pages, 62 log entries, messages of 2,048 or 3,136 bytes. Of the documented commands it
//! does not carry out one: signing SSH certificates (INVALID COMMAND).
//!
//! From the outside in: `machine` takes frames, opens sessions and keeps the log; `commands` carries out one
//! command as a `task`, which holds the rights that every object and every new object is checked against;
//! `crypto` computes.
//!
//! # Trust
//!
//! Frames come from strangers. Nothing here panics on any bytes, a stranger's message leaves an open session as it
//! was, and memory is bounded by the limits above. The secrets of a device are as safe as the memory that it
//! runs in: this is a twin for rehearsals, not a vault.
//!
//! # Where documentation and published measurements are silent
//!
//! - A command that the clear does not take is INVALID COMMAND there, known or not.
//! - A session message that does not verify is refused and the session lives on; a failed authentication ends the
//!   half-open session.
//! - New objects: domains outside the session's, or none, are INVALID DATA. An imported object whose domains share
//!   none with its wrap key's is INVALID DATA.
//! - An option that is fixed, and an algorithm toggle on a device that holds more than its default key, are
//!   refused with INVALID DATA.
//! - An answer that would be longer than a message is WRONG LENGTH.
//! - The built-in attestation key is P-256 and its certificate is signed by itself.
//! - Only reading reaches the built-in objects: opaque 0 and the public key of asymmetric key 0.

mod access;
mod certificate;
mod commands;
mod crypto;
mod keys;
mod machine;
mod sessions;
mod settings;
mod state;
mod task;

pub use self::{
    machine::{Device, Handled, Work},
    settings::Settings,
    state::{AuditLog, Change, Identity, Name, Options, State, StoredObject},
};
