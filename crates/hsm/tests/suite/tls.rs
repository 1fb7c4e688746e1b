//! Connectors under TLS: who is believed and who is not.

use std::sync::Arc;

use hsm::{
    ClientIdentity, Endpoint, Fleet, FleetOptions, Link, SessionError, TlsClient, TlsError,
    TlsFault, TransportError,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
    version::{TLS12, TLS13},
};
use zeroize::Zeroizing;

use crate::{
    front::{Front, Manner},
    support::{Bench, dummy, members, request},
};

/// An authority of the bench.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
struct Issued {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(&self, names: &[&str], change: impl Fn(&mut CertificateParams)) -> Issued {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Issued { certificate, key }
    }
}

impl Issued {
    fn client(&self, ca: &Authority) -> TlsClient {
        let key = Zeroizing::new(self.key.serialize_pem().into_bytes());
        let certificate = self.certificate.pem();
        let identity = ClientIdentity { certificate_pem: certificate.as_bytes(), key_pem: &key };
        TlsClient::new(Some(ca.pem().as_bytes()), Some(identity)).unwrap()
    }
}

/// A server with this certificate that wants clients of this authority.
fn server(
    issued: &Issued,
    clients: Option<&Authority>,
    version: &'static SupportedProtocolVersion,
) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.0.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        }
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key.serialize_der()));
    builder.with_single_cert(vec![issued.certificate.der().clone()], key).unwrap()
}

fn trusting(ca: &Authority) -> TlsClient {
    TlsClient::new(Some(ca.pem().as_bytes()), None).unwrap()
}

fn ask(front: &Front, host: &str, client: &TlsClient) -> Result<u32, TlsFault> {
    let url = format!("https://{host}:{}", front.address.port());
    let mut link = Link::open(&Endpoint::parse(&url, client).unwrap()).unwrap();
    link.device_info().map(|info| info.serial).map_err(|error| match error {
        SessionError::Transport(TransportError::Tls { fault, .. }) => fault,
        error => panic!("{error:?}"),
    })
}

#[test]
fn a_fleet_signs_over_both_versions_of_tls_with_client_certificates() {
    let (bench, plan) = dummy();
    let ca = Authority::new("factory");
    let issued = ca.issue(&["localhost", "127.0.0.1"], |_| {});
    let client = ca.issue(&["line 1"], |_| {}).client(&ca);
    for version in [&TLS12, &TLS13] {
        let front = Front::tls(&bench, server(&issued, Some(&ca), version));
        let url = format!("https://127.0.0.1:{}", front.address.port());
        let mut members = members(&[], &plan);
        members.endpoints = vec![Endpoint::parse(&url, &client).unwrap()];
        let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
        let fleet = Fleet::open(members, options).unwrap();
        fleet.sign(&request(1)).unwrap();
        fleet.close();
        assert_eq!((front.connections(), bench.sessions_open()), (1, 0));
    }
}

#[test]
fn a_client_without_the_right_certificate_is_told_so() {
    let bench = Bench::fresh(1);
    let (ca, stranger) = (Authority::new("factory"), Authority::new("stranger"));
    let issued = ca.issue(&["localhost"], |_| {});
    for version in [&TLS12, &TLS13] {
        let front = Front::tls(&bench, server(&issued, Some(&ca), version));
        let without = trusting(&ca);
        assert_eq!(ask(&front, "localhost", &without), Err(TlsFault::ClientRefused));
        let wrong = stranger.issue(&["line 1"], |_| {}).client(&ca);
        assert_eq!(ask(&front, "localhost", &wrong), Err(TlsFault::ClientRefused));
    }
}

#[test]
fn a_server_of_another_authority_is_refused_also_one_that_the_system_trusts_not() {
    let bench = Bench::fresh(1);
    let (ca, other) = (Authority::new("factory"), Authority::new("other"));
    let front = Front::tls(&bench, server(&ca.issue(&["localhost"], |_| {}), None, &TLS13));
    let error = Err(TlsFault::UnknownAuthority);
    assert_eq!(ask(&front, "localhost", &trusting(&other)), error);
    assert_eq!(ask(&front, "localhost", &trusting(&ca)), Ok(1));
}

#[test]
fn a_server_by_another_name_is_refused_with_the_names_it_has() {
    let bench = Bench::fresh(1);
    let ca = Authority::new("factory");
    let issued = ca.issue(&["signer.factory"], |_| {});
    let front = Front::tls(&bench, server(&issued, None, &TLS13));
    let found = ask(&front, "localhost", &trusting(&ca));
    let Err(TlsFault::WrongName { presented }) = found else { panic!("{found:?}") };
    assert!(presented.iter().any(|name| name.contains("signer.factory")), "{presented:?}");
}

#[test]
fn a_certificate_with_a_common_name_only_gets_a_message_of_its_own() {
    let bench = Bench::fresh(1);
    let ca = Authority::new("factory");
    let issued = ca.issue(&[], |params| {
        params.distinguished_name.push(DnType::CommonName, "localhost");
    });
    let front = Front::tls(&bench, server(&issued, None, &TLS12));
    assert_eq!(ask(&front, "localhost", &trusting(&ca)), Err(TlsFault::CommonNameOnly));
}

#[test]
fn a_certificate_out_of_date_is_refused_as_such() {
    let bench = Bench::fresh(1);
    let ca = Authority::new("factory");
    for (from, to) in [(2001, 2002), (2900, 2901)] {
        let issued = ca.issue(&["localhost"], |params| {
            params.not_before = date_time_ymd(from, 1, 1);
            params.not_after = date_time_ymd(to, 1, 1);
        });
        let front = Front::tls(&bench, server(&issued, None, &TLS13));
        assert_eq!(ask(&front, "localhost", &trusting(&ca)), Err(TlsFault::Expired));
    }
}

#[test]
fn a_connector_without_tls_is_told_apart() {
    let bench = Bench::fresh(1);
    let ca = Authority::new("factory");
    for manner in [Manner::Says("HTTP/1.1 400 Bad Request\r\n\r\n"), Manner::Says("")] {
        let front = Front::plain(&bench, manner);
        assert_eq!(ask(&front, "localhost", &trusting(&ca)), Err(TlsFault::NotTls));
    }
}

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let ca = Authority::new("factory");
    let one = ca.issue(&["line 1"], |_| {});
    let other = ca.issue(&["line 2"], |_| {});
    let certificate = one.certificate.pem();
    let key = |text: String| Zeroizing::new(text.into_bytes());
    let build = |certificate: &str, key: &Zeroizing<Vec<u8>>| {
        let identity = ClientIdentity { certificate_pem: certificate.as_bytes(), key_pem: key };
        TlsClient::new(Some(ca.pem().as_bytes()), Some(identity)).map(drop)
    };
    assert_eq!(build(&certificate, &key(one.key.serialize_pem())), Ok(()));
    let mixed = build(&certificate, &key(other.key.serialize_pem()));
    assert!(matches!(mixed, Err(TlsError::KeyPair(_))), "{mixed:?}");
    assert_eq!(build(&certificate, &key(certificate.clone())), Err(TlsError::NoKey));
    let none = build("no certificate", &key(one.key.serialize_pem()));
    assert_eq!(none, Err(TlsError::NoCertificate(hsm::PemFile::ClientCertificate)));
    let none = TlsClient::new(Some(b"none"), None).map(drop);
    assert_eq!(none, Err(TlsError::NoCertificate(hsm::PemFile::Authority)));
}
