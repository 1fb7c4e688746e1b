//! What the gateway allows itself towards the connector, and why no more.

use std::time::Duration;

/// The most connections to the connector at once. The vendor's connector serves one frame at a time whatever comes; more
/// requests wait here, where they cost less.
pub const UPSTREAM_CONNECTIONS_MAX: usize = 64;

/// How long connecting to the connector may take. It runs on the same machine or beside it.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the connector may take for an answer, the wait for a free connection included: as nginx does by default.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// For how long an idle connection to the connector is used again. The vendor's connector closes its side after five
/// seconds; a request that crosses that close would be lost.
pub const UPSTREAM_IDLE_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest head of the connector's answers, in bytes. Real ones have some 150.
pub const UPSTREAM_HEAD_LEN_BYTES_MAX: usize = 8 << 10;
