//! Finding a product: what it costs, and each way in which it fails.

use hsm::{DiscoveryError, Element, Session, discover};
use sidewalk::{ChainForm, Curve, Level, Stage, TrustAnchors, Verifier};
use yubihsm2::{
    Algorithm, Capabilities, Domains, ErrorCode, Label, NewObject, ObjectHandle, ObjectId,
    ObjectType,
    operation::{DeleteObject, GetOpaque, PutAsymmetricKey, PutOpaque},
};

use crate::support::{Bench, PIN, dummy, named_plan, plan, roots, selection};
use hsm::program::Existing;

fn find(bench: &Bench, plan: &hsm::program::Plan) -> Result<hsm::Authority, DiscoveryError> {
    let mut session = bench.session(plan.pin_slot().0, PIN)?;
    discover(&mut session, &selection(plan), &Verifier::new(roots(plan)))
}

/// Replaces an opaque object.
fn overwrite(session: &mut Session, id: u16, label: &str, data: &[u8]) {
    delete(session, id, ObjectType::OPAQUE);
    let object = NewObject {
        id: ObjectId(id),
        label: Label::new(label).unwrap(),
        domains: Domains::from_bits(5),
        capabilities: Capabilities::NONE,
        algorithm: Algorithm::OPAQUE_DATA,
    };
    session.call(&PutOpaque { object, data: data.to_vec() }).unwrap();
}

fn delete(session: &mut Session, id: u16, object_type: ObjectType) {
    let object = ObjectHandle { id: ObjectId(id), object_type };
    session.call(&DeleteObject { object }).unwrap();
}

#[test]
fn opening_discovering_and_closing_take_at_most_45_commands_with_one_product_and_with_five() {
    for (daks, expected) in [(1, 41), (5, 45)] {
        let bench = Bench::fresh(1);
        let plan = plan(Stage::Production, ChainForm::Long, daks, 2);
        bench.program(&plan, Existing::Refuse).unwrap();
        for selection in plan.selections() {
            let before = bench.frames();
            let mut link = hsm::Link::open(&bench.endpoint()).unwrap();
            let limit = link.device_info().unwrap().version.message_limit();
            let credentials = crate::support::pin(PIN).into();
            let slots = selection.pin_slots();
            let mut session = Session::open(link, &slots, &credentials, limit).unwrap();
            let verifier = Verifier::new(roots(&plan));
            discover(&mut session, &selection, &verifier).unwrap();
            session.close().unwrap();
            assert_eq!(bench.frames() - before, expected);
            assert!(expected <= 45);
        }
    }
}

#[test]
fn every_stage_and_both_layouts_are_found() {
    for stage in Stage::ALL {
        for form in [ChainForm::Long, ChainForm::Short] {
            let bench = Bench::fresh(1);
            let plan = plan(stage, form, 2, 3);
            bench.program(&plan, Existing::Refuse).unwrap();
            let authority = find(&bench, &plan).unwrap();
            assert_eq!((authority.stage(), authority.form()), (stage, form));
            assert_eq!(bench.sessions_open(), 0);
        }
    }
}

#[test]
fn production_and_test_products_live_on_one_hsm() {
    let (bench, production) = dummy();
    let test = named_plan("DUMMY", Stage::Test, ChainForm::Long, 1, 77);
    bench.program(&test, Existing::Add).unwrap();
    let (found, other) = (find(&bench, &production).unwrap(), find(&bench, &test).unwrap());
    assert!(!found.is_same_as(&other));
}

#[test]
fn a_tag_that_no_key_has_is_told_with_the_labels_that_there_are() {
    let (bench, plan) = dummy();
    let mut session = bench.session(5, PIN).unwrap();
    let selection = hsm::Selection::new("RNET_DAK_OTHER".parse().unwrap()).unwrap();
    let found = discover(&mut session, &selection, &Verifier::new(roots(&plan)));
    let expected = DiscoveryError::NoSuchTag {
        tag: "RNET_DAK_OTHER".parse().unwrap(),
        labels: vec!["RNET_DAK_DUMMY_ED25.priv".to_owned()],
    };
    assert_eq!(found, Err(expected));
}

#[test]
fn a_tag_that_begins_two_products_is_ambiguous_and_one_that_is_exact_is_not() {
    let bench = Bench::fresh(1);
    let plan = plan(Stage::Production, ChainForm::Long, 2, 5);
    bench.program(&plan, Existing::Refuse).unwrap();
    let mut session = bench.session(5, PIN).unwrap();
    let verifier = Verifier::new(roots(&plan));
    let mut find = |tag: &str| {
        let selection = hsm::Selection::new(tag.parse().unwrap()).unwrap();
        discover(&mut session, &selection, &verifier)
    };
    assert!(matches!(find("RNET_DAK_DUMMY"), Err(DiscoveryError::AmbiguousTag { .. })));
    assert!(find("RNET_DAK_DUMMY_2").is_ok());
}

#[test]
fn a_missing_certificate_object_is_named() {
    let (bench, plan) = dummy();
    delete(&mut bench.admin_session(), 0x2A, ObjectType::OPAQUE);
    let expected = DiscoveryError::MissingCertificate {
        curve: Curve::P256r1,
        level: Level::Sidewalk,
        element: Element::Signature,
        id: ObjectId(0x2A),
    };
    assert_eq!(find(&bench, &plan), Err(expected));
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn a_certificate_object_of_another_size_is_named() {
    let (bench, plan) = dummy();
    overwrite(&mut bench.admin_session(), 0x31, "RNET_MAN_ED25.pub", &[7; 31]);
    let expected = DiscoveryError::CertificateLength {
        curve: Curve::Ed25519,
        level: Level::Manufacturer,
        element: Element::PublicKey,
        id: ObjectId(0x31),
        found_len_bytes: 31,
    };
    assert_eq!(find(&bench, &plan), Err(expected));
}

#[test]
fn a_damaged_signature_in_the_chain_is_not_genuine() {
    let (bench, plan) = dummy();
    let mut session = bench.admin_session();
    let mut signature = session.call(&GetOpaque { id: ObjectId(0x42) }).unwrap();
    signature[20] ^= 1;
    overwrite(&mut session, 0x42, "RNET_PROD_DUMMY_ED25.signature", &signature);
    let error = find(&bench, &plan).unwrap_err();
    let DiscoveryError::NotGenuine(fault) = &error else { panic!("{error}") };
    assert_eq!((fault.code(), fault.level()), ("bad-signature", Some(Level::Product)));
}

#[test]
fn a_chain_to_a_root_that_is_not_pinned_is_not_genuine() {
    let (bench, plan) = dummy();
    let mut session = bench.session(5, PIN).unwrap();
    let amazon = Verifier::new(TrustAnchors::amazon());
    let error = discover(&mut session, &selection(&plan), &amazon).unwrap_err();
    let DiscoveryError::NotGenuine(fault) = &error else { panic!("{error}") };
    assert_eq!(fault.code(), "untrusted-root");
}

#[test]
fn an_hsm_that_needs_a_newer_tool_is_not_used() {
    let (bench, plan) = dummy();
    let info = br#"{"ver":4,"toolreq":"9.1","rel":0,"longchain":true}"#;
    overwrite(&mut bench.admin_session(), 0x0E, "HSM_INFO", info);
    let needed = "9.1".to_owned();
    let expected = DiscoveryError::NeedsNewerTool { needed, ours: hsm::TOOL_VERSION };
    assert_eq!(find(&bench, &plan), Err(expected));
}

#[test]
fn without_hsm_info_the_chain_depth_decides_and_only_5_is_a_depth() {
    let (bench, plan) = dummy();
    let mut session = bench.admin_session();
    delete(&mut session, 0x0E, ObjectType::OPAQUE);
    assert_eq!(find(&bench, &plan).map(|authority| authority.form()), Ok(ChainForm::Long));
    overwrite(&mut session, 0x0F, "SW_CTL_CHAIN_DEPTH", &[4]);
    assert_eq!(find(&bench, &plan), Err(DiscoveryError::ChainDepth { found: 4 }));
    // Without either the HSM counts as legacy, where what lies at the manufacturer's place is another
    // certificate, which the chain does not verify through.
    delete(&mut session, 0x0F, ObjectType::OPAQUE);
    assert!(matches!(find(&bench, &plan), Err(DiscoveryError::NotGenuine(_))));
}

#[test]
fn an_hsm_from_before_hsm_info_has_the_short_chain() {
    let bench = Bench::fresh(1);
    let plan = plan(Stage::Production, ChainForm::Short, 1, 3);
    bench.program(&plan, Existing::Refuse).unwrap();
    delete(&mut bench.admin_session(), 0x0E, ObjectType::OPAQUE);
    assert_eq!(find(&bench, &plan).map(|authority| authority.form()), Ok(ChainForm::Short));
}

#[test]
fn a_key_that_the_chain_does_not_certify_is_refused_before_it_signs() {
    let (bench, plan) = dummy();
    let mut session = bench.admin_session();
    delete(&mut session, 0x58, ObjectType::ASYMMETRIC_KEY);
    let missing = DiscoveryError::MissingKey { curve: Curve::P256r1, id: ObjectId(0x58) };
    assert_eq!(find(&bench, &plan), Err(missing));
    let object = NewObject {
        id: ObjectId(0x58),
        label: Label::new("RNET_DAK_DUMMY_P256R1.priv").unwrap(),
        domains: Domains::from_bits(5),
        capabilities: Capabilities::SIGN_ECDSA,
        algorithm: Algorithm::EC_P256,
    };
    session.call(&PutAsymmetricKey { object, key: vec![7; 32].into() }).unwrap();
    let other = DiscoveryError::OtherKey { curve: Curve::P256r1, id: ObjectId(0x58) };
    assert_eq!(find(&bench, &plan), Err(other));
}

#[test]
fn a_pin_without_the_right_to_read_is_told_what_it_may_not_do() {
    let (bench, plan) = dummy();
    let mut session = bench.admin_session();
    let key = yubihsm2::operation::PutAuthenticationKey {
        id: ObjectId(9),
        label: Label::EMPTY,
        domains: Domains::from_bits(5),
        capabilities: Capabilities::SIGN_ECDSA,
        delegated: Capabilities::NONE,
        key: yubihsm2::AuthenticationKey::Symmetric(crate::support::pin("99").keys().clone()),
    };
    session.call(&key).unwrap();
    let mut poor = bench.session(9, "99").unwrap();
    let found = discover(&mut poor, &selection(&plan), &Verifier::new(roots(&plan)));
    let Err(DiscoveryError::Session(hsm::SessionError::Refused { code, .. })) = found else {
        panic!("{found:?}")
    };
    assert_eq!(code, ErrorCode::INSUFFICIENT_PERMISSIONS);
}
