//! Every command as a type: what is asked, what is answered, and the one encoding of both.

mod asymmetric;
mod audit;
mod create;
mod device;
mod hmac;
mod objects;
mod options;
mod otp;
mod session;
mod ssh;
mod symmetric;
mod wrap;

pub use self::{
    asymmetric::{
        DecryptOaep, DecryptPkcs1, DeriveEcdh, SignAttestationCertificate, SignEcdsa, SignEddsa,
        SignPkcs1, SignPss,
    },
    audit::{LogEntries, SetLogIndex},
    create::{
        ChangeAuthenticationKey, GenerateAsymmetricKey, GenerateHmacKey, GenerateOtpAeadKey,
        GenerateSymmetricKey, GenerateWrapKey, PutAsymmetricKey, PutAuthenticationKey, PutHmacKey,
        PutOpaque, PutOtpAeadKey, PutPublicWrapKey, PutSymmetricKey, PutTemplate, PutWrapKey,
    },
    device::{
        BlinkDevice, DeviceInfo, DevicePartNumber, DevicePublicKey, DevicePublicKeyAnswer, Echo,
        GeneralInfo, PartNumber, PseudoRandom, ResetDevice, StorageInfo, StorageUse,
    },
    hmac::{SignHmac, VerifyHmac},
    objects::{
        DeleteObject, GetOpaque, GetTemplate, ListObjects, ObjectInfoOf, PublicKey, PublicKeyAnswer,
    },
    options::{GetOption, SetOption},
    otp::{CreateOtpAead, DecryptOtp, RandomizeOtpAead, RewrapOtpAead},
    session::{
        AuthenticateSession, CloseSession, CreateSession, CreateSessionAsymmetric, SessionAgreed,
        SessionCreated, SessionMessage,
    },
    ssh::SignSshCertificate,
    symmetric::{DecryptCbc, DecryptEcb, EncryptCbc, EncryptEcb},
    wrap::{
        ExportFormat, ExportKeyRsa, ExportWrapped, ExportWrappedRsa, ImportKeyRsa, ImportWrapped,
        ImportWrappedRsa, ImportedObject, RsaWrapped, UnwrapData, WrapData,
    },
};
use crate::{answer::AnswerError, command::Command, frame::Frame, wire::Wire};

/// A command: the type is the request, [`Operation::Answer`] what comes back.
///
/// A host sends [`frame`](Self::frame) and reads the answer with
/// [`read_answer_frame`](Self::read_answer_frame); a device reads the request through
/// [`Request`](crate::Request) and answers with [`answer_frame`](Self::answer_frame).
pub trait Operation: Wire {
    /// The command's code.
    const COMMAND: Command;

    /// What a device that does not refuse answers with.
    type Answer: Wire;

    /// The request as a frame, in the clear or to be sealed. `None` where the payload is longer than a
    /// frame's length field can count, which no device takes.
    fn frame(&self) -> Option<Frame> {
        Frame::new(Self::COMMAND, self.to_bytes())
    }

    /// The answer as a frame. `None` where it is longer than a frame's length field can count.
    fn answer_frame(answer: &Self::Answer) -> Option<Frame> {
        Frame::new(Self::COMMAND.answer(), answer.to_bytes())
    }

    /// Reads the answer out of the frame that came back.
    ///
    /// # Errors
    ///
    /// [`AnswerError::Refused`] with the device's code, or what else the frame turned out to be.
    fn read_answer_frame(frame: &Frame) -> Result<Self::Answer, AnswerError> {
        if let Some(code) = frame.error_code() {
            return Err(AnswerError::Refused(code));
        }
        let expected = Self::COMMAND.answer();
        if frame.command() != expected {
            let found = frame.command().0;
            return Err(AnswerError::Command { expected: expected.0, found });
        }
        Self::Answer::from_bytes(frame.payload()).map_err(AnswerError::Payload)
    }
}

/// Declares commands whose payload is their fields in order.
macro_rules! operations {
    ($(
        $(#[$meta:meta])*
        $code:ident => pub struct $name:ident { $($fields:tt)* } -> $answer:ty;
    )*) => {$(
        crate::wire::wire_struct! {
            $(#[$meta])*
            pub struct $name { $($fields)* }
        }

        impl crate::operation::Operation for $name {
            const COMMAND: crate::command::Command = crate::command::Command::$code;
            type Answer = $answer;
        }
    )*};
}

pub(crate) use operations;
