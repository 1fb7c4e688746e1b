//! `curbside mtls renew`.

use std::path::PathBuf;

use clap::Args;
use mtls::authority::{
    Authority, DAYS_DEFAULT, Issued, PeerFiles, Reason, RenewKey, Unlocked, Which, directory_name,
    utc_day,
};

use super::{
    authority::{CaArgs, KeyChoice, random},
    passphrase::PassphraseArgs,
    peer,
};
use crate::{
    block::{Block, Remark},
    clock,
    commands::Format,
    exit::Exit,
    failure::Failure,
};

/// Issue the next certificate of a name, or of the authority itself
///
/// The next one has the same subject, role and names, and a new key unless --keep-key says otherwise. The one before stays
/// valid until it expires or is revoked, so that the change needs no stop of the line: put the new files in place, then
/// revoke the old certificate by its serial number.
///
/// With --authority the authority gets a new certificate for the same key: everything it issued stays valid, and every peer
/// gets the new ca.pem.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside mtls renew line-1
  curbside mtls renew line-1 --keep-key --out line-1-2032
  curbside mtls renew --authority --days 1825")]
pub(crate) struct RenewArgs {
    /// The name that the certificate was issued to
    #[arg(required_unless_present = "authority", conflicts_with = "authority")]
    name: Option<String>,
    /// Renew the authority's own certificate
    #[arg(long, conflicts_with_all = ["keep_key", "revoke_old", "out", "key"])]
    authority: bool,
    /// Certify the key that it has: only the certificate is written
    #[arg(long, conflicts_with = "key")]
    keep_key: bool,
    /// What key it gets
    #[arg(long, value_enum, default_value_t = KeyChoice::Rsa2048)]
    key: KeyChoice,
    /// Revoke what it had before, at once
    #[arg(long)]
    revoke_old: bool,
    /// How many days it is valid; a peer's never longer than the authority
    #[arg(long, value_name = "N", default_value_t = DAYS_DEFAULT)]
    days: u32,
    /// The directory for its files; without this one named after it and today
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    ca: CaArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &RenewArgs) -> Result<(), Failure> {
    match &args.name {
        None => renew_authority(args),
        Some(name) => renew(args, name),
    }
}

fn renew(args: &RenewArgs, name: &str) -> Result<(), Failure> {
    let now_unix = clock::unix_seconds();
    let authority = args.ca.open()?;
    let directory = args
        .out
        .clone()
        .unwrap_or_else(|| format!("{}-{}", directory_name(name), utc_day(now_unix)).into());
    let (purpose, before) = before(&authority, name)?;
    let files = PeerFiles { purpose, has_key: !args.keep_key, directory: &directory };
    files.check(authority.certificate().pem())?;
    let unlocked = args.ca.unlock(&args.passphrase)?;
    let key = if args.keep_key { RenewKey::Keep } else { RenewKey::New(args.key.into()) };
    let issued = unlocked.renew(name, key, args.days, now_unix, &mut random)?;
    let revoked = args.revoke_old.then(|| revoke_old(&unlocked, &before, now_unix)).transpose()?;
    let block = peer::write(&files, unlocked.authority(), &issued)?;
    let mut remarks = vec![peer::advice(purpose, issued.key_pem.is_some(), &directory)];
    remarks.push(what_of_the_old(&issued, &before, revoked.is_some()));
    args.format.print(&block.remarks(remarks).for_people())
}

/// What end the name is of, and the serial numbers that it has so far.
fn before(
    authority: &Authority,
    name: &str,
) -> Result<(mtls::authority::Purpose, Vec<String>), Failure> {
    let records = authority.records()?;
    let mut of_name =
        records.iter().filter(|record| record.name() == name && record.revoked().is_none());
    let serials = of_name.clone().map(|record| record.serial_hex().to_owned()).collect();
    match of_name.next_back() {
        Some(last) => Ok((last.purpose(), serials)),
        None => Err(Failure::new(
            Exit::Refused,
            format!("failed to find a certificate of {name} that is not revoked"),
        )
        .hint("`curbside mtls status` lists every name".to_owned())),
    }
}

fn revoke_old(unlocked: &Unlocked, serials: &[String], now_unix: u64) -> Result<(), Failure> {
    for serial in serials {
        unlocked.revoke(&Which::Serial(serial), Reason::Superseded, now_unix)?;
    }
    Ok(())
}

fn what_of_the_old(issued: &Issued, before: &[String], is_revoked: bool) -> Remark {
    let serials = before.join(", ");
    Remark::hint(if is_revoked {
        format!(
            "revoked what was before ({serials}): copy the new ca.crl to every server and reload it"
        )
    } else {
        format!(
            "the one before ({serials}) stays valid until it expires; once {} uses the new one, `curbside mtls revoke --serial` ends it",
            issued.record.name()
        )
    })
}

fn renew_authority(args: &RenewArgs) -> Result<(), Failure> {
    let unlocked = args.ca.unlock(&args.passphrase)?;
    let unlocked = unlocked.renew_authority(args.days, clock::unix_seconds(), &mut random)?;
    let certificate = unlocked.authority().certificate();
    let block = Block::new("renewed the authority")
        .text("subject", certificate.subject())
        .text("serial", certificate.serial_hex())
        .text("valid_until", utc_day(certificate.not_after_unix()))
        .remarks(vec![
            Remark::hint("its key is the same: what it issued stays valid under the new ca.pem"),
            Remark::hint("copy ca.pem to every line PC, and ca.pem and ca.crl to every server"),
        ])
        .for_people();
    args.format.print(&block)
}
