//! Every command that the vendor's Python library can send, as it sends it.

use yubihsm2::{
    AesKey, Algorithm, AlgorithmToggle, AuditMode, AuthenticationKey, Capabilities, Command,
    CommandAudit, Domains, Label, ListFilter, NewDelegatingObject, NewObject, ObjectBody,
    ObjectHandle, ObjectId, ObjectRecord, ObjectType, OptionTag, OptionValue, Origin, OtpAead,
    OtpAeadKey, OtpSecrets, Request, Secret, StaticKeys, Wire as _, WrapError, WrapKey, Wrapped,
    operation::{
        ChangeAuthenticationKey, CreateOtpAead, DecryptCbc, DecryptEcb, DecryptOaep, DecryptOtp,
        DecryptPkcs1, DeleteObject, DeriveEcdh, EncryptCbc, EncryptEcb, ExportFormat, ExportKeyRsa,
        ExportWrapped, ExportWrappedRsa, GenerateAsymmetricKey, GenerateHmacKey,
        GenerateSymmetricKey, GenerateWrapKey, GetOpaque, GetOption, GetTemplate, ImportKeyRsa,
        ImportWrapped, ImportWrappedRsa, ListObjects, LogEntries, ObjectInfoOf, PseudoRandom,
        PublicKey, PutAsymmetricKey, PutAuthenticationKey, PutHmacKey, PutOpaque, PutOtpAeadKey,
        PutPublicWrapKey, PutSymmetricKey, PutTemplate, PutWrapKey, RandomizeOtpAead,
        RewrapOtpAead, RsaWrapped, SetLogIndex, SetOption, SignAttestationCertificate, SignEcdsa,
        SignEddsa, SignHmac, SignPkcs1, SignPss, SignSshCertificate, UnwrapData, VerifyHmac,
        WrapData,
    },
};

use crate::support::{hex_bytes, secret_key, vendor, vendor_frame};

/// The id that the script's library gets back from every create.
const KEY: ObjectId = ObjectId(0x0102);

const SHA256_OF_MESSAGE: &str = "ab530a13e45914982b79f9b7e3fba994cfd1f3fb22f71cea1afbf02b460c6d1d";
const SHA256_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SHA1_OF_NOTHING: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

fn check(name: &str, request: impl Into<Request>) {
    let request = request.into();
    let expected = vendor_frame(&format!("command.{name}"));
    assert_eq!(request.frame().unwrap(), expected, "{name}");
    assert_eq!(Request::decode(&expected), Ok(request), "{name}");
}

fn capabilities() -> Capabilities {
    Capabilities::SIGN_ECDSA | Capabilities::SIGN_EDDSA
}

fn label() -> Label {
    Label::new("label").unwrap()
}

fn new(algorithm: Algorithm) -> NewObject {
    NewObject {
        id: ObjectId(0x1234),
        label: label(),
        domains: Domains::from_bits(5),
        capabilities: capabilities(),
        algorithm,
    }
}

fn delegating(algorithm: Algorithm) -> NewDelegatingObject {
    let delegated = Capabilities::EXPORTABLE_UNDER_WRAP;
    NewDelegatingObject { object: new(algorithm), delegated }
}

fn counting<const N: usize>() -> [u8; N] {
    std::array::from_fn(|index| index as u8)
}

fn counting_wrapped() -> Wrapped {
    Wrapped::from_bytes(&counting::<40>()).unwrap()
}

fn counting_aead() -> OtpAead {
    OtpAead::from_bytes(&counting::<36>()).unwrap()
}

#[test]
fn listing_objects() {
    check("list_objects.1", ListObjects { filters: vec![] });
    let filters = vec![
        ListFilter::Id(ObjectId(0x1234)),
        ListFilter::Type(ObjectType::OPAQUE),
        ListFilter::Domains(Domains::from_bits(5)),
        ListFilter::Capabilities(capabilities()),
        ListFilter::Algorithm(Algorithm::ED25519),
        ListFilter::Label(label()),
    ];
    check("list_objects.2", ListObjects { filters });
}

#[test]
fn randomness_and_the_audit_log() {
    check("get_pseudo_random.1", PseudoRandom { count: 258 });
    check("get_log_entries.1", LogEntries {});
    check("set_log_index.1", SetLogIndex { number: 258 });
}

#[test]
fn options() {
    let set = |value: OptionValue| SetOption { tag: value.tag(), value: value.encode() };
    check("set_option.1", set(OptionValue::ForceAudit(AuditMode::FIXED)));
    let audits = vec![
        CommandAudit { command: Command::ECHO, mode: AuditMode::OFF },
        CommandAudit { command: Command::LIST_OBJECTS, mode: AuditMode::ON },
    ];
    check("set_option.2", set(OptionValue::CommandAudit(audits)));
    let toggles = vec![
        AlgorithmToggle { algorithm: Algorithm::RSA_2048, is_enabled: false },
        AlgorithmToggle { algorithm: Algorithm::ED25519, is_enabled: true },
    ];
    check("set_option.3", set(OptionValue::AlgorithmToggle(toggles)));
    check("get_option.1", GetOption { tag: OptionTag::FORCE_AUDIT });
}

#[test]
fn opaque_objects_and_templates() {
    let data = b"data".to_vec();
    check("put_opaque.1", PutOpaque { object: new(Algorithm::OPAQUE_DATA), data: data.clone() });
    check("get_opaque.1", GetOpaque { id: KEY });
    let object = ObjectHandle { id: KEY, object_type: ObjectType::OPAQUE };
    check("get_object_info.1", ObjectInfoOf { object });
    check("delete_object.1", DeleteObject { object });
    check("put_template.1", PutTemplate { object: new(Algorithm::TEMPLATE_SSH), data });
    check("get_template.1", GetTemplate { id: KEY });
}

#[test]
fn authentication_keys() {
    let symmetric = AuthenticationKey::Symmetric(StaticKeys::from_password(b"password"));
    let p256 = AuthenticationKey::P256(secret_key(0x11).public_key());
    let put = |key| PutAuthenticationKey {
        id: ObjectId(0x1234),
        label: label(),
        domains: Domains::from_bits(5),
        capabilities: capabilities(),
        delegated: Capabilities::EXPORTABLE_UNDER_WRAP,
        key,
    };
    check("put_authentication_key.1", put(symmetric.clone()));
    check("put_authentication_key.2", put(p256.clone()));
    check("change_authentication_key.1", ChangeAuthenticationKey { id: KEY, key: symmetric });
    check("change_authentication_key.2", ChangeAuthenticationKey { id: KEY, key: p256 });
}

#[test]
fn asymmetric_keys() {
    let put =
        |algorithm, byte| PutAsymmetricKey { object: new(algorithm), key: vec![byte; 32].into() };
    check("put_asymmetric_key.1", put(Algorithm::EC_P256, 0x11));
    check("put_asymmetric_key.2", put(Algorithm::ED25519, 0x55));
    check("generate_asymmetric_key.1", GenerateAsymmetricKey { object: new(Algorithm::ED25519) });
    check("get_public_key.1", PublicKey { id: KEY, object_type: None });
    let object_type = Some(ObjectType::WRAP_KEY);
    check("get_public_key.2", PublicKey { id: KEY, object_type });
}

#[test]
fn signatures() {
    let digest = hex_bytes(SHA256_OF_MESSAGE);
    check("sign_ecdsa.1", SignEcdsa { key: KEY, digest: digest.clone() });
    check("sign_eddsa.1", SignEddsa { key: KEY, message: b"message".to_vec() });
    check("sign_pkcs1.1", SignPkcs1 { key: KEY, digest: digest.clone() });
    let mgf1 = Algorithm::MGF1_SHA384;
    check("sign_pss.1", SignPss { key: KEY, mgf1, salt_len_bytes: 20, digest });
    let attester = ObjectId(0x0102);
    let attestation = SignAttestationCertificate { key: KEY, attester };
    check("sign_attestation_certificate.1", attestation);
    let certificate = SignSshCertificate {
        key: KEY,
        template: ObjectId(0x0102),
        algorithm: Algorithm::RSA_PKCS1_SHA256,
        now: 0x0102_0304,
        signature: counting(),
        request: b"request".to_vec(),
    };
    check("sign_ssh_certificate.1", certificate);
}

#[test]
fn decryption_and_key_agreement() {
    check("decrypt_pkcs1.1", DecryptPkcs1 { key: KEY, ciphertext: vec![0; 256] });
    let frame = vendor_frame("command.decrypt_oaep.1");
    let Ok(Request::DecryptOaep(request)) = Request::decode(&frame) else {
        panic!("not a request to decrypt")
    };
    let (ciphertext, label_digest) = request.split(256).unwrap();
    assert_eq!((ciphertext, label_digest.len()), ([0; 256].as_slice(), 32));
    let rebuilt = DecryptOaep::new(KEY, Algorithm::MGF1_SHA1, ciphertext, label_digest);
    check("decrypt_oaep.1", rebuilt);
    let point = secret_key(0x11).public_key().to_sec1().to_vec();
    check("derive_ecdh.1", DeriveEcdh { key: KEY, point });
}

#[test]
fn hmac_keys() {
    let object = new(Algorithm::HMAC_SHA256);
    check("put_hmac_key.1", PutHmacKey { object, key: b"key".as_slice().into() });
    check("generate_hmac_key.1", GenerateHmacKey { object: new(Algorithm::HMAC_SHA512) });
    check("sign_hmac.1", SignHmac { key: KEY, data: b"data".to_vec() });
    let verify = VerifyHmac::new(KEY, &[0; 32], b"data");
    assert_eq!(verify.split(32), Some(([0; 32].as_slice(), b"data".as_slice())));
    check("verify_hmac.1", verify);
}

#[test]
fn symmetric_keys() {
    let object = new(Algorithm::AES128);
    check("put_symmetric_key.1", PutSymmetricKey { object, key: counting::<16>().to_vec().into() });
    check("generate_symmetric_key.1", GenerateSymmetricKey { object: new(Algorithm::AES256) });
    let blocks = vec![0; 16];
    check("encrypt_ecb.1", EncryptEcb { key: KEY, blocks: blocks.clone() });
    check("decrypt_ecb.1", DecryptEcb { key: KEY, blocks: blocks.clone() });
    let initial_vector = counting();
    check("encrypt_cbc.1", EncryptCbc { key: KEY, initial_vector, blocks: blocks.clone() });
    check("decrypt_cbc.1", DecryptCbc { key: KEY, initial_vector, blocks });
}

#[test]
fn otp_keys() {
    // The library sends its number 01020304 little-endian.
    let put = PutOtpAeadKey {
        object: new(Algorithm::AES128_YUBICO_OTP),
        nonce_id: [4, 3, 2, 1],
        key: counting::<16>().to_vec().into(),
    };
    check("put_otp_aead_key.1", put);
    let create = CreateOtpAead {
        key: KEY,
        otp_key: Secret::new(counting()),
        private_id: Secret::new(counting()),
    };
    check("create_otp_aead.1", create);
    check("randomize_otp_aead.1", RandomizeOtpAead { key: KEY });
    check("decrypt_otp.1", DecryptOtp { key: KEY, aead: counting_aead(), otp: counting() });
    let to = ObjectId(0x0203);
    check("rewrap_otp_aead.1", RewrapOtpAead { from: KEY, to, aead: counting_aead() });
}

#[test]
fn wrap_keys() {
    let object = delegating(Algorithm::AES128_CCM_WRAP);
    check("put_wrap_key.1", PutWrapKey { object, key: counting::<16>().to_vec().into() });
    check("generate_wrap_key.1", GenerateWrapKey { object });
    check("wrap_data.1", WrapData { key: KEY, data: b"data".as_slice().into() });
    check("unwrap_data.1", UnwrapData { key: KEY, wrapped: counting_wrapped() });
    let export = |format| ExportWrapped {
        wrap_key: KEY,
        object_type: ObjectType::ASYMMETRIC_KEY,
        id: KEY,
        format,
    };
    check("export_wrapped.1", export(None));
    check("export_wrapped.2", export(Some(ExportFormat::WITH_SEED)));
    check("import_wrapped.1", ImportWrapped { wrap_key: KEY, wrapped: counting_wrapped() });
}

#[test]
fn rsa_wrap_keys() {
    let mut modulus = vec![0; 256];
    (modulus[0], modulus[255]) = (0x80, 0x01);
    let object = delegating(Algorithm::RSA_2048);
    check("put_public_wrap_key.1", PutPublicWrapKey { object, modulus });
    let export = ExportWrappedRsa {
        wrap_key: KEY,
        object_type: ObjectType::ASYMMETRIC_KEY,
        id: KEY,
        aes: Algorithm::AES256,
        oaep: Algorithm::RSA_OAEP_SHA256,
        mgf1: Algorithm::MGF1_SHA256,
        label_digest: hex_bytes(SHA256_OF_NOTHING),
    };
    check("export_wrapped_rsa.1", export);
    let export = ExportKeyRsa {
        wrap_key: KEY,
        object_type: ObjectType::SYMMETRIC_KEY,
        id: KEY,
        aes: Algorithm::AES128,
        oaep: Algorithm::RSA_OAEP_SHA1,
        mgf1: Algorithm::MGF1_SHA384,
        label_digest: hex_bytes(SHA1_OF_NOTHING),
    };
    check("wrap_key_rsa.1", export);
    let wrapped = RsaWrapped {
        oaep: Algorithm::RSA_OAEP_SHA256,
        mgf1: Algorithm::MGF1_SHA256,
        wrapped: vec![0; 300],
        label_digest: hex_bytes(SHA256_OF_NOTHING),
    };
    check("import_wrapped_rsa.1", ImportWrappedRsa { wrap_key: KEY, wrapped });
}

#[test]
fn a_bare_key_under_an_rsa_wrap_key() {
    let frame = vendor_frame("command.unwrap_key_rsa.1");
    let label_digest = frame.payload()[frame.payload().len() - 64..].to_vec();
    let import = ImportKeyRsa {
        wrap_key: KEY,
        object_type: ObjectType::SYMMETRIC_KEY,
        id: ObjectId(0x0304),
        label: label(),
        domains: Domains::from_bits(5),
        capabilities: capabilities(),
        algorithm: Algorithm::AES256,
        wrapped: RsaWrapped {
            oaep: Algorithm::RSA_OAEP_SHA512,
            mgf1: Algorithm::MGF1_SHA1,
            wrapped: vec![0; 300],
            label_digest,
        },
    };
    assert_eq!(import.wrapped.split(256), Some(([0; 256].as_slice(), [0; 44].as_slice())));
    check("unwrap_key_rsa.1", import);
}

#[test]
fn an_object_wrapped_by_openssl_opens_and_seals_to_the_same_bytes() {
    let key = WrapKey::new(AesKey::new(counting::<32>().to_vec()).unwrap());
    let wrapped = Wrapped::from_bytes(&vendor("wrapped.object")).unwrap();
    let record = ObjectRecord {
        capabilities: Capabilities::from_bits(0x0101),
        id: ObjectId(0x1234),
        len_bytes: 16,
        domains: Domains::from_bits(5),
        object_type: ObjectType::SYMMETRIC_KEY,
        algorithm: Algorithm::AES128,
        sequence: 0,
        origin: Origin::IMPORTED,
        label: label(),
        body: counting::<16>().to_vec().into(),
    };
    assert_eq!(key.open_object(&wrapped), Ok(record.clone()));
    assert_eq!(key.seal_object(counting(), &record), Ok(wrapped.clone()));
    assert_eq!(record.parse_body(), Ok(ObjectBody::Raw(record.body.clone())));
    let mark = WrapError::Mark { expected: 0, found: Some(42) };
    assert_eq!(key.open_data(&wrapped), Err(mark));
}

#[test]
fn data_wrapped_by_openssl_opens_and_seals_to_the_same_bytes() {
    let key = WrapKey::new(AesKey::new(counting::<24>().to_vec()).unwrap());
    let wrapped = Wrapped::from_bytes(&vendor("wrapped.data")).unwrap();
    assert_eq!(key.open_data(&wrapped), Ok(b"data".as_slice().into()));
    assert_eq!(key.seal_data(counting(), b"data"), Ok(wrapped.clone()));
    let mark = WrapError::Mark { expected: 41, found: Some(0) };
    assert_eq!(key.open_object(&wrapped), Err(mark));
}

#[test]
fn otp_secrets_encrypted_by_openssl_open_and_seal_to_the_same_bytes() {
    let key = OtpAeadKey::new([1, 2, 3, 4], AesKey::new(counting::<16>().to_vec()).unwrap());
    let aead = OtpAead::from_bytes(&vendor("wrapped.otp")).unwrap();
    let secrets = OtpSecrets::from_bytes(&counting::<22>()).unwrap();
    assert_eq!(key.open(&aead), Ok(secrets.clone()));
    assert_eq!(key.seal([5, 6, 7, 8, 9, 10], &secrets), Ok(aead));
}
