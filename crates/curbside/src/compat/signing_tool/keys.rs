//! From requests and key files to what is to be signed.

use std::path::Path;

use sidewalk::{
    Csr, CsrError, Curve, PrivateKey, Signature, Smsn,
    pem::{self, PEM_LEN_BYTES_MAX, PemError},
    verify_signature,
};
use signer::{RequestError, SigningRequest};

use super::{Ended, command_line::CommandLine};
use crate::{exit::Exit, failure::Failure, input::Input};

/// What is to be signed, with every private key that was given.
pub(super) fn request(
    command_line: &CommandLine,
    generated: Option<Smsn>,
) -> Result<SigningRequest, Ended> {
    let ed25519 = private_key(
        Curve::Ed25519,
        command_line.ed25519_private_key_file.as_deref(),
        command_line.ed25519_private_key.as_ref().map(|bytes| bytes.as_slice()),
    )?;
    let p256r1 = private_key(
        Curve::P256r1,
        command_line.p256r1_private_key_file.as_deref(),
        command_line.p256r1_private_key.as_ref().map(|bytes| bytes.as_slice()),
    )?;
    let mut request = match (&command_line.eddsa_csr, &command_line.ecdsa_csr) {
        (Some(eddsa), Some(ecdsa)) => requested(command_line, generated, eddsa, ecdsa)?,
        _ => of_key_files(generated, ed25519.as_ref(), p256r1.as_ref())?,
    };
    for key in [ed25519, p256r1].into_iter().flatten() {
        request = request.with_private_key(key).map_err(explain)?;
    }
    Ok(request)
}

fn requested(
    command_line: &CommandLine,
    generated: Option<Smsn>,
    eddsa: &[u8],
    ecdsa: &[u8],
) -> Result<SigningRequest, Ended> {
    if generated.is_some() {
        let eddsa = without_number(Curve::Ed25519, eddsa)?;
        let ecdsa = without_number(Curve::P256r1, ecdsa)?;
        if eddsa.is_signed != ecdsa.is_signed {
            let signed = if eddsa.is_signed { Curve::Ed25519 } else { Curve::P256r1 };
            return Err(explain(RequestError::OneSignature { signed }));
        }
        return SigningRequest::from_csrs(generated, &eddsa.key, &ecdsa.key).map_err(explain);
    }
    if command_line.smsn_len != Smsn::LEN_BYTES as u64 {
        let message = format!("an SMSN of {} bytes is not supported", command_line.smsn_len);
        return Err(Failure::new(Exit::Unsupported, message)
            .hint("Sidewalk's has 32 bytes".to_owned())
            .into());
    }
    let (eddsa, ecdsa) = (with_number(Curve::Ed25519, eddsa)?, with_number(Curve::P256r1, ecdsa)?);
    SigningRequest::from_csrs(None, &eddsa, &ecdsa).map_err(explain)
}

fn of_key_files(
    generated: Option<Smsn>,
    ed25519: Option<&PrivateKey>,
    p256r1: Option<&PrivateKey>,
) -> Result<SigningRequest, Ended> {
    // What may stand together is settled: without requests there are both files, and the number is generated.
    let (Some(smsn), Some(ed25519), Some(p256r1)) = (generated, ed25519, p256r1) else {
        return Err(explain(RequestError::NoSmsn));
    };
    SigningRequest::from_public_keys(smsn, *ed25519.public_key(), *p256r1.public_key())
        .map_err(explain)
}

/// A request that carries the device's number, signed or not.
fn with_number(curve: Curve, bytes: &[u8]) -> Result<Csr, Ended> {
    if bytes.len() == curve.public_key_len_bytes() {
        return Err(no_request(CsrError::Length { curve, found_len_bytes: bytes.len() }));
    }
    Csr::parse(curve, bytes).map_err(no_request)
}

/// A request without a number.
struct BareRequest {
    key: Csr,
    is_signed: bool,
}

/// The key alone, or the key and its signature over itself, which is what a request without a number is to the
/// public tool.
fn without_number(curve: Curve, bytes: &[u8]) -> Result<BareRequest, Ended> {
    let key_len = curve.public_key_len_bytes();
    let (key, signature) = bytes.split_at(key_len.min(bytes.len()));
    if !signature.is_empty() && signature.len() != Curve::SIGNATURE_LEN_BYTES {
        return Err(no_request(CsrError::Length { curve, found_len_bytes: bytes.len() }));
    }
    let request = Csr::parse(curve, key).map_err(no_request)?;
    if let Ok(signature) = signature.try_into() {
        verify_signature(request.public_key(), key, &Signature::from_bytes(signature))
            .map_err(|_| no_request(CsrError::Signature { curve }))?;
    }
    Ok(BareRequest { key: request, is_signed: !signature.is_empty() })
}

/// The private key of a curve, from a PEM file or from bytes.
fn private_key(
    curve: Curve,
    file: Option<&Path>,
    bytes: Option<&[u8]>,
) -> Result<Option<PrivateKey>, Ended> {
    if let Some(bytes) = bytes {
        let key = PrivateKey::from_bytes(curve, bytes).map_err(|error| {
            Failure::new(Exit::Malformed, format!("the {curve} private key: {error}"))
        })?;
        return Ok(Some(key));
    }
    let Some(path) = file else { return Ok(None) };
    let input = Input::of_file(path.to_owned());
    let text = input.read(PEM_LEN_BYTES_MAX as u64)?;
    let key = pem::decode(&text).map_err(|error| {
        let exit = match error {
            PemError::Encrypted
            | PemError::ExplicitParameters
            | PemError::OtherAlgorithm { .. } => Exit::Unsupported,
            _ => Exit::Malformed,
        };
        Failure::new(exit, format!("failed to read {input}: {error}")).hint(error.hint())
    })?;
    if key.curve() != curve {
        let message = format!("{input} holds a {} key where one of {curve} must be", key.curve());
        return Err(Failure::new(Exit::Malformed, message)
            .hint("were the two files exchanged?".to_owned())
            .into());
    }
    Ok(Some(key))
}

fn no_request(error: CsrError) -> Ended {
    let (exit, curve) = match error {
        CsrError::Length { curve, .. } => (Exit::Malformed, curve),
        CsrError::Signature { curve } => (Exit::NotGenuine, curve),
    };
    let option = match curve {
        Curve::Ed25519 => "--eddsa_csr",
        Curve::P256r1 => "--ecdsa_csr",
    };
    Failure::new(exit, format!("{option}: {error}")).hint(error.hint()).into()
}

fn explain(error: RequestError) -> Ended {
    if let RequestError::KeyMismatch { curve } = error {
        let name = match curve {
            Curve::Ed25519 => "eddsa",
            Curve::P256r1 => "ecdsa",
        };
        return Ended::Tool {
            message: format!(
                "The private key of {name} provided doesn't match the public key in CSR"
            ),
            hint: error.hint(),
        };
    }
    Failure::new(Exit::NotGenuine, error).hint(error.hint()).into()
}
