//! Exit codes: an API that factory scripts depend on. The table in `docs/exit-codes.md` is the same.

use std::process::ExitCode;

/// How a run ended short of its goal. Every class of failure has a number of its own; zero means that the
/// thing was done, and nothing else does.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub(crate) enum Exit {
    /// A defect of this program.
    Defect = 1,
    /// The command line cannot be understood (the number that argument parsers use).
    Usage = 2,
    /// An input is malformed, truncated or of the wrong kind.
    Malformed = 3,
    /// An input is well-formed but not genuine: a signature, root, key pair or SMSN does not fit.
    NotGenuine = 4,
    /// The thing could be done but must not: it would overwrite, duplicate, or give firmware what it misreads.
    Refused = 5,
    /// A file or stream could not be read or written.
    Io = 6,
    /// A known form that is not supported: an encrypted key, a format that is only decoded.
    Unsupported = 7,
    /// No HSM answers: connector, network, TLS, plug.
    HsmUnreachable = 8,
    /// The HSM answers and refuses: PIN, sessions, rights, a full log.
    HsmRefused = 9,
    /// The HSM does not hold what is needed: no such product, a missing or damaged object, a newer layout.
    HsmContent = 10,
    /// What the HSM signed does not verify: it, or this machine's memory, is faulty.
    Alarm = 11,
    /// Of several things some were done and some were not.
    Partial = 12,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
