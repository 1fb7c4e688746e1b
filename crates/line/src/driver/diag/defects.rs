//! What is known to fail in a board's firmware, told before anything is signed.

use page::{Dialect, Finding, ValueId, lint_on_device_chain};
use sidewalk::{Chain, Curve, Level, Smsn};

/// What on-device storage of this firmware will make of chains from these authorities.
///
/// `issuers` are the authorities' certificates as they follow a device's: device issuer first, root last. A chain of
/// the legacy short form, or bytes that are none, give no findings: the firmware refuses those by their length.
pub fn predict_defects<'a>(
    issuers: impl IntoIterator<Item = (Curve, &'a [u8])>,
    dialect: &Dialect,
) -> Vec<Finding> {
    issuers.into_iter().flat_map(|(curve, issuers)| in_chain(curve, issuers, dialect)).collect()
}

fn in_chain(curve: Curve, issuers: &[u8], dialect: &Dialect) -> Vec<Finding> {
    // The walk over a chain needs a device in front; which one makes no difference to the serials.
    let device_len = Smsn::LEN_BYTES + curve.public_key_len_bytes() + Curve::SIGNATURE_LEN_BYTES;
    let mut bytes = vec![0; device_len];
    bytes.extend_from_slice(issuers);
    let Ok(chain) = Chain::parse(curve, &bytes) else { return Vec::new() };
    let serials = chain.certificates().filter_map(|certificate| {
        Some((serial_id(certificate.level(), curve)?, certificate.subject()))
    });
    lint_on_device_chain(serials, dialect)
}

/// Where a level's serial stands on the page. The root's does not; its key names the level.
const fn serial_id(level: Level, curve: Curve) -> Option<ValueId> {
    Some(match (level, curve) {
        (Level::Dak, Curve::Ed25519) => ValueId::DAK_ED25519_SERIAL,
        (Level::Dak, Curve::P256r1) => ValueId::DAK_P256R1_SERIAL,
        (Level::Product, Curve::Ed25519) => ValueId::PRODUCT_ED25519_SERIAL,
        (Level::Product, Curve::P256r1) => ValueId::PRODUCT_P256R1_SERIAL,
        (Level::Manufacturer, Curve::Ed25519) => ValueId::MAN_ED25519_SERIAL,
        (Level::Manufacturer, Curve::P256r1) => ValueId::MAN_P256R1_SERIAL,
        (Level::Sidewalk, Curve::Ed25519) => ValueId::SW_ED25519_SERIAL,
        (Level::Sidewalk, Curve::P256r1) => ValueId::SW_P256R1_SERIAL,
        (Level::Amazon, Curve::Ed25519) => ValueId::AMZN_PUB_ED25519,
        (Level::Amazon, Curve::P256r1) => ValueId::AMZN_PUB_P256R1,
        (Level::Device | Level::Model, _) => return None,
    })
}

#[cfg(test)]
mod tests {
    use page::{Catalogue, FindingCode};

    use super::*;

    fn issuers(dak_serial: [u8; 4]) -> Vec<u8> {
        let serials = [dak_serial, [1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 6], [1, 2, 3, 7]];
        serials.iter().flat_map(|serial| [serial.as_slice(), &[0; 96]].concat()).collect()
    }

    fn nordic() -> &'static Dialect {
        let nordic = Catalogue::built_in().platform("nordic").unwrap();
        let site = nordic.chips().iter().flat_map(|chip| &chip.sites);
        &site.into_iter().find(|site| site.dialect.nordic_serial_rule).unwrap().dialect
    }

    #[test]
    fn a_serial_that_nordic_firmware_misreads_is_told_with_its_level() {
        let issuers = issuers([0x71, 0x5c, 0x00, 0xfa]);
        let findings = predict_defects([(Curve::Ed25519, issuers.as_slice())], nordic());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code, FindingCode::OnDeviceSerialLength);
        assert_eq!(findings[0].id, Some(ValueId::DAK_ED25519_SERIAL));
    }

    #[test]
    fn a_serial_that_survives_by_luck_gives_no_finding() {
        let issuers = issuers([0x75, 0x00, 0x00, 0x03]);
        assert_eq!(predict_defects([(Curve::Ed25519, issuers.as_slice())], nordic()), []);
    }

    #[test]
    fn bytes_that_are_no_chain_give_no_finding() {
        assert_eq!(predict_defects([(Curve::P256r1, [0; 7].as_slice())], nordic()), []);
    }
}
