//! A client that shares no code with ours or with the vendor's: the `yubihsm` crate, over the connector.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::{Digest as _, Sha256};
use soft_hsm::{
    SeededRandomness, SoftHsm,
    connector::{Connector as OurConnector, ConnectorOptions, Serving},
    device::Settings,
};
use yubihsm::{
    AuditOption, Capability, Client, Connector, Credentials, Domain, HttpConfig, asymmetric,
    command, hmac, object, opaque, wrap,
};

const TIMEOUT_MS: u64 = 5000;
const DEFAULT_KEY: object::Id = 1;

/// A factory-fresh device behind a connector, and the client in a session with it.
struct Scene {
    client: Client,
    // Serves as long as the client lives.
    _serving: Serving<SoftHsm>,
}

impl Scene {
    fn new() -> Self {
        let random = Box::new(SeededRandomness::from_number(1));
        let device = SoftHsm::in_memory(Settings::default(), random);
        let listen = "127.0.0.1:0".parse().expect("an address");
        let serving =
            OurConnector::bind(&listen, ConnectorOptions::default(), device).expect("a free port");
        let address = serving.local_addr();
        let config = HttpConfig {
            addr: address.ip().to_string(),
            port: address.port(),
            timeout_ms: TIMEOUT_MS,
        };
        let credentials = Credentials::from_password(DEFAULT_KEY, b"password");
        let client = Client::open(Connector::http(&config), credentials, true).expect("a session");
        Self { client, _serving: serving }
    }

    fn generate(&self, algorithm: asymmetric::Algorithm, capabilities: Capability) -> object::Id {
        self.client
            .generate_asymmetric_key(0, "key".into(), Domain::DOM1, capabilities, algorithm)
            .expect("a key")
    }
}

#[test]
fn the_device_says_what_it_is() {
    let scene = Scene::new();
    let info = scene.client.device_info().expect("an answer");
    assert_eq!((info.major_version, info.minor_version, info.build_version), (2, 4, 1));
    assert_eq!(info.log_store_capacity, 62);
    let storage = scene.client.get_storage_info().expect("an answer");
    assert_eq!((storage.total_records, storage.free_records), (256, 255));
    assert_eq!((storage.total_pages, storage.page_size), (1024, 126));
    assert_eq!(scene.client.echo(vec![7; 1500]).expect("an answer"), vec![7; 1500]);
    assert_eq!(scene.client.get_pseudo_random(64).expect("an answer").len(), 64);
}

#[test]
fn signatures_of_both_curves_verify() {
    let scene = Scene::new();
    let ed25519 = scene.generate(asymmetric::Algorithm::Ed25519, Capability::SIGN_EDDSA);
    let public = scene.client.get_public_key(ed25519).expect("a key");
    let signature = scene.client.sign_ed25519(ed25519, b"message".as_slice()).expect("a signature");
    let key: [u8; 32] = public.as_slice().try_into().expect("32 bytes");
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key).expect("a key");
    let signature = ed25519_dalek::Signature::from_bytes(&signature.to_bytes());
    key.verify_strict(b"message", &signature).expect("genuine");

    let p256 = scene.generate(asymmetric::Algorithm::EcP256, Capability::SIGN_ECDSA);
    let public = scene.client.get_public_key(p256).expect("a key");
    let digest = Sha256::digest(b"message");
    let signature =
        scene.client.sign_ecdsa_prehash_raw(p256, digest.to_vec()).expect("a signature");
    let point = [&[4], public.as_slice()].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).expect("a key");
    let signature = p256::ecdsa::Signature::from_der(&signature).expect("DER");
    key.verify_prehash(&digest, &signature).expect("genuine");
}

#[test]
fn objects_are_put_listed_read_and_deleted() {
    let scene = Scene::new();
    let client = &scene.client;
    let id = client
        .put_opaque(
            0x0E,
            "HSM info".into(),
            Domain::DOM1 | Domain::DOM3,
            Capability::empty(),
            opaque::Algorithm::Data,
            b"contents".to_vec(),
        )
        .expect("an object");
    assert_eq!(client.get_opaque(id).expect("an object"), b"contents");
    let info = client.get_object_info(id, object::Type::Opaque).expect("an object");
    assert_eq!((info.length, info.sequence), (8, 0));
    assert_eq!(info.label.to_string(), "HSM info");
    let listed = client.list_objects(&[object::Filter::Id(id)]).expect("a list");
    assert_eq!(listed.iter().map(|entry| entry.object_id).collect::<Vec<_>>(), [id]);
    client.delete_object(id, object::Type::Opaque).expect("it was there");
    assert!(client.get_opaque(id).is_err());
}

#[test]
fn authentication_codes_hold_for_their_message_only() {
    let scene = Scene::new();
    let capabilities = Capability::SIGN_HMAC | Capability::VERIFY_HMAC;
    let key = scene
        .client
        .generate_hmac_key(0, "mac".into(), Domain::DOM1, capabilities, hmac::Algorithm::Sha256)
        .expect("a key");
    let tag = scene.client.sign_hmac(key, b"message".as_slice()).expect("a tag");
    scene.client.verify_hmac(key, b"message".as_slice(), tag.clone()).expect("genuine");
    assert!(scene.client.verify_hmac(key, b"another".as_slice(), tag).is_err());
}

#[test]
fn a_key_travels_under_a_wrap_key() {
    let scene = Scene::new();
    let client = &scene.client;
    let capabilities = Capability::SIGN_EDDSA | Capability::EXPORTABLE_UNDER_WRAP;
    let key = scene.generate(asymmetric::Algorithm::Ed25519, capabilities);
    let public = client.get_public_key(key).expect("a key");
    let wrapping = client
        .generate_wrap_key(
            0,
            "wrap".into(),
            Domain::DOM1,
            Capability::EXPORT_WRAPPED | Capability::IMPORT_WRAPPED,
            capabilities,
            wrap::Algorithm::Aes256Ccm,
        )
        .expect("a key");
    let wrapped =
        client.export_wrapped(wrapping, object::Type::AsymmetricKey, key).expect("a copy");
    client.delete_object(key, object::Type::AsymmetricKey).expect("it was there");
    let handle = client.import_wrapped(wrapping, wrapped).expect("the copy is good");
    assert_eq!(handle.object_id, key);
    assert_eq!(client.get_public_key(key).expect("a key").as_slice(), public.as_slice());
}

#[test]
fn the_audit_log_names_what_was_done() {
    let scene = Scene::new();
    let client = &scene.client;
    client
        .set_command_audit_option(command::Code::SignEddsa, AuditOption::On)
        .expect("it is allowed");
    let key = scene.generate(asymmetric::Algorithm::Ed25519, Capability::SIGN_EDDSA);
    client.sign_ed25519(key, b"message".as_slice()).expect("a signature");
    let log = client.get_log_entries().expect("a log");
    let last = log.entries.last().expect("an entry");
    assert_eq!((last.cmd, last.target_key), (command::Code::SignEddsa, key));
    client.set_log_index(last.item).expect("it is in the log");
    assert_eq!(client.get_log_entries().expect("a log").entries.len(), 0);
}

#[test]
fn an_attestation_is_a_certificate_of_the_key() {
    let scene = Scene::new();
    let key = scene.generate(asymmetric::Algorithm::EcP256, Capability::SIGN_ECDSA);
    let certificate = scene.client.sign_attestation_certificate(key, None).expect("a certificate");
    let public = scene.client.get_public_key(key).expect("a key");
    let der: Vec<u8> = certificate.into();
    assert!(der.windows(public.len()).any(|window| window == public.as_slice()));
}

#[test]
fn a_wrong_password_opens_nothing() {
    let scene = Scene::new();
    let credentials = Credentials::from_password(DEFAULT_KEY, b"passw0rd");
    assert!(Client::open(scene.client.connector().clone(), credentials, false).is_err());
    // Whoever is in a session stays in it.
    scene.client.device_info().expect("an answer");
}
