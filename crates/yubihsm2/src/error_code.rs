//! The codes that a device refuses with.

use crate::code::codes;

codes! {
    /// Why a device refused, as it stands in an error frame (`7f 00 01 code`).
    ///
    /// Code `0d` is not used. The numbers are those of Yubico's libyubihsm and python-yubihsm; the Rust
    /// crate `yubihsm` 0.42 numbers `0d` to `10` differently.
    pub struct ErrorCode: "error code" {
        OK = 0x00, "OK";
        INVALID_COMMAND = 0x01, "INVALID COMMAND";
        INVALID_DATA = 0x02, "INVALID DATA";
        INVALID_SESSION = 0x03, "INVALID SESSION";
        AUTHENTICATION_FAILED = 0x04, "AUTHENTICATION FAILED";
        SESSIONS_FULL = 0x05, "SESSIONS FULL";
        SESSION_FAILED = 0x06, "SESSION FAILED";
        /// Also: the store is full.
        STORAGE_FAILED = 0x07, "STORAGE FAILED";
        WRONG_LENGTH = 0x08, "WRONG LENGTH";
        INSUFFICIENT_PERMISSIONS = 0x09, "INSUFFICIENT PERMISSIONS";
        LOG_FULL = 0x0A, "LOG FULL";
        OBJECT_NOT_FOUND = 0x0B, "OBJECT NOT FOUND";
        INVALID_ID = 0x0C, "INVALID ID";
        SSH_CA_CONSTRAINT_VIOLATION = 0x0E, "SSH CA CONSTRAINT VIOLATION";
        INVALID_OTP = 0x0F, "INVALID OTP";
        DEMO_MODE = 0x10, "DEMO MODE";
        OBJECT_EXISTS = 0x11, "OBJECT EXISTS";
        ALGORITHM_DISABLED = 0x12, "ALGORITHM DISABLED";
        COMMAND_UNEXECUTED = 0xFF, "COMMAND UNEXECUTED";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_0d_has_no_name() {
        assert_eq!(ErrorCode(0x0D).name(), None);
        assert_eq!(ErrorCode(0x0D).to_string(), "error code 0x0d");
    }

    #[test]
    fn every_known_code_is_found_by_its_name() {
        for code in ErrorCode::ALL {
            assert_eq!(code.name().and_then(ErrorCode::from_name), Some(*code));
        }
        assert_eq!(ErrorCode::ALL.len(), 19);
    }
}
