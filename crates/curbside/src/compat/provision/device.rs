//! The device's values, from any of the inputs, and what the public tool says while it reads them.

use std::borrow::Cow;

use page::{
    Page, PageVersion,
    input::{
        FieldError, InputError, PageInput, page_from_black_box_unchecked, read_acs,
        read_aws_certificate, read_aws_device,
    },
};
use serde::Deserialize;

use crate::{
    compat::provision::request::{Input, JsonFile},
    exit::Exit,
    failure::Failure,
};

/// A device whose values were read.
pub(super) struct Device {
    pub(super) page: Page,
    pub(super) origin: Origin,
    /// What the public tool prints on the way, whole lines.
    pub(super) remarks: String,
}

/// What the values were read from.
pub(super) enum Origin {
    /// Certificate chains, which can be verified.
    Chains(Box<PageInput>),
    /// The black box, which has none.
    BlackBox,
}

/// What the public tool prints before it ends with an error of its own.
pub(super) type MissingIdentity = String;

/// Reads a device. Nothing is verified, as in the public tool.
pub(super) fn read(
    input: &Input,
    version: PageVersion,
) -> Result<Result<Device, MissingIdentity>, Failure> {
    let (read, remarks, missing_apid) = match input {
        Input::BlackBox { json } => {
            let page = page_from_black_box_unchecked(&json.bytes, version)
                .map_err(|error| malformed(&json.name, &error))?;
            let remarks = String::new();
            return Ok(Ok(Device { page, origin: Origin::BlackBox, remarks }));
        }
        Input::Acs { json, app_server_key } => {
            let read =
                read_acs(&json.bytes, app_server_key).map_err(|error| (error, json.name.clone()));
            (read, certificate_remarks(json, ApidLine::Silent), None)
        }
        Input::AwsCertificate { json } => {
            let read =
                read_aws_certificate(&json.bytes).map_err(|error| (error, json.name.clone()));
            let missing =
                ("metadata.apid", format!("apid or deviceTypeId not found in {}", json.name));
            (read, certificate_remarks(json, ApidLine::Printed), Some(missing))
        }
        Input::AwsDevice { wireless_device, device_profile } => {
            let name = format!("{} or {}", wireless_device.name, device_profile.name);
            let read = read_aws_device(&wireless_device.bytes, &device_profile.bytes)
                .map_err(|error| (error, name));
            let name = &device_profile.name;
            let missing = ("Sidewalk.ApId", format!("ApId or DeviceTypeId is not found in {name}"));
            (read, device_remarks(wireless_device, device_profile), Some(missing))
        }
    };
    match read {
        Ok(input) => {
            let page = input.page_unchecked_like_sid_provision(version);
            Ok(Ok(Device { page, origin: Origin::Chains(Box::new(input)), remarks }))
        }
        Err((error, name)) => match missing_apid {
            Some((apid, line)) if is_missing(&error, apid) => Ok(Err(line)),
            _ => Err(malformed(&name, &error)),
        },
    }
}

fn is_missing(error: &InputError, path: &str) -> bool {
    matches!(error, InputError::Field { field, error: FieldError::Missing } if field == path)
}

fn malformed(name: &str, error: &InputError) -> Failure {
    // What is not JSON at all, the public tool finds while it reads its command line.
    let exit = match error {
        InputError::Syntax { .. } | InputError::TooLarge { .. } => Exit::Usage,
        _ => Exit::Malformed,
    };
    let message = match exit {
        Exit::Usage => format!("Invalid json file {name}: {error}"),
        _ => format!("failed to read {name}: {error}"),
    };
    Failure::new(exit, message).hint(error.hint())
}

/// Whether the public tool says where the APID was found.
#[derive(Clone, Copy, Eq, PartialEq)]
enum ApidLine {
    Printed,
    Silent,
}

fn certificate_remarks(json: &JsonFile, apid_line: ApidLine) -> String {
    // A second look at the file; should it fail, reading the device failed before and says why.
    let glance: CertificateGlance<'_> = serde_json::from_slice(&json.bytes).unwrap_or_default();
    let metadata = glance.metadata.unwrap_or_default();
    let mut text = shortened_key_line(metadata.p256r1_key.as_deref()).to_owned();
    if apid_line == ApidLine::Printed {
        let has_apid = metadata.apid.is_some_and(|apid| !apid.is_empty());
        let field = if has_apid { "apid" } else { "deviceTypeId" };
        text.push_str(&format!("{field} found in {}\n", json.name));
    }
    text
}

fn device_remarks(wireless_device: &JsonFile, device_profile: &JsonFile) -> String {
    let glance: DeviceGlance<'_> =
        serde_json::from_slice(&wireless_device.bytes).unwrap_or_default();
    let keys = glance.sidewalk.unwrap_or_default().private_keys.unwrap_or_default();
    let key = keys.iter().find(|key| key.algorithm.as_deref() == Some("P256r1"));
    let mut text = shortened_key_line(key.and_then(|key| key.value.as_deref())).to_owned();

    let glance: ProfileGlance<'_> =
        serde_json::from_slice(&device_profile.bytes).unwrap_or_default();
    let profile = glance.sidewalk.unwrap_or_default();
    let daks = [profile.daks, profile.older_daks];
    let has_device_type = daks
        .iter()
        .flatten()
        .flatten()
        .any(|dak| dak.device_type_id.as_ref().is_some_and(|id| !id.is_empty()));
    let field = if has_device_type { "DeviceTypeId" } else { "ApId" };
    text.push_str(&format!("{field} found in {}\n", device_profile.name));
    text
}

/// The cloud writes some P-256 keys with a leading zero byte, which is cut.
fn shortened_key_line(p256r1_key: Option<&str>) -> &'static str {
    match p256r1_key {
        Some(hex) if hex.len() == 66 && hex.starts_with("00") => {
            "P256R1 private key size is 33, truncate to 32\n"
        }
        _ => "",
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CertificateGlance<'a> {
    #[serde(borrow)]
    metadata: Option<MetadataGlance<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MetadataGlance<'a> {
    #[serde(borrow)]
    apid: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "devicePrivKeyP256R1")]
    p256r1_key: Option<Cow<'a, str>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DeviceGlance<'a> {
    #[serde(borrow, rename = "Sidewalk")]
    sidewalk: Option<KeysGlance<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KeysGlance<'a> {
    #[serde(borrow, rename = "PrivateKeys")]
    private_keys: Option<Vec<KeyGlance<'a>>>,
}

#[derive(Deserialize)]
struct KeyGlance<'a> {
    #[serde(borrow, rename = "SigningAlg")]
    algorithm: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "Value")]
    value: Option<Cow<'a, str>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProfileGlance<'a> {
    #[serde(borrow, rename = "Sidewalk")]
    sidewalk: Option<DaksGlance<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DaksGlance<'a> {
    #[serde(borrow, rename = "DakCertificateMetadata")]
    daks: Option<Vec<DakGlance<'a>>>,
    #[serde(borrow, rename = "DAKCertificate")]
    older_daks: Option<Vec<DakGlance<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DakGlance<'a> {
    #[serde(borrow, rename = "DeviceTypeId")]
    device_type_id: Option<Cow<'a, str>>,
}
