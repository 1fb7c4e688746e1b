//! Finds serial numbers and keys that occur more than once in a log of any size.

use std::io::{self, Read, Seek, Write};

use sidewalk::{Curve, Smsn};

use crate::{
    check::{Position, Repeat, Repeated},
    sort::{Row, Sorter, bytes_at},
};

/// Two ledgers.
#[derive(Debug)]
pub(crate) struct Repeats<S> {
    serial_numbers: Sorter<Seen, S>,
    keys: Sorter<KeySeen, S>,
}

/// A serial number and where it stands. The order is by number, then as in the file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Seen {
    smsn: Smsn,
    position: Position,
}

/// A key and where it stands. The order is by key, then as in the file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct KeySeen {
    /// Index in [`Curve::ALL`].
    curve: u8,
    key: [u8; 32],
    position: Position,
    smsn: Smsn,
}

impl<S: Read + Write + Seek> Repeats<S> {
    pub(crate) fn new(ledger_len_bytes: usize) -> Self {
        Self {
            serial_numbers: Sorter::new(ledger_len_bytes),
            keys: Sorter::new(ledger_len_bytes.saturating_mul(2)),
        }
    }

    /// Takes down a device and its keys, in the order of [`Curve::ALL`].
    pub(crate) fn note(
        &mut self,
        smsn: Smsn,
        position: Position,
        keys: [Option<[u8; 32]>; 2],
        open_spill: &mut impl FnMut() -> io::Result<S>,
    ) -> io::Result<()> {
        self.serial_numbers.push(Seen { smsn, position }, open_spill)?;
        for (curve, key) in (0..).zip(keys) {
            if let Some(key) = key {
                self.keys.push(KeySeen { curve, key, position, smsn }, open_spill)?;
            }
        }
        Ok(())
    }

    /// Reports each occurrence but the first, serial numbers before keys. A key that occurs again under the
    /// same serial number is reported for the number only.
    pub(crate) fn find(
        self,
        open_spill: &mut impl FnMut() -> io::Result<S>,
        mut on_repeat: impl FnMut(Repeat),
    ) -> io::Result<()> {
        let mut first: Option<Seen> = None;
        let mut serial_numbers = self.serial_numbers.finish(open_spill)?;
        while let Some(seen) = serial_numbers.next_row()? {
            match first {
                Some(first) if first.smsn == seen.smsn => on_repeat(Repeat {
                    what: Repeated::SerialNumber(seen.smsn),
                    first: first.position,
                    again: seen.position,
                }),
                _ => first = Some(seen),
            }
        }
        let mut first: Option<KeySeen> = None;
        let mut keys = self.keys.finish(open_spill)?;
        while let Some(seen) = keys.next_row()? {
            match first {
                Some(first) if (first.curve, first.key) == (seen.curve, seen.key) => {
                    if first.smsn != seen.smsn {
                        let curve = Curve::ALL[usize::from(first.curve)];
                        let what = Repeated::Key { curve, first: first.smsn, again: seen.smsn };
                        on_repeat(Repeat { what, first: first.position, again: seen.position });
                    }
                }
                _ => first = Some(seen),
            }
        }
        Ok(())
    }
}

impl Row for Seen {
    const LEN_BYTES: usize = Smsn::LEN_BYTES + 16;

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.smsn.as_bytes());
        encode_position(&self.position, out);
    }

    fn decode(bytes: &[u8]) -> Self {
        Self { smsn: Smsn::from_bytes(bytes_at(bytes, 0)), position: decode_position(bytes, 32) }
    }
}

impl Row for KeySeen {
    const LEN_BYTES: usize = 1 + 32 + 16 + Smsn::LEN_BYTES;

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.curve);
        out.extend_from_slice(&self.key);
        encode_position(&self.position, out);
        out.extend_from_slice(self.smsn.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Self {
        Self {
            curve: bytes[0] & 1,
            key: bytes_at(bytes, 1),
            position: decode_position(bytes, 33),
            smsn: Smsn::from_bytes(bytes_at(bytes, 49)),
        }
    }
}

fn encode_position(position: &Position, out: &mut Vec<u8>) {
    out.extend_from_slice(&position.record.to_le_bytes());
    out.extend_from_slice(&position.offset_bytes.to_le_bytes());
}

fn decode_position(bytes: &[u8], at: usize) -> Position {
    Position {
        record: u64::from_le_bytes(bytes_at(bytes, at)),
        offset_bytes: u64::from_le_bytes(bytes_at(bytes, at + 8)),
    }
}
