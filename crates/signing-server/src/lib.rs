//! The signing service: requests in, chains out, each paid from a quota and entered in the evidence log.
//!
//! A call becomes an intent in the [`store`], paid and durable, before any HSM is asked; what the HSM signed is verified,
//! and its outcome and its entry of evidence become durable together before anybody sees them. Whoever asks again gets
//! the same chains.
//!
//! What this crate must never do: let a device be signed that is not in the store, give one number a second pair without
//! being asked for a rework, or lose a count.

pub mod api;
mod assembly;
mod desk;
mod metrics;
mod packages;
mod product;
mod settings;
pub mod store;
mod turns;

pub use crate::{
    assembly::{ProductEdge, ServerError},
    desk::{Asker, Desk},
    metrics::{BOUNDS_MS, Counted, Metrics},
    packages::{BadPackage, BadPackageProblem, PACKAGE_EXTENSION, PACKAGES_MAX, Packages},
    product::Product,
    settings::{AuditSettings, ProductSettings, SETTINGS_LEN_BYTES_MAX, Settings, SettingsError},
};
