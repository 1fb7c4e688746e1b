//! The readable form: CSRs as devices print them in, chains as the public tools write them out.

use serde::{Deserialize, Serialize};
use sidewalk::{Curve, Smsn};

use super::{RequestId, SignAnswer, SignCall, is_name, request_id::RequestIdError};
use crate::{
    csr_text::{CsrTextError, parse_csr},
    request::{RequestError, SigningRequest},
};

/// A call in JSON. Keys that are not known are refused: a misspelt `rework` must not be taken for none.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct JsonCall {
    /// 32 hex digits or a UUID.
    pub request_id: String,
    /// The product's tag.
    pub product: String,
    /// The job package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The SMSN in hex, where the signing requests carry none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smsn: Option<String>,
    /// The Ed25519 signing request, or the bare key; base64.
    pub ed25519_csr: String,
    /// The P-256 signing request, or the bare key; base64.
    pub p256r1_csr: String,
    /// Whether the number gets a second pair on purpose.
    #[serde(default)]
    pub rework: bool,
}

impl JsonCall {
    /// From the bytes of a request's body.
    ///
    /// # Errors
    ///
    /// [`JsonError::Syntax`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        serde_json::from_slice(bytes).map_err(|error| JsonError::Syntax(error.to_string()))
    }

    /// The call, once its parts are understood and its signatures fit its keys.
    ///
    /// # Errors
    ///
    /// [`JsonError`].
    pub fn call(self) -> Result<SignCall, JsonError> {
        let request_id: RequestId = self.request_id.parse()?;
        if !is_name(&self.product) {
            return Err(JsonError::Name("product"));
        }
        if self.package.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(JsonError::Name("package"));
        }
        let smsn = self.smsn.map(|text| text.parse::<Smsn>().map_err(|_| JsonError::Smsn));
        let ed25519 = parse_csr(Curve::Ed25519, &self.ed25519_csr)?;
        let p256r1 = parse_csr(Curve::P256r1, &self.p256r1_csr)?;
        let request = SigningRequest::from_csrs(smsn.transpose()?, &ed25519, &p256r1)?;
        Ok(SignCall {
            request_id,
            product: self.product,
            package: self.package,
            is_rework: self.rework,
            device: *request.device(),
        })
    }
}

/// An answer in JSON.
#[derive(Serialize)]
struct JsonAnswer {
    request_id: String,
    smsn: String,
    ed25519_chain: String,
    p256r1_chain: String,
    hsm_serial: u32,
    evidence_index: u64,
    repeat: bool,
}

impl SignAnswer {
    /// In the readable form.
    pub fn to_json(&self, call: &SignCall) -> Vec<u8> {
        let base64 = |bytes: &[u8]| base64_simd::STANDARD.encode_to_string(bytes);
        let answer = JsonAnswer {
            request_id: call.request_id.to_string(),
            smsn: call.device.smsn().to_string(),
            ed25519_chain: base64(&self.ed25519_chain),
            p256r1_chain: base64(&self.p256r1_chain),
            hsm_serial: self.hsm_serial,
            evidence_index: self.evidence_index,
            repeat: self.is_repeat,
        };
        // Texts and numbers always have a form in JSON.
        serde_json::to_vec(&answer).unwrap_or_default()
    }
}

/// Why a body is no call.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or not this object.
    #[error("the body is no call: {0}")]
    Syntax(String),
    /// The request id.
    #[error(transparent)]
    RequestId(#[from] RequestIdError),
    /// A name that is none.
    #[error("{0} is no name of visible ASCII characters")]
    Name(&'static str),
    /// The SMSN.
    #[error("smsn has 64 hex digits")]
    Smsn,
    /// A signing request.
    #[error(transparent)]
    Csr(#[from] CsrTextError),
    /// Requests that do not belong together, or keys that are none.
    #[error(transparent)]
    Request(#[from] RequestError),
}
