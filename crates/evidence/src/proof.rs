//! Proofs that an entry is in a tree, and that a tree only grew: computed from tiles, verified from nothing
//! but the hashes in them.
//!
//! The proofs are those of RFC 6962, sections 2.1.1 and 2.1.2; they are verified as RFC 9162, sections
//! 2.1.3.2 and 2.1.4.2, says.

use crate::{
    Hash, SIZE_MAX, empty_root,
    merkle::node_hash,
    tiles::{TileFault, TileReader, TreeHashes},
};

/// The most hashes in a proof: twice one for each of the 62 levels of the largest tree.
pub const PROOF_HASHES_MAX: usize = 124;

/// The root of a tree of `size` entries, from the tiles on its right edge.
///
/// # Errors
///
/// [`ProveError`].
pub fn root<R: TileReader>(reader: R, size: u64) -> Result<Hash, ProveError<R::Error>> {
    check_size(size)?;
    Ok(TreeHashes::new(reader, size).range(0, size)?)
}

/// The proof that the entry at `index` is in the tree of `size` entries: the sibling of every node on its
/// way to the root, the lowest first. At most 16 tiles are read.
///
/// # Errors
///
/// [`ProveError`].
pub fn inclusion<R: TileReader>(
    reader: R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    check_size(size)?;
    if index >= size {
        return Err(ProveError::IndexBeyondSize { index, size });
    }
    let mut hashes = TreeHashes::new(reader, size);
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(hashes.range(middle, end)?);
            end = middle;
        } else {
            proof.push(hashes.range(start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `old_size` entries is the beginning of the tree of `size` entries. Empty for
/// an old tree without entries and for two trees of one size.
///
/// # Errors
///
/// [`ProveError`].
pub fn consistency<R: TileReader>(
    reader: R,
    old_size: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<R::Error>> {
    check_size(size)?;
    if old_size > size {
        return Err(ProveError::Shrinks { old_size, size });
    }
    let mut proof = Vec::new();
    if old_size == 0 {
        return Ok(proof);
    }
    let mut hashes = TreeHashes::new(reader, size);
    let (mut start, mut end) = (0, size);
    while old_size < end {
        let middle = start + split(end - start);
        if old_size <= middle {
            proof.push(hashes.range(middle, end)?);
            end = middle;
        } else {
            proof.push(hashes.range(start, middle)?);
            start = middle;
        }
    }
    // The old root itself is known to whoever asks, unless something stands to the left of this node.
    if start > 0 {
        proof.push(hashes.range(start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Verifies that the entry with hash `leaf` is at `index` of the tree of `size` entries with this root.
///
/// # Errors
///
/// [`ProofRefused`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofRefused> {
    if index >= size || size > SIZE_MAX {
        return Err(ProofRefused::IndexBeyondSize { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofRefused::Length { found: proof.len() });
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A node without a right sibling moves up until it is a right child itself.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofRefused::Length { found: proof.len() });
    }
    same_root(hash, *root)
}

/// Verifies that the tree of `old_size` entries with root `old_root` is the beginning of the tree of `size`
/// entries with this root.
///
/// # Errors
///
/// [`ProofRefused`].
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofRefused> {
    if old_size > size || size > SIZE_MAX {
        return Err(ProofRefused::Shrinks { old_size, size });
    }
    if old_size == 0 || old_size == size {
        if !proof.is_empty() {
            return Err(ProofRefused::Length { found: proof.len() });
        }
        let expected = if old_size == 0 { empty_root() } else { *root };
        return same_root(*old_root, expected);
    }
    // A complete old tree is itself the first node of the proof.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofRefused::Length { found: 0 })?
    };
    let (mut node, mut last) = (old_size - 1, size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofRefused::Length { found: proof.len() });
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofRefused::Length { found: proof.len() });
    }
    same_root(old_hash, *old_root)?;
    same_root(hash, *root)
}

/// Why the tiles give no proof.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProveError<E> {
    /// A tree larger than a log may be.
    #[error("{size} entries are more than a log may have, {SIZE_MAX}")]
    TooLarge {
        /// Number of entries.
        size: u64,
    },
    /// An entry that the tree does not have.
    #[error("entry {index} is not in a log of {size}")]
    IndexBeyondSize {
        /// Position of the entry, from 0.
        index: u64,
        /// Number of entries.
        size: u64,
    },
    /// An old tree larger than the new one.
    #[error("a log of {old_size} entries is no beginning of one of {size}")]
    Shrinks {
        /// Entries of the old tree.
        old_size: u64,
        /// Entries of the new tree.
        size: u64,
    },
    /// A tile is missing or damaged.
    #[error(transparent)]
    Tile(#[from] TileFault<E>),
}

/// Why a proof does not prove.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofRefused {
    /// An entry that the tree does not have.
    #[error("entry {index} is not in a log of {size}")]
    IndexBeyondSize {
        /// Position of the entry, from 0.
        index: u64,
        /// Number of entries.
        size: u64,
    },
    /// An old tree larger than the new one.
    #[error("a log of {old_size} entries is no beginning of one of {size}")]
    Shrinks {
        /// Entries of the old tree.
        old_size: u64,
        /// Entries of the new tree.
        size: u64,
    },
    /// Not as many hashes as trees of these sizes need.
    #[error("the proof has {found} hashes, trees of these sizes need another number")]
    Length {
        /// Hashes in the proof.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to the root {computed}, the checkpoint has {expected}")]
    Root {
        /// Where the proof leads.
        computed: Hash,
        /// Where it should lead.
        expected: Hash,
    },
}

fn same_root(computed: Hash, expected: Hash) -> Result<(), ProofRefused> {
    if computed == expected { Ok(()) } else { Err(ProofRefused::Root { computed, expected }) }
}

fn check_size<E>(size: u64) -> Result<(), ProveError<E>> {
    if size > SIZE_MAX { Err(ProveError::TooLarge { size }) } else { Ok(()) }
}

/// The largest power of two below `count`, which is at least 2: where RFC 6962 splits a tree.
const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
