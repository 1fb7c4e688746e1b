//! Private keys of notes as PEM files: PKCS #8, as `openssl genpkey -algorithm ed25519` writes it.
//!
//! A key of a note has a name, and PKCS #8 has no place for one. RFC 7468, section 2, lets text stand before
//! the first encapsulation line, and OpenSSL skips it: the name stands there, as `note key: NAME`.

use pkcs8::{
    ObjectIdentifier, PrivateKeyInfoRef,
    der::{Decode as _, asn1::OctetStringRef},
};
use zeroize::Zeroizing;

use crate::note::{KeyName, KeyNameError, SigningKey};

/// The longest file with a key that is read, in bytes. OpenSSL writes 119; this leaves room for the name and
/// for remarks.
pub const KEY_PEM_LEN_BYTES_MAX: usize = 16 * 1024;

const OID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What the line with the key's name begins with.
const NAME_MARK: &str = "note key: ";

const BEGIN: &str = "-----BEGIN ";

impl SigningKey {
    /// Reads a PEM file. `name` is the name of a key that has none in its file; where both have one they
    /// must be the same.
    ///
    /// # Errors
    ///
    /// [`KeyPemError`].
    pub fn from_pem(pem: &[u8], name: Option<&KeyName>) -> Result<Self, KeyPemError> {
        if pem.len() > KEY_PEM_LEN_BYTES_MAX {
            return Err(KeyPemError::TooLong { found_len_bytes: pem.len() });
        }
        let text = std::str::from_utf8(pem).map_err(|_| KeyPemError::NoKey)?;
        let start = text.find(BEGIN).ok_or(KeyPemError::NoKey)?;
        let (head, block) = text.split_at(start);
        let written = head.lines().find_map(|line| line.strip_prefix(NAME_MARK));
        let written: Option<KeyName> = written.map(|name| name.trim_end().parse()).transpose()?;
        let name = match (written, name) {
            (Some(written), Some(name)) if written != *name => {
                return Err(KeyPemError::OtherName { written, asked: name.clone() });
            }
            (Some(written), _) => written,
            (None, Some(name)) => name.clone(),
            (None, None) => return Err(KeyPemError::NoName),
        };
        Ok(Self::from_seed(name, &seed_of(block)?))
    }

    /// The PEM file of this key, its name in the first line. A secret: for a file that only its owner reads.
    pub fn to_pem(&self) -> Zeroizing<String> {
        // SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING seed } }
        const HEAD: [u8; 16] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        let der = Zeroizing::new([HEAD.as_slice(), self.expose_seed()].concat());
        let body = Zeroizing::new(crate::base64::encode(&der));
        // 48 bytes of DER are 64 characters of base64: one line.
        Zeroizing::new(format!(
            "{NAME_MARK}{}\n{BEGIN}PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            self.name(),
            body.as_str(),
        ))
    }
}

fn seed_of(block: &str) -> Result<Zeroizing<[u8; 32]>, KeyPemError> {
    let label = block[BEGIN.len()..].split("-----").next().unwrap_or_default();
    match label {
        "PRIVATE KEY" => {}
        "ENCRYPTED PRIVATE KEY" => return Err(KeyPemError::Encrypted),
        _ => return Err(KeyPemError::NoKey),
    }
    let (_, der) = pem_rfc7468::decode_vec(block.as_bytes()).map_err(|_| KeyPemError::Damaged)?;
    let der = Zeroizing::new(der);
    let info = PrivateKeyInfoRef::from_der(&der).map_err(|_| KeyPemError::Damaged)?;
    if info.algorithm.oid != OID_ED25519 {
        return Err(KeyPemError::OtherAlgorithm);
    }
    let seed = <&OctetStringRef>::from_der(info.private_key.as_bytes())
        .map_err(|_| KeyPemError::Damaged)?;
    let seed = seed.as_bytes().try_into().map_err(|_| KeyPemError::Damaged)?;
    Ok(Zeroizing::new(seed))
}

/// Why a PEM file gives no key for notes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyPemError {
    /// More bytes than any such key needs.
    #[error("{found_len_bytes} bytes are too many for a key, the limit is {KEY_PEM_LEN_BYTES_MAX}")]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// No block `PRIVATE KEY`.
    #[error("no PEM block with a private key")]
    NoKey,
    /// The block or the DER inside is damaged.
    #[error("the PEM block of the private key is damaged")]
    Damaged,
    /// Protected by a passphrase.
    #[error("the private key is encrypted")]
    Encrypted,
    /// Not Ed25519.
    #[error("the private key is not of Ed25519")]
    OtherAlgorithm,
    /// The file names no key, and no name was given.
    #[error("the private key has no name")]
    NoName,
    /// The name in the file is none.
    #[error(transparent)]
    Name(#[from] KeyNameError),
    /// The file names another key.
    #[error("the private key is named {written}, not {asked}")]
    OtherName {
        /// The name in the file.
        written: KeyName,
        /// The name that was asked for.
        asked: KeyName,
    },
}

impl KeyPemError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Encrypted => {
                "decrypt it on a machine you trust: `openssl pkey -in FILE -out PLAIN`, and delete PLAIN after use"
            }
            Self::NoName => {
                "put `note key: NAME` into a line before `-----BEGIN PRIVATE KEY-----`, or name it with --name"
            }
            Self::NoKey | Self::OtherAlgorithm => {
                "make one with `curbside audit keygen`, or with `openssl genpkey -algorithm ed25519`"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
