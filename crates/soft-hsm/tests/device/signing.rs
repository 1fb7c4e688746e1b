//! Curves and Ed25519, with AWS-LC and dalek as judges.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, UnparsedPublicKey,
};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use yubihsm2::{
    Algorithm, ErrorCode, ObjectId,
    operation::{DeriveEcdh, PublicKey, PutAsymmetricKey, SignEcdsa, SignEddsa},
};

use crate::support::{Bench, object};

const MESSAGE: &[u8] = b"a device certificate";

#[test]
fn signatures_of_generated_keys_verify_under_their_public_keys() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let sha512 = Sha512::digest(MESSAGE);
    for (algorithm, verification, digest) in [
        (Algorithm::EC_P256, &ECDSA_P256_SHA256_ASN1, Sha256::digest(MESSAGE).to_vec()),
        (Algorithm::EC_K256, &ECDSA_P256K1_SHA256_ASN1, Sha256::digest(MESSAGE).to_vec()),
        (Algorithm::EC_P384, &ECDSA_P384_SHA384_ASN1, Sha384::digest(MESSAGE).to_vec()),
        (Algorithm::EC_P521, &ECDSA_P521_SHA512_ASN1, [&[0; 2][..], &sha512].concat()),
    ] {
        let key = bench.generate(&mut session, 0, algorithm);
        let public = bench.run(&mut session, &PublicKey { id: key, object_type: None }).unwrap();
        assert_eq!(public.algorithm, algorithm);
        let signature = bench.run(&mut session, &SignEcdsa { key, digest }).unwrap();
        let public = UnparsedPublicKey::new(verification, [&[4], &*public.bytes].concat());
        assert!(public.verify(MESSAGE, &signature).is_ok(), "{algorithm}");
        assert!(public.verify(b"another", &signature).is_err(), "{algorithm}");
    }
}

#[test]
fn ed25519_signs_messages_of_any_size_that_fits() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::ED25519);
    let public = bench.run(&mut session, &PublicKey { id: key, object_type: None }).unwrap();
    let public = VerifyingKey::from_bytes(&public.bytes.try_into().unwrap()).unwrap();
    for len in [0, 1, 64, 2019, 3114] {
        let message = vec![0x3C; len];
        let request = SignEddsa { key, message: message.clone() };
        let signature = bench.run(&mut session, &request).unwrap();
        let signature = Signature::from_bytes(&signature);
        assert!(public.verify_strict(&message, &signature).is_ok(), "{len} bytes");
    }
}

/// RFC 8032, 7.1, test 1.
#[test]
fn an_imported_ed25519_seed_makes_the_published_signature() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let key = hex::decode(seed).unwrap().into();
    let put = PutAsymmetricKey { object: object(4, Algorithm::ED25519), key };
    let key = bench.run(&mut session, &put).unwrap();
    let public = bench.run(&mut session, &PublicKey { id: key, object_type: None }).unwrap();
    assert_eq!(
        hex::encode(public.bytes),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    let signature = bench.run(&mut session, &SignEddsa { key, message: vec![] }).unwrap();
    assert_eq!(
        hex::encode(signature),
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555\
         fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    );
}

#[test]
fn both_sides_of_an_agreement_arrive_at_the_same_secret_on_every_curve() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for algorithm in Algorithm::EC_KEYS {
        let (a, b) = (
            bench.generate(&mut session, 0, *algorithm),
            bench.generate(&mut session, 0, *algorithm),
        );
        let mut derive = |ours: ObjectId, theirs: ObjectId| {
            let public = PublicKey { id: theirs, object_type: None };
            let public = bench.run(&mut session, &public).unwrap();
            let point = [&[4], &*public.bytes].concat();
            bench.run(&mut session, &DeriveEcdh { key: ours, point }).unwrap()
        };
        let secret = derive(a, b);
        assert_eq!(secret, derive(b, a), "{algorithm}");
        assert_eq!(Some(secret.len()), algorithm.key_len_bytes(), "{algorithm}");
    }
}

#[test]
fn points_that_are_not_on_the_curve_are_invalid_data() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::EC_P256);
    for bytes in [vec![], vec![4; 65], [&[4], &[0; 64][..]].concat(), vec![2; 33]] {
        let request = DeriveEcdh { key, point: bytes };
        assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
    }
}

#[test]
fn digests_of_other_sizes_are_wrong_length() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::EC_P256);
    for len in [0, 1, 19, 31, 33, 65, 67] {
        let request = SignEcdsa { key, digest: vec![1; len] };
        assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH), "{len}");
    }
    let request = SignEcdsa { key: ObjectId(999), digest: vec![1; 32] };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::OBJECT_NOT_FOUND));
}

#[test]
fn two_signatures_of_one_digest_differ_and_a_seeded_device_repeats_both() {
    let sign_twice = || {
        let mut bench = Bench::new();
        let mut session = bench.login();
        let key = bench.generate(&mut session, 0, Algorithm::EC_P256);
        let request = SignEcdsa { key, digest: vec![1; 32] };
        let first = bench.run(&mut session, &request).unwrap();
        (first, bench.run(&mut session, &request).unwrap())
    };
    let (first, second) = sign_twice();
    assert_ne!(first, second);
    assert_eq!(sign_twice(), (first, second));
}
