//! Who is refused because of a certificate. Each: refused, reported with address and reason, a good client served on.

use mtls::{front::Reason, identity::Role};
use rustls::version::{TLS12, TLS13};

use crate::{
    good_client::GoodClient,
    pki::{Kind, Pair, Pki},
    stand::{Client, Stand},
};

/// A certificate that the handshake refuses, in both versions of TLS.
fn is_refused(stand: &Stand, pair: &Pair, reason: &Reason) {
    let good = GoodClient::start(stand);
    for version in [&TLS12, &TLS13] {
        let mut client = Client::connect(stand, Some(pair), &[version]).expect("part of the stand");
        let error = client.get("/connector/status").expect_err("it is refused");
        assert!(error.to_string().contains("received fatal alert"), "{error}");
        let refusal = stand.refused(client.local, reason);
        assert_eq!((refusal.client, refusal.status), (None, None));
    }
    good.finish();
}

/// A certificate that is believed, and a request that is refused all the same.
fn is_forbidden(stand: &Stand, pair: Option<&Pair>, reason: &Reason, sentence: &str) {
    let good = GoodClient::start(stand);
    for version in [&TLS12, &TLS13] {
        let mut client = Client::connect(stand, pair, &[version]).expect("part of the stand");
        let answer = client.post(&[1, 0, 0]).expect("part of the stand");
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains(sentence), "{}", answer.text());
        let refusal = stand.refused(client.local, reason);
        assert_eq!(refusal.status, Some(403));
    }
    good.finish();
}

#[test]
fn a_client_without_a_certificate_is_told_so() {
    let stand = Stand::new();
    let sentence =
        "the client shows no certificate; show one that this server's authority has issued";
    is_forbidden(&stand, None, &Reason::NoCertificate, sentence);
}

#[test]
fn a_certificate_of_another_authority_of_the_same_name_is_refused() {
    let stand = Stand::new();
    is_refused(&stand, &Pki::new().line("line1", 7), &Reason::UnknownAuthority);
}

#[test]
fn an_expired_certificate_is_refused() {
    let stand = Stand::new();
    is_refused(&stand, &stand.pki.issue("line1", 7, Kind::Expired), &Reason::Expired);
}

#[test]
fn a_certificate_that_is_not_valid_yet_is_refused() {
    let stand = Stand::new();
    is_refused(&stand, &stand.pki.issue("line1", 7, Kind::NotYetValid), &Reason::NotYetValid);
}

#[test]
fn a_server_certificate_used_as_a_clients_is_refused() {
    let stand = Stand::new();
    let pair = stand.pki.issue("localhost", 7, Kind::Server);
    is_refused(&stand, &pair, &Reason::NotAClientCertificate);
}

#[test]
fn a_revoked_certificate_is_refused() {
    let pki = Pki::new();
    pki.revoke(&[7]);
    let stand = Stand::with(pki, |_| {}, std::time::Duration::ZERO);
    is_refused(&stand, &stand.pki.line("line1", 7), &Reason::Revoked);
}

#[test]
fn the_right_authority_with_the_wrong_role_is_refused() {
    let stand = Stand::new();
    let pair = stand.pki.issue("server2", 7, Kind::Client(Some(Role::SigningServer)));
    let reason = Reason::WrongRole { role: Role::SigningServer };
    is_forbidden(&stand, Some(&pair), &reason, "the role signing-server may not do this");
}

#[test]
fn a_monitor_may_look_and_not_ask() {
    let stand = Stand::new();
    let pair = stand.pki.issue("graphs", 7, Kind::Client(Some(Role::Monitor)));
    let mut client = stand.connect(Some(&pair)).expect("part of the stand");
    assert_eq!(client.get("/connector/status").expect("part of the stand").status, 200);
    let reason = Reason::WrongRole { role: Role::Monitor };
    is_forbidden(&stand, Some(&pair), &reason, "the role monitor may not do this");
}

#[test]
fn a_certificate_that_expires_during_a_connection_is_refused_from_then_on() {
    let stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).expect("part of the stand");
    assert_eq!(client.get("/connector/status").expect("part of the stand").status, 200);
    stand.seconds.fetch_add(2 * 366 * 24 * 3600, std::sync::atomic::Ordering::Relaxed);
    let answer = client.get("/connector/status").expect("part of the stand");
    assert_eq!(answer.status, 403);
    assert_eq!(stand.refused(client.local, &Reason::Expired).client.as_deref(), Some("line1"));
}
