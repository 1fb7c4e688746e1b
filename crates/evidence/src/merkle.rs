//! Hashes of a Merkle tree, and the right edge that appending needs.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The most entries that a log may have. A thousand entries a second would take 146 million years; the
/// limit is so that no sum of two sizes overflows.
pub const SIZE_MAX: u64 = 1 << 62;

/// A SHA-256 hash: of an entry, of a node, or of a whole tree. Shown as standard base64, as checkpoints do.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Hash([u8; Self::LEN_BYTES]);

impl Hash {
    /// Size in bytes.
    pub const LEN_BYTES: usize = 32;

    /// Takes the bytes of a hash.
    pub const fn from_bytes(bytes: [u8; Self::LEN_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN_BYTES] {
        &self.0
    }

    /// Reads standard base64 with padding, as it stands in checkpoints and proofs; `None` for anything else.
    pub fn from_base64(text: &str) -> Option<Self> {
        let bytes = crate::base64::decode(text)?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::base64::encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The hash of an entry: SHA-256 of 0x00 and the entry (RFC 6962, section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut digest = Sha256::new();
    digest.update([0x00]);
    digest.update(entry);
    Hash(digest.finalize().into())
}

/// The hash of a node: SHA-256 of 0x01, the left and the right hash (RFC 6962, section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut message = [0x01; 1 + 2 * Hash::LEN_BYTES];
    message[1..=Hash::LEN_BYTES].copy_from_slice(&left.0);
    message[1 + Hash::LEN_BYTES..].copy_from_slice(&right.0);
    Hash(Sha256::digest(message).into())
}

/// The root of a tree without entries: SHA-256 of nothing (RFC 6962, section 2.1).
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// The right edge of a tree: its size, and the roots of the complete subtrees that it falls into, the
/// largest first. At most 62 hashes; all that appending and the root need, so that a database keeps it in
/// one row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree without entries.
    pub const fn new() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// An edge of its parts: as many hashes as `size` has bits that are set, the largest subtree first.
    ///
    /// # Errors
    ///
    /// [`FrontierError`] where they do not fit each other.
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Result<Self, FrontierError> {
        if size > SIZE_MAX {
            return Err(FrontierError::TooLarge { size });
        }
        let expected = size.count_ones() as usize;
        if hashes.len() != expected {
            return Err(FrontierError::HashCount { size, expected, found: hashes.len() });
        }
        Ok(Self { size, hashes })
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`FrontierError`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes
            .split_first_chunk()
            .ok_or(FrontierError::Length { found_len_bytes: bytes.len() })?;
        let (hashes, odd) = rest.as_chunks();
        if !odd.is_empty() {
            return Err(FrontierError::Length { found_len_bytes: bytes.len() });
        }
        Self::from_parts(u64::from_be_bytes(*size), hashes.iter().copied().map(Hash).collect())
    }

    /// Adds the hash of the next entry.
    ///
    /// A tree beyond [`SIZE_MAX`] cannot be reached by appending: it would take longer than there is time.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every complete subtree that ends here merges with its left neighbour of the same size.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash(&left, &hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.hashes).unwrap_or_else(empty_root)
    }

    /// Eight bytes of size, big-endian, and the hashes: at most 1,992 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for hash in &self.hashes {
            bytes.extend_from_slice(&hash.0);
        }
        bytes
    }
}

/// The root over complete subtrees, the largest first; `None` where there are none.
pub(crate) fn fold(hashes: &[Hash]) -> Option<Hash> {
    let (last, rest) = hashes.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

/// Why something is not the right edge of a tree.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FrontierError {
    /// The bytes are no size and hashes.
    #[error("{found_len_bytes} bytes are not a size of 8 bytes and hashes of 32")]
    Length {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// More entries than a log may have.
    #[error("{size} entries are more than a log may have, {SIZE_MAX}")]
    TooLarge {
        /// Number of entries.
        size: u64,
    },
    /// Not the hashes of a tree of this size.
    #[error("a tree of {size} entries has {expected} complete subtrees, not {found}")]
    HashCount {
        /// Number of entries.
        size: u64,
        /// Hashes that such a tree has.
        expected: usize,
        /// Hashes that were given.
        found: usize,
    },
}
