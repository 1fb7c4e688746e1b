//! `curbside mtls revoke`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mtls::authority::{CERTIFICATE_FILE_LEN_BYTES_MAX, Reason, Which, utc_day};

use super::{authority::CaArgs, passphrase::PassphraseArgs};
use crate::{
    block::{Block, Remark},
    clock,
    commands::Format,
    exit::Exit,
    failure::Failure,
};

/// Revoke certificates, and sign the revocation list anew
///
/// By name it revokes every certificate of that name that has not expired: what a stolen line PC needs. Nothing changes at a
/// server until it has the new ca.crl: copy it there and reload. A certificate that the public recipe's authority issued
/// before it was taken over is named by its file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside mtls revoke line-1 --reason key-compromise
  curbside mtls revoke --serial 4f1d…
  curbside mtls revoke --certificate old-client.pem")]
pub(crate) struct RevokeArgs {
    /// The name that the certificates were issued to
    #[arg(required_unless_present_any = ["serial", "certificate"], conflicts_with_all = ["serial", "certificate"])]
    name: Option<String>,
    /// The one with this serial number
    #[arg(long, value_name = "HEX", conflicts_with = "certificate")]
    serial: Option<String>,
    /// The one in this file
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Why
    #[arg(long, value_enum, default_value_t = ReasonChoice::Unspecified)]
    reason: ReasonChoice,
    #[command(flatten)]
    ca: CaArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum ReasonChoice {
    Unspecified,
    /// Somebody else may have the key
    KeyCompromise,
    /// Another certificate took its place
    Superseded,
    /// The line or server is no more
    CessationOfOperation,
}

impl From<ReasonChoice> for Reason {
    fn from(choice: ReasonChoice) -> Self {
        match choice {
            ReasonChoice::Unspecified => Self::Unspecified,
            ReasonChoice::KeyCompromise => Self::KeyCompromise,
            ReasonChoice::Superseded => Self::Superseded,
            ReasonChoice::CessationOfOperation => Self::CessationOfOperation,
        }
    }
}

pub(crate) fn run(args: &RevokeArgs) -> Result<(), Failure> {
    let file = match &args.certificate {
        Some(path) => Some(durable::read_bounded(path, CERTIFICATE_FILE_LEN_BYTES_MAX)?),
        None => None,
    };
    let which = match (&args.name, &args.serial, &file) {
        (Some(name), _, _) => Which::Name(name),
        (None, Some(serial), _) => Which::Serial(serial),
        (None, None, Some(pem)) => Which::Certificate(pem),
        (None, None, None) => return Err(Failure::new(Exit::Usage, "nothing was named")),
    };
    let unlocked = args.ca.unlock(&args.passphrase)?;
    let revoked = unlocked.revoke(&which, args.reason.into(), clock::unix_seconds())?;
    let list = unlocked.authority().revocation_list()?;
    let path = unlocked.authority().revocation_list_path();
    let ended = revoked.iter().map(|record| {
        Block::line(format!(
            "{} {}, valid until {}",
            record.name(),
            record.serial_hex(),
            utc_day(record.inspection().identity().not_after_unix)
        ))
        .text("name", record.name())
        .text("serial", record.serial_hex())
    });
    let block = Block::new("revoked")
        .list("certificates", ended.collect())
        .text("revocation_list", path.display())
        .number("revoked_in_all", list.len())
        .remarks(vec![Remark::hint(format_args!(
            "copy {} to every server and reload it: until then the server lets it in",
            path.display()
        ))])
        .for_people();
    args.format.print(&block)
}
