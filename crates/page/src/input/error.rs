//! What can be wrong with provisioning input.

use sidewalk::{ApidError, ChainTextError, Curve};

/// The largest JSON input in bytes. Real ones are below 16 KiB.
pub const JSON_LEN_MAX: usize = 1024 * 1024;

/// Why a JSON input cannot become a page. Never carries a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InputError {
    /// The file exceeds [`JSON_LEN_MAX`].
    #[error("{found} bytes of JSON are over the limit of {JSON_LEN_MAX}")]
    TooLarge {
        /// Size in bytes.
        found: usize,
    },
    /// The file is not JSON.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A field is missing or wrong.
    #[error("field `{field}` {error}")]
    Field {
        /// The path of the field, such as `metadata.smsn`.
        field: String,
        /// What is wrong with it.
        error: FieldError,
    },
    /// The parts do not belong on one page.
    #[error(transparent)]
    Parts(#[from] PartsError),
}

impl InputError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Field { error: FieldError::Missing, field }
                if field == "applicationServerPublicKey" =>
            {
                Some("sign the device with --app-server-key or --device-profile".to_owned())
            }
            Self::Field { error: FieldError::Missing, .. } => {
                Some("is this the right kind of JSON for this command?".to_owned())
            }
            Self::Field { error: FieldError::Chain(error), .. } => error.hint(),
            _ => None,
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FieldError {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is of another type.
    #[error("is not {expected}")]
    Type {
        /// What it should be.
        expected: &'static str,
    },
    /// It is not hex.
    #[error("is not hexadecimal")]
    Hex,
    /// It has the wrong size.
    #[error("has {found} bytes, it should have {expected}")]
    Length {
        /// The right size in bytes.
        expected: usize,
        /// The size found in bytes.
        found: usize,
    },
    /// It is not a chain.
    #[error("is no certificate chain: {0}")]
    Chain(ChainTextError),
    /// It is not an APID.
    #[error("gives no APID: {0}")]
    Apid(ApidError),
}

/// Why parts do not make a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PartsError {
    /// A chain of the other curve stands in its place.
    #[error("the {expected} chain is of another curve")]
    Curve {
        /// The curve that should be.
        expected: Curve,
    },
    /// A legacy chain of four: a page has places for six.
    #[error("the {curve} chain has four certificates, a page needs six")]
    ShortChain {
        /// The chain's curve.
        curve: Curve,
    },
    /// A DSN that does not fit its value.
    #[error("a DSN has 1 to 16 visible ASCII characters, this has {len} bytes")]
    SerialNumber {
        /// Size of the text in bytes.
        len: usize,
    },
}
