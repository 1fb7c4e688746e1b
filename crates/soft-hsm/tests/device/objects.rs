//! Objects: names, sizes, limits, listings and sequence numbers.

use yubihsm2::{
    Algorithm, AuthenticationKey, Capabilities, Domains, ErrorCode, Label, ListFilter,
    NewDelegatingObject, NewObject, ObjectHandle, ObjectId, ObjectType, Origin, P256SecretKey,
    Wire as _,
    operation::{
        DeleteObject, GenerateHmacKey, GenerateOtpAeadKey, GenerateSymmetricKey, GenerateWrapKey,
        GetOpaque, GetTemplate, ListObjects, PutAsymmetricKey, PutAuthenticationKey, PutHmacKey,
        PutOpaque, PutPublicWrapKey, PutSymmetricKey, PutTemplate, StorageInfo,
    },
};

use crate::support::{Bench, object, other_keys};

fn opaque(id: u16, data: Vec<u8>) -> PutOpaque {
    PutOpaque { object: object(id, Algorithm::OPAQUE_DATA), data }
}

fn delete(object_type: ObjectType, id: ObjectId) -> DeleteObject {
    DeleteObject { object: ObjectHandle { id, object_type } }
}

#[test]
fn opaque_data_and_templates_read_back() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let data = vec![0xA5; 3063];
    bench.run(&mut session, &opaque(1, data.clone())).unwrap();
    assert_eq!(bench.run(&mut session, &GetOpaque { id: ObjectId(1) }), Ok(data.clone()));
    let object = object(1, Algorithm::TEMPLATE_SSH);
    bench.run(&mut session, &PutTemplate { object, data: data.clone() }).unwrap();
    assert_eq!(bench.run(&mut session, &GetTemplate { id: ObjectId(1) }), Ok(data));
    let gone = Err(ErrorCode::OBJECT_NOT_FOUND);
    assert_eq!(bench.run(&mut session, &GetTemplate { id: ObjectId(2) }), gone);
    assert_eq!(bench.run(&mut session, &opaque(3, vec![])), Err(ErrorCode::WRONG_LENGTH));
}

#[test]
fn names_that_are_taken_or_internal_are_refused() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    assert_eq!(bench.run(&mut session, &opaque(7, vec![1])), Ok(ObjectId(7)));
    assert_eq!(bench.run(&mut session, &opaque(7, vec![1])), Err(ErrorCode::OBJECT_EXISTS));
    assert_eq!(bench.run(&mut session, &opaque(0xFFFF, vec![1])), Err(ErrorCode::INVALID_ID));
    // The same id of another type is another name.
    assert_eq!(bench.generate(&mut session, 7, Algorithm::EC_P256), ObjectId(7));
}

#[test]
fn a_device_picks_free_ids_by_itself() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let mut ids: Vec<u16> =
        (0..100).map(|_| bench.run(&mut session, &opaque(0, vec![1])).unwrap().0).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    assert!(!ids.contains(&0) && !ids.contains(&0xFFFF));
}

#[test]
fn sequence_numbers_count_how_often_a_name_was_written_and_wrap() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for round in 0..260_u16 {
        bench.run(&mut session, &opaque(7, vec![1])).unwrap();
        let info = bench.info(&mut session, ObjectType::OPAQUE, ObjectId(7)).unwrap();
        assert_eq!(info.sequence, round as u8);
        bench.run(&mut session, &delete(ObjectType::OPAQUE, ObjectId(7))).unwrap();
    }
    bench.run(&mut session, &opaque(8, vec![1])).unwrap();
    let info = bench.info(&mut session, ObjectType::OPAQUE, ObjectId(8)).unwrap();
    assert_eq!(info.sequence, 0);
}

#[test]
fn info_tells_everything_that_was_given() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let object = NewObject {
        id: ObjectId(0x1234),
        label: Label::new("DAK").unwrap(),
        domains: Domains::from_bits(0x0005),
        capabilities: Capabilities::SIGN_ECDSA,
        algorithm: Algorithm::AES192_CCM_WRAP,
    };
    let delegated = Capabilities::EXPORTABLE_UNDER_WRAP;
    bench
        .run(&mut session, &GenerateWrapKey { object: NewDelegatingObject { object, delegated } })
        .unwrap();
    let info = bench.info(&mut session, ObjectType::WRAP_KEY, ObjectId(0x1234)).unwrap();
    assert_eq!((info.label, info.domains), (object.label, object.domains));
    assert_eq!((info.capabilities, info.delegated), (object.capabilities, delegated));
    assert_eq!((info.len_bytes, info.sequence), (32, 0));
    assert_eq!(info.origin, Origin::GENERATED);
    assert_eq!(info.to_bytes().len(), 66);
}

#[test]
fn every_kind_of_key_reports_the_measured_length() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for algorithm in ObjectType::ASYMMETRIC_KEY.algorithms() {
        let id = bench.generate(&mut session, 0, *algorithm);
        let info = bench.info(&mut session, ObjectType::ASYMMETRIC_KEY, id).unwrap();
        let expected = ObjectType::ASYMMETRIC_KEY.stored_len_bytes(*algorithm);
        assert_eq!(Some(info.len_bytes), expected, "{algorithm}");
    }
    for algorithm in ObjectType::WRAP_KEY.algorithms() {
        let object =
            NewDelegatingObject { object: object(0, *algorithm), delegated: Capabilities::NONE };
        let id = bench.run(&mut session, &GenerateWrapKey { object }).unwrap();
        let info = bench.info(&mut session, ObjectType::WRAP_KEY, id).unwrap();
        let expected = ObjectType::WRAP_KEY.stored_len_bytes(*algorithm);
        assert_eq!(Some(info.len_bytes), expected, "{algorithm}");
    }
    for algorithm in ObjectType::HMAC_KEY.algorithms() {
        let object = object(0, *algorithm);
        let id = bench.run(&mut session, &GenerateHmacKey { object }).unwrap();
        let info = bench.info(&mut session, ObjectType::HMAC_KEY, id).unwrap();
        let expected = ObjectType::HMAC_KEY.stored_len_bytes(*algorithm);
        assert_eq!(Some(info.len_bytes), expected, "{algorithm}");
    }
    for algorithm in ObjectType::SYMMETRIC_KEY.algorithms() {
        let object = object(0, *algorithm);
        let id = bench.run(&mut session, &GenerateSymmetricKey { object }).unwrap();
        let info = bench.info(&mut session, ObjectType::SYMMETRIC_KEY, id).unwrap();
        let expected = ObjectType::SYMMETRIC_KEY.stored_len_bytes(*algorithm);
        assert_eq!(Some(info.len_bytes), expected, "{algorithm}");
    }
    for algorithm in ObjectType::OTP_AEAD_KEY.algorithms() {
        let request = GenerateOtpAeadKey { object: object(0, *algorithm), nonce_id: [1; 4] };
        let id = bench.run(&mut session, &request).unwrap();
        let info = bench.info(&mut session, ObjectType::OTP_AEAD_KEY, id).unwrap();
        let expected = ObjectType::OTP_AEAD_KEY.stored_len_bytes(*algorithm);
        assert_eq!(Some(info.len_bytes), expected, "{algorithm}");
    }
}

#[test]
fn keys_of_another_length_are_wrong_length_and_of_another_kind_invalid_data() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for (algorithm, len) in [
        (Algorithm::EC_P256, 31),
        (Algorithm::EC_P521, 64),
        (Algorithm::ED25519, 33),
        (Algorithm::RSA_2048, 255),
    ] {
        let put = PutAsymmetricKey { object: object(5, algorithm), key: vec![1; len].into() };
        assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::WRONG_LENGTH), "{algorithm}");
    }
    for (algorithm, len) in [(Algorithm::AES128, 24), (Algorithm::AES256, 0)] {
        let put = PutSymmetricKey { object: object(5, algorithm), key: vec![1; len].into() };
        assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::WRONG_LENGTH), "{algorithm}");
    }
    for (algorithm, len) in
        [(Algorithm::HMAC_SHA1, 65), (Algorithm::HMAC_SHA512, 129), (Algorithm::HMAC_SHA1, 0)]
    {
        let put = PutHmacKey { object: object(5, algorithm), key: vec![1; len].into() };
        assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::WRONG_LENGTH), "{algorithm}");
    }
    let put = PutAsymmetricKey { object: object(5, Algorithm::AES128), key: vec![1; 16].into() };
    assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::INVALID_DATA));
    let put = PutAsymmetricKey { object: object(5, Algorithm::EC_P256), key: vec![0; 32].into() };
    assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::INVALID_DATA), "no scalar");
    let put = PutAsymmetricKey { object: object(5, Algorithm::RSA_2048), key: vec![2; 256].into() };
    assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::INVALID_DATA), "no primes");
    let new = NewDelegatingObject {
        object: object(5, Algorithm::RSA_2048),
        delegated: Capabilities::NONE,
    };
    let put = PutPublicWrapKey { object: new, modulus: vec![2; 256] };
    assert_eq!(bench.run(&mut session, &put), Err(ErrorCode::INVALID_DATA), "no modulus");
}

#[test]
fn a_listing_meets_all_conditions_at_once() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let put = |id, label: &str, domains, capabilities| PutOpaque {
        object: NewObject {
            label: Label::new(label).unwrap(),
            domains: Domains::from_bits(domains),
            capabilities,
            ..object(id, Algorithm::OPAQUE_DATA)
        },
        data: vec![1],
    };
    let (sign, get) = (Capabilities::SIGN_ECDSA, Capabilities::GET_OPAQUE);
    bench.run(&mut session, &put(1, "one", 0b0001, sign)).unwrap();
    bench.run(&mut session, &put(2, "two", 0b0010, sign | get)).unwrap();
    bench.run(&mut session, &put(3, "three", 0b0110, get)).unwrap();
    let mut listed = |filters: &[ListFilter]| -> Vec<u16> {
        let request = ListObjects { filters: filters.to_vec() };
        let entries = bench.run(&mut session, &request).unwrap();
        let opaque = entries.iter().filter(|it| it.object_type == ObjectType::OPAQUE);
        opaque.map(|entry| entry.id.0).collect()
    };
    assert_eq!(listed(&[]), [1, 2, 3]);
    assert_eq!(listed(&[ListFilter::Id(ObjectId(2))]), [2]);
    assert_eq!(listed(&[ListFilter::Type(ObjectType::OPAQUE)]), [1, 2, 3]);
    assert_eq!(listed(&[ListFilter::Domains(Domains::from_bits(0b0011))]), [1, 2, 3]);
    assert_eq!(listed(&[ListFilter::Domains(Domains::from_bits(0b0100))]), [3]);
    assert_eq!(listed(&[ListFilter::Capabilities(get)]), [2, 3]);
    assert_eq!(listed(&[ListFilter::Capabilities(get), ListFilter::Capabilities(sign)]), [2]);
    assert_eq!(listed(&[ListFilter::Label(Label::new("three").unwrap())]), [3]);
    assert_eq!(listed(&[ListFilter::Algorithm(Algorithm::EC_P256)]), [] as [u16; 0]);
    assert_eq!(
        listed(&[ListFilter::Type(ObjectType::OPAQUE), ListFilter::Id(ObjectId(9))]),
        [] as [u16; 0]
    );
}

#[test]
fn two_hundred_and_fifty_six_objects_fit() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let storage = bench.run(&mut session, &StorageInfo {}).unwrap();
    assert_eq!((storage.records_total, storage.records_free), (256, 255));
    assert_eq!(
        (storage.pages_total, storage.pages_free, storage.page_len_bytes),
        (1024, 1023, 126)
    );
    for id in 1..=255 {
        bench.run(&mut session, &opaque(id, vec![1])).unwrap();
    }
    assert_eq!(bench.run(&mut session, &opaque(256, vec![1])), Err(ErrorCode::STORAGE_FAILED));
    let storage = bench.run(&mut session, &StorageInfo {}).unwrap();
    assert_eq!((storage.records_free, storage.pages_free), (0, 768));
    bench.run(&mut session, &delete(ObjectType::OPAQUE, ObjectId(9))).unwrap();
    assert_eq!(bench.run(&mut session, &opaque(256, vec![1])), Ok(ObjectId(256)));
}

#[test]
fn a_thousand_and_twenty_four_pages_fit() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    // 24 pages each: 42 of them leave 15 of the 1,023 that are free.
    for id in 1..=42 {
        bench.run(&mut session, &opaque(id, vec![1; 3024])).unwrap();
    }
    let full = Err(ErrorCode::STORAGE_FAILED);
    assert_eq!(bench.run(&mut session, &opaque(100, vec![1; 15 * 126 + 1])), full);
    assert_eq!(bench.run(&mut session, &opaque(100, vec![1; 15 * 126])), Ok(ObjectId(100)));
    assert_eq!(bench.run(&mut session, &StorageInfo {}).unwrap().pages_free, 0);
    assert_eq!(bench.run(&mut session, &opaque(101, vec![1])), full);
}

#[test]
fn authentication_keys_of_both_kinds_report_their_lengths() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let point = P256SecretKey::from_bytes(&[7; 32]).unwrap().public_key();
    for (key, len) in
        [(AuthenticationKey::Symmetric(other_keys()), 40), (AuthenticationKey::P256(point), 72)]
    {
        let put = PutAuthenticationKey {
            id: ObjectId::ANY,
            label: Label::EMPTY,
            domains: Domains::ALL,
            capabilities: Capabilities::NONE,
            delegated: Capabilities::SIGN_HMAC,
            key,
        };
        let id = bench.run(&mut session, &put).unwrap();
        let info = bench.info(&mut session, ObjectType::AUTHENTICATION_KEY, id).unwrap();
        assert_eq!((info.len_bytes, info.delegated), (len, Capabilities::SIGN_HMAC));
        assert_eq!(info.origin, Origin::IMPORTED);
    }
}
