//! `curbside compat sid_provision`, held against files that the public tools wrote.

use serde_json::{Value, json};

use crate::place::{Ended, Place, beside, page_vector};

const AWS: &str = "aws_certificate.json";
const ACS: &str = "acs_serial_expansion.json";

/// The dummy private keys of both inputs.
const PRIVATE_KEYS: [&str; 2] = [
    "1111111111111111111111111111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222222222222222222222222222",
];

fn place() -> Place {
    let place = Place::new();
    place.put(AWS, page_vector(AWS));
    place.put(ACS, page_vector(ACS));
    place
}

fn aws_json() -> Value {
    serde_json::from_slice(&page_vector(AWS)).expect("the vector is JSON")
}

#[track_caller]
fn assert_ends(ended: &Ended, code: i32, stderr_has: &str) {
    assert_eq!(ended.code, code, "{ended:?}");
    assert!(ended.stderr.contains(stderr_has), "{ended:?}");
}

#[track_caller]
fn assert_vector(place: &Place, file: &str, vector: &str) {
    assert!(place.read(file) == page_vector(vector), "{file} differs from {vector}");
}

#[test]
fn nordic_aws_writes_the_tools_bytes_and_lines() {
    let place = place();
    let ended = place.run("sid_provision nordic aws --certificate_json aws_certificate.json");
    assert_eq!(ended.code, 0, "{ended:?}");
    let (bin, hex) = (place.file("nordic_aws_nrf52840.bin"), place.file("nordic_aws_nrf52840.hex"));
    assert_eq!(
        ended.stdout,
        format!(
            "deviceTypeId found in aws_certificate.json\n\
             Using chip config : (nrf52840 address: 0xfd000)\n\
             Generated {}\nGenerated {}\n",
            bin.display(),
            hex.display()
        )
    );
    assert_vector(&place, "nordic_aws_nrf52840.bin", "nordic_aws_nrf52840.bin");
    assert_vector(&place, "nordic_aws_nrf52840.hex", "nordic_aws_nrf52840.hex");
}

#[test]
fn ti_aws_writes_the_tools_bytes_and_says_that_there_is_no_magic() {
    let place = place();
    let ended = place.run("provision ti aws --cert=aws_certificate.json --output_b a --output_h b");
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        ended.stdout,
        "deviceTypeId found in aws_certificate.json\n\
         Skipping SID_PAL_MFG_STORE_MAGIC\n\
         Using chip config : (P7:cc1352P7 address: 0xae000)\n\
         Generated a\nGenerated b\n"
    );
    assert_vector(&place, "a", "ti_aws_P7.bin");
    assert_vector(&place, "b", "ti_aws_P7.hex");
}

#[test]
fn st_aws_writes_the_vendor_tools_bytes() {
    let place = place();
    let ended =
        place.run("provision.py st aws --chip WBA55xG --certificate_json aws_certificate.json");
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stdout.contains("Using chip config : (WBA55xG:STM32WBA55xG address: 0x80ea000)\n"),
        "{ended:?}"
    );
    assert_vector(&place, "st_aws_WBA55xG.bin", "st_aws_WBA55xG.bin");
    assert_vector(&place, "st_aws_WBA55xG.hex", "st_aws_WBA55xG.hex");
}

#[test]
fn nordic_acs_takes_extended_serials_and_warns_of_firmware_that_misreads_them() {
    let place = place();
    let key = "ab".repeat(32);
    let ended = place.run(&format!("sid_provision nordic acs --json {ACS} --app_srv_pub {key}"));
    assert_ends(&ended, 0, "does not step over");
    assert_eq!(
        ended.stdout.lines().next(),
        Some("Using chip config : (nrf52840 address: 0xfd000)")
    );
    assert_vector(&place, "nordic_acs_nrf52840.bin", "nordic_expansion.bin");
    assert_vector(&place, "nordic_acs_nrf52840.hex", "nordic_expansion.hex");
}

#[test]
fn the_application_key_may_be_a_file_of_bytes() {
    let place = place();
    place.put("key.bin", [0xAB; 32]);
    let ended = place.run(&format!(
        "sid_provision nordic acs --app_srv_pub key.bin --json {ACS} --output_bin o"
    ));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_vector(&place, "o", "nordic_expansion.bin");
}

#[test]
fn a_config_of_fixed_offsets_gives_a_version_7_page_on_every_platform() {
    for platform in ["nordic", "ti", "st"] {
        let place = place();
        place.put("config.yaml", beside(&format!("{platform}_v7.yaml")));
        let chip = if platform == "st" { "--chip WBA55xG" } else { "" };
        let ended = place.run(&format!(
            "sid_provision {platform} aws --conf config.yaml --cert {AWS} {chip} --output_bin o.bin --output_hex o.hex"
        ));
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_vector(&place, "o.bin", &format!("{platform}_v7.bin"));
        assert_vector(&place, "o.hex", &format!("{platform}_v7.hex"));
    }
}

#[test]
fn the_answers_of_the_aws_api_give_the_same_page_as_the_certificate_json() {
    let place = place();
    let certificate = aws_json();
    let metadata = &certificate["metadata"];
    let device = json!({ "Sidewalk": {
        "SidewalkManufacturingSn": metadata["smsn"],
        "DeviceCertificates": [
            { "SigningAlg": "Ed25519", "Value": certificate["eD25519"] },
            { "SigningAlg": "P256r1", "Value": certificate["p256R1"] },
        ],
        "PrivateKeys": [
            { "SigningAlg": "Ed25519", "Value": PRIVATE_KEYS[0] },
            // As the cloud writes it at times.
            { "SigningAlg": "P256r1", "Value": format!("00{}", PRIVATE_KEYS[1]) },
        ],
    }});
    let profile = json!({ "Sidewalk": {
        "ApplicationServerPublicKey": "33".repeat(32),
        "DakCertificateMetadata": [
            { "CertificateId": "x" },
            { "DeviceTypeId": metadata["deviceTypeId"] },
        ],
    }});
    place.put("device.json", device.to_string());
    place.put("profile.json", profile.to_string());
    let ended = place.run(
        "sid_provision nordic aws --wireless_device_json device.json --device_profile_json profile.json",
    );
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        ended.stdout.lines().take(2).collect::<Vec<_>>(),
        ["P256R1 private key size is 33, truncate to 32", "DeviceTypeId found in profile.json"]
    );
    assert_vector(&place, "nordic_aws_nrf52840.bin", "nordic_aws_nrf52840.bin");
}

#[test]
fn half_of_the_aws_answers_is_a_usage_error() {
    let place = place();
    let ended = place.run(&format!("sid_provision nordic aws --wireless_device_json {AWS}"));
    assert_ends(&ended, 2, "Provide both --wireless_device_json and --device_profile_json");
    let ended = place.run("sid_provision nordic aws");
    assert_ends(&ended, 2, "Provide either --wireless_device_json");
    assert_eq!(place.names(), [ACS, AWS]);
}

#[test]
fn a_page_that_stands_there_keeps_its_other_values() {
    let place = place();
    // An application value behind the golden page; the page's own values are replaced and come after it.
    let record = [0x0F, 0xA1, 0, 4, 1, 2, 3, 4];
    let golden = page_vector("nordic_aws_nrf52840.bin");
    place.put("o.bin", [&golden[..], &record].concat());
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --output_bin o.bin"));
    assert_ends(&ended, 0, "the hex file has the new values only");
    assert_eq!(place.read("o.bin"), [&golden[..8], &record, &golden[8..]].concat());
    assert_vector(&place, "nordic_aws_nrf52840.hex", "nordic_aws_nrf52840.hex");
}

#[test]
fn a_page_of_another_device_is_replaced_whole_and_said_so() {
    let place = place();
    let key = "ab".repeat(32);
    let first =
        format!("sid_provision nordic acs --json {ACS} --app_srv_pub {key} --output_bin o.bin");
    assert_eq!(place.run(&first).code, 0);
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --output_bin o.bin"));
    assert_ends(&ended, 0, "o.bin was the page of another device");
    // The older page is longer; nothing of it stays behind the new one.
    assert_vector(&place, "o.bin", "nordic_aws_nrf52840.bin");
}

#[test]
fn a_file_that_is_no_page_is_refused_and_nothing_is_written() {
    let place = place();
    place.put("o.bin", "holiday photographs");
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --output_bin o.bin"));
    assert_ends(&ended, 5, "o.bin is in the way");
    assert_eq!(place.read("o.bin"), b"holiday photographs");
    assert!(!place.has("nordic_aws_nrf52840.hex"));
}

#[test]
fn a_file_larger_than_any_page_is_refused() {
    let place = place();
    place.put("o.bin", vec![0xFF; 1 << 20]);
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --output_bin o.bin"));
    assert_ends(&ended, 5, "larger than any page");
}

#[test]
fn an_address_moves_the_hex_file_only() {
    let place = place();
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --addr 0xFF000"));
    assert!(ended.stdout.contains("(nrf52840 address: 0xff000)"), "{ended:?}");
    assert_vector(&place, "nordic_aws_nrf52840.bin", "nordic_aws_nrf52840.bin");
    let hex = String::from_utf8(place.read("nordic_aws_nrf52840.hex")).unwrap();
    assert_eq!(hex.lines().next(), Some(":02000004000FEB"));
    assert!(hex.lines().nth(1).unwrap().starts_with(":10F00000"), "{hex}");
}

#[test]
fn an_address_of_zero_is_none() {
    let place = place();
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --addr 0"));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_vector(&place, "nordic_aws_nrf52840.hex", "nordic_aws_nrf52840.hex");
}

#[test]
fn an_address_that_is_none_is_a_usage_error() {
    let place = place();
    for address in ["x", "010", "-1", "0x100000000"] {
        let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --addr {address}"));
        assert_ends(&ended, 2, "argument --addr: invalid auto_int value");
    }
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --addr 0xFFFFFF00"));
    assert_ends(&ended, 2, "reach past 32 bits");
    assert_eq!(place.names(), [ACS, AWS]);
}

#[test]
fn generic_writes_a_page_of_the_users_layout() {
    let place = place();
    place.put("config.yaml", beside("st_v7.yaml"));
    let line =
        format!("sid_provision generic aws --cert {AWS} --config config.yaml --addr 0x80EA000");
    let ended = place.run(&line);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_vector(&place, "generic_aws_generic.bin", "st_v7.bin");
    assert_vector(&place, "generic_aws_generic.hex", "st_v7.hex");
}

#[test]
fn generic_without_an_address_writes_the_image_only() {
    let place = place();
    let ended = place.run(&format!("sid_provision generic aws --cert {AWS}"));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("Using chip config : (generic)\n"), "{ended:?}");
    assert_vector(&place, "generic_aws_generic.bin", "nordic_aws_nrf52840.bin");
    assert!(!place.has("generic_aws_generic.hex"));
    let ended = place.run(&format!("sid_provision generic aws --cert {AWS} --output_hex x.hex"));
    assert_ends(&ended, 2, "--output_hex needs --addr");
}

#[test]
fn silabs_without_commander_writes_the_objects_and_does_not_end_with_0() {
    let place = place();
    let ended = place
        .run(&format!("sid_provision silabs aws --cert {AWS} --commander-bin ./no-such-program"));
    assert_ends(&ended, 7, "failed to run ./no-such-program");
    assert_vector(&place, "silabs_aws_xg24.nvm3", "silabs_aws_xg24.nvm3");
    assert_eq!(place.names(), [ACS, AWS, "silabs_aws_xg24.nvm3"]);
}

#[test]
fn black_box_input_makes_a_page() {
    let place = place();
    let certificate = |name: &str| {
        json!({
            "cert_name": name,
            "ed25519_pub": "aa".repeat(32), "ed25519_signature": "bb".repeat(64), "ed25519_serial": "01020304",
            "p256r1_pub": "cc".repeat(64), "p256r1_signature": "dd".repeat(64), "p256r1_serial": "05060708",
        })
    };
    let input = json!({
        "ringNetDevId": "bfffffc94e",
        "PKI": {
            "device_cert": {
                "ed25519_priv": PRIVATE_KEYS[0], "ed25519_pub": "11".repeat(32), "ed25519_signature": "22".repeat(64),
                "p256r1_priv": PRIVATE_KEYS[1], "p256r1_pub": "33".repeat(64), "p256r1_signature": "44".repeat(64),
            },
            "intermediate_certs": [certificate("AMZN"), certificate("MAN"), certificate("MODEL")],
        },
    });
    place.put("bb.json", input.to_string());
    let ended = place.run("sid_provision nordic bb --json bb.json --dump_raw_values");
    assert_ends(&ended, 0, "neither DAK nor SMSN");
    assert!(ended.stdout.contains(" SID_PAL_MFG_STORE_DEVID[0:0] : b'BFFFFFC94E'\n"), "{ended:?}");
    let page = place.read("nordic_bb_nrf52840.bin");
    assert!(page.starts_with(
        b"SID0\0\0\0\x08\0\x01\0\x05\xBF\xFF\xFF\xC9\x4E\xFF\xFF\xFF\0\x06\0\x20\x11"
    ));
}

#[test]
fn raw_values_are_printed_but_never_a_private_key() {
    let place = place();
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --dump_raw_values"));
    assert_eq!(ended.code, 0, "{ended:?}");
    for line in [
        "SidCertMfgED25519Chain",
        " dak_serial: b'019200F2'",
        " device_prk: <private, 32 bytes>",
        "SidCertMfgP256R1Chain",
        "SID Values",
        " SID_PAL_MFG_STORE_MAGIC[0:4] : SID0",
        " SID_PAL_MFG_STORE_VERSION[4:8] : b'00000008'",
        " SID_PAL_MFG_STORE_APID[0:0] : fe98",
        " SID_PAL_MFG_STORE_DEVICE_PRIV_ED25519[0:0] : <private, 32 bytes>",
    ] {
        assert!(ended.stdout.lines().any(|printed| printed == line), "{line}\n{}", ended.stdout);
    }
    for key in PRIVATE_KEYS {
        assert!(!ended.stdout.contains(key) && !ended.stderr.contains(key), "{ended:?}");
    }
    assert_vector(&place, "nordic_aws_nrf52840.bin", "nordic_aws_nrf52840.bin");
}

#[test]
fn raw_values_are_those_of_the_tool_but_for_the_private_keys() {
    for (platform, options, expected) in [
        ("nordic", "", "nordic_config.txt"),
        ("ti", "--config config.yaml", "ti_config_legacy.txt"),
        ("silabs", "--commander-bin ./no-such-program", "silabs_config.txt"),
    ] {
        let place = place();
        place.put("config.yaml", beside("ti_v7.yaml"));
        let ended = place
            .run(&format!("sid_provision {platform} aws --cert {AWS} --dump_raw_values {options}"));
        let expected = String::from_utf8(beside(&format!("raw_values/{expected}"))).unwrap();
        let printed = ended.stdout.split_once("Using chip config").unwrap().0;
        assert!(printed.ends_with(&format!("\n{expected}\n")), "{platform}: {printed}");
    }
}

#[test]
fn a_key_that_does_not_fit_is_said_and_does_not_stop_the_line() {
    let place = place();
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS}"));
    assert_ends(&ended, 0, "warning: the ed25519 private key does not belong to the public key");
}

#[test]
fn without_an_apid_the_tools_line_and_exit_code_come() {
    let place = place();
    let mut input = aws_json();
    input["metadata"].as_object_mut().unwrap().remove("deviceTypeId");
    place.put("c.json", input.to_string());
    let ended = place.run("sid_provision nordic aws --cert c.json");
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.stdout, "apid or deviceTypeId not found in c.json\n");
    assert!(!place.has("nordic_aws_nrf52840.bin"));
}

#[test]
fn a_missing_application_key_does_not_end_with_0() {
    let place = place();
    let mut input = aws_json();
    input.as_object_mut().unwrap().remove("applicationServerPublicKey");
    place.put("c.json", input.to_string());
    let ended = place.run("sid_provision nordic aws --cert c.json");
    assert_ends(&ended, 3, "`applicationServerPublicKey` is missing");
}

#[test]
fn a_json_file_that_cannot_be_read_is_a_usage_error_as_in_the_tool() {
    let place = place();
    let ended = place.run("sid_provision nordic aws --cert none.json");
    assert_ends(&ended, 2, "argument --certificate_json: Opening json file none.json failed !");
    place.put("c.json", "{");
    let ended = place.run("sid_provision nordic aws --cert c.json");
    assert_ends(&ended, 2, "Invalid json file c.json");
    place.put("c.yaml", "a: [");
    let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --config c.yaml"));
    assert_ends(&ended, 2, "Invalid yaml file c.yaml");
}

#[test]
fn a_cut_chain_is_malformed_input() {
    let place = place();
    let mut input = aws_json();
    let chain = input["eD25519"].as_str().unwrap();
    input["eD25519"] = json!(chain[..chain.len() - 8].to_owned());
    place.put("c.json", input.to_string());
    let ended = place.run("sid_provision nordic aws --cert c.json");
    assert_ends(&ended, 3, "field `eD25519`");
}

#[test]
fn extended_serials_do_not_fit_a_version_7_page() {
    let place = place();
    place.put("config.yaml", beside("nordic_v7.yaml"));
    let key = "ab".repeat(32);
    let ended = place
        .run(&format!("sid_provision nordic acs --json {ACS} --app {key} --config config.yaml"));
    assert_ends(&ended, 5, "its place holds 4");
    assert_eq!(place.names(), [ACS, AWS, "config.yaml"]);
}

#[test]
fn a_command_line_that_cannot_be_understood_ends_with_2() {
    let place = place();
    for (line, message) in [
        ("foo", "invalid choice: 'foo'"),
        ("nordic foo", "{acs,bb,aws}: invalid choice: 'foo'"),
        ("nordic aws --chip foo", "argument --chip: invalid choice: 'foo'"),
        (
            "nordic aws --c x",
            "ambiguous option: --c could match --certificate_json, --chip, --config",
        ),
        ("nordic aws --output_bin", "argument --output_bin: expected one argument"),
        ("nordic aws --nonsense", "unrecognized arguments: --nonsense"),
        ("nordic acs", "required: --json, --app_srv_pub"),
        ("nordic acs --json x --app_srv_pub zz", "argument"),
    ] {
        assert_ends(&place.run(&format!("sid_provision {line}")), 2, message);
    }
}

#[test]
fn help_ends_with_0() {
    let place = place();
    for line in ["", "nordic", "nordic aws -h", "silabs acs --help"] {
        let ended = place.run(&format!("sid_provision {line}"));
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stdout.starts_with("usage: sid_provision"), "{ended:?}");
    }
}

#[cfg(unix)]
mod on_unix {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::*;
    use crate::place::PROGRAM;

    /// Does what the tool asks of Simplicity Commander, and writes down what it was asked.
    const COMMANDER: &str = r#"#!/bin/sh
printf '%s\n' "$*" >> calls
[ "$1" = --version ] && { echo "Simplicity Commander 1v16"; exit 0; }
while [ $# -gt 0 ]; do
    case "$1" in --outfile) out=$2 ;; --nvm3file) nvm3=$2 ;; esac
    shift
done
cat ${nvm3:-/dev/null} > "$out"
echo DONE
"#;

    fn put_program(place: &Place, name: &str, text: &str) {
        place.put(name, text);
        fs::set_permissions(place.file(name), fs::Permissions::from_mode(0o755))
            .expect("the mode can be set");
    }

    fn mode(place: &Place, name: &str) -> u32 {
        fs::metadata(place.file(name)).expect("the file is there").permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_may_read_what_holds_private_keys() {
        let place = place();
        place.put("o.bin", []);
        fs::set_permissions(place.file("o.bin"), fs::Permissions::from_mode(0o644)).unwrap();
        let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --output_bin o.bin"));
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(mode(&place, "o.bin"), 0o600);
        assert_eq!(mode(&place, "nordic_aws_nrf52840.hex"), 0o600);
    }

    #[test]
    fn a_link_named_as_the_tool_is_the_tool() {
        let place = place();
        for name in ["sid_provision", "provision.py"] {
            symlink(PROGRAM, place.file(name)).unwrap();
            let words = ["nordic", "aws", "--cert", AWS, "--output_bin", "o.bin"];
            let ended = place.run_program(&place.file(name), &words);
            assert_eq!(ended.code, 0, "{ended:?}");
            assert_vector(&place, "o.bin", "nordic_aws_nrf52840.bin");
        }
    }

    #[test]
    fn a_link_in_place_of_the_output_is_written_through() {
        let place = place();
        symlink(place.file("real.bin"), place.file("o.bin")).unwrap();
        place.put("real.bin", []);
        let ended = place.run(&format!("sid_provision nordic aws --cert {AWS} --output_bin o.bin"));
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(place.file("o.bin").is_symlink());
        assert_vector(&place, "real.bin", "nordic_aws_nrf52840.bin");
    }

    #[test]
    fn a_device_is_no_place_for_an_output() {
        let place = place();
        let ended =
            place.run(&format!("sid_provision nordic aws --cert {AWS} --output_hex /dev/null"));
        assert_ends(&ended, 5, "/dev/null is not a plain file");
        assert_eq!(place.names(), [ACS, AWS]);
    }

    #[test]
    fn silabs_has_commander_make_the_s_records() {
        let place = place();
        put_program(&place, "commander", COMMANDER);
        let ended = place.run(&format!(
            "sid_provision silabs aws --cert {AWS} --commander-bin ./commander --secure-vault --output_s37 o.s37"
        ));
        assert_eq!(ended.code, 0, "{ended:?}");
        let nvm3 = place.file("silabs_aws_xg24.nvm3");
        assert_eq!(
            ended.stdout,
            format!(
                "deviceTypeId found in {AWS}\n\
                 Using chip config : (xg24:EFR32MG24BA020F1536GM48 address: 0x8178000)\n\
                 Generated {}\nSimplicity Commander 1v16\n\
                 Creating init file for xg24\nDONE\n\
                 Creating manufacturing image for xg24\nDONE\n\
                 Generated o.s37\nRemoving intermediary files\n",
                nvm3.display()
            )
        );
        let calls = String::from_utf8(place.read("calls")).unwrap();
        let calls: Vec<_> = calls.lines().collect();
        assert_eq!(calls[0], "--version");
        assert!(
            calls[1].starts_with(
                "nvm3 initfile --address 135757824 --size 0x6000 --device EFR32MG24BA020F1536GM48 --outfile "
            ) && calls[1].ends_with("/initfile_xg24.s37"),
            "{calls:?}"
        );
        assert!(
            calls[2].contains(&format!(" --nvm3file {} --outfile ", nvm3.display())),
            "{calls:?}"
        );
        assert_vector(&place, "o.s37", "silabs_aws_xg24.nvm3");
        assert_eq!(mode(&place, "o.s37"), 0o600);
        assert_eq!(
            place.names(),
            [ACS, AWS, "calls", "commander", "o.s37", "silabs_aws_xg24.nvm3"]
        );
    }

    #[test]
    fn a_commander_that_fails_leaves_no_s_records() {
        for script in ["#!/bin/sh\necho 'ERROR: no license'\n", "#!/bin/sh\nexit 3\n"] {
            let place = place();
            put_program(&place, "commander", script);
            let ended = place
                .run(&format!("sid_provision silabs aws --cert {AWS} --commander-bin ./commander"));
            assert_ends(&ended, 6, "./commander failed");
            assert_eq!(place.names(), [ACS, AWS, "commander", "silabs_aws_xg24.nvm3"]);
        }
    }
}
