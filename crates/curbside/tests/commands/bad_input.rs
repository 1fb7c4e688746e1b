//! Every class of bad input: one clear line that says what and where, a hint, the documented exit code, nothing on
//! stdout that could be taken for a result, and no file.

use base64_simd::STANDARD;

use crate::scene::{Ended, Scene, input, input_text};

const MALFORMED: Option<i32> = Some(3);
const NOT_GENUINE: Option<i32> = Some(4);
const REFUSED: Option<i32> = Some(5);
const IO: Option<i32> = Some(6);
const UNSUPPORTED: Option<i32> = Some(7);

const VERIFY: &str = "chain verify --trust test-root.trust chain";

/// Where things begin in the test device's Ed25519 chain.
const DAK_KEY_AT: usize = 132;
const DAK_SIGNATURE_AT: usize = 164;
const PRODUCT_SIGNATURE_AT: usize = 264;

fn ed25519_chain() -> Vec<u8> {
    let text = input_text("ed25519.b64");
    STANDARD.decode_to_vec(text.trim()).expect("the input is base64")
}

/// `chain verify` on these bytes.
fn verify(chain: impl AsRef<[u8]>) -> Ended {
    let scene = Scene::with(&["test-root.trust"]);
    scene.put("chain", chain);
    scene.run(VERIFY)
}

/// `page build` from a changed test device. No file may come of it.
fn build(change: impl Fn(&str) -> String) -> Ended {
    let scene = Scene::with(&["test-root.trust"]);
    scene.put("device.json", change(&input_text("test-device.json")));
    let ended = scene.run(
        "page build --chip nrf52840 --trust test-root.trust --certificate-json device.json --bin page.bin",
    );
    assert_eq!(scene.names(), ["device.json", "test-root.trust"]);
    ended
}

#[track_caller]
fn assert_refused(ended: &Ended, code: Option<i32>, error: &str) {
    assert_eq!(ended.code, code, "{ended:?}");
    let line = ended.stderr.lines().find(|line| line.starts_with("error: "));
    assert!(line.is_some_and(|line| line.contains(error)), "{ended:?}");
}

#[test]
fn a_chain_with_any_flipped_byte_is_not_genuine_or_malformed() {
    let scene = Scene::with(&["test-root.trust"]);
    let chain = ed25519_chain();
    let lines: Vec<String> = (0..chain.len())
        .map(|index| {
            let mut damaged = chain.clone();
            damaged[index] ^= 1;
            STANDARD.encode_to_string(damaged)
        })
        .collect();
    scene.put("lines", lines.join("\n"));
    let ended = scene.run("chain verify --trust test-root.trust --lines lines --json");
    assert_eq!(ended.code, NOT_GENUINE);
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).expect("one document");
    assert_eq!(json["summary"]["chains"], chain.len());
    assert_eq!(json["summary"]["genuine"], 0);
    let verdicts = json["chains"].as_array().expect("a list");
    assert!(verdicts.iter().all(|verdict| verdict["level"].is_string()), "every link is named");
}

#[test]
fn a_damaged_signature_names_its_link() {
    let mut chain = ed25519_chain();
    chain[DAK_SIGNATURE_AT] ^= 1;
    let ended = verify(chain);
    let error = "chain: the ed25519 signature of PROD on the DAK certificate does not verify";
    assert_refused(&ended, NOT_GENUINE, error);
    assert!(ended.stdout.starts_with("chain: not genuine [bad-signature]: "));
}

#[test]
fn swapped_signatures_name_the_upper_link() {
    let mut chain = ed25519_chain();
    for index in 0..64 {
        chain.swap(DAK_SIGNATURE_AT + index, PRODUCT_SIGNATURE_AT + index);
    }
    assert_refused(&verify(chain), NOT_GENUINE, "signature of MAN on the PROD certificate");
}

#[test]
fn a_key_of_small_order_has_a_code_of_its_own() {
    let mut chain = ed25519_chain();
    chain[DAK_KEY_AT..DAK_SIGNATURE_AT].fill(0);
    let ended = verify(chain);
    assert_eq!(ended.code, NOT_GENUINE);
    assert!(ended.stdout.contains("[key-small-order]"), "{ended:?}");
}

#[test]
fn a_cut_chain_names_the_byte() {
    let chain = &ed25519_chain()[..600];
    let error = "chain: the ed25519 chain ends in the AMZN certificate: 100 bytes are needed from byte 528, 72 are there";
    assert_refused(&verify(chain), MALFORMED, error);
}

#[test]
fn cut_base64_is_malformed() {
    let text = input_text("ed25519.b64");
    assert_refused(&verify(&text[..401]), MALFORMED, "base64 of 401 characters is cut");
}

#[test]
fn a_foreign_root_is_not_genuine() {
    let scene = Scene::with(&["ed25519.b64"]);
    let ended = scene.run("chain verify ed25519.b64");
    assert_refused(&ended, NOT_GENUINE, "ends at a root that is not trusted: serial 01000010");
    assert!(ended.stderr.contains("hint: a test or dummy HSM has a root of its own"));
}

#[test]
fn chains_of_two_devices_in_one_json_are_not_genuine() {
    let scene = Scene::with(&["test-root.trust", "test-device.json"]);
    // The public filler chain is another device's; the pair is judged before anything is trusted.
    let other = scene_chain_of_another_device();
    let json =
        format!(r#"{{"eD25519": "{}", "p256R1": "{other}"}}"#, input_text("ed25519.b64").trim());
    scene.put("two.json", json);
    let ended = scene.run("chain verify --trust test-root.trust two.json");
    assert_eq!(ended.code, NOT_GENUINE);
    assert!(
        ended.stdout.contains("[smsn-mismatch]: the two chains are of different devices"),
        "{ended:?}"
    );
}

/// The P-256 chain with another SMSN: its own signature is bad too, the Ed25519 one is good and still refused.
fn scene_chain_of_another_device() -> String {
    let mut chain = input("p256r1.bin");
    chain[0] ^= 1;
    STANDARD.encode_to_string(chain)
}

#[test]
fn a_chain_under_the_other_curves_name_is_malformed() {
    let scene = Scene::with(&["test-root.trust"]);
    scene.put(
        "json",
        format!(r#"{{"eD25519": "{}"}}"#, STANDARD.encode_to_string(input("p256r1.bin"))),
    );
    let ended = scene.run("chain verify --trust test-root.trust json");
    assert_refused(
        &ended,
        MALFORMED,
        "json: the ed25519 chain: 192 bytes are left behind the root",
    );
}

#[test]
fn json_of_another_kind_has_no_chains() {
    let scene = Scene::new();
    scene.put("other.json", r#"{"hello": "world"}"#);
    let ended = scene.run("chain verify other.json");
    assert_refused(&ended, MALFORMED, "there are no chains in this JSON");
}

#[test]
fn broken_json_names_line_and_column_and_quotes_nothing() {
    let ended = build(|json| json.replace("\"label\": \"test\"", "\"label\": test"));
    assert_refused(&ended, MALFORMED, "device.json: not JSON at line");
    let secret = "devicePrivKey";
    assert!(!ended.stderr.contains(secret));
}

#[test]
fn a_missing_field_is_named() {
    let ended = build(|json| json.replace("devicePrivKeyP256R1", "somethingElse"));
    assert_refused(&ended, MALFORMED, "field `metadata.devicePrivKeyP256R1` is missing");
}

#[test]
fn a_private_key_of_the_wrong_length_is_malformed() {
    let key = device_key("devicePrivKeyEd25519");
    let ended = build(|json| json.replace(&key, &key[2..]));
    assert_refused(
        &ended,
        MALFORMED,
        "field `metadata.devicePrivKeyEd25519` has 31 bytes, it should have 32",
    );
    assert!(!ended.stderr.contains(&key[2..]), "no secret in an error");
}

#[test]
fn a_private_key_of_another_device_is_not_genuine() {
    let key = device_key("devicePrivKeyEd25519");
    let ended = build(|json| json.replace(&key, &"11".repeat(32)));
    assert_refused(
        &ended,
        NOT_GENUINE,
        "the ed25519 private key does not belong to the public key",
    );
}

#[test]
fn an_smsn_beside_the_chains_that_is_not_theirs_is_not_genuine() {
    let ended = build(|json| json.replace("333eda2f", "333eda20"));
    assert_refused(&ended, NOT_GENUINE, "the chains carry SMSN 333eda2f");
}

#[test]
fn an_apid_of_five_characters_is_malformed() {
    let ended = build(|json| json.replace("\"apid\": \"TEST\"", "\"apid\": \"TESTS\""));
    assert_refused(&ended, MALFORMED, "field `metadata.apid` gives no APID");
}

#[test]
fn an_unknown_chip_is_a_usage_error_with_a_suggestion() {
    let scene = Scene::with(&["test-device.json"]);
    let ended =
        scene.run("page build --chip nrf54 --certificate-json test-device.json --bin page.bin");
    assert_refused(&ended, Some(2), "the chip \"nrf54\" is not known");
    assert!(ended.stderr.contains("hint: did you mean nrf54l15"), "{ended:?}");
}

#[test]
fn a_page_that_firmware_would_misread_is_written_only_when_accepted_by_name() {
    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    // The DSN's 17 bytes are filled to 20, and Nordic's reader does not step over the fill.
    let line = "page build --chip nrf52840 --certificate-json test-device.json --trust test-root.trust \
                --bin page.bin --dsn TEST-0001";
    let refused = scene.run(line);
    assert_refused(&refused, REFUSED, "no page is written for nrf52840, firmware tool");
    assert!(refused.stderr.starts_with("fault [raw-pad-derails]: "), "{refused:?}");
    assert!(refused.stderr.contains("say --accept raw-pad-derails"), "{refused:?}");
    assert_eq!(scene.names(), ["test-device.json", "test-root.trust"]);
    assert_eq!(scene.run(&format!("{line} --accept element-overflow")).code, REFUSED);
    assert_eq!(scene.run(&format!("{line} --accept raw-pad-derails")).code, Some(0));
}

#[test]
fn a_dsn_of_17_characters_is_a_usage_error() {
    let scene = Scene::with(&["test-device.json", "test-root.trust"]);
    let ended = scene.run(
        "page build --chip generic --certificate-json test-device.json --trust test-root.trust \
         --bin page.bin --dsn A1234567890123456",
    );
    assert_refused(
        &ended,
        Some(2),
        "a DSN has 1 to 16 visible ASCII characters, this has 17 bytes",
    );
}

#[test]
fn an_encrypted_key_is_not_supported_and_the_fix_is_named() {
    let scene = Scene::new();
    let pem = include_bytes!("../../../sidewalk/tests/vectors/pem/p256_encrypted_pkcs8.pem");
    scene.put("key.pem", pem);
    for command in ["show", "extract"] {
        let ended = scene.run(&format!("key {command} key.pem"));
        assert_refused(&ended, UNSUPPORTED, "failed to read key.pem: the private key is encrypted");
        assert!(ended.stderr.contains("hint: decrypt it"), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
}

#[test]
fn a_key_of_another_curve_is_not_supported() {
    let scene = Scene::new();
    scene.put("key.pem", include_bytes!("../../../sidewalk/tests/vectors/pem/p384_pkcs8.pem"));
    assert_refused(&scene.run("key show key.pem"), UNSUPPORTED, "of P-384");
}

#[test]
fn a_file_that_is_no_key_is_malformed() {
    let scene = Scene::new();
    scene.put("key.pem", "hello");
    assert_refused(&scene.run("key show key.pem"), MALFORMED, "no PEM block with a private key");
}

#[test]
fn a_missing_file_is_named() {
    let scene = Scene::new();
    for line in [
        "chain verify nothing.b64",
        "key show nothing.b64",
        "page show nothing.b64",
        "log check nothing.b64",
        "explain nothing.b64",
    ] {
        let ended = scene.run(line);
        assert_eq!(ended.code, IO, "{line}: {ended:?}");
        assert!(
            ended.stderr.contains("nothing.b64: no such file or directory"),
            "{line}: {ended:?}"
        );
        assert!(ended.stderr.contains("hint: "), "{line}: {ended:?}");
    }
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    let scene = Scene::new();
    scene.put("empty", "");
    for line in ["chain verify empty", "chain show empty", "log check empty", "explain empty"] {
        assert_eq!(scene.run(line).code, MALFORMED, "{line}");
    }
}

#[test]
fn a_cut_control_log_names_record_and_byte() {
    let log = input("C_CONTROL_LOG_20260101000000.txt");
    let scene = Scene::with(&["test-root.trust"]);
    scene.put("cut.txt", &log[..1000]);
    for line in [
        "log check cut.txt",
        "log show cut.txt",
        "log split cut.txt --devices 1",
        "log consolidate cut.txt",
    ] {
        let ended = scene.run(line);
        let error = "failed to read cut.txt: record 1: the file ends in the middle, at byte 1000";
        assert!(ended.stderr.contains(error), "{line}: {ended:?}");
        assert_eq!(ended.code, MALFORMED, "{line}");
    }
    assert_eq!(scene.names(), ["cut.txt", "test-root.trust"]);
}

#[test]
fn a_control_log_with_a_damaged_chain_is_rejected_with_its_record() {
    let scene = Scene::with(&["test-root.trust"]);
    let log = input_text("C_CONTROL_LOG_20260101000000.txt");
    let chain = input_text("ed25519.b64");
    let mut damaged = ed25519_chain();
    damaged[DAK_SIGNATURE_AT] ^= 1;
    scene.put("log.txt", log.replace(chain.trim(), &STANDARD.encode_to_string(damaged)));
    let ended = scene.run("log check log.txt --trust test-root.trust");
    assert_refused(&ended, NOT_GENUINE, "1 of 1 entry would be rejected");
    assert!(
        ended.stdout.starts_with("log.txt, record 1 at byte 25: [bad-signature] "),
        "{ended:?}"
    );
}

#[test]
fn two_different_entries_of_one_device_are_refused() {
    let scene = Scene::with(&["C_CONTROL_LOG_20260101000000.txt"]);
    let log = input_text("C_CONTROL_LOG_20260101000000.txt");
    scene.put("other.txt", log.replace("\"TEST\"", "\"TES2\""));
    let ended = scene.run("log consolidate C_CONTROL_LOG_20260101000000.txt other.txt");
    assert_refused(
        &ended,
        REFUSED,
        "has two different entries: record 1 of C_CONTROL_LOG_20260101000000.txt, and record 1 of other.txt",
    );
    assert_eq!(scene.names(), ["C_CONTROL_LOG_20260101000000.txt", "other.txt"]);
}

#[test]
fn a_trust_file_with_a_bad_line_names_it() {
    let scene = Scene::with(&["ed25519.b64"]);
    scene.put("trust", "curbside-trust 1\ned25519 01000010 00\n");
    let ended = scene.run("chain verify --trust trust ed25519.b64");
    assert_refused(
        &ended,
        MALFORMED,
        "failed to read trust: line 2: not a good ed25519 public key",
    );
}

#[test]
fn a_damaged_hex_file_names_the_line() {
    let scene = Scene::new();
    let page = input_text("page.hex").replacen(":10D010", ":10D011", 1);
    scene.put("page.hex", page);
    let ended = scene.run("page show page.hex");
    assert_refused(&ended, MALFORMED, "failed to read page.hex: line 3: the checksum is");
}

#[test]
fn a_page_with_a_damaged_signature_is_explained() {
    let scene = Scene::with(&["test-root.trust", "page.hex", "test-device.json"]);
    let built = scene.run("page build --chip nrf52840 --certificate-json test-device.json --trust test-root.trust --bin page.bin");
    assert_eq!(built.code, Some(0));
    let mut page = scene.read("page.bin");
    // The signature of the Ed25519 DAK certificate, value 13.
    page[432] ^= 1;
    scene.put("damaged.bin", page);
    let ended = scene.run("explain damaged.bin --trust test-root.trust");
    assert_eq!(ended.code, Some(0));
    let fault = "fault [bad-signature]: the ed25519 signature of PROD on the DAK certificate does not verify";
    assert!(ended.stdout.contains(fault), "{ended:?}");
    assert!(!ended.stdout.contains(&device_key("devicePrivKeyEd25519")), "no private key is shown");
}

/// A private key of the test device, in hex.
fn device_key(member: &str) -> String {
    let json: serde_json::Value =
        serde_json::from_slice(&input("test-device.json")).expect("the input is JSON");
    json["metadata"][member].as_str().expect("the input has its keys").to_owned()
}
