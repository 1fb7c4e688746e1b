//! RSA wrap keys: bare keys and objects under RSA-OAEP and AES-KWP.

use sha2::{Digest as _, Sha256};
use yubihsm2::{
    Algorithm, Capabilities, Domains, ErrorCode, Label, NewDelegatingObject, ObjectBody,
    ObjectHandle, ObjectId, ObjectType, Origin, SecretBytes,
    channel::HostChannel,
    operation::{
        DeleteObject, EncryptEcb, ExportKeyRsa, ExportWrapped, ExportWrappedRsa,
        GenerateSymmetricKey, GenerateWrapKey, ImportKeyRsa, ImportWrapped, ImportWrappedRsa,
        PublicKey, PutPublicWrapKey, PutWrapKey, RsaWrapped, SignEddsa,
    },
};

use crate::support::{Bench, object};

const PRIVATE: ObjectId = ObjectId(0x10);
const PUBLIC: ObjectId = ObjectId(0x11);

/// A wrap key that the device made, and its public half as a wrap key of its own.
fn put_keys(bench: &mut Bench, session: &mut HostChannel, delegated: Capabilities) {
    let new = |id: ObjectId| {
        let object = object(id.0, Algorithm::RSA_2048);
        NewDelegatingObject { object, delegated }
    };
    bench.run(session, &GenerateWrapKey { object: new(PRIVATE) }).unwrap();
    let request = PublicKey { id: PRIVATE, object_type: Some(ObjectType::WRAP_KEY) };
    let modulus = bench.run(session, &request).unwrap().bytes;
    let put = PutPublicWrapKey { object: new(PUBLIC), modulus: modulus.clone() };
    bench.run(session, &put).unwrap();
    let request = PublicKey { id: PUBLIC, object_type: Some(ObjectType::PUBLIC_WRAP_KEY) };
    assert_eq!(bench.run(session, &request).unwrap().bytes, modulus);
}

fn label_digest() -> Vec<u8> {
    Sha256::digest(b"").to_vec()
}

fn export_key(object_type: ObjectType, id: ObjectId) -> ExportKeyRsa {
    ExportKeyRsa {
        wrap_key: PUBLIC,
        object_type,
        id,
        aes: Algorithm::AES256,
        oaep: Algorithm::RSA_OAEP_SHA256,
        mgf1: Algorithm::MGF1_SHA1,
        label_digest: label_digest(),
    }
}

fn wrapped(bytes: Vec<u8>) -> RsaWrapped {
    RsaWrapped {
        oaep: Algorithm::RSA_OAEP_SHA256,
        mgf1: Algorithm::MGF1_SHA1,
        wrapped: bytes,
        label_digest: label_digest(),
    }
}

fn import_key(object_type: ObjectType, algorithm: Algorithm, bytes: Vec<u8>) -> ImportKeyRsa {
    ImportKeyRsa {
        wrap_key: PRIVATE,
        object_type,
        id: ObjectId(0x90),
        label: Label::new("imported").unwrap(),
        domains: Domains::ALL,
        capabilities: Capabilities::ALL,
        algorithm,
        wrapped: wrapped(bytes),
    }
}

fn delete(bench: &mut Bench, session: &mut HostChannel, object_type: ObjectType, id: ObjectId) {
    let object = ObjectHandle { id, object_type };
    bench.run(session, &DeleteObject { object }).unwrap();
}

#[test]
fn every_kind_of_private_key_comes_back_as_pkcs8() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    for algorithm in object_type.algorithms() {
        let id = bench.generate(&mut session, 0x50, *algorithm);
        let public = bench.run(&mut session, &PublicKey { id, object_type: None }).unwrap();
        let bytes = bench.run(&mut session, &export_key(object_type, id)).unwrap();
        let request = import_key(object_type, *algorithm, bytes);
        let imported = bench.run(&mut session, &request).unwrap();
        let request = PublicKey { id: imported.id, object_type: None };
        assert_eq!(bench.run(&mut session, &request), Ok(public), "{algorithm}");
        let info = bench.info(&mut session, object_type, imported.id).unwrap();
        assert_eq!(info.origin, Origin::IMPORTED.after_wrapped_import());
        delete(&mut bench, &mut session, object_type, id);
        delete(&mut bench, &mut session, object_type, imported.id);
    }
}

#[test]
fn an_aes_key_encrypts_the_same_after_its_journey() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    let request = GenerateSymmetricKey { object: object(0x50, Algorithm::AES192) };
    let key = bench.run(&mut session, &request).unwrap();
    let object_type = ObjectType::SYMMETRIC_KEY;
    let bytes = bench.run(&mut session, &export_key(object_type, key)).unwrap();
    let wrong = import_key(object_type, Algorithm::AES128, bytes.clone());
    assert_eq!(bench.run(&mut session, &wrong), Err(ErrorCode::WRONG_LENGTH));
    let request = import_key(object_type, Algorithm::AES192, bytes);
    let imported = bench.run(&mut session, &request).unwrap();
    let mut encrypt =
        |key| bench.run(&mut session, &EncryptEcb { key, blocks: vec![1; 16] }).unwrap();
    assert_eq!(encrypt(key), encrypt(imported.id));
}

#[test]
fn an_object_comes_back_with_its_name_and_rights() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::ED25519);
    let before = bench.info(&mut session, object_type, id).unwrap();
    let sign = SignEddsa { key: id, message: b"message".to_vec() };
    let signature = bench.run(&mut session, &sign).unwrap();
    let ExportKeyRsa { wrap_key, aes, oaep, mgf1, label_digest, .. } = export_key(object_type, id);
    let request = ExportWrappedRsa { wrap_key, object_type, id, aes, oaep, mgf1, label_digest };
    let bytes = bench.run(&mut session, &request).unwrap();
    assert_ne!(bench.run(&mut session, &request).unwrap(), bytes);
    delete(&mut bench, &mut session, object_type, id);
    let request = ImportWrappedRsa { wrap_key: PRIVATE, wrapped: wrapped(bytes) };
    assert_eq!(bench.run(&mut session, &request).unwrap().id, id);
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::OBJECT_EXISTS));
    let after = bench.info(&mut session, object_type, id).unwrap();
    assert_eq!((after.label, after.capabilities), (before.label, before.capabilities));
    assert_eq!(after.origin, before.origin.after_wrapped_import());
    assert_eq!(bench.run(&mut session, &sign), Ok(signature));
}

#[test]
fn the_halves_of_a_key_do_only_their_own_part() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::EC_P256);
    let request = ExportWrapped { wrap_key: PRIVATE, object_type, id, format: None };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
    let request = ExportKeyRsa { wrap_key: PRIVATE, ..export_key(object_type, id) };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::OBJECT_NOT_FOUND));
    let bytes = bench.run(&mut session, &export_key(object_type, id)).unwrap();
    let request =
        ImportKeyRsa { wrap_key: PUBLIC, ..import_key(object_type, Algorithm::EC_P256, bytes) };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::OBJECT_NOT_FOUND));
}

#[test]
fn wrong_parameters_and_damage_are_refused() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::EC_P256);
    let good = export_key(object_type, id);
    let invalid = Err(ErrorCode::INVALID_DATA);
    for request in [
        ExportKeyRsa { aes: Algorithm::AES_ECB, ..good.clone() },
        ExportKeyRsa { oaep: Algorithm::MGF1_SHA256, ..good.clone() },
        ExportKeyRsa { mgf1: Algorithm::RSA_OAEP_SHA256, ..good.clone() },
    ] {
        assert_eq!(bench.run(&mut session, &request), invalid);
    }
    let request = ExportKeyRsa { label_digest: vec![0; 20], ..good.clone() };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
    let bytes = bench.run(&mut session, &good).unwrap();
    for index in [0, 100, 255, 256, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[index] ^= 1;
        let request = import_key(object_type, Algorithm::EC_P256, damaged);
        let answer = bench.run(&mut session, &request);
        assert_eq!(answer, Err(ErrorCode::INVALID_DATA), "byte {index}");
    }
    let request = import_key(object_type, Algorithm::EC_P256, bytes[..255].to_vec());
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
    let request = import_key(object_type, Algorithm::EC_K256, bytes);
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn rights_beyond_what_the_keys_hand_on_neither_leave_nor_enter() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let delegated = Capabilities::ALL.difference(Capabilities::SIGN_EDDSA);
    put_keys(&mut bench, &mut session, delegated);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::EC_P256);
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    assert_eq!(bench.run(&mut session, &export_key(object_type, id)), refused);
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    let request = import_key(object_type, Algorithm::EC_P256, vec![0; 300]);
    assert_eq!(bench.run(&mut session, &request), refused);
}

#[test]
fn an_ed25519_key_without_seed_has_no_bare_form() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::ED25519);
    let request = ExportWrapped { wrap_key: ObjectId(1), object_type, id, format: None };
    let plain = bench.run(&mut session, &request).unwrap();
    delete(&mut bench, &mut session, object_type, id);
    let request = ImportWrapped { wrap_key: ObjectId(1), wrapped: plain };
    bench.run(&mut session, &request).unwrap();
    let invalid = Err(ErrorCode::INVALID_DATA);
    assert_eq!(bench.run(&mut session, &export_key(object_type, id)), invalid);
}

#[test]
fn primes_that_a_client_sends_make_the_key_that_it_means() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    put_keys(&mut bench, &mut session, Capabilities::ALL);
    let key = bench.device.state().objects().find(|object| object.record.id == PRIVATE);
    let Ok(ObjectBody::WrapRsa { key, .. }) = key.unwrap().record.parse_body() else {
        panic!("no RSA body")
    };
    let primes = SecretBytes::new([&*key.p, &*key.q].concat());
    let object = object(0x77, Algorithm::RSA_2048);
    let object = NewDelegatingObject { object, delegated: Capabilities::ALL };
    let put = PutWrapKey { object, key: primes };
    bench.run(&mut session, &put).unwrap();
    let request = PublicKey { id: ObjectId(0x77), object_type: Some(ObjectType::WRAP_KEY) };
    assert_eq!(bench.run(&mut session, &request).unwrap().bytes, key.modulus);
}
