//! Three counts of the same devices: the HSMs' own logs, the lines' journals, the cloud's feedback.

use std::path::{Path, PathBuf};

use clap::Args;
use control_log::feedback::{FeedbackError, FeedbackReader, Status};
use hsm::SavedEntry;
use journal::{Filter, JournalError, JournalView};
use yubihsm2::{Command, LogRecord, LogTrust};

use crate::{
    block::{Block, Remark},
    exit::Exit,
    failure::Failure,
};

/// The largest saved audit log, in bytes: an HSM's log has 62 entries, and files may be put together.
const HSM_AUDIT_LEN_BYTES_MAX: u64 = 1 << 30;

/// The other counts.
#[derive(Args, Debug)]
pub(super) struct CountArgs {
    /// The saved audit logs of every HSM, as `curbside hsm audit --save` writes them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    hsm_audit: Vec<PathBuf>,
    /// The journals of every line
    #[arg(long, value_name = "FILE", num_args = 1..)]
    journal: Vec<PathBuf>,
    /// The cloud's feedback files
    #[arg(long, value_name = "FILE", num_args = 1..)]
    feedback: Vec<PathBuf>,
}

/// What the HSMs' logs say of their signatures: eight bytes of each entry's digest. Digests run over all that
/// was before, so that no two entries share one, and an entry that stands in two files counts once.
#[derive(Default)]
struct Signatures {
    ed25519: Vec<u64>,
    p256r1: Vec<u64>,
    refused: Vec<u64>,
}

/// How many different ones there are.
fn distinct(mut digests: Vec<u64>) -> u64 {
    digests.sort_unstable();
    digests.dedup();
    digests.len() as u64
}

/// The table, what explains it, and whether something was signed without an entry.
pub(super) struct Reconciled {
    pub(super) rows: Vec<Block>,
    pub(super) remarks: Vec<Remark>,
    pub(super) is_short: bool,
}

/// Compares the counts with the number of entries.
pub(super) fn reconcile(args: &CountArgs, entries: u64) -> Result<Reconciled, Failure> {
    let mut table = Reconciled { rows: Vec::new(), remarks: Vec::new(), is_short: false };
    table.row("evidence", entries, entries);
    if !args.hsm_audit.is_empty() {
        let mut total = Signatures::default();
        for path in &args.hsm_audit {
            add_hsm_audit(path, &mut total)?;
        }
        let (ed25519, p256r1) = (distinct(total.ed25519), distinct(total.p256r1));
        let refused = distinct(total.refused);
        table.row("HSM, Ed25519", ed25519, entries);
        table.row("HSM, P-256", p256r1, entries);
        table.compare_signed("HSMs", "Ed25519 signatures", ed25519, entries);
        if ed25519 > entries {
            table.remarks.push(Remark::note(
                "lost-answers",
                "a signature that was lost with a killed server counts too: there are at most as many as `curbside signer status` counts attempts",
            ));
        }
        if p256r1 > ed25519 {
            let more = p256r1 - ed25519;
            table.remarks.push(Remark::note(
                "p256-again",
                format_args!("{more} P-256 signatures more than Ed25519: an answer was lost or did not verify, and was asked for again"),
            ));
        }
        if refused > 0 {
            table.remarks.push(Remark::note(
                "hsm-refused",
                format_args!("{refused} signatures were refused by an HSM and count for nothing"),
            ));
        }
    }
    if !args.journal.is_empty() {
        let (mut signed, mut retired) = (0, 0);
        for path in &args.journal {
            let (more, of_them) = count_journal(path).map_err(|error| {
                Failure::new(Exit::Io, format!("failed to read {}: {error}", path.display()))
                    .hint(error.hint())
            })?;
            (signed, retired) = (signed + more, retired + of_them);
        }
        table.row("journals", signed, entries);
        table.compare_signed("journals", "signed devices", signed, entries);
        if retired > 0 {
            table.remarks.push(Remark::note(
                "retired",
                format_args!(
                    "{retired} of the journals' signed devices are retired: no board has them"
                ),
            ));
        }
    }
    if !args.feedback.is_empty() {
        let (mut accepted, mut rejected) = (0, 0);
        for path in &args.feedback {
            let (good, bad) = count_feedback(path)?;
            (accepted, rejected) = (accepted + good, rejected + bad);
        }
        table.row("cloud, accepted", accepted, entries);
        table.row("cloud, rejected", rejected, rejected);
        table.compare_cloud(accepted + rejected, entries);
    }
    Ok(table)
}

impl Reconciled {
    fn row(&mut self, name: &str, count: u64, entries: u64) {
        let difference = i128::from(count) - i128::from(entries);
        let shown = if difference == 0 { String::new() } else { format!("{difference:+}") };
        let row = Block::line(format!("{name:<16} {count:>12} {shown:>8}").trim_end())
            .text("count_of", name)
            .number("devices", count)
            .text("difference", difference);
        self.rows.push(row);
    }

    fn compare_signed(&mut self, who: &str, what: &str, signed: u64, entries: u64) {
        if signed > entries {
            self.is_short = true;
            let more = signed - entries;
            self.remarks.push(Remark::fault(
                "no-evidence",
                format_args!("the {who} have {more} {what} more than the log has entries: something was signed past the log, or this checkpoint is older"),
            ));
        } else if signed < entries {
            let fewer = entries - signed;
            self.remarks.push(Remark::note(
                "not-all-given",
                format_args!("the {who} have {fewer} {what} fewer than the log has entries: a file was not given, or an answer never arrived"),
            ));
        }
    }

    fn compare_cloud(&mut self, rows: u64, entries: u64) {
        if rows > entries {
            self.is_short = true;
            let more = rows - entries;
            self.remarks.push(Remark::fault(
                "cloud-knows-more",
                format_args!("the cloud answered for {more} devices more than the log has entries: a control log was uploaded twice, or devices were made elsewhere"),
            ));
        } else if rows < entries {
            let fewer = entries - rows;
            self.remarks.push(Remark::note(
                "cloud-knows-less",
                format_args!("{fewer} entries have no answer of the cloud: not finished, not uploaded, retired, or reworked"),
            ));
        }
    }
}

/// Adds the signatures of one HSM's log, whose chain of digests must hold.
fn add_hsm_audit(path: &Path, total: &mut Signatures) -> Result<(), Failure> {
    let malformed = |line: usize| {
        let message = format!("{}: line {line} is no entry of an HSM's log", path.display());
        Failure::new(Exit::Malformed, message)
            .hint("give the file that `curbside hsm audit --save` wrote".to_owned())
    };
    let bytes = durable::read_bounded(path, HSM_AUDIT_LEN_BYTES_MAX)?;
    let mut trust: Option<LogTrust> = None;
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let entry = SavedEntry::parse(line).ok_or_else(|| malformed(at + 1))?;
        let known = trust.unwrap_or_else(|| LogTrust::on_first_use(&entry));
        let next = known.verify(&[entry]).map_err(|fault| {
            let message = format!("{}: line {}: {fault}", path.display(), at + 1);
            Failure::new(Exit::NotGenuine, message).hint(
                "the saved log of an HSM was changed, or two were put into one file".to_owned(),
            )
        })?;
        trust = Some(next);
        let LogRecord { command, result, .. } = entry.record;
        let digest = entry.digest.0.first_chunk().copied().map_or(0, u64::from_be_bytes);
        // An answer's code is the command's with its top bit set; anything else is an error.
        let is_done = result == command.0 | 0x80;
        match command {
            Command::SIGN_EDDSA if is_done => total.ed25519.push(digest),
            Command::SIGN_ECDSA if is_done => total.p256r1.push(digest),
            Command::SIGN_EDDSA | Command::SIGN_ECDSA => total.refused.push(digest),
            _ => {}
        }
    }
    Ok(())
}

/// Devices of a journal that have signatures, and those of them that are retired.
fn count_journal(path: &Path) -> Result<(u64, u64), JournalError> {
    let (mut signed, mut retired) = (0, 0);
    JournalView::open(path)?.for_each(&Filter::default(), |device| {
        if device.ed25519_signature.is_some() {
            signed += 1;
            retired += u64::from(device.retired);
        }
    })?;
    Ok((signed, retired))
}

/// Devices that the cloud accepted, and those that it did not.
fn count_feedback(path: &Path) -> Result<(u64, u64), Failure> {
    let malformed = |error: FeedbackError| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {error}", path.display()))
            .hint(error.hint())
    };
    let mut reader = FeedbackReader::new(durable::open_read(path)?).map_err(malformed)?;
    let (mut accepted, mut rejected) = (0, 0);
    while let Some(row) = reader.next_row().map_err(malformed)? {
        match row.status {
            Status::Success => accepted += 1,
            Status::Other(_) => rejected += 1,
        }
    }
    Ok((accepted, rejected))
}
