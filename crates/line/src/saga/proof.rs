//! Whether a board carries what the journal says: pure.

use journal::{Device, DeviceRecord, HasPage};
use page::{Page, ValueId};
use sidewalk::Curve;
use signer::SignedDevice;

use crate::page_maker::{PageMaker, keys_fit};

/// Whether a region carries this device: the recorded bytes, which the strict decoder takes, with the recorded keys,
/// signatures and number, and with the private keys of its public ones.
pub(super) fn is_of<S: HasPage>(
    region: &[u8],
    device: &Device<S>,
    signed: &SignedDevice,
    pages: &PageMaker,
) -> Result<(), String> {
    let page = match device.page_sha256() {
        Some(sha256) => recorded_page(region, sha256, pages)?,
        // The board wrote the page itself, in a form of its own firmware's.
        None => pages.diagnose(region),
    };
    check(&page, ValueId::SMSN, device.smsn().as_bytes())?;
    let outcome = device.outcome();
    for (curve, recorded) in [(Curve::Ed25519, outcome.ed25519), (Curve::P256r1, outcome.p256r1)] {
        let (public, signature) = ids(curve);
        check(&page, public, device.request().public_key(curve).as_bytes())?;
        check(&page, signature, recorded.as_bytes())?;
    }
    is_complete(&page, signed, pages)
}

/// Whether a region still is the page of a finished device.
pub(super) fn is_recorded(
    region: &[u8],
    record: &DeviceRecord,
    pages: &PageMaker,
) -> Result<(), String> {
    let page = match &record.page_sha256 {
        Some(sha256) => recorded_page(region, sha256, pages)?,
        None => pages.diagnose(region),
    };
    check(&page, ValueId::SMSN, record.smsn.as_bytes())
}

/// The page of a region, if it is the recorded one to the byte and has the private keys of its public ones.
fn recorded_page(region: &[u8], sha256: &[u8; 32], pages: &PageMaker) -> Result<Page, String> {
    let page =
        pages.decode(region).map_err(|fault| format!("its page reads back wrong {fault}"))?;
    if pages.sha256(&page).as_ref() != Some(sha256) {
        return Err("its page is not the one that was recorded".to_owned());
    }
    if !keys_fit(&page) {
        return Err("its private keys are not those of its certificates".to_owned());
    }
    Ok(page)
}

/// Whether a page that the board wrote holds its application server key and authorities.
fn is_complete(page: &Page, signed: &SignedDevice, pages: &PageMaker) -> Result<(), String> {
    check(page, ValueId::APP_PUB_ED25519, pages.app_server_key())?;
    for (curve, root) in
        [(Curve::Ed25519, ValueId::AMZN_PUB_ED25519), (Curve::P256r1, ValueId::AMZN_PUB_P256R1)]
    {
        check(page, root, signed.chain(curve).root().public_key_bytes())?;
    }
    Ok(())
}

fn check(page: &Page, id: ValueId, expected: &[u8]) -> Result<(), String> {
    match page.value(id) {
        Some(found) if found == expected => Ok(()),
        Some(_) => Err(format!("{id} on the board is not the recorded one")),
        None => Err(format!("{id} is missing on the board")),
    }
}

const fn ids(curve: Curve) -> (ValueId, ValueId) {
    match curve {
        Curve::Ed25519 => (ValueId::DEVICE_PUB_ED25519, ValueId::DEVICE_PUB_ED25519_SIGNATURE),
        Curve::P256r1 => (ValueId::DEVICE_PUB_P256R1, ValueId::DEVICE_PUB_P256R1_SIGNATURE),
    }
}
