//! What is set on a device from the outside.

use yubihsm2::FirmwareVersion;

/// What kind of device it is. Not part of its state: a device opened with newer firmware has been updated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// The firmware that it behaves as. Messages, commands, algorithms, audit defaults and some error codes
    /// follow from it.
    pub firmware: FirmwareVersion,
    /// The serial number of a new device; a random one where it is absent. A device that exists keeps its
    /// own.
    pub serial: Option<u32>,
}

impl Default for Settings {
    /// Firmware 2.4.1, which most devices in the field run, and a random serial number.
    fn default() -> Self {
        Self { firmware: FirmwareVersion::V2_4_1, serial: None }
    }
}
