//! Files with keys of notes.

use std::path::Path;

use evidence::note::{KEY_PEM_LEN_BYTES_MAX, SigningKey};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure};

/// The key that signs checkpoints.
pub(super) fn evidence_key(path: &Path) -> Result<SigningKey, Failure> {
    durable::refuse_open_to_others(path)?;
    let pem = Zeroizing::new(durable::read_bounded(path, KEY_PEM_LEN_BYTES_MAX as u64)?);
    SigningKey::from_pem(&pem, None).map_err(|error| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {error}", path.display()))
            .hint(error.hint())
    })
}
