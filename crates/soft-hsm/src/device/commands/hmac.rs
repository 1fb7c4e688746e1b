//! Commands that use an HMAC key.

use subtle::ConstantTimeEq as _;
use yubihsm2::{
    Capabilities, ErrorCode, ObjectType,
    operation::{SignHmac, VerifyHmac},
};

use super::Execute;
use crate::device::{keys::Key, state::Name, task::Task};

impl Execute for SignHmac {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let name = Name::new(ObjectType::HMAC_KEY, self.key);
        match &*task.key_of_type(name, Capabilities::SIGN_HMAC)? {
            Key::Hmac(hash, key) => Ok(hash.hmac(key, &self.data)),
            _ => Err(ErrorCode::INVALID_DATA),
        }
    }
}

impl Execute for VerifyHmac {
    fn execute(self, task: &mut Task<'_>) -> Result<bool, ErrorCode> {
        let name = Name::new(ObjectType::HMAC_KEY, self.key);
        match &*task.key_of_type(name, Capabilities::VERIFY_HMAC)? {
            Key::Hmac(hash, key) => {
                let (mac, data) = self.split(hash.len_bytes()).ok_or(ErrorCode::WRONG_LENGTH)?;
                Ok(hash.hmac(key, data).ct_eq(mac).into())
            }
            _ => Err(ErrorCode::INVALID_DATA),
        }
    }
}
