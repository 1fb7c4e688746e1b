//! A certificate chain: device first, root last, without separators or lengths (Sidewalk protocol
//! specification 4.1.2).

use std::fmt;

use crate::{
    certificate::Certificate,
    curve::Curve,
    level::Level,
    serial::{Serial, SerialError},
    smsn::Smsn,
};

const LONG: [Level; 6] = [
    Level::Device,
    Level::Dak,
    Level::Product,
    Level::Manufacturer,
    Level::Sidewalk,
    Level::Amazon,
];

const SHORT: [Level; 4] = [Level::Device, Level::Model, Level::Manufacturer, Level::Amazon];

/// Six certificates, or four in the legacy short form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ChainForm {
    /// Device, DAK, product, manufacturer, Sidewalk, Amazon.
    Long,
    /// Device, model, manufacturer, Amazon: what HSMs without the long-chain flag hold.
    Short,
}

impl ChainForm {
    /// The levels, device first.
    pub const fn levels(self) -> &'static [Level] {
        match self {
            Self::Long => &LONG,
            Self::Short => &SHORT,
        }
    }

    /// The level that signs devices.
    pub const fn device_issuer(self) -> Level {
        match self {
            Self::Long => Level::Dak,
            Self::Short => Level::Model,
        }
    }
}

/// A parsed chain. Parsed is not genuine: only a [`Verifier`](crate::Verifier) makes a
/// [`VerifiedChain`](crate::VerifiedChain) of it.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Chain {
    curve: Curve,
    form: ChainForm,
    bytes: Vec<u8>,
    /// Where each certificate begins; entries beyond the form's number are zero.
    offsets: [u16; 6],
}

impl Chain {
    /// The longest chain in bytes: six certificates of P-256, five of them with the longest serial.
    pub const LEN_BYTES_MAX: usize =
        Smsn::LEN_BYTES + 5 * Serial::LEN_BYTES_MAX + 6 * (64 + Curve::SIGNATURE_LEN_BYTES);

    /// Reads a chain that takes up all of `bytes`: six certificates, or four.
    ///
    /// # Errors
    ///
    /// [`ChainError`] names the certificate and the byte where reading stopped.
    pub fn parse(curve: Curve, bytes: &[u8]) -> Result<Self, ChainError> {
        // A short chain ends exactly where the long one misses its fifth certificate.
        for form in [ChainForm::Long, ChainForm::Short] {
            if let Ok(offsets) = walk(curve, form, bytes, None) {
                return Ok(Self { curve, form, bytes: bytes.to_vec(), offsets });
            }
        }
        Err(diagnose(curve, bytes))
    }

    /// Reads a chain whose curve is not known. Ed25519 is tried first, as the public tools do; a chain that
    /// fits both is not known to exist.
    ///
    /// # Errors
    ///
    /// The error of the curve under which reading came further.
    pub fn parse_any(bytes: &[u8]) -> Result<Self, ChainError> {
        match Self::parse(Curve::Ed25519, bytes) {
            Ok(chain) => Ok(chain),
            Err(ed25519) => Self::parse(Curve::P256r1, bytes).map_err(|p256r1| {
                if bytes.len() < PROBABLY_P256_LEN_BYTES { ed25519 } else { p256r1 }
            }),
        }
    }

    /// The curve of every key in the chain.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// Long or short.
    pub const fn form(&self) -> ChainForm {
        self.form
    }

    /// The chain's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The chain in standard base64 with padding, as control logs and signing output carry it.
    pub fn to_base64(&self) -> String {
        base64_simd::STANDARD.encode_to_string(&self.bytes)
    }

    /// The device's number.
    pub fn smsn(&self) -> Smsn {
        let mut bytes = [0; Smsn::LEN_BYTES];
        bytes.copy_from_slice(&self.bytes[..Smsn::LEN_BYTES]);
        Smsn::from_bytes(bytes)
    }

    /// The certificates, device first.
    pub fn certificates(
        &self,
    ) -> impl ExactSizeIterator<Item = Certificate<'_>> + DoubleEndedIterator {
        (0..self.form.levels().len()).map(|index| self.certificate_at(index))
    }

    /// The certificate of one level, where the form has it.
    pub fn certificate(&self, level: Level) -> Option<Certificate<'_>> {
        let index = self.form.levels().iter().position(|&candidate| candidate == level)?;
        Some(self.certificate_at(index))
    }

    /// The device's certificate.
    pub fn device(&self) -> Certificate<'_> {
        self.certificate_at(0)
    }

    /// The root's certificate.
    pub fn root(&self) -> Certificate<'_> {
        self.certificate_at(self.form.levels().len() - 1)
    }

    /// Everything behind the device's certificate: the same bytes for every device of one DAK.
    pub fn issuers_bytes(&self) -> &[u8] {
        &self.bytes[usize::from(self.offsets[1])..]
    }

    fn certificate_at(&self, index: usize) -> Certificate<'_> {
        let levels = self.form.levels();
        let start = usize::from(self.offsets[index]);
        let end = match self.offsets.get(index + 1) {
            Some(&next) if index + 1 < levels.len() => usize::from(next),
            _ => self.bytes.len(),
        };
        let entry = &self.bytes[start..end];
        let keys_at = entry.len() - self.curve.public_key_len_bytes() - Curve::SIGNATURE_LEN_BYTES;
        let (subject, keys) = entry.split_at(keys_at);
        let (public_key, signature) = keys.split_at(self.curve.public_key_len_bytes());
        Certificate {
            level: levels[index],
            curve: self.curve,
            offset_bytes: start,
            subject,
            public_key,
            signature,
        }
    }
}

/// Prints the identity, not the bytes.
impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Chain({} {:?} {} bytes, {})",
            self.curve,
            self.form,
            self.bytes.len(),
            self.smsn()
        )
    }
}

/// Between the plain lengths of the two curves (628 and 820 bytes): which of two errors to report.
const PROBABLY_P256_LEN_BYTES: usize = 724;

/// Why bytes are not a chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChainError {
    /// The bytes end within a certificate.
    #[error(
        "the {curve} chain ends in the {level} certificate: {needed_len_bytes} bytes are needed from byte {offset_bytes}, {found_len_bytes} are there"
    )]
    TooShort {
        /// The curve that was tried.
        curve: Curve,
        /// The certificate that is cut.
        level: Level,
        /// Where the missing part begins.
        offset_bytes: usize,
        /// What is needed from there.
        needed_len_bytes: usize,
        /// What is there.
        found_len_bytes: usize,
    },
    /// Bytes are left behind the root.
    #[error(
        "{extra_len_bytes} bytes are left behind the root of the {curve} chain, from byte {offset_bytes}"
    )]
    TrailingBytes {
        /// The curve that was tried.
        curve: Curve,
        /// Where the chain should have ended.
        offset_bytes: usize,
        /// How many bytes too many.
        extra_len_bytes: usize,
    },
    /// A serial that cannot exist.
    #[error(
        "the serial of the {level} certificate at byte {offset_bytes} of the {curve} chain is wrong: {cause}"
    )]
    Serial {
        /// The curve that was tried.
        curve: Curve,
        /// Whose serial.
        level: Level,
        /// Where it begins.
        offset_bytes: usize,
        /// What is wrong with it.
        cause: SerialError,
    },
    /// A serial that claims the extended form, where the chain fits only if it has 4 bytes: damage to the byte
    /// that tells the form shifts all that follows.
    #[error(
        "the serial of the {level} certificate at byte {offset_bytes} of the {curve} chain is damaged: it claims {claimed_len_bytes} bytes, and the chain fits only if it has 4"
    )]
    DamagedSerial {
        /// The curve that was tried.
        curve: Curve,
        /// Whose serial.
        level: Level,
        /// Where it begins.
        offset_bytes: usize,
        /// The length that its header announces.
        claimed_len_bytes: usize,
    },
}

impl ChainError {
    /// The certificate that is damaged or cut, where it can be told.
    pub const fn level(&self) -> Option<Level> {
        match self {
            Self::TooShort { level, .. }
            | Self::Serial { level, .. }
            | Self::DamagedSerial { level, .. } => Some(*level),
            Self::TrailingBytes { .. } => None,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TooShort { .. } => "the chain may be cut: compare its length with the original's",
            Self::TrailingBytes { .. } => {
                "a chain has six certificates (or four, legacy) and nothing else"
            }
            Self::Serial { .. } | Self::DamagedSerial { .. } => {
                "the chain was damaged on the way: fetch it again from where it was signed"
            }
        };
        Some(hint.to_owned())
    }
}

/// Says why bytes that fit neither form are not a chain, naming the certificate that is to blame.
fn diagnose(curve: Curve, bytes: &[u8]) -> ChainError {
    for form in [ChainForm::Long, ChainForm::Short] {
        for &level in &form.levels()[1..] {
            let Ok(offsets) = walk(curve, form, bytes, Some(level)) else { continue };
            let index = form.levels().iter().position(|&candidate| candidate == level);
            let offset_bytes = index.map_or(0, |index| usize::from(offsets[index]));
            let claimed = bytes.get(offset_bytes..).and_then(Serial::encoded_len_bytes);
            return ChainError::DamagedSerial {
                curve,
                level,
                offset_bytes,
                claimed_len_bytes: claimed.unwrap_or_default(),
            };
        }
    }
    match walk(curve, ChainForm::Long, bytes, None) {
        Err(error) => error,
        Ok(_) => unreachable!("only bytes that fit neither form are diagnosed"),
    }
}

/// Finds where each certificate begins. The serial of `plain_at` is taken to have 4 bytes, whatever it claims.
fn walk(
    curve: Curve,
    form: ChainForm,
    bytes: &[u8],
    plain_at: Option<Level>,
) -> Result<[u16; 6], ChainError> {
    let keys_len = curve.public_key_len_bytes() + Curve::SIGNATURE_LEN_BYTES;
    let mut offsets = [0; 6];
    let mut offset = 0;
    for (index, &level) in form.levels().iter().enumerate() {
        let rest = &bytes[offset..];
        let subject_len = match level {
            Level::Device => Smsn::LEN_BYTES,
            _ if plain_at == Some(level) => Serial::PLAIN_LEN_BYTES,
            _ => Serial::encoded_len_bytes(rest).unwrap_or(Serial::PLAIN_LEN_BYTES),
        };
        let needed = subject_len + keys_len;
        if rest.len() < needed {
            return Err(ChainError::TooShort {
                curve,
                level,
                offset_bytes: offset,
                needed_len_bytes: needed,
                found_len_bytes: rest.len(),
            });
        }
        if level != Level::Device && plain_at != Some(level) {
            Serial::parse(&rest[..subject_len]).map_err(|cause| ChainError::Serial {
                curve,
                level,
                offset_bytes: offset,
                cause,
            })?;
        }
        // The longest chain is under 64 KiB, and anything longer ends in the error below.
        offsets[index] = u16::try_from(offset).unwrap_or(u16::MAX);
        offset += needed;
    }
    if offset != bytes.len() {
        return Err(ChainError::TrailingBytes {
            curve,
            offset_bytes: offset,
            extra_len_bytes: bytes.len() - offset,
        });
    }
    Ok(offsets)
}
