//! Command codes, where each may be sent, and what a session must be allowed to send it.

use crate::{capability::Capabilities, code::codes};

/// The bit that tells an answer from its request.
const ANSWER_BIT: u8 = 0x80;

codes! {
    /// A command code. Codes above `7f` are answers; `7f` is the error frame.
    pub struct Command: "command" {
        ECHO = 0x01, "echo";
        CREATE_SESSION = 0x03, "create-session";
        AUTHENTICATE_SESSION = 0x04, "authenticate-session";
        SESSION_MESSAGE = 0x05, "session-message";
        DEVICE_INFO = 0x06, "device-info";
        /// Boot loader; undocumented, answered with INVALID COMMAND.
        BSL = 0x07, "bsl";
        RESET_DEVICE = 0x08, "reset-device";
        /// Undocumented; known only because the audit settings list it.
        RESERVED_09 = 0x09, "reserved-09";
        DEVICE_PUBLIC_KEY = 0x0A, "get-device-public-key";
        CLOSE_SESSION = 0x40, "close-session";
        STORAGE_INFO = 0x41, "get-storage-info";
        PUT_OPAQUE = 0x42, "put-opaque";
        GET_OPAQUE = 0x43, "get-opaque";
        PUT_AUTHENTICATION_KEY = 0x44, "put-authentication-key";
        PUT_ASYMMETRIC_KEY = 0x45, "put-asymmetric-key";
        GENERATE_ASYMMETRIC_KEY = 0x46, "generate-asymmetric-key";
        SIGN_PKCS1 = 0x47, "sign-pkcs1";
        LIST_OBJECTS = 0x48, "list-objects";
        DECRYPT_PKCS1 = 0x49, "decrypt-pkcs1";
        EXPORT_WRAPPED = 0x4A, "export-wrapped";
        IMPORT_WRAPPED = 0x4B, "import-wrapped";
        PUT_WRAP_KEY = 0x4C, "put-wrap-key";
        LOG_ENTRIES = 0x4D, "get-log-entries";
        OBJECT_INFO = 0x4E, "get-object-info";
        SET_OPTION = 0x4F, "set-option";
        GET_OPTION = 0x50, "get-option";
        PSEUDO_RANDOM = 0x51, "get-pseudo-random";
        PUT_HMAC_KEY = 0x52, "put-hmac-key";
        SIGN_HMAC = 0x53, "sign-hmac";
        PUBLIC_KEY = 0x54, "get-public-key";
        SIGN_PSS = 0x55, "sign-pss";
        SIGN_ECDSA = 0x56, "sign-ecdsa";
        DERIVE_ECDH = 0x57, "derive-ecdh";
        DELETE_OBJECT = 0x58, "delete-object";
        DECRYPT_OAEP = 0x59, "decrypt-oaep";
        GENERATE_HMAC_KEY = 0x5A, "generate-hmac-key";
        GENERATE_WRAP_KEY = 0x5B, "generate-wrap-key";
        VERIFY_HMAC = 0x5C, "verify-hmac";
        SIGN_SSH_CERTIFICATE = 0x5D, "sign-ssh-certificate";
        PUT_TEMPLATE = 0x5E, "put-template";
        GET_TEMPLATE = 0x5F, "get-template";
        DECRYPT_OTP = 0x60, "decrypt-otp";
        CREATE_OTP_AEAD = 0x61, "create-otp-aead";
        RANDOMIZE_OTP_AEAD = 0x62, "randomize-otp-aead";
        REWRAP_OTP_AEAD = 0x63, "rewrap-otp-aead";
        SIGN_ATTESTATION_CERTIFICATE = 0x64, "sign-attestation-certificate";
        PUT_OTP_AEAD_KEY = 0x65, "put-otp-aead-key";
        GENERATE_OTP_AEAD_KEY = 0x66, "generate-otp-aead-key";
        SET_LOG_INDEX = 0x67, "set-log-index";
        WRAP_DATA = 0x68, "wrap-data";
        UNWRAP_DATA = 0x69, "unwrap-data";
        SIGN_EDDSA = 0x6A, "sign-eddsa";
        BLINK_DEVICE = 0x6B, "blink-device";
        CHANGE_AUTHENTICATION_KEY = 0x6C, "change-authentication-key";
        PUT_SYMMETRIC_KEY = 0x6D, "put-symmetric-key";
        GENERATE_SYMMETRIC_KEY = 0x6E, "generate-symmetric-key";
        DECRYPT_ECB = 0x6F, "decrypt-ecb";
        ENCRYPT_ECB = 0x70, "encrypt-ecb";
        DECRYPT_CBC = 0x71, "decrypt-cbc";
        ENCRYPT_CBC = 0x72, "encrypt-cbc";
        PUT_PUBLIC_WRAP_KEY = 0x73, "put-public-wrap-key";
        EXPORT_KEY_RSA = 0x74, "wrap-key-rsa";
        IMPORT_KEY_RSA = 0x75, "unwrap-key-rsa";
        EXPORT_WRAPPED_RSA = 0x76, "export-wrapped-rsa";
        IMPORT_WRAPPED_RSA = 0x77, "import-wrapped-rsa";
        /// The error frame.
        ERROR = 0x7F, "error";
    }
}

impl Command {
    /// The commands of the audit settings, in the order in which a device lists them.
    pub const AUDITED: &'static [Self] = &{
        let codes = [
            0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x09, 0x08, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45,
            0x46, 0x47, 0x55, 0x56, 0x48, 0x49, 0x57, 0x4A, 0x4B, 0x4C, 0x4D, 0x67, 0x4E, 0x4F,
            0x50, 0x51, 0x52, 0x53, 0x54, 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60,
            0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x0A, 0x6D, 0x6E,
            0x6F, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77,
        ];
        let mut commands = [Self(0); 65];
        let mut index = 0;
        while index < codes.len() {
            commands[index] = Self(codes[index]);
            index += 1;
        }
        commands
    };

    /// The code of a successful answer.
    pub const fn answer(self) -> Self {
        Self(self.0 | ANSWER_BIT)
    }

    /// Whether a device takes the command outside a session.
    pub const fn is_taken_in_clear(self) -> bool {
        matches!(
            self,
            Self::ECHO
                | Self::CREATE_SESSION
                | Self::AUTHENTICATE_SESSION
                | Self::SESSION_MESSAGE
                | Self::DEVICE_INFO
                | Self::DEVICE_PUBLIC_KEY
        )
    }

    /// Whether the code stands for opening or carrying a session, which cannot happen inside one.
    pub const fn is_envelope(self) -> bool {
        matches!(self, Self::CREATE_SESSION | Self::AUTHENTICATE_SESSION | Self::SESSION_MESSAGE)
    }

    /// What a session must hold, all of it, to send the command.
    ///
    /// Empty for commands that need nothing, and for [`Command::DELETE_OBJECT`], which needs what
    /// [`ObjectType::delete_capability`](crate::ObjectType::delete_capability) says.
    pub const fn capability(self) -> Capabilities {
        match self {
            Self::RESET_DEVICE => Capabilities::RESET_DEVICE,
            Self::PUT_OPAQUE => Capabilities::PUT_OPAQUE,
            Self::GET_OPAQUE => Capabilities::GET_OPAQUE,
            Self::PUT_TEMPLATE => Capabilities::PUT_TEMPLATE,
            Self::GET_TEMPLATE => Capabilities::GET_TEMPLATE,
            Self::PUT_AUTHENTICATION_KEY => Capabilities::PUT_AUTHENTICATION_KEY,
            Self::CHANGE_AUTHENTICATION_KEY => Capabilities::CHANGE_AUTHENTICATION_KEY,
            Self::PUT_ASYMMETRIC_KEY => Capabilities::PUT_ASYMMETRIC_KEY,
            Self::GENERATE_ASYMMETRIC_KEY => Capabilities::GENERATE_ASYMMETRIC_KEY,
            Self::PUT_HMAC_KEY => Capabilities::PUT_MAC_KEY,
            Self::GENERATE_HMAC_KEY => Capabilities::GENERATE_HMAC_KEY,
            Self::PUT_SYMMETRIC_KEY => Capabilities::PUT_SYMMETRIC_KEY,
            Self::GENERATE_SYMMETRIC_KEY => Capabilities::GENERATE_SYMMETRIC_KEY,
            Self::PUT_OTP_AEAD_KEY => Capabilities::PUT_OTP_AEAD_KEY,
            Self::GENERATE_OTP_AEAD_KEY => Capabilities::GENERATE_OTP_AEAD_KEY,
            Self::PUT_WRAP_KEY => Capabilities::PUT_WRAP_KEY,
            Self::GENERATE_WRAP_KEY => Capabilities::GENERATE_WRAP_KEY,
            Self::PUT_PUBLIC_WRAP_KEY => Capabilities::PUT_PUBLIC_WRAP_KEY,
            Self::SIGN_ECDSA => Capabilities::SIGN_ECDSA,
            Self::SIGN_EDDSA => Capabilities::SIGN_EDDSA,
            Self::SIGN_PKCS1 => Capabilities::SIGN_PKCS,
            Self::SIGN_PSS => Capabilities::SIGN_PSS,
            Self::DECRYPT_PKCS1 => Capabilities::DECRYPT_PKCS,
            Self::DECRYPT_OAEP => Capabilities::DECRYPT_OAEP,
            Self::DERIVE_ECDH => Capabilities::DERIVE_ECDH,
            Self::SIGN_HMAC => Capabilities::SIGN_HMAC,
            Self::VERIFY_HMAC => Capabilities::VERIFY_HMAC,
            Self::DECRYPT_ECB => Capabilities::DECRYPT_ECB,
            Self::ENCRYPT_ECB => Capabilities::ENCRYPT_ECB,
            Self::DECRYPT_CBC => Capabilities::DECRYPT_CBC,
            Self::ENCRYPT_CBC => Capabilities::ENCRYPT_CBC,
            Self::WRAP_DATA => Capabilities::WRAP_DATA,
            Self::UNWRAP_DATA => Capabilities::UNWRAP_DATA,
            Self::EXPORT_WRAPPED | Self::EXPORT_KEY_RSA | Self::EXPORT_WRAPPED_RSA => {
                Capabilities::EXPORT_WRAPPED
            }
            Self::IMPORT_WRAPPED | Self::IMPORT_KEY_RSA | Self::IMPORT_WRAPPED_RSA => {
                Capabilities::IMPORT_WRAPPED
            }
            Self::SIGN_ATTESTATION_CERTIFICATE => Capabilities::SIGN_ATTESTATION_CERTIFICATE,
            Self::SIGN_SSH_CERTIFICATE => Capabilities::SIGN_SSH_CERTIFICATE,
            Self::LOG_ENTRIES | Self::SET_LOG_INDEX => Capabilities::GET_LOG_ENTRIES,
            Self::SET_OPTION => Capabilities::SET_OPTION,
            Self::GET_OPTION => Capabilities::GET_OPTION,
            Self::PSEUDO_RANDOM => Capabilities::GET_PSEUDO_RANDOM,
            Self::CREATE_OTP_AEAD => Capabilities::CREATE_OTP_AEAD,
            Self::RANDOMIZE_OTP_AEAD => Capabilities::RANDOMIZE_OTP_AEAD,
            Self::REWRAP_OTP_AEAD => {
                Capabilities::REWRAP_FROM_OTP_AEAD_KEY.union(Capabilities::REWRAP_TO_OTP_AEAD_KEY)
            }
            Self::DECRYPT_OTP => Capabilities::DECRYPT_OTP,
            _ => Capabilities::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_commands_are_taken_in_clear() {
        let clear: Vec<u8> = (0..=255).filter(|code| Command(*code).is_taken_in_clear()).collect();
        assert_eq!(clear, [0x01, 0x03, 0x04, 0x05, 0x06, 0x0A]);
    }

    #[test]
    fn the_audit_settings_list_every_command_once() {
        let mut listed = Command::AUDITED.to_vec();
        listed.sort();
        let mut known = Command::ALL.to_vec();
        known.retain(|command| *command != Command::ERROR);
        assert_eq!(listed, known);
    }

    #[test]
    fn names_and_codes_of_commands_lead_to_each_other() {
        for command in Command::ALL {
            assert_eq!(command.name().and_then(Command::from_name), Some(*command));
        }
        assert_eq!(Command(0x60).answer(), Command(0xE0));
        assert_eq!(Command(0x3F).to_string(), "command 0x3f");
    }

    #[test]
    fn asking_about_the_device_and_its_objects_needs_no_capability() {
        for command in [
            Command::LIST_OBJECTS,
            Command::OBJECT_INFO,
            Command::PUBLIC_KEY,
            Command::STORAGE_INFO,
            Command::ECHO,
            Command::BLINK_DEVICE,
            Command::CLOSE_SESSION,
        ] {
            assert_eq!(command.capability(), Capabilities::NONE, "{command}");
        }
    }
}
