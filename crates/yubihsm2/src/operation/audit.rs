//! Commands that read and advance the audit log.

use crate::{audit::LogPage, operation::operations};

operations! {
    /// `4d`: reads the whole log.
    LOG_ENTRIES => pub struct LogEntries {} -> LogPage;

    /// `67`: drops the entries up to and including a number. The command itself is logged after that.
    SET_LOG_INDEX => pub struct SetLogIndex {
        /// The number of the last entry to drop.
        pub number: u16,
    } -> ();
}
