//! The networked set-up's trust: a local certificate authority, a front that listens with mutual TLS, and a gateway before a
//! connector.

pub mod authority;
pub mod front;
pub mod gateway;
pub mod identity;
pub mod nginx;
