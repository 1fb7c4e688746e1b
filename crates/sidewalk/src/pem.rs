//! Private keys as PEM: what OpenSSL writes, to the byte, and what it writes read back.
//!
//! Written: SEC 1 with its `EC PARAMETERS` block, as `openssl ecparam -name prime256v1 -genkey` does, and
//! PKCS #8, as `openssl genpkey` does for either curve. The DER of these three shapes never varies but in
//! the key itself, so that each is a template. Read: the same, with any line ends, other blocks around them
//! skipped where OpenSSL writes them.

use pkcs8::{
    ObjectIdentifier, PrivateKeyInfoRef,
    der::{Decode as _, asn1::OctetStringRef},
};
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

use crate::{
    curve::Curve,
    key::{PrivateKey, PrivateKeyError, PublicKey},
};

/// The longest PEM file that is read, in bytes. OpenSSL's largest of these forms is under 400 bytes; this
/// leaves room for comments around the key.
pub const PEM_LEN_BYTES_MAX: usize = 64 * 1024;

const OID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const OID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const OID_PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// `OBJECT IDENTIFIER prime256v1`, DER.
const DER_OID_PRIME256V1: [u8; 10] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

/// The PEM form of a private key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PemForm {
    /// `PRIVATE KEY`, RFC 5958, version 0: either curve.
    Pkcs8,
    /// `EC PARAMETERS` and `EC PRIVATE KEY`, RFC 5915: P-256 only.
    Sec1,
}

impl PemForm {
    /// The form that the source's OpenSSL command writes for a curve.
    pub const fn of_openssl(curve: Curve) -> Self {
        match curve {
            Curve::Ed25519 => Self::Pkcs8,
            Curve::P256r1 => Self::Sec1,
        }
    }
}

/// Writes a private key as PEM with LF line ends, as OpenSSL does.
///
/// # Errors
///
/// [`PemError::FormOfOtherCurve`] for SEC 1 with an Ed25519 key.
pub fn encode(key: &PrivateKey, form: PemForm) -> Result<Zeroizing<String>, PemError> {
    let text = match (form, key.curve()) {
        (PemForm::Pkcs8, Curve::Ed25519) => block("PRIVATE KEY", &ed25519_pkcs8(key)),
        (PemForm::Pkcs8, Curve::P256r1) => block("PRIVATE KEY", &p256_pkcs8(key)),
        (PemForm::Sec1, Curve::P256r1) => {
            let parameters = block("EC PARAMETERS", &DER_OID_PRIME256V1);
            let private = block("EC PRIVATE KEY", &p256_sec1(key, true));
            Zeroizing::new([parameters.as_str(), private.as_str()].concat())
        }
        (PemForm::Sec1, Curve::Ed25519) => return Err(PemError::FormOfOtherCurve),
    };
    Ok(text)
}

/// Reads the one private key in a PEM file.
///
/// # Errors
///
/// [`PemError`] says what is wrong and, for encrypted keys and other curves, what would help.
pub fn decode(pem: &[u8]) -> Result<PrivateKey, PemError> {
    if pem.len() > PEM_LEN_BYTES_MAX {
        return Err(PemError::TooLong { found_len_bytes: pem.len() });
    }
    let text = std::str::from_utf8(pem)
        .map_err(|error| PemError::NotText { offset_bytes: error.valid_up_to() })?;
    let mut found = None;
    for piece in pieces(text) {
        let piece = piece?;
        let key = match piece.label {
            "EC PARAMETERS" => {
                check_parameters(piece.text)?;
                continue;
            }
            "PRIVATE KEY" => decode_pkcs8(&der_of(piece.text)?)?,
            "EC PRIVATE KEY" if piece.text.contains("ENCRYPTED") => {
                return Err(PemError::Encrypted);
            }
            "EC PRIVATE KEY" => decode_sec1(&der_of(piece.text)?, None)?,
            "ENCRYPTED PRIVATE KEY" => return Err(PemError::Encrypted),
            "RSA PRIVATE KEY" => {
                return Err(PemError::OtherAlgorithm { algorithm: "RSA".to_owned() });
            }
            other => return Err(PemError::NotAPrivateKey { label: other.to_owned() }),
        };
        if found.replace(key).is_some() {
            return Err(PemError::SeveralKeys);
        }
    }
    found.ok_or(PemError::NoKey)
}

/// Why a PEM file gives no private key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PemError {
    /// More bytes than any private key needs.
    #[error(
        "{found_len_bytes} bytes are too many for a private key, the limit is {PEM_LEN_BYTES_MAX}"
    )]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// Bytes that are no text.
    #[error("not text at byte {offset_bytes}, so no PEM file")]
    NotText {
        /// Offset of the first such byte.
        offset_bytes: usize,
    },
    /// No block with a private key.
    #[error("no PEM block with a private key")]
    NoKey,
    /// More than one private key: which one to use would be a guess.
    #[error("more than one private key in one file")]
    SeveralKeys,
    /// A block that begins and does not end.
    #[error("the PEM block `{label}` has no end line")]
    NoEnd {
        /// The block's label.
        label: String,
    },
    /// The text between the lines is not base64 as RFC 7468 has it.
    #[error("the text of the PEM block is damaged")]
    Base64,
    /// The DER inside does not have the form that its label promises.
    #[error("the key inside the PEM block is damaged")]
    Der,
    /// The key is protected by a passphrase.
    #[error("the private key is encrypted")]
    Encrypted,
    /// A key of an algorithm or curve that Sidewalk does not have.
    #[error("the private key is of {algorithm}, Sidewalk has Ed25519 and P-256 only")]
    OtherAlgorithm {
        /// The algorithm's or curve's name or object identifier.
        algorithm: String,
    },
    /// Curve parameters written out instead of named.
    #[error("the curve's parameters are written out instead of named")]
    ExplicitParameters,
    /// Another kind of PEM block.
    #[error("a PEM block `{label}` is not a private key")]
    NotAPrivateKey {
        /// The block's label.
        label: String,
    },
    /// A public key in the file that does not belong to the private one.
    #[error("the public key in the file does not belong to the private key")]
    MismatchedPair,
    /// The number inside cannot be a private key.
    #[error(transparent)]
    Key(#[from] PrivateKeyError),
    /// SEC 1 was asked for with an Ed25519 key.
    #[error("SEC 1 holds P-256 keys only")]
    FormOfOtherCurve,
}

impl PemError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Encrypted => {
                "decrypt it on a machine you trust: `openssl pkey -in FILE -out PLAIN`, and delete PLAIN after use"
            }
            Self::ExplicitParameters => {
                "write it with the curve's name: `openssl ec -in FILE -param_enc named_curve -out NEW`"
            }
            Self::NotAPrivateKey { .. } | Self::NoKey => {
                "give the file that `openssl ecparam -name prime256v1 -genkey` or `openssl genpkey -algorithm ed25519` wrote"
            }
            Self::OtherAlgorithm { .. } => {
                "make a new key: `openssl ecparam -name prime256v1 -genkey` or `openssl genpkey -algorithm ed25519`"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// One PEM block: its label and its text, encapsulation lines included.
struct Piece<'a> {
    label: &'a str,
    text: &'a str,
}

fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, PemError>> {
    const BEGIN: &str = "-----BEGIN ";
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(BEGIN)?;
        let from = &rest[start..];
        let label = from[BEGIN.len()..].split("-----").next().unwrap_or_default();
        let end_line = format!("-----END {label}-----");
        let Some(end) = from.find(&end_line).filter(|_| label.len() < 64) else {
            rest = "";
            let label = label.lines().next().unwrap_or_default().chars().take(64).collect();
            return Some(Err(PemError::NoEnd { label }));
        };
        let stop = end + end_line.len();
        rest = &from[stop..];
        Some(Ok(Piece { label, text: &from[..stop] }))
    })
}

fn der_of(pem_text: &str) -> Result<Zeroizing<Vec<u8>>, PemError> {
    pem_rfc7468::decode_vec(pem_text.as_bytes())
        .map(|(_, der)| Zeroizing::new(der))
        .map_err(|_| PemError::Base64)
}

fn check_parameters(pem_text: &str) -> Result<(), PemError> {
    let der = der_of(pem_text)?;
    match ObjectIdentifier::from_der(&der) {
        Ok(OID_PRIME256V1) => Ok(()),
        Ok(oid) => Err(PemError::OtherAlgorithm { algorithm: algorithm_name(oid) }),
        Err(_) => Err(PemError::ExplicitParameters),
    }
}

fn decode_pkcs8(der: &[u8]) -> Result<PrivateKey, PemError> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| PemError::Der)?;
    match info.algorithm.oid {
        OID_ED25519 => {
            let seed = <&OctetStringRef>::from_der(info.private_key.as_bytes())
                .map_err(|_| PemError::Der)?;
            let key = PrivateKey::from_bytes(Curve::Ed25519, seed.as_bytes())?;
            let public = info.public_key.as_ref().and_then(|bits| bits.as_bytes());
            same_public_key(key, public)
        }
        OID_EC_PUBLIC_KEY => {
            let parameters = info.algorithm.parameters.ok_or(PemError::Der)?;
            let curve: ObjectIdentifier =
                parameters.decode_as().map_err(|_| PemError::ExplicitParameters)?;
            decode_sec1(info.private_key.as_bytes(), Some(curve))
        }
        oid => Err(PemError::OtherAlgorithm { algorithm: algorithm_name(oid) }),
    }
}

fn decode_sec1(der: &[u8], outer: Option<ObjectIdentifier>) -> Result<PrivateKey, PemError> {
    let inner = EcPrivateKey::from_der(der).map_err(|_| explicit_or_damaged(der))?;
    let named = inner.parameters.and_then(|parameters| parameters.named_curve());
    for curve in [outer, named].into_iter().flatten() {
        if curve != OID_PRIME256V1 {
            return Err(PemError::OtherAlgorithm { algorithm: algorithm_name(curve) });
        }
    }
    let key = PrivateKey::from_bytes(Curve::P256r1, inner.private_key)?;
    match inner.public_key {
        None => Ok(key),
        Some([4, xy @ ..]) => same_public_key(key, Some(xy)),
        // Compressed: X, and whether Y is odd.
        Some([sign @ (2 | 3), x @ ..]) => {
            let (own_x, own_y) = key.public_key().as_bytes().split_at(32);
            let own_sign = 2 + own_y.last().map_or(0, |byte| byte & 1);
            if x.len() != own_x.len() {
                Err(PemError::Der)
            } else if x == own_x && *sign == own_sign {
                Ok(key)
            } else {
                Err(PemError::MismatchedPair)
            }
        }
        Some(_) => Err(PemError::Der),
    }
}

/// RFC 5915 names its curve. Behind the version (3 bytes) and the scalar (34 bytes), a parameters field that
/// is too long for a name is a curve written out.
fn explicit_or_damaged(der: &[u8]) -> PemError {
    let head_len = match der.get(1) {
        Some(long @ 0x81..=0x84) => 2 + usize::from(long & 0x7F),
        _ => 2,
    };
    match der.get(head_len + 3 + 34..) {
        Some([0xA0, 0x81 | 0x82, ..]) => PemError::ExplicitParameters,
        _ => PemError::Der,
    }
}

fn same_public_key(key: PrivateKey, public: Option<&[u8]>) -> Result<PrivateKey, PemError> {
    let expected = public.map(|bytes| PublicKey::from_bytes(key.curve(), bytes));
    match expected {
        Some(found) if found.as_ref() != Some(key.public_key()) => Err(PemError::MismatchedPair),
        _ => Ok(key),
    }
}

fn algorithm_name(oid: ObjectIdentifier) -> String {
    let known = [
        ("1.2.840.113549.1.1.1", "RSA"),
        ("1.3.101.110", "X25519"),
        ("1.3.101.113", "Ed448"),
        ("1.3.132.0.10", "secp256k1"),
        ("1.3.132.0.33", "P-224"),
        ("1.3.132.0.34", "P-384"),
        ("1.3.132.0.35", "P-521"),
    ];
    let text = oid.to_string();
    known.iter().find(|(id, _)| *id == text).map_or(text.clone(), |(_, name)| (*name).to_owned())
}

fn ed25519_pkcs8(key: &PrivateKey) -> Zeroizing<Vec<u8>> {
    // SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING seed } }
    const HEAD: [u8; 16] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    Zeroizing::new([HEAD.as_slice(), key.expose_bytes()].concat())
}

fn p256_pkcs8(key: &PrivateKey) -> Zeroizing<Vec<u8>> {
    // SEQUENCE { INTEGER 0, SEQUENCE { OID ecPublicKey, OID prime256v1 }, OCTET STRING { SEC 1 } }
    const HEAD: [u8; 27] = [
        0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
        0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
    ];
    let inner = p256_sec1(key, false);
    Zeroizing::new([HEAD.as_slice(), &[0x04, 0x6D], inner.as_slice()].concat())
}

/// SEQUENCE { INTEGER 1, OCTET STRING scalar, [0] curve (outside PKCS #8), [1] BIT STRING 04‖X‖Y }
fn p256_sec1(key: &PrivateKey, with_curve: bool) -> Zeroizing<Vec<u8>> {
    let (len, curve) =
        if with_curve { (0x77, DER_OID_PRIME256V1.as_slice()) } else { (0x6B, &[][..]) };
    let tagged_curve = if with_curve { [&[0xA0, 0x0A], curve].concat() } else { Vec::new() };
    let head = [0x30, len, 0x02, 0x01, 0x01, 0x04, 0x20];
    let public_head = [0xA1, 0x44, 0x03, 0x42, 0x00, 0x04];
    Zeroizing::new(
        [
            head.as_slice(),
            key.expose_bytes(),
            &tagged_curve,
            &public_head,
            key.public_key().as_bytes(),
        ]
        .concat(),
    )
}

fn block(label: &'static str, der: &[u8]) -> Zeroizing<String> {
    // Encoding fails only for a label or a length out of range; both are ours.
    let text = pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der);
    Zeroizing::new(text.unwrap_or_default())
}
