//! Trust files: written, read back, and every mistake named with its line.

use sidewalk::{Curve, SerialError, TrustAnchors, TrustFileError};

use crate::support::dummy_roots;

const ED25519_ROOT: &str =
    "ed25519 01800003 3b277fd4832193e80d71744dd0bd3cea93825774a170e5d973da543e02bef2de";

fn parse(lines: &str) -> Result<TrustAnchors, TrustFileError> {
    TrustAnchors::parse(&format!("curbside-trust 1\n{lines}"))
}

#[test]
fn a_written_trust_file_reads_back() {
    for anchors in [TrustAnchors::amazon(), dummy_roots()] {
        assert_eq!(anchors.iter().count(), 2);
        assert_eq!(TrustAnchors::parse(&anchors.to_text()), Ok(anchors));
    }
}

#[test]
fn comments_empty_lines_and_crlf_do_not_count() {
    let text = TrustAnchors::amazon().to_text();
    let decorated = format!("# roots\r\n\r\n{}", text.replace('\n', " # note\r\n\r\n"));
    assert_eq!(TrustAnchors::parse(&decorated), Ok(TrustAnchors::amazon()));
}

#[test]
fn a_file_without_its_first_line_is_refused() {
    assert_eq!(TrustAnchors::parse(""), Err(TrustFileError::Head { line: 1 }));
    assert_eq!(TrustAnchors::parse("\n\nroots"), Err(TrustFileError::Head { line: 3 }));
    let newer = format!("curbside-trust 2\n{ED25519_ROOT}");
    assert_eq!(TrustAnchors::parse(&newer), Err(TrustFileError::Head { line: 1 }));
}

#[test]
fn a_file_without_a_root_is_refused() {
    assert_eq!(parse(""), Err(TrustFileError::NoRoot));
    assert_eq!(parse("# none yet\n"), Err(TrustFileError::NoRoot));
}

#[test]
fn a_line_with_too_few_or_too_many_words_is_refused_with_its_number() {
    assert_eq!(parse("\ned25519 01800003"), Err(TrustFileError::Words { line: 3, found: 2 }));
    let with_a_name = format!("{ED25519_ROOT} root");
    assert_eq!(parse(&with_a_name), Err(TrustFileError::Words { line: 2, found: 4 }));
}

#[test]
fn an_unknown_curve_is_refused_with_its_line() {
    assert_eq!(parse("ed448 01800003 00"), Err(TrustFileError::Curve { line: 2 }));
}

#[test]
fn a_bad_serial_is_refused_with_its_line_and_cause() {
    let cause = SerialError::Length { expected: 4, found: 3 };
    assert_eq!(parse("ed25519 018000 00"), Err(TrustFileError::Serial { line: 2, cause }));
}

#[test]
fn a_key_that_is_cut_off_the_curve_weak_or_of_the_other_curve_is_refused_with_its_line() {
    let key = ED25519_ROOT.split(' ').next_back().unwrap();
    let identity = "0100000000000000000000000000000000000000000000000000000000000000";
    let two_is_no_y = "0200000000000000000000000000000000000000000000000000000000000000";
    for bad in [&key[2..], identity, two_is_no_y, "key"] {
        let line = format!("{ED25519_ROOT}\ned25519 01800003 {bad}");
        assert_eq!(parse(&line), Err(TrustFileError::Key { line: 3, curve: Curve::Ed25519 }));
    }
    let line = format!("p256r1 01800002 {key}");
    assert_eq!(parse(&line), Err(TrustFileError::Key { line: 2, curve: Curve::P256r1 }));
}

#[test]
fn a_file_of_more_lines_than_any_plant_needs_is_refused() {
    assert_eq!(parse(&format!("{ED25519_ROOT}\n").repeat(2000)), Err(TrustFileError::TooLong));
}
