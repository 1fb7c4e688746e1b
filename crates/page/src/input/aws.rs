//! The two kinds of JSON that AWS IoT Core for Amazon Sidewalk gives out.

use sidewalk::{Apid, Curve, Smsn};

use super::{
    FieldError, InputError, PageInput, PageParts, acs,
    json::{self, Field},
};

/// Reads the certificate JSON of the AWS console: `eD25519`, `p256R1`, in `metadata` the private keys, `smsn`
/// and `apid` (or `deviceTypeId`, whose last four characters are it), and `applicationServerPublicKey` with a
/// small or a capital first letter.
///
/// # Errors
///
/// [`InputError`] names the field.
pub fn read_aws_certificate(json: &[u8]) -> Result<PageInput, InputError> {
    let json = json::parse(json)?;
    let root = json.root();
    let metadata = root.member("metadata");
    let apid = match non_empty(&metadata.member("apid"))? {
        Some(field) => field.exact_apid()?,
        None => match non_empty(&metadata.member("deviceTypeId"))? {
            Some(field) => field.apid()?,
            None => return Err(metadata.member("apid").error(FieldError::Missing)),
        },
    };
    let capital = root.member("ApplicationServerPublicKey");
    let small = root.member("applicationServerPublicKey");
    let key = match (small.optional_text()?, capital.optional_text()?) {
        (None, Some(_)) => capital.hex_array()?,
        _ => small.hex_array()?,
    };
    acs::page_input(&root, apid, *key)
}

/// Reads the answers of `get-wireless-device` and `get-device-profile`.
///
/// # Errors
///
/// [`InputError`] names the field.
pub fn read_aws_device(
    wireless_device: &[u8],
    device_profile: &[u8],
) -> Result<PageInput, InputError> {
    let wireless_device = json::parse(wireless_device)?;
    let device_profile = json::parse(device_profile)?;
    let device = wireless_device.root().member("Sidewalk");
    let profile = device_profile.root().member("Sidewalk");
    let certificates = device.member("DeviceCertificates");
    let private_keys = device.member("PrivateKeys");
    Ok(PageInput::new(PageParts {
        ed25519_chain: of_curve(&certificates, Curve::Ed25519)?.chain(Curve::Ed25519)?,
        ed25519_private_key: of_curve(&private_keys, Curve::Ed25519)?
            .private_key(Curve::Ed25519)?,
        p256r1_chain: of_curve(&certificates, Curve::P256r1)?.chain(Curve::P256r1)?,
        p256r1_private_key: of_curve(&private_keys, Curve::P256r1)?.private_key(Curve::P256r1)?,
        smsn: Smsn::from_bytes(*device.member("SidewalkManufacturingSn").hex_array()?),
        apid: profile_apid(&profile)?,
        app_server_key: *profile.member("ApplicationServerPublicKey").hex_array()?,
    })?)
}

/// The `Value` of the first entry with the curve's `SigningAlg`.
fn of_curve<'j, 'a>(list: &Field<'j, 'a>, curve: Curve) -> Result<Field<'j, 'a>, InputError> {
    let algorithm = match curve {
        Curve::Ed25519 => "Ed25519",
        Curve::P256r1 => "P256r1",
    };
    for entry in list.items()? {
        if entry.member("SigningAlg").text()? == algorithm {
            return Ok(entry.member("Value"));
        }
    }
    Err(list.member(algorithm).error(FieldError::Missing))
}

/// From the first DAK that has a device type id, or from `ApId` of older profiles.
fn profile_apid(profile: &Field<'_, '_>) -> Result<Apid, InputError> {
    for list in ["DakCertificateMetadata", "DAKCertificate"] {
        for entry in profile.member(list).items()? {
            if let Some(field) = non_empty(&entry.member("DeviceTypeId"))? {
                return field.apid();
            }
        }
    }
    profile.member("ApId").exact_apid()
}

fn non_empty<'f, 'j, 'a>(
    field: &'f Field<'j, 'a>,
) -> Result<Option<&'f Field<'j, 'a>>, InputError> {
    Ok(field.optional_text()?.filter(|text| !text.is_empty()).map(|_| field))
}
