//! Attestation certificates, built in and by a key of one's own.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, NewObject, ObjectId, ObjectType,
    attestation::Extension,
    channel::HostChannel,
    operation::{
        GenerateAsymmetricKey, GetOpaque, PublicKey, PutOpaque, ResetDevice,
        SignAttestationCertificate,
    },
};

use crate::support::{Bench, object};

/// Splits the first value off, with its tag and length; gives its content too.
fn value(bytes: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (header_len, len) = match bytes[1] {
        0x82 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
        0x81 => (3, usize::from(bytes[2])),
        len => (2, usize::from(len)),
    };
    let (whole, rest) = bytes.split_at(header_len + len);
    (whole, &whole[header_len..], rest)
}

/// What of a certificate is signed, and the signature.
fn split(certificate: &[u8]) -> (&[u8], &[u8]) {
    let (_, inside, behind) = value(certificate);
    assert!(behind.is_empty());
    let (signed, _, rest) = value(inside);
    let (_, _, rest) = value(rest);
    let (_, bits, behind) = value(rest);
    assert!(behind.is_empty());
    (signed, &bits[1..])
}

fn contains(certificate: &[u8], part: &[u8]) -> bool {
    certificate.windows(part.len()).any(|window| window == part)
}

fn verifies(
    bench: &mut Bench,
    session: &mut HostChannel,
    id: ObjectId,
    certificate: &[u8],
) -> bool {
    let public = bench.run(session, &PublicKey { id, object_type: None }).unwrap();
    assert_eq!(public.algorithm, Algorithm::EC_P256);
    let public = [&[4], &*public.bytes].concat();
    let (signed, signature) = split(certificate);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public).verify(signed, signature).is_ok()
}

#[test]
fn the_built_in_certificate_is_readable_and_signed_by_itself() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let id = ObjectId::ATTESTATION;
    let certificate = bench.run(&mut session, &GetOpaque { id }).unwrap();
    assert!(verifies(&mut bench, &mut session, id, &certificate));
    assert!(contains(&certificate, b"YubiHSM Attestation (0012345678)"));
}

#[test]
fn the_device_certifies_keys_of_every_kind_but_ed25519() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let built_in = ObjectId::ATTESTATION;
    for algorithm in ObjectType::ASYMMETRIC_KEY.algorithms() {
        let key = bench.generate(&mut session, 0, *algorithm);
        let request = SignAttestationCertificate { key, attester: built_in };
        let answer = bench.run(&mut session, &request);
        if *algorithm == Algorithm::ED25519 {
            assert_eq!(answer, Err(ErrorCode::INVALID_DATA));
            continue;
        }
        let certificate = answer.unwrap();
        assert!(verifies(&mut bench, &mut session, built_in, &certificate), "{algorithm}");
        let public = bench.run(&mut session, &PublicKey { id: key, object_type: None }).unwrap();
        assert!(contains(&certificate, &public.bytes), "{algorithm}");
        let name = format!("YubiHSM Attestation id:0x{:04x}", key.0);
        assert!(contains(&certificate, name.as_bytes()));
    }
}

#[test]
fn a_certificate_tells_what_the_key_is() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0x1234, Algorithm::EC_P256);
    let request = SignAttestationCertificate { key, attester: ObjectId::ATTESTATION };
    let certificate = bench.run(&mut session, &request).unwrap();
    for (extension, value) in [
        (Extension::Firmware, vec![0x04, 3, 2, 4, 1]),
        (Extension::Serial, vec![0x02, 4, 0x00, 0xBC, 0x61, 0x4E]),
        (Extension::Origin, vec![0x03, 2, 0, 1]),
        (Extension::Domains, vec![0x03, 3, 0, 0xFF, 0xFF]),
        (Extension::Capabilities, [&[0x03, 9, 0][..], &[0xFF; 8]].concat()),
        (Extension::ObjectId, vec![0x02, 2, 0x12, 0x34]),
        (Extension::Label, [&[0x0C, 7][..], b"a label"].concat()),
    ] {
        let oid = extension.oid_der();
        let len = value.len() as u8;
        let expected = [&[0x30, 12 + 2 + len, 0x06, 10][..], &oid, &[0x04, len], &value].concat();
        assert!(contains(&certificate, &expected), "{extension:?}");
    }
}

#[test]
fn a_key_of_ones_own_attests_under_its_certificate() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let attester = bench.generate(&mut session, 7, Algorithm::EC_P256);
    let key = bench.generate(&mut session, 8, Algorithm::EC_P384);
    let request = SignAttestationCertificate { key, attester };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::OBJECT_NOT_FOUND));
    let issuer = GetOpaque { id: ObjectId::ATTESTATION };
    let data = bench.run(&mut session, &issuer).unwrap();
    let object = object(7, Algorithm::OPAQUE_X509_CERTIFICATE);
    bench.run(&mut session, &PutOpaque { object, data }).unwrap();
    let certificate = bench.run(&mut session, &request).unwrap();
    assert!(verifies(&mut bench, &mut session, attester, &certificate));
    // The issuer is the subject of the certificate with the attester's id.
    assert!(contains(&certificate, b"YubiHSM Attestation (0012345678)"));
    let again = bench.run(&mut session, &request).unwrap();
    assert_ne!(split(&again).0, split(&certificate).0, "serial numbers repeat");
}

#[test]
fn a_key_may_attest_only_with_the_capability_and_a_certificate_that_is_one() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 8, Algorithm::EC_P384);
    let capabilities = Capabilities::SIGN_ECDSA;
    let new = NewObject { capabilities, ..object(7, Algorithm::EC_P256) };
    let attester = bench.run(&mut session, &GenerateAsymmetricKey { object: new }).unwrap();
    let request = SignAttestationCertificate { key, attester };
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    assert_eq!(bench.run(&mut session, &request), refused);
    let attester = bench.generate(&mut session, 9, Algorithm::EC_P256);
    let object = object(9, Algorithm::OPAQUE_DATA);
    bench.run(&mut session, &PutOpaque { object, data: b"no certificate".to_vec() }).unwrap();
    let request = SignAttestationCertificate { key, attester };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn attestation_key_and_certificate_survive_a_reset() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let request = GetOpaque { id: ObjectId::ATTESTATION };
    let before = bench.run(&mut session, &request).unwrap();
    bench.run(&mut session, &ResetDevice {}).unwrap();
    let mut session = bench.login();
    assert_eq!(bench.run(&mut session, &request), Ok(before));
}
