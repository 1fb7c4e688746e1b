//! An append-only log as a Merkle tree: signed notes and checkpoints, proofs that an entry is in it and that
//! it only grew.
//!
//! What a log holds is a list of entries. [`leaf_hash`] and [`node_hash`] make them one tree, a [`Frontier`]
//! is all that appending needs, and [`tiles`] is how the whole tree lies on a disk. A [`Checkpoint`] says how
//! large the tree is and what its root is, and a [`note::Note`] carries the signature under it. [`proof`]
//! computes and verifies that an entry is in a tree, and that a tree only grew. [`Issuance`] is the entry
//! that a signing server appends for every device.
//!
//! The crate is pure: no files, clock, sockets or source of randomness of its own. Everything that is parsed
//! here may come from a stranger: nothing panics on any bytes, and what a note says counts only after
//! [`note::Note::verify`].
//!
//! Sources of fact: RFC 6962 section 2.1 and RFC 9162 section 2.1 for hashes and proofs; the C2SP
//! specifications [signed-note](https://c2sp.org/signed-note), [tlog-checkpoint](https://c2sp.org/tlog-checkpoint),
//! [tlog-tiles](https://c2sp.org/tlog-tiles) and [tlog-proof](https://c2sp.org/tlog-proof) for everything
//! around them.

pub mod audit;
mod base64;
mod checkpoint;
mod issuance;
mod merkle;
pub mod note;
pub mod proof;
mod proof_file;
pub mod tiles;

pub use crate::{
    checkpoint::{Checkpoint, CheckpointError},
    issuance::{
        ISSUANCE_LEN_BYTES_MAX, ISSUANCE_VERSION, Issuance, IssuanceError, IssuanceKind,
        IssuancePackage, TEXT_LEN_BYTES_MAX,
    },
    merkle::{Frontier, FrontierError, Hash, SIZE_MAX, empty_root, leaf_hash, node_hash},
    proof_file::{PROOF_FILE_LEN_BYTES_MAX, ProofFile, ProofFileError},
};
