//! A client of a device in this process.

use std::time::Instant;

use soft_hsm::{
    SoftHsm,
    connector::{Backend as _, Incoming, Reply},
};
use yubihsm2::{
    Algorithm, AnswerError, Capabilities, DEFAULT_PASSWORD, Domains, ErrorCode, Frame, Label,
    MessageLimit, NewObject, ObjectId, Operation, StaticKeys,
    channel::{HostChannel, HostHandshake},
    operation::{AuthenticateSession, CreateSession, PutOpaque},
};

const LIMIT: MessageLimit = MessageLimit::FROM_2_4;

/// A session under the default authentication key.
pub(crate) struct Session(HostChannel);

impl Session {
    pub(crate) fn open(hsm: &mut SoftHsm) -> Self {
        let key = ObjectId::DEFAULT_AUTHENTICATION_KEY;
        let (create, handshake) = HostHandshake::start(key, [7; 8], LIMIT);
        let created = exchange(hsm, &create.frame().unwrap());
        let created = CreateSession::read_answer_frame(&created).unwrap();
        let keys = StaticKeys::from_password(DEFAULT_PASSWORD);
        let (authenticate, authentication) = handshake.authenticate(&keys, &created).unwrap();
        let answer = exchange(hsm, &authenticate.frame().unwrap());
        AuthenticateSession::read_answer_frame(&answer).unwrap();
        Self(authentication.confirm(&answer).unwrap())
    }

    pub(crate) fn call<O: Operation>(
        &mut self,
        hsm: &mut SoftHsm,
        operation: &O,
    ) -> Result<O::Answer, AnswerError> {
        let request = self.0.seal(&operation.frame().unwrap()).unwrap();
        let answer = exchange(hsm, &request);
        if let Some(code) = answer.error_code() {
            // In the clear; the session may or may not be there.
            self.0.forgo_answer().unwrap();
            return Err(AnswerError::Refused(code));
        }
        O::read_answer_frame(&self.0.open(&answer).unwrap())
    }

    /// Puts an opaque object of this content.
    pub(crate) fn put(&mut self, hsm: &mut SoftHsm, id: u16, data: &[u8]) -> Result<(), ErrorCode> {
        let object = NewObject {
            id: ObjectId(id),
            label: Label::new("test").unwrap(),
            domains: Domains::ALL,
            capabilities: Capabilities::NONE,
            algorithm: Algorithm::OPAQUE_DATA,
        };
        match self.call(hsm, &PutOpaque { object, data: data.to_vec() }) {
            Ok(_) => Ok(()),
            Err(AnswerError::Refused(code)) => Err(code),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Carries one frame, or gives `None` where there is no device.
pub(crate) fn try_exchange(hsm: &mut SoftHsm, frame: &Frame) -> Option<Frame> {
    let (frame, now) = (frame.encode(), Instant::now());
    match hsm.exchange(&Incoming { frame: &frame, arrived: now, now }).reply {
        Reply::Answer(bytes) => Some(Frame::decode(&bytes, LIMIT).unwrap()),
        Reply::NoDevice | Reply::HangUp => None,
    }
}

fn exchange(hsm: &mut SoftHsm, frame: &Frame) -> Frame {
    try_exchange(hsm, frame).expect("a device")
}
