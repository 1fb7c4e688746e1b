//! Which path does what, and for whom.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use evidence::note::SigningKey;
use hyper::{Method, Request, body::Incoming};
use mtls::{
    front::{FrontNumbers, Peer},
    identity::Role,
};
use signer::service::{PRODUCTS_PATH, Refusal, RefusalCode, SIGN_PATH};

use super::{
    OPENAPI,
    answer::{Answer, content, json, not_found, refused, text, wrong_method},
    evidence_api::EvidenceApi,
    exposition,
    sign_api::sign,
    status::{PackageStatus, ServerStatus},
};
use crate::desk::{Asker, Desk};

/// Where the evidence log lies.
const EVIDENCE_PATH: &str = "/v1/evidence/";

/// What an API answers from.
pub struct ApiSettings {
    /// The server's name, for people.
    pub name: String,
    /// What signs checkpoints. Its name is the log's origin.
    pub evidence_key: SigningKey,
    /// How long the body of a call may take.
    pub body_timeout: Duration,
}

/// The service over HTTP.
pub struct Api {
    desk: Arc<Desk>,
    settings: ApiSettings,
    front: OnceLock<Box<FrontWatch>>,
}

/// The numbers of the front at any time.
type FrontWatch = dyn Fn() -> FrontNumbers + Send + Sync;

impl Api {
    /// Who may come at all.
    pub const ROLES: [Role; 3] = [Role::Line, Role::Operator, Role::Monitor];

    /// The API of a desk.
    pub const fn new(desk: Arc<Desk>, settings: ApiSettings) -> Self {
        Self { desk, settings, front: OnceLock::new() }
    }

    /// Shows in the metrics how the front is that this API is behind: [`Running::numbers`](mtls::front::Running::numbers).
    pub fn watch_front(&self, numbers: impl Fn() -> FrontNumbers + Send + Sync + 'static) {
        // The first front is the one.
        let _second = self.front.set(Box::new(numbers));
    }

    /// Answers one request of a verified client.
    pub async fn answer(self: Arc<Self>, peer: Arc<Peer>, request: Request<Incoming>) -> Answer {
        match self.routed(&peer, request).await {
            Ok(answer) => answer,
            Err(refusal) => refused(&refusal),
        }
    }

    async fn routed(&self, peer: &Peer, request: Request<Incoming>) -> Result<Answer, Refusal> {
        let (path, method) = (request.uri().path().to_owned(), request.method().clone());
        if path == SIGN_PATH {
            may_sign(peer)?;
            if method != Method::POST {
                return Ok(wrong_method("POST"));
            }
            let asker = Asker {
                line: peer.identity.name.clone(),
                certificate: peer.identity.fingerprint_sha256,
            };
            return Ok(sign(&self.desk, asker, request, self.settings.body_timeout).await);
        }
        if let Some((product, action)) = operation(&path) {
            return self.operate(peer, &method, product, action, request.uri().query());
        }
        if method != Method::GET {
            return Ok(wrong_method("GET"));
        }
        let line = &peer.identity.name;
        match path.as_str() {
            "/v1/openapi.json" => Ok(content("application/json", OPENAPI)),
            "/v1/status" => {
                Ok(json(&ServerStatus::of(&self.desk, &self.settings.name, line).await?))
            }
            "/v1/packages" => Ok(json(&PackageStatus::all(&self.desk).await?)),
            PRODUCTS_PATH => {
                let all = self.desk.products().map(|product| product.info(line));
                Ok(json(&all.collect::<Vec<_>>()))
            }
            "/metrics" => Ok(text(self.metrics().await?)),
            _ => {
                if let Some(path) = path.strip_prefix(EVIDENCE_PATH) {
                    let key = &self.settings.evidence_key;
                    let origin = key.name().as_str();
                    let evidence = EvidenceApi { store: self.desk.store(), key, origin };
                    return evidence.answer(path, request.uri().query()).await;
                }
                let tag = path.strip_prefix(PRODUCTS_PATH).and_then(|rest| rest.strip_prefix('/'));
                match tag {
                    Some(tag) => Ok(json(&self.desk.product(tag)?.info(line))),
                    None => Ok(not_found(&path)),
                }
            }
        }
    }

    /// The metrics as Prometheus reads them.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    pub async fn metrics(&self) -> Result<String, Refusal> {
        let counts = self.desk.store().counts().await?;
        let packages = self.desk.store().packages().await?;
        let front = self.front.get().map(|numbers| numbers());
        Ok(exposition::text(&self.desk, &counts, &packages, front.as_ref()))
    }

    /// Makes an HSM rest or sign again.
    fn operate(
        &self,
        peer: &Peer,
        method: &Method,
        product: &str,
        action: Action,
        query: Option<&str>,
    ) -> Result<Answer, Refusal> {
        if peer.identity.role != Role::Operator {
            return Err(not_permitted(peer, "an operator"));
        }
        if method != Method::POST {
            return Ok(wrong_method("POST"));
        }
        let hsm = query.and_then(|query| query.strip_prefix("hsm=")).unwrap_or_default();
        let fleet = self.desk.product(product)?.fleet();
        let done = match action {
            Action::Drain => fleet.drain(hsm),
            Action::Resume => fleet.resume(hsm),
        };
        done.map_err(|error| {
            Refusal::new(RefusalCode::NotFound, format!("failed to {error}"))
                .hint("name it in the query as hsm=SERIAL".to_owned())
        })?;
        Ok(json(&self.desk.product(product)?.info(&peer.identity.name)))
    }
}

#[derive(Clone, Copy)]
enum Action {
    Drain,
    Resume,
}

/// `/v1/products/TAG/drain` and `/resume`.
fn operation(path: &str) -> Option<(&str, Action)> {
    let rest = path.strip_prefix(PRODUCTS_PATH)?.strip_prefix('/')?;
    let (product, action) = rest.split_once('/')?;
    match action {
        "drain" => Some((product, Action::Drain)),
        "resume" => Some((product, Action::Resume)),
        _ => None,
    }
}

fn may_sign(peer: &Peer) -> Result<(), Refusal> {
    match peer.identity.role {
        Role::Line | Role::Operator => Ok(()),
        Role::Monitor | Role::SigningServer => Err(not_permitted(peer, "a line")),
    }
}

fn not_permitted(peer: &Peer, needed: &str) -> Refusal {
    let identity = &peer.identity;
    Refusal::new(
        RefusalCode::NotPermitted,
        format!("{} has the role {}, and this needs {needed}", identity.name, identity.role),
    )
    .hint("issue a certificate of that role: `curbside mtls issue client NAME --role …`".to_owned())
}
