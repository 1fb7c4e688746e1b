//! An entry read with tolerance, for diagnosis: everything that is there, and everything that is wrong.

use sidewalk::{
    Apid, ApidError, Chain, ChainError, ChainForm, Curve, Smsn, SmsnError, Stage, VerifyError,
};

use crate::{
    entry::VERSION,
    record::Record,
    shape::{Field, Found},
};

/// What an entry holds, as far as it can be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Examined {
    /// `serialNumber`.
    pub smsn: Option<Smsn>,
    /// `advertisedProductId`.
    pub apid: Option<Apid>,
    /// The Ed25519 chain.
    pub ed25519_chain: Option<Chain>,
    /// The P-256 chain.
    pub p256r1_chain: Option<Chain>,
    /// `label`.
    pub label: Option<Stage>,
    /// What was tolerated.
    pub notes: Vec<Note>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// A departure from the form of the public tools that does not change what an entry means.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Note {
    /// The serial number has upper-case digits.
    #[error("the serial number has upper-case digits")]
    SerialUpperCase,
    /// The label is missing, as in an older sample of the AWS IoT developer guide.
    #[error("the label is missing")]
    LabelMissing,
    /// The chain's key begins with a capital letter, as in that sample.
    #[error("the key of the {curve} chain begins with a capital letter")]
    ChainKeyCapitalised {
        /// Whose.
        curve: Curve,
    },
}

/// Something for which an entry would be rejected.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// A member is not there.
    #[error("\"{}\" is missing", field.path())]
    Missing {
        /// Which.
        field: Field,
    },
    /// A member is not a text.
    #[error("\"{}\" is not a text", field.path())]
    NotText {
        /// Which.
        field: Field,
    },
    /// A chain stands there under both spellings of its key.
    #[error("the {curve} chain stands there twice, under two spellings of its key")]
    ChainTwice {
        /// Whose.
        curve: Curve,
    },
    /// A version that we do not know.
    #[error("version \"{found}\" is not known, only {VERSION} is")]
    Version {
        /// The version.
        found: String,
    },
    /// The serial number is malformed.
    #[error("serial number: {0}")]
    SerialNumber(SmsnError),
    /// The advertised product id is malformed.
    #[error("advertised product id: {0}")]
    AdvertisedProductId(ApidError),
    /// A chain is not base64 with padding.
    #[error("the {curve} chain is not standard base64 with padding")]
    ChainBase64 {
        /// Whose.
        curve: Curve,
    },
    /// A chain's bytes are not six certificates.
    #[error("{0}")]
    Chain(ChainError),
    /// A chain of the legacy short form.
    #[error("the {curve} chain has four certificates, a control log needs six")]
    ShortChain {
        /// Whose.
        curve: Curve,
    },
    /// A chain of another device.
    #[error("the {curve} chain is of {found}, the serial number says {expected}")]
    OtherDevice {
        /// Whose.
        curve: Curve,
        /// The entry's serial number.
        expected: Smsn,
        /// The chain's.
        found: Smsn,
    },
    /// A label that is no stage.
    #[error("label \"{found}\" is none of production, preproduction, test")]
    Label {
        /// The label.
        found: String,
    },
    /// A chain that does not end at a trusted root.
    #[error("{0}")]
    NotGenuine(VerifyError),
    /// A departure that a strict reader does not tolerate.
    #[error("{0}")]
    NotTolerated(Note),
}

impl Fault {
    /// A stable name for the kind of fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { field } | Self::NotText { field } => match field {
                Field::Version => "version",
                Field::SerialNumber => "serial-number",
                Field::AdvertisedProductId => "advertised-product-id",
                Field::Label => "label",
                _ => "chain-missing",
            },
            Self::ChainTwice { .. } => "chain-twice",
            Self::Version { .. } => "version",
            Self::SerialNumber(_) => "serial-number",
            Self::AdvertisedProductId(_) => "advertised-product-id",
            Self::ChainBase64 { .. } => "chain-base64",
            Self::Chain(_) | Self::ShortChain { .. } => "chain-form",
            Self::OtherDevice { .. } => "chain-of-other-device",
            Self::Label { .. } => "label",
            Self::NotGenuine(error) => error.code(),
            Self::NotTolerated(_) => "form",
        }
    }
}

impl From<Note> for Fault {
    fn from(note: Note) -> Self {
        Self::NotTolerated(note)
    }
}

impl Examined {
    /// Reads what is there. Tolerates a missing label, capitalised chain keys and upper-case serial numbers,
    /// each with a note.
    pub fn of(record: &Record<'_>) -> Self {
        let mut examined = Self::default();
        examined.version(record);
        examined.smsn = examined.smsn(record);
        examined.apid = examined.required(record, Field::AdvertisedProductId).and_then(|text| {
            text.parse().map_err(|error| examined.fault(Fault::AdvertisedProductId(error))).ok()
        });
        examined.ed25519_chain = examined.chain(record, Curve::Ed25519);
        examined.p256r1_chain = examined.chain(record, Curve::P256r1);
        examined.label = examined.label(record);
        examined
    }

    /// The chain on one curve.
    pub fn chain_on(&self, curve: Curve) -> Option<&Chain> {
        match curve {
            Curve::Ed25519 => self.ed25519_chain.as_ref(),
            Curve::P256r1 => self.p256r1_chain.as_ref(),
        }
    }

    fn version(&mut self, record: &Record<'_>) {
        if let Some(version) = self.required(record, Field::Version)
            && version != VERSION
        {
            self.fault(Fault::Version { found: version.to_owned() });
        }
    }

    fn smsn(&mut self, record: &Record<'_>) -> Option<Smsn> {
        let text = self.required(record, Field::SerialNumber)?;
        match text.parse() {
            Ok(smsn) => {
                if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    self.notes.push(Note::SerialUpperCase);
                }
                Some(smsn)
            }
            Err(error) => {
                self.fault(Fault::SerialNumber(error));
                None
            }
        }
    }

    fn chain(&mut self, record: &Record<'_>, curve: Curve) -> Option<Chain> {
        let (usual, capitalised) = match curve {
            Curve::Ed25519 => (Field::Ed25519Chain, Field::Ed25519ChainCapitalised),
            Curve::P256r1 => (Field::P256r1Chain, Field::P256r1ChainCapitalised),
        };
        let field = match (record.has(usual), record.has(capitalised)) {
            (true, true) => {
                self.fault(Fault::ChainTwice { curve });
                return None;
            }
            (false, true) => {
                self.notes.push(Note::ChainKeyCapitalised { curve });
                capitalised
            }
            (_, false) => usual,
        };
        let base64 = self.required(record, field)?;
        let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(base64) else {
            self.fault(Fault::ChainBase64 { curve });
            return None;
        };
        let chain = match Chain::parse(curve, &bytes) {
            Ok(chain) => chain,
            Err(error) => {
                self.fault(Fault::Chain(error));
                return None;
            }
        };
        if chain.form() == ChainForm::Short {
            self.fault(Fault::ShortChain { curve });
        }
        if let Some(expected) = self.smsn
            && chain.smsn() != expected
        {
            self.fault(Fault::OtherDevice { curve, expected, found: chain.smsn() });
        }
        Some(chain)
    }

    fn label(&mut self, record: &Record<'_>) -> Option<Stage> {
        if !record.has(Field::Label) {
            self.notes.push(Note::LabelMissing);
            return None;
        }
        let text = self.required(record, Field::Label)?;
        // Lower case only, as the signing tool writes it.
        let stage = Stage::ALL.into_iter().find(|stage| stage.label() == text);
        if stage.is_none() {
            self.fault(Fault::Label { found: text.to_owned() });
        }
        stage
    }

    fn required<'a>(&mut self, record: &Record<'a>, field: Field) -> Option<&'a str> {
        let fault = match record.fields().found(field) {
            Found::Text(_) => return record.field(field),
            Found::Nothing => Fault::Missing { field },
            Found::NotText => Fault::NotText { field },
        };
        self.fault(fault);
        None
    }

    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }
}
