//! Artefacts as blocks of named values. Private keys are never among them.

mod chain;
mod control_log;
mod key;
mod page;

pub(crate) use self::{
    chain::{chain, chain_in_brief, serial, verdict},
    control_log::entry,
    key::{fingerprint, public_key},
    page::{finding, identity_fault, page},
};
