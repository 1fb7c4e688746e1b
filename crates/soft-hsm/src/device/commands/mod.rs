//! What each command does, by family. Every command is a type that says how it is executed; the wire format of
//! request and answer follows from the type.

mod asymmetric;
mod attestation;
mod create;
mod device;
mod hmac;
mod log;
mod objects;
mod options;
mod otp;
mod rsa;
mod symmetric;
mod wrap;
mod wrap_rsa;

use yubihsm2::{Command, ErrorCode, FirmwareVersion, Frame, Operation, Request};

use super::task::Task;

/// A command that the device can carry out.
trait Execute: Operation {
    /// Carries it out. What the session may do has been checked; what the object may be used for has not.
    fn execute(self, task: &mut Task<'_>) -> Result<Self::Answer, ErrorCode>;
}

/// Carries out the command of a frame.
pub(super) fn execute(task: &mut Task<'_>, frame: &Frame) -> Result<Frame, ErrorCode> {
    let command = frame.command();
    if !is_known(command, task.firmware) {
        return Err(ErrorCode::INVALID_COMMAND);
    }
    if !task.access.capabilities.contains(command.capability()) {
        return Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    }
    let request = Request::decode(frame).map_err(|error| error.error_code())?;
    let answer = dispatch(task, request)?;
    // In the clear frames may be a little longer; no command there answers with more than it was sent.
    let limit = task.message_limit().inner_payload_len_bytes().max(frame.payload().len());
    if answer.payload().len() > limit {
        return Err(ErrorCode::WRONG_LENGTH);
    }
    Ok(answer)
}

/// Whether firmware of this version opens sessions with P-256 keys.
pub(super) fn has_asymmetric_sessions(firmware: FirmwareVersion) -> bool {
    firmware >= FirmwareVersion::V2_3_1
}

/// Whether firmware of this version has the command and it is none of those that open and carry sessions.
fn is_known(command: Command, firmware: FirmwareVersion) -> bool {
    match command {
        Command::BSL | Command::RESERVED_09 | Command::ERROR => false,
        // Left out: see the documentation of `device`.
        Command::SIGN_SSH_CERTIFICATE => false,
        Command::DEVICE_PUBLIC_KEY => has_asymmetric_sessions(firmware),
        Command::CHANGE_AUTHENTICATION_KEY => firmware >= CHANGE_AUTHENTICATION_KEY_SINCE,
        Command(0x6D..=0x72) => firmware >= FirmwareVersion::V2_3_1,
        Command(0x73..=0x77) => firmware >= FirmwareVersion::V2_4_0,
        _ => command.name().is_some() && !command.is_envelope(),
    }
}

/// The first firmware whose authentication keys can be changed.
const CHANGE_AUTHENTICATION_KEY_SINCE: FirmwareVersion = FirmwareVersion::new(2, 1, 0);

fn run<T: Execute>(task: &mut Task<'_>, request: T) -> Result<Frame, ErrorCode> {
    let answer = request.execute(task)?;
    T::answer_frame(&answer).ok_or(ErrorCode::WRONG_LENGTH)
}

macro_rules! dispatch {
    ($task:ident, $request:ident: $($name:ident)*) => {
        match $request {
            $(Request::$name(request) => run($task, request),)*
            _ => Err(ErrorCode::INVALID_COMMAND),
        }
    };
}

fn dispatch(task: &mut Task<'_>, request: Request) -> Result<Frame, ErrorCode> {
    dispatch!(task, request:
        Echo DeviceInfo DevicePartNumber ResetDevice DevicePublicKey CloseSession StorageInfo
        PseudoRandom BlinkDevice
        PutOpaque PutTemplate PutAuthenticationKey ChangeAuthenticationKey PutAsymmetricKey
        GenerateAsymmetricKey PutHmacKey GenerateHmacKey PutSymmetricKey GenerateSymmetricKey
        PutOtpAeadKey GenerateOtpAeadKey PutWrapKey GenerateWrapKey PutPublicWrapKey
        ListObjects ObjectInfoOf DeleteObject GetOpaque GetTemplate PublicKey
        SignEcdsa SignEddsa DeriveEcdh
        SignPkcs1 SignPss DecryptPkcs1 DecryptOaep
        SignHmac VerifyHmac
        EncryptEcb DecryptEcb EncryptCbc DecryptCbc
        WrapData UnwrapData ExportWrapped ImportWrapped
        ExportKeyRsa ImportKeyRsa ExportWrappedRsa ImportWrappedRsa
        CreateOtpAead RandomizeOtpAead RewrapOtpAead DecryptOtp
        SignAttestationCertificate
        LogEntries SetLogIndex
        GetOption SetOption
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_arrive_with_their_firmware() {
        let known = |firmware| {
            let known = (0..=255).filter(|code| is_known(Command(*code), firmware));
            known.count()
        };
        let of_2_0 = known(FirmwareVersion::new(2, 0, 0));
        assert_eq!(known(FirmwareVersion::new(2, 1, 0)), of_2_0 + 1);
        assert_eq!(known(FirmwareVersion::V2_3_1), of_2_0 + 1 + 7);
        assert_eq!(known(FirmwareVersion::V2_4_0), of_2_0 + 1 + 7 + 5);
    }
}
