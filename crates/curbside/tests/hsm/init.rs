//! `curbside hsm init` and `status`.

use crate::bench::Bench;

#[test]
fn replicas_hold_the_same_genuine_chain() {
    let bench = Bench::of_hsms(2);
    let ended = bench.run("hsm init -c URL0 -c URL1 --pin-file pin --apid pd25 --json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = ended.json();
    assert_eq!(summary["products"][0]["tag"], "RNET_DAK_DUMMY");
    assert_eq!(summary["apid"], "pd25");
    assert_eq!(summary["hsms"].as_array().map(Vec::len), Some(2));
    let status = "hsm status -c URL0 -c URL1 --pin-file pin --trust RNET_DAK_DUMMY.trust --json";
    let ended = bench.run(status);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let status = ended.json();
    let key = |hsm: usize| status["hsms"][hsm]["products"][0]["keys"].clone();
    assert_eq!(key(0), key(1));
    assert_eq!(status["hsms"][0]["products"][0]["is_genuine"], true);
    assert_eq!(status["hsms"][1]["serial"], "0000000002");
}

#[test]
fn a_refused_init_leaves_the_hsm_and_the_trust_file_of_its_root_alone() {
    let bench = Bench::with_dummy();
    let trust = bench.read("RNET_DAK_DUMMY.trust");
    let ended = bench.run("hsm init -c URL0 --pin-file pin --force");
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.stderr.contains("hint: say --add"), "{ended:?}");
    assert_eq!(bench.read("RNET_DAK_DUMMY.trust"), trust);
    let ended = bench.run("hsm status -c URL0 --pin-file pin --trust RNET_DAK_DUMMY.trust");
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_trust_file_in_the_way_ends_init_before_the_hsm_is_touched() {
    let bench = Bench::of_hsms(1);
    bench.put("RNET_DAK_DUMMY.trust", "mine");
    let ended = bench.run("hsm init -c URL0 --pin-file pin");
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert_eq!(bench.read("RNET_DAK_DUMMY.trust"), "mine");
    let ended = bench.run("hsm status -c URL0 --factory-key --json");
    assert_eq!(ended.json()["hsms"][0]["objects"].as_array().map(Vec::len), Some(1));
}

#[test]
fn one_replica_that_cannot_be_programmed_keeps_all_of_them_as_they_were() {
    let bench = Bench::of_hsms(2);
    let ended = bench.run("hsm init -c URL1 --pin-file pin --product OTHER");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = bench.run("hsm init -c URL0 -c URL1 --pin-file pin");
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(!bench.path("RNET_DAK_DUMMY.trust").exists());
    let ended = bench.run("hsm status -c URL0 --factory-key --json");
    assert_eq!(ended.json()["hsms"][0]["objects"].as_array().map(Vec::len), Some(1));
}

#[test]
fn another_stage_is_added_and_several_daks_have_tags_of_their_own() {
    let bench = Bench::with_dummy();
    let ended = bench.run("hsm init -c URL0 --pin-file pin --stage test --daks 2 --add --json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let tags: Vec<_> = (0..2).map(|index| ended.json()["products"][index]["tag"].clone()).collect();
    assert_eq!(tags, ["TEST_DAK_DUMMY_1", "TEST_DAK_DUMMY_2"]);
    // All of them at once need both roots.
    let (own, test) = (bench.read("RNET_DAK_DUMMY.trust"), bench.read("TEST_DAK_DUMMY_1.trust"));
    let test = test.split_once('\n').expect("a trust file has a first line").1;
    bench.put("both.trust", &format!("{own}{test}"));
    let ended = bench.run("hsm status -c URL0 --pin-file pin --trust both.trust --json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.json()["hsms"][0]["products"].as_array().map(Vec::len), Some(3));
}

#[test]
fn names_and_numbers_that_do_not_fit_are_wrong_usage() {
    let bench = Bench::of_hsms(1);
    for options in ["--product lower", "--product WAYTOOLONGNAME", "--daks 0", "--daks 6"] {
        let ended = bench.run(&format!("hsm init -c URL0 --pin-file pin {options}"));
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
}
