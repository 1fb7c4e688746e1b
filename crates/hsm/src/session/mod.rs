//! A session: opened with credentials, closed when it is dropped.

mod error;
mod open;

pub use self::error::SessionError;

use yubihsm2::{
    Command, ErrorCode, Frame, ObjectId,
    channel::{ChannelError, HostChannel, SESSION_EXCHANGES_MAX},
    operation::{CloseSession, Echo, Operation},
};

use crate::{
    link::{Link, read_answer},
    transport::TransportError,
};

/// After how many exchanges a session should be replaced: early enough that closing it still fits below
/// [`SESSION_EXCHANGES_MAX`].
pub(crate) const EXCHANGES_BEFORE_RENEWAL: u64 = SESSION_EXCHANGES_MAX - 16;

/// A session on one device. It is a lease: dropping it closes it on the device, so that none of the
/// device's 16 is lost.
///
/// A connection that breaks does not end a session, since the device knows nothing of connections. A request
/// whose answer was lost is sent once more over a new one, at once or when the connector is back
/// ([`Self::recover`]). That cannot run a command twice: a device that
/// has taken the first copy refuses the second, because the chain of MACs has moved on, and the session goes
/// on from there. What remains is a session that cannot be reached at all (the connector is gone, the HSM
/// unplugged); the device drops it after 30 s, or has lost it with its power.
pub struct Session {
    link: Link,
    channel: HostChannel,
    slot: ObjectId,
    /// A sealed request whose answer is missing.
    pending: Option<Frame>,
    reach: Reach,
}

/// Whether it makes sense to send the device anything more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reach {
    Open,
    /// The last exchange timed out: closing would take as long again, and as likely in vain.
    Silent,
    /// The device has no such session any more.
    Gone,
}

impl Session {
    /// Runs a command once.
    ///
    /// # Errors
    ///
    /// [`SessionError`]. After [`SessionError::Refused`], [`SessionError::Answer`] and
    /// [`SessionError::AnswerLost`] the session lives on; after [`SessionError::AnswerLost`] the command
    /// was run.
    pub fn call<O: Operation>(&mut self, operation: &O) -> Result<O::Answer, SessionError> {
        let request = operation.frame().ok_or_else(|| SessionError::too_long(O::COMMAND))?;
        let answer = self.exchange(O::COMMAND, &request)?;
        read_answer::<O>(&answer)
    }

    /// Runs a command that may be run twice: once more where the first answer was lost.
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub fn call_repeatable<O: Operation>(
        &mut self,
        operation: &O,
    ) -> Result<O::Answer, SessionError> {
        match self.call(operation) {
            Err(SessionError::AnswerLost { .. }) => self.call(operation),
            ended => ended,
        }
    }

    /// Sends a message that does nothing, so that the device does not drop the session.
    ///
    /// # Errors
    ///
    /// As [`Self::call`].
    pub fn keep_alive(&mut self) -> Result<(), SessionError> {
        self.call_repeatable(&Echo { data: vec![0] }).map(drop)
    }

    /// Finds out what became of a command whose answer is missing since the device could not be reached.
    /// Once this succeeds, both ends agree again and the session goes on; the answer is lost.
    ///
    /// # Errors
    ///
    /// [`SessionError::Transport`] while the device still cannot be reached, [`SessionError::Gone`] where it
    /// has dropped the session.
    pub fn recover(&mut self) -> Result<(), SessionError> {
        if self.pending.is_none() {
            return Ok(());
        }
        match self.settle(Command::SESSION_MESSAGE) {
            Ok(_) | Err(SessionError::AnswerLost { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether the session can carry further commands and does not need to be replaced.
    pub fn is_fresh(&self) -> bool {
        self.channel.is_usable() && self.channel.exchanges() < EXCHANGES_BEFORE_RENEWAL
    }

    /// The authentication key that opened it.
    pub const fn slot(&self) -> ObjectId {
        self.slot
    }

    /// How many messages it has carried.
    pub fn exchanges(&self) -> u64 {
        self.channel.exchanges()
    }

    /// Closes it on the device. Dropping it does the same and keeps silent on failure.
    ///
    /// # Errors
    ///
    /// [`SessionError`]: the device drops the session after 30 s.
    pub fn close(mut self) -> Result<(), SessionError> {
        self.finish()
    }

    fn exchange(&mut self, command: Command, request: &Frame) -> Result<Frame, SessionError> {
        let sealed = self.channel.seal(request).map_err(SessionError::Channel)?;
        match send(&mut self.link, &mut self.reach, &sealed) {
            Ok(answer) => self.open_answer(&answer),
            Err(TransportError::Lost { .. }) => {
                self.pending = Some(sealed);
                self.settle(command)
            }
            Err(error) => {
                self.pending = Some(sealed);
                Err(error.into())
            }
        }
    }

    /// Sends the request again whose answer is missing, which brings both ends together again.
    fn settle(&mut self, command: Command) -> Result<Frame, SessionError> {
        let Some(sealed) = &self.pending else {
            return Err(SessionError::Channel(ChannelError::OutOfTurn));
        };
        let answer = send(&mut self.link, &mut self.reach, sealed)?;
        (self.pending, self.reach) = (None, Reach::Open);
        if answer.error_code() == Some(ErrorCode::AUTHENTICATION_FAILED) {
            self.channel.forgo_answer().map_err(SessionError::Channel)?;
            return Err(SessionError::AnswerLost { command });
        }
        self.open_answer(&answer)
    }

    fn open_answer(&mut self, answer: &Frame) -> Result<Frame, SessionError> {
        self.channel.open(answer).map_err(|error| match error {
            // No such session; or, after a restart of the device, another one of the same number.
            ChannelError::Refused(_) => {
                self.reach = Reach::Gone;
                SessionError::Gone
            }
            error => SessionError::Channel(error),
        })
    }

    fn finish(&mut self) -> Result<(), SessionError> {
        if self.reach != Reach::Open {
            return Ok(());
        }
        // From here on nothing is tried a second time.
        self.reach = Reach::Gone;
        let command = CloseSession::COMMAND;
        match self.recover() {
            Ok(()) | Err(SessionError::Channel(_)) => {}
            Err(error) => return Err(error),
        }
        if !self.channel.is_usable() {
            self.channel.forgo_answer().map_err(SessionError::Channel)?;
        }
        let request = CloseSession {}.frame().ok_or_else(|| SessionError::too_long(command))?;
        let answer = self.exchange(command, &request)?;
        read_answer::<CloseSession>(&answer)
    }
}

/// Sends a sealed request, and notes a device that does not answer.
fn send(link: &mut Link, reach: &mut Reach, sealed: &Frame) -> Result<Frame, TransportError> {
    let answer = link.exchange(sealed);
    if matches!(answer, Err(TransportError::TimedOut { .. })) {
        *reach = Reach::Silent;
    }
    answer
}

impl Drop for Session {
    fn drop(&mut self) {
        // What cannot be closed now, the device closes after 30 s.
        let _unreachable = self.finish();
    }
}

impl SessionError {
    /// A request that no frame can carry.
    pub(crate) const fn too_long(command: Command) -> Self {
        Self::Refused { command, code: ErrorCode::WRONG_LENGTH }
    }
}
