//! Goal: input is read as the public tool reads it, an error names its field, and only what is true becomes a
//! checked page. Method: the tool's own inputs, one broken copy for each fault, and a test authority.

use page::{
    PageVersion, ValueId,
    input::{
        CheckError, FieldError, InputError, JSON_LEN_MAX, PageInput, PartsError, PrivateKeyBytes,
        SerialNumber, page_from_black_box_unchecked, read_acs, read_aws_certificate,
        read_aws_device,
    },
};
use sidewalk::{ChainTextError, Curve, Level, Smsn, TrustAnchors, Verifier, VerifyError};

use crate::support::{EXTENDED, PLAIN, anchors, chain, input, layout, parts};

const AWS: &str = include_str!("../vectors/aws_certificate.json");
const ACS: &str = include_str!("../vectors/acs_serial_expansion.json");

fn aws_fault(text: &str) -> (String, FieldError) {
    match read_aws_certificate(text.as_bytes()).unwrap_err() {
        InputError::Field { field, error } => (field, error),
        other => panic!("{other}"),
    }
}

/// A member's text in the AWS input.
fn member(name: &str) -> &'static str {
    let start = AWS.find(&format!("\"{name}\": \"")).unwrap() + name.len() + 5;
    &AWS[start..start + AWS[start..].find('"').unwrap()]
}

#[test]
fn the_answers_of_both_aws_calls_give_the_page_of_the_console_download() {
    let list = |ed25519: &str, p256r1: &str| {
        format!(
            r#"[{{"SigningAlg":"P256r1","Value":"{}"}},{{"SigningAlg":"Ed25519","Value":"{}"}}]"#,
            member(p256r1),
            member(ed25519)
        )
    };
    let device = format!(
        r#"{{"Sidewalk":{{"SidewalkManufacturingSn":"{}","DeviceCertificates":{},"PrivateKeys":{}}}}}"#,
        member("smsn"),
        list("eD25519", "p256R1"),
        list("devicePrivKeyEd25519", "devicePrivKeyP256R1"),
    );
    let key = member("applicationServerPublicKey");
    let expected = read_aws_certificate(AWS.as_bytes()).unwrap();
    for identity in [
        r#""DakCertificateMetadata":[{},{"DeviceTypeId":"1234fe98"}]"#,
        r#""DAKCertificate":[{"DeviceTypeId":"fe98"}],"ApId":"zzzz""#,
        r#""DakCertificateMetadata":[],"ApId":"fe98""#,
    ] {
        let profile =
            format!(r#"{{"Sidewalk":{{"ApplicationServerPublicKey":"{key}",{identity}}}}}"#);
        let read = read_aws_device(device.as_bytes(), profile.as_bytes());
        assert_eq!(read.as_ref(), Ok(&expected), "{identity}");
    }
    let profile = format!(r#"{{"Sidewalk":{{"ApplicationServerPublicKey":"{key}"}}}}"#);
    let error = read_aws_device(device.as_bytes(), profile.as_bytes()).unwrap_err();
    let field = "Sidewalk.ApId".to_owned();
    assert_eq!(error, InputError::Field { field, error: FieldError::Missing });
    let error = read_aws_device(b"{}", profile.as_bytes()).unwrap_err();
    let field = "Sidewalk.DeviceCertificates.Ed25519".to_owned();
    assert_eq!(error, InputError::Field { field, error: FieldError::Missing });
}

#[test]
fn the_apid_comes_first_and_hex_is_read_in_either_case() {
    let expected = read_aws_certificate(AWS.as_bytes()).unwrap();
    let lower = AWS.replace(member("smsn"), &member("smsn").to_lowercase());
    assert_eq!(read_aws_certificate(lower.as_bytes()).unwrap(), expected);
    let text = AWS.replace("\"metadata\": {", "\"metadata\": {\"apid\": \"SSDK\", ");
    assert_eq!(read_aws_certificate(text.as_bytes()).unwrap().apid().as_str(), "SSDK");
    let text = AWS.replace("\"deviceTypeId\": \"fe98\"", "\"deviceTypeId\": \"0000fe98\"");
    assert_eq!(read_aws_certificate(text.as_bytes()).unwrap(), expected);
    let text = AWS.replace("applicationServer", "ApplicationServer");
    assert_eq!(read_aws_certificate(text.as_bytes()).unwrap(), expected);
}

#[test]
fn a_p256_key_with_a_zero_in_front_is_cut() {
    let expected = read_aws_certificate(AWS.as_bytes()).unwrap();
    let text = AWS.replace("\"2222", "\"002222");
    assert_eq!(read_aws_certificate(text.as_bytes()).unwrap(), expected);
    let field = "metadata.devicePrivKeyP256R1".to_owned();
    let length = FieldError::Length { expected: 32, found: 33 };
    assert_eq!(aws_fault(&AWS.replace("\"2222", "\"012222")), (field, length.clone()));
    let field = "metadata.devicePrivKeyEd25519".to_owned();
    assert_eq!(aws_fault(&AWS.replace("\"1111", "\"001111")), (field, length));
}

#[test]
fn every_missing_or_misshapen_field_is_named() {
    for name in ["eD25519", "p256R1", "applicationServerPublicKey"] {
        let fault = aws_fault(&AWS.replace(&format!("\"{name}\""), "\"other\""));
        assert_eq!(fault, (name.to_owned(), FieldError::Missing));
    }
    for name in ["smsn", "devicePrivKeyEd25519", "devicePrivKeyP256R1"] {
        let fault = aws_fault(&AWS.replace(&format!("\"{name}\""), "\"other\""));
        assert_eq!(fault, (format!("metadata.{name}"), FieldError::Missing));
    }
    let smsn = || "metadata.smsn".to_owned();
    let quoted = format!("\"{}\"", member("smsn"));
    assert_eq!(
        aws_fault(&AWS.replace(&quoted, "7")),
        (smsn(), FieldError::Type { expected: "text" })
    );
    assert_eq!(aws_fault(&AWS.replace(&quoted, "\"0x00\"")), (smsn(), FieldError::Hex));
    assert_eq!(aws_fault(&AWS.replace(&quoted, "\"000\"")), (smsn(), FieldError::Hex));
    let length = FieldError::Length { expected: 32, found: 2 };
    assert_eq!(aws_fault(&AWS.replace(&quoted, "\"0000\"")), (smsn(), length));
    let (field, error) = aws_fault(&AWS.replace(member("eD25519"), "AAAA"));
    assert_eq!(field, "eD25519");
    assert!(matches!(error, FieldError::Chain(ChainTextError::Chain(_))));
    let (field, error) =
        aws_fault(&AWS.replace("\"deviceTypeId\": \"fe98\"", "\"deviceTypeId\": \"8\""));
    assert_eq!(field, "metadata.deviceTypeId");
    assert!(matches!(error, FieldError::Apid(_)));
}

#[test]
fn a_file_that_is_no_json_or_too_large_is_refused() {
    let error = read_aws_certificate(b"{\n  \"a\": }").unwrap_err();
    assert_eq!(error, InputError::Syntax { line: 2, column: 8 });
    let error = read_aws_certificate(&vec![b' '; JSON_LEN_MAX + 1]).unwrap_err();
    assert_eq!(error, InputError::TooLarge { found: JSON_LEN_MAX + 1 });
    assert_eq!(aws_fault("[]"), ("metadata.apid".to_owned(), FieldError::Missing));
}

#[test]
fn the_console_of_acs_must_name_the_apid() {
    assert!(read_acs(ACS.as_bytes(), &[0; 32]).is_ok());
    let error = read_acs(AWS.as_bytes(), &[0; 32]).unwrap_err();
    let field = "metadata.apid".to_owned();
    assert_eq!(error, InputError::Field { field, error: FieldError::Missing });
}

#[test]
fn black_box_values_become_a_page_without_chains() {
    let key = |len: usize, byte: u8| hex(&vec![byte; len]);
    let entry = |name: &str| {
        format!(
            r#"{{"cert_name":"{name}","ed25519_pub":"{}","ed25519_signature":"{}","ed25519_serial":"01020304","p256r1_pub":"{}","p256r1_signature":"{}","p256r1_serial":"05060708"}}"#,
            key(32, 1),
            key(64, 2),
            key(64, 3),
            key(64, 4)
        )
    };
    let text = format!(
        r#"{{"ringNetDevId":"BFFFFFC94E","PKI":{{"device_cert":{{"ed25519_priv":"{}","ed25519_pub":"{}","ed25519_signature":"{}","p256r1_priv":"{}","p256r1_pub":"{}","p256r1_signature":"{}"}},"intermediate_certs":[{},{},{},{}]}}}}"#,
        key(32, 5),
        key(32, 6),
        key(64, 7),
        key(32, 8),
        key(64, 9),
        key(64, 10),
        entry("AMZN"),
        entry("MAN"),
        entry("MODEL"),
        entry("SOMETHING"),
    );
    let page = page_from_black_box_unchecked(text.as_bytes(), PageVersion::Tlv).unwrap();
    assert_eq!(page.len(), 1 + 6 + 2 + 6 + 6);
    assert_eq!(page.value(ValueId::DEVID), Some(&[0xBF, 0xFF, 0xFF, 0xC9, 0x4E][..]));
    assert_eq!(page.value(ValueId::PRODUCT_P256R1_SERIAL), Some(&[5, 6, 7, 8][..]));
    assert_eq!(page.value(ValueId::SMSN), None);
    assert!(layout("nordic-v8").encode(&page).is_ok());
    let text = text.replace("BFFFFFC94E", "BFFF");
    let error = page_from_black_box_unchecked(text.as_bytes(), PageVersion::Tlv).unwrap_err();
    let length = FieldError::Length { expected: 5, found: 2 };
    assert_eq!(error, InputError::Field { field: "ringNetDevId".into(), error: length });
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn chains_of_the_wrong_curve_are_refused() {
    let mut parts = parts(PLAIN);
    parts.ed25519_chain = parts.p256r1_chain.clone();
    let error = PageInput::new(parts).unwrap_err();
    assert_eq!(error, PartsError::Curve { expected: Curve::Ed25519 });
}

#[test]
fn a_serial_number_is_up_to_16_visible_characters() {
    let number: SerialNumber = "SN1234567".parse().unwrap();
    let page = input(PLAIN)
        .with_serial_number(number)
        .with_device_id([1; 5])
        .with_device_type_id([2; 14])
        .page_unchecked_like_sid_provision(PageVersion::Tlv);
    assert_eq!(page.value(ValueId::SERIAL_NUM), Some(&b"SN1234567\0\0\0\0\0\0\0\0"[..]));
    assert_eq!(page.len(), 38);
    for text in ["", "seventeen letters", "with blank", "ümlaut"] {
        let expected = Err(PartsError::SerialNumber { len: text.len() });
        assert_eq!(text.parse::<SerialNumber>(), expected);
    }
}

#[test]
fn a_device_that_is_right_in_every_respect_becomes_a_page() {
    let verifier = Verifier::new(anchors());
    let checked = input(PLAIN).check(&verifier).unwrap();
    let page = checked.page(PageVersion::Tlv);
    assert_eq!(*page, input(PLAIN).page_unchecked_like_sid_provision(PageVersion::Tlv));
    let parts = parts(PLAIN);
    let root_keys = [
        (ValueId::AMZN_PUB_ED25519, &parts.ed25519_chain),
        (ValueId::AMZN_PUB_P256R1, &parts.p256r1_chain),
    ];
    for (id, chain) in root_keys {
        assert_eq!(page.value(id), Some(chain.root().public_key_bytes()));
    }
}

#[test]
fn a_foreign_root_is_refused() {
    let verifier = Verifier::new(TrustAnchors::amazon());
    let error = input(PLAIN).check(&verifier).unwrap_err();
    assert!(matches!(error, CheckError::Chain(VerifyError::UntrustedRoot { .. })));
}

#[test]
fn a_signature_that_does_not_verify_is_refused() {
    let verifier = Verifier::new(anchors());
    let mut parts = parts(PLAIN);
    let mut bytes = parts.p256r1_chain.as_bytes().to_vec();
    bytes[32 + 64 + 5] ^= 1;
    parts.p256r1_chain = sidewalk::Chain::parse(Curve::P256r1, &bytes).unwrap();
    let error = PageInput::new(parts).unwrap().check(&verifier).unwrap_err();
    let expected =
        VerifyError::Signature { curve: Curve::P256r1, level: Level::Device, issuer: Level::Dak };
    assert_eq!(error, CheckError::Chain(expected));
}

#[test]
fn a_private_key_of_another_device_is_refused() {
    let verifier = Verifier::new(anchors());
    for curve in Curve::ALL {
        let mut parts = parts(PLAIN);
        match curve {
            Curve::Ed25519 => parts.ed25519_private_key = PrivateKeyBytes::new([0x12; 32]),
            Curve::P256r1 => parts.p256r1_private_key = PrivateKeyBytes::new([0x12; 32]),
        }
        let error = PageInput::new(parts).unwrap().check(&verifier).unwrap_err();
        assert_eq!(error, CheckError::KeyPair { curve });
    }
}

#[test]
fn a_private_key_that_is_none_is_refused() {
    let mut parts = parts(PLAIN);
    parts.p256r1_private_key = PrivateKeyBytes::new([0; 32]);
    let error = PageInput::new(parts).unwrap().check(&Verifier::new(anchors())).unwrap_err();
    assert!(matches!(error, CheckError::PrivateKey { curve: Curve::P256r1, .. }));
}

#[test]
fn chains_and_data_of_two_devices_are_refused() {
    let verifier = Verifier::new(anchors());
    let (one, other) = (Smsn::from_bytes([0x5A; 32]), Smsn::from_bytes([0xA5; 32]));
    let mut beside = parts(PLAIN);
    beside.smsn = other;
    let error = PageInput::new(beside).unwrap().check(&verifier).unwrap_err();
    assert_eq!(error, CheckError::Smsn { chains: one, beside: other });
    let mut mixed = parts(PLAIN);
    mixed.p256r1_chain = chain(Curve::P256r1, [0xA5; 32], 0x22, PLAIN);
    let error = PageInput::new(mixed).unwrap().check(&verifier).unwrap_err();
    let expected = VerifyError::SmsnMismatch { ed25519: one, p256r1: other };
    assert_eq!(error, CheckError::Chain(expected));
}

#[test]
fn extended_serials_pass_the_check() {
    assert!(input(EXTENDED).check(&Verifier::new(anchors())).is_ok());
}

#[test]
fn input_never_shows_its_private_keys() {
    let shown = format!("{:?}", input(PLAIN)).to_lowercase();
    for secret in ["11, 17", "17, 17", "34, 34", "1111", "2222"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
