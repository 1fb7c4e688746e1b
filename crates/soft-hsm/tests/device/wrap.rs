//! AES wrap keys: data, and objects in hardware's format in both directions.

use yubihsm2::{
    AesKey, Algorithm, Capabilities, Domains, Ed25519Body, ErrorCode, Label, NewDelegatingObject,
    NewObject, ObjectBody, ObjectHandle, ObjectId, ObjectRecord, ObjectType, Origin, SecretBytes,
    WrapKey, Wrapped,
    channel::HostChannel,
    operation::{
        DeleteObject, ExportFormat, ExportWrapped, GenerateAsymmetricKey, GetOpaque, ImportWrapped,
        ImportedObject, PublicKey, PutHmacKey, PutOpaque, PutWrapKey, SignEcdsa, SignEddsa,
        SignHmac, UnwrapData, WrapData,
    },
};

use crate::support::{Bench, object};

/// The key that the bench puts.
fn our_key() -> WrapKey {
    WrapKey::new(AesKey::new(vec![0x77; 32]).unwrap())
}

fn export(object_type: ObjectType, id: ObjectId) -> ExportWrapped {
    ExportWrapped { wrap_key: ObjectId(1), object_type, id, format: None }
}

fn import(wrapped: Wrapped) -> ImportWrapped {
    ImportWrapped { wrap_key: ObjectId(1), wrapped }
}

fn delete(bench: &mut Bench, session: &mut HostChannel, object_type: ObjectType, id: ObjectId) {
    let object = ObjectHandle { id, object_type };
    bench.run(session, &DeleteObject { object }).unwrap();
}

/// An opaque object that an offline tool would have wrapped.
fn record(capabilities: Capabilities, domains: Domains) -> ObjectRecord {
    ObjectRecord {
        capabilities,
        id: ObjectId(0x99),
        len_bytes: 4,
        domains,
        object_type: ObjectType::OPAQUE,
        algorithm: Algorithm::OPAQUE_DATA,
        sequence: 7,
        origin: Origin::IMPORTED,
        label: Label::new("from outside").unwrap(),
        body: SecretBytes::new(b"data".to_vec()),
    }
}

#[test]
fn data_wraps_and_unwraps_in_the_format_that_is_published() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.put_wrap_key(&mut session, 1, Capabilities::NONE);
    for len in [0, 1, 64, 3084] {
        let data = SecretBytes::new(vec![0x42; len]);
        let request = WrapData { key, data: data.clone() };
        let wrapped = bench.run(&mut session, &request).unwrap();
        assert_eq!(our_key().open_data(&wrapped).unwrap(), data);
        assert_eq!(bench.run(&mut session, &UnwrapData { key, wrapped }), Ok(data));
    }
    let mut wrapped = our_key().seal_data([1; 13], b"from outside").unwrap();
    let request = UnwrapData { key, wrapped: wrapped.clone() };
    assert_eq!(bench.run(&mut session, &request).unwrap().as_bytes(), b"from outside");
    wrapped.ciphertext[0] ^= 1;
    let request = UnwrapData { key, wrapped };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn an_answer_that_would_be_too_long_is_refused() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let data = SecretBytes::new(vec![0; 3087]);
    let request = WrapData { key, data };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
    let object = object(2, Algorithm::OPAQUE_DATA);
    bench.run(&mut session, &PutOpaque { object, data: vec![1; 3063] }).unwrap();
    let request = export(ObjectType::OPAQUE, ObjectId(2));
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::WRONG_LENGTH));
}

#[test]
fn every_kind_of_asymmetric_key_comes_back_from_its_wrapping() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    for algorithm in ObjectType::ASYMMETRIC_KEY.algorithms() {
        let id = bench.generate(&mut session, 0x50, *algorithm);
        let public = PublicKey { id, object_type: None };
        let before = bench.run(&mut session, &public).unwrap();
        let request = export(ObjectType::ASYMMETRIC_KEY, id);
        let wrapped = bench.run(&mut session, &request).unwrap();
        let taken = Err(ErrorCode::OBJECT_EXISTS);
        assert_eq!(bench.run(&mut session, &import(wrapped.clone())), taken);
        delete(&mut bench, &mut session, ObjectType::ASYMMETRIC_KEY, id);
        let imported = bench.run(&mut session, &import(wrapped)).unwrap();
        let object_type = ObjectType::ASYMMETRIC_KEY;
        assert_eq!(imported, ImportedObject { object_type, id });
        assert_eq!(bench.run(&mut session, &public).unwrap(), before, "{algorithm}");
        let info = bench.info(&mut session, object_type, id).unwrap();
        assert_eq!(info.origin, Origin::GENERATED.after_wrapped_import(), "{algorithm}");
        delete(&mut bench, &mut session, object_type, id);
    }
}

#[test]
fn the_exported_record_says_what_info_says() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let id = bench.generate(&mut session, 0x50, Algorithm::EC_P384);
    let info = bench.info(&mut session, ObjectType::ASYMMETRIC_KEY, id).unwrap();
    let request = export(ObjectType::ASYMMETRIC_KEY, id);
    let wrapped = bench.run(&mut session, &request).unwrap();
    let record = our_key().open_object(&wrapped).unwrap();
    assert_eq!((record.label, record.domains), (info.label, info.domains));
    assert_eq!((record.capabilities, record.origin), (info.capabilities, info.origin));
    assert_eq!(record.len_bytes, info.len_bytes);
    let Ok(ObjectBody::Ec(body)) = record.parse_body() else { panic!("no EC body") };
    let public = bench.run(&mut session, &PublicKey { id, object_type: None }).unwrap();
    assert_eq!([body.x, body.y].concat(), public.bytes);
}

#[test]
fn an_ed25519_key_travels_without_its_seed_unless_asked_and_signs_the_same() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::ED25519);
    let sign = SignEddsa { key: id, message: b"message".to_vec() };
    let signature = bench.run(&mut session, &sign).unwrap();
    for (format, len) in [(ExportFormat::WITH_SEED, 128), (ExportFormat::PLAIN, 96)] {
        let request = ExportWrapped { format: Some(format), ..export(object_type, id) };
        let wrapped = bench.run(&mut session, &request).unwrap();
        let record = our_key().open_object(&wrapped).unwrap();
        assert_eq!((record.len_bytes, record.body.len()), (len, usize::from(len)));
        delete(&mut bench, &mut session, object_type, id);
        bench.run(&mut session, &import(wrapped)).unwrap();
        assert_eq!(bench.run(&mut session, &sign), Ok(signature));
        assert_eq!(bench.info(&mut session, object_type, id).unwrap().len_bytes, len);
    }
    let request = ExportWrapped { format: Some(ExportFormat(2)), ..export(object_type, id) };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn an_ed25519_key_with_another_public_key_is_not_imported() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let id = bench.generate(&mut session, 0x50, Algorithm::ED25519);
    let wrapped = bench.run(&mut session, &export(object_type, id)).unwrap();
    delete(&mut bench, &mut session, object_type, id);
    let record = our_key().open_object(&wrapped).unwrap();
    let Ok(ObjectBody::Ed25519(body)) = record.parse_body() else { panic!("no Ed25519 body") };
    let body = ObjectBody::Ed25519(Ed25519Body { public_key: [9; 32], ..body }).encode();
    let wrapped = our_key().seal_object([2; 13], &ObjectRecord { body, ..record }).unwrap();
    assert_eq!(bench.run(&mut session, &import(wrapped)), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn an_object_that_was_wrapped_elsewhere_imports() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let record = record(Capabilities::EXPORTABLE_UNDER_WRAP, Domains::ALL);
    let wrapped = our_key().seal_object([3; 13], &record).unwrap();
    let imported = bench.run(&mut session, &import(wrapped)).unwrap();
    assert_eq!(imported.id, record.id);
    let data = bench.run(&mut session, &GetOpaque { id: record.id });
    assert_eq!(data, Ok(b"data".to_vec()));
    let info = bench.info(&mut session, ObjectType::OPAQUE, record.id).unwrap();
    // The sequence is this device's own.
    assert_eq!((info.sequence, info.origin), (0, Origin::IMPORTED.after_wrapped_import()));
    assert_eq!(info.label, record.label);
}

#[test]
fn imported_domains_are_cut_to_those_of_the_wrap_key() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let domains = Domains::from_bits(0b0110);
    let object = NewObject { domains, ..object(1, Algorithm::AES256_CCM_WRAP) };
    let object = NewDelegatingObject { object, delegated: Capabilities::ALL };
    bench.run(&mut session, &PutWrapKey { object, key: vec![0x77; 32].into() }).unwrap();
    let record = record(Capabilities::NONE, Domains::from_bits(0b0011));
    let wrapped = our_key().seal_object([3; 13], &record).unwrap();
    bench.run(&mut session, &import(wrapped)).unwrap();
    let info = bench.info(&mut session, ObjectType::OPAQUE, record.id).unwrap();
    assert_eq!(info.domains, Domains::from_bits(0b0010));
}

#[test]
fn rights_beyond_what_the_wrap_key_hands_on_neither_leave_nor_enter() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let delegated = Capabilities::SIGN_ECDSA | Capabilities::EXPORTABLE_UNDER_WRAP;
    bench.put_wrap_key(&mut session, 1, delegated);
    let mut generate = |id, capabilities| {
        let object = NewObject { capabilities, ..object(id, Algorithm::EC_P256) };
        bench.run(&mut session, &GenerateAsymmetricKey { object }).unwrap()
    };
    let exportable = Capabilities::EXPORTABLE_UNDER_WRAP;
    let inside = generate(2, delegated);
    let beyond = generate(3, exportable | Capabilities::DERIVE_ECDH);
    let kept = generate(4, Capabilities::SIGN_ECDSA);
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    assert!(bench.run(&mut session, &export(object_type, inside)).is_ok());
    assert_eq!(bench.run(&mut session, &export(object_type, beyond)), refused);
    assert_eq!(bench.run(&mut session, &export(object_type, kept)), refused);
    let gone = Err(ErrorCode::OBJECT_NOT_FOUND);
    assert_eq!(bench.run(&mut session, &export(object_type, ObjectId(9))), gone);
    let wrapped =
        |capabilities| our_key().seal_object([4; 13], &record(capabilities, Domains::ALL)).unwrap();
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    let request = import(wrapped(Capabilities::SIGN_EDDSA));
    assert_eq!(bench.run(&mut session, &request), refused);
    assert!(bench.run(&mut session, &import(wrapped(exportable))).is_ok());
}

#[test]
fn a_wrapped_wrap_key_may_not_hand_on_more_than_the_one_around_it() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::SIGN_ECDSA);
    let wrapped = |delegated| {
        let key = SecretBytes::new(vec![1; 16]);
        let body = ObjectBody::Wrap { delegated, key }.encode();
        let record = ObjectRecord {
            object_type: ObjectType::WRAP_KEY,
            algorithm: Algorithm::AES128_CCM_WRAP,
            len_bytes: body.len() as u16,
            body,
            ..record(Capabilities::NONE, Domains::ALL)
        };
        our_key().seal_object([5; 13], &record).unwrap()
    };
    let request = import(wrapped(Capabilities::SIGN_EDDSA));
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    assert_eq!(bench.run(&mut session, &request), refused);
    assert!(bench.run(&mut session, &import(wrapped(Capabilities::SIGN_ECDSA))).is_ok());
}

#[test]
fn damaged_wrappings_are_invalid_data() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let refused = Err(ErrorCode::INVALID_DATA);
    let good = record(Capabilities::NONE, Domains::ALL);
    let mut wrapped = our_key().seal_object([6; 13], &good).unwrap();
    wrapped.mac[0] ^= 1;
    assert_eq!(bench.run(&mut session, &import(wrapped)), refused);
    let data = our_key().seal_data([6; 13], b"data").unwrap();
    assert_eq!(bench.run(&mut session, &import(data)), refused);
    for damaged in [
        ObjectRecord { len_bytes: 5, ..good.clone() },
        ObjectRecord { domains: Domains::NONE, ..good.clone() },
        ObjectRecord { algorithm: Algorithm::AES128, ..good.clone() },
        ObjectRecord { object_type: ObjectType(0x40), ..good.clone() },
        ObjectRecord { id: ObjectId(0), ..good.clone() },
        ObjectRecord { len_bytes: 0, body: SecretBytes::default(), ..good.clone() },
    ] {
        let wrapped = our_key().seal_object([6; 13], &damaged).unwrap();
        let answer = bench.run(&mut session, &import(wrapped));
        assert_eq!(answer, Err(ErrorCode::INVALID_DATA), "{damaged:?}");
    }
    let reserved = ObjectRecord { id: ObjectId(0xFFFF), ..good };
    let wrapped = our_key().seal_object([6; 13], &reserved).unwrap();
    assert_eq!(bench.run(&mut session, &import(wrapped)), Err(ErrorCode::INVALID_ID));
}

#[test]
fn an_hmac_key_computes_the_same_after_its_journey() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let key = SecretBytes::new(b"a key of any length".to_vec());
    let put = PutHmacKey { object: object(2, Algorithm::HMAC_SHA512), key };
    let key = bench.run(&mut session, &put).unwrap();
    let sign = SignHmac { key, data: b"data".to_vec() };
    let before = bench.run(&mut session, &sign).unwrap();
    let request = export(ObjectType::HMAC_KEY, key);
    let wrapped = bench.run(&mut session, &request).unwrap();
    delete(&mut bench, &mut session, ObjectType::HMAC_KEY, key);
    bench.run(&mut session, &import(wrapped)).unwrap();
    assert_eq!(bench.run(&mut session, &sign), Ok(before));
}

#[test]
fn a_key_that_was_replaced_is_not_the_one_that_signs() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
    let id = bench.generate(&mut session, 0x50, Algorithm::EC_P256);
    let sign = SignEcdsa { key: id, digest: vec![1; 32] };
    bench.run(&mut session, &sign).unwrap();
    delete(&mut bench, &mut session, ObjectType::ASYMMETRIC_KEY, id);
    assert_eq!(bench.run(&mut session, &sign), Err(ErrorCode::OBJECT_NOT_FOUND));
    bench.generate(&mut session, 0x50, Algorithm::EC_P384);
    // A signature of P-384 is longer than any of P-256.
    assert!(bench.run(&mut session, &sign).unwrap().len() > 80);
}
