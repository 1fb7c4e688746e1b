//! What a software HSM finds on its disk, and what a person writes for it.

use durable::DurableError;
use soft_hsm::{
    SeededRandomness,
    connector::Rule,
    store::{Disk, Opening, RecordLog, StoreKey},
};

/// The key of the seeds in the corpus.
const KEY: [u8; 32] = [7; 32];

/// Files of stores. What was accepted reads back after it was written anew.
pub fn store(data: &[u8]) {
    let Ok(Opening::Log(mut log, contents)) = open(data.to_vec()) else { return };
    // Only the first is a snapshot's; any payload will do.
    let payload = contents.changes.last().unwrap_or(&contents.snapshot).clone();
    log.replace(&payload).expect("what was read fits");
    log.append(&payload).expect("a log that was just replaced takes changes");
    let file = log.disk_mut().0.clone();
    let Ok(Opening::Log(_, again)) = open(file) else { panic!("our own file is refused") };
    assert_eq!(*again.snapshot, *payload);
    assert_eq!(again.changes, [payload]);
    assert!(!again.is_cut);
}

/// Faults as a person writes them.
pub fn fault(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = text.parse::<Rule>();
    }
}

fn open(file: Vec<u8>) -> Result<Opening<Memory>, soft_hsm::store::StoreFault> {
    let random = Box::new(SeededRandomness::from_number(1));
    RecordLog::open(Memory(file), random, |_| Ok(StoreKey::new(KEY)))
}

/// A disk that never fails.
struct Memory(Vec<u8>);

impl Disk for Memory {
    fn read(&mut self, _limit_bytes: u64) -> Result<Option<Vec<u8>>, DurableError> {
        Ok(Some(self.0.clone()))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError> {
        let (offset, end) = (offset as usize, offset as usize + bytes.len());
        self.0.resize(self.0.len().max(end), 0);
        self.0[offset..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), DurableError> {
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        self.0 = bytes.to_vec();
        Ok(())
    }
}
