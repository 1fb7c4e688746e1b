//! The authority's private key on the disk: PKCS #8 under a passphrase (RFC 5958, PBES2 of RFC 8018).
//!
//! We write PBKDF2 with HMAC-SHA-256 and AES-256-CBC, which OpenSSL reads from 1.0.1 on, and read what `openssl req -x509`
//! writes: PBKDF2 with AES-128, -192 or -256-CBC, or with DES-EDE3-CBC.

use std::{fmt, path::Path};

use pkcs5::{EncryptionScheme, pbes2};
use pkcs8::{EncryptedPrivateKeyInfoRef, der::Encode};
use rcgen::KeyPair;
use x509_parser::pem::Pem;
use zeroize::Zeroizing;

use super::{AuthorityError, key};

/// The shortest passphrase, in bytes: as OpenSSL.
pub(crate) const PASSPHRASE_LEN_BYTES_MIN: usize = 4;

/// The longest passphrase, in bytes: as OpenSSL, whose prompt takes no more.
pub(crate) const PASSPHRASE_LEN_BYTES_MAX: usize = 1023;

/// The rounds of PBKDF2 that we write: what OWASP asks for with HMAC-SHA-256. Half a second for us, and for each guess.
const ITERATIONS: u32 = 600_000;

/// The most rounds that we do for a key of others: a minute. A file that asks for more is there to keep us busy.
const ITERATIONS_MAX: u32 = 50_000_000;

/// The largest key file, in bytes. One with RSA 4096 has 3,400.
pub(crate) const KEY_FILE_LEN_BYTES_MAX: u64 = 64 * 1024;

/// The passphrase of an authority's key. Zeroised when dropped, never shown.
pub struct Passphrase(Zeroizing<Vec<u8>>);

/// Why a text cannot be a passphrase.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PassphraseError {
    /// Too few or too many bytes.
    #[error(
        "it has {len_bytes} bytes, and {PASSPHRASE_LEN_BYTES_MIN} to {PASSPHRASE_LEN_BYTES_MAX} are possible"
    )]
    Length {
        /// How many.
        len_bytes: usize,
    },
    /// A line end or another control character, which somebody forgot to cut off.
    #[error("it has a control character")]
    ControlCharacter,
}

impl PassphraseError {
    pub(crate) const fn hint(self) -> &'static str {
        "a passphrase is one line of text; any phrase of some words does"
    }
}

impl Passphrase {
    /// A passphrase from its bytes.
    ///
    /// # Errors
    ///
    /// It is too short, too long, or has a control character.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, PassphraseError> {
        let len_bytes = bytes.len();
        if !(PASSPHRASE_LEN_BYTES_MIN..=PASSPHRASE_LEN_BYTES_MAX).contains(&len_bytes) {
            return Err(PassphraseError::Length { len_bytes });
        }
        if bytes.iter().any(u8::is_ascii_control) {
            return Err(PassphraseError::ControlCharacter);
        }
        Ok(Self(bytes))
    }
}

impl PartialEq for Passphrase {
    /// For a passphrase that is typed twice; the time that it takes tells a stranger nothing.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// A key as PEM under a passphrase.
pub(crate) fn encrypt(
    key: &KeyPair,
    passphrase: &Passphrase,
    random: &mut impl FnMut(&mut [u8]) -> Result<(), AuthorityError>,
) -> Result<String, AuthorityError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    random(&mut salt)?;
    random(&mut iv)?;
    let crypto = |error: pkcs5::Error| AuthorityError::Crypto(error.to_string());
    let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv)
        .map_err(crypto)?;
    let der = Zeroizing::new(key.serialize_der());
    let encrypted = parameters.encrypt(passphrase.0.as_slice(), &der).map_err(crypto)?;
    let encoded = |error: pkcs8::der::Error| AuthorityError::Crypto(error.to_string());
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: parameters.into(),
        encrypted_data: pkcs8::der::asn1::OctetStringRef::new(&encrypted).map_err(encoded)?,
    };
    key::pem("ENCRYPTED PRIVATE KEY", &info.to_der().map_err(encoded)?)
}

/// The key in a PEM file. `path` stands for the file in an error.
pub(crate) fn decrypt(
    pem: &[u8],
    path: &Path,
    passphrase: &Passphrase,
) -> Result<Zeroizing<KeyPair>, AuthorityError> {
    let damaged =
        |why: &str| AuthorityError::Damaged { path: path.to_owned(), why: why.to_owned() };
    // Its headers are no PEM of today.
    if has_dek_info(pem) {
        let what = "OpenSSL's own form, before PKCS #8".into();
        return Err(AuthorityError::UnsupportedEncryption { what });
    }
    let block = Pem::iter_from_buffer(pem)
        .next()
        .and_then(Result::ok)
        .ok_or_else(|| damaged("it holds no PEM"))?;
    // Dropped with its bytes cleared, should they be a key that nobody has encrypted.
    let contents = Zeroizing::new(block.contents);
    match block.label.as_str() {
        "ENCRYPTED PRIVATE KEY" => {}
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => {
            return Err(AuthorityError::KeyNotEncrypted);
        }
        _ => return Err(damaged("it holds no private key")),
    }
    let info =
        EncryptedPrivateKeyInfoRef::try_from(contents.as_slice()).map_err(|error| match error {
            pkcs8::Error::Asn1(error) if is_unknown_scheme(&error) => {
                AuthorityError::UnsupportedEncryption { what: "none of PBES2 that we know".into() }
            }
            _ => damaged("its PKCS #8 is damaged"),
        })?;
    check_scheme(&info.encryption_algorithm)?;
    let der =
        info.encryption_algorithm.decrypt(passphrase.0.as_slice(), info.encrypted_data.as_bytes());
    let der = match der {
        Ok(der) => Zeroizing::new(der),
        Err(pkcs5::Error::UnsupportedAlgorithm { oid }) => {
            return Err(AuthorityError::UnsupportedEncryption { what: oid.to_string() });
        }
        Err(_) => return Err(AuthorityError::WrongPassphrase),
    };
    // One wrong passphrase in 256 leaves a padding that looks right, and no key.
    if pkcs8::PrivateKeyInfoRef::try_from(der.as_slice()).is_err() {
        return Err(AuthorityError::WrongPassphrase);
    }
    KeyPair::try_from(der.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| AuthorityError::UnsupportedKey)
}

/// Refuses what would take too long, or a scheme that only old OpenSSL wrote.
fn check_scheme(scheme: &EncryptionScheme) -> Result<(), AuthorityError> {
    let unsupported = |what: String| Err(AuthorityError::UnsupportedEncryption { what });
    match scheme {
        EncryptionScheme::Pbes2(parameters) => match &parameters.kdf {
            pbes2::Kdf::Pbkdf2(kdf) if kdf.iteration_count > ITERATIONS_MAX => {
                unsupported(format!("{} rounds", kdf.iteration_count))
            }
            pbes2::Kdf::Pbkdf2(_) => Ok(()),
            other => unsupported(format!("key derivation {}", other.oid())),
        },
        other => unsupported(format!("PBES1, {}", other.oid())),
    }
}

fn is_unknown_scheme(error: &pkcs8::der::Error) -> bool {
    use pkcs8::der::ErrorKind;
    matches!(error.kind(), ErrorKind::OidUnknown { .. })
}

fn has_dek_info(pem: &[u8]) -> bool {
    pem.windows(b"DEK-Info".len()).any(|window| window == b"DEK-Info")
}
