//! Opening a session with two AES keys: SCP03 as Yubico has it.

use super::{
    device::DeviceChannel,
    error::HandshakeError,
    host::HostChannel,
    keys::{SessionKeys, cmac},
    message::{Common, SessionId, front, mac_matches},
};
use crate::{
    authentication_key::StaticKeys,
    command::Command,
    firmware::MessageLimit,
    frame::Frame,
    object::ObjectId,
    operation::{AuthenticateSession, CreateSession, Operation as _, SessionCreated},
    secret::Secret,
};

/// The chain before the first message.
const CHAIN_START: [u8; 16] = [0; 16];

/// The host's first step: it has asked for a session and waits for the device's proof.
#[derive(Debug)]
pub struct HostHandshake {
    host_challenge: [u8; 8],
    limit: MessageLimit,
}

impl HostHandshake {
    /// Asks for a session. The challenge is 8 random bytes, fresh for every session.
    pub fn start(
        key: ObjectId,
        host_challenge: [u8; 8],
        limit: MessageLimit,
    ) -> (CreateSession, Self) {
        (CreateSession { key, host_challenge }, Self { host_challenge, limit })
    }

    /// Checks the device's proof and makes the host's.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::DeviceCryptogram`]: the password is wrong. The device still holds the session half
    /// open, and a slot with it, until 30 s have passed or a wrong [`AuthenticateSession`] drops it.
    pub fn authenticate(
        self,
        keys: &StaticKeys,
        created: &SessionCreated,
    ) -> Result<(AuthenticateSession, HostAuthentication), HandshakeError> {
        let context = context(&self.host_challenge, &created.device_challenge);
        let session_keys = SessionKeys::derive(keys, &context);
        let expected = session_keys.device_cryptogram(&context);
        if expected != Secret::new(created.device_cryptogram) {
            return Err(HandshakeError::DeviceCryptogram);
        }
        let host_cryptogram = *session_keys.host_cryptogram(&context).as_bytes();
        let chain = authentication_mac(&session_keys, created.session, &host_cryptogram);
        let session = created.session;
        let request = AuthenticateSession { session, host_cryptogram, mac: front(&chain) };
        let common = Common::new(session, session_keys, chain, self.limit);
        Ok((request, HostAuthentication { common }))
    }
}

/// The host's second step: it has proved itself and waits for the device to agree.
#[derive(Debug)]
pub struct HostAuthentication {
    common: Common,
}

impl HostAuthentication {
    /// Takes the device's answer to [`AuthenticateSession`].
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Answer`] where the device refused; it has then dropped the session.
    pub fn confirm(self, answer: &Frame) -> Result<HostChannel, HandshakeError> {
        AuthenticateSession::read_answer_frame(answer)?;
        Ok(HostChannel::new(self.common))
    }
}

/// The device's half-open session: it has proved itself and waits for the host's proof.
#[derive(Debug)]
pub struct DeviceHandshake {
    common: Common,
    host_cryptogram: Secret<8>,
}

impl DeviceHandshake {
    /// Answers a request for a session. The challenge is 8 random bytes, fresh for every session.
    pub fn start(
        keys: &StaticKeys,
        session: SessionId,
        request: &CreateSession,
        device_challenge: [u8; 8],
        limit: MessageLimit,
    ) -> (SessionCreated, Self) {
        let context = context(&request.host_challenge, &device_challenge);
        let session_keys = SessionKeys::derive(keys, &context);
        let device_cryptogram = *session_keys.device_cryptogram(&context).as_bytes();
        let host_cryptogram = session_keys.host_cryptogram(&context);
        let common = Common::new(session, session_keys, CHAIN_START, limit);
        let created = SessionCreated { session, device_challenge, device_cryptogram };
        (created, Self { common, host_cryptogram })
    }

    /// The session's number.
    pub fn session(&self) -> SessionId {
        self.common.session
    }

    /// Checks the host's proof.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Mac`], [`HandshakeError::HostCryptogram`]: answer AUTHENTICATION FAILED; the
    /// session is gone.
    pub fn authenticate(
        mut self,
        request: &AuthenticateSession,
    ) -> Result<DeviceChannel, HandshakeError> {
        let session = self.common.session;
        if request.session != session {
            let (expected, found) = (session.0, request.session.0);
            return Err(HandshakeError::Session { expected, found });
        }
        let chain = authentication_mac(&self.common.keys, session, &request.host_cryptogram);
        if !mac_matches(&chain, &request.mac) {
            return Err(HandshakeError::Mac);
        }
        if self.host_cryptogram != Secret::new(request.host_cryptogram) {
            return Err(HandshakeError::HostCryptogram);
        }
        self.common.chain = Secret::new(chain);
        Ok(DeviceChannel::new(self.common))
    }
}

fn context(host_challenge: &[u8; 8], device_challenge: &[u8; 8]) -> [u8; 16] {
    let mut context = [0; 16];
    context[..8].copy_from_slice(host_challenge);
    context[8..].copy_from_slice(device_challenge);
    context
}

/// The full MAC of the authentication message, which becomes the chain.
fn authentication_mac(keys: &SessionKeys, session: SessionId, cryptogram: &[u8; 8]) -> [u8; 16] {
    // The length counts session id, cryptogram and MAC.
    let header = [Command::AUTHENTICATE_SESSION.0, 0, 1 + 8 + 8, session.0];
    cmac(&keys.mac, &[&CHAIN_START, &header, cryptogram])
}
