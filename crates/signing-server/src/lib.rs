//! The signing service: requests in, chains out, each paid from a quota and entered in the evidence log.
//!
//! A call becomes an intent in the [`store`], paid and durable, before any HSM is asked; what the HSM signed is verified,
//! and its outcome and its entry of evidence become durable together before anybody sees them. Whoever asks again gets
//! the same chains.
//!
//! What this crate must never do: let a device be signed that is not in the store, give one number a second pair without
//! being asked for a rework, or lose a count.

pub mod store;
