//! Public keys.

use sha2::{Digest, Sha256};
use sidewalk::PublicKey;

use crate::block::Block;

/// Curve, key and fingerprint.
pub(crate) fn public_key(key: &PublicKey) -> Block {
    Block::new(format!("{} key", key.curve()))
        .text("curve", key.curve())
        .for_programs()
        .text("public_key", key)
        .text("fingerprint", fingerprint(key))
}

/// SHA-256 of the public key's raw bytes (32, or X‖Y), in hex: short to compare, the same for a key in any form.
pub(crate) fn fingerprint(key: &PublicKey) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}
