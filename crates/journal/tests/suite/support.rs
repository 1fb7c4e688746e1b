//! A small world: keys, jobs and journals.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use journal::{
    Device, DeviceKey, DeviceRecord, FailureNote, Intended, JobId, JobRecord, Journal,
    JournalOptions, Keys, Outcome, Paged, Reservation, Signed, StepTimes, UnixMillis, Verified,
};
use sidewalk::{Curve, PrivateKey, Signature, Smsn, Stage};
use tempfile::TempDir;

/// Distinct nonces in every process: the tests need no secrecy.
static DRAWS: AtomicU64 = AtomicU64::new(0);

/// A stand-in for randomness: distinct, and not secret.
pub(crate) fn fill_random(buffer: &mut [u8]) -> bool {
    let draw = DRAWS.fetch_add(1, Ordering::Relaxed);
    let mut state = (draw << 32) ^ u64::from(std::process::id()) ^ 0x9E37_79B9_7F4A_7C15;
    for byte in buffer {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = (state >> 24) as u8;
    }
    true
}

pub(crate) const AT: UnixMillis = UnixMillis(1_700_000_000_000);

pub(crate) struct World {
    pub(crate) directory: TempDir,
    pub(crate) journal: Journal,
    pub(crate) job: JobId,
}

pub(crate) fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(&directory.path().join("line.journal"));
    let job = journal.job(&job_record("job")).unwrap();
    World { directory, journal, job }
}

impl World {
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("line.journal")
    }

    /// Closes and opens again.
    pub(crate) fn reopened(self) -> Self {
        let Self { directory, journal, job } = self;
        journal.close().unwrap();
        let journal = open(&directory.path().join("line.journal"));
        Self { directory, journal, job }
    }

    pub(crate) fn intended(&self, n: u32) -> Device<Intended> {
        self.journal.reserve_and_intend(reservation(self.job, n), keys(n), AT).unwrap()
    }

    pub(crate) fn signed(&self, n: u32) -> Device<Signed> {
        self.journal.signed(self.intended(n), outcome(n), AT).unwrap()
    }

    pub(crate) fn paged(&self, n: u32) -> Device<Paged> {
        let page = Some([n as u8; 32]);
        self.journal.signed_and_paged(self.intended(n), outcome(n), page, AT).unwrap()
    }

    pub(crate) fn verified(&self, n: u32) -> Device<Verified> {
        let times = StepTimes::default();
        self.journal.flashed_and_verified(self.paged(n), None, &times, AT).unwrap()
    }

    pub(crate) fn record(&self, n: u32) -> DeviceRecord {
        let found = self.journal.find(&DeviceKey::Dsn(&dsn(n))).unwrap();
        let [record] = found.try_into().unwrap();
        record
    }
}

pub(crate) fn options(path: &Path) -> JournalOptions {
    JournalOptions { path: path.into(), fill_random }
}

pub(crate) fn open(path: &Path) -> Journal {
    Journal::open(options(path)).unwrap()
}

pub(crate) fn job_record(name: &str) -> JobRecord {
    JobRecord {
        name: name.into(),
        product: "RNET_TEST".into(),
        device_type: "A1234567890123".into(),
        apid: "Ab12".parse().unwrap(),
        stage: Stage::PreProduction,
        app_server_key: [7; 32],
        ed25519_issuers: vec![1; 300],
        p256r1_issuers: vec![2; 400],
    }
}

pub(crate) fn dsn(n: u32) -> String {
    format!("G091-{n:08}")
}

pub(crate) fn smsn(n: u32) -> Smsn {
    let mut bytes = [0xA5; 32];
    // The first bytes of a real one are as good as random.
    bytes[..4].copy_from_slice(&n.wrapping_mul(0x9E37_79B1).to_le_bytes());
    bytes[4..8].copy_from_slice(&n.to_le_bytes());
    Smsn::from_bytes(bytes)
}

pub(crate) fn reservation(job: JobId, n: u32) -> Reservation {
    Reservation { job, slot: (n % 8) as u16, dsn: dsn(n), smsn: smsn(n), chip: None, at: AT }
}

/// Private keys that nothing else in a file looks like.
pub(crate) fn private_bytes(curve: Curve, n: u32) -> [u8; 32] {
    let mark = match curve {
        Curve::Ed25519 => 0x51,
        Curve::P256r1 => 0x52,
    };
    let mut bytes = [mark; 32];
    bytes[..4].copy_from_slice(&(n + 1).to_le_bytes());
    bytes
}

pub(crate) fn keys(n: u32) -> Keys {
    let key = |curve| PrivateKey::from_bytes(curve, &private_bytes(curve, n)).unwrap();
    Keys::OnHost { ed25519: key(Curve::Ed25519), p256r1: key(Curve::P256r1) }
}

pub(crate) fn keys_on_board(n: u32) -> Keys {
    let keys = keys(n);
    let public = |curve| *keys.public_key(curve);
    Keys::OnBoard { ed25519: public(Curve::Ed25519), p256r1: public(Curve::P256r1) }
}

pub(crate) fn outcome(n: u32) -> Outcome {
    let signature = |mark: u8| {
        let mut bytes = [mark; 64];
        bytes[..4].copy_from_slice(&n.to_le_bytes());
        Signature::from_bytes(bytes)
    };
    Outcome { ed25519: signature(0xE1), p256r1: signature(0xE2), hsm_serial: 12_345_678 }
}

pub(crate) fn failure() -> FailureNote {
    FailureNote {
        step: "flash".into(),
        code: "no-board".into(),
        text: "the board does not answer".into(),
        what_to_do: "press it into the fixture again".into(),
    }
}
