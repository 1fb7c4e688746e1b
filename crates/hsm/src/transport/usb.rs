//! An HSM that is plugged in here: one bulk transfer out, one in.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use nusb::{
    Endpoint, ErrorKind, MaybeFuture as _,
    transfer::{Buffer, Bulk, In, Out, TransferError},
};
use yubihsm2::{
    Frame, MessageLimit,
    connector::{
        USB_ENDPOINT_IN, USB_ENDPOINT_OUT, USB_INTERFACE, USB_PACKET_LEN_BYTES, USB_PRODUCT_ID,
        USB_VENDOR_ID,
    },
};

use super::{EXCHANGE_TIMEOUT, Transport, TransportError, read_frame};

/// How much is asked for in one transfer: the longest frame in whole packets, and a packet more, so that
/// also the longest ends with a short packet.
const READ_LEN_BYTES: usize =
    (MessageLimit::FROM_2_4.frame_len_bytes() / USB_PACKET_LEN_BYTES + 1) * USB_PACKET_LEN_BYTES;

/// How long leftovers of an earlier exchange are waited for after opening.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(20);

/// How many leftovers are thrown away. There is at most one; more than a few means another fault.
const DRAIN_TRANSFERS_MAX: usize = 4;

/// An HSM on USB, shared by all transports to it: only one claim on it is possible, as only one frame at a
/// time is. Clones are the same HSM.
#[derive(Clone)]
pub(crate) struct UsbTransport {
    place: UsbPlace,
    device: Arc<Mutex<Option<UsbDevice>>>,
}

/// An open HSM on USB. Only one program at a time has it.
struct UsbDevice {
    place: UsbPlace,
    output: Endpoint<Bulk, Out>,
    input: Endpoint<Bulk, In>,
    /// After a failed exchange an answer may still come, which must not pass for the next one's.
    is_in_step: bool,
}

/// An HSM on USB as it is written: by its serial number, or any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsbPlace(Option<u32>);

impl fmt::Display for UsbPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(serial) => write!(f, "usb://{serial:010}"),
            None => f.write_str("usb://"),
        }
    }
}

impl UsbTransport {
    /// The HSM with this serial number, or the first that is found.
    pub(crate) fn new(serial: Option<u32>) -> Self {
        Self { place: UsbPlace(serial), device: Arc::default() }
    }

    /// Which HSM.
    pub(crate) const fn place(&self) -> UsbPlace {
        self.place
    }

    /// Takes the HSM, unless this process has it already.
    pub(crate) fn open(&self) -> Result<(), TransportError> {
        self.opened().map(drop)
    }

    fn opened(&self) -> Result<MutexGuard<'_, Option<UsbDevice>>, TransportError> {
        // A thread that panicked within an exchange left the device out of step, which shows.
        let mut device = self.device.lock().unwrap_or_else(PoisonError::into_inner);
        if device.is_none() {
            *device = Some(UsbDevice::open(self.place)?);
        }
        Ok(device)
    }
}

impl Transport for UsbTransport {
    fn exchange(&mut self, frame: &Frame) -> Result<Frame, TransportError> {
        let mut device = self.opened()?;
        let exchanged = device.as_mut().map(|device| device.exchange(frame));
        let place = self.place;
        let answer = exchanged
            .unwrap_or_else(|| Err(TransportError::UsbAbsent { place: place.to_string() }));
        if answer.is_err() {
            // It may have been unplugged: the next frame looks for it again.
            *device = None;
        }
        answer
    }
}

impl UsbDevice {
    fn open(place: UsbPlace) -> Result<Self, TransportError> {
        let UsbPlace(serial) = place;
        let explain = |error: nusb::Error| open_error(place, &error);
        let mut devices = nusb::list_devices().wait().map_err(explain)?;
        let found = devices.find(|device| {
            device.vendor_id() == USB_VENDOR_ID
                && device.product_id() == USB_PRODUCT_ID
                && serial.is_none_or(|serial| {
                    device.serial_number().and_then(|text| text.parse().ok()) == Some(serial)
                })
        });
        let found = found.ok_or_else(|| TransportError::UsbAbsent { place: place.to_string() })?;
        let device = found.open().wait().map_err(explain)?;
        let interface = device.claim_interface(USB_INTERFACE).wait().map_err(explain)?;
        let output = interface.endpoint::<Bulk, Out>(USB_ENDPOINT_OUT).map_err(explain)?;
        let input = interface.endpoint::<Bulk, In>(USB_ENDPOINT_IN).map_err(explain)?;
        Ok(Self { place, output, input, is_in_step: false })
    }

    fn exchange(&mut self, frame: &Frame) -> Result<Frame, TransportError> {
        if !self.is_in_step {
            self.drain();
        }
        self.is_in_step = false;
        self.send(&frame.encode())?;
        let answer = self.receive()?;
        self.is_in_step = true;
        Ok(answer)
    }

    /// Throws away what an earlier program or exchange did not read.
    fn drain(&mut self) {
        for _ in 0..DRAIN_TRANSFERS_MAX {
            let buffer = Buffer::new(READ_LEN_BYTES);
            if self.input.transfer_blocking(buffer, DRAIN_TIMEOUT).status.is_err() {
                return;
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        let sent = self.output.transfer_blocking(bytes.to_vec().into(), EXCHANGE_TIMEOUT);
        sent.status.map_err(|error| self.transfer_error(error))?;
        if bytes.len().is_multiple_of(USB_PACKET_LEN_BYTES) {
            // Otherwise the device would wait for the rest.
            let end = self.output.transfer_blocking(Buffer::new(0), EXCHANGE_TIMEOUT);
            end.status.map_err(|error| self.transfer_error(error))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<Frame, TransportError> {
        let buffer = Buffer::new(READ_LEN_BYTES);
        let received = self.input.transfer_blocking(buffer, EXCHANGE_TIMEOUT);
        received.status.map_err(|error| self.transfer_error(error))?;
        read_frame(self.place, &received.buffer)
    }

    fn transfer_error(&self, error: TransferError) -> TransportError {
        let place = self.place.to_string();
        match error {
            TransferError::Disconnected => TransportError::UsbAbsent { place },
            TransferError::Cancelled => TransportError::TimedOut { place, after: EXCHANGE_TIMEOUT },
            error => TransportError::Usb { place, cause: error.to_string() },
        }
    }
}

fn open_error(place: UsbPlace, error: &nusb::Error) -> TransportError {
    let place = place.to_string();
    match error.kind() {
        ErrorKind::PermissionDenied => TransportError::UsbPermission { place },
        ErrorKind::Busy => TransportError::UsbBusy { place },
        ErrorKind::NotFound | ErrorKind::Disconnected => TransportError::UsbAbsent { place },
        _ => TransportError::Usb { place, cause: error.to_string() },
    }
}
