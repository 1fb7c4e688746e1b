//! Serial numbers of devices as the public documents and tools compute them.

use sidewalk::{Smsn, SmsnError, SmsnInput, Stage};

const DOCUMENTED: SmsnInput<'_> = SmsnInput {
    stage: Stage::Production,
    device_type: "A17XHX23H06INH",
    dsn: "SN1234567",
    apid: "pd25",
    board_id: None,
};

#[test]
fn the_example_of_the_sidewalk_manufacturing_guide_comes_out() {
    let smsn = Smsn::derive(&DOCUMENTED).unwrap();
    assert_eq!(
        smsn.to_string(),
        "77086ebf8e20d074180f1a01fff256688dee68baa990c3610070e66c86f6ff39"
    );
}

#[test]
fn the_example_of_the_public_signing_tools_tests_comes_out() {
    let input =
        SmsnInput { device_type: "DUMMY", dsn: "FAKE_DSN", apid: "FAKE_APID", ..DOCUMENTED };
    assert_eq!(
        Smsn::derive(&input).unwrap().to_string(),
        "1f4ee02cd76fed7f9f30b02169e582f6685970c76d33b48b7951dd5a555b7ec6"
    );
}

#[test]
fn every_part_changes_the_number() {
    let variants = [
        DOCUMENTED,
        SmsnInput { stage: Stage::PreProduction, ..DOCUMENTED },
        SmsnInput { stage: Stage::Test, ..DOCUMENTED },
        SmsnInput { device_type: "A17XHX23H06INX", ..DOCUMENTED },
        SmsnInput { dsn: "SN1234568", ..DOCUMENTED },
        SmsnInput { apid: "pd26", ..DOCUMENTED },
        SmsnInput { board_id: Some("1"), ..DOCUMENTED },
    ];
    let mut numbers: Vec<_> = variants.iter().map(|input| Smsn::derive(input).unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), variants.len());
}

#[test]
fn an_empty_part_and_one_outside_ascii_are_refused_by_name() {
    let empty = SmsnInput { dsn: "", ..DOCUMENTED };
    assert_eq!(Smsn::derive(&empty), Err(SmsnError::Empty { part: "DSN" }));
    let umlaut = SmsnInput { device_type: "Gerät", ..DOCUMENTED };
    assert_eq!(Smsn::derive(&umlaut), Err(SmsnError::NotAscii { part: "device type" }));
    let empty_board = SmsnInput { board_id: Some(""), ..DOCUMENTED };
    assert_eq!(Smsn::derive(&empty_board), Err(SmsnError::Empty { part: "board id" }));
}

#[test]
fn a_number_reads_back_from_hex_in_either_case_and_from_nothing_else() {
    let smsn = Smsn::derive(&DOCUMENTED).unwrap();
    let text = smsn.to_string();
    assert_eq!(text.parse(), Ok(smsn));
    assert_eq!(text.to_uppercase().parse(), Ok(smsn));
    assert_eq!(text[1..].parse::<Smsn>(), Err(SmsnError::Length { found_len_chars: 63 }));
    let with_a_g = format!("{}g{}", &text[..10], &text[11..]);
    assert_eq!(with_a_g.parse::<Smsn>(), Err(SmsnError::Hex { offset: 10 }));
}

#[test]
fn a_product_tag_tells_its_stage_by_its_prefix() {
    assert_eq!(Stage::of_product_tag("RNET_A"), Some(Stage::Production));
    assert_eq!(Stage::of_product_tag("PREPROD_A"), Some(Stage::PreProduction));
    assert_eq!(Stage::of_product_tag("TEST_A"), Some(Stage::Test));
    assert_eq!(Stage::of_product_tag("rnet_a"), None);
    for stage in Stage::ALL {
        assert_eq!(stage.label().parse(), Ok(stage));
    }
}
