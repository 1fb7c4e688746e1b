//! The host's end of a channel.

use super::{
    error::ChannelError,
    message::{Common, SESSION_EXCHANGES_MAX, SessionId, mac_matches},
};
use crate::{
    command::Command, frame::Frame, operation::SessionMessage, secret::Secret, wire::Wire as _,
};

/// The host's end of an authenticated session.
///
/// [`seal`](Self::seal) and [`open`](Self::open) take turns. Where an answer cannot be had or does not
/// verify, the channel is of no more use ([`is_usable`](Self::is_usable)) unless the host
/// [forgoes](Self::forgo_answer) it; the session on the device stays open until it is closed or has been
/// idle for [`SESSION_IDLE_MAX`](super::SESSION_IDLE_MAX).
#[derive(Debug)]
pub struct HostChannel {
    common: Common,
    turn: Turn,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Turn {
    Seal,
    Open,
    Failed,
}

impl HostChannel {
    pub(super) fn new(common: Common) -> Self {
        Self { common, turn: Turn::Seal }
    }

    /// Encrypts a request. Send the frame, then [`open`](Self::open) the answer.
    ///
    /// # Errors
    ///
    /// [`ChannelError::TooLong`], [`ChannelError::Exhausted`] and [`ChannelError::OutOfTurn`]; the channel
    /// is as it was.
    pub fn seal(&mut self, inner: &Frame) -> Result<Frame, ChannelError> {
        if self.turn != Turn::Seal {
            return Err(ChannelError::OutOfTurn);
        }
        if self.common.exchanges() >= SESSION_EXCHANGES_MAX {
            return Err(ChannelError::Exhausted);
        }
        let ciphertext = self.common.encrypt(inner)?;
        let command = Command::SESSION_MESSAGE;
        let keys = &self.common.keys;
        let mac = self.common.full_mac(&keys.mac, &self.common.chain, command, &ciphertext);
        let message = self.common.message(command, ciphertext, &mac)?;
        self.common.chain = Secret::new(mac);
        self.turn = Turn::Open;
        Ok(message)
    }

    /// Verifies and decrypts the answer to the request that was sealed last.
    ///
    /// What the device refused *inside* the session is a frame too: see
    /// [`Operation::read_answer_frame`](crate::Operation::read_answer_frame).
    ///
    /// # Errors
    ///
    /// [`ChannelError::Refused`] where the device answered in the clear, and what else [`ChannelError`]
    /// says. After any error but [`ChannelError::OutOfTurn`] the channel is of no more use.
    pub fn open(&mut self, answer: &Frame) -> Result<Frame, ChannelError> {
        if self.turn != Turn::Open {
            return Err(ChannelError::OutOfTurn);
        }
        self.turn = Turn::Failed;
        let inner = self.verify(answer).and_then(|message| self.common.decrypt(&message))?;
        self.common.counter += 1;
        self.turn = Turn::Seal;
        Ok(inner)
    }

    /// Goes on without the answer to the request that was sealed last: it was lost, or did not verify.
    /// What follows depends on requests only, so that both ends still agree, provided that the device has
    /// taken that request. Where it has not, it answers the next one with AUTHENTICATION FAILED.
    ///
    /// # Errors
    ///
    /// [`ChannelError::OutOfTurn`] where no answer is due.
    pub fn forgo_answer(&mut self) -> Result<(), ChannelError> {
        if self.turn == Turn::Seal {
            return Err(ChannelError::OutOfTurn);
        }
        self.common.counter += 1;
        self.turn = Turn::Seal;
        Ok(())
    }

    /// The session's number on the device.
    pub fn session(&self) -> SessionId {
        self.common.session
    }

    /// How many exchanges are complete. A host opens another session before
    /// [`SESSION_EXCHANGES_MAX`].
    pub fn exchanges(&self) -> u64 {
        self.common.exchanges()
    }

    /// Whether a request can be sealed now.
    pub fn is_usable(&self) -> bool {
        self.turn == Turn::Seal && self.exchanges() < SESSION_EXCHANGES_MAX
    }

    fn verify(&self, answer: &Frame) -> Result<SessionMessage, ChannelError> {
        if let Some(code) = answer.error_code() {
            return Err(ChannelError::Refused(code));
        }
        let command = Command::SESSION_MESSAGE.answer();
        if answer.command() != command {
            return Err(ChannelError::Command { found: answer.command().0 });
        }
        let message =
            SessionMessage::from_bytes(answer.payload()).map_err(ChannelError::Envelope)?;
        self.common.check_session(&message)?;
        let (key, chain) = (&self.common.keys.answer_mac, &self.common.chain);
        let expected = self.common.full_mac(key, chain, command, &message.ciphertext);
        if !mac_matches(&expected, &message.mac) {
            return Err(ChannelError::Mac);
        }
        Ok(message)
    }
}
