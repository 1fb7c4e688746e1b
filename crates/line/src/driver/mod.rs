//! The way to the board in one fixture.
//!
//! A [`Driver`] is a programmer in a fixture, a serial port to diagnostic firmware, or a rehearsal. The line knows no
//! other way to a board, and one suite of tests runs over all of them.

pub mod check;
pub mod command;
pub mod diag;
mod error;
pub mod files;
mod page_file;
mod scratch;
pub mod sim;

use std::{fmt, str::FromStr, time::Duration};

use page::Image;
use sidewalk::{Apid, Chain, Csr, Curve, Smsn};

pub use self::{command::run_program, error::DriverError};

/// Talks to the board in one fixture. Owned by one slot; every call blocks and has a limit of its own.
pub trait Driver: Send {
    /// Looks whether a board is there, and which. Called again and again while a slot waits; returns at once.
    ///
    /// # Errors
    ///
    /// The way to the board is broken. That no board is there is no error.
    fn look(&mut self) -> Result<Presence, DriverError>;

    /// Where the private keys of a board are made.
    fn key_origin(&self) -> KeyOrigin;

    /// What stands where the page belongs: the whole region as it is in flash.
    ///
    /// # Errors
    ///
    /// [`DriverError`]. A driver that cannot read at all says [`FoundPage::Unreadable`].
    fn read_page(&mut self) -> Result<FoundPage, DriverError>;

    /// Lets the board make its keys and ask for certificates. Each call makes new keys.
    ///
    /// # Errors
    ///
    /// [`DriverError::Unsupported`] where keys are made on the host.
    fn request_certificates(&mut self, naming: &Naming) -> Result<BoardRequest, DriverError> {
        let _ = naming;
        Err(DriverError::Unsupported { what: "on-device key generation" })
    }

    /// Gives the board its identity. Nothing on the board but the page's region is erased, and nothing is erased
    /// after the page was written. May be repeated with the same delivery.
    ///
    /// # Errors
    ///
    /// [`DriverError`]; what is on the board then is unknown.
    fn install(&mut self, delivery: &Delivery<'_>) -> Result<(), DriverError>;

    /// Asks firmware that knows how what it has stored. `None` where nobody can be asked.
    ///
    /// # Errors
    ///
    /// [`DriverError`]. That the firmware is too old to tell is no error.
    fn confirm_installed(&mut self) -> Result<Option<Confirmation>, DriverError> {
        Ok(None)
    }

    /// Says a line to the firmware on the board, and returns the lines that it answers until it is silent for a
    /// moment, or `patience` is over.
    ///
    /// # Errors
    ///
    /// [`DriverError::Unsupported`] where there is no firmware to talk to.
    fn converse(&mut self, line: &str, patience: Duration) -> Result<Vec<String>, DriverError> {
        let _ = (line, patience);
        Err(DriverError::Unsupported { what: "a conversation with the firmware" })
    }

    /// Lets go of a board that is done, failed or refused. Afterwards [`Driver::look`] tells when it is gone.
    ///
    /// # Errors
    ///
    /// [`DriverError`]; the board keeps what it has.
    fn let_go(&mut self) -> Result<(), DriverError> {
        Ok(())
    }
}

/// Whether a board is in the fixture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Presence {
    /// None answers.
    Empty,
    /// One is there, or will be; nothing tells it from another. After [`Driver::let_go`] a driver says so only when it
    /// is another one's turn.
    Anonymous,
    /// This one is there.
    Board(ChipId),
}

/// The name that a chip has from its maker, such as Nordic's FICR DEVICEID: 1 to 64 visible ASCII characters.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ChipId(String);

impl ChipId {
    /// The most characters: the longest ids are 128 bits in hex, and there is room for a prefix.
    pub const LEN_MAX: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChipId {
    type Err = ChipIdError;

    fn from_str(text: &str) -> Result<Self, ChipIdError> {
        let is_good = !text.is_empty()
            && text.len() <= Self::LEN_MAX
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_good { Ok(Self(text.to_owned())) } else { Err(ChipIdError) }
    }
}

impl fmt::Display for ChipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ChipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipId({self})")
    }
}

/// A text that is no chip id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a chip id has 1 to 64 visible ASCII characters")]
pub struct ChipIdError;

/// Where private keys are made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyOrigin {
    /// On the line PC; they reach the board with its page.
    Host,
    /// On the board, which never lets them out.
    Board,
}

/// What stands where the page belongs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FoundPage {
    /// The bytes of the region, from the page's first byte on. Erased flash reads FF.
    Bytes(Image),
    /// The driver has no way to read.
    Unreadable,
}

/// What the board needs to name itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Naming<'a> {
    /// The device type, without a stage.
    pub device_type: &'a str,
    /// The device serial number.
    pub dsn: &'a str,
    /// The advertised product id.
    pub apid: Apid,
    /// The board id, where the product has one.
    pub board_id: Option<&'a str>,
    /// The number that the board must come to.
    pub smsn: Smsn,
}

/// A board's two signing requests; their signatures verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BoardRequest {
    /// On Ed25519.
    pub ed25519: Csr,
    /// On P-256.
    pub p256r1: Csr,
}

/// What firmware says it has stored. A part that it does not tell is `None`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Confirmation {
    /// The advertised product id.
    pub apid: Option<Apid>,
    /// The application server's public key.
    pub app_server_key: Option<[u8; 32]>,
}

/// What makes a board a device.
#[derive(Clone, Copy, Debug)]
pub enum Delivery<'a> {
    /// A finished page with keys that the host made.
    Page {
        /// The page from its first byte on.
        image: &'a Image,
        /// The flash address of its first byte.
        address: u32,
        /// The size of the flash region, which may be erased as a whole.
        region_len: usize,
    },
    /// Chains for keys that the board made.
    Chains {
        /// On Ed25519.
        ed25519: &'a Chain,
        /// On P-256.
        p256r1: &'a Chain,
        /// The application server's public key.
        app_server_key: &'a [u8; 32],
    },
}

impl Delivery<'_> {
    /// The chain of a curve, where chains are delivered.
    pub fn chain(&self, curve: Curve) -> Option<&Chain> {
        match self {
            Self::Page { .. } => None,
            Self::Chains { ed25519, p256r1, .. } => Some(match curve {
                Curve::Ed25519 => ed25519,
                Curve::P256r1 => p256r1,
            }),
        }
    }
}
