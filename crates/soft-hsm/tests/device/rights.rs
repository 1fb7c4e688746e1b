//! Who may do what: the session's capabilities, the object's, domains, and what may be handed on.

use yubihsm2::{
    Algorithm, AuthenticationKey, Capabilities, Command, Domains, ErrorCode, FirmwareVersion,
    Label, NewDelegatingObject, NewObject, ObjectHandle, ObjectId, ObjectType,
    channel::HostChannel,
    operation::{
        DeleteObject, GenerateAsymmetricKey, GenerateHmacKey, GenerateOtpAeadKey,
        GenerateSymmetricKey, GenerateWrapKey, GetOpaque, ListObjects, PublicKey,
        PutAuthenticationKey, PutOpaque, PutWrapKey, SignEcdsa, SignEddsa, WrapData,
    },
};

use crate::support::{Bench, frame, object, other_keys};

const REFUSED: Option<ErrorCode> = Some(ErrorCode::INSUFFICIENT_PERMISSIONS);

fn domain(number: u8) -> Domains {
    Domains::one(number).unwrap()
}

fn opaque(id: u16, domains: Domains) -> PutOpaque {
    let object = NewObject { domains, ..object(id, Algorithm::OPAQUE_DATA) };
    PutOpaque { object, data: b"data".to_vec() }
}

#[test]
fn every_command_that_needs_a_capability_is_refused_without_it() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    let none = Capabilities::NONE;
    let mut nobody = bench.login_with(&mut admin, none, none, Domains::ALL);
    for command in Command::ALL {
        let needed = command.capability();
        if needed.is_empty() || *command == Command::SIGN_SSH_CERTIFICATE {
            continue;
        }
        let answer = bench.send_in(&mut nobody, &frame(*command, &[]));
        assert_eq!(answer.error_code(), REFUSED, "{command}");
        let all_but = Capabilities::ALL.difference(needed);
        let mut session = bench.login_with(&mut admin, all_but, none, Domains::ALL);
        let answer = bench.send_in(&mut session, &frame(*command, &[]));
        assert_eq!(answer.error_code(), REFUSED, "{command}");
        let answer = bench.send_in(&mut session, &frame(Command::CLOSE_SESSION, &[]));
        assert_eq!(answer.error_code(), None);
    }
}

#[test]
fn what_needs_no_capability_works_without_any() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    let id = bench.generate(&mut admin, 9, Algorithm::EC_P256);
    let none = Capabilities::NONE;
    let mut nobody = bench.login_with(&mut admin, none, none, Domains::ALL);
    for (command, payload) in [
        (Command::LIST_OBJECTS, vec![]),
        (Command::OBJECT_INFO, vec![0, 9, 3]),
        (Command::PUBLIC_KEY, vec![0, 9]),
        (Command::STORAGE_INFO, vec![]),
        (Command::ECHO, vec![1]),
        (Command::BLINK_DEVICE, vec![3]),
        (Command::DEVICE_INFO, vec![]),
        (Command::CLOSE_SESSION, vec![]),
    ] {
        let answer = bench.send_in(&mut nobody, &frame(command, &payload));
        assert_eq!(answer.error_code(), None, "{command}");
    }
    assert_eq!(id, ObjectId(9));
}

#[test]
fn an_object_must_hold_the_capability_too() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let generate = |id, algorithm, capabilities| GenerateAsymmetricKey {
        object: NewObject { capabilities, ..object(id, algorithm) },
    };
    let all_but = Capabilities::ALL.difference(Capabilities::SIGN_ECDSA);
    bench.run(&mut session, &generate(1, Algorithm::EC_P256, all_but)).unwrap();
    let only = Capabilities::SIGN_ECDSA;
    bench.run(&mut session, &generate(2, Algorithm::EC_P256, only)).unwrap();
    let sign = |id| SignEcdsa { key: ObjectId(id), digest: vec![1; 32] };
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    assert_eq!(bench.run(&mut session, &sign(1)), refused);
    assert!(bench.run(&mut session, &sign(2)).is_ok());
    // The wrong kind of key is no question of rights.
    let sign = SignEddsa { key: ObjectId(2), message: vec![] };
    assert_eq!(bench.run(&mut session, &sign), Err(ErrorCode::INVALID_DATA));
}

/// Puts or generates a key of this kind without one capability, at id 5.
fn put_without(
    bench: &mut Bench,
    session: &mut HostChannel,
    object_type: ObjectType,
    algorithm: Algorithm,
    missing: Capabilities,
) {
    let capabilities = Capabilities::ALL.difference(missing);
    let new = NewObject { capabilities, ..object(5, algorithm) };
    let id = match object_type {
        ObjectType::ASYMMETRIC_KEY => bench.run(session, &GenerateAsymmetricKey { object: new }),
        ObjectType::HMAC_KEY => bench.run(session, &GenerateHmacKey { object: new }),
        ObjectType::SYMMETRIC_KEY => bench.run(session, &GenerateSymmetricKey { object: new }),
        ObjectType::OTP_AEAD_KEY => {
            bench.run(session, &GenerateOtpAeadKey { object: new, nonce_id: [0; 4] })
        }
        _ => {
            let object = NewDelegatingObject { object: new, delegated: Capabilities::ALL };
            bench.run(session, &GenerateWrapKey { object })
        }
    };
    assert_eq!(id, Ok(ObjectId(5)));
}

#[test]
fn no_command_uses_a_key_that_lacks_its_capability() {
    let asymmetric = ObjectType::ASYMMETRIC_KEY;
    let (aes, wrap) = (ObjectType::SYMMETRIC_KEY, ObjectType::WRAP_KEY);
    let (hmac, otp) = (ObjectType::HMAC_KEY, ObjectType::OTP_AEAD_KEY);
    // Enough of a payload behind the id to be read; what it says is looked at later.
    let uses = [
        (Command::SIGN_ECDSA, asymmetric, Algorithm::EC_P256, 32),
        (Command::DERIVE_ECDH, asymmetric, Algorithm::EC_P256, 65),
        (Command::SIGN_EDDSA, asymmetric, Algorithm::ED25519, 32),
        (Command::SIGN_PKCS1, asymmetric, Algorithm::RSA_2048, 32),
        (Command::SIGN_PSS, asymmetric, Algorithm::RSA_2048, 35),
        (Command::DECRYPT_PKCS1, asymmetric, Algorithm::RSA_2048, 256),
        (Command::DECRYPT_OAEP, asymmetric, Algorithm::RSA_2048, 289),
        (Command::SIGN_HMAC, hmac, Algorithm::HMAC_SHA256, 8),
        (Command::VERIFY_HMAC, hmac, Algorithm::HMAC_SHA256, 40),
        (Command::ENCRYPT_ECB, aes, Algorithm::AES128, 16),
        (Command::DECRYPT_ECB, aes, Algorithm::AES192, 16),
        (Command::ENCRYPT_CBC, aes, Algorithm::AES256, 32),
        (Command::DECRYPT_CBC, aes, Algorithm::AES128, 32),
        (Command::EXPORT_WRAPPED, wrap, Algorithm::AES128_CCM_WRAP, 3),
        (Command::IMPORT_WRAPPED, wrap, Algorithm::AES192_CCM_WRAP, 100),
        (Command::IMPORT_WRAPPED_RSA, wrap, Algorithm::RSA_2048, 350),
        (Command::CREATE_OTP_AEAD, otp, Algorithm::AES128_YUBICO_OTP, 22),
        (Command::RANDOMIZE_OTP_AEAD, otp, Algorithm::AES192_YUBICO_OTP, 0),
        (Command::DECRYPT_OTP, otp, Algorithm::AES256_YUBICO_OTP, 52),
    ];
    let mut bench = Bench::new();
    let mut session = bench.login();
    for (command, object_type, algorithm, len) in uses {
        // The OAEP algorithm stands first behind the id and must be one.
        let payload = [&[0, 5][..], &vec![Algorithm::RSA_OAEP_SHA1.0; len]].concat();
        let missing = command.capability();
        put_without(&mut bench, &mut session, object_type, algorithm, missing);
        let answer = bench.send_in(&mut session, &frame(command, &payload));
        assert_eq!(answer.error_code(), REFUSED, "{command}");
        let handle = ObjectHandle { id: ObjectId(5), object_type };
        bench.run(&mut session, &DeleteObject { object: handle }).unwrap();
        let others = Capabilities::NONE;
        put_without(&mut bench, &mut session, object_type, algorithm, others);
        let answer = bench.send_in(&mut session, &frame(command, &payload));
        assert_ne!(answer.error_code(), REFUSED, "{command}");
        bench.run(&mut session, &DeleteObject { object: handle }).unwrap();
    }
}

#[test]
fn a_wrap_key_without_the_capability_answers_as_its_firmware_does() {
    for (firmware, code) in [
        (FirmwareVersion::V2_4_1, ErrorCode::INVALID_DATA),
        (FirmwareVersion::V2_5_0, ErrorCode::INSUFFICIENT_PERMISSIONS),
    ] {
        let mut bench = Bench::with_firmware(firmware);
        let mut session = bench.login();
        let new = NewObject {
            capabilities: Capabilities::UNWRAP_DATA,
            ..object(3, Algorithm::AES128_CCM_WRAP)
        };
        let object = NewDelegatingObject { object: new, delegated: Capabilities::NONE };
        let put = PutWrapKey { object, key: vec![1; 16].into() };
        bench.run(&mut session, &put).unwrap();
        let wrap = WrapData { key: ObjectId(3), data: vec![1].into() };
        assert_eq!(bench.run(&mut session, &wrap), Err(code), "{firmware}");
    }
}

#[test]
fn what_shares_no_domain_is_not_there() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    bench.run(&mut admin, &opaque(7, domain(2) | domain(3))).unwrap();
    let all = Capabilities::ALL;
    let handle = ObjectHandle { id: ObjectId(7), object_type: ObjectType::OPAQUE };
    let mut stranger = bench.login_with(&mut admin, all, all, domain(1));
    let gone = Err(ErrorCode::OBJECT_NOT_FOUND);
    assert_eq!(bench.run(&mut stranger, &GetOpaque { id: ObjectId(7) }), gone);
    assert_eq!(
        bench.run(&mut stranger, &DeleteObject { object: handle }),
        Err(ErrorCode::OBJECT_NOT_FOUND)
    );
    assert_eq!(
        bench.info(&mut stranger, ObjectType::OPAQUE, ObjectId(7)),
        Err(ErrorCode::OBJECT_NOT_FOUND)
    );
    let listed = bench.run(&mut stranger, &ListObjects { filters: vec![] }).unwrap();
    assert!(listed.iter().all(|entry| entry.object_type == ObjectType::AUTHENTICATION_KEY));
    let mut neighbour = bench.login_with(&mut admin, all, all, domain(3) | domain(4));
    assert_eq!(bench.run(&mut neighbour, &GetOpaque { id: ObjectId(7) }), Ok(b"data".to_vec()));
    assert_eq!(bench.run(&mut neighbour, &DeleteObject { object: handle }), Ok(()));
}

#[test]
fn an_object_is_created_only_inside_the_sessions_domains() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    let all = Capabilities::ALL;
    let mut session = bench.login_with(&mut admin, all, all, domain(1) | domain(2));
    let outside = opaque(1, domain(2) | domain(3));
    assert_eq!(bench.run(&mut session, &outside), Err(ErrorCode::INVALID_DATA));
    let nowhere = opaque(1, Domains::NONE);
    assert_eq!(bench.run(&mut session, &nowhere), Err(ErrorCode::INVALID_DATA));
    assert_eq!(bench.run(&mut session, &opaque(1, domain(2))), Ok(ObjectId(1)));
}

#[test]
fn rights_that_a_session_may_not_hand_on_are_refused() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    let delegated = Capabilities::SIGN_ECDSA | Capabilities::GET_OPAQUE;
    let mut session = bench.login_with(&mut admin, Capabilities::ALL, delegated, Domains::ALL);
    let put = |capabilities, delegated| PutAuthenticationKey {
        id: ObjectId::ANY,
        label: Label::EMPTY,
        domains: Domains::ALL,
        capabilities,
        delegated,
        key: AuthenticationKey::Symmetric(other_keys()),
    };
    let none = Capabilities::NONE;
    assert!(bench.run(&mut session, &put(delegated, delegated)).is_ok());
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    let more = delegated | Capabilities::SIGN_EDDSA;
    assert_eq!(bench.run(&mut session, &put(more, none)), refused);
    assert_eq!(bench.run(&mut session, &put(none, more)), refused);
    // A bit without a name is a right like any other.
    let unnamed = delegated | Capabilities::from_bits(1 << 63);
    assert_eq!(bench.run(&mut session, &put(unnamed, none)), refused);
}

#[test]
fn a_session_keeps_the_rights_that_it_was_opened_with() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    let all = Capabilities::ALL;
    let mut session = bench.login_with(&mut admin, all, all, Domains::ALL);
    let listed = bench.run(&mut admin, &ListObjects { filters: vec![] }).unwrap();
    for entry in listed.iter().filter(|entry| entry.id != ObjectId(1)) {
        let object = ObjectHandle { id: entry.id, object_type: entry.object_type };
        bench.run(&mut admin, &DeleteObject { object }).unwrap();
    }
    assert!(bench.run(&mut session, &opaque(1, Domains::ALL)).is_ok());
}

#[test]
fn each_type_is_deleted_with_a_capability_of_its_own() {
    let mut bench = Bench::new();
    let mut admin = bench.login();
    bench.run(&mut admin, &opaque(7, Domains::ALL)).unwrap();
    let handle =
        |object_type| DeleteObject { object: ObjectHandle { id: ObjectId(7), object_type } };
    let all_but = Capabilities::ALL.difference(Capabilities::DELETE_OPAQUE);
    let none = Capabilities::NONE;
    let mut session = bench.login_with(&mut admin, all_but, none, Domains::ALL);
    let refused = Err(ErrorCode::INSUFFICIENT_PERMISSIONS);
    assert_eq!(bench.run(&mut session, &handle(ObjectType::OPAQUE)), refused);
    let gone = Err(ErrorCode::OBJECT_NOT_FOUND);
    assert_eq!(bench.run(&mut session, &handle(ObjectType::HMAC_KEY)), gone);
    let invalid = Err(ErrorCode::INVALID_DATA);
    assert_eq!(bench.run(&mut session, &handle(ObjectType(10))), invalid);
    let only = Capabilities::DELETE_OPAQUE;
    let mut session = bench.login_with(&mut admin, only, none, Domains::ALL);
    assert_eq!(bench.run(&mut session, &handle(ObjectType::OPAQUE)), Ok(()));
}

#[test]
fn public_keys_of_what_has_none_are_invalid_data() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.put_wrap_key(&mut session, 3, Capabilities::NONE);
    for object_type in [ObjectType::WRAP_KEY, ObjectType::OPAQUE, ObjectType(0)] {
        let request = PublicKey { id: ObjectId(3), object_type: Some(object_type) };
        let answer = bench.run(&mut session, &request);
        assert_eq!(answer, Err(ErrorCode::INVALID_DATA), "{object_type}");
    }
}
