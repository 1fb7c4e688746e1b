//! From settings to a desk: HSMs, database, packages.
//!
//! What only the program's edge has is passed in: PINs, trust, TLS, clock.

use std::{path::Path, sync::Arc};

use evidence::note::{Verifier as NoteVerifier, VerifierError};
use hsm::{
    AuditSink, Credentials, Endpoint, EndpointError, Fleet, FleetError, FleetEvent, FleetMembers,
    FleetOptions, FleetStart, Observer, Selection, SelectionError, TlsClient,
};
use sidewalk::{TrustAnchors, Verifier};

use crate::{
    packages::Packages,
    product::Product,
    settings::{ProductSettings, Settings},
    store::{PostgresStore, SqliteStore, Store, StoreFault},
};

/// How many devices may wait for the HSMs of one product: a minute of eight HSMs at 194 ms a device, twice.
const QUEUE_LEN_MAX: usize = 4096;

/// How many of them may be one line's, so that a line that runs wild leaves room.
const PARTY_LEN_MAX: usize = 1024;

/// What the edge of the program brings for a product.
pub struct ProductEdge {
    /// The PIN.
    pub credentials: Credentials,
    /// How connectors are talked to over TLS.
    pub tls: TlsClient,
    /// The roots that are trusted.
    pub anchors: TrustAnchors,
    /// Who keeps the HSMs' audit logs.
    pub audit: Option<AuditSink>,
}

impl Settings {
    /// Opens its database, or makes it. `now_ms` is the wall clock in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub fn open_store(&self, now_ms: fn() -> u64) -> Result<Store, StoreFault> {
        if self.is_postgres() {
            let password_file = self.database_password_file.as_deref();
            return PostgresStore::open(&self.database, &self.name, password_file);
        }
        SqliteStore::open(Path::new(&self.database), &self.name, now_ms)
    }

    /// Its job packages, none open yet.
    ///
    /// # Errors
    ///
    /// [`ServerError::Maker`].
    pub fn packages(&self) -> Result<Packages, ServerError> {
        let makers = self.makers.iter().map(|key| {
            key.parse::<NoteVerifier>()
                .map_err(|fault| ServerError::Maker { key: key.clone(), fault })
        });
        Ok(Packages::new(self.packages.clone(), makers.collect::<Result<_, _>>()?))
    }
}

impl ProductSettings {
    /// Connects to its HSMs. Those that cannot be reached now join when they can, as long as one is there. `observer` is
    /// told of every change.
    ///
    /// # Errors
    ///
    /// [`ServerError`]: no session is left open.
    pub fn open(
        &self,
        edge: ProductEdge,
        observer: impl Fn(&FleetEvent) + Send + Sync + 'static,
    ) -> Result<Product, ServerError> {
        let stage = self
            .stage
            .as_deref()
            .map(|stage| stage.parse().map_err(|_| ServerError::Stage { found: stage.to_owned() }));
        let selection = Selection::said(self.tag.parse()?, stage.transpose()?, self.pin_slot)?;
        let endpoints = self.hsms.iter().map(|url| Endpoint::parse(url, &edge.tls));
        let members = FleetMembers {
            endpoints: endpoints.collect::<Result<_, _>>()?,
            credentials: edge.credentials,
            selection,
            verifier: Arc::new(Verifier::new(edge.anchors.clone())),
        };
        let options = FleetOptions {
            start: FleetStart::Any,
            observer: Observer::new(observer),
            queue_len_max: QUEUE_LEN_MAX,
            party_len_max: PARTY_LEN_MAX,
            wait_max: self.wait_max(),
            audit: edge.audit,
            ..FleetOptions::default()
        };
        let fleet = Fleet::open(members, options)?;
        let verifier = Verifier::new(edge.anchors);
        let needs_package = self.needs_package;
        Ok(Product::new(self.tag.clone(), fleet, verifier, needs_package, self.wait_max()))
    }
}

/// Why a server does not stand.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ServerError {
    /// The product's tag.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The stage.
    #[error("{found} is no stage: say production, preproduction or test")]
    Stage {
        /// What it says.
        found: String,
    },
    /// The address of an HSM.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The HSMs.
    #[error("failed to {0}")]
    Fleet(#[from] FleetError),
    /// A device maker's key.
    #[error("maker {key}: {fault}")]
    Maker {
        /// What it says.
        key: String,
        /// What is wrong.
        fault: VerifierError,
    },
}
