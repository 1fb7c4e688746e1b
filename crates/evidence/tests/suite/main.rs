//! The log, its notes and its proofs: known answers, peers, damage.

mod arbitrary_bytes;
mod audit;
mod issuance;
mod merkle;
mod note;
mod peer;
mod proof;
mod support;
mod tiles;
