//! Finding a product's keys and chain on an HSM, and believing them.

mod chain;
mod error;
mod hsm_info;
mod inventory;
mod signer;

pub use self::{error::DiscoveryError, hsm_info::TOOL_VERSION};
pub(crate) use self::{hsm_info::HsmInfo, inventory::Inventory};

use sidewalk::{ChainForm, Curve, Verifier};

use self::{chain::read_chain, signer::SignerPlace};
use crate::{authority::Authority, selection::Selection, session::Session};

/// Reads a product's keys and chain once, verifies the chain to a root that `verifier` pins, and checks that
/// the HSM's keys are those that the chain certifies.
///
/// With one product on the HSM this takes 37 commands, 30 of them the chain; with five products, 41.
///
/// # Errors
///
/// [`DiscoveryError`].
pub fn discover(
    session: &mut Session,
    selection: &Selection,
    verifier: &Verifier,
) -> Result<Authority, DiscoveryError> {
    let mut inventory = Inventory::list(session)?;
    let form = HsmInfo::read(session, &mut inventory)?.chain_form(session, &mut inventory)?;
    let place = SignerPlace::find(session, &mut inventory, selection, form)?;
    let mut curve = |curve| {
        read_chain(session, &inventory, &place.certificates(form), curve, selection, verifier)
    };
    let (ed25519, p256r1) = (curve(Curve::Ed25519)?, curve(Curve::P256r1)?);
    let (tag, stage) = (selection.tag().clone(), selection.stage());
    Ok(Authority { tag, stage, form, ed25519, p256r1 })
}

/// Where the certificates of a chain lie, device issuer first.
type CertificatePlaces = Vec<(sidewalk::Level, crate::layout::Namespace)>;

impl SignerPlace {
    /// Where the certificates lie, device issuer first.
    fn certificates(&self, form: ChainForm) -> CertificatePlaces {
        let levels = form.levels().iter().skip(1);
        levels.map(|&level| (level, self.namespace_of(form, level))).collect()
    }
}
