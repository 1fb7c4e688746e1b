//! `curbside audit`: exported logs, good and damaged.

use evidence::{
    Checkpoint, Issuance, IssuanceKind, leaf_hash,
    note::SigningKey,
    tiles::{TileWriter, entries_path, push_entry},
};

use sidewalk::{Chain, Curve};

use crate::scene::Scene;

/// A log with the key that signs it.
struct Log {
    key: SigningKey,
    entries: Vec<Vec<u8>>,
}

impl Log {
    /// Entries of devices 0, 1, 2, …
    fn of(count: u64) -> Self {
        let key =
            SigningKey::from_seed("factory.example/log".parse().expect("a name"), &[7; 32].into());
        let entries = (0..count).map(|n| bytes(&issuance(n))).collect();
        Self { key, entries }
    }

    /// Writes the log as a server exports it.
    fn export(&self, scene: &Scene, directory: &str) {
        let mut writer = TileWriter::new();
        for (index, chunk) in self.entries.chunks(256).enumerate() {
            let mut bundle = Vec::new();
            for entry in chunk {
                push_entry(&mut bundle, entry).expect("a short entry");
                writer.append(leaf_hash(entry));
            }
            put(scene, directory, &entries_path(index as u64, chunk.len() as u16), &bundle);
        }
        for tile in writer.take_tiles() {
            put(scene, directory, &tile.id.path(), &tile.bytes);
        }
        let checkpoint = Checkpoint::new("factory.example/log", writer.size(), writer.root());
        let note = checkpoint.sign(&self.key).expect("a well-formed checkpoint");
        put(scene, directory, "checkpoint", note.to_string().as_bytes());
        scene.put("log.vkey", self.key.verifier().to_string());
    }
}

fn put(scene: &Scene, directory: &str, path: &str, bytes: &[u8]) {
    let path = format!("{directory}/{path}");
    let folder = scene.path(&path);
    std::fs::create_dir_all(folder.parent().expect("a directory")).expect("a directory");
    scene.put(&path, bytes);
}

fn issuance(n: u64) -> Issuance {
    let mut smsn = [0; 32];
    smsn[..8].copy_from_slice(&n.to_be_bytes());
    Issuance {
        kind: IssuanceKind::First,
        unix_millis: 1_933_000_000_000 + n,
        smsn,
        ed25519_public_key: [2; 32],
        p256_public_key: [3; 64],
        ed25519_signature: [4; 64],
        p256_signature: [5; 64],
        client_fingerprint: [6; 32],
        hsm_serial: 7_550_054,
        product: "RNET_DAK_NAME".to_owned(),
        line: "line-a".to_owned(),
        package: None,
    }
}

fn bytes(issuance: &Issuance) -> Vec<u8> {
    issuance.to_bytes().expect("a well-formed entry")
}

/// The exit code and the first line of stderr.
fn refused(scene: &Scene, words: &str) -> (i32, String) {
    let ended = scene.run(words);
    let first = ended.stderr.lines().next().unwrap_or_default().to_owned();
    (ended.code.expect("no signal"), first)
}

#[test]
fn a_good_log_is_good_and_goes_on_from_the_checkpoint_that_was_kept() {
    let scene = Scene::new();
    Log::of(300).export(&scene, "early");
    Log::of(700).export(&scene, "log");
    let ended = scene.run("audit verify log --key log.vkey --previous early/checkpoint");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("700 entries, as its checkpoint says"), "{}", ended.stdout);
    let json = scene.run("audit verify log --key log.vkey --json");
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["is_genuine"], &json["first"]), (&true.into(), &700.into()));
    let back = refused(&scene, "audit verify early --key log.vkey --previous log/checkpoint");
    assert_eq!(back, (4, "error: the log has 300 entries and had 700 at the earlier checkpoint: it was truncated".to_owned()));
}

#[test]
fn what_was_done_to_a_log_is_said_with_the_first_entry() {
    let log = Log::of(600);
    for (change, said) in [
        ("flip", "entry 257 was changed"),
        ("remove", "entry 257 was removed"),
        ("add", "entry 257 was added"),
        ("swap", "entry 257 was reordered: what stands there belongs at 300"),
        ("cut", "entry 257 is missing with all behind it: the log is truncated"),
    ] {
        let scene = Scene::new();
        log.export(&scene, "log");
        let mut entries = log.entries.clone();
        match change {
            "flip" => entries[257][9] ^= 1,
            "remove" => drop(entries.remove(257)),
            "add" => entries.insert(257, bytes(&issuance(9999))),
            "swap" => entries.swap(257, 300),
            _ => {
                entries.truncate(257);
                std::fs::remove_file(scene.path("log/tile/entries/002.p/88")).unwrap();
            }
        }
        let mut bundle = Vec::new();
        for entry in entries.iter().skip(256).take(256) {
            push_entry(&mut bundle, entry).unwrap();
        }
        put(&scene, "log", "tile/entries/001", &bundle);
        let expected = format!("error: the log of 600 entries is not what was signed: {said}");
        assert_eq!(refused(&scene, "audit verify log --key log.vkey"), (4, expected));
    }
}

#[test]
fn a_checkpoint_of_another_key_or_without_a_byte_is_not_believed() {
    let scene = Scene::new();
    Log::of(3).export(&scene, "log");
    let other = SigningKey::from_seed("other.example".parse().unwrap(), &[9; 32].into());
    let key = other.verifier().to_string();
    let (code, said) = refused(&scene, &format!("audit verify log --key {key}"));
    assert_eq!(code, 4);
    assert!(
        said.ends_with("no known key signed the note; it is signed by factory.example/log"),
        "{said}"
    );
    let note = String::from_utf8(scene.read("log/checkpoint")).unwrap();
    scene.put("log/checkpoint", note.replacen("\n3\n", "\n2\n", 1));
    let (code, said) = refused(&scene, "audit verify log --key log.vkey");
    assert_eq!(code, 4);
    assert!(
        said.ends_with("the signature of factory.example/log does not fit the note's text"),
        "{said}"
    );
}

#[test]
fn a_device_with_two_key_pairs_is_found_unless_the_rework_names_the_first() {
    let other_keys = |n, kind| Issuance { kind, ed25519_public_key: [9; 32], ..issuance(n) };
    for (added, said) in [
        (other_keys(5, IssuanceKind::Rework { earlier: 5 }), None),
        (
            other_keys(5, IssuanceKind::Rework { earlier: 4 }),
            Some("a rework of entry 4, and the last of device"),
        ),
        (
            other_keys(77, IssuanceKind::Rework { earlier: 4 }),
            Some("a rework of entry 4, and no entry before it is of device"),
        ),
        (
            other_keys(5, IssuanceKind::First),
            Some("has other keys since entry 5, and this is no rework"),
        ),
        (issuance(5), Some("has the same certificates since entry 5")),
    ] {
        let scene = Scene::new();
        let mut log = Log::of(10);
        log.entries.push(bytes(&added));
        log.export(&scene, "log");
        let ended = scene.run("audit verify log --key log.vkey");
        match said {
            None => assert_eq!(ended.code, Some(0), "{ended:?}"),
            Some(said) => {
                assert_eq!(ended.code, Some(4));
                assert!(
                    ended.stdout.contains("entry 10: ") && ended.stdout.contains(said),
                    "{ended:?}"
                );
            }
        }
    }
}

#[test]
fn an_entry_that_is_none_and_a_certificate_of_nobody_are_named() {
    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    let mut log = Log::of(2);
    log.entries.push(b"not an entry".to_vec());
    log.export(&scene, "log");
    let ended = scene.run("audit verify log --key log.vkey");
    assert_eq!(ended.code, Some(4));
    assert!(ended.stdout.contains("entry 2: the entry has version 110"), "{ended:?}");
    Log::of(1).export(&scene, "one");
    let words = "audit verify one --key log.vkey --chain test-device.json --trust test-root.trust";
    let ended = scene.run(words);
    assert_eq!(ended.code, Some(4));
    assert!(
        ended.stdout.contains("entry 0: the ed25519 certificate is of none of the chains"),
        "{ended:?}"
    );
    assert!(
        ended.stdout.contains("entry 0: the p256r1 certificate is of none of the chains"),
        "{ended:?}"
    );
}

#[test]
fn the_certificates_of_a_genuine_device_hang_from_its_chain() {
    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    let device: serde_json::Value =
        serde_json::from_slice(&scene.read("test-device.json")).unwrap();
    let chain = |curve, member: &str| {
        let text = device[member].as_str().expect("a chain in base64");
        let bytes = base64_simd::STANDARD.decode_to_vec(text).expect("base64");
        Chain::parse(curve, &bytes).expect("a chain")
    };
    let ed25519 = chain(Curve::Ed25519, "eD25519");
    let p256r1 = chain(Curve::P256r1, "p256R1");
    let entry = Issuance {
        smsn: *ed25519.smsn().as_bytes(),
        ed25519_public_key: ed25519.device().public_key_bytes().try_into().unwrap(),
        p256_public_key: p256r1.device().public_key_bytes().try_into().unwrap(),
        ed25519_signature: *ed25519.device().signature().as_bytes(),
        p256_signature: *p256r1.device().signature().as_bytes(),
        ..issuance(0)
    };
    let mut log = Log::of(0);
    log.entries.push(bytes(&entry));
    log.export(&scene, "log");
    let words = "audit verify log --key log.vkey --chain test-device.json --trust test-root.trust";
    let ended = scene.run(words);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_proof_is_checked_without_the_log_and_a_changed_one_is_refused() {
    let scene = Scene::new();
    Log::of(600).export(&scene, "log");
    let proven = scene.run("audit prove log --index 321 --key log.vkey --out 321.tlog-proof");
    assert_eq!(proven.code, Some(0), "{proven:?}");
    std::fs::remove_dir_all(scene.path("log")).unwrap();
    let checked = scene.run("audit check-proof 321.tlog-proof --key log.vkey");
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(
        checked.stdout.starts_with("entry 321 is in factory.example/log of 600"),
        "{}",
        checked.stdout
    );
    let proof = String::from_utf8(scene.read("321.tlog-proof")).unwrap();
    scene.put("other.tlog-proof", proof.replacen("index 321", "index 320", 1));
    let (code, said) = refused(&scene, "audit check-proof other.tlog-proof --key log.vkey");
    assert_eq!(code, 4);
    assert!(said.contains("the entry is not in the log"), "{said}");
}

#[test]
fn an_entry_is_shown_and_one_beyond_the_end_is_not() {
    let scene = Scene::new();
    Log::of(5).export(&scene, "log");
    let shown = scene.run("audit show log 3 --key log.vkey");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("2031-04-03T16:26:40Z"), "{}", shown.stdout);
    let beyond = refused(&scene, "audit show log 5 --key log.vkey");
    assert_eq!(beyond, (2, "error: there is no entry 5 in a log of 5".to_owned()));
}

#[test]
fn counts_that_say_that_the_log_is_short_end_the_audit() {
    let scene = Scene::with(&["feedback.csv"]);
    Log::of(1).export(&scene, "log");
    let ended = scene.run("audit verify log --key log.vkey --feedback feedback.csv --json");
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["counts"][0]["devices"], 1);
    assert!(ended.stdout.contains("cloud-knows-more"), "{}", ended.stdout);
    Log::of(100).export(&scene, "long");
    let ended = scene.run("audit verify long --key log.vkey --feedback feedback.csv");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("cloud-knows-less"), "{}", ended.stdout);
}

/// What `curbside hsm audit --save` writes of an HSM that signed some devices.
fn saved_audit(devices: usize) -> String {
    use yubihsm2::{Command, LogChain, LogRecord};
    let mut chain = LogChain::start(&[7; 32]);
    let mut entries = vec![*chain.last()];
    for _ in 0..devices {
        for command in [Command::SIGN_EDDSA, Command::SIGN_ECDSA] {
            let result = command.0 | 0x80;
            entries.push(chain.append(LogRecord { command, result, ..LogRecord::boot(0) }));
        }
    }
    let line = |entry: &yubihsm2::LogEntry| {
        let record = &entry.record;
        let command = match record.command {
            Command(0xFF) => "reset".to_owned(),
            Command(0) => "boot".to_owned(),
            command => command.to_string(),
        };
        serde_json::json!({
            "number": record.number, "command": command, "len_bytes": record.len_bytes,
            "session_key": record.session_key.to_string(), "target_key": record.target_key.to_string(),
            "second_key": record.second_key.to_string(), "result": record.result, "tick": record.tick,
            "digest": entry.digest.to_string(),
        })
        .to_string()
    };
    entries.iter().map(|entry| line(entry) + "\n").collect()
}

#[test]
fn the_hsms_own_log_is_counted_and_its_chain_must_hold() {
    let scene = Scene::new();
    Log::of(3).export(&scene, "log");
    scene.put("hsm.jsonl", saved_audit(3));
    let ended = scene.run("audit verify log --key log.vkey --hsm-audit hsm.jsonl");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // The same HSM's log, saved once more after it has grown: what stands in both counts once.
    scene.put("early.jsonl", saved_audit(2));
    let words = "audit verify log --key log.vkey --json --hsm-audit early.jsonl hsm.jsonl";
    let json: serde_json::Value = serde_json::from_str(&scene.run(words).stdout).unwrap();
    assert_eq!(
        (&json["counts"][1]["devices"], &json["counts"][2]["devices"]),
        (&3.into(), &3.into())
    );
    scene.put("hsm.jsonl", saved_audit(4));
    let ended = scene.run("audit verify log --key log.vkey --hsm-audit hsm.jsonl");
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stdout.contains("no-evidence"), "{}", ended.stdout);
    let cut: Vec<String> = saved_audit(4).lines().map(str::to_owned).collect();
    let cut = [&cut[..3], &cut[5..]].concat().join("\n");
    scene.put("hsm.jsonl", cut);
    let (code, said) = refused(&scene, "audit verify log --key log.vkey --hsm-audit hsm.jsonl");
    assert_eq!(code, 4);
    assert!(said.starts_with("error: hsm.jsonl: line 4: "), "{said}");
    scene.put("hsm.jsonl", "{}");
    assert_eq!(refused(&scene, "audit verify log --key log.vkey --hsm-audit hsm.jsonl").0, 3);
}

#[test]
fn a_new_key_is_for_its_owner_only_and_is_not_overwritten() {
    let scene = Scene::new();
    let made = scene.run("audit keygen --name maker.example --out maker.key");
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.stdout.starts_with("maker.example+"), "{}", made.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = scene.path("maker.key").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(refused(&scene, "audit keygen --name maker.example --out maker.key").0, 5);
    assert_eq!(refused(&scene, "audit keygen --name maker+example --out other.key").0, 2);
}
