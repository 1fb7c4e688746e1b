//! Outputs against those of the public tool.

use sidewalk::{
    Apid, Csr, Curve, PrivateKey, SmsnInput, Stage, TrustAnchor, TrustAnchors, Verifier, pem,
};
use signer::{OutputForm, Signer, SigningOutput, SigningRequest};

use crate::support::product;

/// A text of `vectors/`.
macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../vectors/", $name))
    };
}

#[test]
fn json_and_control_log_of_keys_from_pem_files_are_the_public_tools() {
    let output = output(&from_json(vector!("pem.json")), Keys::Private, Some(app_server_key()));
    assert_eq!(*output.to_json(), vector!("pem.json"));
    let entry = output.control_log_entry().expect("an entry");
    assert_eq!(control_log::single_log(&entry), vector!("pem.control-log.txt"));
}

#[test]
fn flat_text_of_keys_from_pem_files_is_the_public_tools() {
    let output = output(vector!("pem.flat"), Keys::Private, None);
    assert_eq!(*output.to_text(OutputForm::Flat), vector!("pem.flat"));
}

#[test]
fn json_of_requests_alone_has_neither_apid_nor_keys() {
    let output = output(&from_json(vector!("csr.json")), Keys::Certified, None);
    let output = SigningOutput { apid: None, ..output };
    assert!(!output.has_private_key());
    assert_eq!(*output.to_json(), vector!("csr.json"));
}

#[test]
fn flat_text_has_the_application_servers_key_and_no_apid() {
    let output = output(vector!("csr-apid.flat"), Keys::Certified, Some(app_server_key()));
    assert_eq!(*output.to_flat(), vector!("csr-apid.flat"));
}

#[test]
fn the_generated_smsn_is_the_public_tools() {
    let input = SmsnInput {
        stage: Stage::Production,
        device_type: "TYPE",
        dsn: "G091-0042",
        apid: "abCD",
        board_id: None,
    };
    let smsn = sidewalk::Smsn::derive(&input).expect("an SMSN");
    assert_eq!(line(vector!("pem.flat"), "smsn: "), smsn.to_string());
}

#[test]
fn one_line_of_json_says_the_same_and_the_dsn() {
    let output = output(&from_json(vector!("pem.json")), Keys::Private, Some(app_server_key()));
    let line = output.to_json_line(Some("G091-0042"));
    assert_eq!(line.matches('\n').count(), 1);
    let mut value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let metadata = value["metadata"].as_object_mut().expect("an object");
    assert_eq!(metadata.remove("dsn"), Some("G091-0042".into()));
    let whole: serde_json::Value = serde_json::from_str(vector!("pem.json")).expect("JSON");
    assert_eq!(value, whole);
}

/// Which keys the one who asked has given.
enum Keys {
    Private,
    /// Those in the chains.
    Certified,
}

/// What the public tool put into a flat text, as an output of ours.
fn output(flat: &str, keys: Keys, app_server_key: Option<[u8; 32]>) -> SigningOutput {
    let smsn = line(flat, "smsn: ").parse().expect("an SMSN");
    let [ed25519, p256r1] =
        [(Curve::Ed25519, "ED25519"), (Curve::P256r1, "P256R1")].map(|(curve, name)| {
            let text = line(flat, &format!("{name} Sidewalk Certificate Chain: "));
            sidewalk::ChainText::parse_base64(curve, text.as_bytes()).expect("a chain")
        });
    let request = match keys {
        Keys::Private => {
            let key = |pem: &str| -> PrivateKey { pem::decode(pem.as_bytes()).expect("a key") };
            let (ed25519, p256r1) = (key(vector!("ed25519.priv")), key(vector!("p256.priv")));
            SigningRequest::from_private_keys(smsn, ed25519, p256r1)
        }
        Keys::Certified => {
            let csr = |chain: &sidewalk::Chain| {
                Csr::parse(chain.curve(), chain.device().public_key_bytes()).expect("a bare key")
            };
            SigningRequest::from_csrs(Some(smsn), &csr(&ed25519), &csr(&p256r1))
        }
    };
    let roots = TrustAnchors::new([TrustAnchor::of(&ed25519), TrustAnchor::of(&p256r1)]);
    // Whoever holds the DAK is not asked.
    let signer = Signer::new(product(1), Verifier::new(roots));
    let device = signer.reuse(request.expect("a request"), ed25519, p256r1).expect("genuine");
    let apid: Apid = "abCD".parse().expect("an APID");
    SigningOutput { device, stage: Stage::Production, apid: Some(apid), app_server_key }
}

fn line<'t>(text: &'t str, name: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(name)).expect("the line is there")
}

/// The flat text that says what a JSON says.
fn from_json(json: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    format!(
        "smsn: {}\nED25519 Sidewalk Certificate Chain: {}\nP256R1 Sidewalk Certificate Chain: {}\n",
        text(&json["metadata"]["smsn"]),
        text(&json["eD25519"]),
        text(&json["p256R1"]),
    )
}

fn app_server_key() -> [u8; 32] {
    let json: serde_json::Value =
        serde_json::from_str(vector!("device-profile.json")).expect("JSON");
    let hex = json["Sidewalk"]["ApplicationServerPublicKey"].as_str().expect("text");
    hex::decode(hex).expect("hex").try_into().expect("32 bytes")
}
