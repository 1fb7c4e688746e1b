//! `curbside key generate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use durable::Visibility;
use sidewalk::{
    Curve, PrivateKey, PrivateKeyError,
    pem::{self, PemForm},
};

use crate::{
    block::Block,
    commands::Format,
    describe,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, within, write_together},
};

/// Generate the private keys of a device
///
/// Writes PEM files exactly as `openssl genpkey -algorithm ed25519` and `openssl ecparam -name prime256v1 -genkey`
/// do, readable by their owner only, and prints the public keys. No existing file is overwritten.
#[derive(Args, Debug)]
pub(crate) struct GenerateArgs {
    /// Which key; without this both, or those for which a file is named
    #[arg(long, value_enum)]
    curve: Option<CurveChoice>,
    /// The directory for `ed25519.priv` and `p256.priv`
    #[arg(long, alias = "out", value_name = "DIR", default_value = ".")]
    out_dir: PathBuf,
    /// The file for the Ed25519 key
    #[arg(long, value_name = "FILE")]
    ed25519: Option<PathBuf>,
    /// The file for the P-256 key
    #[arg(long, value_name = "FILE")]
    p256r1: Option<PathBuf>,
    /// The PEM form; without this what OpenSSL writes: PKCS #8 for Ed25519, SEC 1 for P-256
    #[arg(long, value_enum)]
    form: Option<FormChoice>,
    /// Replace existing files
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum CurveChoice {
    Ed25519,
    P256r1,
    Both,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum FormChoice {
    /// RFC 5915, with OpenSSL's EC PARAMETERS block; P-256 only
    Sec1,
    /// RFC 5958
    Pkcs8,
}

pub(crate) fn run(args: &GenerateArgs) -> Result<(), Failure> {
    let mut made = Vec::new();
    for curve in Curve::ALL.into_iter().filter(|curve| args.wants(*curve)) {
        let key = generate(curve)?;
        let pem = pem::encode(&key, args.form_of(curve)).map_err(|error| {
            Failure::new(Exit::Usage, error)
                .hint("leave --form out, or say --curve p256r1".to_owned())
        })?;
        made.push((args.path(curve), key, pem));
    }
    let drafts: Vec<Draft<'_>> = made
        .iter()
        .map(|(path, _, pem)| Draft { path: path.clone(), bytes: pem.as_bytes() })
        .collect();
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    write_together(&drafts, Visibility::OwnerOnly, existing)?;
    let keys = made
        .iter()
        .map(|(path, key, _)| describe::public_key(key.public_key()).text("file", path.display()));
    args.format.print(&Block::new("").list("keys", keys.collect()))
}

impl GenerateArgs {
    fn wants(&self, curve: Curve) -> bool {
        match self.curve {
            Some(CurveChoice::Both) => true,
            Some(CurveChoice::Ed25519) => curve == Curve::Ed25519,
            Some(CurveChoice::P256r1) => curve == Curve::P256r1,
            None if self.ed25519.is_none() && self.p256r1.is_none() => true,
            None => self.file(curve).is_some(),
        }
    }

    fn file(&self, curve: Curve) -> Option<&PathBuf> {
        match curve {
            Curve::Ed25519 => self.ed25519.as_ref(),
            Curve::P256r1 => self.p256r1.as_ref(),
        }
    }

    fn path(&self, curve: Curve) -> PathBuf {
        let name = match curve {
            Curve::Ed25519 => "ed25519.priv",
            Curve::P256r1 => "p256.priv",
        };
        self.file(curve).cloned().unwrap_or_else(|| within(&self.out_dir, name))
    }

    fn form_of(&self, curve: Curve) -> PemForm {
        match self.form {
            Some(FormChoice::Sec1) => PemForm::Sec1,
            Some(FormChoice::Pkcs8) => PemForm::Pkcs8,
            None => PemForm::of_openssl(curve),
        }
    }
}

/// Why there is no key: the operating system's randomness, or what came from it.
enum NoKey {
    Source(getrandom::Error),
    Key(PrivateKeyError),
}

impl From<PrivateKeyError> for NoKey {
    fn from(error: PrivateKeyError) -> Self {
        Self::Key(error)
    }
}

fn generate(curve: Curve) -> Result<PrivateKey, Failure> {
    PrivateKey::generate(curve, |bytes| getrandom::fill(bytes).map_err(NoKey::Source)).map_err(
        |error| match error {
            NoKey::Source(error) => {
                Failure::new(Exit::Io, format!("this machine gives no random numbers: {error}"))
            }
            NoKey::Key(error) => Failure::new(Exit::Defect, error),
        },
    )
}
