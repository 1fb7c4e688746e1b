//! Version 1 of the service over HTTP: paths, roles, and what each answers.

mod answer;
mod evidence_api;
mod exposition;
mod query;
mod router;
mod sign_api;
mod status;

pub use self::{
    router::{Api, ApiSettings},
    status::{PackageStatus, ServerStatus},
};

/// The description of this API in OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("openapi.json");
