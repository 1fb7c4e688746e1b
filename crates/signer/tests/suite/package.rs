//! Job packages: sealed, opened, refused.

use evidence::note::{Note, NoteError, SigningKey, Verifier};
use proptest::prelude::*;
use sidewalk::Stage;
use signer::package::{
    COUNT_MAX, Package, PackageError, PackagePage, PackageRefusal, PackageTerms, format_utc,
    parse_utc,
};

const DAY: u64 = 24 * 60 * 60;

fn maker(name: &str) -> SigningKey {
    SigningKey::from_seed(name.parse().expect("a name"), &[3; 32].into())
}

fn verifiers() -> [Verifier; 1] {
    [maker("maker.example").verifier().clone()]
}

fn terms() -> PackageTerms {
    PackageTerms {
        id: "order-7".parse().expect("an id"),
        product: "RNET_DAK_NAME".to_owned(),
        stage: Stage::Production,
        apid: "pd25".parse().expect("an APID"),
        device_type: "A17XHX23H06INH".to_owned(),
        count: 5000,
        not_before_unix: 1_932_940_800,
        not_after_unix: 1_932_940_800 + 30 * DAY,
        lines: vec!["line-a".to_owned(), "line-b".to_owned()],
        page: PackagePage {
            chip: "nrf52840".to_owned(),
            firmware: None,
            version: 8,
            address: Some(0xFF000),
        },
        trust_sha256: [0xAB; 32],
    }
}

fn signed(text: &str) -> String {
    let mut note = Note::new(text.to_owned()).expect("a note's text");
    note.sign(&maker("maker.example"));
    note.to_string()
}

fn open(text: &str) -> Result<Package, PackageError> {
    Package::open(text.as_bytes(), &verifiers())
}

#[test]
fn what_is_sealed_is_opened() {
    let note = terms().seal(&maker("maker.example")).unwrap().to_string();
    assert!(note.starts_with("format = \"curbside-job-package/1\"\nid = \"order-7\"\n"), "{note}");
    assert!(note.contains("not_before = \"2031-04-03T00:00:00Z\"\n"), "{note}");
    let package = open(&note).unwrap();
    assert_eq!(package.terms(), &terms());
    assert_eq!(package.signed_by, ["maker.example".parse().unwrap()]);
    // A second signature makes no other package, other terms do.
    let mut twice = Note::parse(note.as_bytes()).unwrap();
    twice.sign(&maker("notary.example"));
    assert_eq!(open(&twice.to_string()).unwrap().digest, package.digest);
    let more = PackageTerms { count: 5001, ..terms() };
    let more = open(&more.seal(&maker("maker.example")).unwrap().to_string()).unwrap();
    assert_eq!(more.id, package.id);
    assert_ne!(more.digest, package.digest);
}

#[test]
fn every_flipped_bit_is_refused() {
    let note = terms().seal(&maker("maker.example")).unwrap().to_string().into_bytes();
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut flipped = note.clone();
            flipped[at] ^= 1 << bit;
            assert!(Package::open(&flipped, &verifiers()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn the_signature_of_another_maker_does_not_open() {
    let note = terms().seal(&maker("other.example")).unwrap().to_string();
    let refused = open(&note).unwrap_err();
    let signed_by = vec!["other.example".parse().unwrap()];
    assert_eq!(refused, PackageError::Note(NoteError::NoKnownSignature { signed_by }));
    assert!(refused.is_forged());
    assert!(!open("").unwrap_err().is_forged());
}

#[test]
fn unknown_keys_other_spellings_and_newer_forms_are_refused_though_they_are_signed() {
    let text = terms().to_text();
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        open(&signed(&text.replacen(from, to, 1))).unwrap_err()
    };
    let unknown = refused("count =", "bonus = 9\ncount =");
    assert!(matches!(&unknown, PackageError::Toml { line: Some(7), .. }), "{unknown:?}");
    assert!(matches!(refused("count = 5000\n", ""), PackageError::Toml { .. }));
    assert!(matches!(refused("count = 5000", "count = -1"), PackageError::Toml { .. }));
    assert!(matches!(refused("count = 5000", "count = \"5000\""), PackageError::Toml { .. }));
    assert_eq!(refused("count = 5000", "count = 5_000"), PackageError::Spelling { line: 7 });
    assert_eq!(refused("count = 5000", "count = 5000 # more"), PackageError::Spelling { line: 7 });
    assert_eq!(refused("0xFF000", "1044480"), PackageError::Spelling { line: 16 });
    assert_eq!(refused("abab", "ABAB"), PackageError::Spelling { line: 11 });
    let newer = refused("package/1\"", "package/2\"\nnew = 1");
    assert_eq!(newer, PackageError::OtherFormat { found: "curbside-job-package/2".to_owned() });
    let value = |from: &str, to: &str| match refused(from, to) {
        PackageError::Value { key, .. } => key,
        other => panic!("{from} to {to}: {other:?}"),
    };
    assert_eq!(value("\"production\"", "\"Production\""), "stage");
    assert_eq!(value("pd25", "pd2"), "apid");
    assert_eq!(value("5000", "0"), "count");
    assert_eq!(value("5000", &(COUNT_MAX + 1).to_string()), "count");
    assert_eq!(value("2031-04-03T", "2031-04-31T"), "not_before");
    assert_eq!(value("2031-04-03T", "2032-04-03T"), "not_after");
    assert_eq!(value("\"line-a\", ", "\"line-z\", "), "lines");
    assert_eq!(value("\"line-a\", ", "\"line-b\", "), "lines");
    assert_eq!(value("\"line-a\"", "\".line\""), "lines");
    assert_eq!(value("version = 8", "version = 6"), "page.version");
    assert_eq!(value("RNET_DAK_NAME", "RNET DAK"), "product");
    assert_eq!(value("nrf52840", ""), "page.chip");
    assert!(matches!(refused("order-7", "order 7"), PackageError::Id(_)));
    let long = format!("{text}{}", "#".repeat(64 * 1024));
    assert!(matches!(open(&signed(&format!("{long}\n"))), Err(PackageError::TooLong { .. })));
}

#[test]
fn terms_that_cannot_be_opened_are_not_sealed() {
    let key = maker("maker.example");
    for terms in [
        PackageTerms { count: 0, ..terms() },
        PackageTerms { lines: vec!["b".to_owned(), "a".to_owned()], ..terms() },
        PackageTerms { product: "x\"\ncount = 9".to_owned(), ..terms() },
        PackageTerms { not_after_unix: u64::MAX, ..terms() },
        PackageTerms { lines: (0..257).map(|n| format!("{n:03}")).collect(), ..terms() },
    ] {
        assert!(matches!(terms.seal(&key), Err(PackageError::Value { .. })), "{terms:?}");
    }
}

#[test]
fn a_package_permits_its_product_its_lines_and_its_time() {
    let terms = terms();
    let (start, end) = (terms.not_before_unix, terms.not_after_unix);
    let tag = "RNET_DAK_NAME";
    assert_eq!(terms.permits(start, "line-a", tag), Ok(()));
    assert_eq!(terms.permits(end - 1, "line-b", tag), Ok(()));
    let early = terms.permits(start - 1, "line-a", tag).unwrap_err();
    assert!(matches!(early, PackageRefusal::NotYetValid { .. }));
    assert!(early.hint().is_some_and(|hint| hint.contains("clock")));
    let late = terms.permits(end, "line-a", tag).unwrap_err();
    assert_eq!(
        late.to_string(),
        "package order-7 is not valid any more since 2031-05-03T00:00:00Z"
    );
    let elsewhere = terms.permits(start, "line-c", tag).unwrap_err();
    assert_eq!(
        elsewhere.to_string(),
        "package order-7 is not for line line-c, but for line-a, line-b"
    );
    let other = terms.permits(start, "line-a", "RNET_DAK_OTHER").unwrap_err();
    assert!(matches!(other, PackageRefusal::OtherProduct { .. }));
    let any = PackageTerms { lines: Vec::new(), ..terms };
    assert_eq!(any.permits(start, "line-c", tag), Ok(()));
}

#[test]
fn times_are_those_that_date_writes() {
    // By `date -u -d @SECONDS +%FT%TZ`.
    for (unix, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (68_169_599, "1972-02-28T23:59:59Z"),
        (68_169_600, "1972-02-29T00:00:00Z"),
        (951_868_799, "2000-02-29T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(format_utc(unix), text);
        assert_eq!(parse_utc(text), Ok(unix));
    }
    for text in [
        "2031-02-29T00:00:00Z",
        "2031-04-31T00:00:00Z",
        "2031-04-02T24:00:00Z",
        "2031-4-2T00:00:00Z",
        "2031-04-02T00:00:00",
        "2031-04-02 00:00:00Z",
        "2031-04-02T00:00:00.0Z",
        "+031-04-02T00:00:00Z",
        "2031-04-02T00:00:60Z",
        "1969-12-31T23:59:59Z",
        "2031-04-02T00:00:00+00:00",
        "",
        "Z",
        "TZ",
    ] {
        assert!(parse_utc(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_time_is_read_back(unix in 0_u64..=253_402_300_799) {
        prop_assert_eq!(parse_utc(&format_utc(unix)), Ok(unix));
    }

    #[test]
    fn random_text_under_a_good_signature_is_read_or_refused(text in "[ -~\\n]{0,200}") {
        let _ = open(&signed(&format!("{text}\n"))).map_err(|error| (error.to_string(), error.hint()));
    }

    #[test]
    fn any_terms_are_read_back(
        count in 1..=COUNT_MAX, from in 0_u64..9_000_000_000, days in 1_u64..40_000,
        lines in proptest::collection::btree_set("[a-z0-9_-]{1,20}", 0..9),
        product in "[!-~]{1,40}", chip in "[!-~]{1,64}", firmware in proptest::option::of("[!-~]{1,64}"), address in any::<Option<u32>>(),
    ) {
        let terms = PackageTerms {
            product, count, not_before_unix: from, not_after_unix: from + days * DAY, lines: lines.into_iter().collect(),
            page: PackagePage { chip, firmware, version: 7, address }, stage: Stage::PreProduction, ..terms()
        };
        let note = terms.seal(&maker("maker.example")).unwrap().to_string();
        let package = open(&note).unwrap();
        prop_assert_eq!(package.terms(), &terms);
    }
}
