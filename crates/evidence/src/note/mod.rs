//! Signed notes: a text, and signatures under it that name their keys.
//!
//! The form is C2SP signed-note: the text, an empty line, and a line for each signature: em dash, space, name
//! of the key, space, base64 of the key's id (4 bytes) and the signature. Only its Ed25519 signatures are made
//! and verified here; those of other kinds and of other keys are kept and otherwise ignored, as it asks.

mod key;
mod key_pem;
mod name;

pub use self::{
    key::{SigningKey, Verifier, VerifierError},
    key_pem::{KEY_PEM_LEN_BYTES_MAX, KeyPemError},
    name::{KEY_NAME_LEN_BYTES_MAX, KeyName, KeyNameError},
};

use std::fmt;

use crate::base64;

/// The longest note, signatures included, in bytes: a text of a hundred thousand bytes and room for
/// signatures of 5 kB, which the specification foretells.
pub const NOTE_LEN_BYTES_MAX: usize = 512 * 1024;

/// The most signatures under a note. The specification asks for 16 at least.
pub const SIGNATURES_MAX: usize = 64;

/// What a signature line begins with: em dash and space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// A signature line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteSignature {
    /// The name of the key.
    pub key_name: KeyName,
    /// The id of the key.
    pub key_id: [u8; 4],
    /// The signature itself: 64 bytes for Ed25519.
    pub bytes: Vec<u8>,
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.bytes].concat();
        write!(f, "{SIGNATURE_MARK}{} {}", self.key_name, base64::encode(&bytes))
    }
}

/// A note, of which nobody has yet verified a signature. [`Note::verify`] gives the text that counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note of a text, with no signature yet.
    ///
    /// # Errors
    ///
    /// [`NoteError::Text`] unless the text ends with a line feed and has no other control characters.
    pub fn new(text: String) -> Result<Self, NoteError> {
        check_characters(&text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Text { reason: "does not end with a line feed" });
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with one signature or more.
    ///
    /// # Errors
    ///
    /// [`NoteError`], for every byte that the specification does not allow.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_LEN_BYTES_MAX {
            return Err(NoteError::TooLong { found_len_bytes: bytes.len() });
        }
        let whole = std::str::from_utf8(bytes)
            .map_err(|error| NoteError::NotUtf8 { offset_bytes: error.valid_up_to() })?;
        // The last empty line parts text and signatures; the text may have others.
        let end = whole.rfind("\n\n").ok_or(NoteError::NoSignature)? + 1;
        let mut note = Self::new(whole[..end].to_owned())?;
        let lines = &whole[end + 1..];
        check_characters(lines)?;
        if lines.is_empty() {
            return Err(NoteError::NoSignature);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Signature { line: None })?;
        for (number, line) in lines.split('\n').enumerate() {
            if number == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let signature = signature_of(line);
            note.signatures.push(signature.ok_or(NoteError::Signature { line: Some(number + 1) })?);
        }
        Ok(note)
    }

    /// Adds the signature of a key. A second one of the same key takes the place of the first.
    pub fn sign(&mut self, key: &SigningKey) {
        let signature = key.sign(&self.text);
        let of_same_key = |other: &NoteSignature| {
            other.key_name == signature.key_name && other.key_id == signature.key_id
        };
        self.signatures.retain(|other| !of_same_key(other));
        self.signatures.push(signature);
    }

    /// Verifies the signatures of the keys that are known, and gives the text if there is one at least.
    ///
    /// # Errors
    ///
    /// [`NoteError::SignatureWrong`] if a known key's signature is not its own,
    /// [`NoteError::NoKnownSignature`] if no known key signed.
    pub fn verify<'a>(&'a self, verifiers: &'a [Verifier]) -> Result<VerifiedNote<'a>, NoteError> {
        let mut signers: Vec<&Verifier> = Vec::new();
        for signature in &self.signatures {
            let Some(verifier) = verifiers.iter().find(|verifier| verifier.made(signature)) else {
                continue;
            };
            if !verifier.verify(&self.text, signature) {
                return Err(NoteError::SignatureWrong { key_name: verifier.name().clone() });
            }
            if !signers.contains(&verifier) {
                signers.push(verifier);
            }
        }
        if signers.is_empty() {
            let mut signed_by: Vec<_> =
                self.signatures.iter().map(|signature| signature.key_name.clone()).collect();
            signed_by.dedup();
            return Err(NoteError::NoKnownSignature { signed_by });
        }
        Ok(VerifiedNote { text: &self.text, signers })
    }

    /// The text, which may be anyone's. Only for saying what a refused note claims to be.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signatures, none of them verified.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

/// The note as it stands in a file.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            writeln!(f, "{signature}")?;
        }
        Ok(())
    }
}

/// The text of a note that a known key signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedNote<'a> {
    /// The text, its last line feed included.
    pub text: &'a str,
    /// The known keys that signed it, one at least.
    pub signers: Vec<&'a Verifier>,
}

/// Why bytes are no note, or why a note is not to be believed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteError {
    /// More bytes than a note may have.
    #[error("{found_len_bytes} bytes are too many for a note, the limit is {NOTE_LEN_BYTES_MAX}")]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("not text at byte {offset_bytes}, so no note")]
    NotUtf8 {
        /// Offset of the first such byte.
        offset_bytes: usize,
    },
    /// A text that a note cannot hold.
    #[error("the note's text {reason}")]
    Text {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No signature under the text.
    #[error("the note has no signature")]
    NoSignature,
    /// A line that should be a signature and is none.
    #[error("{} is no signature", match .line { Some(line) => format!("line {line} below the note's text"), None => "the note's last line".to_owned() })]
    Signature {
        /// Number of the line below the text, from 1; `None` for a last line without a line feed.
        line: Option<usize>,
    },
    /// More signatures than are read.
    #[error("the note has more than {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A signature that a known key did not make for this text.
    #[error("the signature of {key_name} does not fit the note's text")]
    SignatureWrong {
        /// The key's name.
        key_name: KeyName,
    },
    /// No known key signed.
    #[error("no known key signed the note; it is signed by {}", list(.signed_by))]
    NoKnownSignature {
        /// The names under the note.
        signed_by: Vec<KeyName>,
    },
}

impl NoteError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::SignatureWrong { .. } => {
                "the text was changed after it was signed, or the file was damaged: fetch it again from its source"
            }
            Self::NoKnownSignature { .. } => {
                "ask the signer for its verifier key, by a way other than the one that brought the file"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// Names in a message: the first three, so that a hostile note does not fill the screen.
fn list(names: &[KeyName]) -> String {
    let mut text = names.iter().take(3).map(KeyName::to_string).collect::<Vec<_>>().join(", ");
    if names.len() > 3 {
        text.push_str(", …");
    }
    text
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    // Below U+0020 there is only the line feed.
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Text { reason: "has a control character" });
    }
    Ok(())
}

fn signature_of(line: &str) -> Option<NoteSignature> {
    let (name, bytes) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
    let key_name = name.parse().ok()?;
    let bytes = base64::decode(bytes)?;
    let (key_id, bytes) = bytes.split_first_chunk()?;
    if bytes.is_empty() {
        return None;
    }
    Some(NoteSignature { key_name, key_id: *key_id, bytes: bytes.to_vec() })
}
