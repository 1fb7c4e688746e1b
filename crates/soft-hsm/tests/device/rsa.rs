//! RSA, with AWS-LC as judge.

use aws_lc_rs::{
    rsa::{
        OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey,
        PublicEncryptingKey, PublicKeyComponents,
    },
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256},
};
use sha2::{Digest as _, Sha256, Sha512};
use yubihsm2::{
    Algorithm, ErrorCode, ObjectId,
    channel::HostChannel,
    operation::{DecryptOaep, DecryptPkcs1, PublicKey, SignPkcs1, SignPss},
};

use crate::support::Bench;

const MESSAGE: &[u8] = b"a certificate";

fn modulus(bench: &mut Bench, session: &mut HostChannel, id: ObjectId) -> Vec<u8> {
    bench.run(session, &PublicKey { id, object_type: None }).unwrap().bytes
}

fn judge(modulus: &[u8]) -> PublicKeyComponents<Vec<u8>> {
    PublicKeyComponents { n: modulus.to_vec(), e: vec![1, 0, 1] }
}

fn encrypting_key(modulus: &[u8]) -> PublicEncryptingKey {
    PublicEncryptingKey::from_der(&public_key_info(modulus)).unwrap()
}

/// The SubjectPublicKeyInfo of a modulus that takes two bytes of length.
fn public_key_info(modulus: &[u8]) -> Vec<u8> {
    let long = |tag: u8, parts: &[&[u8]]| {
        let content = parts.concat();
        let [high, low] = (content.len() as u16).to_be_bytes();
        [&[tag, 0x82, high, low], content.as_slice()].concat()
    };
    let identifier = hex::decode("300d06092a864886f70d0101010500").unwrap();
    let key = long(0x30, &[&long(0x02, &[&[0], modulus]), &[0x02, 3, 1, 0, 1]]);
    long(0x30, &[&identifier, &long(0x03, &[&[0], &key])])
}

#[test]
fn signatures_of_all_sizes_verify() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let digest = Sha256::digest(MESSAGE).to_vec();
    for algorithm in Algorithm::RSA_KEYS {
        let key = bench.generate(&mut session, 0, *algorithm);
        let judge = judge(&modulus(&mut bench, &mut session, key));
        let request = SignPkcs1 { key, digest: digest.clone() };
        let signature = bench.run(&mut session, &request).unwrap();
        let verified = judge.verify(&RSA_PKCS1_2048_8192_SHA256, MESSAGE, &signature);
        assert!(verified.is_ok(), "{algorithm} PKCS #1");
        let request = SignPss {
            key,
            mgf1: Algorithm::MGF1_SHA256,
            salt_len_bytes: 32,
            digest: digest.clone(),
        };
        let signature = bench.run(&mut session, &request).unwrap();
        let verified = judge.verify(&RSA_PSS_2048_8192_SHA256, MESSAGE, &signature);
        assert!(verified.is_ok(), "{algorithm} PSS");
    }
}

#[test]
fn a_digest_and_its_digest_info_make_the_same_signature() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::RSA_2048);
    let digest = Sha512::digest(MESSAGE).to_vec();
    let prefix = hex::decode("3051300d060960864801650304020305000440").unwrap();
    let info = [prefix, digest.clone()].concat();
    let of_digest = bench.run(&mut session, &SignPkcs1 { key, digest }).unwrap();
    let of_info = bench.run(&mut session, &SignPkcs1 { key, digest: info }).unwrap();
    assert_eq!(of_digest, of_info);
    let judge = judge(&modulus(&mut bench, &mut session, key));
    assert!(judge.verify(&RSA_PKCS1_2048_8192_SHA512, MESSAGE, &of_digest).is_ok());
}

#[test]
fn what_does_not_fit_is_invalid_data() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::RSA_2048);
    let request = SignPkcs1 { key, digest: vec![1; 246] };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
    let pss = |mgf1, salt_len_bytes| SignPss { key, mgf1, salt_len_bytes, digest: vec![1; 32] };
    assert!(bench.run(&mut session, &pss(Algorithm::MGF1_SHA1, 222)).is_ok());
    for salt_len_bytes in [223, 256, 0xFFFF] {
        let request = pss(Algorithm::MGF1_SHA1, salt_len_bytes);
        assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
    }
    let request = pss(Algorithm::RSA_PSS_SHA1, 20);
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn what_others_encrypt_is_decrypted() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::RSA_2048);
    let public = encrypting_key(&modulus(&mut bench, &mut session, key));
    let mut buffer = vec![0; 256];
    let pkcs1 = Pkcs1PublicEncryptingKey::new(public.clone()).unwrap();
    let ciphertext = pkcs1.encrypt(MESSAGE, &mut buffer).unwrap().to_vec();
    let plaintext = bench.run(&mut session, &DecryptPkcs1 { key, ciphertext }).unwrap();
    assert_eq!(plaintext.as_bytes(), MESSAGE);

    let oaep = OaepPublicEncryptingKey::new(public).unwrap();
    let label = b"label".as_slice();
    let encrypted = oaep.encrypt(&OAEP_SHA256_MGF1SHA256, MESSAGE, &mut buffer, Some(label));
    let ciphertext = encrypted.unwrap().to_vec();
    let decrypt =
        |label: &[u8], mgf1| DecryptOaep::new(key, mgf1, &ciphertext, &Sha256::digest(label));
    let plaintext = bench.run(&mut session, &decrypt(label, Algorithm::MGF1_SHA256)).unwrap();
    assert_eq!(plaintext.as_bytes(), MESSAGE);
    let refused = Err(ErrorCode::INVALID_DATA);
    assert_eq!(bench.run(&mut session, &decrypt(b"other", Algorithm::MGF1_SHA256)), refused);
    assert_eq!(bench.run(&mut session, &decrypt(label, Algorithm::MGF1_SHA384)), refused);
}

#[test]
fn ciphertexts_of_another_length_are_wrong_length() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 0, Algorithm::RSA_2048);
    let request = DecryptPkcs1 { key, ciphertext: vec![1; 255] };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
    let request = DecryptPkcs1 { key, ciphertext: vec![1; 256] };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
    let request = DecryptOaep::new(key, Algorithm::MGF1_SHA1, &[1; 256], &[0; 21]);
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
    let request = DecryptOaep::new(key, Algorithm::MGF1_SHA1, &[1; 255], &[]);
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
}
