//! Where the key that signs for a product lies, and the product's certificate.

use sidewalk::{ChainForm, Curve, Level};
use yubihsm2::{ObjectId, ObjectType};

use super::{DiscoveryError, Inventory};
use crate::{
    layout::{Element, Namespace, element_label},
    selection::Selection,
    session::Session,
};

/// Where the certificates are whose place varies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct SignerPlace {
    signer: Namespace,
    /// The same as the signer's in the short form, which has no such certificate.
    product: Namespace,
}

impl SignerPlace {
    /// Finds the key whose label begins with the tag, in the half of its namespace that is the stage's, and
    /// above it the product's certificate.
    ///
    /// A tag is the front of a label, so it may fit several products' labels (`X` and `X2`). The public tool
    /// takes whichever the HSM lists first; here the one whose tag is exactly the same counts, and without
    /// one it is an error.
    pub(super) fn find(
        session: &mut Session,
        inventory: &mut Inventory,
        selection: &Selection,
        form: ChainForm,
    ) -> Result<Self, DiscoveryError> {
        let signer = find_signer(session, inventory, selection)?;
        let product = match form {
            ChainForm::Short => signer,
            ChainForm::Long => find_product(session, inventory, selection, signer)?,
        };
        Ok(Self { signer, product })
    }

    pub(super) fn namespace_of(&self, form: ChainForm, level: Level) -> Namespace {
        match (Namespace::fixed(form, level), level) {
            (Some(fixed), _) => fixed,
            (None, Level::Product) => self.product,
            (None, _) => self.signer,
        }
    }
}

fn find_signer(
    session: &mut Session,
    inventory: &mut Inventory,
    selection: &Selection,
) -> Result<Namespace, DiscoveryError> {
    let tag = selection.tag();
    let stage = selection.stage();
    let mut labels = Vec::new();
    let mut fitting = Vec::new();
    for id in inventory.ids(ObjectType::ASYMMETRIC_KEY) {
        // One curve tells where both are.
        let Some(namespace) = Namespace::of(id) else { continue };
        if id != namespace.id(Curve::Ed25519, stage, Element::PrivateKey) {
            continue;
        }
        let label = inventory.label(session, ObjectType::ASYMMETRIC_KEY, id)?.to_string();
        if label.starts_with(tag.as_str()) {
            fitting.push((namespace, label.clone()));
        }
        labels.push(label);
    }
    // The tag and nothing but how labels end, rather than a longer tag's.
    let own = element_label(tag.as_str(), Curve::Ed25519, Element::PrivateKey);
    let is_exact = |label: &str| label == own || label == tag.as_str();
    let mut exact = fitting.iter().filter(|(_, label)| is_exact(label));
    match (exact.next(), exact.next(), fitting.as_slice()) {
        (Some((namespace, _)), None, _) => Ok(*namespace),
        (None, _, [(namespace, _)]) => Ok(*namespace),
        (None, _, []) => Err(DiscoveryError::NoSuchTag { tag: tag.clone(), labels }),
        _ => {
            let labels = fitting.into_iter().map(|(_, label)| label).collect();
            Err(DiscoveryError::AmbiguousTag { tag: tag.clone(), labels })
        }
    }
}

fn find_product(
    session: &mut Session,
    inventory: &mut Inventory,
    selection: &Selection,
    signer: Namespace,
) -> Result<Namespace, DiscoveryError> {
    let tag = selection.tag();
    let front = tag.product_label().ok_or(DiscoveryError::NoDakInTag { tag: tag.clone() })?;
    let exact = element_label(&front, Curve::Ed25519, Element::PublicKey);
    let mut fitting = None;
    for namespace in product_candidates(inventory, selection, signer) {
        let id = public_key_id(namespace, selection);
        let label = inventory.label(session, ObjectType::OPAQUE, id)?;
        match label.as_str() {
            Some(label) if label == exact => return Ok(namespace),
            Some(label) if label.starts_with(&front) => fitting = fitting.or(Some(namespace)),
            _ => {}
        }
    }
    fitting.ok_or_else(|| DiscoveryError::NoProduct { tag: tag.clone(), label: front })
}

/// Where a product's certificate may be. The namespace below the key's comes first, where programmers put
/// it: on an HSM with several products that saves a command for each of the others.
fn product_candidates(
    inventory: &Inventory,
    selection: &Selection,
    signer: Namespace,
) -> Vec<Namespace> {
    let is_signer = |namespace: Namespace| {
        let key = namespace.id(Curve::Ed25519, selection.stage(), Element::PrivateKey);
        inventory.has(ObjectType::ASYMMETRIC_KEY, key)
    };
    let mut candidates: Vec<Namespace> = Namespace::for_products(ChainForm::Long)
        .filter(|namespace| !is_signer(*namespace))
        .filter(|namespace| inventory.has(ObjectType::OPAQUE, public_key_id(*namespace, selection)))
        .collect();
    candidates.sort_by_key(|namespace| (signer.before() != Some(*namespace), *namespace));
    candidates
}

fn public_key_id(namespace: Namespace, selection: &Selection) -> ObjectId {
    namespace.id(Curve::Ed25519, selection.stage(), Element::PublicKey)
}
