//! `curbside mtls status`.

use std::path::{Path, PathBuf};

use clap::Args;
use mtls::authority::{
    Authority, CERTIFICATE_FILE_LEN_BYTES_MAX, CaCertificate, EntryState, Finding, Inspection,
    Status, StatusEntry, WARN_DAYS, inspect_pem, utc_day, utc_minute,
};

use super::authority::CaArgs;
use crate::{
    block::{Block, Remark},
    clock,
    commands::Format,
    exit::Exit,
    failure::Failure,
};

/// Show an authority and every certificate that it issued, or explain certificates of others
///
/// No passphrase is needed. What expires in fewer than 30 days is marked. With --strict the worst state is the exit code, for
/// a nightly job: 4 where something has expired or the revocation list is behind, 5 where something expires soon.
/// A certificate that was renewed or revoked counts no more.
///
/// With files it says what each certificate is, and what one lacks that was made by the public recipe.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside mtls status
  curbside mtls status --strict --ca /srv/sidewalk-ca || mail -s 'certificates' plant@example.com
  curbside mtls status server.pem client.pem")]
pub(crate) struct StatusArgs {
    /// Certificates in PEM to explain instead
    files: Vec<PathBuf>,
    /// End with an error where something has expired, or soon will
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    ca: CaArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &StatusArgs) -> Result<(), Failure> {
    let now_unix = clock::unix_seconds();
    let worst = if args.files.is_empty() {
        let authority = args.ca.open()?;
        let status = authority.status(now_unix)?;
        args.format.print(&authority_block(&authority, &status))?;
        worst_of_authority(&status)
    } else {
        show_files(args, now_unix)?
    };
    match worst {
        Some(failure) if args.strict => Err(failure),
        _ => Ok(()),
    }
}

fn authority_block(authority: &Authority, status: &Status) -> Block {
    let certificate = authority.certificate();
    let list = &status.revocation_list;
    let mut remarks = Vec::new();
    if status.authority != EntryState::Valid {
        let days = status.authority_days_left;
        remarks.push(Remark::fault(
            code(status.authority),
            format_args!("the authority itself is at its end ({days} days left): renew it first"),
        ));
        remarks.push(Remark::hint("`curbside mtls renew --authority` keeps its key and all peers"));
    }
    for entry in &status.entries {
        remarks.extend(remark(entry));
    }
    Block::new(format!("{} in {}", certificate.subject(), authority.directory().display()))
        .text("subject", certificate.subject())
        .for_programs()
        .text("state", status.authority.word())
        .text("serial", certificate.serial_hex())
        .text("valid_until", utc_day(certificate.not_after_unix()))
        .number("days_left", status.authority_days_left)
        .text("revocation_list", revocation_words(status))
        .for_people()
        .number("revocation_list_number", list.number())
        .for_programs()
        .number("revoked", list.len())
        .for_programs()
        .list("certificates", status.entries.iter().map(entry_block).collect())
        .remarks(remarks)
}

fn revocation_words(status: &Status) -> String {
    let list = &status.revocation_list;
    format!("{} revoked, signed {}", list.len(), utc_minute(list.this_update_unix()))
}

fn entry_block(entry: &StatusEntry) -> Block {
    let record = &entry.record;
    let inspection = record.inspection();
    let identity = inspection.identity();
    let until = utc_day(identity.not_after_unix);
    let end = match (entry.state, record.revoked()) {
        (EntryState::Revoked, Some(revoked)) => {
            format!("revoked {} ({})", utc_day(revoked.at_unix), revoked.reason)
        }
        (EntryState::Expired, _) => format!("expired {until}"),
        (state, _) => format!("{}, until {until}, {} days left", state.word(), entry.days_left),
    };
    let role = inspection.role().map(|role| format!(" ({role})")).unwrap_or_default();
    let title = format!("{} {}{role}: {end}", record.purpose(), record.name());
    Block::new(title)
        .text("name", record.name())
        .for_programs()
        .text("purpose", record.purpose())
        .for_programs()
        .maybe("role", inspection.role())
        .for_programs()
        .text("state", entry.state.word())
        .for_programs()
        .text("subject", inspection.subject())
        .maybe("names", (!inspection.names().is_empty()).then(|| inspection.names().join(", ")))
        .text("serial", record.serial_hex())
        .text("key", inspection.key())
        .text("issued", utc_day(record.issued_unix()))
        .text("valid_until", until)
        .for_programs()
        .number("days_left", entry.days_left)
        .for_programs()
        .flag("is_revoked", record.revoked().is_some())
        .for_programs()
}

fn remark(entry: &StatusEntry) -> Option<Remark> {
    let name = entry.record.name();
    if entry.is_list_behind {
        return Some(Remark::fault(
            "list-behind",
            format_args!(
                "{name} is revoked, and ca.crl does not say so: `curbside mtls revoke --serial {}` again signs it anew",
                entry.record.serial_hex()
            ),
        ));
    }
    match entry.state {
        EntryState::Expired => Some(Remark::fault(
            "expired",
            format_args!("{name} has expired: `curbside mtls renew {name}`"),
        )),
        EntryState::ExpiresSoon => Some(Remark::note(
            "expires-soon",
            format_args!("{name} has {} days left: `curbside mtls renew {name}`", entry.days_left),
        )),
        EntryState::Valid | EntryState::Renewed | EntryState::Revoked => None,
    }
}

const fn code(state: EntryState) -> &'static str {
    match state {
        EntryState::Expired => "expired",
        _ => "expires-soon",
    }
}

fn worst_of_authority(status: &Status) -> Option<Failure> {
    let states = || status.entries.iter().map(|entry| entry.state).chain([status.authority]);
    let count = |wanted| states().filter(|state| *state == wanted).count();
    let behind = status.entries.iter().filter(|entry| entry.is_list_behind).count();
    worst(count(EntryState::Expired) + behind, count(EntryState::ExpiresSoon))
}

fn worst(bad: usize, soon: usize) -> Option<Failure> {
    match (bad, soon) {
        (0, 0) => None,
        (0, soon) => Some(Failure::new(
            Exit::Refused,
            format!("certificates that expire in fewer than {WARN_DAYS} days: {soon}"),
        )),
        (bad, _) => Some(Failure::new(
            Exit::NotGenuine,
            format!("certificates that a peer refuses, or should: {bad}"),
        )),
    }
}

fn show_files(args: &StatusArgs, now_unix: u64) -> Result<Option<Failure>, Failure> {
    // Explaining needs no authority; where there is one, it says whether it signed them.
    let authority = Authority::open(&args.ca.ca).ok();
    let ca = authority.as_ref().map(Authority::certificate);
    let mut blocks = Vec::new();
    let (mut bad, mut soon) = (0, 0);
    for path in &args.files {
        for inspection in read(path)? {
            let findings = inspection.findings(ca, now_unix);
            bad += usize::from(findings.iter().any(Finding::is_fault));
            soon += usize::from(
                findings.iter().any(|finding| matches!(finding, Finding::ExpiresSoon { .. })),
            );
            blocks.push(file_block(path, &inspection, &findings, ca, now_unix));
        }
    }
    args.format.print(&Block::new("").list("certificates", blocks))?;
    Ok(worst(bad, soon))
}

fn read(path: &Path) -> Result<Vec<Inspection>, Failure> {
    let pem = durable::read_bounded(path, CERTIFICATE_FILE_LEN_BYTES_MAX)?;
    inspect_pem(&pem).map_err(|error| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {error}", path.display()))
    })
}

fn file_block(
    path: &Path,
    inspection: &Inspection,
    findings: &[Finding],
    ca: Option<&CaCertificate>,
    now_unix: u64,
) -> Block {
    let identity = inspection.identity();
    let purposes: Vec<String> = inspection.purposes().iter().map(ToString::to_string).collect();
    let kind = match (inspection.is_ca(), purposes.as_slice()) {
        (true, _) => "authority".to_owned(),
        (false, []) => "of no purpose".to_owned(),
        (false, purposes) => purposes.join(" and "),
    };
    let role = inspection.role().map(|role| match identity.has_role {
        true => role.to_string(),
        false => format!("{role}, assumed"),
    });
    let names = inspection.names().join(", ");
    let is_ours = ca.map(|ca| ca.der() == inspection.der() || ca.has_signed(inspection.der()));
    let remarks = findings.iter().map(|finding| match finding.is_fault() {
        true => Remark::fault(finding.code(), finding.message()),
        false => Remark::note(finding.code(), finding.message()),
    });
    let mut block = Block::new(path.display().to_string())
        .text("file", path.display())
        .for_programs()
        .text("kind", kind)
        .text("subject", inspection.subject())
        .text("issuer", inspection.issuer())
        .maybe("role", role)
        .maybe("name", (!inspection.is_ca()).then_some(&identity.name))
        .maybe("names", (!names.is_empty()).then_some(names))
        .text("serial", &identity.serial_hex)
        .text("fingerprint", identity.fingerprint_hex())
        .text("key", inspection.key())
        .text("valid_from", utc_day(identity.not_before_unix))
        .text("valid_until", utc_day(identity.not_after_unix))
        .number("days_left", inspection.days_left(now_unix));
    if let Some(is_ours) = is_ours {
        block = block.flag("signed_by_this_authority", is_ours);
    }
    block.remarks(remarks.collect())
}
