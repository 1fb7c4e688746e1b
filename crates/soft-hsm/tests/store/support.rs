//! Logs of numbered changes, and what they must hold.

use std::env;

use soft_hsm::{
    Randomness as _, SeededRandomness,
    store::{Contents, Disk, KeyProtection, Opening, RecordLog, StoreFault, StoreKey},
};

pub(crate) const KEY: [u8; 32] = [7; 32];

/// A seed for this run, printed so that a failure can be repeated with `CURBSIDE_TEST_SEED`.
pub(crate) fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "how a failing run is repeated")]
    let given = env::var("CURBSIDE_TEST_SEED").ok();
    let seed = given.map(|seed| seed.parse().unwrap()).unwrap_or_else(|| {
        let mut bytes = [0; 8];
        soft_hsm::OsRandomness::open().unwrap().fill(&mut bytes);
        u64::from_le_bytes(bytes)
    });
    println!("CURBSIDE_TEST_SEED={seed}");
    seed
}

/// Small numbers in a row.
pub(crate) struct Draw(SeededRandomness);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SeededRandomness::from_number(seed))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % end as u64) as usize
    }

    pub(crate) fn is_heads(&mut self) -> bool {
        self.below(2) == 1
    }
}

/// A change: its number, and a tail that makes records of one and of several sectors.
pub(crate) fn change(number: u32) -> Vec<u8> {
    let tail_len_bytes = [0, 40, 452, 453, 900, 1400][number as usize % 6];
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.resize(4 + tail_len_bytes, number as u8);
    bytes
}

/// A snapshot: the numbers of all changes so far.
pub(crate) fn snapshot(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// The numbers of all changes that a log holds.
pub(crate) fn numbers(contents: &Contents) -> Vec<u32> {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let mut numbers: Vec<u32> = contents.snapshot.chunks(4).map(number).collect();
    for bytes in &contents.changes {
        let next = number(&bytes[..4]);
        assert_eq!(**bytes, change(next), "a change comes back as it was");
        numbers.push(next);
    }
    numbers
}

pub(crate) fn random(number: u64) -> Box<SeededRandomness> {
    Box::new(SeededRandomness::from_number(number))
}

/// A log under [`KEY`] that takes changes and has none.
pub(crate) fn new_log<D: Disk>(disk: D, seed: u64) -> RecordLog<D> {
    let key = StoreKey::new(KEY);
    let mut log = RecordLog::create(disk, &key, KeyProtection::KeyFile, random(seed));
    log.replace(&snapshot(&[])).unwrap();
    log
}

/// Opens a log under [`KEY`].
pub(crate) fn open<D: Disk>(
    disk: D,
    seed: u64,
) -> Result<Option<(RecordLog<D>, Contents)>, StoreFault> {
    Ok(match RecordLog::open(disk, random(seed), |_| Ok(StoreKey::new(KEY)))? {
        Opening::Log(log, contents) => Some((log, contents)),
        Opening::Nothing(_) => None,
    })
}
