//! Keys of the eight curves with ECDSA and ECDH.

use std::fmt;

use aws_lc_rs::agreement;
use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use k256::Secp256k1;
use p224::NistP224;
use p256::{
    NistP256,
    elliptic_curve::{
        CurveArithmetic, FieldBytes, Generate as _, NonZeroScalar, ProjectivePoint, PublicKey,
        Scalar,
        array::typenum::Unsigned as _,
        ecdh::diffie_hellman,
        ff::{Field as _, PrimeField as _},
        group::{Curve as _, Group as _},
        ops::{Invert, Reduce as _},
        point::AffineCoordinates as _,
        sec1::{FromSec1Point, ModulusSize, ToSec1Point},
    },
};
use p384::NistP384;
use p521::NistP521;
use yubihsm2::{Algorithm, EcBody, P256SecretKey, SecretBytes};
use zeroize::Zeroizing;

use super::{
    bp512::BrainpoolP512r1,
    der::{der_integer, der_sequence},
};
use crate::randomness::{AsRng, Randomness};

/// A private key of one of the curves.
pub(in crate::device) struct EcKey {
    key: Box<dyn PrivateKey>,
    public: Vec<u8>,
}

impl EcKey {
    /// The key with this scalar, big-endian and of the coordinate's size. `None` for an algorithm that is
    /// no such curve, for zero, and for scalars that are not below the group's order.
    pub(in crate::device) fn load(algorithm: Algorithm, scalar: &[u8]) -> Option<Self> {
        (EcCurve::of(algorithm)?.load)(scalar)
    }

    /// X ‖ Y.
    pub(in crate::device) fn public(&self) -> &[u8] {
        &self.public
    }

    /// The key as it is stored.
    pub(in crate::device) fn body(&self) -> EcBody {
        let (x, y) = self.public.split_at(self.public.len() / 2);
        EcBody { scalar: self.key.scalar(), x: x.to_vec(), y: y.to_vec() }
    }

    /// Signs a digest, which is cut to the curve's size. The nonce is random: never derived, because
    /// hardware's is not, and clients measure it. The signature is in DER.
    pub(in crate::device) fn sign(&self, digest: &[u8], random: &mut dyn Randomness) -> Vec<u8> {
        self.key.sign(digest, random)
    }

    /// The x coordinate that both sides arrive at; `None` where `04 ‖ X ‖ Y` is no point of the curve.
    pub(in crate::device) fn agree(&self, point: &[u8]) -> Option<SecretBytes> {
        // The other encodings of SEC 1 are not known to devices.
        let is_uncompressed = point.first() == Some(&4) && point.len() == self.public.len() + 1;
        is_uncompressed.then(|| self.key.agree(point)).flatten()
    }
}

impl fmt::Debug for EcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcKey({} bytes)", self.public.len() / 2)
    }
}

/// One of the curves.
#[derive(Clone, Copy)]
pub(in crate::device) struct EcCurve {
    load: fn(&[u8]) -> Option<EcKey>,
    generate: fn(&mut dyn Randomness) -> EcKey,
    /// The content of the curve's object identifier in DER.
    pub(in crate::device) oid: &'static [u8],
}

impl EcCurve {
    /// The curve of an algorithm; `None` for algorithms that are no curve with ECDSA.
    pub(in crate::device) fn of(algorithm: Algorithm) -> Option<Self> {
        Some(match algorithm {
            Algorithm::EC_P224 => Self::new::<NistP224>(),
            Algorithm::EC_P256 => Self::new::<NistP256>(),
            Algorithm::EC_P384 => Self::new::<NistP384>(),
            Algorithm::EC_P521 => Self::new::<NistP521>(),
            Algorithm::EC_K256 => Self::new::<Secp256k1>(),
            Algorithm::EC_BP256 => Self::new::<BrainpoolP256r1>(),
            Algorithm::EC_BP384 => Self::new::<BrainpoolP384r1>(),
            Algorithm::EC_BP512 => Self::new::<BrainpoolP512r1>(),
            _ => return None,
        })
    }

    fn new<C: Curve>() -> Self {
        Self { load: load::<C>, generate: generate::<C>, oid: C::OID }
    }

    /// A new key.
    pub(in crate::device) fn generate(self, random: &mut dyn Randomness) -> EcKey {
        (self.generate)(random)
    }
}

/// A new P-256 key for sessions.
pub(in crate::device) fn random_p256_key(random: &mut dyn Randomness) -> P256SecretKey {
    loop {
        // Ends: a draw fails with a probability of 2^-32.
        let mut bytes = Zeroizing::new([0; P256SecretKey::LEN_BYTES]);
        random.fill(bytes.as_mut_slice());
        if let Some(key) = P256SecretKey::from_bytes(&bytes) {
            return key;
        }
    }
}

/// What differs from curve to curve.
trait Curve:
    CurveArithmetic<AffinePoint: ToSec1Point<Self> + FromSec1Point<Self>, FieldBytesSize: ModulusSize>
{
    /// The content of the curve's object identifier in DER.
    const OID: &'static [u8];

    /// The x coordinate of a multiple of the base point.
    fn commit(nonce: &NonZeroScalar<Self>) -> FieldBytes<Self> {
        ProjectivePoint::<Self>::mul_by_generator(nonce).to_affine().x()
    }
}

impl Curve for NistP224 {
    const OID: &'static [u8] = &[0x2B, 0x81, 0x04, 0x00, 0x21];
}

impl Curve for NistP256 {
    const OID: &'static [u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    /// Five times as fast as the generic way, and every Sidewalk device takes one. The nonce is still ours:
    /// AWS-LC's own signing draws it from a source that cannot be seeded.
    fn commit(nonce: &NonZeroScalar<Self>) -> FieldBytes<Self> {
        let bytes = Zeroizing::new(<[u8; 32]>::from(nonce.to_repr()));
        let key = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, bytes.as_slice());
        let point = key.ok().and_then(|key| key.compute_public_key().ok());
        let x =
            point.and_then(|point| FieldBytes::<Self>::try_from(point.as_ref().get(1..33)?).ok());
        x.unwrap_or_else(|| ProjectivePoint::<Self>::mul_by_generator(nonce).to_affine().x())
    }
}

impl Curve for NistP384 {
    const OID: &'static [u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];
}

impl Curve for NistP521 {
    const OID: &'static [u8] = &[0x2B, 0x81, 0x04, 0x00, 0x23];
}

impl Curve for Secp256k1 {
    const OID: &'static [u8] = &[0x2B, 0x81, 0x04, 0x00, 0x0A];
}

impl Curve for BrainpoolP256r1 {
    const OID: &'static [u8] = &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 7];
}

impl Curve for BrainpoolP384r1 {
    const OID: &'static [u8] = &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 11];
}

impl Curve for BrainpoolP512r1 {
    const OID: &'static [u8] = &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 13];
}

/// A private key whose curve is not spelled out.
trait PrivateKey: Send + Sync {
    fn scalar(&self) -> SecretBytes;
    fn sign(&self, digest: &[u8], random: &mut dyn Randomness) -> Vec<u8>;
    fn agree(&self, point: &[u8]) -> Option<SecretBytes>;
}

struct KeyOn<C: Curve>(Zeroizing<NonZeroScalar<C>>);

impl<C: Curve> PrivateKey for KeyOn<C> {
    fn scalar(&self) -> SecretBytes {
        let bytes = Zeroizing::new(self.0.to_repr());
        SecretBytes::from(bytes.as_slice())
    }

    fn sign(&self, digest: &[u8], random: &mut dyn Randomness) -> Vec<u8> {
        let z = digest_scalar::<C>(digest);
        loop {
            // Ends: r or s is zero with a probability below 2^-223.
            let nonce = Zeroizing::new(NonZeroScalar::<C>::generate_from_rng(&mut AsRng(random)));
            let r = Scalar::<C>::reduce(&C::commit(&nonce));
            let inverse = Zeroizing::new(nonce.invert());
            let s = **inverse * (z + r * **self.0);
            if !bool::from(r.is_zero()) && !bool::from(s.is_zero()) {
                return der_sequence(&[der_integer(&r.to_repr()), der_integer(&s.to_repr())]);
            }
        }
    }

    fn agree(&self, point: &[u8]) -> Option<SecretBytes> {
        let point = PublicKey::<C>::from_sec1_bytes(point).ok()?;
        let shared = diffie_hellman(*self.0, point.as_affine());
        Some(SecretBytes::from(shared.raw_secret_bytes().as_slice()))
    }
}

/// A digest as a scalar: its front, as many bytes as the curve has. All orders fill their bytes but that of
/// P-521, for which no digest but one padded to 66 bytes is as long.
fn digest_scalar<C: Curve>(digest: &[u8]) -> Scalar<C> {
    let len = C::FieldBytesSize::USIZE;
    let front = digest.get(..len).unwrap_or(digest);
    let mut bytes = FieldBytes::<C>::default();
    bytes[len - front.len()..].copy_from_slice(front);
    Scalar::<C>::reduce(&bytes)
}

fn load<C: Curve>(scalar: &[u8]) -> Option<EcKey> {
    let bytes = Zeroizing::new(FieldBytes::<C>::try_from(scalar).ok()?);
    let scalar = NonZeroScalar::<C>::from_repr(*bytes).into_option()?;
    Some(key(scalar))
}

fn generate<C: Curve>(random: &mut dyn Randomness) -> EcKey {
    key::<C>(NonZeroScalar::<C>::generate_from_rng(&mut AsRng(random)))
}

fn key<C: Curve>(scalar: NonZeroScalar<C>) -> EcKey {
    let point = PublicKey::<C>::from_secret_scalar(&scalar).as_affine().to_sec1_point(false);
    let public = point.as_bytes().get(1..).unwrap_or_default().to_vec();
    EcKey { key: Box::new(KeyOn(Zeroizing::new(scalar))), public }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::crypto::{DerReader, Hash, tag},
        randomness::SeededRandomness,
    };

    /// A scalar of these bytes; P-521's has a zero in front, to be below its order.
    fn key(algorithm: Algorithm, byte: u8) -> EcKey {
        let mut scalar = vec![byte; algorithm.key_len_bytes().unwrap()];
        if algorithm == Algorithm::EC_P521 {
            scalar[0] = 0;
        }
        EcKey::load(algorithm, &scalar).unwrap()
    }

    fn point(key: &EcKey) -> Vec<u8> {
        [&[4], key.public()].concat()
    }

    /// Computed with OpenSSL 3 through PyPI `cryptography` 42: the SHA-256 of X ‖ Y of the scalar 11…11,
    /// and what it agrees on with the scalar 22…22.
    const VECTORS: [(Algorithm, &str, &str); 8] = [
        (
            Algorithm::EC_P224,
            "b0c0d9cb44a5d266668e638a8c55c4381771f829623a3194e185f934cb4890f4",
            "02db02de25010f4dc1a043e224366f9610c97e36b7fbcc126eee2235",
        ),
        (
            Algorithm::EC_P256,
            "61a4666d8b3c149cb5bdaf96ceb7e90b34d8a744f49982da4aee1e200428e4e3",
            "ccfc261f58193c98ca4ad4a53bbac6f0ee29bc4d48438090446908622ca79af6",
        ),
        (
            Algorithm::EC_P384,
            "2b028299e6df6605b8b11eae57e267e29b5aba0ae7a369af93bad2ee703685e8",
            "2ac3da23c114b5b1f3aa200cf3c57bebd1b3b880a0e68066ab5d00dda50dcfe6cd03410292346187a84b1f12d53569c0",
        ),
        (
            Algorithm::EC_P521,
            "33d9e8af07b7a0103ff05454c36e2509bc42f2dd3035d0db438808f3e8fe1cc0",
            "012a3654874219df7b5728f34d67a81e1ee353e8063b0564811f65651c1281931a8440b5720f517f765a40e8bc6e7e5164abc873ae856f2913cade7253da993338cd",
        ),
        (
            Algorithm::EC_K256,
            "b4e84a53cd74a3ed9bf15e1edd92c2a69e567462c58aa8265f89d24c2204e1d7",
            "77e0510d5042e2f5e9e59c977b81eeed590cf7d20c1c51da451a8eaa9fdc45ff",
        ),
        (
            Algorithm::EC_BP256,
            "0cb14e9b1d3086015b26fe3887bea588c3a5a9c543c84d691f676981aadbb4df",
            "18c0a8a43bfe303ec725ab8dcb319c89165cc5a6b522afa4bf7c44ae56c47536",
        ),
        (
            Algorithm::EC_BP384,
            "7610ea662699fed36cf16f5b7c0c7422260652dc89e4de8bec0ab1bec20c5af7",
            "1b1bd7e5e51064effd2bde04c7b9c85717ca7daa955f48623f501efa487b26fe24b0031e8623df4ebefb2ed3c3293a34",
        ),
        (
            Algorithm::EC_BP512,
            "f00e4a0c2375abf38ee0336430c1e8325e443a88d1ea2cadc4b6e0a6b02b868b",
            "462ca5354a6e6dd8269d60cd46bf723afc289c282b653672f4d824d6aca88b7aee8d34da75ac6761f98397027855796e0a6216e8a63154373d35892679c553c0",
        ),
    ];

    #[test]
    fn every_curve_computes_what_openssl_computes() {
        for (algorithm, public, shared) in VECTORS {
            let (ours, theirs) = (key(algorithm, 0x11), key(algorithm, 0x22));
            let digest = Hash::Sha256.of(&[ours.public()]);
            assert_eq!(hex::encode(digest), public, "{algorithm}");
            let agreed = ours.agree(&point(&theirs)).unwrap();
            assert_eq!(hex::encode(&*agreed), shared, "{algorithm}");
            assert_eq!(theirs.agree(&point(&ours)), Some(agreed), "{algorithm}");
        }
    }

    /// Public key, digest, signature.
    type Verify = fn(&[u8], &[u8], &[u8]) -> bool;

    /// SEC 1, 4.1.4.
    fn verify<C: Curve>(public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        let mut values = DerReader::new(signature).inside(tag::SEQUENCE).unwrap();
        let len = C::FieldBytesSize::USIZE;
        let mut scalar = || {
            let number = values.integer().unwrap();
            let mut bytes = FieldBytes::<C>::default();
            bytes[len - number.len()..].copy_from_slice(number);
            Scalar::<C>::from_repr(bytes).unwrap()
        };
        let (r, s) = (scalar(), scalar());
        let inverse = Invert::invert(&s).unwrap();
        let z = digest_scalar::<C>(digest);
        let sec1 = [&[4], public].concat();
        let public = PublicKey::<C>::from_sec1_bytes(&sec1).unwrap();
        let base = ProjectivePoint::<C>::generator() * (z * inverse);
        let point = base + ProjectivePoint::<C>::from(*public.as_affine()) * (r * inverse);
        Scalar::<C>::reduce(&point.to_affine().x()) == r
    }

    #[test]
    fn signatures_of_every_curve_and_digest_size_verify() {
        let random = &mut SeededRandomness::from_number(1);
        let verifiers: [(Algorithm, Verify); 8] = [
            (Algorithm::EC_P224, verify::<NistP224>),
            (Algorithm::EC_P256, verify::<NistP256>),
            (Algorithm::EC_P384, verify::<NistP384>),
            (Algorithm::EC_P521, verify::<NistP521>),
            (Algorithm::EC_K256, verify::<Secp256k1>),
            (Algorithm::EC_BP256, verify::<BrainpoolP256r1>),
            (Algorithm::EC_BP384, verify::<BrainpoolP384r1>),
            (Algorithm::EC_BP512, verify::<BrainpoolP512r1>),
        ];
        for (algorithm, verify) in verifiers {
            let key = EcCurve::of(algorithm).unwrap().generate(random);
            for len in [20, 28, 32, 48, 64] {
                let digest = vec![0xA5; len];
                let signature = key.sign(&digest, random);
                assert!(verify(key.public(), &digest, &signature), "{algorithm} {len}");
                assert!(!verify(key.public(), &vec![0xA4; len], &signature), "{algorithm} {len}");
            }
        }
    }

    #[test]
    fn a_digest_padded_for_p521_is_the_digest_itself() {
        let random = &mut SeededRandomness::from_number(2);
        let key = key(Algorithm::EC_P521, 0x11);
        let digest = [0xFF; 64];
        let padded = [&[0; 2][..], &digest].concat();
        let signature = key.sign(&padded, random);
        assert!(verify::<NistP521>(key.public(), &digest, &signature));
    }

    #[test]
    fn no_two_signatures_of_one_digest_are_the_same() {
        let random = &mut SeededRandomness::from_number(3);
        let key = key(Algorithm::EC_P256, 0x11);
        assert_ne!(key.sign(&[1; 32], random), key.sign(&[1; 32], random));
    }

    #[test]
    fn the_fast_way_to_commit_gives_what_the_generic_one_gives() {
        let random = &mut SeededRandomness::from_number(4);
        for _ in 0..50 {
            let nonce = NonZeroScalar::<NistP256>::generate_from_rng(&mut AsRng(random));
            let x = ProjectivePoint::<NistP256>::mul_by_generator(&nonce).to_affine().x();
            assert_eq!(NistP256::commit(&nonce), x);
        }
    }

    #[test]
    fn what_is_no_scalar_or_no_point_is_refused() {
        for algorithm in Algorithm::EC_KEYS {
            let len = algorithm.key_len_bytes().unwrap();
            assert!(EcKey::load(*algorithm, &vec![0; len]).is_none(), "{algorithm}");
            assert!(EcKey::load(*algorithm, &vec![0xFF; len]).is_none(), "{algorithm}");
            assert!(EcKey::load(*algorithm, &vec![1; len - 1]).is_none(), "{algorithm}");
            let key = key(*algorithm, 0x11);
            assert_eq!(key.agree(&[&[4], vec![0; 2 * len].as_slice()].concat()), None);
            assert_eq!(key.agree(&[&[4], vec![0xFF; 2 * len].as_slice()].concat()), None);
            let mut off_curve = point(&key);
            off_curve[2 * len] ^= 1;
            assert_eq!(key.agree(&off_curve), None, "{algorithm}");
            let compressed = [&[2], &key.public()[..len]].concat();
            assert_eq!(key.agree(&compressed), None, "{algorithm}");
            assert_eq!(key.agree(&[]), None, "{algorithm}");
        }
    }
}
