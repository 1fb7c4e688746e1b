//! The places in a chain, named as the public tools name them.

use std::fmt;

/// Whose certificate it is. A long chain has every level but [`Level::Model`]; the legacy short chain has
/// Device, Model, Manufacturer and Amazon.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// The device itself; its certificate carries the SMSN.
    Device,
    /// The device attestation key, which signs devices; it lives in the HSM.
    Dak,
    /// The product.
    Product,
    /// The product's level in the legacy short chain, which signs devices directly.
    Model,
    /// The manufacturer.
    Manufacturer,
    /// Amazon's Sidewalk authority.
    Sidewalk,
    /// Amazon's root, signed by itself.
    Amazon,
}

impl Level {
    /// The upper-case name that the public signing tool prints.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "DEVICE",
            Self::Dak => "DAK",
            Self::Product => "PROD",
            Self::Model => "MODEL",
            Self::Manufacturer => "MAN",
            Self::Sidewalk => "SIDEWALK",
            Self::Amazon => "AMZN",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
