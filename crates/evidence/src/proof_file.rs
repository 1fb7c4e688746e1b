//! A proof as a file that is verified without the log: C2SP tlog-proof, with the entry itself in it.

use std::fmt;

use crate::{
    Checkpoint, CheckpointError, Hash, base64,
    checkpoint::decimal,
    leaf_hash,
    note::{NOTE_LEN_BYTES_MAX, Note, Verifier},
    proof::{PROOF_HASHES_MAX, ProofRefused, verify_inclusion},
    tiles::ENTRY_LEN_BYTES_MAX,
};

/// The longest proof file, in bytes: a note, the longest entry in base64, and the hashes.
pub const PROOF_FILE_LEN_BYTES_MAX: usize =
    NOTE_LEN_BYTES_MAX + ENTRY_LEN_BYTES_MAX.div_ceil(3) * 4 + 64 * (PROOF_HASHES_MAX + 4);

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// The proof that an entry is in a log. The entry stands in the field `extra`, for which the form has no
/// meaning of its own; it counts once its hash is proven to be in the tree.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProofFile {
    /// The entry.
    pub entry: Vec<u8>,
    /// Its position in the log, from 0.
    pub index: u64,
    /// The siblings on the way to the root, the lowest first.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl ProofFile {
    /// Reads a proof file.
    ///
    /// # Errors
    ///
    /// [`ProofFileError`] unless every line is as the specification has it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > PROOF_FILE_LEN_BYTES_MAX {
            return Err(ProofFileError::TooLong { found_len_bytes: bytes.len() });
        }
        let line = |number| ProofFileError::Line { number };
        let text = std::str::from_utf8(bytes).map_err(|_| line(1))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofFileError::NoCheckpoint)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEAD) {
            return Err(line(1));
        }
        let entry = lines.next().and_then(|line| line.strip_prefix("extra ")).ok_or(line(2))?;
        let entry = base64::decode(entry).ok_or(line(2))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(line(3))?;
        let index = decimal(index).ok_or(line(3))?;
        let mut hashes = Vec::new();
        for (text, number) in lines.zip(4..) {
            if hashes.len() == PROOF_HASHES_MAX {
                return Err(line(number));
            }
            hashes.push(Hash::from_base64(text).ok_or(line(number))?);
        }
        let checkpoint = Note::parse(checkpoint.as_bytes()).map_err(CheckpointError::from)?;
        Ok(Self { entry, index, hashes, checkpoint })
    }

    /// Verifies the checkpoint's signature, then that the entry is in its tree. Gives the checkpoint.
    ///
    /// # Errors
    ///
    /// [`ProofFileError`].
    pub fn verify(&self, verifiers: &[Verifier]) -> Result<Checkpoint, ProofFileError> {
        let note = self.checkpoint.verify(verifiers).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::from_text(note.text)?;
        let leaf = leaf_hash(&self.entry);
        verify_inclusion(&leaf, self.index, checkpoint.size, &self.hashes, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

/// The proof as it stands in a file.
impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\nextra {}\nindex {}", base64::encode(&self.entry), self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why a proof file does not prove.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofFileError {
    /// More bytes than a proof has.
    #[error(
        "{found_len_bytes} bytes are too many for a proof, the limit is {PROOF_FILE_LEN_BYTES_MAX}"
    )]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// A line that does not belong there.
    #[error("line {number} is not what a proof has there")]
    Line {
        /// Number of the line, from 1.
        number: usize,
    },
    /// No empty line, and so no checkpoint behind it.
    #[error("the proof has no checkpoint")]
    NoCheckpoint,
    /// The checkpoint is not to be believed.
    #[error("the proof's checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the checkpoint's tree.
    #[error("the entry is not in the log: {0}")]
    Refused(#[from] ProofRefused),
}

impl ProofFileError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Checkpoint(error) => error.hint(),
            Self::Line { .. } | Self::NoCheckpoint => {
                Some("give the file that `curbside audit prove` wrote".to_owned())
            }
            _ => None,
        }
    }
}
