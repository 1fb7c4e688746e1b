//! Many devices.

use std::{
    collections::BTreeMap,
    process::Stdio,
    thread::sleep,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use crate::plant::{Plant, text};

const PRODUCT: &str = "--device-type A17XHX23H06INH --apid pd25";

fn csv(count: usize) -> String {
    let rows = (0..count).map(|number| format!("G091-{number:04}\n"));
    format!("dsn\n{}", rows.collect::<String>())
}

/// The outputs by DSN: SMSN and both chains.
fn outputs(plant: &Plant, name: &str) -> BTreeMap<String, Value> {
    let text_of = plant.read(name);
    let lines = text_of.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.map(|value| (text(&value["metadata"]["dsn"]), value)).collect()
}

#[test]
fn a_batch_on_three_replicas_signs_every_device_and_a_second_run_signs_none() {
    let plant = Plant::of_hsms(3);
    plant.put("devices.csv", csv(60));
    let line = format!("{PRODUCT} --batch devices.csv -o out.jsonl --control-log-dir . --json");
    let first = plant.sign(&line);
    assert_eq!(first.code, Some(0), "{first:?}");
    let summary: Value = serde_json::from_str(&first.stdout).expect("JSON");
    assert_eq!((&summary["signed"], &summary["failed"]), (&60.into(), &0.into()));
    let before = outputs(&plant, "out.jsonl");
    assert_eq!(before.len(), 60);
    let second = plant.sign(&line);
    let summary: Value = serde_json::from_str(&second.stdout).expect("JSON");
    assert_eq!((&summary["signed"], &summary["signed_before"]), (&0.into(), &60.into()));
    assert_eq!(outputs(&plant, "out.jsonl"), before);
    let [log] = &plant.logs()[..] else { panic!("{:?}", plant.logs()) };
    let checked = plant.run(&format!("log check --trust trust {log}"));
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[test]
fn json_lines_with_requests_keys_and_bad_rows_sign_what_is_good() {
    let plant = Plant::new();
    plant.generate_keys();
    let rows = [
        r#"{"dsn":"G1"}"#,
        r#"{"dsn":"G2","ed25519_private_key_file":"ed25519.priv","p256r1_private_key_file":"p256.priv"}"#,
        r#"{"dsn":"G3","eddsa_csr":"AAAA","ecdsa_csr":"AAAA"}"#,
        r#"{"dsn":"G4","apid":"toolong"}"#,
        r#"{"dsn":"G5","serial":"1"}"#,
        r#"{"dsn":"G6"}"#,
    ];
    plant.put("devices.jsonl", rows.join("\n"));
    let line = format!("{PRODUCT} --batch devices.jsonl -o out.jsonl --control-log-dir .");
    let ended = plant.sign(&line);
    assert_eq!(ended.code, Some(12), "{ended:?}");
    for record in [3, 4, 5] {
        let told = format!("error: record {record} of devices.jsonl");
        assert!(ended.stderr.contains(&told), "{ended:?}");
    }
    let signed = outputs(&plant, "out.jsonl");
    assert_eq!(signed.keys().collect::<Vec<_>>(), ["G1", "G2", "G6"]);
    let private = plant.run("compat extract_priv p256.priv");
    let given = &signed["G2"]["metadata"]["devicePrivKeyP256R1"];
    assert_eq!(text(given), private.stdout.trim());
    // The mended rows alone are signed then, and stand in a control log of their own.
    plant.put("devices.jsonl", [rows[0], rows[1], r#"{"dsn":"G3"}"#, rows[5]].join("\n"));
    let ended = plant.sign(&line);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("1 device signed, 3 signed before"), "{ended:?}");
    assert_eq!(plant.logs().len(), 2);
}

#[test]
fn two_rows_of_one_device_refuse_the_batch() {
    let plant = Plant::new();
    plant.put("devices.csv", "dsn\nG1\nG2\nG1\n");
    let ended = plant.sign(&format!("{PRODUCT} --batch devices.csv -o out.jsonl"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), ""), "{ended:?}");
    assert!(ended.stderr.contains("records 1 and 3"), "{ended:?}");
    assert!(!plant.path("out.jsonl.journal").exists());
}

#[test]
fn an_output_that_no_batch_has_written_is_not_touched() {
    let plant = Plant::new();
    plant.put("devices.csv", csv(1));
    plant.put("out.jsonl", "mine");
    let ended = plant.sign(&format!("{PRODUCT} --batch devices.csv -o out.jsonl"));
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert_eq!(plant.read("out.jsonl"), "mine");
}

#[test]
fn a_batch_goes_through_lost_answers_lost_sessions_and_an_hsm_that_comes_and_goes() {
    let mut plant = Plant::of_hsms(2);
    let faults = ["drop-answer every 97", "lose-sessions every 211", "unplug 300ms every 2s"];
    for (number, faults) in [(0, &faults[..]), (1, &faults[..2])] {
        let options: Vec<&str> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
        plant.restart_with(number, &options);
    }
    plant.put("devices.csv", csv(500));
    let ended =
        plant.sign(&format!("{PRODUCT} --batch devices.csv -o out.jsonl --control-log-dir ."));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(outputs(&plant, "out.jsonl").len(), 500);
    let [log] = &plant.logs()[..] else { panic!("{:?}", plant.logs()) };
    let checked = plant.run(&format!("log check --trust trust {log}"));
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

/// Kills the program at random instants, the HSM's sessions with it, until it has had time to finish; then looks at
/// what the journal, the outputs and the control logs say of each device.
#[test]
fn a_batch_that_is_killed_again_and_again_gives_each_device_one_key_and_one_log_entry() {
    const KILLS: u32 = 25;
    // More than are signed between two kills, so that most of them interrupt.
    const DEVICES: usize = 2000;
    let seed = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").subsec_nanos();
    println!("seed {seed}");
    let mut plant = Plant::new();
    plant.put("devices.csv", csv(DEVICES));
    let line = format!("{PRODUCT} --batch devices.csv -o out.jsonl --control-log-dir .");
    let words: Vec<&str> = line.split_whitespace().collect();
    for kill in 1..=KILLS {
        let mut command = plant.sign_command(&words);
        let mut child = command.stderr(Stdio::null()).spawn().expect("the program runs");
        let millis = (u64::from(seed) * u64::from(kill) % 1009) * 300 / 1009;
        sleep(Duration::from_millis(millis));
        let _ended_before = child.kill();
        child.wait().expect("it is gone");
        // A killed program leaves its sessions open for 30 s, and an HSM has sixteen.
        if kill % 6 == 0 {
            plant.restart(0);
        }
    }
    let ended = plant.sign(&line);
    assert_eq!(ended.code, Some(0), "seed {seed}: {ended:?}");
    let outputs = outputs(&plant, "out.jsonl");
    assert_eq!(outputs.len(), DEVICES, "seed {seed}");

    let mut intents = BTreeMap::new();
    for line in plant.read("out.jsonl.journal").lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        if let Some(intent) = line.get("intent") {
            *intents.entry(text(&intent["smsn"])).or_insert(0) += 1;
        }
    }
    assert!(intents.values().all(|count| *count == 1), "seed {seed}");
    let mut logged = BTreeMap::new();
    for log in plant.logs() {
        let log: Value = serde_json::from_str(&plant.read(&log)).expect("JSON");
        for entry in log["controlLogs"].as_array().expect("entries") {
            *logged.entry(text(&entry["device"]["serialNumber"])).or_insert(0) += 1;
        }
    }
    assert_eq!(logged.len(), DEVICES, "seed {seed}");
    assert!(logged.values().all(|count| *count == 1), "seed {seed}");
    let checked = plant.run(&format!("log check --trust trust {}", plant.logs().join(" ")));
    assert_eq!(checked.code, Some(0), "seed {seed}: {checked:?}");
}
