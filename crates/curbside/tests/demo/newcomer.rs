//! What somebody sees who types the README's first command and then looks around.

use serde_json::Value;

use super::run::{curbside, done};

#[test]
fn a_demo_makes_every_device_and_what_it_leaves_can_be_looked_at() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    let words = ["demo", "--devices", "30", "--lines", "3", "--slots", "2", "--json"];
    let summary: Value = serde_json::from_str(&done(place, &words)).unwrap();
    assert_eq!(summary["devices"], 30);
    assert_eq!(summary["batch"]["devices"], 30);
    assert_eq!(summary["batch"]["faulty"], 0);
    assert_eq!(summary["directory"], "curbside-demo");

    let batch = summary["batch"]["file"].as_str().unwrap();
    let trust = "curbside-demo/RNET_DAK_DUMMY.trust";
    done(place, &["log", "check", "--trust", trust, batch]);
    let job = "curbside-demo/line-1/job.toml";
    let status: Value =
        serde_json::from_str(&done(place, &["line", "status", job, "--json"])).unwrap();
    assert_eq!(status["devices"], 10);
    assert_eq!(status["unfinished"].as_array().map(Vec::len), Some(0));
    let report: Value =
        serde_json::from_str(&done(place, &["line", "report", job, "--json"])).unwrap();
    assert_eq!(report["verified"], 10);
    assert_eq!(report["first_pass_yield"], 1.0);

    // One device by each of its names.
    let all = done(place, &["line", "export", job, "--json"]);
    let rows: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 10);
    for name in ["dsn", "smsn", "chip"] {
        let key = rows[0][name].as_str().unwrap();
        let found = done(place, &["line", "export", job, key, "--json"]);
        let row: Value = serde_json::from_str(found.trim()).unwrap();
        assert_eq!(row["smsn"], rows[0]["smsn"]);
    }
    assert_eq!(done(place, &["line", "export", job, batch]).lines().count(), 11);

    // Another demo leaves this one alone.
    let again: Value =
        serde_json::from_str(&done(place, &["demo", "--devices", "2", "--json"])).unwrap();
    assert_eq!(again["directory"], "curbside-demo-2");
}

#[test]
fn a_board_of_a_demo_boots_and_shows_the_device_that_the_journal_has() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    done(place, &["demo", "--devices", "1", "--lines", "1", "--slots", "1", "--dir", "d"]);
    let row: Value =
        serde_json::from_str(&done(place, &["line", "export", "d/line-1/job.toml", "--json"]))
            .unwrap();
    let out = std::fs::read_dir(place.join("d/line-1/boards/out")).unwrap();
    let board = out.map(|entry| entry.unwrap().path()).next().unwrap();
    let shown = done(place, &["device", "boot", "--board", board.to_str().unwrap(), "--json"]);
    assert!(shown.contains(row["smsn"].as_str().unwrap()), "{shown}");
}

#[test]
fn a_directory_that_is_not_empty_is_refused_and_kept() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("mine"), "precious").unwrap();
    let refused = curbside(scratch.path(), &["demo", "--dir", "."]).output().unwrap();
    assert_eq!(refused.status.code(), Some(5));
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn a_line_whose_hsms_are_gone_says_so_and_touches_no_board() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    done(place, &["demo", "--devices", "1", "--lines", "1", "--slots", "1", "--dir", "d"]);
    let job = place.join("d/line-1/job.toml");
    let text = std::fs::read_to_string(&job).unwrap().replace("count = 1", "count = 2");
    std::fs::write(&job, text.replace("last = 1", "last = 2")).unwrap();
    let ran = curbside(place, &["line", "run", "d/line-1/job.toml"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(8), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("hint: "));
}
