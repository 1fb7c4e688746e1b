//! What the connector allows to strangers, and why no more.

use std::time::Duration;

/// The most connections at once. A process may have 1,024 files open on Linux unless told otherwise; half of
/// that leaves room for everything else, and at [`HEAD_LEN_BYTES_MAX`] each they take 8 MiB. When one more comes,
/// the one that has been idle for longest goes.
pub const CONNECTIONS_MAX: usize = 512;

/// The longest head of a request, in bytes; a longer one is answered 431. Real heads have some 300 bytes.
pub const HEAD_LEN_BYTES_MAX: usize = 16 << 10;

/// The most header lines in a request; more are answered 431. Real requests have about eight, a proxy adds
/// some.
pub const HEADERS_MAX: usize = 64;

/// The most of a refused body that is read so that the connection can go on, in bytes; Go's HTTP server, which
/// the vendor's connector is built on, reads as much. After more the connection is closed.
pub const REFUSED_BODY_LEN_BYTES_MAX: usize = 256 << 10;

/// How long open requests may take to finish after a shutdown began.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// How many connections may wait to be accepted. With the customary 128, a burst makes clients wait for a second
/// and try again.
pub(super) const BACKLOG: u32 = 1024;

/// The pause after a connection could not be accepted, as when files run out.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
