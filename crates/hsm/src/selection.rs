//! Which product signs, and with which authentication key one gets to it.

use std::{fmt, str::FromStr};

use sidewalk::Stage;
use thiserror::Error;
use yubihsm2::{Label, ObjectId};

/// The authentication key that the PIN of a production or test product is for.
pub const PIN_SLOT: ObjectId = ObjectId(5);

/// The authentication key that the PIN of a pre-production product is for.
pub const PIN_SLOT_PRE_PRODUCTION: ObjectId = ObjectId(6);

/// What the tag of a device attestation key (DAK) has where its product's has `_PROD`.
const DAK_MARK: &str = "_DAK";

/// A product tag, such as `RNET_DAK_DUMMY`: how the labels of the keys that sign begin. Amazon gives it
/// together with the PIN.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ProductTag(String);

impl ProductTag {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stage that the tag's prefix (`RNET_`, `PREPROD_`, `TEST_`) tells.
    pub fn stage(&self) -> Option<Stage> {
        Stage::of_product_tag(&self.0)
    }

    /// How the labels of the product's own certificate begin: `_PROD` in place of `_DAK`. `None` for a tag
    /// without `_DAK`, which only the legacy short chain can have.
    pub fn product_label(&self) -> Option<String> {
        self.0.contains(DAK_MARK).then(|| self.0.replace(DAK_MARK, "_PROD"))
    }
}

impl FromStr for ProductTag {
    type Err = SelectionError;

    fn from_str(text: &str) -> Result<Self, SelectionError> {
        if text.is_empty() || text.len() > Label::LEN_BYTES {
            return Err(SelectionError::TagLength { found_len_bytes: text.len() });
        }
        if let Some(offset) = text.bytes().position(|byte| !byte.is_ascii_graphic()) {
            return Err(SelectionError::TagCharacter { offset });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ProductTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProductTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProductTag({self})")
    }
}

/// What to sign with: a product, its stage, and the PIN's slot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selection {
    tag: ProductTag,
    stage: Stage,
    pin_slot: Option<ObjectId>,
}

impl Selection {
    /// Selects the product of a tag, with the stage that its prefix tells.
    ///
    /// # Errors
    ///
    /// [`SelectionError::UnknownStage`] for another prefix.
    pub fn new(tag: ProductTag) -> Result<Self, SelectionError> {
        let stage = tag.stage().ok_or_else(|| SelectionError::UnknownStage { tag: tag.clone() })?;
        Ok(Self::with_stage(tag, stage))
    }

    /// Selects the product of a tag, with the stage said, for tags whose prefix does not tell it.
    pub const fn with_stage(tag: ProductTag, stage: Stage) -> Self {
        Self { tag, stage, pin_slot: None }
    }

    /// Selects as somebody says it: the stage where the tag's prefix does not tell it, and the number of an authentication
    /// key where it is not the usual one.
    ///
    /// # Errors
    ///
    /// [`SelectionError::UnknownStage`] where neither tells the stage.
    pub fn said(
        tag: ProductTag,
        stage: Option<Stage>,
        pin_slot: Option<u16>,
    ) -> Result<Self, SelectionError> {
        let selection = match stage {
            Some(stage) => Self::with_stage(tag, stage),
            None => Self::new(tag)?,
        };
        Ok(Self { pin_slot: pin_slot.map(ObjectId), ..selection })
    }

    /// The same with one authentication key and no other.
    pub fn with_pin_slot(self, slot: ObjectId) -> Self {
        Self { pin_slot: Some(slot), ..self }
    }

    /// The tag.
    pub const fn tag(&self) -> &ProductTag {
        &self.tag
    }

    /// The stage.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The authentication keys to try, in this order: the next one only where the HSM has none before it.
    pub fn pin_slots(&self) -> Vec<ObjectId> {
        match (self.pin_slot, self.stage) {
            (Some(slot), _) => vec![slot],
            (None, Stage::PreProduction) => vec![PIN_SLOT_PRE_PRODUCTION, PIN_SLOT],
            (None, Stage::Production | Stage::Test) => vec![PIN_SLOT, PIN_SLOT_PRE_PRODUCTION],
        }
    }
}

/// Why a tag or a selection cannot be.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SelectionError {
    /// Empty, or longer than a label on an HSM.
    #[error("a product tag has 1 to 40 characters, this has {found_len_bytes}")]
    TagLength {
        /// The text's length in bytes.
        found_len_bytes: usize,
    },
    /// A character other than printable ASCII.
    #[error("a product tag has printable ASCII characters only, byte {offset} is none")]
    TagCharacter {
        /// Offset in bytes.
        offset: usize,
    },
    /// A prefix that tells no stage.
    #[error("the product tag {tag} does not tell its stage")]
    UnknownStage {
        /// The tag.
        tag: ProductTag,
    },
}

impl SelectionError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UnknownStage { .. } => "a tag begins with RNET_, PREPROD_ or TEST_",
            Self::TagLength { .. } | Self::TagCharacter { .. } => {
                "the tag comes with the HSM's PIN, such as RNET_DAK_NAME"
            }
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> ProductTag {
        text.parse().unwrap()
    }

    #[test]
    fn pre_production_tries_slot_6_before_slot_5() {
        let selection = Selection::new(tag("PREPROD_DAK_X")).unwrap();
        assert_eq!(selection.pin_slots(), [ObjectId(6), ObjectId(5)]);
        for production in ["RNET_DAK_X", "TEST_DAK_X"] {
            let selection = Selection::new(tag(production)).unwrap();
            assert_eq!(selection.pin_slots(), [ObjectId(5), ObjectId(6)]);
        }
    }

    #[test]
    fn a_slot_that_is_named_is_the_only_one_to_be_tried() {
        let selection = Selection::new(tag("RNET_DAK_X")).unwrap().with_pin_slot(ObjectId(9));
        assert_eq!(selection.pin_slots(), [ObjectId(9)]);
    }

    #[test]
    fn the_products_label_has_prod_where_the_tag_has_dak() {
        assert_eq!(tag("RNET_DAK_X").product_label().as_deref(), Some("RNET_PROD_X"));
        assert_eq!(tag("RNET_MODEL_X").product_label(), None);
    }

    #[test]
    fn a_tag_of_another_prefix_needs_its_stage_said() {
        let error = SelectionError::UnknownStage { tag: tag("ACME_DAK") };
        assert_eq!(Selection::new(tag("ACME_DAK")), Err(error));
        let selection = Selection::with_stage(tag("ACME_DAK"), Stage::Test);
        assert_eq!(selection.stage(), Stage::Test);
    }

    #[test]
    fn a_tag_with_a_space_or_of_no_length_is_refused() {
        assert_eq!(
            "RNET DAK".parse::<ProductTag>(),
            Err(SelectionError::TagCharacter { offset: 4 })
        );
        let error = SelectionError::TagLength { found_len_bytes: 0 };
        assert_eq!("".parse::<ProductTag>(), Err(error));
    }
}
