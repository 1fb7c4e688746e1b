//! Who keeps the audit logs of a fleet's HSMs.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use yubihsm2::{LogPage, MessageLimit, ObjectId};

use crate::{
    audit::{advance_audit_log, read_audit_log},
    endpoint::Endpoint,
    link::Link,
    pin::Credentials,
    session::{Session, SessionError},
};

/// Who keeps the audit logs, so that HSMs that insist on theirs (force-audit) go on signing. An HSM forgets
/// its entries only once they are stored here.
///
/// The entries of a page may have been given before: where the program or the way to the HSM ended between
/// storing and forgetting. Their numbers tell, as [`AuditTrust`](crate::AuditTrust) checks.
#[derive(Clone)]
pub struct AuditSink {
    slots: Vec<ObjectId>,
    credentials: Credentials,
    store: Arc<Store>,
}

type Store = dyn Fn(u32, &LogPage) -> Result<(), String> + Send + Sync;

/// Why a log was not emptied.
#[derive(Debug)]
pub(super) enum NotEmptied {
    Session(SessionError),
    NotStored(String),
}

impl AuditSink {
    /// Stores what `store` is given: the HSM's serial number and its log, which may be empty. It returns
    /// once the entries are safe, or says why they are not.
    ///
    /// A session with the PIN may not read the log: `credentials` open one that may (get-log-entries), at
    /// the first of `slots` that the HSM has.
    pub fn new(
        slots: Vec<ObjectId>,
        credentials: Credentials,
        store: impl Fn(u32, &LogPage) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self { slots, credentials, store: Arc::new(store) }
    }

    /// Fetches, stores and forgets what is in the log of an HSM, with a session of its own whose commands
    /// are counted.
    pub(super) fn empty(
        &self,
        endpoint: &Endpoint,
        commands: &Arc<AtomicU64>,
        serial: u32,
    ) -> Result<(), NotEmptied> {
        let link = Link::open(endpoint).map_err(SessionError::Transport)?.counted_by(commands);
        let limit = MessageLimit::BEFORE_2_4;
        let mut session = Session::open(link, &self.slots, &self.credentials, limit)?;
        // Another HSM may be plugged in meanwhile.
        let found = session.call_repeatable(&yubihsm2::operation::DeviceInfo {});
        let serial = found.map_or(serial, |info| info.serial);
        let page = read_audit_log(&mut session)?;
        (self.store)(serial, &page).map_err(NotEmptied::NotStored)?;
        if let Some(last) = page.entries.last() {
            advance_audit_log(&mut session, last)?;
        }
        session.close()?;
        Ok(())
    }
}

impl From<SessionError> for NotEmptied {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl fmt::Display for NotEmptied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(error) => error.fmt(f),
            Self::NotStored(cause) => write!(f, "store the audit log: {cause}"),
        }
    }
}

impl fmt::Debug for AuditSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditSink").field("slots", &self.slots).finish_non_exhaustive()
    }
}
