//! A listening front with mutual TLS: it lets in who has a certificate of the local authority, and hands their requests to a
//! handler.
//!
//! Peers are strangers until their certificate is verified, and even then every wait, every buffer and every count has a
//! limit ([`limits`]). Whoever is refused is told why where the protocol has a way to say it, and is reported with address
//! and [`Reason`]. What one peer does, or does not do, leaves the others served.
//!
//! Certificate, key, authority and revocation list are read again when their files change. Connections that are open then
//! are judged anew at their next request, so that a revoked certificate is out without a restart.
//!
//! What this module must never do: call the handler for a peer without a verified certificate of an allowed role, wait for
//! whoever reads its events, or read the clock by itself.

mod body;
mod clients;
mod clock;
mod connection;
mod connections;
mod error;
mod event;
pub mod limits;
mod linger;
mod material;
mod material_error;
mod rate;
mod reason;
mod reload;
mod server;
mod service;
mod verifier;
mod wire;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

pub use self::{
    body::AnswerBody,
    clock::Clock,
    error::BindError,
    event::{AccessEntry, EventReceiver, EventSender, FrontEvent, Refusal, event_channel},
    limits::{FrontLimits, Rate},
    material::Expiry,
    material_error::{MaterialError, MaterialFault},
    reason::Reason,
    server::{Front, FrontNumbers, Running},
};
use crate::identity::{ClientIdentity, Role};

/// What a front needs to know.
#[derive(Clone, Debug)]
pub struct FrontSettings {
    /// The authorities whose clients are let in, PEM. They must have issued the client's certificate themselves.
    pub ca: PathBuf,
    /// The server's certificate, PEM; others may follow it and are sent along.
    pub certificate: PathBuf,
    /// Its private key, PEM, not encrypted.
    pub key: PathBuf,
    /// The authorities' revocation lists, PEM. Where the file does not exist nothing is revoked; once it has been read it
    /// must stay.
    pub crl: Option<PathBuf>,
    /// What is spoken, as ALPN names it: `h2`, `http/1.1`. A client without ALPN speaks HTTP/1.1.
    pub alpn: Vec<Vec<u8>>,
    /// Who is let in.
    pub roles: Vec<Role>,
    /// How much a peer may take.
    pub limits: FrontLimits,
}

/// Who sends a request.
#[derive(Clone, Debug)]
pub struct Peer {
    /// From where.
    pub address: SocketAddr,
    /// What its verified certificate says.
    pub identity: Arc<ClientIdentity>,
}
