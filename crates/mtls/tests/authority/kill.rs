//! What a kill between two steps leaves, and what makes it whole.

use mtls::authority::{AuthorityError, KeyKind, Reason, RenewKey, Which};

use crate::scene::{PASSPHRASE, Scene, client, now, open, passphrase, random};

#[test]
fn a_certificate_that_nobody_was_given_is_on_record_and_can_be_revoked() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    let issued = unlocked.issue(&client("line-1"), now(), &mut random).expect("a certificate");
    let serial = issued.record.serial_hex().to_owned();
    // The process is killed here: nothing of the peer was written.
    drop((issued, unlocked));
    let records = open(&scene).records().expect("records");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].serial_hex(), serial);
    let unlocked = open(&scene).unlock(&passphrase(PASSPHRASE)).expect("it opens");
    let new = RenewKey::New(KeyKind::P256);
    let next = unlocked.renew("line-1", new, 365, now(), &mut random).expect("renewed");
    scene.write(&unlocked, "line-1", &next);
    unlocked.revoke(&Which::Serial(&serial), Reason::Superseded, now()).expect("revoked");
    scene.verifies("line-1/client.pem").expect("the next one is valid");
}

#[test]
fn a_list_that_a_kill_left_behind_is_found_and_repaired() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    scene.issue(&unlocked, &client("line-1"));
    let before = scene.read("ca/ca.crl");
    unlocked.revoke(&Which::Name("line-1"), Reason::KeyCompromise, now()).expect("revoked");
    // The record says revoked, and the list was not replaced.
    scene.put("ca/ca.crl", &before);
    let status = open(&scene).status(now()).expect("a status");
    assert!(status.entries[0].is_list_behind);
    scene.verifies("line-1/client.pem").expect("servers do not know it");
    unlocked.revoke(&Which::Name("line-1"), Reason::KeyCompromise, now()).expect("again");
    assert!(!open(&scene).status(now()).expect("a status").entries[0].is_list_behind);
    assert!(scene.verifies("line-1/client.pem").unwrap_err().contains("revoked"));
}

#[test]
fn a_record_from_a_backup_does_not_let_a_revoked_certificate_in_again() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    let issued = scene.issue(&unlocked, &client("line-1"));
    scene.issue(&unlocked, &client("line-2"));
    let name = format!("ca/issued/{}.toml", issued.record.serial_hex());
    let before = scene.read(&name);
    unlocked.revoke(&Which::Name("line-1"), Reason::KeyCompromise, now()).expect("revoked");
    scene.put(&name, &before);
    let other = unlocked.revoke(&Which::Name("line-2"), Reason::Unspecified, now());
    assert!(matches!(other, Err(AuthorityError::Damaged { .. })));
    // Said again, it is on record again.
    unlocked.revoke(&Which::Name("line-1"), Reason::KeyCompromise, now()).expect("again");
    unlocked.revoke(&Which::Name("line-2"), Reason::Unspecified, now()).expect("revoked");
}

#[test]
fn a_temporary_file_is_no_record_and_goes() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    drop(unlocked);
    scene.put("ca/issued/.curbside-abc.tmp", b"half a rec");
    assert!(open(&scene).records().expect("records").is_empty());
    let _unlocked = open(&scene).unlock(&passphrase(PASSPHRASE)).expect("it opens");
    assert!(!scene.path("ca/issued/.curbside-abc.tmp").exists());
}

#[test]
fn a_second_process_is_kept_out_and_a_directory_is_never_overwritten() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    let second = open(&scene).unlock(&passphrase(PASSPHRASE));
    assert!(matches!(second, Err(AuthorityError::File(_))));
    drop(unlocked);
    let wrong = open(&scene).unlock(&passphrase("not this one"));
    assert!(matches!(wrong, Err(AuthorityError::WrongPassphrase)));
    let new = mtls::authority::NewAuthority { days: 365, key: KeyKind::P256 };
    let again = mtls::authority::Authority::create(
        &scene.path("ca"),
        &passphrase(PASSPHRASE),
        new,
        now(),
        &mut random,
    );
    assert!(matches!(again, Err(AuthorityError::InTheWay { file: "ca.pem", .. })));
}
