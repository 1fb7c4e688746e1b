//! The file of a store: a snapshot and the changes since, as payloads whose meaning is not known here.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    cipher::{Cipher, Tag},
    disk::Disk,
    error::{Damage, StoreFault},
    header::{Header, KeyProtection},
    key::StoreKey,
    record::{self, Found, SECTOR_LEN_BYTES, SNAPSHOT_LEN_BYTES_MAX},
};
use crate::randomness::Randomness;

/// Where the records begin: behind the header and two marks.
const RECORDS_AT: usize = 3 * SECTOR_LEN_BYTES;

/// How much the changes may take before a snapshot is due, in bytes: replayed in milliseconds, and 2,048
/// changes at one sector each for one rewrite of the file.
const CHANGES_TOTAL_LEN_BYTES_MAX: u64 = 1 << 20;

/// The largest file: a snapshot, changes until one more is due, and the change that made it due.
const FILE_LEN_BYTES_MAX: u64 =
    2 * SNAPSHOT_LEN_BYTES_MAX as u64 + CHANGES_TOTAL_LEN_BYTES_MAX + 8 * SECTOR_LEN_BYTES as u64;

/// A snapshot and the changes since, encrypted on a disk.
///
/// It begins, and is after every failure, in a state in which it takes no changes:
/// [`RecordLog::replace`] writes the file anew and makes it take them. For after a failed write nobody knows
/// what the disk has.
pub struct RecordLog<D> {
    disk: D,
    cipher: Cipher,
    header: Header,
    random: Box<dyn Randomness>,
    /// The number of the last record that was ever written, failed attempts included where they may show.
    sequence: u64,
    /// Where to append; `None` while no changes are taken.
    tip: Option<Tip>,
}

/// The end of the file.
struct Tip {
    offset: u64,
    /// The last record's.
    tag: Tag,
    changes_len_bytes: u64,
}

/// What a disk turned out to have.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in the life of a process")]
pub enum Opening<D> {
    /// A log.
    Log(RecordLog<D>, Contents),
    /// No file. Here is the disk again.
    Nothing(D),
}

/// What a file holds.
#[derive(Debug)]
pub struct Contents {
    /// The snapshot.
    pub snapshot: Zeroizing<Vec<u8>>,
    /// The changes since, oldest first.
    pub changes: Vec<Zeroizing<Vec<u8>>>,
    /// Whether a last change was torn by a kill or power cut and left out. It was never acknowledged.
    pub is_cut: bool,
}

impl<D: Disk> RecordLog<D> {
    /// A log on a disk that has none. Nothing is written before [`RecordLog::replace`].
    pub fn create(
        disk: D,
        key: &StoreKey,
        protection: KeyProtection,
        mut random: Box<dyn Randomness>,
    ) -> Self {
        let header = Header::new(key, protection, &mut *random);
        Self { disk, cipher: Cipher::new(key), header, random, sequence: 0, tip: None }
    }

    /// Opens the log on a disk and reads it, where there is one. `unlock` finds the key. Nothing is written before [`RecordLog::replace`].
    ///
    /// # Errors
    ///
    /// [`StoreFault`]: the disk, the key, or damage.
    pub fn open(
        mut disk: D,
        random: Box<dyn Randomness>,
        unlock: impl FnOnce(&KeyProtection) -> Result<StoreKey, StoreFault>,
    ) -> Result<Opening<D>, StoreFault> {
        let Some(bytes) = disk.read(FILE_LEN_BYTES_MAX)? else {
            return Ok(Opening::Nothing(disk));
        };
        let sector = bytes.first_chunk().ok_or(Damage::Short { len_bytes: bytes.len() })?;
        let header = Header::decode(sector)?;
        let cipher = Cipher::new(&unlock(header.protection())?);
        header.check(&cipher)?;
        let mut log = Self { disk, cipher, header, random, sequence: 0, tip: None };
        let contents = log.read_records(&bytes)?;
        Ok(Opening::Log(log, contents))
    }

    /// Reads the file again, as it is on the disk now. Afterwards it must be replaced.
    ///
    /// # Errors
    ///
    /// [`StoreFault`]: the disk, or damage.
    pub fn reread(&mut self) -> Result<Contents, StoreFault> {
        self.tip = None;
        let bytes = self.disk.read(FILE_LEN_BYTES_MAX)?.ok_or(StoreFault::Absent)?;
        if bytes.first_chunk() != Some(self.header.sector()) {
            return Err(Damage::Header.into());
        }
        self.read_records(&bytes)
    }

    /// Replaces everything by a snapshot. When this returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreFault`]: the old file or the new one is there, and no changes are taken.
    pub fn replace(&mut self, snapshot: &[u8]) -> Result<(), StoreFault> {
        self.tip = None;
        let sequence = self.sequence + 1;
        let header_tag = self.header.tag();
        let (record, tag) =
            record::encode(&self.cipher, sequence, &header_tag, snapshot, &mut *self.random)?;
        let mut bytes = Vec::with_capacity(RECORDS_AT + record.len());
        bytes.extend_from_slice(self.header.sector());
        for _ in 0..2 {
            let mark = record::encode_mark(&self.cipher, sequence, &header_tag, &mut *self.random);
            bytes.extend_from_slice(&mark);
        }
        bytes.extend_from_slice(&record);
        self.sequence = sequence;
        self.disk.replace(&bytes)?;
        self.tip = Some(Tip { offset: bytes.len() as u64, tag, changes_len_bytes: 0 });
        Ok(())
    }

    /// Appends the changes of one command. When this returns, they are on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreFault`]: whether the changes are on the disk is open until it is read again, and no further ones
    /// are taken before a [`RecordLog::replace`].
    pub fn append(&mut self, changes: &[u8]) -> Result<(), StoreFault> {
        let tip = self.tip.take().ok_or(StoreFault::NotReady)?;
        let acknowledged = self.sequence;
        let sequence = acknowledged + 1;
        let (record, tag) =
            record::encode(&self.cipher, sequence, &tip.tag, changes, &mut *self.random)?;
        self.write_mark(acknowledged)?;
        self.disk.write_at(tip.offset, &record)?;
        self.disk.sync()?;
        self.sequence = sequence;
        self.tip = Some(Tip {
            offset: tip.offset + record.len() as u64,
            tag,
            changes_len_bytes: tip.changes_len_bytes + record.len() as u64,
        });
        Ok(())
    }

    /// Whether changes are taken.
    pub fn is_ready(&self) -> bool {
        self.tip.is_some()
    }

    /// Whether the changes have grown so much that a snapshot should replace them.
    pub fn is_snapshot_due(&self) -> bool {
        self.tip.as_ref().is_some_and(|tip| tip.changes_len_bytes >= CHANGES_TOTAL_LEN_BYTES_MAX)
    }

    /// Marks the last record as acknowledged, so that even its loss shows.
    ///
    /// # Errors
    ///
    /// [`StoreFault`]: nothing is lost.
    pub fn close(mut self) -> Result<(), StoreFault> {
        if self.tip.is_some() {
            self.write_mark(self.sequence)?;
            self.disk.sync()?;
        }
        Ok(())
    }

    /// The disk, for tests.
    pub fn disk_mut(&mut self) -> &mut D {
        &mut self.disk
    }

    /// Two marks take turns, so that one is whole when the other is torn.
    fn write_mark(&mut self, sequence: u64) -> Result<(), StoreFault> {
        let mark =
            record::encode_mark(&self.cipher, sequence, &self.header.tag(), &mut *self.random);
        let place = 1 + sequence % 2;
        Ok(self.disk.write_at(place * SECTOR_LEN_BYTES as u64, &mark)?)
    }

    /// The number of the last record that must be there.
    fn acknowledged(&self, bytes: &[u8]) -> Result<u64, StoreFault> {
        let mark = |place: usize| {
            let sector = bytes.get(place * SECTOR_LEN_BYTES..)?.first_chunk()?;
            record::decode_mark(&self.cipher, &self.header.tag(), sector)
        };
        Ok(mark(1).max(mark(2)).ok_or(Damage::Marks)?)
    }

    fn read_records(&mut self, bytes: &[u8]) -> Result<Contents, StoreFault> {
        if bytes.len() <= RECORDS_AT {
            return Err(Damage::Short { len_bytes: bytes.len() }.into());
        }
        let acknowledged = self.acknowledged(bytes)?;
        let mut sequence = first_sequence(bytes);
        let (mut offset, mut previous) = (RECORDS_AT, self.header.tag());
        let mut payloads = Vec::new();
        let last = loop {
            match record::decode(&self.cipher, sequence, &previous, &bytes[offset..]) {
                Found::Record { payload, tag, len_bytes } => {
                    payloads.push(payload);
                    (offset, previous) = (offset + len_bytes, tag);
                    sequence = sequence.saturating_add(1);
                }
                last => break last,
            }
        };
        let is_cut = matches!(last, Found::Torn);
        let is_whole = matches!(last, Found::End) || is_cut;
        if !is_whole || sequence <= acknowledged || payloads.is_empty() {
            return Err(record::damage(&last, sequence, offset, acknowledged).into());
        }
        self.sequence = sequence - 1;
        let snapshot = payloads.remove(0);
        Ok(Contents { snapshot, changes: payloads, is_cut })
    }
}

/// The number that the first record says it has; its tag proves it.
fn first_sequence(bytes: &[u8]) -> u64 {
    let number = bytes.get(RECORDS_AT + 4..).and_then(|number| number.first_chunk());
    number.map_or(0, |number| u64::from_be_bytes(*number))
}

impl<D> fmt::Debug for RecordLog<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordLog").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}
