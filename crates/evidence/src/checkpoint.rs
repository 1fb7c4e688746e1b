//! Checkpoints: what a log says of itself, signed as a note.

use std::fmt;

use crate::{
    Hash, SIZE_MAX,
    note::{Note, NoteError, SigningKey, VerifiedNote, Verifier},
};

/// The head of a log: which log, how large, and its root (C2SP tlog-checkpoint).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    /// The log's name; the name of the key that signs should be the same.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// The root of the tree of these entries.
    pub root: Hash,
    /// Further lines, which mean nothing here. None is the rule.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without further lines.
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// Reads the text of a note, which must be verified first.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] unless every line is as the specification has it.
    pub fn from_text(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = body.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Lines);
        let (origin, size, root) = (line()?, line()?, line()?);
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let size = decimal(size).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root).ok_or(CheckpointError::Root)?;
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Reads a checkpoint file: verifies its note first, then reads the text.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub fn open(bytes: &[u8], verifiers: &[Verifier]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let VerifiedNote { text, .. } = note.verify(verifiers)?;
        Self::from_text(text)
    }

    /// The checkpoint as a note, signed.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] if the origin or a further line is empty or has a line feed or another control
    /// character.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, CheckpointError> {
        let text = self.to_string();
        // Reading back what is about to be signed: an origin with a line feed would be another checkpoint.
        if Self::from_text(&text)? != *self {
            return Err(CheckpointError::Lines);
        }
        let mut note = Note::new(text)?;
        note.sign(key);
        Ok(note)
    }
}

/// The text of the note.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Why something is no checkpoint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// The note is damaged, or nobody known signed it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not three lines or more, each with something in it.
    #[error("a checkpoint has three lines or more, and none is empty")]
    Lines,
    /// The second line is no size.
    #[error("the second line is no number of entries up to {SIZE_MAX}")]
    Size,
    /// The third line is no hash.
    #[error("the third line is no hash in base64")]
    Root,
}

impl CheckpointError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Note(error) => error.hint(),
            _ => None,
        }
    }
}

/// A decimal number up to [`SIZE_MAX`] in its one spelling: without sign and zeros before it.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= SIZE_MAX && number.to_string() == text).then_some(number)
}
