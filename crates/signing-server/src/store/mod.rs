//! What a signing server remembers: who was signed, what was paid for it, and the evidence.
//!
//! [`rules`] decides, on [`Tables`] that are rows of whichever database; [`Store`] hands changes to the one thread that
//! owns the connection, which makes them durable in groups. SQLite serves one server, PostgreSQL several.

mod evidence_log;
mod fault;
pub mod measure;
mod op;
mod owner;
mod postgres;
mod rules;
mod sqlite;
mod tables;

pub use self::{
    fault::StoreFault,
    op::{Begin, Begun, Counts, Finish, Issued, PackageState, PackageTerms, TakenUp, Ticket},
    owner::{ENTRIES_MAX, Store},
    postgres::PostgresStore,
    sqlite::{DatabaseLook, SqliteStore, look_at_database},
};
