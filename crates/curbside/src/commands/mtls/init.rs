//! `curbside mtls init`.

use std::path::PathBuf;

use clap::Args;
use mtls::authority::{Authority, DAYS_DEFAULT, NewAuthority, utc_day};

use super::{
    authority::{CaArgs, KeyChoice, random},
    passphrase::PassphraseArgs,
};
use crate::{
    block::{Block, Remark},
    clock,
    commands::Format,
    failure::Failure,
};

/// Make a local certificate authority
///
/// Makes a directory with the authority's certificate (ca.pem), its private key under a passphrase (ca.key), and an empty
/// revocation list (ca.crl). Subject and validity are those of the public recipe. Keep the directory off line PCs and
/// signing servers: neither ever needs the key. Whoever has key and passphrase can let anybody sign.
///
/// With --adopt it takes over an authority that was made by the recipe, under the passphrase that its key has: what it
/// issued stays valid.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside mtls init
  curbside mtls init --ca /media/stick/sidewalk-ca --passphrase-file passphrase.txt --days 1825
  curbside mtls init --adopt ca.pem ca.key")]
pub(crate) struct InitArgs {
    #[command(flatten)]
    ca: CaArgs,
    /// Take over this certificate and this encrypted private key
    #[arg(long, num_args = 2, value_names = ["CA_PEM", "CA_KEY"], conflicts_with_all = ["days", "key"])]
    adopt: Option<Vec<PathBuf>>,
    /// How many days it is valid
    #[arg(long, value_name = "N", default_value_t = DAYS_DEFAULT)]
    days: u32,
    /// What key it gets
    #[arg(long, value_enum, default_value_t = KeyChoice::Rsa2048)]
    key: KeyChoice,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &InitArgs) -> Result<(), Failure> {
    let now_unix = clock::unix_seconds();
    let directory = &args.ca.ca;
    let (authority, title) = match args.adopt.as_deref() {
        Some([ca_pem, ca_key]) => {
            let passphrase = args.passphrase.read()?;
            let authority = Authority::adopt(directory, ca_pem, ca_key, &passphrase, now_unix)?;
            (authority, "took over the authority")
        }
        _ => {
            let passphrase = args.passphrase.read_new()?;
            let new = NewAuthority { days: args.days, key: args.key.into() };
            let authority = Authority::create(directory, &passphrase, new, now_unix, &mut random)?;
            (authority, "made the authority")
        }
    };
    let certificate = authority.certificate();
    let next = match directory.to_str() {
        Some("sidewalk-ca") => String::new(),
        _ => format!(" --ca {}", directory.display()),
    };
    let block = Block::new(title)
        .text("directory", directory.display())
        .text("subject", certificate.subject())
        .text("serial", certificate.serial_hex())
        .text("valid_until", utc_day(certificate.not_after_unix()))
        .remarks(vec![Remark::hint(format_args!(
            "next `curbside mtls issue server HOST{next}` for the signing server, then `issue client LINE` for each line PC"
        ))])
        .for_people();
    args.format.print(&block)
}
