//! `curbside compat consolidate_cl`.

use serde_json::{Value, json};

use crate::place::{Ended, Place};

/// An entry as the public signing tool writes it.
fn entry(number: u8) -> Value {
    json!({
        "version": "4-0-1",
        "device": {
            "serialNumber": hex::encode([number; 32]),
            "productIdentifier": { "advertisedProductId": "SSDK" },
            "sidewalkData": {
                "SidewalkED25519CertificateChain": "QUJD",
                "SidewalkP256R1CertificateChain": "REVG",
            },
        },
    })
}

fn log(entries: &[Value]) -> String {
    json!({ "controlLogs": entries }).to_string()
}

/// The one log that a run wrote, whose name it printed last.
#[track_caller]
fn written(place: &Place, ended: &Ended) -> Value {
    assert_eq!(ended.code, 0, "{ended:?}");
    let name = ended.stdout.lines().last().expect("a name");
    let stamp = name.strip_prefix("C_CONTROL_LOG_").and_then(|rest| rest.strip_suffix(".txt"));
    let stamp = stamp.unwrap_or_default();
    assert!(stamp.len() == 14 && stamp.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
    serde_json::from_slice(&place.read(name)).expect("JSON")
}

#[track_caller]
fn assert_tool_error(ended: &Ended, stderr_has: &str) {
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains(stderr_has), "{ended:?}");
}

#[test]
fn logs_are_put_together_in_argument_order_and_listed() {
    let place = Place::new();
    place.put("b.txt", log(&[entry(1), entry(2)]));
    place.put("a.txt", log(&[entry(3)]));
    let ended = place.run("consolidate_cl.py b.txt a.txt");
    let expected = json!({ "controlLogs": [entry(1), entry(2), entry(3)] });
    assert_eq!(written(&place, &ended), expected);
    assert!(
        ended.stdout.starts_with("Processing b.txt\nProcessing a.txt\nC_CONTROL_LOG_"),
        "{ended:?}"
    );
    assert_eq!(ended.stderr, "");
}

#[test]
fn the_bytes_are_those_of_pythons_json_with_two_spaces() {
    let place = Place::new();
    place.put("a.txt", "{\"controlLogs\":[".to_owned() + ONE_LINE + "]}");
    let ended = place.run("consolidate_cl a.txt");
    let name = ended.stdout.lines().last().unwrap().to_owned();
    assert_eq!(String::from_utf8(place.read(&name)).unwrap(), INDENTED);
}

const ONE_LINE: &str = r#"{"version":"4-0-1","device":{"serialNumber":"0101010101010101010101010101010101010101010101010101010101010101","productIdentifier":{"advertisedProductId":"SSDK"},"sidewalkData":{"SidewalkED25519CertificateChain":"QUJD","SidewalkP256R1CertificateChain":"REVG"}},"note":"é"}"#;

/// What `json.dump(…, indent=2)` of Python 3 writes for it.
const INDENTED: &str = r#"{
  "controlLogs": [
    {
      "version": "4-0-1",
      "device": {
        "serialNumber": "0101010101010101010101010101010101010101010101010101010101010101",
        "productIdentifier": {
          "advertisedProductId": "SSDK"
        },
        "sidewalkData": {
          "SidewalkED25519CertificateChain": "QUJD",
          "SidewalkP256R1CertificateChain": "REVG"
        }
      },
      "note": "\u00e9"
    }
  ]
}"#;

#[test]
fn two_runs_in_one_second_make_two_logs() {
    let place = Place::new();
    place.put("a", log(&[entry(1)]));
    let first = place.run("consolidate_cl a");
    let second = place.run("consolidate_cl a");
    assert_eq!((first.code, second.code), (0, 0));
    assert_ne!(first.stdout.lines().last(), second.stdout.lines().last());
    assert_eq!(place.names().len(), 3);
}

#[test]
fn a_pattern_names_files_by_name_and_skips_hidden_ones() {
    let place = Place::new();
    for (name, number) in [("2.log", 2), ("1.log", 1), (".3.log", 3), ("4.txt", 4)] {
        place.put(name, log(&[entry(number)]));
    }
    let ended = place.run_words(&["consolidate_cl", "?.log", "none*"]);
    assert_eq!(written(&place, &ended), json!({ "controlLogs": [entry(1), entry(2)] }));
    assert!(ended.stderr.contains("note: nothing matches none*"), "{ended:?}");
}

#[test]
fn the_same_entry_twice_is_written_once() {
    let place = Place::new();
    place.put("a", log(&[entry(1), entry(2)]));
    place.put("b", log(&[entry(2), entry(3)]));
    let ended = place.run("consolidate_cl a b");
    let expected = json!({ "controlLogs": [entry(1), entry(2), entry(3)] });
    assert_eq!(written(&place, &ended), expected);
    assert!(
        ended.stderr.contains("stands in record 2 of a and the same again in record 1 of b"),
        "{ended:?}"
    );
}

#[test]
fn two_different_entries_of_one_device_are_refused() {
    let place = Place::new();
    let mut other = entry(1);
    other["device"]["productIdentifier"]["advertisedProductId"] = json!("abcd");
    place.put("a", log(&[entry(1)]));
    place.put("b", log(&[other]));
    let ended = place.run("consolidate_cl a b");
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(
        ended.stderr.contains("two different entries: record 1 of a, and record 1 of b"),
        "{ended:?}"
    );
    assert_eq!(place.names(), ["a", "b"]);
}

#[test]
fn a_file_that_is_no_control_log_is_named_as_the_tool_names_it() {
    let place = Place::new();
    place.put("good", log(&[entry(1)]));
    for bad in ["{", "{}", "{\"controlLogs\":{}}", "{\"controlLogs\":[{}]}", "[]", ""] {
        place.put("bad", bad);
        let ended = place.run("consolidate_cl good bad");
        assert_tool_error(&ended, "Invalid control log file: bad\nerror: ");
        assert!(ended.stdout.starts_with("Processing good\n"), "{ended:?}");
        assert_eq!(place.names(), ["bad", "good"]);
    }
}

#[test]
fn nothing_to_do_is_an_error() {
    let place = Place::new();
    place.put("empty", log(&[]));
    assert_tool_error(&place.run("consolidate_cl empty"), "No control logs processed");
    assert_tool_error(&place.run("consolidate_cl"), "Usage: consolidate_cl control_log_file [...]");
    assert_tool_error(&place.run("consolidate_cl *.none"), "No control logs processed");
    assert_eq!(place.names(), ["empty"]);
}

#[test]
fn a_file_that_is_not_there_is_not_passed_over() {
    let place = Place::new();
    place.put("a", log(&[entry(1)]));
    let ended = place.run("consolidate_cl a b");
    assert_eq!(ended.code, 6, "{ended:?}");
    assert!(ended.stderr.contains("failed to open b: no such file"), "{ended:?}");
    assert_eq!(place.names(), ["a"]);
}
