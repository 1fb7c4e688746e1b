//! What a file for a programmer says about memory: bytes at addresses.

use std::{collections::BTreeMap, fmt};

use crate::Image;

/// Files of real tools have a handful of runs; each costs more memory than the record that opens it.
pub const RUNS_MAX: usize = 65_536;

/// One past the last 32-bit address.
pub(crate) const ADDRESS_END: u64 = 1 << 32;

/// Runs of bytes, ascending by address; runs that touch are one run.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Memory {
    segments: Vec<Segment>,
}

/// Bytes without a gap.
#[derive(Clone, Eq, PartialEq)]
pub struct Segment {
    /// Address of the first byte.
    pub address: u32,
    /// The bytes.
    pub bytes: Image,
}

/// Bytes that cannot stand where they should.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MemoryError {
    /// They would reach past the last 32-bit address.
    #[error("{len} bytes at {address:#010x} reach past 32 bits of address")]
    Overflow {
        /// Where they start.
        address: u32,
        /// How many there are.
        len: usize,
    },
    /// Some are there already.
    #[error("address {address:#010x} is written a second time")]
    Overlap {
        /// The first address concerned.
        address: u32,
    },
    /// There are more runs than [`RUNS_MAX`].
    #[error("more than {RUNS_MAX} separate runs of bytes")]
    TooManyRuns,
}

/// Collects a [`Memory`] in any order of addresses.
#[derive(Default)]
pub struct MemoryBuilder {
    runs: BTreeMap<u32, Image>,
}

impl MemoryBuilder {
    /// Adds bytes at an address that has none yet.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] where they do not fit, some are there already, or there are too many runs.
    pub fn insert(&mut self, address: u32, bytes: &[u8]) -> Result<(), MemoryError> {
        let start = u64::from(address);
        let end = start + bytes.len() as u64;
        if end > ADDRESS_END {
            return Err(MemoryError::Overflow { address, len: bytes.len() });
        }
        if bytes.is_empty() {
            return Ok(());
        }
        if let Some((next, _)) = self.runs.range(address..).next()
            && end > u64::from(*next)
        {
            return Err(MemoryError::Overlap { address: *next });
        }
        if let Some((previous, run)) = self.runs.range_mut(..address).next_back() {
            let previous_end = u64::from(*previous) + run.len() as u64;
            if previous_end > start {
                return Err(MemoryError::Overlap { address });
            }
            if previous_end == start {
                run.append(bytes);
                return Ok(());
            }
        }
        if self.runs.len() == RUNS_MAX {
            return Err(MemoryError::TooManyRuns);
        }
        let mut run = Image::with_capacity(bytes.len());
        run.append(bytes);
        self.runs.insert(address, run);
        Ok(())
    }

    /// Joins runs that touch.
    pub fn finish(self) -> Memory {
        let mut segments: Vec<Segment> = Vec::new();
        for (address, bytes) in self.runs {
            match segments.last_mut() {
                Some(last) if last.end() == u64::from(address) => last.bytes.append(&bytes),
                _ => segments.push(Segment { address, bytes }),
            }
        }
        Memory { segments }
    }
}

impl Memory {
    /// The runs, ascending.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
}

impl Segment {
    /// The address after the last byte, which may be one past 32 bits.
    pub fn end(&self) -> u64 {
        u64::from(self.address) + self.bytes.len() as u64
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.segments).finish()
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {:#010x}", self.bytes.len(), self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_touch_become_one_whatever_their_order() {
        let mut memory = MemoryBuilder::default();
        memory.insert(0x10, &[1, 2]).unwrap();
        memory.insert(0x14, &[5, 6]).unwrap();
        memory.insert(0x12, &[3, 4]).unwrap();
        let memory = memory.finish();
        assert_eq!(memory.segments().len(), 1);
        assert_eq!(&*memory.segments()[0].bytes, &[1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn an_address_is_written_once() {
        let mut memory = MemoryBuilder::default();
        memory.insert(0x10, &[1, 2, 3]).unwrap();
        assert_eq!(memory.insert(0x12, &[9]), Err(MemoryError::Overlap { address: 0x12 }));
        assert_eq!(memory.insert(0x0F, &[9, 9]), Err(MemoryError::Overlap { address: 0x10 }));
    }

    #[test]
    fn bytes_end_at_the_last_address() {
        let mut memory = MemoryBuilder::default();
        memory.insert(u32::MAX, &[1]).unwrap();
        assert_eq!(
            memory.insert(u32::MAX - 1, &[1, 2, 3]),
            Err(MemoryError::Overflow { address: u32::MAX - 1, len: 3 })
        );
    }
}
