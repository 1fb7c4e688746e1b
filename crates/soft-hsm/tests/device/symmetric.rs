//! HMAC, AES and random bytes.

use yubihsm2::{
    Algorithm, ErrorCode, ObjectId,
    operation::{
        DecryptCbc, DecryptEcb, EncryptCbc, EncryptEcb, GenerateHmacKey, PseudoRandom, PutHmacKey,
        PutSymmetricKey, SignHmac, VerifyHmac,
    },
};

use crate::support::{Bench, object};

/// RFC 2202 and RFC 4231, case 2.
#[test]
fn hmacs_are_the_published_ones() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for (algorithm, expected) in [
        (Algorithm::HMAC_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            Algorithm::HMAC_SHA256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            Algorithm::HMAC_SHA384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
             8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            Algorithm::HMAC_SHA512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        let put = PutHmacKey { object: object(0, algorithm), key: b"Jefe".to_vec().into() };
        let key = bench.run(&mut session, &put).unwrap();
        let data = b"what do ya want for nothing?";
        let mac = bench.run(&mut session, &SignHmac { key, data: data.to_vec() }).unwrap();
        assert_eq!(hex::encode(&mac), expected, "{algorithm}");
        assert_eq!(bench.run(&mut session, &VerifyHmac::new(key, &mac, data)), Ok(true));
        assert_eq!(bench.run(&mut session, &VerifyHmac::new(key, &mac, b"other")), Ok(false));
        let short = VerifyHmac::new(key, &mac[1..], &[]);
        assert_eq!(bench.run(&mut session, &short), Err(ErrorCode::WRONG_LENGTH));
    }
}

#[test]
fn generated_hmac_keys_differ() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let mut macs = [0; 2].map(|_| {
        let request = GenerateHmacKey { object: object(0, Algorithm::HMAC_SHA256) };
        let key = bench.run(&mut session, &request).unwrap();
        bench.run(&mut session, &SignHmac { key, data: vec![] }).unwrap()
    });
    let [first, second] = &mut macs;
    assert_ne!(first, second);
}

/// NIST SP 800-38A, F.1 and F.2, first two blocks.
#[test]
fn aes_blocks_are_the_published_ones() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let plain = hex::decode("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let plain = plain.unwrap();
    let initial_vector: [u8; 16] = std::array::from_fn(|index| index as u8);
    for (algorithm, key, ecb, cbc) in [
        (
            Algorithm::AES128,
            "2b7e151628aed2a6abf7158809cf4f3c",
            "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf",
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
        ),
        (
            Algorithm::AES192,
            "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
            "bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eef",
            "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a",
        ),
        (
            Algorithm::AES256,
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870",
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
        ),
    ] {
        let key = hex::decode(key).unwrap().into();
        let put = PutSymmetricKey { object: object(0, algorithm), key };
        let key = bench.run(&mut session, &put).unwrap();
        let blocks = bench.run(&mut session, &EncryptEcb { key, blocks: plain.clone() }).unwrap();
        assert_eq!(hex::encode(&blocks), ecb, "{algorithm}");
        assert_eq!(bench.run(&mut session, &DecryptEcb { key, blocks }), Ok(plain.clone()));
        let request = EncryptCbc { key, initial_vector, blocks: plain.clone() };
        let blocks = bench.run(&mut session, &request).unwrap();
        assert_eq!(hex::encode(&blocks), cbc, "{algorithm}");
        let request = DecryptCbc { key, initial_vector, blocks };
        assert_eq!(bench.run(&mut session, &request), Ok(plain.clone()));
        for len in [0, 15, 17] {
            let request = EncryptEcb { key, blocks: vec![0; len] };
            assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
        }
    }
}

#[test]
fn random_bytes_are_as_many_as_asked_for_and_never_the_same() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for count in [0, 1, 3116] {
        let bytes = bench.run(&mut session, &PseudoRandom { count }).unwrap();
        assert_eq!(bytes.len(), usize::from(count));
    }
    let first = bench.run(&mut session, &PseudoRandom { count: 32 }).unwrap();
    assert_ne!(bench.run(&mut session, &PseudoRandom { count: 32 }).unwrap(), first);
    let refused = Err(ErrorCode::INVALID_DATA);
    assert_eq!(bench.run(&mut session, &PseudoRandom { count: 3117 }), refused);
}

#[test]
fn a_key_that_is_not_there_computes_nothing() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let gone = Err(ErrorCode::OBJECT_NOT_FOUND);
    let key = ObjectId(77);
    assert_eq!(bench.run(&mut session, &SignHmac { key, data: vec![] }), gone);
    assert_eq!(bench.run(&mut session, &EncryptEcb { key, blocks: vec![0; 16] }), gone);
}
