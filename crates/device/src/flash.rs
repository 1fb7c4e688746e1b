//! Flash as it is: erased a sector at a time to all ones, programmed a few bytes at a time to zeros.
//!
//! The page's region is kept as a whole; the flash around it, where the application is, only where something was
//! programmed. With a [`Medium`] of its own the region outlives the process.

use std::{collections::BTreeMap, fmt};

use durable::DurableError;
use page::{BLANK, Image};
use zeroize::Zeroizing;

/// Firmware and programmers write at most this much at once (`MAX_FLASH_WRITE_LEN`), so that a cut leaves a part.
pub const WRITE_STEP_LEN: usize = 64;

/// Flash before the page's region, in bytes. The largest known chips have 2 MiB in all.
const BEFORE_LEN: u32 = 2 * 1024 * 1024;

/// Flash behind the page's region, in bytes: what the largest known chips have there, rounded up.
const BEHIND_LEN: u32 = 128 * 1024;

/// Where the page's region is, and in what pieces flash is erased and written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FlashGeometry {
    /// The region's first byte.
    pub page_address: u32,
    /// The region's size in bytes, whole sectors.
    pub region_len: usize,
    /// A sector's size in bytes.
    pub erase_unit: u32,
    /// A word's size in bytes. What begins or ends within a word is filled up with ones, which changes nothing.
    pub word_len: usize,
}

/// Where the region is kept besides in memory.
pub(crate) trait Medium: Send {
    /// Keeps bytes of the region from `offset` on.
    fn store(&mut self, offset: usize, bytes: &[u8]) -> Result<(), DurableError>;

    /// Keeps what the key store holds: for each curve a key or none.
    fn store_keys(&mut self, keys: &[Option<&[u8; 32]>; 2]) -> Result<(), DurableError>;

    /// Keeps which firmware is on the board.
    fn store_firmware(&mut self, byte: u8) -> Result<(), DurableError>;
}

/// Nowhere: the region is gone with the board.
pub(crate) struct MemoryMedium;

impl Medium for MemoryMedium {
    fn store(&mut self, _offset: usize, _bytes: &[u8]) -> Result<(), DurableError> {
        Ok(())
    }

    fn store_keys(&mut self, _keys: &[Option<&[u8; 32]>; 2]) -> Result<(), DurableError> {
        Ok(())
    }

    fn store_firmware(&mut self, _byte: u8) -> Result<(), DurableError> {
        Ok(())
    }
}

/// A cell that does not change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadCell {
    /// The byte's address.
    pub address: u32,
    /// Bits that always read zero.
    pub stuck_low: u8,
    /// Bits that always read one.
    pub stuck_high: u8,
}

impl BadCell {
    /// What a byte reads as in this cell.
    fn worn(self, byte: u8) -> u8 {
        (byte & !self.stuck_low) | self.stuck_high
    }
}

/// Why flash cannot be used so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FlashError {
    /// There is no such flash.
    #[error("there is no flash at {address:#010x} for {len} bytes")]
    OutOfRange {
        /// The first address.
        address: u32,
        /// How many bytes.
        len: usize,
    },
    /// The file that the board is kept in.
    #[error("failed to {0}")]
    File(DurableError),
}

/// The flash of one board.
pub struct Flash {
    geometry: FlashGeometry,
    region: Zeroizing<Vec<u8>>,
    /// Sectors that are not blank, by their first address.
    application: BTreeMap<u32, Zeroizing<Vec<u8>>>,
    bad_cells: Vec<BadCell>,
    medium: Box<dyn Medium>,
}

impl Flash {
    /// Blank flash, kept in memory.
    pub fn blank(geometry: FlashGeometry) -> Self {
        let region = Zeroizing::new(vec![BLANK; geometry.region_len]);
        Self::with_medium(geometry, region, Box::new(MemoryMedium))
    }

    pub(crate) fn with_medium(
        geometry: FlashGeometry,
        mut region: Zeroizing<Vec<u8>>,
        medium: Box<dyn Medium>,
    ) -> Self {
        region.resize(geometry.region_len, BLANK);
        Self { geometry, region, application: BTreeMap::new(), bad_cells: Vec::new(), medium }
    }

    /// Adds a cell that does not change any more.
    pub fn add_bad_cell(&mut self, cell: BadCell) {
        self.bad_cells.push(cell);
        self.apply_bad_cells(cell.address, 1);
    }

    /// Erases the sector that holds `address`.
    ///
    /// # Errors
    ///
    /// [`FlashError`].
    pub fn erase_sector(&mut self, address: u32) -> Result<(), FlashError> {
        let start = self.sector_of(address);
        let len = self.geometry.erase_unit as usize;
        self.check(start, len)?;
        match self.region_offset(start) {
            Some(offset) => {
                self.region[offset..offset + len].fill(BLANK);
                self.apply_bad_cells(start, len);
                self.keep(offset, len)
            }
            None => {
                self.application.remove(&start);
                Ok(())
            }
        }
    }

    /// Programs at most [`WRITE_STEP_LEN`] bytes; more are cut. Bits go from one to zero and never back.
    ///
    /// # Errors
    ///
    /// [`FlashError`].
    pub fn program_step(&mut self, address: u32, bytes: &[u8]) -> Result<(), FlashError> {
        let mut bytes = &bytes[..bytes.len().min(WRITE_STEP_LEN)];
        let mut at = address;
        self.check(at, bytes.len())?;
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(self.piece_len(at, bytes.len()));
            self.program_piece(at, piece)?;
            // The check left room for the sum.
            at += piece.len() as u32;
            bytes = rest;
        }
        Ok(())
    }

    /// Reads.
    ///
    /// # Errors
    ///
    /// [`FlashError::OutOfRange`].
    pub fn read(&self, address: u32, len: usize) -> Result<Image, FlashError> {
        self.check(address, len)?;
        // All at once, so that no copy of a key is left behind where the buffer grows.
        let mut bytes = Vec::with_capacity(len);
        let mut at = address;
        while bytes.len() < len {
            let piece_len = self.piece_len(at, len - bytes.len());
            let start = self.sector_of(at);
            let from = (at - start) as usize;
            match (self.region_offset(at), self.application.get(&start)) {
                (Some(offset), _) => {
                    bytes.extend_from_slice(&self.region[offset..offset + piece_len]);
                }
                (None, Some(sector)) => bytes.extend_from_slice(&sector[from..from + piece_len]),
                (None, None) => bytes.resize(bytes.len() + piece_len, BLANK),
            }
            at += piece_len as u32;
        }
        for cell in &self.bad_cells {
            let index = cell.address.checked_sub(address).map(|index| index as usize);
            if let Some(byte) = index.and_then(|index| bytes.get_mut(index)) {
                *byte = cell.worn(*byte);
            }
        }
        Ok(Image::from(bytes))
    }

    /// Erases everything.
    ///
    /// # Errors
    ///
    /// [`FlashError::File`].
    pub fn erase_all(&mut self) -> Result<(), FlashError> {
        self.application.clear();
        self.region.fill(BLANK);
        self.apply_bad_cells(self.geometry.page_address, self.region.len());
        self.keep(0, self.region.len())
    }

    /// The page's region.
    pub fn region(&self) -> &[u8] {
        &self.region
    }

    /// Where what is.
    pub const fn geometry(&self) -> &FlashGeometry {
        &self.geometry
    }

    /// The first address of every sector outside the page's region that is not blank.
    pub fn application_sectors(&self) -> impl Iterator<Item = u32> {
        self.application.keys().copied()
    }

    /// The first address of the sector that holds `address`.
    pub const fn sector_of(&self, address: u32) -> u32 {
        address - address % self.geometry.erase_unit
    }

    pub(crate) fn medium(&mut self) -> &mut dyn Medium {
        &mut *self.medium
    }

    fn program_piece(&mut self, address: u32, piece: &[u8]) -> Result<(), FlashError> {
        if let Some(offset) = self.region_offset(address) {
            and(&mut self.region[offset..offset + piece.len()], piece);
            self.apply_bad_cells(address, piece.len());
            return self.keep(offset, piece.len());
        }
        let start = self.sector_of(address);
        let is_blank = piece.iter().all(|byte| *byte == BLANK);
        if !is_blank || self.application.contains_key(&start) {
            let len = self.geometry.erase_unit as usize;
            let sector = self.application.entry(start).or_insert_with(|| vec![BLANK; len].into());
            let from = (address - start) as usize;
            and(&mut sector[from..from + piece.len()], piece);
        }
        Ok(())
    }

    /// How much of `len` bytes from `address` on is in one place: the region, or a sector outside.
    fn piece_len(&self, address: u32, len: usize) -> usize {
        let room = match self.region_offset(address) {
            Some(offset) => self.region.len() - offset,
            // The region consists of whole sectors, so that none outside reaches into it.
            None => (self.geometry.erase_unit - (address - self.sector_of(address))) as usize,
        };
        len.min(room)
    }

    fn region_offset(&self, address: u32) -> Option<usize> {
        let offset = address.checked_sub(self.geometry.page_address)? as usize;
        (offset < self.region.len()).then_some(offset)
    }

    fn apply_bad_cells(&mut self, address: u32, len: usize) {
        for cell in &self.bad_cells {
            let Some(index) = cell.address.checked_sub(address).map(|index| index as usize) else {
                continue;
            };
            let offset = cell.address.checked_sub(self.geometry.page_address);
            if let Some(offset) = offset.filter(|_| index < len)
                && let Some(byte) = self.region.get_mut(offset as usize)
            {
                *byte = cell.worn(*byte);
            }
        }
    }

    fn keep(&mut self, offset: usize, len: usize) -> Result<(), FlashError> {
        self.medium.store(offset, &self.region[offset..offset + len]).map_err(FlashError::File)
    }

    fn check(&self, address: u32, len: usize) -> Result<(), FlashError> {
        let region_end = u64::from(self.geometry.page_address) + self.region.len() as u64;
        let start = self.geometry.page_address.saturating_sub(BEFORE_LEN);
        let end = (region_end + u64::from(BEHIND_LEN)).min(u64::from(u32::MAX));
        if address < start || u64::from(address).saturating_add(len as u64) > end {
            return Err(FlashError::OutOfRange { address, len });
        }
        Ok(())
    }
}

impl fmt::Debug for Flash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flash({} bytes at {:#010x})", self.region.len(), self.geometry.page_address)
    }
}

fn and(flash: &mut [u8], bytes: &[u8]) {
    for (cell, byte) in flash.iter_mut().zip(bytes) {
        *cell &= byte;
    }
}
