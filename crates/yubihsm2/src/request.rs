//! Any request, as a device receives it.

use crate::{
    command::Command,
    frame::Frame,
    operation::{
        AuthenticateSession, BlinkDevice, ChangeAuthenticationKey, CloseSession, CreateOtpAead,
        CreateSession, CreateSessionAsymmetric, DecryptCbc, DecryptEcb, DecryptOaep, DecryptOtp,
        DecryptPkcs1, DeleteObject, DeriveEcdh, DeviceInfo, DevicePartNumber, DevicePublicKey,
        Echo, EncryptCbc, EncryptEcb, ExportKeyRsa, ExportWrapped, ExportWrappedRsa,
        GenerateAsymmetricKey, GenerateHmacKey, GenerateOtpAeadKey, GenerateSymmetricKey,
        GenerateWrapKey, GetOpaque, GetOption, GetTemplate, ImportKeyRsa, ImportWrapped,
        ImportWrappedRsa, ListObjects, LogEntries, ObjectInfoOf, Operation, PseudoRandom,
        PublicKey, PutAsymmetricKey, PutAuthenticationKey, PutHmacKey, PutOpaque, PutOtpAeadKey,
        PutPublicWrapKey, PutSymmetricKey, PutTemplate, PutWrapKey, RandomizeOtpAead, ResetDevice,
        RewrapOtpAead, SessionMessage, SetLogIndex, SetOption, SignAttestationCertificate,
        SignEcdsa, SignEddsa, SignHmac, SignPkcs1, SignPss, SignSshCertificate, StorageInfo,
        UnwrapData, VerifyHmac, WrapData,
    },
    wire::{Wire as _, WireError},
};

macro_rules! requests {
    ($($name:ident $(if $guard:expr)?,)*) => {
        /// A request of any command.
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum Request {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                $name($name),
            )*
            /// A command that is not known. A device answers INVALID COMMAND.
            Unknown(Frame),
        }

        impl Request {
            /// Reads a request out of a frame, in the clear or opened.
            ///
            /// A device that checks rights before contents does so by [`Frame::command`], before this.
            ///
            /// # Errors
            ///
            /// [`WireError`]; answer [`WireError::error_code`].
            pub fn decode(frame: &Frame) -> Result<Self, WireError> {
                let payload = frame.payload();
                match frame.command() {
                    $(
                        <$name as Operation>::COMMAND $(if $guard(payload))? => {
                            $name::from_bytes(payload).map(Self::$name)
                        }
                    )*
                    _ => Ok(Self::Unknown(frame.clone())),
                }
            }

            /// The request as a frame. `None` where the payload is longer than a frame's length field can
            /// count.
            pub fn frame(&self) -> Option<Frame> {
                match self {
                    $(Self::$name(request) => request.frame(),)*
                    Self::Unknown(frame) => Some(frame.clone()),
                }
            }

            /// The command's code.
            pub fn command(&self) -> Command {
                match self {
                    $(Self::$name(_) => <$name as Operation>::COMMAND,)*
                    Self::Unknown(frame) => frame.command(),
                }
            }
        }

        $(
            impl From<$name> for Request {
                fn from(request: $name) -> Self {
                    Self::$name(request)
                }
            }
        )*
    };
}

requests! {
    Echo,
    CreateSession if is_symmetric,
    CreateSessionAsymmetric,
    AuthenticateSession,
    SessionMessage,
    DeviceInfo if <[u8]>::is_empty,
    DevicePartNumber,
    ResetDevice,
    DevicePublicKey,
    CloseSession,
    StorageInfo,
    PutOpaque,
    GetOpaque,
    PutAuthenticationKey,
    PutAsymmetricKey,
    GenerateAsymmetricKey,
    SignPkcs1,
    ListObjects,
    DecryptPkcs1,
    ExportWrapped,
    ImportWrapped,
    PutWrapKey,
    LogEntries,
    ObjectInfoOf,
    SetOption,
    GetOption,
    PseudoRandom,
    PutHmacKey,
    SignHmac,
    PublicKey,
    SignPss,
    SignEcdsa,
    DeriveEcdh,
    DeleteObject,
    DecryptOaep,
    GenerateHmacKey,
    GenerateWrapKey,
    VerifyHmac,
    SignSshCertificate,
    PutTemplate,
    GetTemplate,
    DecryptOtp,
    CreateOtpAead,
    RandomizeOtpAead,
    RewrapOtpAead,
    SignAttestationCertificate,
    PutOtpAeadKey,
    GenerateOtpAeadKey,
    SetLogIndex,
    WrapData,
    UnwrapData,
    SignEddsa,
    BlinkDevice,
    ChangeAuthenticationKey,
    PutSymmetricKey,
    GenerateSymmetricKey,
    DecryptEcb,
    EncryptEcb,
    DecryptCbc,
    EncryptCbc,
    PutPublicWrapKey,
    ExportKeyRsa,
    ImportKeyRsa,
    ExportWrappedRsa,
    ImportWrappedRsa,
}

/// The two ways to ask for a session share a command; only their lengths tell them apart.
fn is_symmetric(payload: &[u8]) -> bool {
    payload.len() <= CreateSession::LEN_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_code::ErrorCode;

    fn decode(command: Command, payload: &[u8]) -> Result<Request, WireError> {
        Request::decode(&Frame::new(command, payload).unwrap())
    }

    #[test]
    fn every_command_but_the_boot_loaders_is_known() {
        for command in Command::ALL {
            let is_unknown = matches!(decode(*command, &[]), Ok(Request::Unknown(_)));
            let expected = matches!(*command, Command::BSL | Command::RESERVED_09 | Command::ERROR);
            assert_eq!(is_unknown, expected, "{command}");
        }
    }

    #[test]
    fn the_length_tells_a_symmetric_session_from_an_asymmetric_one() {
        let symmetric = decode(Command::CREATE_SESSION, &[0; 10]);
        assert!(matches!(symmetric, Ok(Request::CreateSession(_))), "{symmetric:?}");
        let between = decode(Command::CREATE_SESSION, &[0; 11]).map_err(WireError::error_code);
        assert_eq!(between, Err(ErrorCode::WRONG_LENGTH));
        let no_point = decode(Command::CREATE_SESSION, &[0; 67]).map_err(WireError::error_code);
        assert_eq!(no_point, Err(ErrorCode::INVALID_DATA));
    }

    #[test]
    fn device_info_has_a_general_page_and_page_1() {
        assert_eq!(decode(Command::DEVICE_INFO, &[]), Ok(DeviceInfo {}.into()));
        assert_eq!(decode(Command::DEVICE_INFO, &[1]), Ok(DevicePartNumber.into()));
        let other = decode(Command::DEVICE_INFO, &[2]).map_err(WireError::error_code);
        assert_eq!(other, Err(ErrorCode::INVALID_DATA));
    }

    #[test]
    fn an_unknown_command_keeps_its_bytes() {
        let request = decode(Command(0x3F), &[1, 2]).unwrap();
        assert_eq!(request.command(), Command(0x3F));
        assert_eq!(request.frame(), Frame::new(Command(0x3F), [1, 2].as_slice()));
    }
}
