//! Opening a session so that none is left half open.

use yubihsm2::{
    ErrorCode, MessageLimit, NotRandom, ObjectId, P256PublicKey, P256SecretKey, StaticKeys,
    channel::{HandshakeError, HostAuthentication, HostChannel, HostHandshake, HostKeyAgreement},
    operation::{
        AuthenticateSession, CloseSession, DevicePublicKey, Operation as _, SessionCreated,
    },
};

use super::{Reach, Session, SessionError};
use crate::{link::Link, pin::Credentials};

impl Session {
    /// Opens a session with the first of `slots` that the device has.
    ///
    /// `limit` is that of the device's firmware.
    ///
    /// # Errors
    ///
    /// [`SessionError::NoSlot`] where the device has none of them, [`SessionError::WrongCredentials`] for the
    /// first that it has, [`SessionError::SessionsFull`], and what the way there gives. Nothing is left
    /// open on the device, except after [`SessionError::WrongKeyOrDevice`] and where it cannot be reached
    /// any more: there it drops the session after 30 s.
    pub fn open(
        mut link: Link,
        slots: &[ObjectId],
        credentials: &Credentials,
        limit: MessageLimit,
    ) -> Result<Self, SessionError> {
        for &slot in slots {
            match open_channel(&mut link, slot, credentials, limit) {
                Ok(channel) => {
                    return Ok(Self { link, channel, slot, pending: None, reach: Reach::Open });
                }
                Err(SessionError::NoSlot { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(SessionError::NoSlot { slots: slots.to_vec() })
    }
}

fn open_channel(
    link: &mut Link,
    slot: ObjectId,
    credentials: &Credentials,
    limit: MessageLimit,
) -> Result<HostChannel, SessionError> {
    match credentials {
        Credentials::Pin(pin) => open_symmetric(link, slot, pin.keys(), limit),
        Credentials::Keys(keys) => open_symmetric(link, slot, keys, limit),
        Credentials::P256 { key, device_key } => {
            open_asymmetric(link, slot, key, device_key.as_deref(), limit)
        }
    }
}

fn open_symmetric(
    link: &mut Link,
    slot: ObjectId,
    keys: &StaticKeys,
    limit: MessageLimit,
) -> Result<HostChannel, SessionError> {
    let mut challenge = [0; 8];
    fill_random(&mut challenge)?;
    let (request, handshake) = HostHandshake::start(slot, challenge, limit);
    let created = create(link, slot, &request)?;
    let Ok((proof, waiting)) = handshake.authenticate(keys, &created) else {
        drop_half_open(link, &created);
        return Err(SessionError::WrongCredentials { slot });
    };
    let command = AuthenticateSession::COMMAND;
    let request = proof.frame().ok_or_else(|| SessionError::too_long(command))?;
    match link.exchange(&request) {
        Ok(answer) => waiting.confirm(&answer).map_err(|fault| match fault {
            HandshakeError::Answer(fault)
                if fault.refusal() == Some(ErrorCode::AUTHENTICATION_FAILED) =>
            {
                SessionError::WrongCredentials { slot }
            }
            fault => SessionError::Handshake(fault),
        }),
        Err(error) => {
            if error.is_sent() {
                abandon(link, &created, waiting);
            }
            Err(error.into())
        }
    }
}

fn open_asymmetric(
    link: &mut Link,
    slot: ObjectId,
    key: &P256SecretKey,
    device_key: Option<&P256PublicKey>,
    limit: MessageLimit,
) -> Result<HostChannel, SessionError> {
    let device_key = match device_key {
        Some(known) => *known,
        None => link.call_in_clear(&DevicePublicKey {})?.0,
    };
    let ephemeral = P256SecretKey::generate(fill_random)?;
    let (request, agreement) = HostKeyAgreement::start(slot, ephemeral, limit);
    let agreed = create(link, slot, &request)?;
    agreement.finish(key, &device_key, &agreed).map_err(|_| SessionError::WrongKeyOrDevice { slot })
}

/// Asks for a session. An answer that is lost here leaves a slot taken for 30 s: its number is not known.
fn create<O: yubihsm2::Operation>(
    link: &mut Link,
    slot: ObjectId,
    request: &O,
) -> Result<O::Answer, SessionError> {
    link.call_in_clear(request).map_err(|error| match error {
        SessionError::Refused { code: ErrorCode::OBJECT_NOT_FOUND, .. } => {
            SessionError::NoSlot { slots: vec![slot] }
        }
        SessionError::Refused { code: ErrorCode::SESSIONS_FULL, .. } => SessionError::SessionsFull,
        error => error,
    })
}

/// Ends a half-open session at once: a proof that does not verify makes the device drop it.
fn drop_half_open(link: &mut Link, created: &SessionCreated) {
    let void =
        AuthenticateSession { session: created.session, host_cryptogram: [0; 8], mac: [0; 8] };
    // The device refuses, which is the purpose.
    let _refused = link.call_in_clear(&void);
}

/// The proof was sent and its answer lost: closes the session if the device took the proof, and otherwise
/// drops it half open.
fn abandon(link: &mut Link, created: &SessionCreated, waiting: HostAuthentication) {
    let Some(agreed) = AuthenticateSession::answer_frame(&()) else { return };
    let close = waiting.confirm(&agreed).ok().and_then(|mut channel| {
        let request = CloseSession {}.frame()?;
        channel.seal(&request).ok()
    });
    let Some(close) = close else { return };
    match link.exchange(&close) {
        Ok(answer) if answer.error_code().is_some() => drop_half_open(link, created),
        // Closed, or out of reach.
        _ => {}
    }
}

fn fill_random(bytes: &mut [u8]) -> Result<(), SessionError> {
    getrandom::fill(bytes).map_err(|_| SessionError::NoRandomness)
}

impl From<NotRandom> for SessionError {
    fn from(_: NotRandom) -> Self {
        Self::NoRandomness
    }
}
