//! Opening sessions.

use yubihsm2::{
    AuthenticationKey, ErrorCode, Frame, ObjectBody, ObjectId, ObjectType, Request,
    channel::{DeviceHandshake, accept_key_agreement},
    operation::{AuthenticateSession, CreateSession, CreateSessionAsymmetric, Operation as _},
};

use super::{Device, Exchange};
use crate::{
    device::{access::Access, commands, crypto::random_p256_key, state::Name, task::Trace},
    randomness::random_bytes,
};

impl Device {
    /// Carries out a step of a handshake, and logs it.
    pub(super) fn handshake(
        &mut self,
        frame: &Frame,
        exchange: &mut Exchange<'_>,
    ) -> Result<Frame, ErrorCode> {
        let mut trace = Trace::NONE;
        let answer = match Request::decode(frame).map_err(|error| error.error_code()) {
            Ok(Request::CreateSession(request)) => {
                trace.target = request.key;
                self.create_session(&request, exchange)
            }
            Ok(Request::CreateSessionAsymmetric(request)) => {
                trace.target = request.key;
                self.create_session_asymmetric(&request, exchange)
            }
            Ok(Request::AuthenticateSession(request)) => {
                self.authenticate_session(&request, &mut trace, exchange)
            }
            Ok(_) => Err(ErrorCode::INVALID_COMMAND),
            Err(code) => Err(code),
        };
        self.log(ObjectId::UNUSED, frame, trace, &answer, exchange);
        answer
    }

    fn create_session(
        &mut self,
        request: &CreateSession,
        exchange: &mut Exchange<'_>,
    ) -> Result<Frame, ErrorCode> {
        let (access, key) = self.authentication_key(request.key)?;
        let AuthenticationKey::Symmetric(keys) = key else { return Err(ErrorCode::INVALID_DATA) };
        let id = self.sessions.free().ok_or(ErrorCode::SESSIONS_FULL)?;
        let limit = self.settings.firmware.message_limit();
        let challenge = random_bytes(exchange.random);
        let (created, handshake) = DeviceHandshake::start(&keys, id, request, challenge, limit);
        self.sessions.half_open(access, exchange.now, handshake);
        CreateSession::answer_frame(&created).ok_or(ErrorCode::WRONG_LENGTH)
    }

    fn create_session_asymmetric(
        &mut self,
        request: &CreateSessionAsymmetric,
        exchange: &mut Exchange<'_>,
    ) -> Result<Frame, ErrorCode> {
        if !commands::has_asymmetric_sessions(self.settings.firmware) {
            return Err(ErrorCode::WRONG_LENGTH);
        }
        let (access, key) = self.authentication_key(request.key)?;
        let AuthenticationKey::P256(key) = key else { return Err(ErrorCode::INVALID_DATA) };
        let id = self.sessions.free().ok_or(ErrorCode::SESSIONS_FULL)?;
        let limit = self.settings.firmware.message_limit();
        let ephemeral = random_p256_key(exchange.random);
        let device_key = self.state.identity().session_key().ok_or(ErrorCode::SESSION_FAILED)?;
        let (agreed, channel) =
            accept_key_agreement(&device_key, &key, &ephemeral, id, request, limit);
        self.sessions.open(access, exchange.now, channel);
        exchange.opens_session = true;
        CreateSessionAsymmetric::answer_frame(&agreed).ok_or(ErrorCode::WRONG_LENGTH)
    }

    fn authenticate_session(
        &mut self,
        request: &AuthenticateSession,
        trace: &mut Trace,
        exchange: &mut Exchange<'_>,
    ) -> Result<Frame, ErrorCode> {
        let half_open = self.sessions.take_half_open(request.session);
        let (access, handshake) = half_open.ok_or(ErrorCode::INVALID_SESSION)?;
        trace.target = access.key;
        // Whoever fails has lost the session: it was taken out above.
        let channel = handshake.authenticate(request).map_err(|error| error.error_code())?;
        self.sessions.open(access, exchange.now, channel);
        exchange.opens_session = true;
        AuthenticateSession::answer_frame(&()).ok_or(ErrorCode::WRONG_LENGTH)
    }

    fn authentication_key(&self, id: ObjectId) -> Result<(Access, AuthenticationKey), ErrorCode> {
        let object = self.state.object(Name::new(ObjectType::AUTHENTICATION_KEY, id));
        let object = object.ok_or(ErrorCode::OBJECT_NOT_FOUND)?;
        match object.record.parse_body() {
            Ok(ObjectBody::Authentication { key, .. }) => Ok((Access::of(object), key)),
            _ => Err(ErrorCode::STORAGE_FAILED),
        }
    }
}
