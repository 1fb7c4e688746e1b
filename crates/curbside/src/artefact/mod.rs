//! What people hand around, found out by looking at it.

mod chains;
mod json;

pub(crate) use self::{
    chains::{ChainFault, Device, Origin, Place, for_each_device, for_each_line},
    json::{DeviceProfile, Json, SigningOutput, WirelessDevice},
};
