//! The audit logs of HSMs, kept as files: one entry a line, as JSON.

mod entry;
mod kept;

pub(crate) use {
    entry::{entry_block, entry_of_line, line_of},
    kept::KeptLogs,
};
