//! From rows to devices: who is meant, with which keys.

use std::collections::HashMap;

use sidewalk::{Apid, ApidError, Curve, PrivateKey, Smsn, SmsnError, SmsnInput, Stage};

use crate::{
    batch::row::{FoundRow, Row, RowError},
    csr_text::{CsrTextError, parse_csr},
    output::dsn_is_plain,
    request::{RequestError, SigningRequest},
};

/// The longest DSN in characters. A manufacturing page has room for 16; labels and databases for little more.
const DSN_LEN_MAX: usize = 64;

/// What counts where a row says nothing, and what every row must have.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The stage of the product that signs.
    pub stage: Stage,
    /// The device type.
    pub device_type: Option<String>,
    /// The advertised product id.
    pub apid: Option<String>,
    /// The board id.
    pub board_id: Option<String>,
    /// Whether a device without APID is refused, because a control log is to be written.
    pub needs_apid: bool,
}

/// A device that is to be signed.
#[derive(Clone, Debug)]
pub struct PlannedDevice {
    /// The device's number.
    pub smsn: Smsn,
    /// Its serial number, where the row says it.
    pub dsn: Option<String>,
    /// Its product id, where it is known.
    pub apid: Option<Apid>,
    /// Its keys.
    pub keys: PlannedKeys,
}

/// Where a device's keys are from.
#[derive(Clone, Debug)]
pub enum PlannedKeys {
    /// They are made when it is the device's turn.
    Generate,
    /// They are here.
    Given(Box<SigningRequest>),
}

/// A device, or why its row names none.
pub type PlannedRow = (u64, Result<PlannedDevice, RowFault>);

/// Makes devices of all rows. `read_key` reads a PEM file of a curve.
///
/// # Errors
///
/// [`DuplicateSmsn`]: two rows mean one device. Nothing of such a batch may be signed, because nobody but the one
/// who made the list can say which row is right.
pub fn plan(
    rows: Vec<FoundRow>,
    defaults: &Defaults,
    mut read_key: impl FnMut(Curve, &str) -> Result<PrivateKey, String>,
) -> Result<Vec<PlannedRow>, DuplicateSmsn> {
    let mut records = HashMap::new();
    let mut planned = Vec::with_capacity(rows.len());
    for (record, row) in rows {
        let device =
            row.map_err(RowFault::Row).and_then(|row| plan_device(&row, defaults, &mut read_key));
        if let Ok(PlannedDevice { smsn, .. }) = &device
            && let Some(first) = records.insert(*smsn, record)
        {
            return Err(DuplicateSmsn { smsn: *smsn, first, second: record });
        }
        planned.push((record, device));
    }
    Ok(planned)
}

/// Makes a device of one row.
///
/// # Errors
///
/// [`RowFault`].
pub fn plan_device(
    row: &Row,
    defaults: &Defaults,
    mut read_key: impl FnMut(Curve, &str) -> Result<PrivateKey, String>,
) -> Result<PlannedDevice, RowFault> {
    let apid: Option<Apid> = match row.apid.as_ref().or(defaults.apid.as_ref()) {
        None if defaults.needs_apid => return Err(RowFault::NoApid),
        None => None,
        Some(text) => Some(text.parse().map_err(RowFault::Apid)?),
    };
    let dsn = row.dsn.clone();
    if let Some(dsn) = &dsn
        && (dsn.is_empty() || dsn.len() > DSN_LEN_MAX || !dsn_is_plain(dsn))
    {
        return Err(RowFault::Dsn);
    }
    let asked = named_smsn(row, defaults, apid.as_ref())?;
    let request = given_request(row, asked, &mut read_key)?;
    let smsn = request.as_ref().map(SigningRequest::smsn).or(asked);
    Ok(PlannedDevice {
        smsn: smsn.ok_or(RowFault::Request(RequestError::NoSmsn))?,
        dsn,
        apid,
        keys: request.map_or(PlannedKeys::Generate, |request| PlannedKeys::Given(request.into())),
    })
}

/// The number that the row gives, or from which it can be generated.
fn named_smsn(
    row: &Row,
    defaults: &Defaults,
    apid: Option<&Apid>,
) -> Result<Option<Smsn>, RowFault> {
    if let Some(text) = &row.smsn {
        return Ok(Some(text.parse().map_err(RowFault::Smsn)?));
    }
    let device_type = row.device_type.as_deref().or(defaults.device_type.as_deref());
    let (Some(device_type), Some(dsn), Some(apid)) = (device_type, row.dsn.as_deref(), apid) else {
        return Ok(None);
    };
    let input = SmsnInput {
        stage: defaults.stage,
        device_type,
        dsn,
        apid: apid.as_str(),
        board_id: row.board_id.as_deref().or(defaults.board_id.as_deref()),
    };
    Smsn::derive(&input).map(Some).map_err(RowFault::Smsn)
}

/// The request that the row's keys make; `None` where it has none.
fn given_request(
    row: &Row,
    asked: Option<Smsn>,
    read_key: &mut impl FnMut(Curve, &str) -> Result<PrivateKey, String>,
) -> Result<Option<SigningRequest>, RowFault> {
    let mut key = |curve, path: &Option<String>| {
        let key = path.as_ref().map(|path| read_key(curve, path));
        key.transpose().map_err(|problem| RowFault::KeyFile { curve, problem })
    };
    let ed25519 = key(Curve::Ed25519, &row.ed25519_private_key_file)?;
    let p256r1 = key(Curve::P256r1, &row.p256r1_private_key_file)?;
    match (&row.eddsa_csr, &row.ecdsa_csr) {
        (Some(eddsa), Some(ecdsa)) => {
            let eddsa = parse_csr(Curve::Ed25519, eddsa).map_err(RowFault::Csr)?;
            let ecdsa = parse_csr(Curve::P256r1, ecdsa).map_err(RowFault::Csr)?;
            let mut request = SigningRequest::from_csrs(asked, &eddsa, &ecdsa)?;
            for key in [ed25519, p256r1].into_iter().flatten() {
                request = request.with_private_key(key)?;
            }
            Ok(Some(request))
        }
        (Some(_), None) => Err(RowFault::OneCsr { missing: Curve::P256r1 }),
        (None, Some(_)) => Err(RowFault::OneCsr { missing: Curve::Ed25519 }),
        (None, None) => match (ed25519, p256r1) {
            (Some(ed25519), Some(p256r1)) => {
                let smsn = asked.ok_or(RequestError::NoSmsn)?;
                Ok(Some(SigningRequest::from_private_keys(smsn, ed25519, p256r1)?))
            }
            (Some(_), None) => Err(RowFault::OneKey { missing: Curve::P256r1 }),
            (None, Some(_)) => Err(RowFault::OneKey { missing: Curve::Ed25519 }),
            (None, None) => Ok(None),
        },
    }
}

/// Why a row names no device that could be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RowFault {
    /// It cannot be read.
    #[error(transparent)]
    Row(RowError),
    /// No product id, and a control log is wanted.
    #[error("it has no APID, which a control log needs")]
    NoApid,
    /// A product id that is none.
    #[error(transparent)]
    Apid(ApidError),
    /// A DSN that no label or page could carry.
    #[error(
        "the DSN is not 1 to {DSN_LEN_MAX} visible ASCII characters without quotes and backslashes"
    )]
    Dsn,
    /// A number that is none, or parts that give none.
    #[error(transparent)]
    Smsn(SmsnError),
    /// A key file that gives no key of its curve.
    #[error("the {curve} private key: {problem}")]
    KeyFile {
        /// Which key.
        curve: Curve,
        /// What went wrong with the file.
        problem: String,
    },
    /// A request that is none.
    #[error(transparent)]
    Csr(CsrTextError),
    /// A request of one curve only.
    #[error("it has no {missing} signing request beside the other")]
    OneCsr {
        /// The curve without one.
        missing: Curve,
    },
    /// A key of one curve only.
    #[error("it has no {missing} private key beside the other")]
    OneKey {
        /// The curve without one.
        missing: Curve,
    },
    /// The parts do not fit together.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl RowFault {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Csr(error) => error.hint(),
            Self::Request(error) => error.hint(),
            Self::NoApid => Some("add a column apid, or say --apid".to_owned()),
            Self::OneCsr { .. } => Some("give the requests of both curves".to_owned()),
            Self::OneKey { .. } => {
                Some("give both private keys, or neither to have them generated".to_owned())
            }
            _ => None,
        }
    }
}

/// Two rows that mean one device.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("records {first} and {second} both mean {smsn}")]
pub struct DuplicateSmsn {
    /// The device.
    pub smsn: Smsn,
    /// One record, from 1.
    pub first: u64,
    /// The other.
    pub second: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults {
            stage: Stage::Production,
            device_type: Some("A17XHX23H06INH".to_owned()),
            apid: Some("pd25".to_owned()),
            board_id: None,
            needs_apid: true,
        }
    }

    fn row(dsn: &str) -> Row {
        Row { dsn: Some(dsn.to_owned()), ..Row::default() }
    }

    fn no_keys(_: Curve, _: &str) -> Result<PrivateKey, String> {
        Err("no files here".to_owned())
    }

    #[test]
    fn a_dsn_alone_is_a_device_whose_keys_are_generated() {
        let device = plan_device(&row("SN1234567"), &defaults(), no_keys).unwrap();
        // The example of the public documentation.
        assert!(device.smsn.to_string().starts_with("77086ebf"));
        assert!(matches!(device.keys, PlannedKeys::Generate));
    }

    #[test]
    fn a_row_goes_before_the_defaults() {
        let own = Row { apid: Some("abCD".to_owned()), ..row("SN1234567") };
        let device = plan_device(&own, &defaults(), no_keys).unwrap();
        assert_eq!(device.apid.unwrap().as_str(), "abCD");
        let common = plan_device(&row("SN1234567"), &defaults(), no_keys).unwrap();
        assert_ne!(device.smsn, common.smsn);
    }

    #[test]
    fn two_rows_of_one_device_refuse_the_batch_and_are_named() {
        let rows = ["a", "b", "a"].into_iter().zip(1..).map(|(dsn, record)| (record, Ok(row(dsn))));
        let error = plan(rows.collect(), &defaults(), no_keys).unwrap_err();
        assert_eq!((error.first, error.second), (1, 3));
    }

    #[test]
    fn a_row_that_names_no_device_says_why() {
        let fault = |row: &Row| plan_device(row, &defaults(), no_keys).unwrap_err();
        assert_eq!(fault(&Row::default()), RowFault::Request(RequestError::NoSmsn));
        assert_eq!(fault(&row("a\"b")), RowFault::Dsn);
        let one = Row { eddsa_csr: Some(String::new()), ..row("a") };
        assert_eq!(fault(&one), RowFault::OneCsr { missing: Curve::P256r1 });
        let file = Row { p256r1_private_key_file: Some("x".to_owned()), ..row("a") };
        assert!(matches!(fault(&file), RowFault::KeyFile { curve: Curve::P256r1, .. }));
        let without = Defaults { apid: None, ..defaults() };
        assert_eq!(plan_device(&row("a"), &without, no_keys).unwrap_err(), RowFault::NoApid);
    }
}
