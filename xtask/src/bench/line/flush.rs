//! What the disk takes to make a change durable.

use std::{
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use crate::{Fallible, bench::logs::spill};

/// How often it is asked: more than a second on a slow disk, and enough for a percentile.
const FLUSHES: usize = 300;

/// What a device's change is in a journal's write-ahead log: some pages.
const CHANGE_LEN_BYTES: usize = 16 * 1024;

/// The file is overwritten in place, as a write-ahead log is once it has its length.
const FILE_LEN_BYTES: usize = 4 * 1024 * 1024;

/// How long `fdatasync` took after writing a change: half and all but a hundredth.
pub(super) struct FlushTimes {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
}

impl FlushTimes {
    /// Measures the disk of this directory.
    pub(super) fn measure(directory: &Path) -> Fallible<Self> {
        let mut file = spill(&directory.join("flush"))?;
        file.write_all(&vec![0; FILE_LEN_BYTES])?;
        file.sync_all()?;
        let mut times = Vec::with_capacity(FLUSHES);
        for number in 0..FLUSHES {
            let place = number * CHANGE_LEN_BYTES % FILE_LEN_BYTES;
            file.seek(SeekFrom::Start(place as u64))?;
            let start = Instant::now();
            file.write_all(&[number as u8; CHANGE_LEN_BYTES])?;
            file.sync_data()?;
            times.push(start.elapsed());
        }
        times.sort();
        Ok(Self { p50: times[FLUSHES / 2], p99: times[FLUSHES * 99 / 100] })
    }
}
