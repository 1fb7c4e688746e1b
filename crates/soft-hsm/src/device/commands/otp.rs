//! Commands for Yubico OTP.

use yubihsm2::{
    AesKey, Capabilities, ErrorCode, ObjectId, ObjectType, OtpAead, OtpBlock, OtpCounters,
    OtpSecrets, Secret,
    operation::{CreateOtpAead, DecryptOtp, RandomizeOtpAead, RewrapOtpAead},
};
use zeroize::Zeroizing;

use super::Execute;
use crate::{
    device::{
        crypto::{BlockMode, Direction},
        keys::Key,
        state::Name,
        task::Task,
    },
    randomness::random_bytes,
};

impl Execute for CreateOtpAead {
    fn execute(self, task: &mut Task<'_>) -> Result<OtpAead, ErrorCode> {
        let secrets = OtpSecrets { key: self.otp_key, private_id: self.private_id };
        seal(task, self.key, Capabilities::CREATE_OTP_AEAD, &secrets)
    }
}

impl Execute for RandomizeOtpAead {
    fn execute(self, task: &mut Task<'_>) -> Result<OtpAead, ErrorCode> {
        let secrets = OtpSecrets {
            key: Secret::new(random_bytes(task.random)),
            private_id: Secret::new(random_bytes(task.random)),
        };
        seal(task, self.key, Capabilities::RANDOMIZE_OTP_AEAD, &secrets)
    }
}

impl Execute for RewrapOtpAead {
    fn execute(self, task: &mut Task<'_>) -> Result<OtpAead, ErrorCode> {
        let capability = Capabilities::REWRAP_FROM_OTP_AEAD_KEY;
        let secrets = open(task, self.from, capability, &self.aead)?;
        seal(task, self.to, Capabilities::REWRAP_TO_OTP_AEAD_KEY, &secrets)
    }
}

impl Execute for DecryptOtp {
    fn execute(self, task: &mut Task<'_>) -> Result<OtpCounters, ErrorCode> {
        let secrets = open(task, self.key, Capabilities::DECRYPT_OTP, &self.aead)?;
        let key = AesKey::new(secrets.key.as_bytes().as_slice()).ok_or(ErrorCode::INVALID_DATA)?;
        let block = BlockMode::Ecb.apply(&key, Direction::Decrypt, &self.otp);
        let block = Zeroizing::new(block.ok_or(ErrorCode::INVALID_DATA)?);
        let block = Secret::<16>::from_slice(&block).ok_or(ErrorCode::INVALID_DATA)?;
        let otp = OtpBlock::decode(block.as_bytes()).map_err(|_| ErrorCode::INVALID_OTP)?;
        otp.check(&secrets).map_err(|_| ErrorCode::INVALID_OTP)?;
        Ok(otp.counters)
    }
}

fn seal(
    task: &mut Task<'_>,
    id: ObjectId,
    capability: Capabilities,
    secrets: &OtpSecrets,
) -> Result<OtpAead, ErrorCode> {
    let key = task.key_of_type(Name::new(ObjectType::OTP_AEAD_KEY, id), capability)?;
    let Key::Otp(key) = &*key else { return Err(ErrorCode::INVALID_DATA) };
    key.seal(random_bytes(task.random), secrets).map_err(|_| ErrorCode::INVALID_DATA)
}

fn open(
    task: &mut Task<'_>,
    id: ObjectId,
    capability: Capabilities,
    aead: &OtpAead,
) -> Result<OtpSecrets, ErrorCode> {
    let key = task.key_of_type(Name::new(ObjectType::OTP_AEAD_KEY, id), capability)?;
    let Key::Otp(key) = &*key else { return Err(ErrorCode::INVALID_DATA) };
    key.open(aead).map_err(|_| ErrorCode::INVALID_DATA)
}
