//! The gateway: mutual TLS in front of a connector, as nginx does it after the public recipe.
//!
//! It serves the connector's two paths and no other. A request is taken in whole before the connector sees it, so that a
//! slow client never holds the one place where frames are served; it has at most
//! [`FrontLimits::body_len_bytes`](crate::front::FrontLimits::body_len_bytes). The answer streams through.
//!
//! What this module must never do: send a request a second time that may have reached the connector. A command that was
//! executed twice may be a second signature.

mod answer;
mod error;
pub mod limits;
mod proxy;
mod upstream;
mod upstream_url;

pub use self::{
    proxy::Gateway,
    upstream_url::{UpstreamUrl, UpstreamUrlError},
};
