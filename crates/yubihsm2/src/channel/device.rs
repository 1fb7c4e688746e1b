//! The device's end of a channel.

use super::{
    error::ChannelError,
    message::{Common, SessionId, mac_matches},
};
use crate::{command::Command, frame::Frame, operation::SessionMessage, secret::Secret};

/// The device's end of an authenticated session.
///
/// [`open`](Self::open) and [`seal`](Self::seal) take turns. A message that does not verify changes
/// nothing, so that a stranger who knows a session's number cannot end it; neither does it count as a
/// turn.
#[derive(Debug)]
pub struct DeviceChannel {
    common: Common,
    turn: Turn,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Turn {
    Open,
    Seal,
}

impl DeviceChannel {
    pub(super) fn new(common: Common) -> Self {
        Self { common, turn: Turn::Open }
    }

    /// Verifies and decrypts a request.
    ///
    /// # Errors
    ///
    /// Where [`ChannelError::is_answered_inside`], the message was genuine and the answer, an error frame
    /// with [`ChannelError::error_code`], is due through [`seal`](Self::seal). All other errors leave the
    /// channel as it was and are answered in the clear.
    pub fn open(&mut self, message: &SessionMessage) -> Result<Frame, ChannelError> {
        if self.turn != Turn::Open {
            return Err(ChannelError::OutOfTurn);
        }
        self.common.check_session(message)?;
        let (key, chain) = (&self.common.keys.mac, &self.common.chain);
        let command = Command::SESSION_MESSAGE;
        let mac = self.common.full_mac(key, chain, command, &message.ciphertext);
        if !mac_matches(&mac, &message.mac) {
            return Err(ChannelError::Mac);
        }
        self.common.chain = Secret::new(mac);
        self.turn = Turn::Seal;
        self.common.decrypt(message)
    }

    /// Encrypts the answer to the request that was opened last.
    ///
    /// # Errors
    ///
    /// [`ChannelError::TooLong`] and [`ChannelError::OutOfTurn`]; the channel is as it was.
    pub fn seal(&mut self, inner: &Frame) -> Result<Frame, ChannelError> {
        if self.turn != Turn::Seal {
            return Err(ChannelError::OutOfTurn);
        }
        let ciphertext = self.common.encrypt(inner)?;
        let command = Command::SESSION_MESSAGE.answer();
        let (key, chain) = (&self.common.keys.answer_mac, &self.common.chain);
        let mac = self.common.full_mac(key, chain, command, &ciphertext);
        let message = self.common.message(command, ciphertext, &mac)?;
        self.common.counter += 1;
        self.turn = Turn::Open;
        Ok(message)
    }

    /// The session's number.
    pub fn session(&self) -> SessionId {
        self.common.session
    }

    /// How many exchanges are complete.
    pub fn exchanges(&self) -> u64 {
        self.common.exchanges()
    }
}
