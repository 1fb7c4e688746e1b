//! Plain rows for reports and recovery.

use std::fmt;

use sidewalk::{PublicKey, Signature, Smsn};

use crate::{
    id::{DeviceId, JobId, LogId, UnixMillis},
    state::State,
    step_times::StepTimes,
};

/// The most devices that one [`crate::Journal::find`] returns: what is read within milliseconds. A chip has far
/// fewer; a whole log or batch file is read by [`crate::JournalView::for_each`].
pub const FIND_MAX: usize = 256;

/// The longest text of a note or failure, in bytes. A longer one is cut: a tool's whole output belongs into a
/// file, not into every device.
pub const TEXT_LEN_BYTES_MAX: usize = 4096;

/// Everything that the journal knows about a device, less its private keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceRecord {
    /// Its number in this journal.
    pub id: DeviceId,
    /// The job that it is made for.
    pub job: JobId,
    /// The slot that it was reserved at.
    pub slot: u16,
    /// Its device serial number.
    pub dsn: String,
    /// Its Sidewalk manufacturing serial number.
    pub smsn: Smsn,
    /// The id of its chip, where somebody read it.
    pub chip: Option<String>,
    /// How far it has come.
    pub state: State,
    /// Whether a person has ruled that this identity must not be put on a board (again).
    pub retired: bool,
    /// Why it does not go on, until it does.
    pub failure: Option<FailureNote>,
    /// How often it failed.
    pub attempts: u32,
    /// How often the HSM was asked.
    pub asked: u32,
    /// Whether the board made the keys.
    pub keys_on_board: bool,
    /// The Ed25519 public key, from the intent on.
    pub ed25519_public_key: Option<PublicKey>,
    /// The P-256 public key, from the intent on.
    pub p256r1_public_key: Option<PublicKey>,
    /// The DAK's Ed25519 signature, from the signature on.
    pub ed25519_signature: Option<Signature>,
    /// The DAK's P-256 signature, from the signature on.
    pub p256r1_signature: Option<Signature>,
    /// The serial number of the HSM that signed.
    pub hsm_serial: Option<u32>,
    /// The digest of its page.
    pub page_sha256: Option<[u8; 32]>,
    /// The control-log file that it stands in, or is about to.
    pub control_log: Option<String>,
    /// The batch file that its control log stands in.
    pub batch: Option<String>,
    /// The cloud's answer.
    pub verdict: Option<Verdict>,
    /// When it took each step.
    pub at: Times,
    /// How long each step took.
    pub step_times: Option<StepTimes>,
}

/// When a device took each step, by the line PC's clock.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Times {
    /// The reservation.
    pub reserved: Option<UnixMillis>,
    /// The intent.
    pub intended: Option<UnixMillis>,
    /// The signatures.
    pub signed: Option<UnixMillis>,
    /// The page.
    pub paged: Option<UnixMillis>,
    /// The flash.
    pub flashed: Option<UnixMillis>,
    /// The proof.
    pub verified: Option<UnixMillis>,
    /// The control log.
    pub logged: Option<UnixMillis>,
    /// The batch.
    pub batched: Option<UnixMillis>,
    /// The upload.
    pub uploaded: Option<UnixMillis>,
    /// The cloud's answer.
    pub answered: Option<UnixMillis>,
    /// The last failure.
    pub failed: Option<UnixMillis>,
}

/// Why a device does not go on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailureNote {
    /// The step that failed.
    pub step: String,
    /// A stable code for scripts.
    pub code: String,
    /// What happened.
    pub text: String,
    /// What a person does next.
    pub what_to_do: String,
}

/// The cloud's answer for a device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is taken.
    Accepted,
    /// It is refused.
    Rejected {
        /// In the cloud's words.
        reason: String,
    },
}

/// A control-log file that is about to be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PendingLog {
    /// Its final name, as the line wrote it.
    pub file: String,
    /// The digest of its content.
    pub sha256: [u8; 32],
}

/// What a device is looked up by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeviceKey<'a> {
    /// Its number in this journal.
    Id(DeviceId),
    /// Its device serial number.
    Dsn(&'a str),
    /// Its Sidewalk manufacturing serial number.
    Smsn(&'a Smsn),
    /// The id of its chip. A chip that was reworked has had several devices.
    Chip(&'a str),
    /// The name of its control-log file.
    Log(&'a str),
    /// The name of its batch file.
    Batch(&'a str),
}

/// Which devices a report wants; everything where nothing is said.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Filter<'a> {
    /// Of this job.
    pub job: Option<JobId>,
    /// In this state.
    pub state: Option<State>,
    /// In this control-log file.
    pub log: Option<&'a str>,
    /// In this batch file.
    pub batch: Option<&'a str>,
}

/// Something that happened to a device beside its steps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// When.
    pub at: UnixMillis,
    /// What kind of thing.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum NoteKind {
    /// A label was printed.
    Label,
    /// A label was printed again.
    LabelReprint,
    /// The board was worked on again.
    Rework,
    /// What a customer's hook answered.
    HookResult,
    /// What a test step measured.
    Test,
    /// A step failed.
    Failure,
    /// A person retired the identity.
    Retired,
    /// A person's words.
    Remark,
    /// A kind that a newer program wrote.
    Unknown,
}

/// A control log as the journal has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogRecord {
    /// Its number in this journal.
    pub id: LogId,
    /// The file and its digest.
    pub log: PendingLog,
    /// Whether the file has its final name.
    pub is_logged: bool,
    /// The batch file that it stands in.
    pub batch: Option<String>,
}

impl NoteKind {
    /// The lower-case name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::LabelReprint => "label-reprint",
            Self::Rework => "rework",
            Self::HookResult => "hook-result",
            Self::Test => "test",
            Self::Failure => "failure",
            Self::Retired => "retired",
            Self::Remark => "remark",
            Self::Unknown => "unknown",
        }
    }

    /// The number in the file. Numbers are never used again for something else.
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::Unknown => 0,
            Self::Label => 1,
            Self::LabelReprint => 2,
            Self::Rework => 3,
            Self::HookResult => 4,
            Self::Test => 5,
            Self::Failure => 6,
            Self::Retired => 7,
            Self::Remark => 8,
        }
    }

    pub(crate) fn from_code(code: i64) -> Self {
        const ALL: [NoteKind; 8] = [
            NoteKind::Label,
            NoteKind::LabelReprint,
            NoteKind::Rework,
            NoteKind::HookResult,
            NoteKind::Test,
            NoteKind::Failure,
            NoteKind::Retired,
            NoteKind::Remark,
        ];
        ALL.into_iter().find(|kind| kind.code() == code).unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text, cut at a character's border where it is too long.
pub(crate) fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_LEN_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(bounded("short"), "short");
        let long = "é".repeat(TEXT_LEN_BYTES_MAX);
        assert_eq!(bounded(&long).len(), TEXT_LEN_BYTES_MAX);
        let odd = format!("a{long}");
        assert_eq!(bounded(&odd).len(), TEXT_LEN_BYTES_MAX - 1);
    }

    #[test]
    fn every_kind_of_note_comes_back_from_its_code() {
        for code in 1..=8 {
            assert_eq!(NoteKind::from_code(code).code(), code);
        }
        assert_eq!(NoteKind::from_code(99), NoteKind::Unknown);
    }
}
