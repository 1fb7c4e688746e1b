//! The JSON of the ACS console.

use sidewalk::{Apid, Curve, Smsn};

use super::{
    InputError, PageInput, PageParts,
    json::{self, Field},
};

/// Reads the JSON of the ACS console: `eD25519`, `p256R1`, and in `metadata` the private keys, `smsn` and
/// `apid`. The application server's key comes separately.
///
/// # Errors
///
/// [`InputError`] names the field.
pub fn read_acs(json: &[u8], app_server_key: &[u8; 32]) -> Result<PageInput, InputError> {
    let json = json::parse(json)?;
    let root = json.root();
    let apid = root.member("metadata").member("apid").exact_apid()?;
    page_input(&root, apid, *app_server_key)
}

/// Chains, private keys and SMSN, which the certificate JSON of AWS has in the same places.
pub(super) fn page_input(
    root: &Field<'_, '_>,
    apid: Apid,
    app_server_key: [u8; 32],
) -> Result<PageInput, InputError> {
    let metadata = root.member("metadata");
    let ed25519_private_key = metadata.member("devicePrivKeyEd25519");
    let p256r1_private_key = metadata.member("devicePrivKeyP256R1");
    Ok(PageInput::new(PageParts {
        ed25519_chain: root.member("eD25519").chain(Curve::Ed25519)?,
        ed25519_private_key: ed25519_private_key.private_key(Curve::Ed25519)?,
        p256r1_chain: root.member("p256R1").chain(Curve::P256r1)?,
        p256r1_private_key: p256r1_private_key.private_key(Curve::P256r1)?,
        smsn: Smsn::from_bytes(*metadata.member("smsn").hex_array()?),
        apid,
        app_server_key,
    })?)
}
