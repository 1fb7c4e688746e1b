//! Makes the test device in `examples/`: both chains under a test root, with keys that anyone can recompute.
//!
//! Every key is SHA-256 of a phrase that says what it is, so that nobody can take it for a real one, and so
//! that two runs give the same bytes. `cargo run -p sidewalk --example test_device -- json|trust|log`.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::{error::Error, io};

use sha2::{Digest as _, Sha256};
use sidewalk::{
    CertificateAuthority, Chain, Curve, PrivateKey, Serial, Smsn, SmsnInput, Stage, TrustAnchor,
    TrustAnchors,
};

const APID: &str = "TEST";

fn main() -> Result<(), Box<dyn Error>> {
    let smsn = Smsn::derive(&SmsnInput {
        stage: Stage::Test,
        device_type: "TESTDEVICETYPE",
        dsn: "TEST-0001",
        apid: APID,
        board_id: None,
    })?;
    let [ed25519, p256r1] = [chain(Curve::Ed25519, smsn)?, chain(Curve::P256r1, smsn)?];
    match std::env::args().nth(1).as_deref() {
        Some("json") => println!("{:#}", signing_output(smsn, &ed25519, &p256r1)?),
        Some("log") => println!("{}", control_log(smsn, &ed25519, &p256r1)),
        Some("trust") => {
            let roots = [&ed25519, &p256r1].map(TrustAnchor::of);
            print!("{}", TrustAnchors::new(roots).to_text());
        }
        _ => return Err(io::Error::other("say json, trust or log").into()),
    }
    Ok(())
}

fn test_key(curve: Curve, who: &str) -> Result<PrivateKey, sidewalk::PrivateKeyError> {
    PrivateKey::from_bytes(curve, &Sha256::digest(format!("Curbside test key: {curve} {who}")))
}

fn chain(curve: Curve, smsn: Smsn) -> Result<Chain, Box<dyn Error>> {
    let ladder = ["root", "sidewalk", "manufacturer", "product", "DAK"]
        .into_iter()
        .zip(["01000010", "02000010", "03000010", "04000010", "05000010"])
        .map(|(who, serial)| Ok((serial.parse::<Serial>()?, test_key(curve, who)?)))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let device = test_key(curve, "device")?;
    Ok(CertificateAuthority::certify(ladder)?.issue(smsn, device.public_key())?)
}

fn signing_output(
    smsn: Smsn,
    ed25519: &Chain,
    p256r1: &Chain,
) -> Result<serde_json::Value, Box<dyn Error>> {
    let private_hex = |curve| test_key(curve, "device").map(|key| hex::encode(key.expose_bytes()));
    let application = test_key(Curve::Ed25519, "application server")?;
    Ok(serde_json::json!({
        "eD25519": ed25519.to_base64(),
        "p256R1": p256r1.to_base64(),
        "label": Stage::Test.label(),
        "metadata": {
            "smsn": smsn.to_string(),
            "apid": APID,
            "devicePrivKeyEd25519": private_hex(Curve::Ed25519)?,
            "devicePrivKeyP256R1": private_hex(Curve::P256r1)?,
        },
        "applicationServerPublicKey": application.public_key().to_string(),
    }))
}

/// As the public signing tool writes it: two spaces, this order of members, a newline at the end.
fn control_log(smsn: Smsn, ed25519: &Chain, p256r1: &Chain) -> String {
    format!(
        r#"{{
  "controlLogs": [
    {{
      "version": "4-0-1",
      "device": {{
        "serialNumber": "{smsn}",
        "productIdentifier": {{
          "advertisedProductId": "{APID}"
        }},
        "sidewalkData": {{
          "sidewalkED25519CertificateChain": "{}",
          "sidewalkP256R1CertificateChain": "{}",
          "label": "{}"
        }}
      }}
    }}
  ]
}}"#,
        ed25519.to_base64(),
        p256r1.to_base64(),
        Stage::Test.label(),
    )
}
