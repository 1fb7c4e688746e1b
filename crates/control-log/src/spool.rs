//! Where a consolidated log is put together.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, Write},
};

/// A file under construction: written in order, read back to compare entries, and shortened when entries are
/// taken out.
pub trait Spool: Read + Write + Seek {
    /// Cuts the file to its first `len_bytes` bytes.
    ///
    /// # Errors
    ///
    /// The store's.
    fn truncate(&mut self, len_bytes: u64) -> io::Result<()>;
}

impl Spool for File {
    fn truncate(&mut self, len_bytes: u64) -> io::Result<()> {
        self.set_len(len_bytes)
    }
}

impl Spool for Cursor<Vec<u8>> {
    fn truncate(&mut self, len_bytes: u64) -> io::Result<()> {
        let len = usize::try_from(len_bytes).map_err(io::Error::other)?;
        self.get_mut().truncate(len);
        Ok(())
    }
}
