//! What stands behind a connector.

use std::time::Instant;

use yubihsm2::connector::DevicePresence;

/// A device that takes one frame at a time.
pub trait Backend: Send + 'static {
    /// Carries one frame to the device and its answer back. The caller sends the answer no sooner than the
    /// outcome says, and calls again only then.
    ///
    /// The frame has 3 to 3,139 bytes and is otherwise whatever a stranger sent.
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome;

    /// Whether the device is there.
    fn presence(&mut self, now: Instant) -> DevicePresence;
}

/// A frame on its way to the device.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The frame.
    pub frame: &'a [u8],
    /// When it had arrived.
    pub arrived: Instant,
    /// When the device took it up, which is later where others were before it.
    pub now: Instant,
}

/// What becomes of a frame, and when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// What becomes of it.
    pub reply: Reply,
    /// When the device is done with it; at once where absent.
    pub ready_at: Option<Instant>,
}

/// What becomes of a frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
    /// The device answers with this frame.
    Answer(Vec<u8>),
    /// There is no device, or it broke off: HTTP status 500.
    NoDevice,
    /// The connection is closed without an answer.
    HangUp,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self { reply, ready_at: None }
    }
}

impl<B: Backend + ?Sized> Backend for Box<B> {
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
        (**self).exchange(incoming)
    }

    fn presence(&mut self, now: Instant) -> DevicePresence {
        (**self).presence(now)
    }
}
