//! `curbside audit keygen`.

use std::path::PathBuf;

use clap::Args;
use durable::Visibility;
use evidence::note::{KeyName, SigningKey};
use zeroize::Zeroizing;

use crate::{
    block::Block,
    commands::Format,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, write_together},
};

/// Make a key that signs checkpoints or job packages
///
/// The private key goes to a file that only its owner reads, as the PEM that `openssl genpkey -algorithm ed25519` writes,
/// with the key's name before it. The verifier key is printed: it is public, and is given to whoever must believe the
/// signatures, by a way other than the one that brings them.
#[derive(Args, Debug)]
pub(crate) struct KeygenArgs {
    /// The key's name, such as maker.example/sidewalk: an address that is yours, without its scheme
    #[arg(long, value_name = "NAME")]
    name: KeyName,
    /// The file for the private key
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(args: &KeygenArgs) -> Result<(), Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(|error| {
        Failure::new(Exit::Io, format!("this machine gives no random numbers: {error}"))
    })?;
    let key = SigningKey::from_seed(args.name.clone(), &seed);
    let pem = key.to_pem();
    let draft = Draft { path: args.out.clone(), bytes: pem.as_bytes() };
    write_together(&[draft], Visibility::OwnerOnly, Existing::Refuse)?;
    // For people the key alone, so that `> log.vkey` makes the file that --key takes.
    let block = Block::line(key.verifier().to_string())
        .text("verifier_key", key.verifier())
        .text("name", key.name())
        .text("file", args.out.display());
    args.format.print(&block)
}
