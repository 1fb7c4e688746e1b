//! The bodies of object records: how keys are stored.

use crate::{
    algorithm::Algorithm,
    authentication_key::AuthenticationKey,
    capability::Capabilities,
    object::ObjectType,
    secret::{Secret, SecretBytes},
    wire::{Reader, Wire, WireError, Writer, wire_struct},
};

/// What every byte of an HMAC key is combined with on the inside.
const INNER_PAD: u8 = 0x36;

/// What every byte of an HMAC key is combined with on the outside.
const OUTER_PAD: u8 = 0x5C;

/// The body of an object record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ObjectBody {
    /// An authentication key.
    Authentication {
        /// What objects may be given that its sessions create.
        delegated: Capabilities,
        /// The key.
        key: AuthenticationKey,
    },
    /// An AES wrap key.
    Wrap {
        /// What objects may be able to do that it exports and imports.
        delegated: Capabilities,
        /// 16, 24 or 32 bytes.
        key: SecretBytes,
    },
    /// An RSA wrap key.
    WrapRsa {
        /// What objects may be able to do that it imports.
        delegated: Capabilities,
        /// The key.
        key: RsaBody,
    },
    /// A public wrap key.
    PublicWrap {
        /// What objects may be able to do that it exports.
        delegated: Capabilities,
        /// 256, 384 or 512 bytes.
        modulus: Vec<u8>,
    },
    /// An RSA key.
    Rsa(RsaBody),
    /// A key of a curve with ECDSA.
    Ec(EcBody),
    /// An Ed25519 key.
    Ed25519(Ed25519Body),
    /// An HMAC key.
    Hmac(HmacBody),
    /// Data and keys that are stored as they are: opaque, template, OTP AEAD (`nonce id:4 ‖ key`), AES.
    Raw(SecretBytes),
}

impl ObjectBody {
    /// Takes a body apart.
    ///
    /// # Errors
    ///
    /// [`WireError::Value`] for a type and algorithm that do not go together, others for a body of the
    /// wrong length.
    pub fn parse(
        object_type: ObjectType,
        algorithm: Algorithm,
        bytes: &[u8],
    ) -> Result<Self, WireError> {
        if !algorithm.suits(object_type) {
            return Err(WireError::Value { field: "algorithm", offset: 0 });
        }
        let mut input = Reader::new(bytes);
        let body = Self::read(object_type, algorithm, &mut input)?;
        input.finish()?;
        Ok(body)
    }

    /// The bytes of the body.
    pub fn encode(&self) -> SecretBytes {
        let mut out = Writer::new();
        match self {
            Self::Authentication { delegated, key } => {
                delegated.write(&mut out);
                key.write_key(&mut out);
            }
            Self::Wrap { delegated, key } => {
                delegated.write(&mut out);
                key.write(&mut out);
            }
            Self::WrapRsa { delegated, key } => {
                delegated.write(&mut out);
                key.write(&mut out);
            }
            Self::PublicWrap { delegated, modulus } => {
                delegated.write(&mut out);
                modulus.write(&mut out);
            }
            Self::Rsa(key) => key.write(&mut out),
            Self::Ec(key) => key.write(&mut out),
            Self::Ed25519(key) => key.write(&mut out),
            Self::Hmac(key) => key.write(&mut out),
            Self::Raw(bytes) => bytes.write(&mut out),
        }
        out.finish()
    }

    /// What the object may hand on.
    pub const fn delegated(&self) -> Capabilities {
        match self {
            Self::Authentication { delegated, .. }
            | Self::Wrap { delegated, .. }
            | Self::WrapRsa { delegated, .. }
            | Self::PublicWrap { delegated, .. } => *delegated,
            _ => Capabilities::NONE,
        }
    }

    fn read(
        object_type: ObjectType,
        algorithm: Algorithm,
        input: &mut Reader<'_>,
    ) -> Result<Self, WireError> {
        let is_rsa = Algorithm::RSA_KEYS.contains(&algorithm);
        let key_len = algorithm.key_len_bytes().unwrap_or_default();
        Ok(match object_type {
            ObjectType::AUTHENTICATION_KEY => Self::Authentication {
                delegated: Wire::read(input)?,
                key: AuthenticationKey::read_key(algorithm, 0, input)?,
            },
            ObjectType::WRAP_KEY if is_rsa => {
                Self::WrapRsa { delegated: Wire::read(input)?, key: RsaBody::read(key_len, input)? }
            }
            ObjectType::WRAP_KEY => {
                Self::Wrap { delegated: Wire::read(input)?, key: input.take(key_len)?.into() }
            }
            ObjectType::PUBLIC_WRAP_KEY => Self::PublicWrap {
                delegated: Wire::read(input)?,
                modulus: input.take(key_len)?.to_vec(),
            },
            ObjectType::ASYMMETRIC_KEY if is_rsa => Self::Rsa(RsaBody::read(key_len, input)?),
            ObjectType::ASYMMETRIC_KEY if algorithm == Algorithm::ED25519 => {
                Self::Ed25519(Wire::read(input)?)
            }
            ObjectType::ASYMMETRIC_KEY => Self::Ec(EcBody::read(key_len, input)?),
            ObjectType::HMAC_KEY => Self::Hmac(HmacBody::read(key_len, input)?),
            ObjectType::SYMMETRIC_KEY => Self::Raw(input.take(key_len)?.into()),
            ObjectType::OTP_AEAD_KEY => Self::Raw(input.take(4 + key_len)?.into()),
            _ => Self::Raw(Wire::read(input)?),
        })
    }
}

/// An RSA key: `p ‖ q ‖ dp ‖ dq ‖ qinv ‖ n`, big-endian, half the modulus each but the last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RsaBody {
    /// The first prime.
    pub p: SecretBytes,
    /// The second prime.
    pub q: SecretBytes,
    /// The private exponent modulo p - 1.
    pub dp: SecretBytes,
    /// The private exponent modulo q - 1.
    pub dq: SecretBytes,
    /// The inverse of q modulo p.
    pub q_inverse: SecretBytes,
    /// The modulus.
    pub modulus: Vec<u8>,
}

impl RsaBody {
    fn write(&self, out: &mut Writer) {
        for part in [&self.p, &self.q, &self.dp, &self.dq, &self.q_inverse] {
            out.bytes(part);
        }
        out.bytes(&self.modulus);
    }

    fn read(modulus_len: usize, input: &mut Reader<'_>) -> Result<Self, WireError> {
        let half = modulus_len / 2;
        Ok(Self {
            p: input.take(half)?.into(),
            q: input.take(half)?.into(),
            dp: input.take(half)?.into(),
            dq: input.take(half)?.into(),
            q_inverse: input.take(half)?.into(),
            modulus: input.take(modulus_len)?.to_vec(),
        })
    }
}

/// A key of a curve with ECDSA: `d ‖ x ‖ y`, big-endian, each of the coordinate's size.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EcBody {
    /// The scalar.
    pub scalar: SecretBytes,
    /// The public key's x.
    pub x: Vec<u8>,
    /// The public key's y.
    pub y: Vec<u8>,
}

impl EcBody {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.scalar);
        out.bytes(&self.x);
        out.bytes(&self.y);
    }

    fn read(coordinate_len: usize, input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            scalar: input.take(coordinate_len)?.into(),
            x: input.take(coordinate_len)?.to_vec(),
            y: input.take(coordinate_len)?.to_vec(),
        })
    }
}

wire_struct! {
    /// An Ed25519 key: what the seed expands to, and the seed only where it was asked for. 96 or 128 bytes.
    pub struct Ed25519Body {
        /// The clamped scalar, big-endian: the front of SHA-512 of the seed, reversed.
        pub scalar: Secret<32>,
        /// The prefix that nonces are made with: the back of SHA-512 of the seed.
        pub prefix: Secret<32>,
        /// The public key.
        pub public_key: [u8; 32],
        /// The seed.
        pub seed: Option<Secret<32>>,
    }
}

/// An HMAC key: padded with zeros to one block, once combined with each pad.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HmacBody {
    /// One block: the key, combined with `36`.
    inner: SecretBytes,
    /// One block: the key, combined with `5c`.
    outer: SecretBytes,
}

impl HmacBody {
    /// Pads a key, or `None` where it is longer than a block or the algorithm is none of HMAC's.
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        if !algorithm.suits(ObjectType::HMAC_KEY) {
            return None;
        }
        let block_len = algorithm.key_len_bytes()?;
        let combined = |pad: u8| {
            let mut block = vec![pad; block_len];
            for (byte, key_byte) in block.get_mut(..key.len())?.iter_mut().zip(key) {
                *byte ^= key_byte;
            }
            Some(SecretBytes::new(block))
        };
        Some(Self { inner: combined(INNER_PAD)?, outer: combined(OUTER_PAD)? })
    }

    /// The key with the zeros behind it, which HMAC takes for the same key. `None` where the two blocks
    /// do not come from one key, which no device writes.
    pub fn padded_key(&self) -> Option<SecretBytes> {
        let strip = |block: &SecretBytes, pad: u8| {
            SecretBytes::new(block.iter().map(|byte| byte ^ pad).collect())
        };
        let key = strip(&self.inner, INNER_PAD);
        (key == strip(&self.outer, OUTER_PAD)).then_some(key)
    }

    fn write(&self, out: &mut Writer) {
        out.bytes(&self.inner);
        out.bytes(&self.outer);
    }

    fn read(block_len: usize, input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self { inner: input.take(block_len)?.into(), outer: input.take(block_len)?.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_of_a_key_takes_the_length_that_object_info_reports() {
        for object_type in ObjectType::ALL {
            for algorithm in object_type.algorithms() {
                let Some(len) = object_type.stored_len_bytes(*algorithm) else { continue };
                if *algorithm == Algorithm::EC_P256_YUBICO_AUTHENTICATION {
                    continue; // Only points of the curve parse; the channel's tests have some.
                }
                let bytes = vec![0x11; usize::from(len)];
                let body = ObjectBody::parse(*object_type, *algorithm, &bytes).unwrap();
                assert_eq!(body.encode().as_bytes(), bytes, "{object_type} {algorithm}");
                let short = ObjectBody::parse(*object_type, *algorithm, &bytes[1..]);
                assert!(short.is_err(), "{object_type} {algorithm}");
            }
        }
    }

    #[test]
    fn an_ed25519_body_has_96_bytes_without_its_seed() {
        let parse =
            |len| ObjectBody::parse(ObjectType::ASYMMETRIC_KEY, Algorithm::ED25519, &vec![1; len]);
        let Ok(ObjectBody::Ed25519(body)) = parse(96) else { panic!("96 bytes are refused") };
        assert_eq!(body.seed, None);
        let Ok(ObjectBody::Ed25519(body)) = parse(128) else { panic!("128 bytes are refused") };
        assert_eq!(body.seed, Some(Secret::new([1; 32])));
        assert!(parse(127).is_err());
    }

    #[test]
    fn an_hmac_body_gives_its_key_back_with_zeros_behind_it() {
        let body = HmacBody::new(Algorithm::HMAC_SHA256, b"key").unwrap();
        let key = body.padded_key().unwrap();
        assert_eq!((&key[..3], &key[3..]), (b"key".as_slice(), [0; 61].as_slice()));
        assert_eq!(HmacBody::new(Algorithm::HMAC_SHA256, &[0; 65]), None);
        assert!(HmacBody::new(Algorithm::HMAC_SHA512, &[0; 128]).is_some());
        assert_eq!(HmacBody::new(Algorithm::AES128, b"key"), None);
    }

    #[test]
    fn an_hmac_body_of_two_keys_has_none() {
        let bytes = [[0x36; 64], [0x5D; 64]].concat();
        let body = ObjectBody::parse(ObjectType::HMAC_KEY, Algorithm::HMAC_SHA1, &bytes);
        let Ok(ObjectBody::Hmac(body)) = body else { panic!("the body does not parse") };
        assert_eq!(body.padded_key(), None);
    }

    #[test]
    fn a_type_and_an_algorithm_that_do_not_go_together_are_refused() {
        let error = WireError::Value { field: "algorithm", offset: 0 };
        let parsed = ObjectBody::parse(ObjectType::HMAC_KEY, Algorithm::AES128, &[0; 16]);
        assert_eq!(parsed, Err(error));
    }
}
