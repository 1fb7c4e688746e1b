//! What somebody sees who types the README's first command and then looks around.

use std::io::{BufRead as _, BufReader};

use serde_json::Value;

use super::run::{Served, curbside, done, interrupt};

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
    for count in ["issued", "evidence", "attempts"] {
        assert_eq!(summary["signing_server"][count], 30, "{count}");
    }

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
fn lines_of_a_local_demo_reach_the_hsms_themselves() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    let words = ["demo", "--local", "--devices", "4", "--lines", "2", "--dir", "d", "--json"];
    let summary: Value = serde_json::from_str(&done(place, &words)).unwrap();
    assert_eq!(summary["devices"], 4);
    assert!(summary.get("signing_server").is_none());
    assert!(!place.join("d/signer").exists());

    ask_for_another(&place.join("d/line-1/job.toml"), 2);
    let ran = curbside(place, &["line", "run", "d/line-1/job.toml"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(8), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("hint: "));
}

#[test]
fn a_line_whose_signing_server_is_gone_says_so_touches_no_board_and_can_be_stopped() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    done(place, &["demo", "--devices", "1", "--lines", "1", "--slots", "1", "--dir", "d"]);
    ask_for_another(&place.join("d/line-1/job.toml"), 1);
    let mut line = curbside(place, &["line", "run", "d/line-1/job.toml"]);
    let mut line = line.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut words = BufReader::new(line.stderr.take().unwrap()).lines();
    let says = |line: &std::io::Result<String>| {
        line.as_ref().is_ok_and(|line| line.contains("does not sign: failed to reach"))
    };
    assert!(words.any(|line| says(&line)));
    interrupt(&line);
    assert_eq!(line.wait().unwrap().code(), Some(8));
    assert!(words.map_while(Result::ok).any(|line| line.starts_with("hint: start the server")));
}

#[test]
fn the_signing_server_of_a_demo_can_be_started_again_and_lines_work_against_it() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    let words = ["demo", "--devices", "2", "--lines", "1", "--hsms", "1", "--dir", "d"];
    done(place, &words);
    let hsm = ["hsm", "serve", "--listen", "127.0.0.1:0", "--json", "--store", "d/hsm-1"];
    let hsm = Served::start(place, &hsm);
    // The ports of the demo may be somebody else's by now.
    let settings = place.join("d/signer/signer.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let at = |text: &str, before: &str| {
        let from = text.find(before).unwrap() + before.len();
        text[from..].split('"').next().unwrap().to_owned()
    };
    let (hsm_before, listen_before) = (at(&text, "hsms = [\""), at(&text, "listen = [\""));
    let text = text.replace(&hsm_before, hsm.started["url"].as_str().unwrap());
    std::fs::write(&settings, text.replace(&listen_before, "127.0.0.1:0")).unwrap();
    let signer = Served::start(place, &["signer", "serve", "d/signer/signer.toml", "--json"]);
    let address = signer.started["addresses"][0].as_str().unwrap();
    let job = place.join("d/line-1/job.toml");
    let text = std::fs::read_to_string(&job).unwrap().replace(&listen_before, address);
    std::fs::write(&job, text).unwrap();

    done(place, &["line", "resume", "d/line-1/job.toml"]);
    let certificates = "d/line-1/certificates";
    let status = done(
        place,
        &[
            "signer",
            "status",
            &format!("https://{address}"),
            "--json",
            "--ca-cert",
            &format!("{certificates}/ca.pem"),
            "--client-cert",
            &format!("{certificates}/client.pem"),
            "--client-key",
            &format!("{certificates}/client.key"),
        ],
    );
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!((&status["issued"], &status["evidence"]), (&Value::from(2), &Value::from(2)));
}

/// Lets a job of so many devices make one more.
fn ask_for_another(job: &std::path::Path, count: u64) {
    let text = std::fs::read_to_string(job).unwrap();
    let text = text.replace(&format!("count = {count}"), &format!("count = {}", count + 1));
    std::fs::write(job, text.replace(&format!("last = {count}"), &format!("last = {}", count + 1)))
        .unwrap();
}
