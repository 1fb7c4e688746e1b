//! What is opened, and what is not.

use signing_server::store::{SqliteStore, StoreFault};

use crate::{
    devices::{asked, issue},
    places::{Place, PostgresPlace, SqlitePlace, in_both, now_ms, wait},
};

in_both! { a_second_server_of_the_name_is_refused }

fn a_second_server_of_the_name_is_refused(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let second = place.open("a").unwrap_err();
    assert!(matches!(second, StoreFault::InUse { .. }), "{second:?}");
    wait(issue(&store, asked(1))).unwrap();
    store.close();
    place.open("a").unwrap();
}

#[test]
fn files_of_others_and_of_newer_programs_are_left_alone() {
    let place = SqlitePlace::new().unwrap();
    place.open("a").unwrap().close();
    place.run("PRAGMA user_version = 2");
    assert!(matches!(place.open("a"), Err(StoreFault::NotAStore { .. })));
    let foreign = SqlitePlace::new().unwrap();
    foreign.run("CREATE TABLE theirs (x)");
    assert!(matches!(foreign.open("a"), Err(StoreFault::NotAStore { .. })));
    let text = foreign.path().with_extension("txt");
    durable::write_new(&text, durable::Visibility::Shared, &[b'x'; 4096]).unwrap();
    let opened = SqliteStore::open(&text, "a", now_ms);
    assert!(matches!(opened, Err(StoreFault::NotAStore { .. })), "{opened:?}");
}

#[test]
fn databases_of_others_and_of_newer_programs_are_left_alone() {
    let Some(place) = PostgresPlace::new() else { return };
    place.open("a").unwrap().close();
    place.run("UPDATE format SET number = 2");
    assert!(matches!(place.open("a"), Err(StoreFault::NotAStore { .. })));
    place.run("DROP TABLE format");
    assert!(matches!(place.open("a"), Err(StoreFault::NotAStore { .. })));
}
