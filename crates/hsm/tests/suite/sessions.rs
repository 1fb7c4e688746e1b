//! Sessions that are not lost, whatever happens on the way.

use std::time::Duration;

use hsm::{Credentials, Link, Session, SessionError, TransportError};
use yubihsm2::{
    AuthenticationKey, Capabilities, Command, Domains, Label, MessageLimit, ObjectId,
    P256SecretKey,
    operation::{Echo, PseudoRandom, PutAuthenticationKey},
};

use crate::support::{Bench, Mishap, PIN, dummy};

const LIMIT: MessageLimit = MessageLimit::FROM_2_4;

/// Something happens to the n-th frame from now on, from 1.
fn at(frame: usize, mishap: Mishap) -> impl FnMut(&yubihsm2::Frame) -> Mishap {
    let mut number = 0;
    move |_| {
        number += 1;
        if number == frame { mishap } else { Mishap::None }
    }
}

fn echo(session: &mut Session) -> Result<Vec<u8>, SessionError> {
    session.call(&Echo { data: b"echo".to_vec() })
}

#[test]
fn a_session_is_closed_when_it_is_dropped() {
    let bench = Bench::fresh(1);
    let session = bench.admin_session();
    assert_eq!(bench.sessions_open(), 1);
    drop(session);
    assert_eq!(bench.sessions_open(), 0);
    bench.admin_session().close().unwrap();
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn a_wrong_pin_leaves_no_session_half_open() {
    let (bench, _) = dummy();
    for _ in 0..40 {
        let error = bench.session(5, "4321").map(drop);
        assert_eq!(error, Err(SessionError::WrongCredentials { slot: ObjectId(5) }));
    }
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn a_slot_that_is_not_there_gives_way_to_the_next() {
    let (bench, _) = dummy();
    let open = |slots: &[ObjectId]| {
        let link = Link::open(&bench.endpoint()).unwrap();
        Session::open(link, slots, &crate::support::pin(PIN).into(), LIMIT)
    };
    let session = open(&[ObjectId(6), ObjectId(5)]).unwrap();
    assert_eq!(session.slot(), ObjectId(5));
    let error = open(&[ObjectId(6), ObjectId(7)]).map(drop);
    assert_eq!(error, Err(SessionError::NoSlot { slots: vec![ObjectId(6), ObjectId(7)] }));
    // A wrong PIN does not go on to the next slot.
    let error = open(&[ObjectId(1), ObjectId(5)]).map(drop);
    assert_eq!(error, Err(SessionError::WrongCredentials { slot: ObjectId(1) }));
}

#[test]
fn a_seventeenth_session_is_refused_and_the_others_live() {
    let bench = Bench::fresh(1);
    let mut sessions: Vec<_> = (0..16).map(|_| bench.admin_session()).collect();
    let link = Link::open(&bench.endpoint()).unwrap();
    let slot = ObjectId::DEFAULT_AUTHENTICATION_KEY;
    let error = Session::open(link, &[slot], &crate::support::admin(), LIMIT).map(drop);
    assert_eq!(error, Err(SessionError::SessionsFull));
    for session in &mut sessions {
        echo(session).unwrap();
    }
    drop(sessions);
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn whichever_frame_of_a_handshake_is_lost_no_session_stays_open_whose_number_is_known() {
    // Frame 1 asks for the session: where its answer is lost the host does not know the number.
    for (frame, mishap, left_open) in [
        (1, Mishap::LostOnTheWay, 0),
        (1, Mishap::AnswerLost, 1),
        (1, Mishap::AnswerDamaged, 0),
        (2, Mishap::LostOnTheWay, 0),
        (2, Mishap::AnswerLost, 0),
    ] {
        let bench = Bench::fresh(1);
        bench.break_with(at(frame, mishap));
        let link = Link::open(&bench.endpoint()).unwrap();
        let slot = ObjectId::DEFAULT_AUTHENTICATION_KEY;
        let opened = Session::open(link, &[slot], &crate::support::admin(), LIMIT).map(drop);
        assert!(opened.is_err(), "{frame} {mishap:?}");
        assert_eq!(bench.sessions_open(), left_open, "{frame} {mishap:?}");
    }
}

#[test]
fn a_request_that_is_lost_is_sent_again_and_done_once() {
    let bench = Bench::fresh(1);
    let mut session = bench.admin_session();
    bench.break_with(at(1, Mishap::LostOnTheWay));
    assert_eq!(echo(&mut session), Ok(b"echo".to_vec()));
    assert_eq!(session.exchanges(), 1);
}

#[test]
fn a_lost_answer_is_told_and_the_session_goes_on() {
    let bench = Bench::fresh(1);
    let mut session = bench.admin_session();
    bench.break_with(at(1, Mishap::AnswerLost));
    assert_eq!(echo(&mut session), Err(SessionError::AnswerLost { command: Command::ECHO }));
    assert_eq!(echo(&mut session), Ok(b"echo".to_vec()));
    bench.break_with(at(1, Mishap::AnswerLost));
    let random = session.call_repeatable(&PseudoRandom { count: 8 }).unwrap();
    assert_eq!(random.len(), 8);
    drop(session);
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn an_answer_that_does_not_verify_ends_the_session_and_it_is_closed_all_the_same() {
    let bench = Bench::fresh(1);
    let mut session = bench.admin_session();
    bench.break_with(at(1, Mishap::AnswerDamaged));
    assert!(matches!(echo(&mut session), Err(SessionError::Channel(_))));
    assert!(!session.is_fresh());
    drop(session);
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn a_session_survives_a_connector_that_is_away_for_a_while() {
    for mishap in [Mishap::LostOnTheWay, Mishap::AnswerLost] {
        let bench = Bench::fresh(1);
        let mut session = bench.admin_session();
        let mut is_first = true;
        bench.break_with(move |_| {
            let taken = is_first && mishap == Mishap::AnswerLost;
            is_first = false;
            if taken { Mishap::AnswerLost } else { Mishap::LostOnTheWay }
        });
        assert!(matches!(
            echo(&mut session),
            Err(SessionError::Transport(TransportError::Lost { .. }))
        ));
        assert!(session.recover().is_err());
        bench.mend();
        session.recover().unwrap();
        assert_eq!(echo(&mut session), Ok(b"echo".to_vec()));
        drop(session);
        assert_eq!(bench.sessions_open(), 0);
    }
}

#[test]
fn a_session_that_the_device_lost_with_its_power_is_gone() {
    let bench = Bench::fresh(1);
    let mut session = bench.admin_session();
    bench.unplug();
    assert!(matches!(
        echo(&mut session),
        Err(SessionError::Transport(TransportError::NoDevice { .. }))
    ));
    bench.replug();
    assert_eq!(session.recover(), Err(SessionError::Gone));
    // Another session has the number now, and is left alone.
    let mut other = bench.admin_session();
    drop(session);
    assert_eq!(echo(&mut other), Ok(b"echo".to_vec()));
}

#[test]
fn an_idle_session_is_dropped_after_30_s_and_kept_by_a_message_before() {
    let bench = Bench::fresh(1);
    let mut session = bench.admin_session();
    for _ in 0..5 {
        bench.skip(Duration::from_secs(20));
        session.keep_alive().unwrap();
    }
    bench.skip(Duration::from_secs(31));
    assert_eq!(session.keep_alive(), Err(SessionError::Gone));
}

#[test]
fn a_p256_session_opens_with_the_key_and_with_the_password() {
    let bench = Bench::fresh(1);
    let key = P256SecretKey::from_password(b"p256").unwrap();
    let put = PutAuthenticationKey {
        id: ObjectId(20),
        label: Label::EMPTY,
        domains: Domains::ALL,
        capabilities: Capabilities::NONE,
        delegated: Capabilities::NONE,
        key: AuthenticationKey::P256(key.public_key()),
    };
    bench.admin_session().call(&put).unwrap();
    let open = |credentials: &Credentials| {
        let link = Link::open(&bench.endpoint()).unwrap();
        Session::open(link, &[ObjectId(20)], credentials, LIMIT)
    };
    let mut session = open(&Credentials::p256_from_password(b"p256").unwrap()).unwrap();
    assert_eq!(echo(&mut session), Ok(b"echo".to_vec()));
    let wrong = open(&Credentials::p256_from_password(b"other").unwrap()).map(drop);
    assert_eq!(wrong, Err(SessionError::WrongKeyOrDevice { slot: ObjectId(20) }));
    let device_key = Some(Box::new(key.public_key()));
    let stranger = Credentials::P256 { key: Box::new(key), device_key };
    let wrong = open(&stranger).map(drop);
    assert_eq!(wrong, Err(SessionError::WrongKeyOrDevice { slot: ObjectId(20) }));
}
