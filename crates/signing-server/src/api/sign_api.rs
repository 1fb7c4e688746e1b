//! `POST /v1/sign`.

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Limited};
use hyper::{
    Request,
    body::{Body as _, Bytes, Incoming},
    header::CONTENT_TYPE,
};
use signer::service::{
    BINARY_CONTENT_TYPE, CALL_LEN_BYTES_MAX, JSON_CONTENT_TYPE, JsonCall, Refusal, RefusalCode,
    SignCall,
};
use tokio::time;

use super::answer::{Answer, content, refused};
use crate::desk::{Asker, Desk};

/// How a call is written, and so its answer.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Binary,
}

/// Answers a call.
pub(super) async fn sign(
    desk: &Arc<Desk>,
    asker: Asker,
    request: Request<Incoming>,
    body_timeout: Duration,
) -> Answer {
    match answered(desk, asker, request, body_timeout).await {
        Ok(answer) => answer,
        Err(refusal) => refused(&refusal),
    }
}

async fn answered(
    desk: &Arc<Desk>,
    asker: Asker,
    request: Request<Incoming>,
    body_timeout: Duration,
) -> Result<Answer, Refusal> {
    let form = form_of(&request)?;
    let body = collected(request.into_body(), body_timeout).await?;
    let call = match form {
        Form::Binary => SignCall::from_binary(&body).map_err(|error| {
            Refusal::new(RefusalCode::Malformed, format!("the call cannot be read: {error}"))
        }),
        Form::Json => JsonCall::parse(&body)
            .and_then(JsonCall::call)
            .map_err(|error| Refusal::new(RefusalCode::Malformed, error)),
    }?;
    let answer = desk.sign(call.clone(), asker).await?;
    Ok(match form {
        Form::Binary => content(BINARY_CONTENT_TYPE, answer.to_binary()),
        Form::Json => content(JSON_CONTENT_TYPE, answer.to_json(&call)),
    })
}

fn form_of(request: &Request<Incoming>) -> Result<Form, Refusal> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    match essence {
        Some(JSON_CONTENT_TYPE) => Ok(Form::Json),
        Some(BINARY_CONTENT_TYPE) => Ok(Form::Binary),
        _ => Err(Refusal::new(
            RefusalCode::Malformed,
            format!("a call is of type {JSON_CONTENT_TYPE} or {BINARY_CONTENT_TYPE}"),
        )),
    }
}

async fn collected(body: Incoming, body_timeout: Duration) -> Result<Bytes, Refusal> {
    let malformed = |what: &str| Refusal::new(RefusalCode::Malformed, what);
    if body.size_hint().lower() > CALL_LEN_BYTES_MAX as u64 {
        return Err(malformed("the call is longer than any call"));
    }
    match time::timeout(body_timeout, Limited::new(body, CALL_LEN_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(malformed("the call is longer than any call, or breaks off")),
        Err(_) => Err(malformed("the call does not end in time")),
    }
}
