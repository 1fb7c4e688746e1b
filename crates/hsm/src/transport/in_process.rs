//! A device in this process.

use std::sync::Arc;

use yubihsm2::Frame;

use super::{Transport, TransportError};

/// A function that answers frames, under a name.
#[derive(Clone)]
pub(crate) struct InProcess {
    name: Arc<str>,
    exchange: Arc<Exchange>,
}

type Exchange = dyn Fn(&Frame) -> Result<Frame, TransportError> + Send + Sync;

impl InProcess {
    pub(crate) fn new(name: String, exchange: Arc<Exchange>) -> Self {
        Self { name: name.into(), exchange }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Transport for InProcess {
    fn exchange(&mut self, frame: &Frame) -> Result<Frame, TransportError> {
        (self.exchange)(frame)
    }
}
