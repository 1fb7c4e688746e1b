//! `curbside job`: packages between a device maker and a factory.

use crate::scene::{Ended, Scene};

const JOB: &str = "name = \"order-7\"\n[product]\ntag = \"RNET_DAK_NAME\"\ndevice_type = \"A17XHX23H06INH\"\napid = \"pd25\"\n\
    device_profile = \"device-profile.json\"\n[page]\nchip = \"nrf52840\"\naddress = 0xFF000\n\
    [signing]\nhsms = [\"http://localhost:12345\"]\n[serials]\nsource = \"range\"\npattern = \"G{:06}\"\nlast = 100\n\
    [line]\nslots = 1\n[driver]\nkind = \"sim\"\n";

/// A directory with a maker's key, its verifier key, and a package with these further words.
fn sealed(words: &str) -> (Scene, Ended) {
    let scene = Scene::new();
    scene.put("maker-job.toml", JOB);
    let made = scene.run("audit keygen --name maker.example --out maker.key");
    scene.put("maker.vkey", &made.stdout);
    let ended =
        scene.run(&format!("job seal maker-job.toml --key maker.key --out order.note {words}"));
    (scene, ended)
}

const VALID: &str = "--count 500 --valid-until 9999-12-31T00:00:00Z";

#[test]
fn a_sealed_package_is_verified_and_opened_to_a_job_that_a_line_reads() {
    let (scene, ended) = sealed(&format!("{VALID} --line line-b --line line-a"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let shown = scene.run("job verify order.note --key maker.vkey --json");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!((&shown["id"], &shown["signed_by"]), (&"order-7".into(), &"maker.example".into()));
    assert_eq!((&shown["lines"], &shown["valid_now"]), (&"line-a, line-b".into(), &true.into()));
    let which = scene.run("job open order.note --key maker.vkey --out job");
    assert_eq!(which.code, Some(2), "it must be said which of two lines this is: {which:?}");
    let other = scene.run("job open order.note --key maker.vkey --out job --line line-c");
    assert_eq!(other.code, Some(5), "{other:?}");
    let opened = scene.run("job open order.note --key maker.vkey --out job --line line-b");
    assert_eq!(opened.code, Some(0), "{opened:?}");
    let job = String::from_utf8(scene.read("job/job.toml")).unwrap();
    for part in ["stage = \"production\"", "address = 0xff000", "name = \"line-b\"", "count = 500"]
    {
        assert!(job.contains(part), "{part}: {job}");
    }
    assert_eq!(scene.read("job/package.note"), scene.read("order.note"));
    // The job makes the same package again.
    let again =
        scene.run(&format!("job seal job/job.toml --key maker.key --out again.note {VALID}"));
    assert_eq!(again.code, Some(0), "{again:?}");
    let once_more = scene.run("job open order.note --key maker.vkey --out job --line line-b");
    assert_eq!(once_more.code, Some(5), "a job is not overwritten: {once_more:?}");
}

#[test]
fn a_package_out_of_its_time_is_shown_and_refused() {
    for (words, said) in [
        (
            "--count 5 --valid-from 2001-01-01T00:00:00Z --valid-until 2002-01-01T00:00:00Z",
            "not valid any more since 2002-01-01T00:00:00Z",
        ),
        (
            "--count 5 --valid-from 9998-01-01T00:00:00Z --valid-until 9999-01-01T00:00:00Z",
            "not valid before 9998-01-01T00:00:00Z",
        ),
    ] {
        let (scene, ended) = sealed(words);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let shown = scene.run("job verify order.note --key maker.vkey");
        assert_eq!(shown.code, Some(5), "{shown:?}");
        assert!(shown.stdout.contains("RNET_DAK_NAME") && shown.stderr.contains(said), "{shown:?}");
        let opened = scene.run("job open order.note --key maker.vkey --out job");
        assert_eq!(opened.code, Some(5), "{opened:?}");
        assert!(!scene.path("job").exists());
    }
}

#[test]
fn a_changed_package_and_one_of_another_maker_are_not_genuine() {
    let (scene, _) = sealed(VALID);
    let note = String::from_utf8(scene.read("order.note")).unwrap();
    scene.put("more.note", note.replacen("count = 500", "count = 900", 1));
    let changed = scene.run("job verify more.note --key maker.vkey");
    assert_eq!(changed.code, Some(4), "{changed:?}");
    assert!(changed.stderr.contains("the signature of maker.example does not fit"), "{changed:?}");
    let other = scene.run("audit keygen --name other.example --out other.key");
    scene.put("other.vkey", other.stdout);
    let stranger = scene.run("job verify order.note --key other.vkey");
    assert_eq!(stranger.code, Some(4), "{stranger:?}");
    assert!(stranger.stderr.contains("it is signed by maker.example"), "{stranger:?}");
    scene.put("none.note", "nothing\n");
    assert_eq!(scene.run("job verify none.note --key maker.vkey").code, Some(3));
}

#[test]
fn what_cannot_be_sealed_is_refused_before_a_file_is_written() {
    for (words, code) in [
        ("--count 0 --valid-until 9999-12-31T00:00:00Z", 3),
        ("--count 5 --valid-until 2001-01-01T00:00:00Z", 3),
        ("--count 5 --valid-until tomorrow", 2),
        ("--count 5 --valid-until 9999-12-31T00:00:00Z --line .x", 3),
        ("--count 5 --valid-until 9999-12-31T00:00:00Z --key-name else.example", 2),
    ] {
        let (scene, ended) = sealed(words);
        assert_eq!(ended.code, Some(code), "{words}: {ended:?}");
        assert!(!scene.path("order.note").exists());
    }
}

#[test]
fn a_package_for_other_roots_is_not_opened() {
    let (scene, _) = sealed(VALID);
    scene.put("test-root.trust", crate::scene::input("test-root.trust"));
    let opened =
        scene.run("job open order.note --key maker.vkey --out job --trust test-root.trust");
    assert_eq!(opened.code, Some(4), "{opened:?}");
}
