//! A control-log entry of version 4-0-1.

use sidewalk::{Apid, Chain, ChainForm, Curve, Smsn, Stage};

use crate::{
    examine::{Examined, Fault, Note},
    record::Record,
};

/// The only version of control logs that the public tools write and that we know.
pub const VERSION: &str = "4-0-1";

/// What Amazon is told about one device. Both chains are of six certificates and of one SMSN; nothing here
/// says that they are genuine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    apid: Apid,
    ed25519_chain: Chain,
    p256r1_chain: Chain,
    label: Stage,
}

/// Why an entry cannot be made of its parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EntryError {
    /// A chain of the wrong curve.
    #[error("the {expected} chain is a {found} chain")]
    Curve {
        /// The curve that was needed.
        expected: Curve,
        /// The curve of the chain.
        found: Curve,
    },
    /// A chain of the legacy short form, which control logs do not carry.
    #[error("the {curve} chain has four certificates, a control log needs six")]
    ShortChain {
        /// Whose.
        curve: Curve,
    },
    /// Chains of two devices.
    #[error("the ed25519 chain is of {ed25519}, the p256r1 chain of {p256r1}")]
    TwoDevices {
        /// The device of one chain.
        ed25519: Smsn,
        /// The device of the other.
        p256r1: Smsn,
    },
}

impl Entry {
    /// Puts an entry together.
    ///
    /// # Errors
    ///
    /// The chains are of the wrong curve or form, or of two devices.
    pub fn new(
        apid: Apid,
        ed25519_chain: Chain,
        p256r1_chain: Chain,
        label: Stage,
    ) -> Result<Self, EntryError> {
        for (expected, chain) in [(Curve::Ed25519, &ed25519_chain), (Curve::P256r1, &p256r1_chain)]
        {
            if chain.curve() != expected {
                return Err(EntryError::Curve { expected, found: chain.curve() });
            }
            if chain.form() != ChainForm::Long {
                return Err(EntryError::ShortChain { curve: expected });
            }
        }
        let (ed25519, p256r1) = (ed25519_chain.smsn(), p256r1_chain.smsn());
        if ed25519 != p256r1 {
            return Err(EntryError::TwoDevices { ed25519, p256r1 });
        }
        Ok(Self { apid, ed25519_chain, p256r1_chain, label })
    }

    /// Reads an entry as the public tools write it. An upper-case serial number is read, with a note.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it. What [`Examined`] notes beside an upper-case serial number counts as
    /// wrong here.
    pub fn parse(record: &Record<'_>) -> Result<(Self, Option<Note>), Vec<Fault>> {
        let Examined { apid, ed25519_chain, p256r1_chain, label, notes, mut faults, .. } =
            Examined::of(record);
        let (tolerated, untolerated): (Vec<_>, Vec<_>) =
            notes.into_iter().partition(|&note| note == Note::SerialUpperCase);
        faults.extend(untolerated.into_iter().map(Fault::from));
        match (apid, ed25519_chain, p256r1_chain, label) {
            (Some(apid), Some(ed25519_chain), Some(p256r1_chain), Some(label))
                if faults.is_empty() =>
            {
                let entry = Self { apid, ed25519_chain, p256r1_chain, label };
                Ok((entry, tolerated.first().copied()))
            }
            _ => Err(faults),
        }
    }

    /// The device's number.
    pub fn smsn(&self) -> Smsn {
        self.ed25519_chain.smsn()
    }

    /// The advertised product id.
    pub fn apid(&self) -> Apid {
        self.apid
    }

    /// The chain on one curve.
    pub fn chain(&self, curve: Curve) -> &Chain {
        match curve {
            Curve::Ed25519 => &self.ed25519_chain,
            Curve::P256r1 => &self.p256r1_chain,
        }
    }

    /// The stage of the product that signed it.
    pub fn label(&self) -> Stage {
        self.label
    }

    /// The entry's text as it stands in a file, without the indentation of its first line.
    pub fn to_text(&self) -> String {
        format!(
            r#"{{
      "version": "{VERSION}",
      "device": {{
        "serialNumber": "{smsn}",
        "productIdentifier": {{
          "advertisedProductId": "{apid}"
        }},
        "sidewalkData": {{
          "sidewalkED25519CertificateChain": "{ed25519}",
          "sidewalkP256R1CertificateChain": "{p256r1}",
          "label": "{label}"
        }}
      }}
    }}"#,
            smsn = self.smsn(),
            apid = self.apid,
            ed25519 = self.ed25519_chain.to_base64(),
            p256r1 = self.p256r1_chain.to_base64(),
            label = self.label.label(),
        )
    }
}
