//! Private keys in PKCS #8 (RFC 5958), as they travel bare under an RSA wrap key.

use yubihsm2::{Algorithm, EcBody, Ed25519Body, ObjectBody, RsaBody, SecretBytes};
use zeroize::Zeroizing;

use super::{
    der::{DerReader, der, der_integer, der_sequence, tag},
    ec::EcCurve,
    rsa::private_exponent,
};

/// 1.2.840.113549.1.1.1, rsaEncryption.
pub(in crate::device) const RSA_OID: &[u8] =
    &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

/// 1.2.840.10045.2.1, id-ecPublicKey.
pub(in crate::device) const EC_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// 1.3.101.112, id-Ed25519.
pub(in crate::device) const ED25519_OID: &[u8] = &[0x2B, 0x65, 0x70];

/// 65537, big-endian.
pub(in crate::device) const RSA_EXPONENT: &[u8] = &[1, 0, 1];

/// The tag of the public key inside an EC private key.
const EC_PUBLIC_KEY_TAG: u8 = 0xA1;

/// Writes a private key; `None` for bodies that are none and for Ed25519 keys without seed.
pub(in crate::device) fn encode_private_key(
    algorithm: Algorithm,
    body: &ObjectBody,
) -> Option<Zeroizing<Vec<u8>>> {
    let (identifier, key) = match body {
        ObjectBody::Rsa(body) => (rsa_identifier(), encode_rsa(body)?),
        ObjectBody::Ec(body) => (ec_identifier(EcCurve::of(algorithm)?), encode_ec(body)),
        ObjectBody::Ed25519(body) => (ed25519_identifier(), encode_ed25519(body)?),
        _ => return None,
    };
    let key = Zeroizing::new(der(tag::OCTET_STRING, &[&key]));
    Some(Zeroizing::new(der(tag::SEQUENCE, &[&der_integer(&[]), &identifier, &key])))
}

/// Reads a private key of this algorithm, as the bytes that a put command takes: p ‖ q, scalar or seed.
pub(in crate::device) fn decode_private_key(
    algorithm: Algorithm,
    bytes: &[u8],
) -> Option<SecretBytes> {
    let mut outer = DerReader::new(bytes).inside(tag::SEQUENCE)?;
    // Version 1 has the public key behind everything else.
    (outer.integer()?.len() <= 1).then_some(())?;
    let (identifier, _) = outer.whole(tag::SEQUENCE)?;
    let key = outer.value(tag::OCTET_STRING)?;
    let key_len = algorithm.key_len_bytes()?;
    if let Some(curve) = EcCurve::of(algorithm) {
        return (identifier == ec_identifier(curve)).then(|| decode_ec(key, key_len))?;
    }
    match algorithm {
        Algorithm::ED25519 if identifier == ed25519_identifier() => {
            let seed = DerReader::new(key).value(tag::OCTET_STRING)?;
            Some(SecretBytes::from(seed))
        }
        _ if identifier == rsa_identifier() => decode_rsa(key, key_len / 2),
        _ => None,
    }
}

/// The AlgorithmIdentifier of RSA keys.
pub(in crate::device) fn rsa_identifier() -> Vec<u8> {
    der_sequence(&[der(tag::OBJECT_IDENTIFIER, &[RSA_OID]), der(tag::NULL, &[])])
}

/// The AlgorithmIdentifier of a curve's keys.
pub(in crate::device) fn ec_identifier(curve: EcCurve) -> Vec<u8> {
    der_sequence(&[
        der(tag::OBJECT_IDENTIFIER, &[EC_OID]),
        der(tag::OBJECT_IDENTIFIER, &[curve.oid]),
    ])
}

/// The AlgorithmIdentifier of Ed25519 keys.
pub(in crate::device) fn ed25519_identifier() -> Vec<u8> {
    der_sequence(&[der(tag::OBJECT_IDENTIFIER, &[ED25519_OID])])
}

fn encode_rsa(body: &RsaBody) -> Option<Zeroizing<Vec<u8>>> {
    let exponent = private_exponent(body)?;
    let numbers: [&[u8]; 9] = [
        &[],
        &body.modulus,
        RSA_EXPONENT,
        &exponent,
        &body.p,
        &body.q,
        &body.dp,
        &body.dq,
        &body.q_inverse,
    ];
    let numbers = numbers.map(|number| Zeroizing::new(der_integer(number)));
    let parts: Vec<&[u8]> = numbers.iter().map(|number| number.as_slice()).collect();
    Some(Zeroizing::new(der(tag::SEQUENCE, &parts)))
}

fn decode_rsa(key: &[u8], prime_len: usize) -> Option<SecretBytes> {
    let mut numbers = DerReader::new(key).inside(tag::SEQUENCE)?;
    // Version, modulus, public and private exponent.
    let (_, _, exponent, _) =
        (numbers.integer()?, numbers.integer()?, numbers.integer()?, numbers.integer()?);
    let (p, q) = (numbers.integer()?, numbers.integer()?);
    let is_whole = exponent == RSA_EXPONENT && p.len() == prime_len && q.len() == prime_len;
    is_whole.then(|| SecretBytes::new([p, q].concat()))
}

fn encode_ec(body: &EcBody) -> Zeroizing<Vec<u8>> {
    let scalar = Zeroizing::new(der(tag::OCTET_STRING, &[&body.scalar]));
    let public = der(tag::BIT_STRING, &[&[0, 4], &body.x, &body.y]);
    let public = der(EC_PUBLIC_KEY_TAG, &[&public]);
    Zeroizing::new(der(tag::SEQUENCE, &[&der_integer(&[1]), &scalar, &public]))
}

fn decode_ec(key: &[u8], scalar_len: usize) -> Option<SecretBytes> {
    let mut parts = DerReader::new(key).inside(tag::SEQUENCE)?;
    (parts.integer()? == [1]).then_some(())?;
    let scalar = parts.value(tag::OCTET_STRING)?;
    (scalar.len() == scalar_len).then(|| SecretBytes::from(scalar))
}

fn encode_ed25519(body: &Ed25519Body) -> Option<Zeroizing<Vec<u8>>> {
    let seed = body.seed.as_ref()?;
    Some(Zeroizing::new(der(tag::OCTET_STRING, &[seed.as_bytes()])))
}

#[cfg(test)]
mod tests {
    use yubihsm2::ObjectType;

    use super::*;
    use crate::{
        device::crypto::{Ed25519Key, generate_rsa},
        randomness::SeededRandomness,
    };

    #[test]
    fn every_kind_of_private_key_reads_back() {
        let random = &mut SeededRandomness::from_number(1);
        for algorithm in ObjectType::ASYMMETRIC_KEY.algorithms() {
            let (body, expected) = match EcCurve::of(*algorithm) {
                Some(curve) => {
                    let body = curve.generate(random).body();
                    (ObjectBody::Ec(body.clone()), body.scalar)
                }
                None if *algorithm == Algorithm::ED25519 => {
                    let body = Ed25519Key::generate(random);
                    let seed = SecretBytes::from(body.seed.clone().unwrap().as_bytes().as_slice());
                    (ObjectBody::Ed25519(body), seed)
                }
                None => {
                    let body = generate_rsa(algorithm.key_len_bytes().unwrap(), random);
                    let primes = SecretBytes::new([&*body.p, &*body.q].concat());
                    (ObjectBody::Rsa(body), primes)
                }
            };
            let encoded = encode_private_key(*algorithm, &body).unwrap();
            assert_eq!(decode_private_key(*algorithm, &encoded), Some(expected), "{algorithm}");
            let other = if *algorithm == Algorithm::EC_P256 {
                Algorithm::EC_K256
            } else {
                Algorithm::EC_P256
            };
            assert_eq!(decode_private_key(other, &encoded), None, "{algorithm}");
        }
    }
}
