//! Certificates, good and bad.

use std::path::{Path, PathBuf};

use mtls::identity::Role;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SanType, SerialNumber, date_time_ymd,
};
use tempfile::TempDir;

/// The time of all tests: 2030-01-01.
pub(crate) const NOW_UNIX: u64 = 1_893_456_000;

/// An authority and what it has issued, in a directory of its own.
pub(crate) struct Pki {
    place: TempDir,
    ca: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key, PEM.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// What is special about a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Client(Option<Role>),
    Server,
    Expired,
    NotYetValid,
}

impl Pki {
    /// An authority with a server certificate for `localhost` and 127.0.0.1.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Sidewalk CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) =
            (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
        let ca =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("part of the stand"))
                .expect("part of the stand");
        let pki = Self { place: TempDir::new().expect("part of the stand"), ca };
        pki.put("ca.pem", &pki.ca.pem());
        pki.put_server(&pki.issue("localhost", 1, Kind::Server));
        pki
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.place.path()
    }

    #[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
    pub(crate) fn put(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).expect("part of the stand");
    }

    pub(crate) fn put_server(&self, pair: &Pair) {
        self.put("server.key", &pair.key);
        self.put("server.pem", &pair.certificate);
    }

    /// A line's certificate.
    pub(crate) fn line(&self, name: &str, serial: u64) -> Pair {
        self.issue(name, serial, Kind::Client(Some(Role::Line)))
    }

    pub(crate) fn issue(&self, name: &str, serial: u64, kind: Kind) -> Pair {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(serial));
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let (year, until) = match kind {
            Kind::Expired => (2028, 2029),
            Kind::NotYetValid => (2031, 2032),
            _ => (2029, 2031),
        };
        (params.not_before, params.not_after) =
            (date_time_ymd(year, 1, 1), date_time_ymd(until, 1, 1));
        if kind == Kind::Server {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            params.subject_alt_names = vec![
                SanType::DnsName("localhost".try_into().expect("part of the stand")),
                SanType::IpAddress([127, 0, 0, 1].into()),
            ];
        } else {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        if let Kind::Client(Some(role)) = kind {
            params.subject_alt_names =
                vec![SanType::URI(role.uri().try_into().expect("part of the stand"))];
        }
        let key = KeyPair::generate().expect("part of the stand");
        let certificate = params.signed_by(&key, &self.ca).expect("part of the stand");
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// Writes a revocation list with these serial numbers.
    pub(crate) fn revoke(&self, serials: &[u64]) {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2029, 6, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2029, 6, 1),
            next_update: date_time_ymd(2031, 1, 1),
            crl_number: SerialNumber::from(1u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.ca).expect("part of the stand");
        self.put("ca.crl", &list.pem().expect("part of the stand"));
    }
}
