//! What an auditor is handed.

use evidence::{Checkpoint, Issuance, ProofFile, note::Note};

/// Signed notes: what is read is what was written.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
    }
}

/// The text of a checkpoint.
pub fn checkpoint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(checkpoint) = Checkpoint::from_text(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
}

/// Entries of the log: one issuance has one spelling.
pub fn entry(data: &[u8]) {
    if let Ok(issuance) = Issuance::from_bytes(data) {
        assert_eq!(issuance.to_bytes().as_deref(), Ok(data));
    }
}

/// Proofs in files.
pub fn proof(data: &[u8]) {
    if let Ok(proof) = ProofFile::parse(data) {
        assert_eq!(proof.to_string().as_bytes(), data);
    }
}
