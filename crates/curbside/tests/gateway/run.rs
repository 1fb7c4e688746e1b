//! What a plant does with a gateway.

use std::{fs, process::Command};

use crate::network::Network;

#[test]
fn a_device_is_signed_through_the_gateway_and_the_log_names_the_line() {
    let mut network = Network::new();
    let signed = network.sign("line");
    assert_eq!(signed.code, Some(0), "{signed:?}");
    assert!(signed.stdout.contains("p256R1"), "{signed:?}");
    let line = network.gateway().line_with("path", "/connector/api");
    assert_eq!((&line["event"], &line["client"]), (&"answered".into(), &"line-7".into()));
    assert_eq!((&line["role"], &line["status"]), (&"line".into(), &200.into()));
}

#[test]
fn a_revoked_line_signs_no_more_and_the_others_do() {
    let mut network = Network::new();
    network.issue("client line-8", "other");
    assert_eq!(network.sign("line").code, Some(0));
    network.done("mtls revoke line-7 --ca ca --passphrase-file passphrase");
    fs::copy(network.path("ca/ca.crl"), network.path("server/ca.crl")).expect("it was written");
    network.gateway().signal("-HUP");
    network.gateway().line_with("event", "reloaded");
    let refused = network.sign("line");
    assert_eq!(refused.code, Some(8), "{refused:?}");
    let line = network.gateway().line_with("event", "refused");
    assert_eq!(line["reason"], "revoked");
    let signed = network.sign("other");
    assert_eq!(signed.code, Some(0), "{signed:?}");
}

#[test]
fn openssl_completes_and_believes_every_certificate() {
    let network = Network::new();
    for certificate in ["server/server.pem", "line/client.pem"] {
        let verified = Command::new("openssl")
            .args(["verify", "-x509_strict", "-CAfile"])
            .arg(network.path("ca/ca.pem"))
            .arg(network.path(certificate))
            .output()
            .expect("openssl runs");
        assert!(verified.status.success(), "{verified:?}");
    }
    let client = Command::new("openssl")
        .args(["s_client", "-brief", "-verify_return_error", "-verify_hostname", "localhost"])
        .arg("-connect")
        .arg(network.url().trim_start_matches("https://"))
        .arg("-CAfile")
        .arg(network.path("line/ca.pem"))
        .arg("-cert")
        .arg(network.path("line/client.pem"))
        .arg("-key")
        .arg(network.path("line/client.key"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("openssl runs");
    let said = String::from_utf8_lossy(&client.stderr);
    assert!(said.contains("Verification: OK"), "{said}");
}

#[test]
fn sigterm_ends_it_with_success() {
    let mut network = Network::new();
    network.gateway().signal("-TERM");
    while network.gateway().line().is_some() {}
    let ended = network.gateway().child.wait().expect("it has ended");
    assert!(ended.success(), "{ended}");
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let network = Network::new();
    fs::remove_file(network.path("server/server.key")).expect("it is there");
    let ended = network.run("mtls gateway --listen 127.0.0.1:0 --certificates server");
    assert_eq!(ended.code, Some(6));
    assert!(ended.stderr.contains("failed to open server/server.key"), "{ended:?}");
    fs::copy(network.path("line/client.key"), network.path("server/server.key")).expect("a key");
    let ended = network.run("mtls gateway --listen 127.0.0.1:0 --certificates server");
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("it is not the key of the certificate"), "{ended:?}");
}
