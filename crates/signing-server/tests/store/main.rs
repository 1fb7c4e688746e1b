//! The store on SQLite and on PostgreSQL: the same rules, the same counts, whatever is killed.

#![cfg(test)]

mod database_kills;
mod devices;
mod draw;
mod evidence_log;
mod model;
mod opening;
mod places;
mod postgres_settings;
mod quota;
mod replicas;
mod rules;
mod server_kills;
mod traffic;
