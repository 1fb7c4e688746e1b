//! What was intended and what was done, so that nothing is ever done twice differently.
//!
//! A journal is a file of lines that only grows. A line counts once its append has returned, which means that it is
//! on the disk. What a power cut leaves behind the last such line may be anything; it is cut off when the journal is
//! read again, because nobody was ever told of it. Each append begins with a line that says where it stands, and every
//! run ends with one: a bad line in front of such a line was on the disk once, and the journal is refused.
//!
//! The file is trusted as far as its owner is: whoever can change it can make us hand out other private keys, but
//! no chain that does not verify. Its loss costs the knowledge which devices have certificates.

use std::{collections::HashMap, io::BufRead};

use durable::DurableError;
use sidewalk::{Apid, Curve, Signature, Smsn};
use zeroize::Zeroizing;

use crate::{
    batch::journal_line::{LINE_LEN_BYTES_MAX, Line, VERSION, push, push_intent, signature},
    request::SigningRequest,
    who_signs::DeviceSigner,
};

/// The most bytes that are appended at once, and so the most that a power cut can leave half-written. More than
/// this behind the last good line is damage of another kind.
pub(crate) const APPEND_LEN_BYTES_MAX: usize = 1024 * 1024;

/// Where lines go.
pub trait JournalStorage {
    /// Adds bytes behind all others. When it returns, they are on the disk.
    ///
    /// # Errors
    ///
    /// The disk is full or failing; some of the bytes may be there. Nothing more may be appended.
    fn append(&mut self, bytes: &[u8]) -> Result<(), DurableError>;
}

/// A journal in use.
#[derive(Debug)]
pub struct Journal<F> {
    storage: F,
    len_bytes: u64,
    state: JournalState,
}

/// What a journal says.
#[derive(Debug, Default)]
pub(crate) struct JournalState {
    devices: HashMap<Smsn, Recorded>,
    /// In the order in which they were recorded.
    order: Vec<Smsn>,
    pending: Option<PendingLog>,
}

/// What is recorded of a device.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Number and keys. The private keys are there when they were generated here.
    pub request: SigningRequest,
    /// The device's serial number, where it was given.
    pub dsn: Option<String>,
    /// Its product id, where it was known.
    pub apid: Option<Apid>,
    /// Whether the private keys were generated here, and so exist nowhere else.
    pub keys_are_ours: bool,
    /// Ed25519 and P-256, once it was signed.
    pub signatures: Option<[Signature; 2]>,
    /// Whether it stands in a control log.
    pub is_logged: bool,
}

/// A control log that was about to get its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PendingLog {
    /// The file's name without its directory.
    pub file: String,
    /// Of the file's bytes.
    pub sha256: [u8; 32],
    covers: Vec<Smsn>,
}

impl<F: JournalStorage> Journal<F> {
    pub(crate) const fn new(storage: F, len_bytes: u64, state: JournalState) -> Self {
        Self { storage, len_bytes, state }
    }

    /// The same journal with its storage wrapped, by whoever wants to watch or disturb what is appended.
    pub fn map_storage<G: JournalStorage>(self, wrap: impl FnOnce(F) -> G) -> Journal<G> {
        Journal { storage: wrap(self.storage), len_bytes: self.len_bytes, state: self.state }
    }

    /// What is recorded of a device.
    pub fn recorded(&self, smsn: &Smsn) -> Option<&Recorded> {
        self.state.devices.get(smsn)
    }

    /// The signed devices that stand in no control log, in the order in which they were recorded.
    pub fn unlogged(&self) -> impl Iterator<Item = &Recorded> {
        self.state.unlogged()
    }

    /// The control log that was about to get its name when the last run ended.
    pub const fn pending_log(&self) -> Option<&PendingLog> {
        self.state.pending.as_ref()
    }

    /// Records devices before they are signed.
    pub(crate) fn intend(&mut self, devices: Vec<Recorded>) -> Result<(), DurableError> {
        self.append(|bytes| devices.iter().for_each(|device| push_intent(bytes, device)))?;
        for device in devices {
            self.state.intend(device);
        }
        Ok(())
    }

    /// Records signatures after they were made.
    pub(crate) fn signed(
        &mut self,
        devices: &[(Smsn, [Signature; 2])],
    ) -> Result<(), DurableError> {
        self.append(|bytes| {
            for (smsn, [ed25519, p256r1]) in devices {
                let signed = Line::Signed {
                    smsn: smsn.to_string().into(),
                    ed25519: ed25519.to_string().into(),
                    p256r1: p256r1.to_string().into(),
                };
                push(bytes, &signed);
            }
        })?;
        for (smsn, signatures) in devices {
            self.state.sign(smsn, *signatures);
        }
        Ok(())
    }

    /// Records that all signed devices which stand in no control log are about to stand in this one.
    ///
    /// # Errors
    ///
    /// The storage's.
    pub fn logging(&mut self, file: &str, sha256: [u8; 32]) -> Result<(), DurableError> {
        let line = Line::Logging { file: file.into(), sha256: hex::encode(sha256).into() };
        self.append(|bytes| push(bytes, &line))?;
        self.state.logging(file.to_owned(), sha256);
        Ok(())
    }

    /// Records that the control log which was about to be has its name.
    ///
    /// # Errors
    ///
    /// The storage's.
    pub fn logged(&mut self) -> Result<(), DurableError> {
        let Some(pending) = &self.state.pending else { return Ok(()) };
        let file = pending.file.clone();
        self.append(|bytes| push(bytes, &Line::Logged { file: file.as_str().into() }))?;
        self.state.logged(&file);
        self.seal()
    }

    /// Ends a run: from here on, everything before counts as having been on the disk.
    pub(crate) fn seal(&mut self) -> Result<(), DurableError> {
        self.append(|_| ())
    }

    fn append(&mut self, lines: impl FnOnce(&mut Zeroizing<Vec<u8>>)) -> Result<(), DurableError> {
        let mut bytes = Zeroizing::new(Vec::new());
        push(&mut bytes, &Line::Append { at: self.len_bytes });
        lines(&mut bytes);
        self.storage.append(&bytes)?;
        self.len_bytes += bytes.len() as u64;
        Ok(())
    }
}

impl JournalState {
    /// Reads a journal of the authorities of `signer`. Returns how many bytes of it count.
    pub(crate) fn read(
        mut source: impl BufRead,
        signer: &impl DeviceSigner,
    ) -> Result<(Self, u64), JournalError> {
        let mut state = Self::default();
        let mut line = Zeroizing::new(Vec::with_capacity(LINE_LEN_BYTES_MAX + 1));
        let mut good_len_bytes = 0;
        loop {
            line.clear();
            read_line(&mut source, &mut line)?;
            if line.is_empty() {
                return Ok((state, good_len_bytes));
            }
            let parsed =
                line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok());
            let is_first = good_len_bytes == 0;
            let taken = match parsed {
                Some(Line::Journal { version, ed25519_issuers, p256r1_issuers }) if is_first => {
                    check_header(version, [&ed25519_issuers, &p256r1_issuers], signer)?;
                    true
                }
                Some(Line::Append { at }) => !is_first && at == good_len_bytes,
                Some(line) if !is_first => state.take(line),
                _ => false,
            };
            if !taken {
                read_rest(&mut source, &mut line)?;
                if is_first || !is_cut_append(&line, good_len_bytes) {
                    return Err(JournalError::Damaged { offset_bytes: good_len_bytes });
                }
                return Ok((state, good_len_bytes));
            }
            good_len_bytes += line.len() as u64;
        }
    }

    /// Takes a line for what it says; false where it makes no sense.
    fn take(&mut self, line: Line<'_>) -> bool {
        match line {
            Line::Journal { .. } | Line::Append { .. } => false,
            Line::Intent(intent) => match intent.read() {
                Some(device) => self.intend(device),
                None => false,
            },
            Line::Signed { smsn, ed25519, p256r1 } => {
                match (smsn.parse(), signature(&ed25519), signature(&p256r1)) {
                    (Ok(smsn), Some(ed25519), Some(p256r1)) => self.sign(&smsn, [ed25519, p256r1]),
                    _ => false,
                }
            }
            Line::Logging { file, sha256 } => {
                let mut bytes = [0; 32];
                let is_hash = hex::decode_to_slice(sha256.as_ref(), &mut bytes).is_ok();
                if is_hash {
                    self.logging(file.into_owned(), bytes);
                }
                is_hash
            }
            Line::Logged { file } => self.logged(&file),
        }
    }

    fn unlogged(&self) -> impl Iterator<Item = &Recorded> {
        let recorded = self.order.iter().filter_map(|smsn| self.devices.get(smsn));
        recorded.filter(|device| device.signatures.is_some() && !device.is_logged)
    }

    fn intend(&mut self, device: Recorded) -> bool {
        let smsn = device.request.smsn();
        let is_new = !self.devices.contains_key(&smsn);
        if is_new {
            self.devices.insert(smsn, device);
            self.order.push(smsn);
        }
        is_new
    }

    /// A device is signed once.
    fn sign(&mut self, smsn: &Smsn, signatures: [Signature; 2]) -> bool {
        match self.devices.get_mut(smsn) {
            Some(device) if device.signatures.is_none() => {
                device.signatures = Some(signatures);
                true
            }
            _ => false,
        }
    }

    fn logging(&mut self, file: String, sha256: [u8; 32]) {
        let covers = self.unlogged().map(|device| device.request.smsn()).collect();
        self.pending = Some(PendingLog { file, sha256, covers });
    }

    fn logged(&mut self, file: &str) -> bool {
        let Some(pending) = self.pending.take_if(|pending| pending.file == file) else {
            return false;
        };
        for smsn in pending.covers {
            if let Some(device) = self.devices.get_mut(&smsn) {
                device.is_logged = true;
            }
        }
        true
    }
}

/// The first line of a new journal.
pub(crate) fn header(signer: &impl DeviceSigner) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::new());
    push(
        &mut bytes,
        &Line::Journal {
            version: VERSION,
            ed25519_issuers: issuers(signer, Curve::Ed25519).into(),
            p256r1_issuers: issuers(signer, Curve::P256r1).into(),
        },
    );
    bytes
}

fn issuers(signer: &impl DeviceSigner, curve: Curve) -> String {
    base64_simd::STANDARD.encode_to_string(signer.issuers_bytes(curve))
}

fn check_header(
    version: u32,
    found: [&str; 2],
    signer: &impl DeviceSigner,
) -> Result<(), JournalError> {
    if version != VERSION {
        return Err(JournalError::OtherVersion { found: version });
    }
    for (curve, found) in Curve::ALL.into_iter().zip(found) {
        if found != issuers(signer, curve) {
            return Err(JournalError::OtherAuthority { curve });
        }
    }
    Ok(())
}

/// Reads up to and including a newline, at most one byte more than a line may have.
fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> Result<(), JournalError> {
    use std::io::Read as _;
    let limit = LINE_LEN_BYTES_MAX as u64 + 1;
    source.take(limit).read_until(b'\n', line).map(drop).map_err(|error| failed(&error))
}

/// Reads what is left, as far as it matters.
fn read_rest(source: &mut impl BufRead, rest: &mut Zeroizing<Vec<u8>>) -> Result<(), JournalError> {
    use std::io::Read as _;
    // Room for all of it at once: growing would leave copies of private keys behind.
    let mut all = Zeroizing::new(Vec::with_capacity(2 * APPEND_LEN_BYTES_MAX));
    all.extend_from_slice(rest);
    let read = source.take(APPEND_LEN_BYTES_MAX as u64 + 1).read_to_end(&mut all);
    *rest = all;
    read.map(drop).map_err(|error| failed(&error))
}

/// Whether bytes that begin with a bad line can be what a power cut left of the last append: no longer than one, and
/// no append begins in them.
fn is_cut_append(rest: &[u8], rest_at: u64) -> bool {
    let mut line_at = rest_at;
    let mut begins_append = |line: &[u8]| {
        let at_line = line_at;
        line_at += line.len() as u64;
        matches!(serde_json::from_slice(line), Ok(Line::Append { at }) if at == at_line)
    };
    // The first line is the bad one; where it is the beginning of the cut append itself, it is not whole.
    rest.len() <= APPEND_LEN_BYTES_MAX
        && !rest.split_inclusive(|byte| *byte == b'\n').any(&mut begins_append)
}

fn failed(error: &std::io::Error) -> JournalError {
    JournalError::Read { cause: error.to_string() }
}

/// Why a journal cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JournalError {
    /// Not what was once written.
    #[error("it is damaged from byte {offset_bytes} on, or is no journal")]
    Damaged {
        /// Where the damage begins.
        offset_bytes: u64,
    },
    /// Of a newer or older program.
    #[error("it has version {found}, this program knows {VERSION}")]
    OtherVersion {
        /// What it says.
        found: u32,
    },
    /// Of another product or DAK.
    #[error("it is of another product: its {curve} certificates above the devices are others")]
    OtherAuthority {
        /// Which differ.
        curve: Curve,
    },
    /// The disk failed.
    #[error("{cause}")]
    Read {
        /// What the system said.
        cause: String,
    },
}

impl JournalError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Damaged { .. } => {
                    "keep the file: it says which devices have certificates; restore it from a copy, or sign under another name what is surely not in it"
                }
                Self::OtherAuthority { .. } => "write to another file for each product",
                Self::OtherVersion { .. } => "use the program that wrote it",
                Self::Read { .. } => return None,
            }
            .to_owned(),
        )
    }
}
