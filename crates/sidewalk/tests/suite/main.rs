//! What the crate promises, proved from outside: one concept a module.

mod arbitrary_bytes;
mod csr;
mod damage;
mod issue_and_verify;
mod pem;
mod public_chains;
mod serial;
mod smsn;
mod support;
mod trust_file;
