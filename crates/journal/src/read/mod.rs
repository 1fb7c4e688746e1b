//! Reading: rows into values, over any connection.

mod find;
mod row;
mod tables;
mod unfinished;

pub(crate) use self::{
    find::{by_id, find, for_each, unfinished_records},
    row::state,
    tables::{counts, has_sealed_keys, jobs, key_check, logs, notes, pending_logs},
    unfinished::{resume, unfinished},
};
