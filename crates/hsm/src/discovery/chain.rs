//! Reading one chain and believing it.

use sidewalk::{Chain, Curve, Level, PublicKey, Serial, Verifier};
use yubihsm2::{
    ErrorCode, ObjectId, ObjectType,
    operation::{GetOpaque, PublicKey as GetPublicKey},
};

use super::{CertificatePlaces, DiscoveryError, Inventory};
use crate::{
    authority::CurveAuthority,
    layout::{Element, Namespace, key_algorithm},
    placeholder::placeholder_chain,
    selection::Selection,
    session::{Session, SessionError},
};

/// Reads the authorities' certificates of a curve, three commands each, verifies them, and checks that the
/// key on the HSM is the one that they certify.
pub(super) fn read_chain(
    session: &mut Session,
    inventory: &Inventory,
    places: &CertificatePlaces,
    curve: Curve,
    selection: &Selection,
    verifier: &Verifier,
) -> Result<CurveAuthority, DiscoveryError> {
    let mut issuers = Vec::new();
    for &(level, namespace) in places {
        for element in Element::OF_CERTIFICATE {
            let part = Part { level, namespace, element, curve };
            issuers.extend(part.read(session, inventory, selection)?);
        }
    }
    let chain = placeholder_chain(curve, &issuers)?;
    verifier.verify_authorities(&chain)?;
    let public_key = device_issuer(&chain)?;
    let key = signing_key(places, curve, selection);
    check_key(session, inventory, key, &public_key)?;
    Ok(CurveAuthority { key, public_key, issuers })
}

/// One object of a certificate.
#[derive(Clone, Copy)]
struct Part {
    level: Level,
    namespace: Namespace,
    element: Element,
    curve: Curve,
}

impl Part {
    fn read(
        self,
        session: &mut Session,
        inventory: &Inventory,
        selection: &Selection,
    ) -> Result<Vec<u8>, DiscoveryError> {
        let Self { level, element, curve, .. } = self;
        let id = self.namespace.id(curve, selection.stage(), element);
        let missing = DiscoveryError::MissingCertificate { curve, level, element, id };
        if !inventory.has(ObjectType::OPAQUE, id) {
            return Err(missing);
        }
        let bytes = match session.call_repeatable(&GetOpaque { id }) {
            Err(SessionError::Refused { code: ErrorCode::OBJECT_NOT_FOUND, .. }) => {
                return Err(missing);
            }
            read => read?,
        };
        let fits = match element {
            Element::Serial => Serial::parse(&bytes).is_ok(),
            Element::PublicKey => bytes.len() == curve.public_key_len_bytes(),
            Element::Signature | Element::PrivateKey => bytes.len() == Curve::SIGNATURE_LEN_BYTES,
        };
        if fits {
            return Ok(bytes);
        }
        let found_len_bytes = bytes.len();
        Err(DiscoveryError::CertificateLength { curve, level, element, id, found_len_bytes })
    }
}

/// The key that signs devices: that of the first certificate behind the device's.
fn device_issuer(chain: &Chain) -> Result<PublicKey, DiscoveryError> {
    let level = chain.form().device_issuer();
    chain.certificate(level).map(|certificate| certificate.public_key()).ok_or(
        // The parser gave the chain this form, which has the level.
        DiscoveryError::HsmInfo { cause: "the chain has no certificate that signs devices" },
    )
}

fn signing_key(places: &CertificatePlaces, curve: Curve, selection: &Selection) -> ObjectId {
    // The device issuer stands first, and a form has at least three levels.
    let namespace = places.first().map_or(Namespace::FIRST, |(_, namespace)| *namespace);
    namespace.id(curve, selection.stage(), Element::PrivateKey)
}

fn check_key(
    session: &mut Session,
    inventory: &Inventory,
    id: ObjectId,
    certified: &PublicKey,
) -> Result<(), DiscoveryError> {
    let curve = certified.curve();
    if !inventory.has(ObjectType::ASYMMETRIC_KEY, id) {
        return Err(DiscoveryError::MissingKey { curve, id });
    }
    let found = session.call_repeatable(&GetPublicKey { id, object_type: None })?;
    if found.algorithm != key_algorithm(curve) || found.bytes != certified.as_bytes() {
        return Err(DiscoveryError::OtherKey { curve, id });
    }
    Ok(())
}
