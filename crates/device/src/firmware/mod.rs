//! The device firmware's own view of its page: what it reads at boot, what it makes of it, and what it writes.
//!
//! Sources: nrfconnect/sdk-sidewalk (`sid_mfg_storage.c`, `sid_mfg_hex_v7.c`, `sid_mfg_hex_v8.c`, and the PAL of nRF
//! Connect SDK 2.6 to 2.9), stm32-hotspot/STM32-Sidewalk-SDK, telink-semi/tl_amazon_sidewalk and
//! SiliconLabs/amazon-sidewalk. Their documented defects are part of the picture.

mod boot;
mod identity;
mod internal;
mod reader;
mod rewrite;

pub(crate) use self::internal::{FlagsRecord, record};
pub use self::{
    boot::{BootLog, BootOutcome, Refusal},
    identity::Identity,
};
