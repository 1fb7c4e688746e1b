//! Commands about the device itself.

use crate::{
    algorithm::Algorithm,
    firmware::FirmwareVersion,
    operation::operations,
    p256_key::P256PublicKey,
    secret::SecretBytes,
    wire::{Reader, Wire, WireError, Writer, wire_struct},
};

operations! {
    /// `01`: sends any bytes back. In the clear too.
    ECHO => pub struct Echo {
        /// The bytes.
        pub data: Vec<u8>,
    } -> Vec<u8>;

    /// `06` without payload: what the device is. In the clear too.
    DEVICE_INFO => pub struct DeviceInfo {} -> GeneralInfo;

    /// `08`: erases everything and restarts. Sessions and the connection vanish.
    RESET_DEVICE => pub struct ResetDevice {} -> ();

    /// `0a`: the device's long-lived public key for asymmetric sessions; in the clear. From firmware
    /// 2.3.1.
    DEVICE_PUBLIC_KEY => pub struct DevicePublicKey {} -> DevicePublicKeyAnswer;

    /// `41`: how full the store is.
    STORAGE_INFO => pub struct StorageInfo {} -> StorageUse;

    /// `51`: random bytes.
    PSEUDO_RANDOM => pub struct PseudoRandom {
        /// How many bytes.
        pub count: u16,
    } -> SecretBytes;

    /// `6b`: blinks. Answered at once.
    BLINK_DEVICE => pub struct BlinkDevice {
        /// For how many seconds.
        pub seconds: u8,
    } -> ();
}

wire_struct! {
    /// What a device is: 9 bytes and the algorithms.
    pub struct GeneralInfo {
        /// Firmware.
        pub version: FirmwareVersion,
        /// Serial number; printed with ten digits.
        pub serial: u32,
        /// How many entries the audit log holds: [`LogEntry::COUNT_MAX`](crate::LogEntry::COUNT_MAX).
        pub log_total: u8,
        /// How many entries are in it.
        pub log_used: u8,
        /// The algorithms that the firmware knows.
        pub algorithms: Vec<Algorithm>,
    }
}

wire_struct! {
    /// How full the store is: five numbers of 2 bytes.
    #[derive(Copy)]
    pub struct StorageUse {
        /// How many objects fit.
        pub records_total: u16,
        /// How many more objects fit.
        pub records_free: u16,
        /// How many pages there are.
        pub pages_total: u16,
        /// How many pages are free.
        pub pages_free: u16,
        /// The size of a page in bytes.
        pub page_len_bytes: u16,
    }
}

impl StorageUse {
    /// How many objects a device holds.
    pub const RECORDS_TOTAL: u16 = 256;

    /// How many pages a device has.
    pub const PAGES_TOTAL: u16 = 1024;

    /// The size of a page in bytes.
    pub const PAGE_LEN_BYTES: u16 = 126;

    /// How many pages an object of this stored size takes.
    pub const fn pages_of(stored_len_bytes: u16) -> u16 {
        stored_len_bytes.div_ceil(Self::PAGE_LEN_BYTES)
    }
}

/// `06` with page 1: the part number. In the clear too. From firmware 2.4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DevicePartNumber;

impl DevicePartNumber {
    /// The page's number, which is the whole payload.
    const PAGE: u8 = 1;
}

impl Wire for DevicePartNumber {
    fn write(&self, out: &mut Writer) {
        Self::PAGE.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let offset = input.offset();
        match u8::read(input)? {
            Self::PAGE => Ok(Self),
            _ => Err(WireError::Value { field: "device info page", offset }),
        }
    }
}

impl super::Operation for DevicePartNumber {
    const COMMAND: crate::Command = crate::Command::DEVICE_INFO;
    type Answer = PartNumber;
}

/// A chip's part number, such as `78CLUFX5000P`: printable ASCII, a zero behind it on the wire.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartNumber(String);

impl PartNumber {
    /// Takes a part number, or `None` where it has other characters than printable ASCII.
    pub fn new(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        printable.then(|| Self(text.to_owned()))
    }

    /// The part number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Wire for PartNumber {
    fn write(&self, out: &mut Writer) {
        out.bytes(self.0.as_bytes());
        out.bytes(&[0]);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let offset = input.offset();
        let invalid = WireError::Value { field: "part number", offset };
        let text = input.rest().strip_suffix(&[0]).ok_or(invalid)?;
        std::str::from_utf8(text).ok().and_then(Self::new).ok_or(invalid)
    }
}

/// The device's long-lived public key: algorithm 49, then X ‖ Y.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DevicePublicKeyAnswer(pub P256PublicKey);

impl Wire for DevicePublicKeyAnswer {
    fn write(&self, out: &mut Writer) {
        Algorithm::EC_P256_YUBICO_AUTHENTICATION.write(out);
        out.bytes(&self.0.to_coordinates());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let offset = input.offset();
        if Algorithm::read(input)? != Algorithm::EC_P256_YUBICO_AUTHENTICATION {
            return Err(WireError::Value { field: "algorithm", offset });
        }
        let offset = input.offset();
        P256PublicKey::from_coordinates(&input.array()?)
            .map(Self)
            .ok_or(WireError::Value { field: "public key", offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_number_is_thirteen_bytes_with_its_zero() {
        let part = PartNumber::new("78CLUFX5000P").unwrap();
        assert_eq!(part.to_bytes().as_bytes(), b"78CLUFX5000P\0");
        assert_eq!(PartNumber::from_bytes(b"78CLUFX5000P\0"), Ok(part));
    }

    #[test]
    fn a_part_number_without_zero_or_with_control_characters_is_refused() {
        let error = WireError::Value { field: "part number", offset: 0 };
        for bytes in [b"78".as_slice(), b"7\x1b\0", b"7\0\0", b""] {
            assert_eq!(PartNumber::from_bytes(bytes), Err(error));
        }
    }

    #[test]
    fn an_object_takes_whole_pages_of_126_bytes() {
        assert_eq!([0, 1, 126, 127].map(StorageUse::pages_of), [0, 1, 1, 2]);
    }
}
