//! Putting products onto HSMs.

use hsm::program::{
    Existing, NotGenuineMaterial, Plan, ProgramError, PublicJsonError, read_public_json,
};
use sidewalk::{ChainForm, Curve, Level, Stage, Verifier};

use crate::support::{Bench, Mishap, dummy, is_genuine, members, named_plan, plan, request, roots};
use hsm::{Fleet, FleetOptions};

/// The certificates of the public programmer's layout, made from phrases by `certificates_json`.
fn certificates_json(form: ChainForm) -> serde_json::Value {
    use sha2::{Digest as _, Sha256};
    use sidewalk::{CertificateAuthority, PrivateKey, Serial};

    let mut curves = serde_json::Map::new();
    for (curve, name) in [(Curve::Ed25519, "ED25"), (Curve::P256r1, "P256R1")] {
        let levels: Vec<Level> = form.levels()[1..].iter().rev().copied().collect();
        let keys: Vec<PrivateKey> = levels
            .iter()
            .map(|level| {
                let seed = Sha256::digest(format!("{curve} {level}"));
                PrivateKey::from_bytes(curve, &seed).unwrap()
            })
            .collect();
        let serials: Vec<Serial> =
            (1..).zip(&levels).map(|(n, _)| Serial::parse(&[n, 0, 0, 1]).unwrap()).collect();
        let ladder = serials.iter().copied().zip(keys.iter().cloned()).collect();
        let issuers = CertificateAuthority::certify(ladder).unwrap().issuers_bytes().to_vec();
        let entry = 4 + curve.public_key_len_bytes() + 64;
        let authorities = (0..levels.len())
            .map(|index| {
                let at = (levels.len() - 1 - index) * entry;
                let bytes = &issuers[at..at + entry];
                let member = serde_json::json!({
                    "priv": hex::encode(keys[index].expose_bytes()),
                    "pub": hex::encode(&bytes[4..entry - 64]),
                    "signature": hex::encode(&bytes[entry - 64..]),
                    "serial": hex::encode(&bytes[..4]),
                });
                (levels[index].name().to_owned(), member)
            })
            .collect();
        curves.insert(name.to_owned(), serde_json::Value::Object(authorities));
    }
    serde_json::Value::Object(curves)
}

fn read(json: &serde_json::Value) -> Result<hsm::program::Material, PublicJsonError> {
    read_public_json(json.to_string().as_bytes())
}

#[test]
fn an_hsm_with_objects_is_left_alone_unless_asked() {
    let (bench, plan) = dummy();
    let error = bench.program(&plan, Existing::Refuse).unwrap_err();
    assert!(matches!(&error, ProgramError::NotEmpty { found } if found.len() == 35), "{error}");
    let error = bench.program(&plan, Existing::Add).unwrap_err();
    assert!(matches!(&error, ProgramError::InTheWay { found } if found.len() == 32), "{error}");
    let done = bench.program(&plan, Existing::Replace).unwrap();
    assert_eq!((done.put, done.deleted, done.kept), (35, 35, 0));
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn adding_keeps_the_pin_and_what_the_hsm_says_of_itself() {
    let (bench, _) = dummy();
    let test = named_plan("OTHER", Stage::Test, ChainForm::Long, 2, 9);
    let done = bench.program(&test, Existing::Add).unwrap();
    assert_eq!((done.put, done.kept), (18 + 2 * 14, 3));
}

#[test]
fn replicas_sign_for_one_product_in_one_fleet() {
    let plan = plan(Stage::Production, ChainForm::Long, 1, 4);
    let benches = [Bench::fresh(1), Bench::fresh(2), Bench::fresh(3)];
    for bench in &benches {
        bench.program(&plan, Existing::Refuse).unwrap();
    }
    let fleet = Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap();
    let signatures = fleet.sign(&request(1)).unwrap();
    let verifier = Verifier::new(roots(&plan));
    assert!(is_genuine(fleet.authority(), &verifier, &request(1), &signatures));
}

#[test]
fn a_half_programmed_hsm_is_told_and_mended_with_replace() {
    let bench = Bench::fresh(1);
    let plan = plan(Stage::Production, ChainForm::Long, 1, 4);
    let mut left = 20;
    bench.break_with(move |_| {
        left -= 1;
        if left > 0 { Mishap::None } else { Mishap::LostOnTheWay }
    });
    let error = bench.program(&plan, Existing::Refuse).unwrap_err();
    bench.mend();
    // Device info, two commands of the handshake and the listing come before the first object.
    assert!(matches!(error, ProgramError::HalfDone { done: 15, total: 35, .. }), "{error:?}");
    assert!(bench.program(&plan, Existing::Refuse).is_err());
    bench.program(&plan, Existing::Replace).unwrap();
}

#[test]
fn an_answer_lost_while_programming_is_looked_up_and_nothing_is_put_twice() {
    let bench = Bench::fresh(1);
    let plan = plan(Stage::Production, ChainForm::Long, 1, 4);
    let mut number = 0;
    bench.break_with(move |frame| {
        // The handshake is another test's.
        number += usize::from(frame.command() == yubihsm2::Command::SESSION_MESSAGE);
        if number % 7 == 6 { Mishap::AnswerLost } else { Mishap::None }
    });
    assert_eq!(bench.program(&plan, Existing::Refuse).map(|done| done.put), Ok(35));
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn the_public_programmers_json_is_taken_in_both_forms() {
    for form in [ChainForm::Long, ChainForm::Short] {
        let material = read(&certificates_json(form)).unwrap();
        assert_eq!(material.form(), form);
        let name = "DUMMY".parse().unwrap();
        let plan = Plan::new(&name, Stage::Production, vec![material], 0).unwrap();
        let bench = Bench::fresh(1);
        bench.program(&plan, Existing::Refuse).unwrap();
    }
}

#[test]
fn a_json_whose_parts_are_missing_or_do_not_fit_is_refused() {
    let good = certificates_json(ChainForm::Long);
    let spoil = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = good.clone();
        change(&mut json);
        read(&json).unwrap_err()
    };
    let error = spoil(&|json| {
        json.as_object_mut().unwrap().remove("P256R1");
    });
    assert_eq!(error, PublicJsonError::MissingCurve { curve: Curve::P256r1 });
    let error = spoil(&|json| {
        json["ED25"].as_object_mut().unwrap().remove("MAN");
    });
    let (curve, level) = (Curve::Ed25519, Level::Manufacturer);
    assert_eq!(error, PublicJsonError::MissingAuthority { curve, level });
    let error = spoil(&|json| json["ED25"]["DAK"]["priv"] = "00".into());
    let level = Level::Dak;
    assert_eq!(error, PublicJsonError::Member { curve, level, member: "priv" });
    let error = spoil(&|json| json["ED25"]["DAK"]["priv"] = "07".repeat(32).into());
    assert_eq!(error, NotGenuineMaterial::OtherKey { curve }.into());
    let error = spoil(&|json| json["ED25"]["PROD"]["serial"] = "09000001".into());
    assert!(matches!(error, PublicJsonError::NotGenuine(NotGenuineMaterial::Verify(_))));
    assert!(matches!(read_public_json(b"[]"), Err(PublicJsonError::Json { .. })));
}
