//! Putting a product onto HSMs: what Amazon does before it returns an HSM, for dummy products.
//!
//! The keys are made once, in memory, and put into each HSM, so that several hold one device attestation
//! key (DAK). They are in no file; a root that nobody else has signs the chain, and its trust file says so.

mod error;
mod material;
mod object;
mod plan;
mod public_json;
mod put;

pub use self::{
    error::ProgramError,
    material::{Material, NotGenuineMaterial},
    plan::{DAKS_MAX, Plan, ProductName},
    public_json::{PublicJsonError, read_public_json},
    put::{Admin, Existing, Programmed, check_ready, program},
};
