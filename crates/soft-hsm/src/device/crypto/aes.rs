//! AES over whole blocks, without padding.

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{
        Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _,
        BlockModeEncrypt as _, BlockSizeUser, InnerIvInit as _, KeyInit, consts::U16,
    },
};
use yubihsm2::AesKey;

/// Size of a block in bytes.
const BLOCK_LEN_BYTES: usize = 16;

/// Which way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::device) enum Direction {
    /// To ciphertext.
    Encrypt,
    /// To plaintext.
    Decrypt,
}

/// How blocks depend on each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::device) enum BlockMode {
    /// Not at all.
    Ecb,
    /// Each on the one before, the first on this vector.
    Cbc([u8; BLOCK_LEN_BYTES]),
}

impl BlockMode {
    /// Turns bytes over; `None` where they are not whole blocks.
    pub(in crate::device) fn apply(
        self,
        key: &AesKey,
        direction: Direction,
        bytes: &[u8],
    ) -> Option<Vec<u8>> {
        match key.as_bytes().len() {
            16 => apply::<Aes128>(self, key, direction, bytes),
            24 => apply::<Aes192>(self, key, direction, bytes),
            _ => apply::<Aes256>(self, key, direction, bytes),
        }
    }
}

fn apply<C>(mode: BlockMode, key: &AesKey, direction: Direction, bytes: &[u8]) -> Option<Vec<u8>>
where
    C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16>,
{
    let cipher = C::new_from_slice(key.as_bytes()).ok()?;
    let mut output = bytes.to_vec();
    let (blocks, rest) = Block::<C>::slice_as_chunks_mut(&mut output);
    if !rest.is_empty() {
        return None;
    }
    match (mode, direction) {
        (BlockMode::Ecb, Direction::Encrypt) => cipher.encrypt_blocks(blocks),
        (BlockMode::Ecb, Direction::Decrypt) => cipher.decrypt_blocks(blocks),
        (BlockMode::Cbc(vector), Direction::Encrypt) => {
            cbc::Encryptor::inner_iv_init(cipher, &vector.into()).encrypt_blocks(blocks);
        }
        (BlockMode::Cbc(vector), Direction::Decrypt) => {
            cbc::Decryptor::inner_iv_init(cipher, &vector.into()).decrypt_blocks(blocks);
        }
    }
    Some(output)
}
