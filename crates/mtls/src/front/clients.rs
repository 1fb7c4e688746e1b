//! The clients that are here, each once however many connections it has.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rustls::pki_types::{CertificateDer, UnixTime};
use sha2::{Digest as _, Sha256};

use super::{Reason, material::Material};
use crate::identity::ClientIdentity;

/// Clients by the fingerprints of their certificates.
#[derive(Default)]
pub(super) struct Clients {
    here: Mutex<HashMap<[u8; 32], Weak<Client>>>,
}

/// A client whose certificate was verified in a handshake.
pub(super) struct Client {
    pub(super) identity: Arc<ClientIdentity>,
    certificate: CertificateDer<'static>,
    /// The last reading of the files under which the certificate was found good after a handshake, or [`NEVER`].
    generation: AtomicU64,
}

/// No reading of the files has this number.
const NEVER: u64 = u64::MAX;

impl Clients {
    /// The client with a verified certificate.
    pub(super) fn meet(&self, certificate: &CertificateDer<'_>) -> Result<Arc<Client>, Reason> {
        let fingerprint: [u8; 32] = Sha256::digest(certificate).into();
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = here.get(&fingerprint).and_then(Weak::upgrade) {
            return Ok(client);
        }
        let identity = ClientIdentity::from_certificate_der(certificate)
            .map_err(Reason::UnusableCertificate)?;
        let client = Arc::new(Client {
            identity: Arc::new(identity),
            certificate: certificate.clone().into_owned(),
            generation: AtomicU64::new(NEVER),
        });
        // Those who left make room, so that there are never more entries than connections.
        here.retain(|_, client| client.strong_count() > 0);
        here.insert(fingerprint, Arc::downgrade(&client));
        Ok(client)
    }
}

impl Client {
    /// Whether the certificate is good at this time, under the latest reading of the files: the handshake may have begun
    /// under an older one.
    pub(super) fn judge(&self, material: &Material, unix_millis: u64) -> Result<(), Reason> {
        if unix_millis / 1000 > self.identity.not_after_unix {
            return Err(Reason::Expired);
        }
        if self.generation.load(Ordering::Relaxed) != material.generation {
            let now = UnixTime::since_unix_epoch(Duration::from_millis(unix_millis));
            material.verifier.judge(&self.certificate, now)?;
            self.generation.store(material.generation, Ordering::Relaxed);
        }
        Ok(())
    }
}
