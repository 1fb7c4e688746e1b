//! What an HSM says of itself: which tool it needs, and how long its chains are.

use serde::Deserialize;
use sidewalk::ChainForm;
use yubihsm2::{ObjectId, ObjectType, operation::GetOpaque};

use super::{DiscoveryError, Inventory};
use crate::{
    layout::{CHAIN_DEPTH_LABEL, CHAIN_DEPTH_LONG, HSM_INFO_LABEL, Namespace},
    session::Session,
};

/// The version of `sid-signing-tool` whose place this program takes: an HSM that needs a newer one is not
/// signed with.
pub const TOOL_VERSION: &str = "1.2.0";

/// What an HSM says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum HsmInfo {
    /// HSM_INFO is there, and this program is new enough.
    Present {
        /// The version of the signing tool that the HSM needs, as it stands there.
        tool_needed: String,
        /// Whether the chains are long.
        form: ChainForm,
    },
    /// There is none: an HSM from before it.
    Absent,
}

/// The JSON; other members do not count.
#[derive(Deserialize)]
struct Text {
    toolreq: String,
    longchain: bool,
}

impl HsmInfo {
    /// Finds it by its label among the objects below `0x10`, and reads it.
    pub(crate) fn read(
        session: &mut Session,
        inventory: &mut Inventory,
    ) -> Result<Self, DiscoveryError> {
        match find_control(session, inventory, HSM_INFO_LABEL)? {
            None => Ok(Self::Absent),
            Some(id) => {
                let bytes =
                    session.call_repeatable(&GetOpaque { id }).map_err(DiscoveryError::Session)?;
                Self::parse(&bytes)
            }
        }
    }

    /// Long, or short in the legacy layout. Without HSM_INFO the chain's depth tells, and without that the
    /// chain is short.
    pub(crate) fn chain_form(
        &self,
        session: &mut Session,
        inventory: &mut Inventory,
    ) -> Result<ChainForm, DiscoveryError> {
        if let Self::Present { form, .. } = self {
            return Ok(*form);
        }
        let Some(id) = find_control(session, inventory, CHAIN_DEPTH_LABEL)? else {
            return Ok(ChainForm::Short);
        };
        let bytes = session.call_repeatable(&GetOpaque { id })?;
        match little_endian(&bytes) {
            CHAIN_DEPTH_LONG => Ok(ChainForm::Long),
            found => Err(DiscoveryError::ChainDepth { found }),
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, DiscoveryError> {
        let text: Text = serde_json::from_slice(bytes).map_err(|_| DiscoveryError::HsmInfo {
            cause: "it is no JSON with toolreq and longchain",
        })?;
        let needed = release(&text.toolreq)
            .ok_or(DiscoveryError::HsmInfo { cause: "toolreq is no version" })?;
        // The constant is three numbers.
        if needed > release(TOOL_VERSION).unwrap_or_default() {
            let (needed, ours) = (text.toolreq, TOOL_VERSION);
            return Err(DiscoveryError::NeedsNewerTool { needed, ours });
        }
        let form = if text.longchain { ChainForm::Long } else { ChainForm::Short };
        Ok(Self::Present { tool_needed: text.toolreq, form })
    }
}

/// Finds a control object by its label.
fn find_control(
    session: &mut Session,
    inventory: &mut Inventory,
    label: &str,
) -> Result<Option<ObjectId>, DiscoveryError> {
    for id in inventory.ids(ObjectType::OPAQUE) {
        let is_control = id < Namespace::FIRST.id_first();
        if is_control && inventory.label(session, ObjectType::OPAQUE, id)?.as_str() == Some(label) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The numbers of a version, without zeros at the end: `1.1` is `1.1.0`. What follows the numbers, such as
/// `rc1`, does not count.
fn release(text: &str) -> Option<Vec<u32>> {
    let numbers = text.trim().trim_start_matches('v');
    let end = numbers.find(|character: char| !character.is_ascii_digit() && character != '.');
    let numbers = &numbers[..end.unwrap_or(numbers.len())];
    let mut release = numbers
        .trim_end_matches('.')
        .split('.')
        .map(|number| number.parse().ok())
        .collect::<Option<Vec<u32>>>()?;
    while release.last() == Some(&0) {
        release.pop();
    }
    Some(release)
}

/// A number of any length; what does not fit is larger than any that counts.
fn little_endian(bytes: &[u8]) -> u64 {
    let fits = bytes.iter().skip(8).all(|byte| *byte == 0);
    if !fits {
        return u64::MAX;
    }
    bytes.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<HsmInfo, DiscoveryError> {
        HsmInfo::parse(text.as_bytes())
    }

    #[test]
    fn what_the_public_programmer_writes_is_a_long_chain() {
        let info = parse(r#"{"ver":3,"toolreq":"1.1","rel":1767225600,"longchain":true}"#);
        let expected = HsmInfo::Present { tool_needed: "1.1".to_owned(), form: ChainForm::Long };
        assert_eq!(info, Ok(expected));
    }

    #[test]
    fn versions_compare_by_their_numbers() {
        for old in ["1.2.0", "1.2", "1.1.99", "0.9", "1.2.0.0", "v1.2", "1.2rc1"] {
            let info = format!(r#"{{"toolreq":"{old}","longchain":false}}"#);
            assert!(parse(&info).is_ok(), "{old}");
        }
        for new in ["1.2.1", "1.10", "2", "1.2.0.1"] {
            let info = format!(r#"{{"toolreq":"{new}","longchain":false}}"#);
            let needed = new.to_owned();
            let expected = DiscoveryError::NeedsNewerTool { needed, ours: TOOL_VERSION };
            assert_eq!(parse(&info), Err(expected));
        }
    }

    #[test]
    fn what_is_no_such_json_is_refused() {
        for text in ["", "{}", "[1]", r#"{"toolreq":1,"longchain":true}"#, "\u{0}"] {
            assert!(matches!(parse(text), Err(DiscoveryError::HsmInfo { .. })), "{text}");
        }
        let no_version = parse(r#"{"toolreq":"new","longchain":true}"#);
        assert!(matches!(no_version, Err(DiscoveryError::HsmInfo { .. })));
    }

    #[test]
    fn a_depth_is_little_endian_and_of_any_length() {
        assert_eq!(little_endian(&[5]), 5);
        assert_eq!(little_endian(&[5, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 5);
        assert_eq!(little_endian(&[0, 1]), 256);
        assert_eq!(little_endian(&[0, 0, 0, 0, 0, 0, 0, 0, 1]), u64::MAX);
        assert_eq!(little_endian(&[]), 0);
    }
}
