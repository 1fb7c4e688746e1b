//! `curbside hsm audit`.

use std::path::{Path, PathBuf};

use clap::Args;
use durable::Visibility;
use hsm::{AuditTrust, SavedEntry, advance_audit_log, read_audit_log};
use yubihsm2::{LogEntry, LogPage, ObjectId, operation::DeviceInfo};

use super::key::{KeyArgs, open};
use crate::{
    block::{Block, Remark},
    commands::Format,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, write_together},
    hsm_access::HsmArgs,
};

/// The largest file of trust, in bytes: it has two lines.
const TRUST_LEN_BYTES_MAX: u64 = 4096;

/// Fetch the audit log of an HSM and check its chain of digests
///
/// Every entry carries a digest over itself and all before it, so that none can be changed or left out. What the last run
/// saw stands in the file of --audit-trust; the log must go on from there. Without one the oldest entry is believed.
///
/// With --save the entries go to a new file, a JSON object a line; with --advance the HSM may then forget them, which an
/// HSM that insists on its log (force-audit) needs before it goes on signing. Nothing is forgotten before it is saved.
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    hsm: HsmArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The file that says what was checked last; written anew after a good check
    #[arg(long, value_name = "FILE")]
    audit_trust: Option<PathBuf>,
    /// The new file for the entries
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Let the HSM forget what was saved
    #[arg(long, requires = "save", requires = "audit_trust")]
    advance: bool,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &AuditArgs) -> Result<(), Failure> {
    let endpoints = args.hsm.endpoints()?;
    let [endpoint] = endpoints.as_slice() else {
        return Err(Failure::new(Exit::Usage, "an audit log is that of one HSM")
            .hint("name one --connector".to_owned()));
    };
    let known = args.audit_trust.as_deref().map(read_trust).transpose()?.flatten();
    let (slots, credentials) = args.key.credentials(&[ObjectId::DEFAULT_AUTHENTICATION_KEY])?;
    let mut session = open(endpoint, &slots, &credentials)?;
    let serial = session.call_repeatable(&DeviceInfo {})?.serial;
    let page = read_audit_log(&mut session)?;
    let trust = AuditTrust::check(known, serial, &page)?;
    // Saved, then trusted, then forgotten: a power cut in between repeats entries and loses none.
    if let Some(path) = &args.save {
        save(path, &page)?;
    }
    if let Some(path) = &args.audit_trust {
        let text = trust.to_string();
        let draft = Draft { path: path.clone(), bytes: text.as_bytes() };
        write_together(&[draft], Visibility::Shared, Existing::Replace)?;
    }
    if args.advance
        && let Some(last) = page.entries.last()
    {
        advance_audit_log(&mut session, last)?;
    }
    session.close()?;
    args.format.print(&report(args, known, &trust, &page))
}

fn report(
    args: &AuditArgs,
    known: Option<AuditTrust>,
    trust: &AuditTrust,
    page: &LogPage,
) -> Block {
    let block = Block::new(format!("audit log of HSM {:010}: chain intact", trust.serial))
        .text("serial", format_args!("{:010}", trust.serial))
        .for_programs()
        .flag("is_intact", true)
        .for_programs()
        .flag("is_continued", known.is_some())
        .number("unlogged_boots", page.unlogged_boots)
        .number("unlogged_sessions", page.unlogged_authentications)
        .number("last_number", trust.last.number)
        .text("last_digest", trust.last.digest)
        .maybe("saved", args.save.as_ref().map(|path| path.display()))
        .flag("is_advanced", args.advance)
        .list("entries", page.entries.iter().map(entry_block).collect());
    if known.is_some() {
        return block;
    }
    block.remarks(vec![Remark::note(
        "first-use",
        "nothing was trusted of this log before: its oldest entry is believed",
    )])
}

fn entry_block(entry: &LogEntry) -> Block {
    let record = &entry.record;
    let command = SavedEntry::command_name(record);
    let title = format!(
        "{:>5} {:<28} session key {} target {} second {} result {:#04x} tick {}",
        record.number,
        command,
        record.session_key,
        record.target_key,
        record.second_key,
        record.result,
        record.tick,
    );
    Block::line(title)
        .number("number", record.number)
        .text("command", &command)
        .number("len_bytes", record.len_bytes)
        .text("session_key", record.session_key)
        .text("target_key", record.target_key)
        .text("second_key", record.second_key)
        .number("result", record.result)
        .number("tick", record.tick)
        .text("digest", entry.digest)
}

fn read_trust(path: &Path) -> Result<Option<AuditTrust>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = durable::read_bounded(path, TRUST_LEN_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.parse().map_err(Failure::from)?))
}

fn save(path: &Path, page: &LogPage) -> Result<(), Failure> {
    let lines = page.entries.iter().map(|entry| SavedEntry::of(entry).to_line());
    let lines = lines.collect::<Result<String, _>>();
    let lines = lines.map_err(|error| Failure::new(Exit::Defect, error))?;
    let draft = Draft { path: path.to_owned(), bytes: lines.as_bytes() };
    write_together(&[draft], Visibility::Shared, Existing::Refuse)
}
