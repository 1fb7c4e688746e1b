//! Signing requests that `openssl req` makes.

use mtls::authority::{AuthorityError, KeyKind, NewPeer, PeerKey, RequestError, SigningRequest};

use crate::scene::{Scene, client, now, random, text};

#[test]
fn a_request_is_signed_with_its_subject_and_our_extensions() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    for (at, key) in [
        "-newkey rsa:2048",
        "-newkey ec -pkeyopt ec_paramgen_curve:P-256",
        "-newkey ec -pkeyopt ec_paramgen_curve:P-384",
    ]
    .into_iter()
    .enumerate()
    {
        scene.openssl_does(&format!(
            "req -new {key} -sha256 -nodes -keyout client.key -out client.csr -subj /C=DE/ST=Some-State/O=Plant/OU=Hall4/CN=pc-{at}/emailAddress=a@b.example -addext subjectAltName=DNS:evil.example"
        ));
        let request = SigningRequest::from_pem(&scene.read("client.csr")).expect("a request");
        let name = format!("line-{at}");
        let peer = NewPeer { key: PeerKey::Request(&request), ..client(&name) };
        let issued = scene.issue(&unlocked, &peer);
        assert!(issued.key_pem.is_none());
        scene.verifies(&format!("{name}/client.pem")).expect("OpenSSL believes it");
        let shown = text(&scene.openssl(&format!("x509 -in {name}/client.pem -noout -text")));
        assert!(
            shown.contains("OU = Hall4") && shown.contains(&format!("CN = pc-{at}")),
            "{shown}"
        );
        assert!(shown.contains(&format!("urn:curbside:line:{name}")), "{shown}");
        assert!(!shown.contains("evil.example"), "what a request asks for is not signed: {shown}");
        let of = |words: &str| text(&scene.openssl(words));
        assert_eq!(
            of(&format!("x509 -in {name}/client.pem -noout -pubkey")),
            of("pkey -in client.key -pubout")
        );
    }
}

#[test]
fn a_request_with_a_weak_key_or_a_changed_byte_is_refused() {
    let scene = Scene::new();
    scene.openssl_does("req -new -newkey rsa:1024 -nodes -keyout k -out short.csr -subj /CN=a");
    scene.openssl_does("req -new -newkey ed25519 -nodes -keyout k -out ed.csr -subj /CN=a");
    scene.openssl_does(
        "req -new -newkey rsa:2048 -nodes -keyout k -out two.csr -subj /OU=a/OU=b/CN=c",
    );
    scene.openssl_does(
        "req -new -newkey rsa:2048 -nodes -keyout k -outform DER -out good.der -subj /CN=a",
    );
    let of = |name: &str| SigningRequest::from_pem(&scene.read(name)).expect_err("refused");
    assert_eq!(of("short.csr"), RequestError::ShortKey { bits: 1024 });
    assert_eq!(of("ed.csr"), RequestError::UnsupportedKey);
    assert!(matches!(of("two.csr"), RequestError::Subject(_)));
    let mut der = scene.read("good.der");
    let last = der.len() - 1;
    der[last] ^= 1;
    let pem = pem_rfc7468::encode_string("CERTIFICATE REQUEST", pem_rfc7468::LineEnding::LF, &der);
    let changed = SigningRequest::from_pem(pem.expect("PEM").as_bytes());
    assert_eq!(changed.expect_err("refused"), RequestError::Signature);
    assert_eq!(SigningRequest::from_pem(b"hello").expect_err("refused"), RequestError::NoRequest);
}

#[test]
fn a_name_has_one_valid_certificate_unless_it_is_renewed() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    scene.issue(&unlocked, &client("line-1"));
    let again = unlocked.issue(&client("line-1"), now(), &mut random);
    assert!(matches!(again, Err(AuthorityError::NameTaken { .. })));
    let nobody = NewPeer { days: 0, ..client("line-2") };
    assert!(matches!(unlocked.issue(&nobody, now(), &mut random), Err(AuthorityError::Order(_))));
    for name in ["", "a\nb", &"x".repeat(65)] {
        let refused = unlocked.issue(&client(name), now(), &mut random);
        assert!(matches!(refused, Err(AuthorityError::Name(_))));
    }
    // The authority lives 365 days: what is issued later ends with it, and after it nothing is.
    let late = unlocked.authority().certificate().not_after_unix();
    let issued = unlocked.issue(&client("late"), late - 86_400, &mut random).expect("one");
    assert_eq!(issued.record.inspection().identity().not_after_unix, late);
    let too_late = unlocked.issue(&client("too-late"), late + 1, &mut random);
    assert!(matches!(too_late, Err(AuthorityError::CaExpired)));
}
