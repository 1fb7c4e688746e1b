//! The way to one device, with a count of what goes over it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use yubihsm2::{
    AnswerError, Frame,
    operation::{DeviceInfo, GeneralInfo, Operation},
};

use crate::{
    endpoint::Endpoint,
    session::SessionError,
    transport::{Transport, TransportError},
};

/// A way to one device that counts what goes over it.
pub struct Link {
    transport: Box<dyn Transport>,
    exchanges: Arc<AtomicU64>,
}

impl Link {
    /// Opens the way. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`TransportError`]; HTTP connects only with the first frame.
    pub fn open(endpoint: &Endpoint) -> Result<Self, TransportError> {
        Ok(Self::over(endpoint.open()?))
    }

    /// Goes over a transport.
    pub fn over(transport: Box<dyn Transport>) -> Self {
        Self { transport, exchanges: Arc::default() }
    }

    /// The same, counting together with others.
    pub(crate) fn counted_by(self, exchanges: &Arc<AtomicU64>) -> Self {
        Self { exchanges: Arc::clone(exchanges), ..self }
    }

    /// How many frames were sent: the commands of the handshakes and of the sessions.
    pub fn exchanges(&self) -> u64 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Sends a frame and waits for the answer.
    pub(crate) fn exchange(&mut self, frame: &Frame) -> Result<Frame, TransportError> {
        self.exchanges.fetch_add(1, Ordering::Relaxed);
        self.transport.exchange(frame)
    }

    /// Runs a command outside any session.
    ///
    /// # Errors
    ///
    /// [`SessionError::Transport`], [`SessionError::Refused`], [`SessionError::Answer`].
    pub fn call_in_clear<O: Operation>(
        &mut self,
        operation: &O,
    ) -> Result<O::Answer, SessionError> {
        let request = operation.frame().ok_or_else(|| SessionError::too_long(O::COMMAND))?;
        let answer = self.exchange(&request)?;
        read_answer::<O>(&answer)
    }

    /// What the device is. Asked once more where the answer was lost, which changes nothing on the device.
    ///
    /// # Errors
    ///
    /// As [`Self::call_in_clear`].
    pub fn device_info(&mut self) -> Result<GeneralInfo, SessionError> {
        match self.call_in_clear(&DeviceInfo {}) {
            Err(SessionError::Transport(TransportError::Lost { .. })) => {
                self.call_in_clear(&DeviceInfo {})
            }
            asked => asked,
        }
    }
}

/// Reads the answer to a command, naming the command where it is none.
pub(crate) fn read_answer<O: Operation>(answer: &Frame) -> Result<O::Answer, SessionError> {
    let command = O::COMMAND;
    O::read_answer_frame(answer).map_err(|fault| match fault {
        AnswerError::Refused(code) => SessionError::Refused { command, code },
        fault => SessionError::Answer { command, fault },
    })
}
