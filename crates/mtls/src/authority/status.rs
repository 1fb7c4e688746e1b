//! How an authority stands, on the day on which it is looked at.

use super::{Authority, AuthorityError, DAY_SECONDS, Record, RevocationList};

/// Fewer days than this are a warning: time enough for a person who is away for three weeks.
pub const WARN_DAYS: u64 = 30;

/// How an authority stands.
#[derive(Debug)]
pub struct Status {
    /// Its revocation list.
    pub revocation_list: RevocationList,
    /// Every certificate, the oldest first.
    pub entries: Vec<StatusEntry>,
    /// How the authority's own certificate stands.
    pub authority: EntryState,
    /// Whole days until it expires.
    pub authority_days_left: u64,
}

/// One certificate.
#[derive(Debug)]
pub struct StatusEntry {
    /// Its record.
    pub record: Record,
    /// How it stands.
    pub state: EntryState,
    /// Whole days until it expires.
    pub days_left: u64,
    /// Its record says revoked, and the list that servers read does not.
    pub is_list_behind: bool,
}

/// How a certificate stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EntryState {
    /// Valid, with time left.
    Valid,
    /// Valid, and for fewer than [`WARN_DAYS`] days.
    ExpiresSoon,
    /// Not valid any more.
    Expired,
    /// A later certificate of the name is valid: nobody waits for this one.
    Renewed,
    /// Revoked.
    Revoked,
}

impl EntryState {
    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::ExpiresSoon => "expires soon",
            Self::Expired => "expired",
            Self::Renewed => "renewed",
            Self::Revoked => "revoked",
        }
    }
}

impl Authority {
    /// Reads everything and says how it stands.
    ///
    /// # Errors
    ///
    /// A record or the list is damaged.
    pub fn status(&self, now_unix: u64) -> Result<Status, AuthorityError> {
        let revocation_list = self.revocation_list()?;
        let records = self.records()?;
        let mut entries = Vec::with_capacity(records.len());
        for (index, record) in records.iter().enumerate() {
            let not_after_unix = record.inspection().identity().not_after_unix;
            let is_renewed = records[index + 1..]
                .iter()
                .any(|later| later.name() == record.name() && later.is_live(now_unix));
            let state = match (record.revoked(), is_renewed) {
                (Some(_), _) => EntryState::Revoked,
                (None, true) => EntryState::Renewed,
                (None, false) => state(not_after_unix, now_unix),
            };
            entries.push(StatusEntry {
                state,
                days_left: record.inspection().days_left(now_unix),
                is_list_behind: record.revoked().is_some()
                    && !revocation_list.has(record.serial_hex()),
                record: record.clone(),
            });
        }
        let not_after_unix = self.certificate().not_after_unix();
        Ok(Status {
            revocation_list,
            entries,
            authority: state(not_after_unix, now_unix),
            authority_days_left: not_after_unix.saturating_sub(now_unix) / DAY_SECONDS,
        })
    }
}

const fn state(not_after_unix: u64, now_unix: u64) -> EntryState {
    if not_after_unix < now_unix {
        EntryState::Expired
    } else if (not_after_unix - now_unix) / DAY_SECONDS < WARN_DAYS {
        EntryState::ExpiresSoon
    } else {
        EntryState::Valid
    }
}
