//! The connector's HTTP API and USB addresses: constants, and the status page.

use std::{fmt, time::Duration};

use thiserror::Error;

use crate::{firmware::MessageLimit, frame::Frame};

/// Where the status page is. Method GET.
pub const STATUS_PATH: &str = "/connector/status";

/// Where frames go. Method POST.
pub const API_PATH: &str = "/connector/api";

/// Where the vendor's connector listens by default.
pub const LISTEN_DEFAULT: &str = "localhost:12345";

/// The content type of the status page and of error pages.
pub const TEXT_CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// The content type of frames.
pub const FRAME_CONTENT_TYPE: &str = "application/octet-stream";

/// The shortest body that is forwarded, in bytes; a shorter one is answered 400.
pub const API_BODY_LEN_BYTES_MIN: usize = Frame::HEADER_LEN_BYTES;

/// The longest body that is forwarded, in bytes; a longer one is answered 400.
pub const API_BODY_LEN_BYTES_MAX: usize =
    Frame::HEADER_LEN_BYTES + MessageLimit::FROM_2_4.frame_len_bytes();

/// After how long the vendor's connector gives up on a request and closes an idle connection: a client that
/// keeps connections must expect stale ones.
pub const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest status page that libyubihsm reads, in bytes.
pub const STATUS_LEN_BYTES_MAX: usize = 256;

/// The version that the vendor's connector reports.
pub const VENDOR_CONNECTOR_VERSION: &str = "3.0.7";

/// The hosts that the vendor's connector answers to where its allow-list is on, without port.
pub const HOSTS_ALLOWED_DEFAULT: [&str; 4] = ["localhost", "localhost.", "127.0.0.1", "[::1]"];

/// The USB vendor id.
pub const USB_VENDOR_ID: u16 = 0x1050;

/// The USB product id.
pub const USB_PRODUCT_ID: u16 = 0x0030;

/// The USB interface.
pub const USB_INTERFACE: u8 = 0;

/// The bulk endpoint for frames to the device.
pub const USB_ENDPOINT_OUT: u8 = 0x01;

/// The bulk endpoint for frames from the device.
pub const USB_ENDPOINT_IN: u8 = 0x81;

/// The size of a USB packet in bytes: a write that is a multiple of it is ended by an empty packet.
pub const USB_PACKET_LEN_BYTES: usize = 64;

/// Whether a device is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DevicePresence {
    /// `OK`.
    Present,
    /// `NO_DEVICE`.
    Absent,
}

/// The status page: six lines `key=value`.
///
/// [`Display`](fmt::Display) writes it as the vendor's connector does. Reading takes the keys in any order
/// and ignores others, as clients do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectorStatus {
    /// `status`.
    pub presence: DevicePresence,
    /// `serial`: the device's serial number where the connector is pinned to one, `*` otherwise.
    pub serial: Option<u32>,
    /// `version`: the connector's.
    pub version: String,
    /// `pid`: the connector's process id.
    pub pid: u32,
    /// `address`: what it listens on.
    pub address: String,
    /// `port`: where it listens.
    pub port: u16,
}

impl fmt::Display for ConnectorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self.presence {
            DevicePresence::Present => "OK",
            DevicePresence::Absent => "NO_DEVICE",
        };
        writeln!(f, "status={status}")?;
        match self.serial {
            Some(serial) => writeln!(f, "serial={serial:010}")?,
            None => writeln!(f, "serial=*")?,
        }
        writeln!(f, "version={}", self.version)?;
        writeln!(f, "pid={}", self.pid)?;
        writeln!(f, "address={}", self.address)?;
        writeln!(f, "port={}", self.port)
    }
}

impl ConnectorStatus {
    /// Reads a status page.
    ///
    /// # Errors
    ///
    /// [`StatusError`]: whatever answered is no connector.
    pub fn parse(body: &[u8]) -> Result<Self, StatusError> {
        if body.len() > STATUS_LEN_BYTES_MAX {
            return Err(StatusError::TooLong { found: body.len() });
        }
        // Control characters have no business here, and a terminal that is shown them would obey.
        let is_plain = |line: &str| line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let text = std::str::from_utf8(body).ok().filter(|text| text.lines().all(is_plain));
        let text = text.ok_or(StatusError::NotText)?;
        let value = |key: &'static str| {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            let found = lines.into_iter().find(|(found, _)| *found == key);
            found.map(|(_, value)| value).ok_or(StatusError::Missing { key })
        };
        let invalid = |key: &'static str| StatusError::Value { key };
        Ok(Self {
            presence: match value("status")? {
                "OK" => DevicePresence::Present,
                "NO_DEVICE" => DevicePresence::Absent,
                _ => return Err(invalid("status")),
            },
            serial: match value("serial")? {
                "*" => None,
                serial => Some(serial.parse().map_err(|_| invalid("serial"))?),
            },
            version: value("version")?.to_owned(),
            pid: value("pid")?.parse().map_err(|_| invalid("pid"))?,
            address: value("address")?.to_owned(),
            port: value("port")?.parse().map_err(|_| invalid("port"))?,
        })
    }
}

/// Why a body is no status page.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum StatusError {
    /// It is longer than any status page.
    #[error("status page of {found} bytes is longer than {STATUS_LEN_BYTES_MAX}")]
    TooLong {
        /// Its size in bytes.
        found: usize,
    },
    /// It is not printable ASCII.
    #[error("status page is no text")]
    NotText,
    /// A line is missing.
    #[error("status page has no line {key:?}")]
    Missing {
        /// The line's key.
        key: &'static str,
    },
    /// A value is not one that the line can have.
    #[error("status page has another value of {key:?} than expected")]
    Value {
        /// The line's key.
        key: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> ConnectorStatus {
        ConnectorStatus {
            presence: DevicePresence::Present,
            serial: None,
            version: VENDOR_CONNECTOR_VERSION.to_owned(),
            pid: 4711,
            address: "localhost".to_owned(),
            port: 12_345,
        }
    }

    #[test]
    fn the_page_is_six_lines_in_the_vendors_order() {
        let expected =
            "status=OK\nserial=*\nversion=3.0.7\npid=4711\naddress=localhost\nport=12345\n";
        assert_eq!(status().to_string(), expected);
        assert_eq!(ConnectorStatus::parse(expected.as_bytes()), Ok(status()));
    }

    #[test]
    fn a_pinned_serial_has_ten_digits() {
        let serial = Some(7_550_054);
        let pinned = ConnectorStatus { serial, presence: DevicePresence::Absent, ..status() };
        let page = pinned.to_string();
        assert!(page.starts_with("status=NO_DEVICE\nserial=0007550054\n"), "{page}");
        assert_eq!(ConnectorStatus::parse(page.as_bytes()), Ok(pinned));
    }

    #[test]
    fn a_page_of_something_else_is_refused() {
        let missing = StatusError::Missing { key: "status" };
        assert_eq!(ConnectorStatus::parse(b"<html></html>"), Err(missing));
        let value = StatusError::Value { key: "status" };
        assert_eq!(ConnectorStatus::parse(b"status=MAYBE\n"), Err(value));
        assert_eq!(ConnectorStatus::parse(&[0xFF]), Err(StatusError::NotText));
        assert_eq!(ConnectorStatus::parse(b"status=OK\nserial=\x1b[2J"), Err(StatusError::NotText));
        assert_eq!(ConnectorStatus::parse(&[b'x'; 257]), Err(StatusError::TooLong { found: 257 }));
    }

    #[test]
    fn frames_of_3_to_3139_bytes_are_forwarded() {
        assert_eq!((API_BODY_LEN_BYTES_MIN, API_BODY_LEN_BYTES_MAX), (3, 3139));
    }
}
