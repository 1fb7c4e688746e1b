//! Bundles of entries: each entry behind its length in two bytes, big-endian.

use crate::tiles::TILE_WIDTH;

/// The longest entry, in bytes: what the length of two bytes can say (tlog-tiles, "Log entries").
pub const ENTRY_LEN_BYTES_MAX: usize = u16::MAX as usize;

/// Appends an entry to a bundle.
///
/// # Errors
///
/// [`BundleError::EntryTooLong`].
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len())
        .map_err(|_| BundleError::EntryTooLong { found_len_bytes: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle in their order. Ends behind the first error.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
    found: usize,
}

impl<'a> Entries<'a> {
    /// Reads a bundle.
    pub const fn new(bundle: &'a [u8]) -> Self {
        Self { rest: bundle, found: 0 }
    }

    fn next_entry(&mut self) -> Result<&'a [u8], BundleError> {
        let cut = BundleError::Cut { entry: self.found };
        if self.found == usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let (length, rest) = self.rest.split_first_chunk().ok_or(cut.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(cut)?;
        self.rest = rest;
        self.found += 1;
        Ok(entry)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<&'a [u8], BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.next_entry();
        if entry.is_err() {
            self.rest = &[];
        }
        Some(entry)
    }
}

/// Why bytes are not a bundle of entries.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BundleError {
    /// An entry longer than its length can say.
    #[error("an entry of {found_len_bytes} bytes is longer than {ENTRY_LEN_BYTES_MAX}")]
    EntryTooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// The bytes end within an entry.
    #[error("the bundle ends within its entry {entry}")]
    Cut {
        /// Position of the entry in the bundle, from 0.
        entry: usize,
    },
    /// More entries than a bundle has.
    #[error("more than {TILE_WIDTH} entries in one bundle")]
    TooMany,
}
