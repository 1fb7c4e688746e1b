//! What is on an HSM, for people.

use sidewalk::Stage;
use yubihsm2::{
    ObjectInfo, ObjectType,
    operation::{DevicePartNumber, GeneralInfo, ObjectInfoOf, StorageInfo, StorageUse},
};

use crate::{
    discovery::{DiscoveryError, HsmInfo, Inventory},
    layout::{Element, Namespace, element_label},
    selection::{ProductTag, Selection},
    session::{Session, SessionError},
};

/// What is on an HSM, as far as a session sees it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The device.
    pub device: GeneralInfo,
    /// The chip's part number (firmware 2.4).
    pub part_number: Option<String>,
    /// How full the store is.
    pub storage: StorageUse,
    /// All objects, by id.
    pub objects: Vec<ObjectInfo>,
    /// The signing tool that the HSM says it needs, where it says so and the session may read it.
    pub tool_needed: Option<String>,
    /// The products that it holds a key for.
    pub products: Vec<Selection>,
}

impl Survey {
    /// Asks the device about itself and every object: one command an object and a few more.
    ///
    /// # Errors
    ///
    /// [`SessionError`].
    pub fn take(session: &mut Session) -> Result<Self, SessionError> {
        let device = session.call_repeatable(&yubihsm2::operation::DeviceInfo {})?;
        let part_number = match device.version >= yubihsm2::FirmwareVersion::V2_4_0 {
            // It is for people only: a device that does not say it has none.
            true => session.call_repeatable(&DevicePartNumber).ok(),
            false => None,
        };
        let storage = session.call_repeatable(&StorageInfo {})?;
        let mut inventory = Inventory::list(session)?;
        let mut objects = Vec::with_capacity(inventory.entries().len());
        for entry in inventory.entries() {
            let object = yubihsm2::ObjectHandle { id: entry.id, object_type: entry.object_type };
            objects.push(session.call_repeatable(&ObjectInfoOf { object })?);
        }
        let tool_needed = match HsmInfo::read(session, &mut inventory) {
            Ok(HsmInfo::Present { tool_needed, .. }) => Some(tool_needed),
            Err(DiscoveryError::NeedsNewerTool { needed, .. }) => Some(needed),
            _ => None,
        };
        Ok(Self {
            device,
            part_number: part_number.map(|part| part.as_str().to_owned()),
            storage,
            products: objects.iter().filter_map(product_of).collect(),
            objects,
            tool_needed,
        })
    }
}

/// The product whose Ed25519 key an object is.
fn product_of(object: &ObjectInfo) -> Option<Selection> {
    if object.object_type != ObjectType::ASYMMETRIC_KEY {
        return None;
    }
    let namespace = Namespace::of(object.id)?;
    let curve = sidewalk::Curve::Ed25519;
    let is_of = |stage: &Stage| namespace.id(curve, *stage, Element::PrivateKey) == object.id;
    let end = element_label("", curve, Element::PrivateKey);
    let tag: ProductTag = object.label.as_str()?.strip_suffix(&end)?.parse().ok()?;
    // The tag's own stage where its place is right; one that tells none has that of its place.
    let stage = tag.stage().filter(is_of).or_else(|| Stage::ALL.into_iter().find(is_of))?;
    Some(Selection::with_stage(tag, stage))
}
