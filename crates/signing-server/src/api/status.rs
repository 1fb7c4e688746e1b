//! What a server says of itself.

use serde::Serialize;
use signer::service::{ProductInfo, Refusal};

use crate::{desk::Desk, store::StoreFault};

/// A server at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct ServerStatus {
    /// Its name.
    pub name: String,
    /// The version of the program.
    pub version: &'static str,
    /// Its database.
    pub database: String,
    /// Devices signed since 1970 by all servers of this database, reworks counted again.
    pub issued: u64,
    /// Devices that are paid and not signed yet.
    pub pending: u64,
    /// How often HSMs were asked.
    pub attempts: u64,
    /// Entries in the evidence log: as many as were issued.
    pub evidence: u64,
    /// Its products.
    pub products: Vec<ProductInfo>,
    /// Its job packages.
    pub packages: Vec<PackageStatus>,
}

/// A job package and what is left of it.
#[derive(Clone, Debug, Serialize)]
pub struct PackageStatus {
    /// Its id.
    pub id: String,
    /// SHA-256 of its signed text, hex.
    pub digest: String,
    /// How many devices it pays for.
    pub count: u64,
    /// How many it has paid for.
    pub used: u64,
}

impl ServerStatus {
    /// Asks everybody.
    pub(super) async fn of(desk: &Desk, name: &str, line: &str) -> Result<Self, Refusal> {
        let counts = desk.store().counts().await?;
        Ok(Self {
            name: name.to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            database: desk.store().place().to_owned(),
            issued: counts.issued,
            pending: counts.pending,
            attempts: counts.attempts,
            evidence: counts.evidence,
            products: desk.products().map(|product| product.info(line)).collect(),
            packages: PackageStatus::all(desk).await?,
        })
    }
}

impl PackageStatus {
    /// All packages of a server.
    pub(super) async fn all(desk: &Desk) -> Result<Vec<Self>, StoreFault> {
        let packages = desk.store().packages().await?;
        let status = |package: crate::store::PackageState| Self {
            id: package.terms.id,
            digest: hex::encode(package.terms.digest),
            count: package.terms.count,
            used: package.used,
        };
        Ok(packages.into_iter().map(status).collect())
    }
}
