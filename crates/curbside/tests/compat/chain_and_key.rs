//! `curbside compat validate_chain` and `extract_priv`.

use serde_json::Value;

use crate::place::{Place, sidewalk_vector};

/// A chain of the public vectors in base64.
fn chain(id: &str) -> String {
    let vectors: Value =
        serde_json::from_slice(&sidewalk_vector("public-chains.json")).expect("JSON");
    let chains = vectors["chains"].as_array().expect("a list");
    let chain = chains.iter().find(|chain| chain["id"] == id).expect("a chain of this id");
    chain["base64"].as_str().expect("text").to_owned()
}

#[test]
fn a_real_chain_is_listed_device_first_and_passes() {
    let ended = Place::new().run_words(&["validate_chain", &chain("real-ed25519-84376427")]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.stderr, "");
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 6 * 4 + 1);
    assert_eq!(lines[0], "[0] DEVICE:");
    assert_eq!(
        lines[1],
        "  Serial   : 843764270f4bdae3023918c89a3307ab3351ea761887a40a9dc4a5e46b6140d9"
    );
    assert_eq!(
        lines[2],
        "  Pubk     : 7b34a7b8a2e9dbe54310b4b8e79bbcce50f60eaa084279538b08152241ed9988"
    );
    assert!(lines[3].starts_with("  Signature: c0445b5f090d45c885f7cfa1ba998288"), "{ended:?}");
    let levels: Vec<_> = lines.iter().filter(|line| line.starts_with('[')).copied().collect();
    assert_eq!(
        levels,
        ["[0] DEVICE:", "[1] DAK:", "[2] PROD:", "[3] MAN:", "[4] SIDEWALK:", "[5] AMZN:"]
    );
    assert_eq!(lines[24], "Pass: the certificate chain of ED25519 is valid");
}

#[test]
fn a_p256_chain_passes_under_its_own_name() {
    let ended = Place::new().run_words(&["validate_chain.py", &chain("real-p256r1-84376427")]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stdout.ends_with("Pass: the certificate chain of P256R1 is valid\n"),
        "{ended:?}"
    );
}

#[test]
fn a_chain_to_another_root_passes_with_a_note() {
    let ended = Place::new().run_words(&["validate_chain", &chain("synthetic-ed25519-b42dc567")]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stdout.ends_with("Pass: the certificate chain of ED25519 is valid\n"),
        "{ended:?}"
    );
    assert!(ended.stderr.starts_with("note: the chain ends at a root of its own"), "{ended:?}");
}

#[test]
fn a_chain_that_does_not_verify_is_listed_and_ends_with_4() {
    let ended = Place::new().run_words(&["validate_chain", &chain("filler-p256r1-4d5505c1")]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert_eq!(ended.stdout.lines().count(), 24);
    assert!(ended.stderr.contains("the certificate chain of P256R1 is not valid"), "{ended:?}");
}

#[test]
fn base64_with_line_breaks_is_read_as_the_tool_reads_it() {
    let mut text = chain("real-ed25519-84376427");
    text.insert(76, '\n');
    assert_eq!(Place::new().run_words(&["validate_chain", &text]).code, 0);
}

#[test]
fn what_is_no_chain_is_malformed() {
    for text in ["AAAA", "", "!!!!"] {
        let ended = Place::new().run_words(&["validate_chain", text]);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{ended:?}");
    }
}

#[test]
fn validate_chain_wants_exactly_one_argument() {
    for line in ["validate_chain", "validate_chain a b"] {
        let ended = Place::new().run(line);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert_eq!(ended.stderr, "Usage: validate_chain CERT_CHAIN_IN_BASE64\n");
    }
}

/// RFC 8410, section 10.3.
const ED25519_PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";
const ED25519_HEX: &str = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";

#[test]
fn a_private_key_is_printed_in_hex() {
    let place = Place::new();
    place.put("key.pem", ED25519_PEM);
    let ended = place.run("extract_priv.py key.pem");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert_eq!(ended.stdout, format!("{ED25519_HEX}\n"));
}

#[test]
fn an_encrypted_key_is_not_supported_and_the_fix_is_named() {
    let place = Place::new();
    place.put("key.pem", ED25519_PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"));
    let ended = place.run("extract_priv key.pem");
    assert_eq!((ended.code, ended.stdout.as_str()), (7, ""), "{ended:?}");
    assert!(ended.stderr.contains("hint: decrypt it"), "{ended:?}");
}

#[test]
fn what_is_no_key_ends_with_a_number_of_its_own() {
    let place = Place::new();
    place.put("key.pem", "no key");
    for (line, code) in [
        ("extract_priv key.pem", 3),
        ("extract_priv none.pem", 6),
        ("extract_priv", 2),
        ("extract_priv key.pem key.pem", 2),
    ] {
        let ended = place.run(line);
        assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{line}: {ended:?}");
    }
}

#[test]
fn a_tool_that_is_not_known_is_a_usage_error() {
    let ended = Place::new().run("nrfjprog");
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("known are sid_signing_tool, sid_provision"), "{ended:?}");
}
