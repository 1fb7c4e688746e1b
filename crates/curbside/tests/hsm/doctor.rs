//! `curbside doctor`.

use crate::bench::{Bench, nowhere};

#[test]
fn a_machine_with_an_hsm_is_ready() {
    let bench = Bench::of_hsms(1);
    let ended = bench.run("doctor -c URL0 --json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let checks = ended.json()["checks"].clone();
    let good = checks.as_array().expect("checks").iter().filter(|check| check["is_good"] == true);
    assert_eq!(good.count(), 4, "{ended:?}");
}

#[test]
fn what_does_not_work_is_told_beside_what_does() {
    let bench = Bench::of_hsms(1);
    let ended = bench.run(&format!("doctor -c URL0 -c {} --dir none", nowhere()));
    assert_eq!(ended.code, Some(8), "{ended:?}");
    let lines = |start: &str| ended.stdout.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((lines("ok"), lines("FAIL")), (3, 2), "{ended:?}");
    assert!(ended.stdout.contains("hint: start the connector"), "{ended:?}");
}
