//! The device that a page is for: where its chains, private keys and identity come from.

use std::path::{Path, PathBuf};

use clap::Args;
use page::input::{
    CheckError, CheckedInput, InputError, JSON_LEN_MAX, PageInput, SerialNumber, read_acs,
    read_aws_certificate, read_aws_device,
};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure, trust::TrustArgs};

/// An application server key is 32 bytes, or 64 hex digits and a line end.
const APP_KEY_LEN_BYTES_MAX: u64 = 1024;

/// The options that name a device's files.
#[derive(Args, Debug)]
#[command(next_help_heading = "Device")]
pub(super) struct DeviceArgs {
    #[command(flatten)]
    source: Source,
    /// The answer of `aws iotwireless get-device-profile`, for --wireless-device
    #[arg(long, value_name = "FILE", requires = "wireless_device")]
    device_profile: Option<PathBuf>,
    /// The application server's public key, for --acs: 64 hex digits, or a file of them or of the 32 bytes
    #[arg(long, value_name = "HEX|FILE", requires = "acs")]
    app_key: Option<String>,
    /// The device serial number, at most 16 characters, to stand on the page too
    #[arg(long, value_name = "TEXT")]
    dsn: Option<SerialNumber>,
    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Source {
    /// The certificate JSON of the AWS console
    #[arg(long, value_name = "FILE")]
    certificate_json: Option<PathBuf>,
    /// The answer of `aws iotwireless get-wireless-device`
    #[arg(long, value_name = "FILE", requires = "device_profile")]
    wireless_device: Option<PathBuf>,
    /// The JSON of the ACS console, or of the signing tool with private keys
    #[arg(long, value_name = "FILE", requires = "app_key")]
    acs: Option<PathBuf>,
}

impl DeviceArgs {
    /// Reads the device and checks all that its page will claim.
    pub(super) fn checked(&self) -> Result<CheckedInput, Failure> {
        let (path, input) = self.read()?;
        let input = match self.dsn {
            Some(dsn) => input.with_serial_number(dsn),
            None => input,
        };
        input.check(&self.trust.verifier()?).map_err(|error: CheckError| {
            let message = format!("no page is made of {}: {error}", path.display());
            Failure::new(Exit::NotGenuine, message).hint(error.hint())
        })
    }

    fn read(&self) -> Result<(&Path, PageInput), Failure> {
        let Source { certificate_json, wireless_device, acs } = &self.source;
        if let Some(path) = certificate_json {
            return from_json(path, read_aws_certificate);
        }
        if let (Some(path), Some(profile)) = (wireless_device, &self.device_profile) {
            let profile = durable::read_bounded(profile, JSON_LEN_MAX as u64)?;
            return from_json(path, |json| read_aws_device(json, &profile));
        }
        if let (Some(path), Some(key)) = (acs, &self.app_key) {
            let key = app_key(key)?;
            return from_json(path, |json| read_acs(json, &key));
        }
        Err(Failure::new(Exit::Usage, "no device is given"))
    }
}

fn from_json(
    path: &Path,
    read: impl Fn(&[u8]) -> Result<PageInput, InputError>,
) -> Result<(&Path, PageInput), Failure> {
    let json = durable::read_bounded(path, JSON_LEN_MAX as u64).map(Zeroizing::new)?;
    let input = read(&json).map_err(|error| {
        let exit = match error {
            InputError::Parts(_) => Exit::NotGenuine,
            _ => Exit::Malformed,
        };
        Failure::new(exit, format!("failed to read {}: {error}", path.display())).hint(error.hint())
    })?;
    Ok((path, input))
}

fn app_key(text: &str) -> Result<[u8; 32], Failure> {
    let from_hex = |digits: &[u8]| -> Option<[u8; 32]> {
        let is_hex = digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
        hex::decode(digits).ok().filter(|_| is_hex)?.try_into().ok()
    };
    if let Some(key) = from_hex(text.as_bytes()) {
        return Ok(key);
    }
    let bytes = durable::read_bounded(text, APP_KEY_LEN_BYTES_MAX)?;
    let key = bytes[..].try_into().ok().or_else(|| from_hex(bytes.trim_ascii()));
    key.ok_or_else(|| {
        let message = format!("failed to read {text}: no key of 32 bytes, and no 64 hex digits");
        Failure::new(Exit::Malformed, message)
            .hint("the application server's key is an Ed25519 public key".to_owned())
    })
}
