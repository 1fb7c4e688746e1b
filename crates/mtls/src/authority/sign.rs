//! Certificates and revocation lists, signed. What the public recipe puts into them, and what it lacks:
//!
//! | extension | recipe | here |
//! |---|---|---|
//! | authorityKeyIdentifier | yes | yes |
//! | basicConstraints | CA:FALSE | CA:FALSE, critical |
//! | keyUsage | four usages | the same four, critical |
//! | extendedKeyUsage | serverAuth or clientAuth | the same |
//! | subjectKeyIdentifier | with newer OpenSSL alone | yes |
//! | subjectAltName | no | yes: names of a server, role and line of a client |
//! | keyUsage of the authority | no | keyCertSign, cRLSign, critical |
//!
//! RFC 5280 asks for what is added, and so does `openssl verify -x509_strict`.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData, RevokedCertParams, SanType,
    SerialNumber, string::Ia5String,
};
use time::OffsetDateTime;

use super::{
    AuthorityError, CaCertificate, DAYS_MAX, OrderError, Purpose, SubjectName,
    ca::{self, CA_COMMON_NAME},
    key,
    order::Subject,
    record::{Reason, Record},
};
use crate::identity::{self, Role};

/// Draws random bytes.
pub(crate) type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), AuthorityError>;

/// When something is signed, and which seconds it is valid in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    pub(crate) signed_unix: u64,
    pub(crate) not_before_unix: u64,
    pub(crate) not_after_unix: u64,
}

/// What a peer's certificate is to say.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) subject: Subject,
    pub(crate) purpose: Purpose,
    pub(crate) role: Role,
    pub(crate) line: Option<String>,
    pub(crate) names: Vec<SubjectName>,
}

/// An authority's certificate for a key.
pub(crate) fn ca_certificate(
    subject: Subject,
    key: &KeyPair,
    key_identifier: Option<Vec<u8>>,
    validity: Validity,
    random: Random<'_>,
) -> Result<Vec<u8>, AuthorityError> {
    let mut params = params(subject, validity, random)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    if let Some(identifier) = key_identifier {
        params.key_identifier_method = KeyIdMethod::PreSpecified(identifier);
    }
    Ok(params.self_signed(key)?.der().to_vec())
}

/// The subject of a new authority.
pub(crate) fn ca_subject() -> Subject {
    Subject::of_common_name(CA_COMMON_NAME)
}

/// A peer's certificate. It is read back, and only given out where it says what was meant.
pub(crate) fn leaf_certificate(
    leaf: &Leaf,
    public_key: &impl PublicKeyData,
    ca: &CaCertificate,
    ca_key: &KeyPair,
    validity: Validity,
    random: Random<'_>,
) -> Result<Vec<u8>, AuthorityError> {
    let mut params = params(leaf.subject.clone(), validity, random)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::DataEncipherment,
    ];
    params.extended_key_usages = vec![match leaf.purpose {
        Purpose::Server => ExtendedKeyUsagePurpose::ServerAuth,
        Purpose::Client => ExtendedKeyUsagePurpose::ClientAuth,
    }];
    for name in &leaf.names {
        params.subject_alt_names.push(match name {
            SubjectName::Dns(name) => SanType::DnsName(ia5(name)?),
            SubjectName::Ip(address) => SanType::IpAddress(*address),
        });
    }
    params.subject_alt_names.push(SanType::URI(ia5(&leaf.role.uri())?));
    if let Some(line) = &leaf.line {
        params.subject_alt_names.push(SanType::URI(ia5(&identity::line_uri(line)?)?));
    }
    let issuer = issuer(ca, ca_key)?;
    let der = params.signed_by(public_key, &issuer)?.der().to_vec();
    check(leaf, &der, ca)?;
    Ok(der)
}

/// A revocation list of all records that are revoked.
pub(crate) fn revocation_list<'a>(
    revoked: impl Iterator<Item = &'a Record>,
    number: u64,
    ca: &CaCertificate,
    ca_key: &KeyPair,
    validity: Validity,
) -> Result<String, AuthorityError> {
    let mut revoked_certs = Vec::new();
    for record in revoked {
        let Some(revoked) = record.revoked() else { continue };
        revoked_certs.push(RevokedCertParams {
            serial_number: SerialNumber::from(record.serial_bytes()?),
            revocation_time: time(revoked.at_unix)?,
            reason_code: Some(match revoked.reason {
                Reason::Unspecified => rcgen::RevocationReason::Unspecified,
                Reason::KeyCompromise => rcgen::RevocationReason::KeyCompromise,
                Reason::Superseded => rcgen::RevocationReason::Superseded,
                Reason::CessationOfOperation => rcgen::RevocationReason::CessationOfOperation,
            }),
            invalidity_date: None,
        });
    }
    let params = CertificateRevocationListParams {
        this_update: time(validity.not_before_unix)?,
        next_update: time(validity.not_after_unix)?,
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs,
        key_identifier_method: KeyIdMethod::PreSpecified(key_identifier(ca)?),
    };
    let list = params.signed_by(&issuer(ca, ca_key)?)?;
    key::pem("X509 CRL", list.der())
}

/// The identifier of the authority's key as its certificate says it: whoever follows the chain compares it.
pub(crate) fn key_identifier(ca: &CaCertificate) -> Result<Vec<u8>, AuthorityError> {
    let parsed = ca.parsed()?;
    let stated =
        parsed.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(identifier) => {
                Some(identifier.0.to_vec())
            }
            _ => None,
        });
    Ok(stated.unwrap_or_else(|| {
        let key = rcgen::SubjectPublicKeyInfo::from_der(parsed.public_key().raw);
        key.map_or_else(|_| Vec::new(), |key| CertificateParams::default().key_identifier(&key))
    }))
}

/// Seconds from now for so many days, no longer than the authority itself.
pub(crate) fn days(days: u32, now_unix: u64, until_unix: u64) -> Result<Validity, AuthorityError> {
    if days == 0 || days > DAYS_MAX {
        return Err(OrderError::Days { days }.into());
    }
    if until_unix <= now_unix {
        return Err(AuthorityError::CaExpired);
    }
    let not_after_unix = now_unix.saturating_add(u64::from(days) * super::DAY_SECONDS);
    Ok(Validity {
        signed_unix: now_unix,
        not_before_unix: now_unix.saturating_sub(super::SKEW_SECONDS),
        not_after_unix: not_after_unix.min(until_unix),
    })
}

fn issuer<'a>(
    ca: &CaCertificate,
    ca_key: &'a KeyPair,
) -> Result<Issuer<'static, &'a KeyPair>, AuthorityError> {
    let subject = Subject::from_x509(ca.parsed()?.subject())
        .map_err(|_| AuthorityError::NoCa { why: "has a subject that cannot be carried over" })?;
    let mut params = CertificateParams::default();
    params.distinguished_name = subject.name;
    params.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier(ca)?);
    Ok(Issuer::new(params, ca_key))
}

fn params(
    subject: Subject,
    validity: Validity,
    random: Random<'_>,
) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject.name;
    params.not_before = time(validity.not_before_unix)?;
    params.not_after = time(validity.not_after_unix)?;
    params.serial_number = Some(SerialNumber::from(serial(random)?));
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// A serial number that nobody can guess and that is always positive and of one length: 16 bytes, 126 of their bits random.
fn serial(random: Random<'_>) -> Result<Vec<u8>, AuthorityError> {
    let mut bytes = vec![0; 16];
    random(&mut bytes)?;
    bytes[0] = bytes[0] & 0x3f | 0x40;
    Ok(bytes)
}

/// Reads back what was signed.
fn check(leaf: &Leaf, der: &[u8], ca: &CaCertificate) -> Result<(), AuthorityError> {
    let differs = |what| Err(AuthorityError::NotAsOrdered { what });
    let Some(certificate) = ca::parse(der) else { return differs("its encoding") };
    if !ca.has_signed(der) {
        return differs("its signature");
    }
    if leaf.subject.raw.as_ref().is_some_and(|raw| raw != certificate.subject().as_raw()) {
        return differs("its subject");
    }
    let identity = identity::ClientIdentity::from_certificate_der(der)?;
    if identity.role != leaf.role || !identity.has_role {
        return differs("its role");
    }
    if leaf.line.as_ref().is_some_and(|line| *line != identity.name) {
        return differs("its line");
    }
    Ok(())
}

fn time(unix: u64) -> Result<OffsetDateTime, AuthorityError> {
    i64::try_from(unix)
        .ok()
        .and_then(|unix| OffsetDateTime::from_unix_timestamp(unix).ok())
        .ok_or_else(|| AuthorityError::Crypto("a time is out of range".into()))
}

fn ia5(text: &str) -> Result<Ia5String, AuthorityError> {
    Ok(Ia5String::try_from(text)?)
}
