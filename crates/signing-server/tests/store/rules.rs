//! Who gets certificates.

use signer::service::RefusalCode;
use signing_server::store::{Begin, Begun, Counts};

use crate::{
    devices::{asked, device, issue, package, refused, request, signed, smsn, ticket},
    places::{Place, in_both, wait},
};

in_both! {
    a_device_is_signed_once_and_given_again
    a_device_of_another_server_is_left_to_it_until_its_time_is_over
    what_may_not_be_signed_is_refused_by_name
    a_rework_gets_new_certificates_and_names_its_first_entry
    what_was_begun_is_taken_up
    texts_that_one_database_does_not_know_are_no_fault
}

fn a_device_is_signed_once_and_given_again(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let first = ticket(wait(store.begin(asked(1))).unwrap());
    assert_eq!((first.smsn, first.generation), (smsn(1), 0));
    // The answer was lost, and then the signature.
    assert_eq!(ticket(wait(store.begin(asked(1))).unwrap()), first);
    let issued = wait(store.finish(signed(first, 1))).unwrap();
    assert_eq!(issued.evidence_index, 0);
    assert_eq!(wait(store.finish(signed(first, 2))).unwrap(), issued, "the first outcome stays");
    assert_eq!(wait(store.begin(asked(1))).unwrap(), Begun::Signed(issued));
    let other_id = Begin { request_id: request(99), ..asked(1) };
    assert_eq!(wait(store.begin(other_id)).unwrap(), Begun::Signed(issued));
    let counts = Counts { issued: 1, pending: 0, attempts: 2, evidence: 1 };
    assert_eq!(wait(store.counts()).unwrap(), counts);
    store.close();
    let store = place.open("a").unwrap();
    assert_eq!(wait(store.begin(asked(1))).unwrap(), Begun::Signed(issued));
    assert_eq!(wait(store.counts()).unwrap(), counts);
}

fn a_device_of_another_server_is_left_to_it_until_its_time_is_over(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let begun = ticket(wait(store.begin(asked(1))).unwrap());
    store.close();
    let store = place.open("b").unwrap();
    match wait(store.begin(asked(1))).unwrap() {
        Begun::Elsewhere { left_ms } => assert!((1..=180_000).contains(&left_ms), "{left_ms}"),
        other => panic!("{other:?}"),
    }
    assert!(wait(store.take_up(10)).unwrap().is_empty());
    place.age_claims(180_000);
    assert_eq!(ticket(wait(store.begin(asked(1))).unwrap()), begun);
    store.close();
    // The first server comes back: now it is the other one's.
    let store = place.open("a").unwrap();
    assert!(matches!(wait(store.begin(asked(1))).unwrap(), Begun::Elsewhere { .. }));
    // An outcome is one, whoever brings it.
    let issued = wait(store.finish(signed(begun, 1))).unwrap();
    assert_eq!(wait(store.begin(asked(1))).unwrap(), Begun::Signed(issued));
}

fn what_may_not_be_signed_is_refused_by_name(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let begin = |asked| wait(store.begin(asked)).unwrap();
    let other_keys =
        |number, id| Begin { request_id: request(id), device: device(number, 1), ..asked(number) };
    let first = ticket(begin(asked(1)));
    assert_eq!(refused(begin(other_keys(1, 50))), RefusalCode::OtherKeys, "while it is signed");
    let rework = Begin { is_rework: true, ..other_keys(1, 51) };
    assert_eq!(refused(begin(rework)), RefusalCode::OtherKeys, "a rework of what is not there");
    wait(store.finish(signed(first, 1))).unwrap();
    assert_eq!(refused(begin(other_keys(1, 52))), RefusalCode::OtherKeys, "when it is signed");
    let product = Begin { request_id: request(53), product: "lock".to_owned(), ..asked(1) };
    assert_eq!(refused(begin(product)), RefusalCode::OtherKeys, "another product");
    let reused = Begin { request_id: request(1), ..asked(2) };
    assert_eq!(refused(begin(reused)), RefusalCode::RequestIdReused);
    let reused = Begin { product: "lock".to_owned(), ..asked(1) };
    assert_eq!(refused(begin(reused)), RefusalCode::RequestIdReused, "for another product");
    let unknown = Begin { package: Some("none".to_owned()), ..asked(3) };
    assert_eq!(refused(begin(unknown)), RefusalCode::Quota);
    let counts = Counts { issued: 1, pending: 0, attempts: 1, evidence: 1 };
    assert_eq!(wait(store.counts()).unwrap(), counts, "refusals change nothing");
}

fn a_rework_gets_new_certificates_and_names_its_first_entry(place: &dyn Place) {
    let store = place.open("a").unwrap();
    wait(issue(&store, asked(0))).unwrap();
    let first = wait(issue(&store, asked(1))).unwrap();
    let rework =
        Begin { request_id: request(60), device: device(1, 1), is_rework: true, ..asked(1) };
    let second = ticket(wait(store.begin(rework.clone())).unwrap());
    assert!(second.is_rework() && second.generation == 1);
    let reworked = wait(store.finish(signed(second, 1))).unwrap();
    assert_ne!(reworked.ed25519, first.ed25519);
    assert_eq!(wait(store.begin(rework)).unwrap(), Begun::Signed(reworked));
    assert_eq!(refused(wait(store.begin(asked(1))).unwrap()), RefusalCode::Superseded);
    let entries = wait(store.entries(0, 10)).unwrap();
    let kinds: Vec<_> =
        entries.iter().map(|entry| evidence::Issuance::from_bytes(entry).unwrap().kind).collect();
    use evidence::IssuanceKind::{First, Rework};
    assert_eq!(kinds, [First, First, Rework { earlier: first.evidence_index }]);
}

fn what_was_begun_is_taken_up(place: &dyn Place) {
    let store = place.open("a").unwrap();
    wait(store.bring_in(package("p", 10))).unwrap().unwrap();
    for number in 0..3 {
        let asked = Begin { package: Some("p".to_owned()), ..asked(number) };
        ticket(wait(store.begin(asked)).unwrap());
    }
    wait(issue(&store, asked(3))).unwrap();
    store.close();
    let store = place.open("a").unwrap();
    let mut numbers = Vec::new();
    // Two at a time: nobody is passed over. Naming an intent is not yet asking an HSM.
    for expected in [2, 1] {
        let taken = wait(store.take_up(2)).unwrap();
        assert_eq!(taken.len(), expected);
        for taken in taken {
            assert_eq!((taken.product.as_str(), taken.line.as_str()), ("sensor", "line-1"));
            assert_eq!(taken.device.smsn(), taken.ticket.smsn);
            wait(store.finish(signed(taken.ticket, 1))).unwrap();
            numbers.push(taken.ticket.smsn);
        }
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert!(wait(store.take_up(10)).unwrap().is_empty());
    let counts = wait(store.counts()).unwrap();
    assert_eq!((counts.issued, counts.pending, counts.evidence), (4, 0, 4));
    assert_eq!(wait(store.packages()).unwrap()[0].used, 3);
}

fn texts_that_one_database_does_not_know_are_no_fault(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let strange = Begin { package: Some("no\0such".to_owned()), ..asked(1) };
    assert_eq!(refused(wait(store.begin(strange)).unwrap()), RefusalCode::Quota);
    assert!(wait(store.bring_in(package("huge", u64::MAX))).unwrap().is_err());
    assert!(wait(store.entries(u64::MAX, 9)).unwrap().is_empty());
    assert!(wait(store.tile(255, u64::MAX)).unwrap().is_empty());
    assert_eq!(wait(store.inclusion(u64::MAX - 1, u64::MAX)).unwrap(), None);
    assert_eq!(wait(store.consistency(1, u64::MAX)).unwrap(), None);
    wait(issue(&store, asked(1))).unwrap();
    assert!(store.broken().is_none());
}
