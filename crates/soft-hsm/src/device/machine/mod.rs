//! The device itself: frames in, frames out.

mod audit;
mod handshake;

use std::time::Duration;

use yubihsm2::{
    Algorithm, Command, ErrorCode, Frame, Wire as _, channel::SessionId, operation::SessionMessage,
};

use super::{
    Change, Identity, Settings, State,
    access::Access,
    commands,
    keys::Keys,
    sessions::Sessions,
    task::{Effect, Task, Trace},
};
use crate::randomness::Randomness;

/// A software YubiHSM 2: its state, its sessions, and what it makes of a frame.
#[derive(Debug)]
pub struct Device {
    settings: Settings,
    state: State,
    sessions: Sessions,
    keys: Keys,
    /// When the device last started, by the caller's clock. The audit log counts from there.
    started: Duration,
}

/// What came of a frame.
#[derive(Debug)]
pub struct Handled {
    /// The frame to answer with.
    pub answer: Vec<u8>,
    /// What must be durable before the answer leaves.
    pub changes: Vec<Change>,
    /// What the device was kept busy with.
    pub work: Work,
    /// Whether the device restarts after the answer: connections to it break.
    pub reboots: bool,
}

/// What a device was kept busy with, for models of latency.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Work {
    /// The command; the inner one of a session message.
    pub command: Command,
    /// The algorithm of the object that it used or made first.
    pub algorithm: Option<Algorithm>,
    /// The size of its payload in bytes.
    pub payload_len_bytes: usize,
    /// Whether it was refused.
    pub is_refused: bool,
}

impl Device {
    /// A factory-fresh device: the default authentication key, a new log, no sessions.
    pub fn factory_fresh(settings: Settings, random: &mut dyn Randomness) -> Self {
        let identity = Identity::manufacture(settings.serial, random);
        let state = State::fresh(identity, settings.firmware, random);
        Self::started(settings, state)
    }

    /// A device whose power comes back: its state as it was, no sessions, one boot more. The changes must be
    /// durable before it is used.
    pub fn power_on(settings: Settings, state: State) -> (Self, Vec<Change>) {
        let mut device = Self::started(settings, state);
        let log = device.state.log();
        let change = if device.is_log_exhausted() {
            Change::CountBoot
        } else {
            Change::Log(log.next_boot())
        };
        device.state.apply(change.clone());
        (device, vec![change])
    }

    fn started(settings: Settings, state: State) -> Self {
        Self {
            settings,
            state,
            sessions: Sessions::default(),
            keys: Keys::default(),
            started: Duration::ZERO,
        }
    }

    /// What the device keeps without power.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How many sessions are open or half open, those included whose time is over and that nobody has asked
    /// for since.
    pub fn sessions_open(&self) -> usize {
        self.sessions.count()
    }

    /// Loses all sessions, as a rehearsal of faults wants it. Nothing else changes.
    pub fn lose_sessions(&mut self) {
        self.sessions = Sessions::default();
    }

    /// Takes one frame and answers it. Never panics, whatever the bytes. `now` is the caller's clock, which
    /// starts at zero with [`Device::power_on`] and never goes back.
    pub fn handle(&mut self, frame: &[u8], now: Duration, random: &mut dyn Randomness) -> Handled {
        self.sessions.expire(now);
        let mut exchange = Exchange::new(now, random);
        let answer = match Frame::decode(frame, self.settings.firmware.message_limit()) {
            Ok(frame) => self.answer(&frame, &mut exchange),
            Err(error) => Err(error.error_code()),
        };
        let answer = answer.unwrap_or_else(|code| {
            exchange.work.is_refused = true;
            Frame::error(code)
        });
        Handled {
            answer: std::mem::take(&mut *answer.encode().into_zeroizing()),
            changes: exchange.changes,
            work: exchange.work,
            reboots: exchange.effect == Effect::Reboot,
        }
    }

    fn answer(&mut self, frame: &Frame, exchange: &mut Exchange<'_>) -> Result<Frame, ErrorCode> {
        let command = frame.command();
        exchange.work.command = command;
        exchange.work.payload_len_bytes = frame.payload().len();
        match command {
            Command::SESSION_MESSAGE => self.session_message(frame, exchange),
            Command::CREATE_SESSION | Command::AUTHENTICATE_SESSION => {
                self.handshake(frame, exchange)
            }
            _ if command.is_taken_in_clear() => self.execute(Access::NOBODY, frame, exchange),
            _ => Err(ErrorCode::INVALID_COMMAND),
        }
    }

    fn session_message(
        &mut self,
        frame: &Frame,
        exchange: &mut Exchange<'_>,
    ) -> Result<Frame, ErrorCode> {
        let message = SessionMessage::from_bytes(frame.payload()).map_err(|e| e.error_code())?;
        let id = message.session;
        let (access, channel) = self.sessions.channel(id).ok_or(ErrorCode::INVALID_SESSION)?;
        let inner = match channel.open(&message) {
            Ok(inner) => Ok(inner),
            Err(error) if error.is_answered_inside() => Err(error.error_code()),
            Err(error) => return Err(error.error_code()),
        };
        self.sessions.touch(id, exchange.now);
        let answer = inner.and_then(|inner| {
            exchange.work.command = inner.command();
            exchange.work.payload_len_bytes = inner.payload().len();
            self.execute(access, &inner, exchange)
        });
        let answer = answer.unwrap_or_else(|code| {
            exchange.work.is_refused = true;
            Frame::error(code)
        });
        let (_, channel) = self.sessions.channel(id).ok_or(ErrorCode::INVALID_SESSION)?;
        let sealed = channel.seal(&answer).map_err(|error| error.error_code());
        self.take_effect(id, exchange);
        sealed
    }

    fn take_effect(&mut self, id: SessionId, exchange: &Exchange<'_>) {
        match exchange.effect {
            Effect::None => {}
            Effect::CloseSession => self.sessions.close(id),
            Effect::Reboot => {
                self.sessions = Sessions::default();
                self.started = exchange.now;
            }
        }
    }

    /// Carries out a command that is no part of a handshake, and logs it.
    fn execute(
        &mut self,
        access: Access,
        frame: &Frame,
        exchange: &mut Exchange<'_>,
    ) -> Result<Frame, ErrorCode> {
        let command = frame.command();
        self.require_room_in_log(command)?;
        let mut task = Task {
            firmware: self.settings.firmware,
            state: &mut self.state,
            keys: &mut self.keys,
            access,
            random: &mut *exchange.random,
            changes: &mut exchange.changes,
            trace: Trace::NONE,
            effect: Effect::None,
        };
        let answer = commands::execute(&mut task, frame);
        let (trace, effect) = (task.trace, task.effect);
        exchange.effect = effect;
        exchange.work.algorithm = trace.algorithm;
        // A log that has just begun anew does not begin with its own reset.
        if effect != Effect::Reboot {
            self.log(access.key, frame, trace, &answer, exchange);
        }
        answer
    }
}

/// One frame being handled.
struct Exchange<'a> {
    now: Duration,
    random: &'a mut dyn Randomness,
    changes: Vec<Change>,
    work: Work,
    effect: Effect,
    /// Whether a session has become open.
    opens_session: bool,
}

impl<'a> Exchange<'a> {
    fn new(now: Duration, random: &'a mut dyn Randomness) -> Self {
        let work = Work {
            command: Command::ERROR,
            algorithm: None,
            payload_len_bytes: 0,
            is_refused: false,
        };
        Self { now, random, changes: Vec::new(), work, effect: Effect::None, opens_session: false }
    }
}
