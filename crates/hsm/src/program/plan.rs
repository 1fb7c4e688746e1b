//! Which objects a product is on an HSM.

use std::{fmt, str::FromStr};

use serde::Serialize;
use sidewalk::{ChainForm, Curve, Level, Stage};
use yubihsm2::{AuthenticationKey, Capabilities, Label, ObjectId, operation::PutAuthenticationKey};

use super::{
    ProgramError,
    material::Material,
    object::{Object, Placer, label, opaque},
};
use crate::{
    layout::{
        AUTHENTICATION_KEY_LABEL, CHAIN_DEPTH, CHAIN_DEPTH_LABEL, CHAIN_DEPTH_LONG, DOMAINS,
        HSM_INFO, HSM_INFO_LABEL, Namespace, PIN_CAPABILITIES, stage_prefix,
    },
    pin::Pin,
    selection::{PIN_SLOT, PIN_SLOT_PRE_PRODUCTION, ProductTag, Selection},
};

/// How many DAKs of one stage an HSM has room for: eleven namespaces are free, and each DAK takes one for
/// itself and one for its product's certificate. The legacy layout has room for more; nobody needs it.
pub const DAKS_MAX: usize = 5;

/// The version of HSM_INFO that the public programmer writes.
const HSM_INFO_VERSION: u32 = 3;

/// The signing tool that such an HSM needs, as the public programmer writes it.
const TOOL_NEEDED: &str = "1.1";

/// The name of a product: what its tag ends with, such as `DUMMY` in `RNET_DAK_DUMMY`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProductName(String);

impl ProductName {
    /// The most characters in any stage and layout: `RNET_PROD_NAME_P256R1.signature` must fit into a label.
    /// Where the rest of the label is longer, [`Plan::new`] takes fewer.
    pub const LEN_MAX: usize = 13;
}

impl FromStr for ProductName {
    type Err = ProgramError;

    fn from_str(text: &str) -> Result<Self, ProgramError> {
        let is_good =
            |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        // A mark of the layout's own within the name would shift what tags mean.
        let is_marked = text.contains("_DAK") || text.contains("_PROD");
        if text.is_empty() || text.len() > Self::LEN_MAX || is_marked || !text.bytes().all(is_good)
        {
            return Err(ProgramError::Name { len_max: Self::LEN_MAX });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ProductName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A product as it is to be on HSMs: one tag for each DAK.
#[derive(Debug)]
pub struct Plan {
    stage: Stage,
    pin_slot: ObjectId,
    released_at_unix_s: u64,
    products: Vec<(ProductTag, Material)>,
}

/// What HSM_INFO says, in the order in which the public programmer writes it.
#[derive(Serialize)]
struct HsmInfoText {
    ver: u32,
    toolreq: &'static str,
    rel: u64,
    longchain: bool,
}

impl Plan {
    /// Plans a product of one or several DAKs. With one, the tag ends with the name; with several, with the
    /// name and a number. `released_at_unix_s` is the time that HSM_INFO tells.
    ///
    /// The PIN's slot is that which the signing tools try first: 6 for pre-production, 5 otherwise.
    ///
    /// # Errors
    ///
    /// [`ProgramError::Daks`] for none or too many, [`ProgramError::Name`] for a name that is too long for
    /// the labels of this stage and layout.
    pub fn new(
        name: &ProductName,
        stage: Stage,
        materials: Vec<Material>,
        released_at_unix_s: u64,
    ) -> Result<Self, ProgramError> {
        let found = materials.len();
        if found == 0 || found > DAKS_MAX {
            return Err(ProgramError::Daks { found, max: DAKS_MAX });
        }
        let len_max = name_len_max(stage, &materials);
        if name.0.len() > len_max {
            return Err(ProgramError::Name { len_max });
        }
        let products = (1..)
            .zip(materials)
            .map(|(number, material)| {
                let level = material.form.device_issuer();
                let prefix = format!("{}_{level}_{name}", stage_prefix(stage));
                let tag = if found == 1 { prefix } else { format!("{prefix}_{number}") };
                let tag = tag.parse().map_err(|_| ProgramError::Name { len_max })?;
                Ok((tag, material))
            })
            .collect::<Result<_, ProgramError>>()?;
        let pin_slot = match stage {
            Stage::PreProduction => PIN_SLOT_PRE_PRODUCTION,
            Stage::Production | Stage::Test => PIN_SLOT,
        };
        Ok(Self { stage, pin_slot, released_at_unix_s, products })
    }

    /// The same with the PIN in another slot.
    pub fn with_pin_slot(self, pin_slot: ObjectId) -> Self {
        Self { pin_slot, ..self }
    }

    /// The stage.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The PIN's slot.
    pub const fn pin_slot(&self) -> ObjectId {
        self.pin_slot
    }

    /// The tags to sign with, one for each DAK.
    pub fn tags(&self) -> impl Iterator<Item = &ProductTag> {
        self.products.iter().map(|(tag, _)| tag)
    }

    /// What selects each product.
    pub fn selections(&self) -> impl Iterator<Item = Selection> {
        self.tags()
            .map(|tag| Selection::with_stage(tag.clone(), self.stage).with_pin_slot(self.pin_slot))
    }

    /// The materials, one for each DAK.
    pub fn materials(&self) -> impl Iterator<Item = &Material> {
        self.products.iter().map(|(_, material)| material)
    }

    /// All objects, in the order in which they are put: the private keys last, so that an HSM that is left
    /// half programmed does not sign.
    pub(super) fn objects(&self, pin: &Pin) -> Result<Vec<Object>, ProgramError> {
        let mut certificates = Vec::new();
        let mut keys = Vec::new();
        for (number, (tag, material)) in self.products.iter().enumerate() {
            for curve in Curve::ALL {
                let place = Placer { stage: self.stage, form: material.form, number, tag, curve };
                let material = material.curve(curve);
                for entry in &material.certificates {
                    // What the DAKs share is put once.
                    if number == 0 || Namespace::fixed(place.form, entry.level).is_none() {
                        certificates.extend(place.certificate(entry)?);
                    }
                }
                keys.push(place.key(material)?);
            }
        }
        let mut objects = self.control_objects(pin)?;
        objects.append(&mut certificates);
        objects.append(&mut keys);
        Ok(objects)
    }

    /// What the HSM has once: the PIN, and how long its chains are. In the legacy layout only HSM_INFO says
    /// so, which signing tools before it do not read and those after it cannot do without.
    fn control_objects(&self, pin: &Pin) -> Result<Vec<Object>, ProgramError> {
        let longchain = self.materials().all(|material| material.form == ChainForm::Long);
        let info = HsmInfoText {
            ver: HSM_INFO_VERSION,
            toolreq: TOOL_NEEDED,
            rel: self.released_at_unix_s,
            longchain,
        };
        let info = serde_json::to_vec(&info).unwrap_or_default();
        let mut objects = vec![
            Object::AuthenticationKey(PutAuthenticationKey {
                id: self.pin_slot,
                label: label(AUTHENTICATION_KEY_LABEL)?,
                domains: DOMAINS,
                capabilities: PIN_CAPABILITIES,
                delegated: Capabilities::NONE,
                key: AuthenticationKey::Symmetric(pin.keys().clone()),
            }),
            opaque(HSM_INFO, HSM_INFO_LABEL, info)?,
        ];
        if longchain {
            let depth = vec![CHAIN_DEPTH_LONG as u8];
            objects.push(opaque(CHAIN_DEPTH, CHAIN_DEPTH_LABEL, depth)?);
        }
        Ok(objects)
    }
}

/// How long a name may be so that the longest label fits.
fn name_len_max(stage: Stage, materials: &[Material]) -> usize {
    let is_short = materials.iter().any(|material| material.form == ChainForm::Short);
    let level = if is_short { Level::Model } else { Level::Product };
    let number = if materials.len() > 1 { "_1" } else { "" };
    let rest = format!("{}_{level}_{number}_P256R1.signature", stage_prefix(stage));
    Label::LEN_BYTES.saturating_sub(rest.len())
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn plan(stage: Stage, form: ChainForm, daks: usize) -> Plan {
        let mut next = 1_u8;
        let materials = Material::generate(form, daks, |bytes| {
            for byte in bytes {
                next = next.wrapping_mul(5).wrapping_add(113);
                *byte = next;
            }
            Ok(())
        });
        Plan::new(&"DUMMY".parse().unwrap(), stage, materials.unwrap(), 1_767_225_600).unwrap()
    }

    fn described(plan: &Plan) -> Vec<String> {
        let pin = Pin::new(&Zeroizing::new(b"1234".to_vec())).unwrap();
        let objects = plan.objects(&pin).unwrap();
        let describe = |object: &Object| {
            let (label, kind) = match object {
                Object::AuthenticationKey(put) => (put.label, "auth"),
                Object::Opaque(put) => (put.object.label, "opaque"),
                Object::AsymmetricKey(put) => (put.object.label, "key"),
            };
            format!("{} {kind} {label}", object.handle().id)
        };
        objects.iter().map(describe).collect()
    }

    #[test]
    fn a_production_product_has_the_public_programmers_ids_and_labels() {
        let plan = plan(Stage::Production, ChainForm::Long, 1);
        let objects = described(&plan);
        assert_eq!(objects.len(), 3 + 30 + 2);
        for expected in [
            "0x0005 auth SIDEWALK",
            "0x000e opaque HSM_INFO",
            "0x000f opaque SW_CTL_CHAIN_DEPTH",
            "0x0011 opaque RNET_AMZN_ED25.pub",
            "0x001b opaque RNET_AMZN_P256R1.serial",
            "0x0022 opaque RNET_SIDEWALK_ED25.signature",
            "0x0039 opaque RNET_MAN_P256R1.pub",
            "0x0041 opaque RNET_PROD_DUMMY_ED25.pub",
            "0x0050 key RNET_DAK_DUMMY_ED25.priv",
            "0x0058 key RNET_DAK_DUMMY_P256R1.priv",
            "0x005b opaque RNET_DAK_DUMMY_P256R1.serial",
        ] {
            assert!(objects.iter().any(|object| object == expected), "{expected}: {objects:#?}");
        }
        let tags: Vec<_> = plan.tags().map(ProductTag::as_str).collect();
        assert_eq!(tags, ["RNET_DAK_DUMMY"]);
    }

    #[test]
    fn other_stages_lie_in_the_upper_quarters_and_pre_production_has_slot_6() {
        let objects = described(&plan(Stage::PreProduction, ChainForm::Long, 1));
        assert_eq!(objects[0], "0x0006 auth SIDEWALK");
        for expected in
            ["0x0015 opaque PREPROD_AMZN_ED25.pub", "0x005c key PREPROD_DAK_DUMMY_P256R1.priv"]
        {
            assert!(objects.iter().any(|object| object == expected), "{expected}");
        }
    }

    #[test]
    fn the_legacy_layout_has_no_chain_depth_and_models_from_0x30_on() {
        let plan = plan(Stage::Production, ChainForm::Short, 1);
        let objects = described(&plan);
        assert_eq!(objects.len(), 2 + 18 + 2);
        assert!(!objects.iter().any(|object| object.contains("CHAIN_DEPTH")));
        for expected in [
            "0x000e opaque HSM_INFO",
            "0x0011 opaque RNET_AMZN_ED25.pub",
            "0x0021 opaque RNET_MAN_ED25.pub",
            "0x0030 key RNET_MODEL_DUMMY_ED25.priv",
            "0x0039 opaque RNET_MODEL_DUMMY_P256R1.pub",
        ] {
            assert!(objects.iter().any(|object| object == expected), "{expected}: {objects:#?}");
        }
    }

    #[test]
    fn five_daks_fit_and_their_tags_are_no_fronts_of_each_other() {
        let plan = plan(Stage::Production, ChainForm::Long, 5);
        let objects = described(&plan);
        assert_eq!(objects.len(), 3 + 18 + 5 * (12 + 2));
        let mut handles: Vec<_> =
            objects.iter().map(|object| object.split(' ').next().unwrap()).collect();
        handles.sort_unstable();
        handles.dedup();
        assert_eq!(handles.len(), objects.len());
        let tags: Vec<_> = plan.tags().map(ProductTag::as_str).collect();
        for tag in &tags {
            let fronts = tags.iter().filter(|other| other.starts_with(tag)).count();
            assert_eq!(fronts, 1, "{tag}");
        }
    }

    #[test]
    fn the_longest_name_fits_into_every_label_and_one_character_more_into_none() {
        let pin = Pin::new(&Zeroizing::new(b"1".to_vec())).unwrap();
        let plan = |name: &str, stage, form, daks| {
            let materials = Material::generate(form, daks, |bytes| {
                bytes.fill(7);
                Ok(())
            });
            Plan::new(&name.parse().unwrap(), stage, materials.unwrap(), 0)
        };
        for (stage, form, daks, len_max) in [
            (Stage::Production, ChainForm::Long, 1, 13),
            (Stage::Test, ChainForm::Short, 1, 12),
            (Stage::PreProduction, ChainForm::Long, 2, 8),
            (Stage::PreProduction, ChainForm::Short, 2, 7),
        ] {
            let longest = "N".repeat(len_max);
            assert!(plan(&longest, stage, form, daks).unwrap().objects(&pin).is_ok(), "{len_max}");
            if len_max < ProductName::LEN_MAX {
                let longer = "N".repeat(len_max + 1);
                let error = plan(&longer, stage, form, daks).map(drop);
                assert_eq!(error, Err(ProgramError::Name { len_max }));
            }
        }
    }

    #[test]
    fn a_name_with_lower_case_spaces_or_the_layouts_own_marks_is_refused() {
        let error = ProgramError::Name { len_max: 13 };
        for bad in ["", "FOURTEEN_CHARS", "dummy", "A B", "X_DAK", "A_PROD"] {
            assert_eq!(bad.parse::<ProductName>(), Err(error.clone()), "{bad}");
        }
    }
}
