//! Single objects: where they go, how they are labelled, what they may be used for.

use sidewalk::{ChainForm, Curve, Level, Stage};
use yubihsm2::{
    Algorithm, Capabilities, Label, NewObject, ObjectHandle, ObjectId, ObjectType, SecretBytes,
    operation::{PutAsymmetricKey, PutAuthenticationKey, PutOpaque},
};

use super::{
    ProgramError,
    material::{CurveMaterial, Entry},
    plan::{DAKS_MAX, ProductName},
};
use crate::{
    layout::{
        DOMAINS, Element, KEY_CAPABILITIES, Namespace, element_label, key_algorithm, stage_prefix,
    },
    selection::ProductTag,
};

/// One object to be put.
#[derive(Debug)]
pub(super) enum Object {
    AuthenticationKey(PutAuthenticationKey),
    Opaque(PutOpaque),
    AsymmetricKey(PutAsymmetricKey),
}

impl Object {
    pub(super) const fn handle(&self) -> ObjectHandle {
        let (id, object_type) = match self {
            Self::AuthenticationKey(put) => (put.id, ObjectType::AUTHENTICATION_KEY),
            Self::Opaque(put) => (put.object.id, ObjectType::OPAQUE),
            Self::AsymmetricKey(put) => (put.object.id, ObjectType::ASYMMETRIC_KEY),
        };
        ObjectHandle { id, object_type }
    }

    /// Whether it is the HSM's own and not one product's: kept where it is there already.
    pub(super) fn is_shared(&self) -> bool {
        Namespace::of(self.handle().id).is_none()
    }
}

/// Where the objects of one DAK on one curve go, and how they are labelled.
pub(super) struct Placer<'a> {
    pub(super) stage: Stage,
    pub(super) form: ChainForm,
    /// The DAK's, from 0.
    pub(super) number: usize,
    pub(super) tag: &'a ProductTag,
    pub(super) curve: Curve,
}

impl Placer<'_> {
    pub(super) fn certificate(&self, entry: &Entry) -> Result<[Object; 3], ProgramError> {
        let object = |element, data: &[u8]| {
            let (id, label) = (self.id(entry.level, element)?, self.label(entry.level, element));
            opaque(id, &label, data.to_vec())
        };
        Ok([
            object(Element::PublicKey, entry.public_key.as_bytes())?,
            object(Element::Signature, entry.signature.as_bytes())?,
            object(Element::Serial, entry.serial.as_bytes())?,
        ])
    }

    pub(super) fn key(&self, material: &CurveMaterial) -> Result<Object, ProgramError> {
        let level = self.form.device_issuer();
        let object = NewObject {
            id: self.id(level, Element::PrivateKey)?,
            label: label(&self.label(level, Element::PrivateKey))?,
            domains: DOMAINS,
            capabilities: KEY_CAPABILITIES,
            algorithm: key_algorithm(self.curve),
        };
        let key = SecretBytes::from(material.signer.expose_bytes().as_slice());
        Ok(Object::AsymmetricKey(PutAsymmetricKey { object, key }))
    }

    fn id(&self, level: Level, element: Element) -> Result<ObjectId, ProgramError> {
        let place = Namespace::fixed(self.form, level).or_else(|| {
            let mut free = Namespace::for_products(self.form);
            match (self.form, level) {
                (ChainForm::Long, Level::Product) => free.nth(2 * self.number),
                (ChainForm::Long, _) => free.nth(2 * self.number + 1),
                (ChainForm::Short, _) => free.nth(self.number),
            }
        });
        let too_many = ProgramError::Daks { found: self.number + 1, max: DAKS_MAX };
        Ok(place.ok_or(too_many)?.id(self.curve, self.stage, element))
    }

    /// `STAGE_LEVEL[_PRODUCT]_CURVE.element`.
    fn label(&self, level: Level, element: Element) -> String {
        let issuer = self.form.device_issuer();
        let front = if Namespace::fixed(self.form, level).is_some() {
            format!("{}_{level}", stage_prefix(self.stage))
        } else {
            // The tag has the name of the level that signs; the product's certificate has its own.
            let own = format!("_{issuer}_");
            self.tag.as_str().replacen(&own, &format!("_{level}_"), 1)
        };
        element_label(&front, self.curve, element)
    }
}

pub(super) fn opaque(id: ObjectId, text: &str, data: Vec<u8>) -> Result<Object, ProgramError> {
    let object = NewObject {
        id,
        label: label(text)?,
        domains: DOMAINS,
        capabilities: Capabilities::NONE,
        algorithm: Algorithm::OPAQUE_DATA,
    };
    Ok(Object::Opaque(PutOpaque { object, data }))
}

pub(super) fn label(text: &str) -> Result<Label, ProgramError> {
    Label::new(text).map_err(|_| ProgramError::Name { len_max: ProductName::LEN_MAX })
}
