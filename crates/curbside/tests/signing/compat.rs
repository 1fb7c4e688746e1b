//! The public tool's command line. Bytes are compared with the tool itself in `tests/peers/signing.py`.

use serde_json::Value;

use crate::plant::{PIN, Plant, ended};

const GENERATED: [&str; 7] = ["-g", "-d", "A17XHX23H06INH", "-D", "SN1234567", "-a", "pd25"];
const FILES: [&str; 4] =
    ["--ed25519_private_key_file", "ed25519.priv", "--p256r1_private_key_file", "p256.priv"];

#[test]
fn key_files_give_json_and_a_control_log_and_name_it_on_stdout() {
    let plant = Plant::new();
    plant.generate_keys();
    let words = [&GENERATED[..], &FILES, &["--control_log_dir", "."]].concat();
    let ended = plant.tool(&words);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (json, log) = ended.stdout.rsplit_once("CONTROL_LOG: ").expect("it names the log");
    assert_eq!(plant.logs(), [log.trim().trim_start_matches("./")]);
    let json: Value = serde_json::from_str(json).expect("JSON");
    assert!(json["metadata"]["devicePrivKeyEd25519"].is_string());
    assert!(ended.stderr.contains("warning: --pin stands on the command line"), "{ended:?}");
    assert!(ended.stderr.contains("note: the HSM's chain ends at a root of its own"), "{ended:?}");
}

#[test]
fn a_failed_run_leaves_the_output_of_an_earlier_one() {
    let plant = Plant::new();
    plant.generate_keys();
    plant.put("out.json", "earlier");
    let mut command =
        plant.command(&["compat", "sid_signing_tool", "-p", plant.tag(), "--pin", "1"]);
    command.args(["-c", plant.url(), "-o", "out.json"]).args(GENERATED).args(FILES);
    let failed = ended(&mut command);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.stderr.contains("PIN of the HSM may be wrong"), "{failed:?}");
    assert_eq!(plant.read("out.json"), "earlier");
    let ended = plant.tool(&[&GENERATED[..], &FILES, &["-o", "out.json"]].concat());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    assert!(plant.read("out.json").starts_with("{\n    \"eD25519\""));
}

#[test]
fn a_key_that_is_not_hex_is_never_repeated() {
    let plant = Plant::new();
    let ended = plant.tool(&["--ed25519_private_key", "secret-key-material"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(!ended.stderr.contains("secret"), "{ended:?}");
}

#[test]
fn the_version_and_the_help_need_no_hsm() {
    let plant = Plant::new();
    let version = plant.run("compat sid_signing_tool -V");
    assert_eq!((version.code, version.stdout.as_str()), (Some(0), "1.2.0\n"));
    let help = plant.run("compat sid_signing_tool --help");
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("--control_log_dir"), "{help:?}");
    assert!(!help.stdout.contains(PIN));
}

#[cfg(unix)]
#[test]
fn a_link_of_the_tools_name_is_the_tool() {
    let plant = Plant::new();
    let link = plant.path("sid_signing_tool");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_curbside"), &link).expect("a link");
    let ended = ended(std::process::Command::new(&link).arg("--version"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "1.2.0\n"));
}
