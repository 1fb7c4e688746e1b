//! Which device: the options for one, which are also what a batch falls back on.

use std::path::{Path, PathBuf};

use clap::Args;
use sidewalk::{Curve, PrivateKey, Stage, pem};
use signer::batch::{Defaults, KeyError, Row, RowFault};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure};

/// The largest device profile that is read, in bytes; AWS's have under 2 KB.
const PROFILE_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// The options that only make sense for one device.
pub(super) const OF_ONE_DEVICE: [&str; 6] =
    ["smsn", "dsn", "eddsa_csr", "ecdsa_csr", "ed25519_key", "p256r1_key"];

/// A device.
#[derive(Args, Debug)]
pub(super) struct DeviceArgs {
    /// The device's number, 64 hex digits; without this it is generated from the next options, or in the requests
    #[arg(long, value_name = "HEX")]
    smsn: Option<String>,
    /// The device type that Amazon assigned
    #[arg(long, value_name = "TYPE")]
    device_type: Option<String>,
    /// The device serial number
    #[arg(long, value_name = "DSN")]
    dsn: Option<String>,
    /// The advertised product id, four characters
    #[arg(long, value_name = "APID")]
    apid: Option<String>,
    /// The board id, which only on-device generation knows
    #[arg(long, value_name = "ID")]
    board_id: Option<String>,
    /// The Ed25519 signing request, base64
    #[arg(long, value_name = "BASE64", requires = "ecdsa_csr")]
    eddsa_csr: Option<String>,
    /// The P-256 signing request, base64
    #[arg(long, value_name = "BASE64", requires = "eddsa_csr")]
    ecdsa_csr: Option<String>,
    /// The Ed25519 private key, a PEM file; without keys and requests both keys are generated
    #[arg(long, value_name = "FILE")]
    ed25519_key: Option<String>,
    /// The P-256 private key, a PEM file
    #[arg(long, value_name = "FILE")]
    p256r1_key: Option<String>,
    /// The application server's public key, 64 hex digits
    #[arg(long, value_name = "HEX", conflicts_with = "device_profile")]
    app_server_key: Option<String>,
    /// The answer of `aws iotwireless get-device-profile`, which holds that key
    #[arg(long, value_name = "FILE")]
    device_profile: Option<PathBuf>,
}

impl DeviceArgs {
    /// What counts where a row of a batch says nothing.
    pub(super) fn defaults(&self, stage: Stage, needs_apid: bool) -> Defaults {
        Defaults {
            stage,
            device_type: self.device_type.clone(),
            apid: self.apid.clone(),
            board_id: self.board_id.clone(),
            needs_apid,
        }
    }

    /// The one device, as a row of a batch would say it.
    pub(super) fn row(&self) -> Row {
        Row {
            smsn: self.smsn.clone(),
            dsn: self.dsn.clone(),
            eddsa_csr: self.eddsa_csr.clone(),
            ecdsa_csr: self.ecdsa_csr.clone(),
            ed25519_private_key_file: self.ed25519_key.clone(),
            p256r1_private_key_file: self.p256r1_key.clone(),
            ..Row::default()
        }
    }

    /// The application server's key, where it is given.
    pub(super) fn app_server_key(&self) -> Result<Option<[u8; 32]>, Failure> {
        if let Some(text) = &self.app_server_key {
            return key_of_hex(text)
                .map(Some)
                .ok_or_else(|| Failure::new(Exit::Usage, "--app-server-key is not 64 hex digits"));
        }
        self.device_profile.as_deref().map(app_server_key_of_profile).transpose()
    }
}

/// The application server's key in an answer of `get-device-profile`.
pub(crate) fn app_server_key_of_profile(path: &Path) -> Result<[u8; 32], Failure> {
    let bytes = durable::read_bounded(path, PROFILE_LEN_BYTES_MAX)?;
    let malformed = |problem: &str| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {problem}", path.display()))
            .hint("it should be the answer of `aws iotwireless get-device-profile`".to_owned())
    };
    let json: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|_| malformed("it is not JSON"))?;
    let text = json["Sidewalk"]["ApplicationServerPublicKey"].as_str();
    let text = text.ok_or_else(|| malformed("it has no Sidewalk.ApplicationServerPublicKey"))?;
    key_of_hex(text).ok_or_else(|| malformed("its ApplicationServerPublicKey is not 64 hex digits"))
}

/// Reads the PEM file of a private key of a curve. The problem names the file.
pub(super) fn read_key(curve: Curve, path: &str) -> Result<PrivateKey, String> {
    let bytes = durable::read_bounded(path, pem::PEM_LEN_BYTES_MAX as u64)
        .map(Zeroizing::new)
        .map_err(|error| format!("failed to {error}"))?;
    let key = pem::decode(&bytes).map_err(|error| format!("failed to read {path}: {error}"))?;
    if key.curve() == curve { Ok(key) } else { Err(format!("{path} holds a {} key", key.curve())) }
}

/// Random numbers of the operating system.
pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), KeyError> {
    getrandom::fill(bytes).map_err(|error| KeyError::Source(error.to_string()))
}

/// How a command ends because of a device that makes no sense.
pub(super) fn exit_of(fault: &RowFault) -> Exit {
    match fault {
        RowFault::Csr(signer::CsrTextError::Request(sidewalk::CsrError::Signature { .. }))
        | RowFault::Request(
            signer::RequestError::KeyMismatch { .. }
            | signer::RequestError::TwoDevices { .. }
            | signer::RequestError::OtherDevice { .. }
            | signer::RequestError::Key { .. },
        ) => Exit::NotGenuine,
        RowFault::NoApid | RowFault::Request(signer::RequestError::NoSmsn) => Exit::Usage,
        _ => Exit::Malformed,
    }
}

fn key_of_hex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    let is_hex = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    (is_hex && hex::decode_to_slice(text, &mut key).is_ok()).then_some(key)
}
