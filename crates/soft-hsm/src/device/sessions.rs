//! The sixteen sessions: their numbers, their age, and how far they are open.

use std::{fmt, time::Duration};

use yubihsm2::channel::{DeviceChannel, DeviceHandshake, SESSION_IDLE_MAX, SessionId};

use super::access::Access;

/// The session table. A session, open or half open, takes a slot until it is closed, fails to authenticate or
/// has been idle for [`SESSION_IDLE_MAX`].
#[derive(Default)]
pub(super) struct Sessions {
    slots: [Option<Session>; SessionId::COUNT_MAX],
}

struct Session {
    access: Access,
    used: Duration,
    phase: Phase,
}

enum Phase {
    HalfOpen(DeviceHandshake),
    Open(DeviceChannel),
}

impl Sessions {
    /// Forgets what has been idle for too long.
    pub(super) fn expire(&mut self, now: Duration) {
        for slot in &mut self.slots {
            if slot.as_ref().is_some_and(|it| now.saturating_sub(it.used) > SESSION_IDLE_MAX) {
                *slot = None;
            }
        }
    }

    /// The lowest free number; `None` where all are taken.
    pub(super) fn free(&self) -> Option<SessionId> {
        let index = self.slots.iter().position(Option::is_none)?;
        Some(SessionId(index as u8))
    }

    /// Takes a slot for a session that has yet to authenticate.
    pub(super) fn half_open(&mut self, access: Access, now: Duration, handshake: DeviceHandshake) {
        let id = handshake.session();
        self.put(id, Session { access, used: now, phase: Phase::HalfOpen(handshake) });
    }

    /// Takes a slot for a session that is open.
    pub(super) fn open(&mut self, access: Access, now: Duration, channel: DeviceChannel) {
        let id = channel.session();
        self.put(id, Session { access, used: now, phase: Phase::Open(channel) });
    }

    /// Takes a half-open session out of its slot. Open ones stay where they are.
    pub(super) fn take_half_open(&mut self, id: SessionId) -> Option<(Access, DeviceHandshake)> {
        let slot = self.slots.get_mut(usize::from(id.0))?;
        match slot.take()? {
            Session { access, phase: Phase::HalfOpen(handshake), .. } => Some((access, handshake)),
            open => {
                *slot = Some(open);
                None
            }
        }
    }

    /// An open session.
    pub(super) fn channel(&mut self, id: SessionId) -> Option<(Access, &mut DeviceChannel)> {
        match self.slots.get_mut(usize::from(id.0))?.as_mut()? {
            Session { access, phase: Phase::Open(channel), .. } => Some((*access, channel)),
            _ => None,
        }
    }

    /// Notes that a session has sent a genuine message.
    pub(super) fn touch(&mut self, id: SessionId, now: Duration) {
        if let Some(Some(session)) = self.slots.get_mut(usize::from(id.0)) {
            session.used = now;
        }
    }

    /// Frees a slot.
    pub(super) fn close(&mut self, id: SessionId) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            *slot = None;
        }
    }

    /// How many slots are taken.
    pub(super) fn count(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    fn put(&mut self, id: SessionId, session: Session) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            *slot = Some(session);
        }
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions({} of {})", self.count(), SessionId::COUNT_MAX)
    }
}
