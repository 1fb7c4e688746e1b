//! Which client certificates are believed.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime},
    server::{
        VerifierBuilderError, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use super::Reason;

/// Believes certificates that an authority has issued itself: a chain of depth 1, as the public recipe asks of nginx.
/// Whatever else the client sends along is not looked at. A client without a certificate gets through the handshake, so that
/// it can be told what is missing.
#[derive(Debug)]
pub(super) struct DirectlyIssued(Arc<dyn ClientCertVerifier>);

impl DirectlyIssued {
    /// Where there are revocation lists, one of them must be of the certificate's authority.
    pub(super) fn new(
        authorities: RootCertStore,
        revocation_lists: Vec<CertificateRevocationListDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, VerifierBuilderError> {
        let verifier = WebPkiClientVerifier::builder_with_provider(authorities.into(), provider)
            .with_crls(revocation_lists)
            .only_check_end_entity_revocation()
            .allow_unauthenticated()
            .build()?;
        Ok(Self(verifier))
    }

    /// Judges a certificate whose key its holder has proven to have.
    pub(super) fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        now: UnixTime,
    ) -> Result<(), Reason> {
        match self.verify_client_cert(certificate, &[], now) {
            Ok(_) => Ok(()),
            Err(Error::InvalidCertificate(error)) => Err(Reason::of_certificate(&error)),
            Err(error) => Err(Reason::BadCertificate(error.to_string())),
        }
    }
}

impl ClientCertVerifier for DirectlyIssued {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.0.verify_client_cert(end_entity, &[], now);
        // A list that does not cover the certificate must not read like an authority that is unknown.
        verified.map_err(|error| match error {
            Error::InvalidCertificate(CertificateError::UnknownRevocationStatus) => {
                Error::InvalidCertificate(CertificateError::Revoked)
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
