//! The public tools' command lines, each run as a whole program.

mod chain_and_key;
mod consolidate_cl;
mod place;
mod provision;
