//! What OpenSSL says of certificates, keys and lists, and whether it shakes hands with them.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use mtls::{
    authority::{EntryState, KeyKind, NewPeer, PeerKey, Reason, RenewKey, Which},
    identity::{ClientIdentity, Role},
};

use crate::scene::{PASSPHRASE, Scene, client, now, open, random, server, text};

#[test]
fn openssl_believes_every_kind_of_certificate() {
    for ca_key in [KeyKind::Rsa2048, KeyKind::P256] {
        let (scene, unlocked) = Scene::with_authority(ca_key);
        let names = ["10.0.0.5".parse().expect("an address"), "fd00::5".parse().expect("one")];
        let anna = NewPeer { role: Some(Role::Operator), ..client("anna") };
        let probe = NewPeer { role: Some(Role::Monitor), ..client("probe") };
        let small = NewPeer { key: PeerKey::New(KeyKind::P256), ..client("Línea 2/B") };
        for peer in [server("hsm-1.plant", &names), client("line-1"), anna, probe] {
            scene.issue(&unlocked, &peer);
            let stem = peer.purpose.stem();
            scene.verifies(&format!("{}/{stem}.pem", peer.name)).expect("OpenSSL believes it");
        }
        let issued = unlocked.issue(&small, now(), &mut random).expect("a certificate");
        scene.write(&unlocked, "small", &issued);
        scene.verifies("small/client.pem").expect("OpenSSL believes it");
        let identity = issued.record.inspection().identity();
        assert_eq!((identity.name.as_str(), identity.role), ("Línea 2/B", Role::Line));
        for (host, is_named) in [("hsm-1.plant", true), ("hsm-2.plant", false)] {
            let words = format!("x509 -in hsm-1.plant/server.pem -noout -checkhost {host}");
            assert_eq!(text(&scene.openssl(&words)).contains("does match"), is_named);
        }
    }
}

#[test]
fn openssl_opens_the_authoritys_key_with_its_passphrase_and_no_other() {
    let (scene, _unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    for (passphrase, opens) in [(PASSPHRASE, true), ("another one", false)] {
        let given = format!("pass:{passphrase}");
        let words = ["pkey", "-in", "ca/ca.key", "-passin", given.as_str(), "-noout"];
        assert_eq!(scene.openssl_words(&words).status.success(), opens);
    }
}

#[test]
fn a_renewed_certificate_says_the_same_and_the_old_one_lives_until_it_is_revoked() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    let first = scene.issue(&unlocked, &client("line-1"));
    let kept = unlocked.renew("line-1", RenewKey::Keep, 365, now(), &mut random).expect("renewed");
    scene.write(&unlocked, "kept", &kept);
    let new = RenewKey::New(KeyKind::P256);
    let next = unlocked.renew("line-1", new, 365, now(), &mut random).expect("renewed");
    scene.write(&unlocked, "next", &next);
    assert!(kept.key_pem.is_none());
    for name in ["line-1", "kept", "next"] {
        scene.verifies(&format!("{name}/client.pem")).expect("all are valid");
    }
    let key_of =
        |name: &str| text(&scene.openssl(&format!("x509 -in {name}/client.pem -noout -pubkey")));
    assert_eq!(key_of("kept"), key_of("line-1"));
    assert_ne!(key_of("next"), key_of("line-1"));
    let states = || -> Vec<EntryState> {
        let status = open(&scene).status(now()).expect("a status");
        status.entries.iter().map(|entry| entry.state).collect()
    };
    assert_eq!(states(), [EntryState::Renewed, EntryState::Renewed, EntryState::Valid]);

    let serial = first.record.serial_hex().to_owned();
    unlocked.revoke(&Which::Serial(&serial), Reason::Superseded, now()).expect("revoked");
    assert!(scene.verifies("line-1/client.pem").unwrap_err().contains("revoked"));
    scene.verifies("next/client.pem").expect("the next one is valid");
    // As OpenSSL prints it.
    let shouted = format!("0x{}", serial.to_uppercase());
    unlocked.revoke(&Which::Serial(&shouted), Reason::Superseded, now()).expect("again");

    unlocked.revoke(&Which::Name("line-1"), Reason::KeyCompromise, now()).expect("all of them");
    for name in ["kept", "next"] {
        let refused = scene.verifies(&format!("{name}/client.pem"));
        assert!(refused.unwrap_err().contains("revoked"));
    }
    assert_eq!(states(), [EntryState::Revoked; 3]);
}

#[test]
fn a_renewed_authority_still_stands_for_what_it_issued() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    scene.issue(&unlocked, &client("line-1"));
    let until = unlocked.authority().certificate().not_after_unix();
    let unlocked = unlocked.renew_authority(900, now(), &mut random).expect("renewed");
    assert!(unlocked.authority().certificate().not_after_unix() > until);
    scene.verifies("line-1/client.pem").expect("its key is the same");
    scene.issue(&unlocked, &client("line-2"));
    scene.verifies("line-2/client.pem").expect("it goes on");
}

#[test]
fn openssl_shakes_hands_with_our_pairs() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    scene.issue(&unlocked, &server("localhost", &[]));
    scene.issue(&unlocked, &client("line-1"));
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(&scene, version);
        let words = format!(
            "s_client -connect 127.0.0.1:{} {version} -CAfile ca/ca.pem -cert line-1/client.pem -key line-1/client.key -verify_return_error -verify_hostname localhost -brief",
            server.port
        );
        let output = scene.openssl(&words);
        assert!(output.status.success(), "{version}: {}", text(&output));
        assert!(text(&output).contains("Verification: OK"), "{}", text(&output));
    }
}

#[test]
fn a_certificate_is_read_as_it_was_issued() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    let peer = NewPeer { line: Some("hall 4, line 2"), ..client("pc-17") };
    let issued = scene.issue(&unlocked, &peer);
    let der = issued.record.inspection().der();
    let identity = ClientIdentity::from_certificate_der(der).expect("an identity");
    assert_eq!(identity.name, "hall 4, line 2");
    assert_eq!(identity.common_name.as_deref(), Some("pc-17"));
    assert!(identity.has_role);
    let output =
        text(&scene.openssl("x509 -in pc-17/client.pem -noout -serial -fingerprint -sha256"));
    assert!(output.to_lowercase().contains(&format!("serial={}", identity.serial_hex)));
    let fingerprint = output.to_lowercase().replace(':', "");
    assert!(fingerprint.contains(&identity.fingerprint_hex()));
}

/// `openssl s_server` that asks for a client certificate.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(scene: &Scene, version: &str) -> Self {
        let words = format!(
            "s_server -accept 127.0.0.1:0 {version} -CAfile ca/ca.pem -cert localhost/server.pem -key localhost/server.key -Verify 1 -verify_return_error"
        );
        let mut command = Command::new("openssl");
        command.args(words.split(' ')).current_dir(scene.path("."));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("openssl runs");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = stdout.lines().map(|line| line.expect("a line"));
        let accept = lines.find(|line| line.starts_with("ACCEPT")).expect("it listens");
        let port = accept.rsplit(':').next().and_then(|port| port.trim().parse().ok());
        // It goes on writing, and must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port: port.expect("its port") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
