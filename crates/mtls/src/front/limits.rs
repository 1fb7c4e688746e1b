//! What a front allows to its peers, and why no more.

use std::time::Duration;

/// The most connections at once. A plant has tens of lines with a few connections each; the rest is room for idle ones.
/// When one more comes, a connection without a verified certificate goes first, then the one that was idle for longest.
pub const CONNECTIONS_MAX: usize = 4096;

/// The most connections from one address. Lines behind one router share an address.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 512;

/// How long a peer may take for the TLS handshake, its first byte included. It takes milliseconds on a plant's network.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request's head may take from its first byte to its last.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request's body may take.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// After how long without a request a connection is closed: as nginx does by default.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// After how long without a request a connection gives back what HTTP/1 takes, some 20 KiB. A connection at work asks again
/// within milliseconds.
pub(super) const REST_AFTER: Duration = Duration::from_millis(100);

/// The longest head of a request, in bytes; a longer one is answered 431. Real heads have some 300 bytes.
pub const HEAD_LEN_BYTES_MAX: usize = 16 << 10;

/// The most header lines in a request; more are answered 431. Real requests have about eight, a proxy adds some.
pub const HEADERS_MAX: usize = 64;

/// The longest body of a request, in bytes; a longer one is answered 413. A frame for an HSM has at most 3,139.
pub const BODY_LEN_BYTES_MAX: u64 = 64 << 10;

/// The most requests at once on one HTTP/2 connection.
pub const STREAMS_MAX: u32 = 128;

/// The most requests a second of one client, and how many it may save up. An HSM answers some hundred commands a second;
/// a client that asks more often than this is broken.
pub const RATE: Rate = Rate { per_second: 2000, burst: 4000 };

/// How many clients' rates are remembered. Each has a certificate of the authority, so that there are few.
pub(super) const RATES_MAX: usize = 4096;

/// The pause after a connection could not be accepted, as when files run out.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// After a refusal, how long and how much is still read from the peer. Closing earlier would throw the refusal away before
/// the peer has read it.
pub(super) const LINGER_TIMEOUT: Duration = Duration::from_secs(1);
pub(super) const LINGER_LEN_BYTES_MAX: usize = 64 << 10;

/// How often the files are looked at.
pub(super) const RELOAD_PERIOD: Duration = Duration::from_secs(1);

/// How often the days to expiry are looked at.
pub(super) const EXPIRY_PERIOD: Duration = Duration::from_secs(24 * 3600);

/// From how many days to expiry on there is a warning, so that somebody has a working month to renew.
pub const EXPIRY_WARNING_DAYS: i64 = 30;

/// The largest file of certificates or key, in bytes.
pub(super) const PEM_LEN_BYTES_MAX: u64 = 1 << 20;

/// The largest revocation list, in bytes: some hundred thousand entries.
pub(super) const CRL_LEN_BYTES_MAX: u64 = 16 << 20;

/// How many events wait for their reader. What does not fit is counted and dropped: a full disk must not stop traffic.
pub const EVENTS_MAX: usize = 4096;

/// The most of a path that goes into an event, in characters.
pub(super) const PATH_SHOWN_LEN_MAX: usize = 200;

/// How much a peer may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FrontLimits {
    /// See [`CONNECTIONS_MAX`].
    pub connections: usize,
    /// See [`CONNECTIONS_PER_ADDRESS_MAX`].
    pub connections_per_address: usize,
    /// See [`HANDSHAKE_TIMEOUT`].
    pub handshake: Duration,
    /// See [`HEAD_TIMEOUT`].
    pub head: Duration,
    /// See [`BODY_TIMEOUT`]. The front leaves it to the handler, who reads the body.
    pub body: Duration,
    /// See [`IDLE_TIMEOUT`].
    pub idle: Duration,
    /// See [`HEAD_LEN_BYTES_MAX`]; at least 8 KiB.
    pub head_len_bytes: usize,
    /// See [`HEADERS_MAX`].
    pub headers: usize,
    /// See [`BODY_LEN_BYTES_MAX`]. The front refuses a longer announced length; the handler counts what comes unannounced.
    pub body_len_bytes: u64,
    /// See [`STREAMS_MAX`].
    pub streams: u32,
    /// See [`RATE`]; without one a client may ask as often as it likes.
    pub rate: Option<Rate>,
}

impl Default for FrontLimits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS_MAX,
            connections_per_address: CONNECTIONS_PER_ADDRESS_MAX,
            handshake: HANDSHAKE_TIMEOUT,
            head: HEAD_TIMEOUT,
            body: BODY_TIMEOUT,
            idle: IDLE_TIMEOUT,
            head_len_bytes: HEAD_LEN_BYTES_MAX,
            headers: HEADERS_MAX,
            body_len_bytes: BODY_LEN_BYTES_MAX,
            streams: STREAMS_MAX,
            rate: Some(RATE),
        }
    }
}

/// How often one client may ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: u32,
    /// Requests that may come at once after a pause.
    pub burst: u32,
}
