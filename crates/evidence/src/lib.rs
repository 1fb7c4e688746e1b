//! An append-only log as a Merkle tree: signed notes and checkpoints, proofs that an entry is in it and that it only grew.
