//! Files: whole or absent, private where they hold keys, never overwritten, and never read without a limit.

use std::{fs, io::Read, process::Stdio};

use crate::scene::{Scene, ended, input};

const BUILD: &str =
    "page build --chip nrf52840 --certificate-json test-device.json --trust test-root.trust";

/// 2 GiB, of which nothing is on the disk.
const HUGE_LEN_BYTES: u64 = 2 * 1024 * 1024 * 1024;

#[test]
fn generated_keys_read_back_and_have_no_private_part_in_the_output() {
    let scene = Scene::new();
    let generated = scene.run("key generate --json");
    assert_eq!(generated.code, Some(0), "{generated:?}");
    assert_eq!(scene.names(), ["ed25519.priv", "p256.priv"]);
    let json: serde_json::Value = serde_json::from_str(&generated.stdout).expect("JSON");
    for (index, name) in ["ed25519.priv", "p256.priv"].into_iter().enumerate() {
        let shown = scene.run(&format!("key show {name} --json"));
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(shown["public_key"], json["keys"][index]["public_key"]);
        let secret = scene.run(&format!("key extract {name}")).stdout;
        assert_eq!(secret.len(), 65);
        assert!(!generated.stdout.contains(secret.trim()));
    }
}

#[test]
fn keys_are_not_overwritten_without_force() {
    let scene = Scene::new();
    scene.put("p256.priv", "precious");
    let refused = scene.run("key generate");
    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert_eq!(scene.names(), ["p256.priv"]);
    assert_eq!(scene.read("p256.priv"), b"precious");
    assert_eq!(scene.run("key generate --force").code, Some(0));
    assert!(scene.read("p256.priv").starts_with(b"-----BEGIN EC PARAMETERS-----\n"));
}

#[test]
fn one_file_for_two_keys_is_a_usage_error() {
    let scene = Scene::new();
    let refused = scene.run("key generate --ed25519 key --p256r1 key --force");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert_eq!(scene.names(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn files_with_private_keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    assert_eq!(scene.run("key generate").code, Some(0));
    let built = scene.run(&format!("{BUILD} --bin page.bin --hex page.hex --srec page.s37"));
    assert_eq!(built.code, Some(0), "{built:?}");
    for name in ["ed25519.priv", "p256.priv", "page.bin", "page.hex", "page.s37"] {
        let mode = fs::metadata(scene.path(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_page_is_the_same_in_every_run_and_every_form() {
    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    let built = scene.run(&format!("{BUILD} --bin page.bin --hex page.hex --srec page.s37"));
    assert_eq!(built.code, Some(0), "{built:?}");
    assert_eq!(scene.read("page.hex"), input("page.hex"));
    for other in ["page.bin", "page.s37"] {
        let compared = scene.run(&format!("page diff page.hex {other}"));
        assert_eq!((compared.code, compared.stdout.as_str()), (Some(0), "same  yes\n"), "{other}");
    }
}

#[test]
fn pages_that_differ_end_with_4_and_show_no_private_key() {
    let scene = Scene::with(&["test-device.json", "test-root.trust", "page.hex"]);
    let built =
        scene.run(&format!("{BUILD} --bin other.bin --dsn TEST-0001 --accept raw-pad-derails"));
    assert_eq!(built.code, Some(0), "{built:?}");
    let compared = scene.run("page diff page.hex other.bin");
    assert_eq!(compared.code, Some(4));
    assert!(compared.stdout.contains("3 SERIAL_NUM: only in the second: 544553542d30303031"));
}

#[test]
fn a_merge_keeps_the_values_of_others() {
    let scene = Scene::with(&["test-device.json", "test-root.trust", "page.hex"]);
    assert_eq!(scene.run(&format!("{BUILD} --bin plain.bin")).code, Some(0));
    let mut page = scene.read("plain.bin");
    // Record 4711 of an application: tag, length, value.
    page.extend_from_slice(b"\x12\x67\x00\x08good day");
    scene.put("existing.bin", page);
    let merged = scene.run(
        "page merge existing.bin --chip nrf52840 --certificate-json test-device.json --trust test-root.trust --bin merged.bin",
    );
    assert_eq!(merged.code, Some(0), "{merged:?}");
    let shown = scene.run("page show merged.bin --json").stdout;
    let json: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let values = json["pages"][0]["values"].as_array().expect("values");
    assert!(values.iter().any(|value| value["id"] == 4711 && value["hex"] == "676f6f6420646179"));
}

#[test]
fn a_merge_into_something_else_writes_nothing() {
    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    scene.put("existing.bin", b"this is no page, but a letter");
    let refused = scene.run(
        "page merge existing.bin --chip nrf52840 --certificate-json test-device.json --trust test-root.trust --bin merged.bin",
    );
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert_eq!(scene.names(), ["existing.bin", "test-device.json", "test-root.trust"]);
}

#[test]
fn consolidations_of_one_second_get_a_file_each() {
    let scene = Scene::with(&["C_CONTROL_LOG_20260101000000.txt"]);
    let words = ["log", "consolidate", "C_CONTROL_LOG_20260101000000.txt", "--out-dir", "."];
    let running: Vec<_> = (0..8)
        .map(|_| {
            let mut command = scene.command(&words);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs")
        })
        .collect();
    for mut child in running {
        assert!(child.wait().expect("it ends").success());
    }
    assert_eq!(scene.names().len(), 1 + 8);
}

#[test]
fn a_split_and_a_consolidation_give_the_same_log() {
    let scene = Scene::with(&["C_CONTROL_LOG_20260101000000.txt"]);
    fs::create_dir(scene.path("parts")).expect("a directory");
    let split =
        scene.run("log split C_CONTROL_LOG_20260101000000.txt --bytes 100000 --out-dir parts");
    assert_eq!(split.code, Some(0), "{split:?}");
    let consolidated = scene.run("log consolidate parts --json");
    let json: serde_json::Value = serde_json::from_str(&consolidated.stdout).expect("JSON");
    assert_eq!(json["devices"], 1);
    let name = json["file"].as_str().expect("a file");
    let original = input("C_CONTROL_LOG_20260101000000.txt");
    assert_eq!(scene.read(name).trim_ascii_end(), original.trim_ascii_end());
}

#[test]
fn a_directory_stands_for_all_its_control_logs_and_others_are_named() {
    let log = input("C_CONTROL_LOG_20260101000000.txt");
    let scene = Scene::new();
    fs::create_dir(scene.path("day")).expect("a directory");
    // The second stamp is one that no clock shows; the log in the file is no less a log.
    for name in ["C_CONTROL_LOG_20260101000000.txt", "C_CONTROL_LOG_20261399999999.txt"] {
        scene.put(&format!("day/{name}"), &log);
    }
    scene.put("day/notes.txt", "by hand");
    scene.put("day/.hidden", "");
    let consolidated = scene.run("log consolidate day --json");
    let json: serde_json::Value = serde_json::from_str(&consolidated.stdout).expect("JSON");
    assert_eq!(json["files_read"], 2);
    assert_eq!(json["duplicates_dropped"], 1);
    let passed_over = "1 other file in day passed over, `notes.txt` first";
    assert!(consolidated.stderr.contains(passed_over), "{consolidated:?}");
    fs::remove_file(scene.path("day/C_CONTROL_LOG_20260101000000.txt")).expect("it was there");
    fs::remove_file(scene.path("day/C_CONTROL_LOG_20261399999999.txt")).expect("it was there");
    let empty = scene.run("log consolidate day");
    assert_eq!(empty.code, Some(6), "{empty:?}");
}

#[test]
fn a_pattern_is_expanded_where_no_shell_has() {
    let scene = Scene::with(&["C_CONTROL_LOG_20260101000000.txt", "test-root.trust"]);
    let checked = scene.run("log check C_CONTROL_LOG_*.txt --trust test-root.trust");
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), "1 entry would be accepted\n"));
}

#[test]
fn a_file_of_2_gb_is_refused_before_it_is_read() {
    let scene = Scene::new();
    scene.put("huge.json", "{\"eD25519\": \"");
    let file = fs::File::options().write(true).open(scene.path("huge.json")).expect("the file");
    file.set_len(HUGE_LEN_BYTES).expect("a sparse file");
    for line in [
        "chain verify huge.json",
        "chain show huge.json",
        "explain huge.json",
        "key show huge.json",
        "page show huge.json",
        "page build --chip nrf52840 --certificate-json huge.json --bin page.bin",
        "chain verify --trust huge.json -",
    ] {
        let ended = scene.run(line);
        assert_eq!(ended.code, Some(6), "{line}: {ended:?}");
        let error = "failed to read huge.json: it has 2147483648 bytes, more than the limit of";
        assert!(ended.stderr.contains(error), "{line}: {ended:?}");
    }
    // A control log may be of any size; this one is none from its first byte.
    let checked = scene.run("log check huge.json");
    assert_eq!(checked.code, Some(3), "{checked:?}");
    assert_eq!(scene.names(), ["huge.json"]);
}

#[test]
fn a_directory_that_is_a_file_is_named() {
    let scene =
        Scene::with(&["test-device.json", "test-root.trust", "C_CONTROL_LOG_20260101000000.txt"]);
    let before = scene.names();
    for line in [
        "key generate --out-dir test-device.json/keys".to_owned(),
        format!("{BUILD} --bin test-device.json/page.bin"),
        "log consolidate C_CONTROL_LOG_20260101000000.txt --out-dir test-device.json".to_owned(),
        "log split C_CONTROL_LOG_20260101000000.txt --devices 1 --out-dir test-device.json"
            .to_owned(),
        "man --dir test-device.json".to_owned(),
    ] {
        let ended = scene.run(&line);
        assert_eq!(ended.code, Some(6), "{line}: {ended:?}");
        assert!(ended.stderr.contains("test-device.json"), "{line}: {ended:?}");
        assert!(ended.stderr.contains("hint: "), "{line}: {ended:?}");
        assert_eq!(scene.names(), before, "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_a_failure() {
    let scene = Scene::with(&["page.hex"]);
    let full = fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let ended = ended(scene.command(&["page", "show", "page.hex"]).stdout(full));
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(ended.stderr.starts_with("error: failed to write to stdout: "), "{ended:?}");
    assert!(ended.stderr.contains("hint: free some space"), "{ended:?}");
}

/// A file system of 64 KiB, where this user may mount one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let scene = Scene::with(&["C_CONTROL_LOG_20260101000000.txt"]);
    fs::create_dir(scene.path("small")).expect("a directory");
    let small = scene.path("small");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "none"])
        .arg(&small)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        eprintln!(
            "SKIPPED a_full_disk_leaves_nothing_behind: this user may not mount a file system"
        );
        return;
    }
    let entry = String::from_utf8(input("C_CONTROL_LOG_20260101000000.txt")).expect("text");
    let smsn = "333eda2f7a90ed17d501fe9b5ef91fd6f75e90698b2bd3ede7027036de3566e6";
    for number in 0..64 {
        let other = format!("{number:064x}");
        scene.put(&format!("log{number:02}.txt"), entry.replace(smsn, &other));
    }
    let ended = scene.run("log consolidate log*.txt --out-dir small");
    let left: Vec<_> = small.read_dir().expect("the file system").collect();
    let unmounted = std::process::Command::new("umount").arg(&small).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(ended.stderr.contains("no space left on the disk"), "{ended:?}");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let scene = Scene::with(&["page.hex"]);
    let mut child = scene
        .command(&["page", "show", "page.hex", "page.hex", "--json"][..3])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().expect("a pipe");
    pipe.read_to_string(&mut stderr).expect("text");
    assert!(child.wait().expect("it ends").success());
    assert_eq!(stderr, "");
}

#[test]
fn every_command_has_a_manual_page_and_every_shell_completions() {
    let scene = Scene::new();
    assert_eq!(scene.run("man --dir .").code, Some(0));
    let names = scene.names();
    for name in
        ["curbside.1", "curbside-key-generate.1", "curbside-page-merge.1", "curbside-log-check.1"]
    {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = scene.run(&format!("completions {shell}"));
        assert!(script.code == Some(0) && script.stdout.contains("consolidate"), "{shell}");
    }
}
