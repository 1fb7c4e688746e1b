//! Which roots are trusted: Amazon's, or those of a file that somebody chose.

use std::path::PathBuf;

use clap::Args;
use sidewalk::{TrustAnchors, Verifier};

use crate::{exit::Exit, failure::Failure};

/// The largest trust file that is read: over a thousand roots.
const TRUST_FILE_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// The option of every command that verifies.
#[derive(Args, Clone, Debug)]
pub(crate) struct TrustArgs {
    /// Trust the roots in this file instead of Amazon's
    ///
    /// A test or dummy HSM has a root of its own. The file's first line is `curbside-trust 1`; each further one
    /// is `CURVE SERIAL_HEX KEY_HEX`. `curbside chain trust` makes one from a chain.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

impl TrustArgs {
    /// The roots of a file that was named elsewhere, or Amazon's.
    pub(crate) const fn of_file(trust: Option<PathBuf>) -> Self {
        Self { trust }
    }

    /// A verifier that accepts these roots and no others.
    pub(crate) fn verifier(&self) -> Result<Verifier, Failure> {
        self.anchors().map(Verifier::new)
    }

    /// These roots.
    pub(crate) fn anchors(&self) -> Result<TrustAnchors, Failure> {
        let Some(path) = &self.trust else { return Ok(TrustAnchors::amazon()) };
        let bytes = durable::read_bounded(path, TRUST_FILE_LEN_BYTES_MAX)?;
        let refused = |problem: String| {
            Failure::new(Exit::Malformed, format!("failed to read {}: {problem}", path.display()))
                .hint("`curbside chain trust CHAIN` writes a trust file".to_owned())
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| refused(format!("not text at byte {}", error.valid_up_to())))?;
        TrustAnchors::parse(text).map_err(|error| refused(error.to_string()))
    }
}
