//! What PostgreSQL's errors mean for a change.

use std::error::Error as _;

use postgres::{Error, error::SqlState};

use crate::store::StoreFault;

/// Classes of errors (PostgreSQL's manual, appendix A) behind which nothing was changed, and that pass: authorization,
/// connections, a database that is not there (yet), transactions rolled back, resources, operators, the system.
const PASSING: [&str; 7] = ["08", "28", "3D", "40", "53", "57", "58"];

/// A fault for an error. An error that does not come from the database is of the connection, and it is gone.
pub(super) fn fault_of(place: &str, error: &Error) -> StoreFault {
    let place = place.to_owned();
    let Some(said) = error.as_db_error() else {
        let mut cause = error.to_string();
        if let Some(source) = error.source().map(ToString::to_string)
            && !cause.contains(&source)
        {
            cause = format!("{cause}: {source}");
        }
        return StoreFault::Away { place, cause };
    };
    let code = said.code();
    let cause = format!("{} ({})", said.message(), code.code());
    let is_passing = PASSING.iter().any(|class| code.code().starts_with(class))
        || [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code);
    if is_passing { StoreFault::Away { place, cause } } else { StoreFault::Broken { place, cause } }
}
