//! `curbside hsm audit`.

use crate::bench::Bench;

#[test]
fn a_log_is_checked_saved_and_advanced_and_the_next_run_goes_on_from_there() {
    let bench = Bench::of_hsms(1);
    let ended = bench
        .run("hsm audit -c URL0 --factory-key --audit-trust trust --save one --advance --json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = ended.json();
    assert_eq!((&report["is_intact"], &report["is_continued"]), (&true.into(), &false.into()));
    let saved = bench.read("one");
    assert_eq!(saved.lines().count(), 2);
    assert!(saved.starts_with(r#"{"number":1,"command":"reset""#), "{saved}");
    let trust = bench.read("trust");
    assert!(trust.starts_with("curbside-hsm-audit 1\n0000000001 2 "), "{trust}");
    let ended = bench.run("hsm audit -c URL0 --factory-key --audit-trust trust --json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = ended.json();
    assert_eq!(
        (&report["is_continued"], report["entries"].as_array().map(Vec::len)),
        (&true.into(), Some(0))
    );
}

#[test]
fn a_log_that_is_not_the_trusted_ones_continuation_is_not_genuine() {
    let bench = Bench::of_hsms(2);
    for (trust, told) in [
        ("0000000009 2 d8e73429f23fec4bb00aa429cbdd6608", "of HSM 0000000001"),
        ("0000000001 2 d8e73429f23fec4bb00aa429cbdd6608", "not the one that was seen before"),
        ("0000000001 900 d8e73429f23fec4bb00aa429cbdd6608", "log entry 901 is missing"),
    ] {
        bench.put("trust", &format!("curbside-hsm-audit 1\n{trust}\n"));
        let ended = bench.run("hsm audit -c URL0 --factory-key --audit-trust trust");
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert!(ended.stderr.contains(told), "{ended:?}");
    }
    bench.put("trust", "something else");
    let ended = bench.run("hsm audit -c URL0 --factory-key --audit-trust trust");
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let ended = bench.run("hsm audit -c URL0 -c URL1 --factory-key");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let ended = bench.run("hsm audit -c URL0 --factory-key --advance");
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn a_pin_that_may_not_read_the_log_is_told_so() {
    let bench = Bench::with_dummy();
    let ended = bench.run("hsm audit -c URL0 --slot 5 --pin-file pin");
    assert_eq!(ended.code, Some(9), "{ended:?}");
    assert!(ended.stderr.contains("INSUFFICIENT PERMISSIONS"), "{ended:?}");
}
