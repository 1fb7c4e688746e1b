//! `curbside mtls`: the mistakes that people make, and a whole year in the life of an authority.

use crate::scene::Scene;

/// A scene with an authority, whose passphrase is in `pass`.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.put("pass", "correct horse\n");
    scene.put("wrong", "battery staple\n");
    let ended = scene.run("mtls init --passphrase-file pass --key p256");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    scene
}

#[test]
fn a_second_authority_in_one_directory_is_refused() {
    let scene = scene();
    let ended = scene.run("mtls init --passphrase-file pass");
    assert_eq!(ended.code, Some(5));
    assert!(ended.stderr.contains("ca.pem is there already"), "{ended:?}");
}

#[test]
fn a_wrong_passphrase_leaves_nothing() {
    let scene = scene();
    let before = scene.names();
    let ended = scene.run("mtls issue client line-1 --passphrase-file wrong");
    assert_eq!(ended.code, Some(4));
    assert!(
        ended.stderr.contains("error: failed to open the authority's key: the passphrase is wrong")
    );
    assert_eq!(scene.names(), before);
}

#[test]
fn a_passphrase_is_asked_for_and_never_taken_from_a_pipe() {
    let ended = scene().run("mtls issue client line-1");
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("say --passphrase-file FILE"), "{ended:?}");
}

#[test]
fn a_passphrase_that_is_too_short_makes_no_authority() {
    let scene = Scene::new();
    scene.put("pass", "abc\n");
    let ended = scene.run("mtls init --passphrase-file pass");
    assert_eq!(ended.code, Some(2));
    assert_eq!(scene.names(), ["pass"]);
}

#[test]
fn existing_files_are_kept_and_nothing_is_signed_for_them() {
    let scene = scene();
    scene.put("client.key", "mine");
    let ended = scene.run("mtls issue client line-1 --key p256 --out . --passphrase-file pass");
    assert_eq!(ended.code, Some(5));
    assert!(ended.stderr.contains("client.key: it exists and is not overwritten"), "{ended:?}");
    assert_eq!(scene.read("client.key"), b"mine");
    let status = scene.run("mtls status --json");
    assert!(status.stdout.contains("\"certificates\": []"), "{status:?}");
}

#[test]
fn an_authority_lives_through_a_year() {
    let scene = scene();
    let run = |words: &str| {
        let ended = scene.run(&format!("mtls {words} --passphrase-file pass"));
        assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
        ended.stdout
    };
    run("issue server hsm-1 --san 10.0.0.5 --key p256");
    run("issue client line-1 --key p256");
    run("issue client line-2 --key p256 --days 20");
    let soon = scene.run("mtls status --strict");
    assert_eq!(soon.code, Some(5), "{soon:?}");
    assert!(soon.stdout.contains("note [expires-soon]: line-2 has"), "{soon:?}");
    run("renew line-2 --key p256 --out next");
    assert_eq!(scene.run("mtls status --strict").code, Some(0));
    run("renew line-2 --keep-key --out kept --revoke-old");
    run("revoke line-1 --reason key-compromise");
    run("renew --authority --days 900");
    let status = scene.run("mtls status");
    assert!(status.stdout.contains("client line-1 (line): revoked"), "{status:?}");
    assert!(status.stdout.contains("3 revoked"), "{status:?}");
    let again = scene.run("mtls renew line-1 --passphrase-file pass");
    assert_eq!(again.code, Some(5), "what is revoked is not renewed: {again:?}");
    let explained = scene.run("mtls status kept/client.pem sidewalk-ca/ca.pem --json");
    assert!(explained.stdout.contains("\"signed_by_this_authority\": true"), "{explained:?}");
    assert!(!scene.path("kept/client.key").exists());
}

#[test]
#[cfg(unix)]
fn private_keys_are_their_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = scene();
    scene.run("mtls issue server hsm-1 --passphrase-file pass");
    for name in ["sidewalk-ca/ca.key", "hsm-1/server.key"] {
        let metadata = scene.path(name).metadata().expect("a key");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
}
