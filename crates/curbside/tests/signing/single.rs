//! One device.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::plant::{PIN, Plant, ended, text, web_server};

const DEVICE: &str = "--device-type A17XHX23H06INH --dsn SN1234567 --apid pd25";

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_device_whose_keys_are_generated_is_ready_for_its_page() {
    let plant = Plant::new();
    let key = "aa".repeat(32);
    let ended =
        plant.sign(&format!("{DEVICE} --app-server-key {key} -o device.json --control-log-dir ."));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    let verified = plant.run("chain verify --trust trust device.json");
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let page = plant.run(
        "page build --chip nrf52840 --trust trust --certificate-json device.json --hex page.hex",
    );
    assert_eq!(page.code, Some(0), "{page:?}");
    let [log] = &plant.logs()[..] else { panic!("{:?}", plant.logs()) };
    let checked = plant.run(&format!("log check --trust trust {log}"));
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[test]
fn the_number_is_generated_as_the_public_tool_does_it() {
    let plant = Plant::new();
    let ended = plant.sign(&format!("{DEVICE} --outform flat"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // SHA-256 of `A17XHX23H06INH-TESTSN1234567pd25`.
    assert!(ended.stdout.starts_with("smsn: "), "{ended:?}");
    let with_board = plant.sign(&format!("{DEVICE} --board-id 7 --outform flat"));
    assert_ne!(ended.stdout.lines().next(), with_board.stdout.lines().next());
    assert!(ended.stdout.contains("\nLabel: test\n"), "{ended:?}");
}

#[test]
fn keys_from_pem_files_are_in_the_output_and_the_same() {
    let plant = Plant::new();
    plant.generate_keys();
    let ended = plant.sign(&format!("{DEVICE} --ed25519-key ed25519.priv --p256r1-key p256.priv"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let metadata = &json(&ended.stdout)["metadata"];
    for (member, file) in
        [("devicePrivKeyEd25519", "ed25519.priv"), ("devicePrivKeyP256R1", "p256.priv")]
    {
        let extracted = plant.run(&format!("compat extract_priv {file}"));
        assert_eq!(text(&metadata[member]), extracted.stdout.trim());
    }
}

#[test]
fn the_pin_may_come_from_a_descriptor() {
    let plant = Plant::new();
    if cfg!(windows) {
        return;
    }
    let script = format!(
        "exec \"$0\" sign --product {} -c {} --trust trust {DEVICE} --pin-fd 3 3<pin",
        plant.tag(),
        plant.url()
    );
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_curbside")]);
    let ended = ended(shell.current_dir(plant.path("")).stdin(Stdio::null()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn every_way_to_fail_has_an_exit_code_of_its_own_and_prints_no_data() {
    let plant = Plant::new();
    plant.put("wrong", "111111\n");
    plant.put("page.html", "<html></html>");
    let url = plant.url();
    let tag = plant.tag();
    for (code, line) in [
        (9, format!("sign -p {tag} -c {url} --pin-file wrong --trust trust {DEVICE}")),
        (9, format!("sign -p {tag} -c {url} --pin-file pin --pin-slot 99 --trust trust {DEVICE}")),
        (10, format!("sign -p TEST_DAK_OTHER -c {url} --pin-file pin --trust trust {DEVICE}")),
        (4, format!("sign -p {tag} -c {url} --pin-file pin {DEVICE}")),
        (8, format!("sign -p {tag} -c http://127.0.0.1:9 --pin-file pin --trust trust {DEVICE}")),
        (8, format!("sign -p {tag} -c {url}/elsewhere --pin-file pin --trust trust {DEVICE}")),
        (2, format!("sign -p ACME_DAK -c {url} --pin-file pin --trust trust {DEVICE}")),
        (2, format!("sign -p {tag} -c ftp://hsm --pin-file pin --trust trust {DEVICE}")),
        (2, format!("sign -p {tag} -c {url} --pin-file pin --trust trust --dsn SN1")),
        (3, format!("sign -p {tag} -c {url} --pin-file pin --trust trust --smsn 00")),
        (5, format!("sign -p {tag} -c {url} --pin-file pin --trust trust {DEVICE} -o pin")),
        (6, format!("sign -p {tag} -c {url} --pin-file nowhere --trust trust {DEVICE}")),
        (6, format!("sign -p {tag} -c {url} --pin-file pin --trust trust {DEVICE} -o no/where")),
    ] {
        let ended = plant.run(&line);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{line}: {ended:?}");
        assert!(ended.stderr.contains("error: "), "{line}: {ended:?}");
        assert!(!ended.stderr.contains(PIN), "{line}: {ended:?}");
    }
    assert_eq!(plant.read("pin"), format!("{PIN}\n"));
}

#[test]
fn a_web_page_in_place_of_a_connector_and_an_hsm_without_free_sessions_say_what_they_are() {
    let plant = Plant::new();
    let tag = plant.tag();
    let web = web_server();
    let ended = plant.run(&format!("sign -p {tag} -c {web} --pin-file pin --trust trust {DEVICE}"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(8), ""), "{ended:?}");
    assert!(ended.stderr.contains("it is no YubiHSM connector"), "{ended:?}");

    plant.take_all_sessions();
    let ended = plant.sign(DEVICE);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(9), ""), "{ended:?}");
    assert!(ended.stderr.contains("all 16 sessions of the HSM are taken"), "{ended:?}");
    assert!(ended.stderr.contains("hint: "), "{ended:?}");
}

/// The power is lost at each of the last frames. While the HSM is opened that is a failure; once it signs, it is waited
/// for.
#[test]
fn an_hsm_that_is_unplugged_in_the_middle_of_a_signature_signs_when_it_is_back() {
    let mut plant = Plant::new();
    let mut waited_for = 0;
    for frame in 37..=42 {
        plant.restart_with(0, &["--fault", &format!("unplug 1s at {frame}")]);
        let started = Instant::now();
        let ended = plant.sign(&format!("{DEVICE} -o device{frame}.json"));
        match ended.code {
            Some(0) => {
                let verified = plant.run(&format!("chain verify --trust trust device{frame}.json"));
                assert_eq!(verified.code, Some(0), "{verified:?}");
                // Without the fault a device takes a tenth of this.
                waited_for += u32::from(started.elapsed() >= Duration::from_secs(1));
            }
            Some(8) => assert!(!plant.path(&format!("device{frame}.json")).exists()),
            _ => panic!("frame {frame}: {ended:?}"),
        }
    }
    assert!(waited_for >= 2, "{waited_for}: both signatures were interrupted");
}

#[test]
fn a_legacy_hsm_signs_and_a_control_log_of_it_is_refused_before_it_signs() {
    let plant = Plant::legacy();
    let ended = plant.sign(&format!("{DEVICE} -o device.json"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let verified = plant.run("chain verify --trust trust device.json");
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let ended = plant.sign(&format!("{DEVICE} --control-log-dir ."));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(7), ""), "{ended:?}");
    assert!(plant.logs().is_empty());
}

#[cfg(unix)]
#[test]
fn an_output_with_private_keys_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let plant = Plant::new();
    assert_eq!(plant.sign(&format!("{DEVICE} -o device.json")).code, Some(0));
    let mode = plant.path("device.json").metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
