//! The targets, by the crate whose decoders they drive.

pub mod control_log;
pub mod device;
pub mod evidence;
pub mod line;
pub mod mtls;
pub mod page;
pub mod sidewalk;
pub mod signer;
pub mod soft_hsm;
pub mod yubihsm2;
