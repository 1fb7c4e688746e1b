//! Where the known members of an entry stand, and where they were found in its text.

use std::ops::Range;

/// A known member of an entry of version 4-0-1.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Field {
    /// `version`.
    Version,
    /// `device.serialNumber`.
    SerialNumber,
    /// `device.productIdentifier.advertisedProductId`.
    AdvertisedProductId,
    /// `device.sidewalkData.sidewalkED25519CertificateChain`.
    Ed25519Chain,
    /// The same with a capital S, as an older sample of the AWS IoT developer guide has it.
    Ed25519ChainCapitalised,
    /// `device.sidewalkData.sidewalkP256R1CertificateChain`.
    P256r1Chain,
    /// The same with a capital S.
    P256r1ChainCapitalised,
    /// `device.sidewalkData.label`.
    Label,
}

impl Field {
    /// The member's place in the entry.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::SerialNumber => "device.serialNumber",
            Self::AdvertisedProductId => "device.productIdentifier.advertisedProductId",
            Self::Ed25519Chain => "device.sidewalkData.sidewalkED25519CertificateChain",
            Self::Ed25519ChainCapitalised => "device.sidewalkData.SidewalkED25519CertificateChain",
            Self::P256r1Chain => "device.sidewalkData.sidewalkP256R1CertificateChain",
            Self::P256r1ChainCapitalised => "device.sidewalkData.SidewalkP256R1CertificateChain",
            Self::Label => "device.sidewalkData.label",
        }
    }
}

/// Where in an entry a value stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Entry,
    Device,
    ProductIdentifier,
    SidewalkData,
    Value(Field),
    Elsewhere,
}

impl Place {
    /// The place of a member's value, by the member's key.
    pub(crate) fn member(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Entry, b"version") => Self::Value(Field::Version),
            (Self::Entry, b"device") => Self::Device,
            (Self::Device, b"serialNumber") => Self::Value(Field::SerialNumber),
            (Self::Device, b"productIdentifier") => Self::ProductIdentifier,
            (Self::Device, b"sidewalkData") => Self::SidewalkData,
            (Self::ProductIdentifier, b"advertisedProductId") => {
                Self::Value(Field::AdvertisedProductId)
            }
            (Self::SidewalkData, b"sidewalkED25519CertificateChain") => {
                Self::Value(Field::Ed25519Chain)
            }
            (Self::SidewalkData, b"SidewalkED25519CertificateChain") => {
                Self::Value(Field::Ed25519ChainCapitalised)
            }
            (Self::SidewalkData, b"sidewalkP256R1CertificateChain") => {
                Self::Value(Field::P256r1Chain)
            }
            (Self::SidewalkData, b"SidewalkP256R1CertificateChain") => {
                Self::Value(Field::P256r1ChainCapitalised)
            }
            (Self::SidewalkData, b"label") => Self::Value(Field::Label),
            _ => Self::Elsewhere,
        }
    }
}

/// What a known member holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Found {
    #[default]
    Nothing,
    /// A text: its range in the entry's canonical text, without the quotes.
    Text(Range<u32>),
    /// A value that is not a text.
    NotText,
}

impl Found {
    /// The range of a text.
    pub(crate) fn text_range(&self) -> Option<Range<usize>> {
        match self {
            Self::Text(range) => Some(range.start as usize..range.end as usize),
            Self::Nothing | Self::NotText => None,
        }
    }
}

/// What was found at each known place of an entry.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Fields([Found; 8]);

impl Fields {
    pub(crate) fn set(&mut self, field: Field, found: Found) {
        self.0[field as usize] = found;
    }

    pub(crate) fn found(&self, field: Field) -> &Found {
        &self.0[field as usize]
    }
}
