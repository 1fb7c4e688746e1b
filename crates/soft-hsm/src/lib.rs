//! A software YubiHSM 2: the device as a pure state machine, its encrypted store, and the connector in front.

pub mod connector;
pub mod device;
mod randomness;
mod soft_hsm;
pub mod store;

pub use crate::{
    randomness::{NoRandomness, OsRandomness, Randomness, SeededRandomness},
    soft_hsm::{SoftHsm, SoftHsmEvent},
};
