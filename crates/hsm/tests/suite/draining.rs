//! HSMs that are told to rest, unplugged, plugged in and told to work again.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use hsm::{
    Endpoint, Fleet, FleetError, FleetEvent, FleetOptions, HsmHealth, Observer, SignError,
    TlsClient,
};

use crate::{
    front::{Front, Manner},
    support::{members, replicas, request, wait_until},
};

#[test]
fn a_drained_hsm_is_unplugged_plugged_in_and_resumed_behind_its_connector() {
    let (benches, plan) = replicas(2);
    let fronts: Vec<_> = benches.iter().map(|bench| Front::plain(bench, Manner::Good)).collect();
    let tls = TlsClient::default();
    let mut members = members(&[], &plan);
    members.endpoints =
        fronts.iter().map(|front| Endpoint::parse(&front.url(), &tls).unwrap()).collect();
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    let observer = Observer::new(move |event| told.lock().unwrap().push(event.clone()));
    let options = FleetOptions { observer, ..FleetOptions::default() };
    let fleet = Fleet::open(members, options).unwrap();
    let health = |index: usize| fleet.statistics().hsms[index].health.clone();
    wait_until(|| health(0) == HsmHealth::Up { sessions: 2 });
    let place = fleet.statistics().hsms[0].place.clone();

    fleet.drain(&place).unwrap();
    wait_until(|| health(0) == HsmHealth::Drained);
    assert_eq!(benches[0].sessions_open(), 0);
    assert_eq!(events.lock().unwrap().last(), Some(&FleetEvent::Drained { place }));
    for number in 0..10 {
        assert_eq!(fleet.sign(&request(number)).unwrap().hsm_serial, 2);
    }
    let commands = fleet.statistics().hsms[0].commands;
    benches[0].unplug();
    fronts[0].go_away();
    fleet.sign(&request(11)).unwrap();
    fronts[0].come_back();
    benches[0].replug();
    assert_eq!(health(0), HsmHealth::Drained);
    assert_eq!(fleet.statistics().hsms[0].commands, commands);

    // By its serial number this time.
    fleet.resume("0000000001").unwrap();
    wait_until(|| health(0) == HsmHealth::Up { sessions: 2 });
    fleet.drain("2").unwrap();
    wait_until(|| health(1) == HsmHealth::Drained);
    assert_eq!(fleet.sign(&request(12)).unwrap().hsm_serial, 1);
    let error = fleet.drain("3").unwrap_err();
    assert!(error.to_string().starts_with("find HSM 3: the fleet has http://"), "{error}");
}

#[test]
fn what_an_hsm_has_in_hand_is_finished_before_it_rests() {
    let (benches, plan) = replicas(1);
    let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
    let fleet = Fleet::open(members(&benches, &plan), options).unwrap();
    let gate = benches[0].gate();
    let closed = gate.lock().unwrap();
    let (sender, answers) = mpsc::channel();
    let far = Instant::now() + Duration::from_secs(60);
    for number in 0..2 {
        let sender = sender.clone();
        let on_done = move |answer: Result<_, SignError>| {
            sender.send((number, answer.is_ok())).unwrap();
        };
        fleet.submit("A", &request(number), far, on_done).unwrap();
        wait_until(|| fleet.statistics().in_hand == 1);
    }
    fleet.drain("bench 1").unwrap();
    let health = || fleet.statistics().hsms[0].health.clone();
    assert_eq!(health(), HsmHealth::Draining { sessions: 1 });
    drop(closed);
    wait_until(|| health() == HsmHealth::Drained);
    assert_eq!(answers.try_iter().collect::<Vec<_>>(), [(0, true)]);
    assert_eq!(fleet.statistics().queued, 1);
    fleet.resume("bench 1").unwrap();
    assert_eq!(answers.recv_timeout(Duration::from_secs(20)), Ok((1, true)));
}

#[test]
fn a_fleet_that_is_drained_as_a_whole_queues_and_says_why() {
    let (benches, plan) = replicas(2);
    let options = FleetOptions { wait_max: Duration::from_millis(300), ..FleetOptions::default() };
    let fleet = Fleet::open(members(&benches, &plan), options).unwrap();
    for place in ["bench 1", "bench 2"] {
        fleet.drain(place).unwrap();
    }
    wait_until(|| fleet.statistics().hsms.iter().all(|hsm| hsm.health == HsmHealth::Drained));
    let error = fleet.sign(&request(1)).unwrap_err();
    let SignError::TimedOut { last: Some(last), .. } = &error else { panic!("{error:?}") };
    assert_eq!(**last, FleetError::Drained { place: "bench 1".to_owned() });
    assert_eq!(error.hint().as_deref(), Some("let it sign again: resume it"));
    assert_eq!(fleet.wait_estimate(""), Duration::MAX);
    fleet.resume("bench 2").unwrap();
    wait_until(|| fleet.sign(&request(1)).is_ok());
}

#[test]
fn an_hsm_may_be_told_to_rest_while_it_is_unplugged() {
    let (benches, plan) = replicas(1);
    let fleet = Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap();
    let health = || fleet.statistics().hsms[0].health.clone();
    wait_until(|| health() == HsmHealth::Up { sessions: 2 });
    benches[0].unplug();
    let far = Instant::now() + Duration::from_secs(60);
    let (sender, answers) = mpsc::channel();
    let on_done = move |answer: Result<_, SignError>| sender.send(answer.is_ok()).unwrap();
    fleet.submit("A", &request(1), far, on_done).unwrap();
    wait_until(|| fleet.statistics().hsms[0].failures > 0);
    fleet.drain("1").unwrap();
    // The other session has nothing to do and learns it when it is closed.
    wait_until(|| health() == HsmHealth::Drained);
    benches[0].replug();
    assert_eq!(fleet.statistics().signed, 0);
    fleet.resume("1").unwrap();
    assert_eq!(answers.recv_timeout(Duration::from_secs(20)), Ok(true));
}
