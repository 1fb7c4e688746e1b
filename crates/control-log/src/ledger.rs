//! The rows that consolidation keeps of entries.

use sidewalk::Smsn;

use crate::{
    consolidate::Origin,
    sort::{Row, bytes_at},
    writer::BETWEEN,
};

/// An entry in the ledger. The order is by SMSN, then as in the output.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Written {
    pub(crate) smsn: [u8; Smsn::LEN_BYTES],
    /// Where its text begins in the output.
    pub(crate) offset_bytes: u64,
    pub(crate) len_bytes: u32,
    pub(crate) source: u64,
    pub(crate) record: u64,
}

impl Written {
    pub(crate) fn origin(&self) -> Origin {
        Origin { source: self.source, record: self.record }
    }

    /// What is taken out with the entry: its text and the separator before it.
    pub(crate) fn range(&self) -> OutputRange {
        OutputRange {
            offset_bytes: self.offset_bytes - BETWEEN.len() as u64,
            len_bytes: u64::from(self.len_bytes) + BETWEEN.len() as u64,
        }
    }
}

impl Row for Written {
    const LEN_BYTES: usize = Smsn::LEN_BYTES + 8 + 4 + 8 + 8;

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.smsn);
        out.extend_from_slice(&self.offset_bytes.to_le_bytes());
        out.extend_from_slice(&self.len_bytes.to_le_bytes());
        out.extend_from_slice(&self.source.to_le_bytes());
        out.extend_from_slice(&self.record.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Self {
        Self {
            smsn: bytes_at(bytes, 0),
            offset_bytes: u64::from_le_bytes(bytes_at(bytes, 32)),
            len_bytes: u32::from_le_bytes(bytes_at(bytes, 40)),
            source: u64::from_le_bytes(bytes_at(bytes, 44)),
            record: u64::from_le_bytes(bytes_at(bytes, 52)),
        }
    }
}

/// A part of the output.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct OutputRange {
    pub(crate) offset_bytes: u64,
    pub(crate) len_bytes: u64,
}

impl Row for OutputRange {
    const LEN_BYTES: usize = 16;

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.offset_bytes.to_le_bytes());
        out.extend_from_slice(&self.len_bytes.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Self {
        Self {
            offset_bytes: u64::from_le_bytes(bytes_at(bytes, 0)),
            len_bytes: u64::from_le_bytes(bytes_at(bytes, 8)),
        }
    }
}
