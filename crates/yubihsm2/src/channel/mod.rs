//! Secure channels: how a session is opened and how its messages travel, for the host's end and the
//! device's.
//!
//! Two handshakes lead to the same channel:
//!
//! - symmetric, after GlobalPlatform SCP03, with two AES-128 keys: [`HostHandshake`] and
//!   [`DeviceHandshake`];
//! - asymmetric, after SCP11, with P-256 keys: [`HostKeyAgreement`] and [`accept_key_agreement`].
//!
//! Randomness is passed in: a challenge or an ephemeral key must be fresh for every session, or the
//! session's keys repeat.
//!
//! A channel has a turn: the host seals, the device opens, the device seals, the host opens. A channel
//! that is called out of turn says so and changes nothing. The device's end survives a message that does
//! not verify, as hardware does; the host's end does not survive an answer that does not verify, because
//! the two no longer agree on the chain.

mod asymmetric;
mod device;
mod error;
mod host;
mod keys;
mod message;
mod symmetric;

pub use self::{
    asymmetric::{HostKeyAgreement, accept_key_agreement},
    device::DeviceChannel,
    error::{ChannelError, HandshakeError},
    host::HostChannel,
    message::{SESSION_EXCHANGES_MAX, SESSION_IDLE_MAX, SessionId},
    symmetric::{DeviceHandshake, HostAuthentication, HostHandshake},
};
