//! The certificates' JSON that the public programmer for dummy HSMs takes.
//!
//! An object for each curve (`ED25`, `P256R1`), in it one for each authority (`AMZN`, `SIDEWALK`, `MAN`,
//! `PROD`, `DAK`, or `AMZN`, `MAN`, `MODEL` in the legacy form), in it `priv`, `pub`, `signature` and
//! `serial` in hex. A `DEVICE` beside them does not count, nor do the authorities' private keys.

use std::collections::HashMap;

use serde::Deserialize;
use sidewalk::{ChainForm, Curve, Level, PrivateKey, PublicKey, Serial, Signature};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::material::{CurveMaterial, Entry, Material, NotGenuineMaterial};
use crate::layout::curve_in_label;

/// One authority; every member in hex.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Authority {
    #[serde(rename = "priv", default)]
    private_key: String,
    #[serde(rename = "pub")]
    public_key: String,
    signature: String,
    serial: String,
}

type Authorities = HashMap<String, Authority>;

/// Reads the JSON and verifies its chains to their own roots.
///
/// # Errors
///
/// [`PublicJsonError`] names the curve, the authority and the member. No key is in it.
pub fn read_public_json(text: &[u8]) -> Result<Material, PublicJsonError> {
    let curves: HashMap<String, Authorities> = serde_json::from_slice(text)
        .map_err(|error| PublicJsonError::Json { line: error.line(), column: error.column() })?;
    let of_curve =
        |curve| curves.get(curve_in_label(curve)).ok_or(PublicJsonError::MissingCurve { curve });
    let (ed25519, p256r1) = (of_curve(Curve::Ed25519)?, of_curve(Curve::P256r1)?);
    let form = match ed25519.contains_key(Level::Dak.name()) {
        true => ChainForm::Long,
        false => ChainForm::Short,
    };
    Ok(Material::check(
        form,
        read_curve(Curve::Ed25519, form, ed25519)?,
        read_curve(Curve::P256r1, form, p256r1)?,
    )?)
}

fn read_curve(
    curve: Curve,
    form: ChainForm,
    authorities: &Authorities,
) -> Result<CurveMaterial, PublicJsonError> {
    let authority = |level: Level| {
        let found = authorities.get(level.name());
        found.ok_or(PublicJsonError::MissingAuthority { curve, level })
    };
    let certificates = form.levels()[1..]
        .iter()
        .map(|&level| read_entry(curve, level, authority(level)?))
        .collect::<Result<_, _>>()?;
    let level = form.device_issuer();
    let bytes = bytes_of(curve, level, "priv", &authority(level)?.private_key)?;
    let signer = PrivateKey::from_bytes(curve, &bytes).map_err(|_| PublicJsonError::Member {
        curve,
        level,
        member: "priv",
    })?;
    Ok(CurveMaterial { certificates, signer })
}

fn read_entry(curve: Curve, level: Level, authority: &Authority) -> Result<Entry, PublicJsonError> {
    let bad = |member| PublicJsonError::Member { curve, level, member };
    let public_key = bytes_of(curve, level, "pub", &authority.public_key)?;
    let signature = bytes_of(curve, level, "signature", &authority.signature)?;
    let serial = bytes_of(curve, level, "serial", &authority.serial)?;
    let signature: [u8; 64] = signature.as_slice().try_into().map_err(|_| bad("signature"))?;
    Ok(Entry {
        level,
        serial: Serial::parse(&serial).map_err(|_| bad("serial"))?,
        public_key: PublicKey::from_bytes(curve, &public_key).ok_or_else(|| bad("pub"))?,
        signature: Signature::from_bytes(signature),
    })
}

fn bytes_of(
    curve: Curve,
    level: Level,
    member: &'static str,
    text: &str,
) -> Result<Zeroizing<Vec<u8>>, PublicJsonError> {
    let bytes = hex::decode(text.trim());
    bytes.map(Zeroizing::new).map_err(|_| PublicJsonError::Member { curve, level, member })
}

/// Why a JSON of certificates is not taken.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PublicJsonError {
    /// It is no JSON, or of another shape.
    #[error("line {line}, column {column}: not the JSON of a dummy's certificates")]
    Json {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A curve is missing.
    #[error("the certificates of {curve} are missing")]
    MissingCurve {
        /// Which.
        curve: Curve,
    },
    /// An authority is missing.
    #[error("the {curve} certificate of {level} is missing")]
    MissingAuthority {
        /// The curve.
        curve: Curve,
        /// Whose.
        level: Level,
    },
    /// A member is no hex, or of another size than it can have.
    #[error("{member:?} of the {curve} certificate of {level} is not what it should be")]
    Member {
        /// The curve.
        curve: Curve,
        /// Whose.
        level: Level,
        /// Which member.
        member: &'static str,
    },
    /// The chains do not verify to their own roots.
    #[error(transparent)]
    NotGenuine(#[from] NotGenuineMaterial),
}
