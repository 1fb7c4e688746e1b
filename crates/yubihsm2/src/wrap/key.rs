//! AES wrap keys and what they encrypt.

use thiserror::Error;

use super::record::ObjectRecord;
use crate::{
    aes_key::{AesKey, CcmError, NONCE_LEN_BYTES},
    algorithm::Algorithm,
    error_code::ErrorCode,
    secret::SecretBytes,
    wire::{Reader, Wire, WireError, Writer},
};

/// Size of the MAC in bytes.
const MAC_LEN_BYTES: usize = 16;

/// What stands in front of data, where objects have the algorithm of their wrap key: so neither passes for
/// the other.
const DATA_MARK: u8 = 0;

/// Something under a wrap key: `nonce:13 ‖ ciphertext ‖ MAC:16`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wrapped {
    /// The nonce, fresh for everything that one key wraps.
    pub nonce: [u8; NONCE_LEN_BYTES],
    /// As many bytes as were wrapped.
    pub ciphertext: Vec<u8>,
    /// The MAC.
    pub mac: [u8; MAC_LEN_BYTES],
}

impl Wrapped {
    /// How many bytes are added to what is wrapped.
    pub const OVERHEAD_LEN_BYTES: usize = NONCE_LEN_BYTES + MAC_LEN_BYTES;
}

impl Wire for Wrapped {
    fn write(&self, out: &mut Writer) {
        self.nonce.write(out);
        out.bytes(&self.ciphertext);
        self.mac.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let nonce = Wire::read(input)?;
        let ciphertext = input.all_but(MAC_LEN_BYTES)?.to_vec();
        Ok(Self { nonce, ciphertext, mac: Wire::read(input)? })
    }
}

/// An AES wrap key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrapKey(AesKey);

impl WrapKey {
    /// Takes the key.
    pub const fn new(key: AesKey) -> Self {
        Self(key)
    }

    /// The algorithm, which stands in front of every object that the key wraps.
    pub fn algorithm(&self) -> Algorithm {
        match self.0.as_bytes().len() {
            16 => Algorithm::AES128_CCM_WRAP,
            24 => Algorithm::AES192_CCM_WRAP,
            _ => Algorithm::AES256_CCM_WRAP,
        }
    }

    /// Wraps an object.
    ///
    /// # Errors
    ///
    /// [`WrapError::Ccm`] for an object that is too long.
    pub fn seal_object(
        &self,
        nonce: [u8; NONCE_LEN_BYTES],
        record: &ObjectRecord,
    ) -> Result<Wrapped, WrapError> {
        let algorithm = self.algorithm().0;
        self.seal(nonce, algorithm, &record.to_bytes())
    }

    /// Unwraps an object.
    ///
    /// # Errors
    ///
    /// [`WrapError`]; a device answers each with INVALID DATA.
    pub fn open_object(&self, wrapped: &Wrapped) -> Result<ObjectRecord, WrapError> {
        let bytes = self.open(wrapped, self.algorithm().0)?;
        ObjectRecord::from_bytes(&bytes).map_err(WrapError::Record)
    }

    /// Wraps data.
    ///
    /// # Errors
    ///
    /// [`WrapError::Ccm`] for data that is too long.
    pub fn seal_data(
        &self,
        nonce: [u8; NONCE_LEN_BYTES],
        data: &[u8],
    ) -> Result<Wrapped, WrapError> {
        self.seal(nonce, DATA_MARK, data)
    }

    /// Unwraps data.
    ///
    /// # Errors
    ///
    /// [`WrapError`]; a device answers each with INVALID DATA.
    pub fn open_data(&self, wrapped: &Wrapped) -> Result<SecretBytes, WrapError> {
        self.open(wrapped, DATA_MARK)
    }

    fn seal(
        &self,
        nonce: [u8; NONCE_LEN_BYTES],
        mark: u8,
        content: &[u8],
    ) -> Result<Wrapped, WrapError> {
        // Encrypted in place: no plaintext is left behind.
        let mut ciphertext = Vec::with_capacity(1 + content.len());
        ciphertext.push(mark);
        ciphertext.extend_from_slice(content);
        let mac = self.0.seal_mac16(&nonce, &mut ciphertext)?;
        Ok(Wrapped { nonce, ciphertext, mac })
    }

    fn open(&self, wrapped: &Wrapped, mark: u8) -> Result<SecretBytes, WrapError> {
        let bytes = self.0.open_mac16(&wrapped.nonce, &wrapped.ciphertext, &wrapped.mac)?;
        match bytes.split_first() {
            Some((found, content)) if *found == mark => Ok(content.into()),
            found => {
                let found = found.map(|(found, _)| *found);
                Err(WrapError::Mark { expected: mark, found })
            }
        }
    }
}

/// Why something was not wrapped or unwrapped.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum WrapError {
    /// It does not verify, or is too long.
    #[error(transparent)]
    Ccm(#[from] CcmError),
    /// It is data where an object was expected, the reverse, or meant for a key of another size.
    #[error("the wrapped bytes begin with {found:?} instead of {expected}")]
    Mark {
        /// The first byte that had to be: 0 for data, the wrap key's algorithm for objects.
        expected: u8,
        /// The first byte.
        found: Option<u8>,
    },
    /// It is no object.
    #[error("the wrapped object is damaged")]
    Record(#[source] WireError),
}

impl WrapError {
    /// The code that a device answers with.
    pub const fn error_code(self) -> ErrorCode {
        ErrorCode::INVALID_DATA
    }
}
