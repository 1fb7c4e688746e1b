//! The public recipe's own commands beside ours.

use std::{collections::BTreeSet, path::Path};

use mtls::{
    authority::{Authority, AuthorityError, Finding, KeyKind, Reason, Which, inspect_pem},
    identity::{ClientIdentity, Role},
};
use x509_parser::{certificate::X509Certificate, pem::Pem};

use crate::scene::{PASSPHRASE, Scene, client, now, passphrase, server, text};

/// What the recipe's extension files say, but for the last line.
const EXTENSIONS: &str = "authorityKeyIdentifier=keyid,issuer\nbasicConstraints=CA:FALSE\nkeyUsage = digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment\n";

/// Runs the recipe in a directory. A passphrase and a subject are given where it would ask for them.
fn follow_the_recipe(scene: &Scene) {
    let given = format!("pass:{PASSPHRASE}");
    let words = [
        "req",
        "-new",
        "-x509",
        "-subj",
        "/CN=Sidewalk CA/",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "365",
        "-passout",
        &given,
    ];
    let output = scene.openssl_words(&words);
    assert!(output.status.success(), "{}", text(&output));
    for (stem, usage, subject) in
        [("server", "serverAuth", "/CN=10.0.0.5"), ("client", "clientAuth", "/CN=line-1")]
    {
        let extensions = format!("{EXTENSIONS}extendedKeyUsage = {usage}\n");
        scene.put(&format!("v3_{stem}.ext"), extensions.as_bytes());
        scene.openssl_does(&format!(
            "req -new -newkey rsa:2048 -sha256 -nodes -keyout {stem}.key -out {stem}.csr -subj {subject}"
        ));
        let (csr, pem, ext) =
            (format!("{stem}.csr"), format!("{stem}.pem"), format!("v3_{stem}.ext"));
        let words = [
            "x509",
            "-req",
            "-days",
            "365",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-in",
            &csr,
            "-sha256",
            "-out",
            &pem,
            "-extfile",
            &ext,
            "-passin",
            &given,
        ];
        let output = scene.openssl_words(&words);
        assert!(output.status.success(), "{}", text(&output));
    }
}

#[test]
fn a_certificate_has_what_the_recipe_gives_it_and_what_the_recipe_lacks() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    follow_the_recipe(&scene);
    scene.issue(&unlocked, &server("10.0.0.5", &[]));
    scene.issue(&unlocked, &client("line-1"));
    for (theirs, ours, added) in [
        ("ca.pem", "ca/ca.pem", &["2.5.29.15"][..]),
        ("server.pem", "10.0.0.5/server.pem", &["2.5.29.14", "2.5.29.17"]),
        ("client.pem", "line-1/client.pem", &["2.5.29.14", "2.5.29.17"]),
    ] {
        let (theirs, ours) = (der(&scene, theirs), der(&scene, ours));
        let (theirs, ours) = (parsed(&theirs), parsed(&ours));
        assert_eq!(theirs.subject().as_raw(), ours.subject().as_raw());
        assert_eq!(theirs.issuer().as_raw(), ours.issuer().as_raw());
        assert_eq!(theirs.signature_algorithm, ours.signature_algorithm);
        assert_eq!(theirs.public_key().algorithm, ours.public_key().algorithm);
        let (in_theirs, in_ours) = (extensions(&theirs), extensions(&ours));
        let lacking: Vec<_> = in_theirs.difference(&in_ours).collect();
        assert!(lacking.is_empty(), "the recipe has {lacking:?}");
        let mut more: BTreeSet<String> = in_ours.difference(&in_theirs).cloned().collect();
        // Newer OpenSSL adds the subjectKeyIdentifier by itself.
        more.insert("2.5.29.14".to_owned());
        let mut added: BTreeSet<String> = added.iter().map(|oid| (*oid).to_owned()).collect();
        added.insert("2.5.29.14".to_owned());
        assert_eq!(more, added);
        let is_ca = |one: &X509Certificate<'_>| one.is_ca();
        assert_eq!(is_ca(&theirs), is_ca(&ours));
        if !is_ca(&ours) {
            assert_eq!(
                theirs.key_usage().expect("one").expect("there").value.flags,
                ours.key_usage().expect("one").expect("there").value.flags
            );
            let usage = |one: &X509Certificate<'_>| {
                let usage = one.extended_key_usage().expect("one").expect("there").value.clone();
                (usage.server_auth, usage.client_auth, usage.any, usage.other.len())
            };
            assert_eq!(usage(&theirs), usage(&ours));
        }
        // RFC 5280 wants both marked; the recipe marks only its authority's constraints.
        for extension in ours.iter_extensions() {
            let oid = extension.oid.to_id_string();
            assert_eq!(extension.critical, ["2.5.29.15", "2.5.29.19"].contains(&oid.as_str()));
        }
        let days = |one: &X509Certificate<'_>| {
            let validity = one.validity();
            (validity.not_after.timestamp() - validity.not_before.timestamp()) / 86_400
        };
        assert_eq!(days(&theirs), 365);
        assert_eq!(days(&ours), 365);
    }
}

#[test]
fn a_certificate_of_the_recipe_is_a_lines_and_is_told_what_it_lacks() {
    let scene = Scene::new();
    follow_the_recipe(&scene);
    let identity = ClientIdentity::from_certificate_der(&der(&scene, "client.pem"));
    let identity = identity.expect("an identity");
    assert_eq!((identity.name.as_str(), identity.role), ("line-1", Role::Line));
    assert!(!identity.has_role);
    let findings = |name: &str| {
        let found = inspect_pem(&scene.read(name)).expect("a certificate");
        found[0].findings(None, now())
    };
    assert!(findings("server.pem").contains(&Finding::NoSubjectAltName));
    assert!(!findings("client.pem").contains(&Finding::NoSubjectAltName));
    assert!(findings("client.pem").contains(&Finding::NoRole));
    assert!(findings("ca.pem").contains(&Finding::NoKeyUsage));
}

#[test]
fn an_authority_of_the_recipe_is_taken_over_and_goes_on_under_the_same_trust() {
    for cipher in ["", "-aes-256-cbc", "-aes-128-cbc", "-des3"] {
        let scene = Scene::new();
        follow_the_recipe(&scene);
        let given = format!("pass:{PASSPHRASE}");
        if !cipher.is_empty() {
            let words = [
                "pkcs8",
                "-topk8",
                "-v2",
                &cipher[1..],
                "-in",
                "ca.key",
                "-out",
                "ca2.key",
                "-passin",
                &given,
                "-passout",
                &given,
            ];
            let output = scene.openssl_words(&words);
            assert!(output.status.success(), "{}", text(&output));
        }
        let key = if cipher.is_empty() { "ca.key" } else { "ca2.key" };
        let authority = adopt(&scene, key, PASSPHRASE).expect("taken over");
        let unlocked = authority.unlock(&passphrase(PASSPHRASE)).expect("its key opens");
        scene.issue(&unlocked, &client("line-2"));
        let words =
            "verify -crl_check -CAfile ca.pem -CRLfile ca/ca.crl line-2/client.pem client.pem";
        scene.openssl_does(words);
        let pem = scene.read("client.pem");
        unlocked.revoke(&Which::Certificate(&pem), Reason::KeyCompromise, now()).expect("revoked");
        let refused = text(&scene.openssl(words));
        assert!(refused.contains("certificate revoked"), "{refused}");
        assert!(refused.contains("line-2/client.pem: OK"), "{refused}");
        let ca = scene.read("ca.pem");
        let error = unlocked.revoke(&Which::Certificate(&ca), Reason::Unspecified, now());
        assert!(matches!(error, Err(AuthorityError::NotOurs)));
    }
}

#[test]
fn what_cannot_be_taken_over_is_refused_by_name() {
    let scene = Scene::new();
    follow_the_recipe(&scene);
    let given = format!("pass:{PASSPHRASE}");
    let convert = |words: &[&str]| {
        let output = scene.openssl_words(words);
        assert!(output.status.success(), "{}", text(&output));
    };
    convert(&["pkey", "-in", "ca.key", "-passin", &given, "-out", "plain.key"]);
    convert(&[
        "rsa",
        "-in",
        "ca.key",
        "-passin",
        &given,
        "-out",
        "old.key",
        "-traditional",
        "-aes128",
        "-passout",
        &given,
    ]);
    convert(&[
        "pkcs8",
        "-topk8",
        "-scrypt",
        "-in",
        "plain.key",
        "-out",
        "scrypt.key",
        "-passout",
        &given,
    ]);
    convert(&[
        "genpkey",
        "-algorithm",
        "RSA",
        "-aes-256-cbc",
        "-pass",
        &given,
        "-out",
        "other.key",
    ]);
    assert!(matches!(adopt(&scene, "plain.key", PASSPHRASE), Err(AuthorityError::KeyNotEncrypted)));
    for name in ["old.key", "scrypt.key"] {
        let error = adopt(&scene, name, PASSPHRASE);
        assert!(matches!(error, Err(AuthorityError::UnsupportedEncryption { .. })), "{error:?}");
    }
    assert!(matches!(adopt(&scene, "other.key", PASSPHRASE), Err(AuthorityError::KeyMismatch)));
    assert!(matches!(adopt(&scene, "ca.key", "wrong one"), Err(AuthorityError::WrongPassphrase)));
    assert!(!scene.path("ca").exists(), "nothing is left of an attempt");
}

fn adopt(scene: &Scene, key: &str, words: &str) -> Result<Authority, AuthorityError> {
    let (pem, key) = (scene.path("ca.pem"), scene.path(key));
    Authority::adopt(Path::new(&scene.path("ca")), &pem, &key, &passphrase(words), now())
}

fn der(scene: &Scene, name: &str) -> Vec<u8> {
    let pem = scene.read(name);
    let block = Pem::iter_from_buffer(&pem).next().expect("a block").expect("PEM");
    block.contents
}

fn parsed(der: &[u8]) -> X509Certificate<'_> {
    x509_parser::parse_x509_certificate(der).expect("a certificate").1
}

fn extensions(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    certificate.iter_extensions().map(|extension| extension.oid.to_id_string()).collect()
}
