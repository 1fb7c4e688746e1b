//! New certificates, keys and revocation lists without a restart.

use std::fs;

use mtls::front::{FrontEvent, Reason};

use crate::{
    good_client::GoodClient,
    pki::{Kind, Pki},
    stand::Stand,
};

fn reloaded(stand: &Stand) {
    stand.event(|event| matches!(event, FrontEvent::Reloaded { .. }));
}

#[test]
fn a_client_that_is_revoked_is_out_at_its_next_request() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let pair = stand.pki.line("lost", 7);
    let mut open = stand.connect(Some(&pair)).unwrap();
    assert_eq!(open.get("/connector/status").unwrap().status, 200);
    stand.pki.revoke(&[7]);
    reloaded(&stand);
    let answer = open.get("/connector/status").unwrap();
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("the client's certificate is revoked"), "{}", answer.text());
    assert!(open.is_closed());
    assert_eq!(stand.refused(open.local, &Reason::Revoked).client.as_deref(), Some("lost"));
    let mut anew = stand.connect(Some(&pair)).unwrap();
    assert!(anew.get("/connector/status").is_err());
    stand.refused(anew.local, &Reason::Revoked);
    good.finish();
}

#[test]
fn a_revocation_list_that_is_lost_lets_nobody_in_again() {
    let pki = Pki::new();
    pki.revoke(&[7]);
    let stand = Stand::with(pki, |_| {}, std::time::Duration::ZERO);
    fs::remove_file(stand.pki.path("ca.crl")).unwrap();
    stand.event(|event| matches!(event, FrontEvent::ReloadFailed { .. }));
    let mut client = stand.connect(Some(&stand.pki.line("lost", 7))).unwrap();
    assert!(client.get("/connector/status").is_err());
    stand.refused(client.local, &Reason::Revoked);
}

#[test]
fn a_new_server_certificate_is_used_and_a_bad_one_is_not() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let before = stand.running().expiry();
    stand.pki.put("server.pem", "-----BEGIN CERTIFICATE-----\n");
    stand.event(|event| matches!(event, FrontEvent::ReloadFailed { .. }));
    assert_eq!(stand.running().expiry(), before);
    good.is_served();
    stand.pki.put_server(&stand.pki.issue("localhost", 2, Kind::Expired));
    reloaded(&stand);
    assert_ne!(stand.running().expiry(), before);
    let soon = stand.event(|event| matches!(event, FrontEvent::ExpiresSoon { .. }));
    let FrontEvent::ExpiresSoon { what, days, .. } = soon else { unreachable!("asked for") };
    assert_eq!((what, days), ("server", -366 + 1));
    // Who is connected stays so; who comes now sees the new one.
    good.is_served();
    let mut late = stand.connect(Some(&stand.pki.line("late", 9))).unwrap();
    assert!(late.get("/connector/status").unwrap_err().to_string().contains("expired"));
    good.finish();
}

#[test]
fn another_authority_takes_the_place_of_the_first() {
    let stand = Stand::new();
    let pair = stand.pki.line("old", 7);
    let mut open = stand.connect(Some(&pair)).unwrap();
    assert_eq!(open.get("/connector/status").unwrap().status, 200);
    let other = Pki::new();
    for name in ["ca.pem", "server.pem", "server.key"] {
        fs::copy(other.path(name), stand.pki.path(name)).unwrap();
    }
    reloaded(&stand);
    assert_eq!(open.get("/connector/status").unwrap().status, 403);
    stand.refused(open.local, &Reason::UnknownAuthority);
    let mut new = stand.connect(Some(&other.line("new", 8))).unwrap();
    assert_eq!(new.get("/connector/status").unwrap().status, 200);
}

#[test]
fn asking_for_it_reads_the_files_even_unchanged() {
    let stand = Stand::new();
    stand.running().reload();
    reloaded(&stand);
}
