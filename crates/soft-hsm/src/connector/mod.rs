//! The connector: the HTTP front of a device, answering as the vendor's connector 3.0.7 does.
//!
//! [`Connector::bind`] listens and serves any [`Backend`]: a [`SoftHsm`](crate::SoftHsm), or a device on USB
//! that the caller brings. Two threads work for it: one owns the network and all connections, the other owns
//! the backend and takes one frame at a time, first come, first served, as the vendor's connector does under
//! its lock. They pass messages; nothing is shared.
//!
//! Peers are strangers: every wait and every buffer has a limit ([`limits`]), and what one peer sends, or
//! does not send, leaves the others served.
//!
//! [`Latency`] and [`FaultPlan`] make a software device as slow and as unreliable as a rehearsal needs. Both
//! are pure: they say when and what, and others wait and do.

mod answer;
mod backend;
mod connections;
mod fault;
mod fault_spec;
mod host;
mod latency;
pub mod limits;
mod listen;
mod server;
mod worker;

pub use self::{
    backend::{Backend, Incoming, Outcome, Reply},
    fault::{Action, Fault, FaultPlan, Rule, When},
    fault_spec::FaultSpecError,
    host::HostPolicy,
    latency::{Latency, Pace},
    listen::{ListenAddress, ListenAddressError},
    server::{BindError, Connector, ConnectorOptions, Serving},
};
