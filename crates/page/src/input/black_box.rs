//! The JSON of the "black box", from before the DAK.

use super::{
    FieldError, InputError,
    json::{self, Field},
};
use crate::{Page, PageVersion, ValueId, ValueLength};

/// Reads black-box JSON: `ringNetDevId`, the device's keys and signatures in `PKI.device_cert`, and in
/// `PKI.intermediate_certs` the entries named AMZN, MAN and MODEL. All values are hex.
///
/// There are no chains, no SMSN and no APID in it, so there is nothing to verify: as the public tool does, the
/// values become a page as they are.
///
/// # Errors
///
/// [`InputError`] names the field.
pub fn page_from_black_box_unchecked(
    json: &[u8],
    version: PageVersion,
) -> Result<Page, InputError> {
    let json = json::parse(json)?;
    let root = json.root();
    let mut page = Page::new(version);
    insert(&mut page, ValueId::DEVID, &root.member("ringNetDevId"))?;
    let pki = root.member("PKI");
    let device = pki.member("device_cert");
    for (id, name) in DEVICE {
        insert(&mut page, id, &device.member(name))?;
    }
    for certificate in pki.member("intermediate_certs").items()? {
        let values: &[(ValueId, &str)] = match certificate.member("cert_name").text()? {
            "AMZN" => &ROOT,
            "MAN" => &MANUFACTURER,
            "MODEL" => &MODEL,
            _ => &[],
        };
        for (id, name) in values {
            insert(&mut page, *id, &certificate.member(name))?;
        }
    }
    Ok(page)
}

const DEVICE: [(ValueId, &str); 6] = [
    (ValueId::DEVICE_PRIV_ED25519, "ed25519_priv"),
    (ValueId::DEVICE_PUB_ED25519, "ed25519_pub"),
    (ValueId::DEVICE_PUB_ED25519_SIGNATURE, "ed25519_signature"),
    (ValueId::DEVICE_PRIV_P256R1, "p256r1_priv"),
    (ValueId::DEVICE_PUB_P256R1, "p256r1_pub"),
    (ValueId::DEVICE_PUB_P256R1_SIGNATURE, "p256r1_signature"),
];

const ROOT: [(ValueId, &str); 2] =
    [(ValueId::AMZN_PUB_ED25519, "ed25519_pub"), (ValueId::AMZN_PUB_P256R1, "p256r1_pub")];

const MANUFACTURER: [(ValueId, &str); 6] = [
    (ValueId::MAN_PUB_ED25519, "ed25519_pub"),
    (ValueId::MAN_PUB_ED25519_SIGNATURE, "ed25519_signature"),
    (ValueId::MAN_ED25519_SERIAL, "ed25519_serial"),
    (ValueId::MAN_PUB_P256R1, "p256r1_pub"),
    (ValueId::MAN_PUB_P256R1_SIGNATURE, "p256r1_signature"),
    (ValueId::MAN_P256R1_SERIAL, "p256r1_serial"),
];

const MODEL: [(ValueId, &str); 6] = [
    (ValueId::PRODUCT_PUB_ED25519, "ed25519_pub"),
    (ValueId::PRODUCT_PUB_ED25519_SIGNATURE, "ed25519_signature"),
    (ValueId::PRODUCT_ED25519_SERIAL, "ed25519_serial"),
    (ValueId::PRODUCT_PUB_P256R1, "p256r1_pub"),
    (ValueId::PRODUCT_PUB_P256R1_SIGNATURE, "p256r1_signature"),
    (ValueId::PRODUCT_P256R1_SERIAL, "p256r1_serial"),
];

fn insert(page: &mut Page, id: ValueId, field: &Field<'_, '_>) -> Result<(), InputError> {
    let value = field.hex()?;
    let expected = match id.length() {
        ValueLength::Exact(len) => len,
        // Black-box certificates are older than extended serials.
        ValueLength::CaSerial | ValueLength::Any => 4,
    };
    if value.len() != expected {
        return Err(field.error(FieldError::Length { expected, found: value.len() }));
    }
    page.insert(id, &value);
    Ok(())
}
