//! How frames get to a device and back. One answer for one frame; nothing is sent twice here.

mod error;
mod http;
mod in_process;
mod usb;

pub use self::error::{ConnectFault, TlsFault, TransportError, UDEV_RULE};
pub(crate) use self::{
    http::{HttpTarget, HttpTransport},
    in_process::InProcess,
    usb::UsbTransport,
};

use std::time::Duration;

use yubihsm2::{Frame, MessageLimit};

/// How long an answer may take. Fifteen other sessions may each have a slow command before ours (RSA-4096
/// takes 0.9 s), and the network has its share.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(20);

/// A way to one device. Blocking, with limits on how long.
pub trait Transport: Send {
    /// Sends a frame and waits for the answer to it.
    ///
    /// # Errors
    ///
    /// [`TransportError`]. Whether the device took the frame is known only where
    /// [`TransportError::is_sent`] says no.
    fn exchange(&mut self, frame: &Frame) -> Result<Frame, TransportError>;
}

/// Reads an answer of a device of any firmware.
fn read_frame(place: impl ToString, bytes: &[u8]) -> Result<Frame, TransportError> {
    Frame::decode(bytes, MessageLimit::FROM_2_4)
        .map_err(|fault| TransportError::Frame { place: place.to_string(), fault })
}
