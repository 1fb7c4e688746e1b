//! Commands about the device itself, and the end of a session.

use yubihsm2::{
    Algorithm, ErrorCode, FirmwareVersion, LogEntry, SecretBytes,
    operation::{
        BlinkDevice, CloseSession, DeviceInfo, DevicePartNumber, DevicePublicKey,
        DevicePublicKeyAnswer, Echo, GeneralInfo, PartNumber, PseudoRandom, ResetDevice,
        StorageInfo, StorageUse,
    },
};

use super::Execute;
use crate::device::{
    state::{Change, State},
    task::{Effect, Task},
};

/// The part number of the chip in most devices.
const PART_NUMBER: &str = "78CLUFX5000P";

impl Execute for Echo {
    fn execute(self, _: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        Ok(self.data)
    }
}

impl Execute for DeviceInfo {
    fn execute(self, task: &mut Task<'_>) -> Result<GeneralInfo, ErrorCode> {
        let version = task.firmware;
        let algorithms = Algorithm::ALL.iter().copied();
        Ok(GeneralInfo {
            version,
            serial: task.state.identity().serial,
            log_total: LogEntry::COUNT_MAX as u8,
            log_used: task.state.log().used(),
            algorithms: algorithms.filter(|algorithm| algorithm.is_in(version)).collect(),
        })
    }
}

impl Execute for DevicePartNumber {
    fn execute(self, task: &mut Task<'_>) -> Result<PartNumber, ErrorCode> {
        if task.firmware < FirmwareVersion::V2_4_0 {
            return Err(ErrorCode::WRONG_LENGTH);
        }
        PartNumber::new(PART_NUMBER).ok_or(ErrorCode::INVALID_DATA)
    }
}

impl Execute for DevicePublicKey {
    fn execute(self, task: &mut Task<'_>) -> Result<DevicePublicKeyAnswer, ErrorCode> {
        let key = task.state.identity().session_key().ok_or(ErrorCode::STORAGE_FAILED)?;
        Ok(DevicePublicKeyAnswer(key.public_key()))
    }
}

impl Execute for ResetDevice {
    fn execute(self, task: &mut Task<'_>) -> Result<(), ErrorCode> {
        let identity = task.state.identity().after_reset(task.random);
        let fresh = State::fresh(identity, task.firmware, task.random);
        task.commit(Change::Reset(Box::new(fresh)));
        task.effect = Effect::Reboot;
        Ok(())
    }
}

impl Execute for CloseSession {
    fn execute(self, task: &mut Task<'_>) -> Result<(), ErrorCode> {
        task.effect = Effect::CloseSession;
        Ok(())
    }
}

impl Execute for StorageInfo {
    fn execute(self, task: &mut Task<'_>) -> Result<StorageUse, ErrorCode> {
        Ok(task.state.storage_use())
    }
}

impl Execute for PseudoRandom {
    fn execute(self, task: &mut Task<'_>) -> Result<SecretBytes, ErrorCode> {
        let count = usize::from(self.count);
        if count > task.message_limit().inner_payload_len_bytes() {
            return Err(ErrorCode::INVALID_DATA);
        }
        let mut bytes = vec![0; count];
        task.random.fill(&mut bytes);
        Ok(SecretBytes::new(bytes))
    }
}

impl Execute for BlinkDevice {
    fn execute(self, _: &mut Task<'_>) -> Result<(), ErrorCode> {
        Ok(())
    }
}
