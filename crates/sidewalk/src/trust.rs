//! Trust anchors: the roots that a chain may end at. They are pinned by choice, never taken from a chain.

use std::fmt;

use crate::{
    certificate::Certificate,
    chain::Chain,
    curve::Curve,
    key::PublicKey,
    serial::{Serial, SerialError},
};

/// First line of a trust file.
const TRUST_FILE_HEAD: &str = "curbside-trust 1";

/// The most lines a trust file may have: a plant knows a handful of roots.
const TRUST_FILE_LINES_MAX: usize = 1024;

/// Amazon's Sidewalk roots: curve, serial, public key. Published in `sid-signing-tool`'s tests (Apache-2.0)
/// and found again at the end of the chains in its README and in the AWS IoT Wireless developer guide.
const AMAZON: [(Curve, &str, &str); 2] = [
    (
        Curve::Ed25519,
        "01800003",
        "3b277fd4832193e80d71744dd0bd3cea93825774a170e5d973da543e02bef2de",
    ),
    (
        Curve::P256r1,
        "01800002",
        "050720a34a9ff9587738021b328ccbca0ac65088a82223c102c237d705a499758e3362c4653b7142e36f07d5ab6b1428450994f406ab792cf5c3dfc6cc481faf",
    ),
];

/// A root that is trusted: its key and serial on one curve.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TrustAnchor {
    /// The root's serial.
    pub serial: Serial,
    /// The root's public key, which also names the curve.
    pub public_key: PublicKey,
}

impl TrustAnchor {
    /// The root that a chain shows, for display or for pinning it on purpose. Nothing has been verified.
    pub fn of(chain: &Chain) -> Self {
        let root = chain.root();
        let Some(serial) = root.serial() else {
            unreachable!("the chain's parser read the root's serial")
        };
        Self { serial, public_key: root.public_key() }
    }

    /// Whether a chain's last certificate is this root.
    pub fn matches(&self, root: &Certificate<'_>) -> bool {
        self.public_key.curve() == root.curve()
            && self.public_key.as_bytes() == root.public_key_bytes()
            && self.serial.as_bytes() == root.subject()
    }
}

/// One line of a trust file.
impl fmt::Display for TrustAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.public_key.curve(), self.serial, self.public_key)
    }
}

/// The set of roots that a [`Verifier`](crate::Verifier) accepts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TrustAnchors(Vec<TrustAnchor>);

impl TrustAnchors {
    /// Trusts exactly these roots. An empty set trusts nothing.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self(anchors.into_iter().collect())
    }

    /// Amazon's public roots, one a curve. Prototype, pre-production and production devices all end there.
    pub fn amazon() -> Self {
        let anchors = AMAZON.iter().filter_map(|&(curve, serial, public_key)| {
            let key = hex::decode(public_key).ok()?;
            Some(TrustAnchor {
                serial: serial.parse().ok()?,
                public_key: PublicKey::from_bytes(curve, &key)?,
            })
        });
        Self::new(anchors)
    }

    /// Reads a trust file: the line `curbside-trust 1`, then a root a line as `CURVE SERIAL_HEX KEY_HEX`.
    /// Empty lines and what follows a `#` do not count.
    ///
    /// # Errors
    ///
    /// [`TrustFileError`] names the line.
    pub fn parse(text: &str) -> Result<Self, TrustFileError> {
        let mut lines = (1..)
            .zip(text.lines())
            .map(|(number, line)| (number, line.split('#').next().unwrap_or_default().trim()))
            .filter(|(_, line)| !line.is_empty());
        match lines.next() {
            Some((_, TRUST_FILE_HEAD)) => {}
            Some((line, _)) => return Err(TrustFileError::Head { line }),
            None => return Err(TrustFileError::Head { line: 1 }),
        }
        let mut anchors = Vec::new();
        for (line, text) in lines {
            if line > TRUST_FILE_LINES_MAX {
                return Err(TrustFileError::TooLong);
            }
            anchors.push(parse_anchor(line, text)?);
        }
        if anchors.is_empty() {
            return Err(TrustFileError::NoRoot);
        }
        Ok(Self(anchors))
    }

    /// Writes a trust file that [`TrustAnchors::parse`] reads.
    pub fn to_text(&self) -> String {
        let lines = self.0.iter().map(ToString::to_string);
        std::iter::once(TRUST_FILE_HEAD.to_owned()).chain(lines).map(|line| line + "\n").collect()
    }

    /// The roots.
    pub fn iter(&self) -> impl Iterator<Item = &TrustAnchor> {
        self.0.iter()
    }

    /// Whether a chain's last certificate is one of the roots.
    pub fn trusts(&self, root: &Certificate<'_>) -> bool {
        self.0.iter().any(|anchor| anchor.matches(root))
    }
}

fn parse_anchor(line: usize, text: &str) -> Result<TrustAnchor, TrustFileError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [curve, serial, key] = words[..] else {
        return Err(TrustFileError::Words { line, found: words.len() });
    };
    let curve: Curve = curve.parse().map_err(|_| TrustFileError::Curve { line })?;
    let serial = serial.parse().map_err(|cause| TrustFileError::Serial { line, cause })?;
    let public_key = hex::decode(key)
        .ok()
        .and_then(|bytes| PublicKey::from_bytes(curve, &bytes))
        .filter(|key| key.check().is_ok())
        .ok_or(TrustFileError::Key { line, curve })?;
    Ok(TrustAnchor { serial, public_key })
}

/// Why a trust file is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TrustFileError {
    /// The first line is not the format's name and version.
    #[error("line {line}: a trust file begins with `{TRUST_FILE_HEAD}`")]
    Head {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A line without exactly three words.
    #[error("line {line}: expected `CURVE SERIAL_HEX KEY_HEX`, found {found} words")]
    Words {
        /// Number of the line, from 1.
        line: usize,
        /// How many words are there.
        found: usize,
    },
    /// A word that names no curve.
    #[error("line {line}: the curve is ed25519 or p256r1")]
    Curve {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A serial that is none.
    #[error("line {line}: {cause}")]
    Serial {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        cause: SerialError,
    },
    /// A public key that is none, or that no root may have.
    #[error("line {line}: not a good {curve} public key of {} bytes in hex", curve.public_key_len_bytes())]
    Key {
        /// Number of the line, from 1.
        line: usize,
        /// The line's curve.
        curve: Curve,
    },
    /// No root at all: nothing would ever verify.
    #[error("the trust file names no root")]
    NoRoot,
    /// More lines than a trust file may have.
    #[error("the trust file has more than {TRUST_FILE_LINES_MAX} lines")]
    TooLong,
}
