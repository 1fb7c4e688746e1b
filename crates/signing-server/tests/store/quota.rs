//! A package pays for exactly its count.

use signer::service::RefusalCode;
use signing_server::store::{Begin, Begun, Store};

use crate::{
    devices::{asked, package, signed},
    places::{Place, in_both, runtime, wait},
};

/// Callers at once, and what each asks for.
const CALLERS: u32 = 64;
const DEVICES_EACH: u32 = 10;

in_both! {
    a_package_pays_for_its_count_and_not_one_more
    a_package_has_a_name_of_its_own
}

fn a_package_pays_for_its_count_and_not_one_more(place: &dyn Place) {
    const COUNT: u64 = 400;
    let store = place.open("a").unwrap();
    wait(store.bring_in(package("p", COUNT))).unwrap().unwrap();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| runtime().spawn(ask_for(store.clone(), caller * DEVICES_EACH)))
        .collect();
    let signed: u64 = callers.into_iter().map(|caller| wait(caller).unwrap()).sum();
    assert_eq!(signed, COUNT);
    assert_eq!(wait(store.packages()).unwrap()[0].used, COUNT);
    let counts = wait(store.counts()).unwrap();
    assert_eq!((counts.issued, counts.pending, counts.evidence), (COUNT, 0, COUNT));
}

/// Asks for devices, each twice, and returns how many were signed.
async fn ask_for(store: Store, first: u32) -> u64 {
    let mut count = 0;
    for number in first..first + DEVICES_EACH {
        let asked = Begin { package: Some("p".to_owned()), ..asked(number) };
        match store.begin(asked.clone()).await.unwrap() {
            Begun::Sign(ticket) => {
                let issued = store.finish(signed(ticket, 1)).await.unwrap();
                assert_eq!(store.begin(asked).await.unwrap(), Begun::Signed(issued));
                count += 1;
            }
            Begun::Refused(refusal) => assert_eq!(refusal.code, RefusalCode::Quota),
            other => panic!("{other:?}"),
        }
    }
    count
}

fn a_package_has_a_name_of_its_own(place: &dyn Place) {
    let store = place.open("a").unwrap();
    wait(store.bring_in(package("p", 5))).unwrap().unwrap();
    wait(store.bring_in(package("p", 5))).unwrap().unwrap();
    let larger = wait(store.bring_in(package("p", 6))).unwrap().unwrap_err();
    assert_eq!(larger.code, RefusalCode::Quota);
    wait(store.bring_in(package("q", 6))).unwrap().unwrap();
    let found = wait(store.packages()).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|found| (found.terms.id.as_str(), found.terms.count, found.used))
        .collect();
    assert_eq!(found, [("p", 5, 0), ("q", 6, 0)]);
}
