//! Commands that use an AES key.

use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, ObjectId, ObjectType,
    operation::{DecryptCbc, DecryptEcb, EncryptCbc, EncryptEcb},
};

use super::Execute;
use crate::device::{
    crypto::{BlockMode, Direction},
    keys::Key,
    state::Name,
    task::Task,
};

impl Execute for EncryptEcb {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let key = (self.key, Capabilities::ENCRYPT_ECB);
        apply(task, key, BlockMode::Ecb, Direction::Encrypt, &self.blocks)
    }
}

impl Execute for DecryptEcb {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let key = (self.key, Capabilities::DECRYPT_ECB);
        apply(task, key, BlockMode::Ecb, Direction::Decrypt, &self.blocks)
    }
}

impl Execute for EncryptCbc {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let (key, mode) = ((self.key, Capabilities::ENCRYPT_CBC), self.initial_vector);
        apply(task, key, BlockMode::Cbc(mode), Direction::Encrypt, &self.blocks)
    }
}

impl Execute for DecryptCbc {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let (key, mode) = ((self.key, Capabilities::DECRYPT_CBC), self.initial_vector);
        apply(task, key, BlockMode::Cbc(mode), Direction::Decrypt, &self.blocks)
    }
}

fn apply(
    task: &mut Task<'_>,
    (id, capability): (ObjectId, Capabilities),
    mode: BlockMode,
    direction: Direction,
    blocks: &[u8],
) -> Result<Vec<u8>, ErrorCode> {
    let key = task.key_of_type(Name::new(ObjectType::SYMMETRIC_KEY, id), capability)?;
    task.require_enabled(match mode {
        BlockMode::Ecb => Algorithm::AES_ECB,
        BlockMode::Cbc(_) => Algorithm::AES_CBC,
    })?;
    let Key::Aes(key) = &*key else { return Err(ErrorCode::INVALID_DATA) };
    let is_empty = blocks.is_empty();
    mode.apply(key, direction, blocks).filter(|_| !is_empty).ok_or(ErrorCode::WRONG_LENGTH)
}
