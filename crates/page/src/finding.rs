//! What is noteworthy about a page, for people and for scripts.

use std::fmt;

use crate::ValueId;

/// One observation about a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// What it is; stable across releases.
    pub code: FindingCode,
    /// Where, in bytes from the page start; in NVM3 text, the line.
    pub offset: Option<usize>,
    /// Which value it is about.
    pub id: Option<ValueId>,
    /// A lower-case sentence without secrets.
    pub text: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing; the device will work.
    Note,
    /// The device may work; somebody should look.
    Warning,
    /// The device will not work as it is.
    Fault,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        })
    }
}

impl Finding {
    pub(crate) fn new(
        code: FindingCode,
        offset: Option<usize>,
        id: Option<ValueId>,
        text: String,
    ) -> Self {
        Self { code, offset, id, text }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

macro_rules! finding_codes {
    ($($variant:ident $name:literal $severity:ident, $doc:literal;)*) => {
        /// The kinds of finding. Their names are an interface: scripts depend on them.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum FindingCode {
            $(#[doc = $doc] $variant,)*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name, in lower case with hyphens.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

finding_codes! {
    PageBlank "page-blank" Fault, "Erased flash: no page was written.";
    PageTooLarge "page-too-large" Warning, "More bytes than any page has; only the first are read.";
    PageTruncated "page-truncated" Fault, "The image ends before the page does.";
    MagicMissing "magic-missing" Fault, "The page does not start with `SID0`.";
    VersionUnknown "version-unknown" Fault, "No firmware knows the page version.";
    VersionOther "version-other" Fault, "The version belongs to another layout than the one read with.";
    ShortForm "short-form" Warning, "A page from before the DAK; current firmware may read it, nothing writes it.";
    InternalForm "internal-form" Note, "Nordic firmware has taken the page over and rewritten it.";
    FlagsUninitialised "flags-uninitialised" Warning, "The firmware's flags record does not say that it is done.";
    RecordDuplicate "record-duplicate" Fault, "An id stands twice; firmware reads the first.";
    RecordDerails "record-derails" Fault, "The list of records cannot be followed to its end; what follows is unreadable.";
    ValueLength "value-length" Fault, "A value does not have the size its id demands.";
    ValueTooLong "value-too-long" Fault, "A value exceeds what firmware writes and reads.";
    PadNotBlank "pad-not-blank" Warning, "The fill behind a value, or a gap, is not blank.";
    DataAfterEnd "data-after-end" Warning, "There are bytes behind the end of the list, which no firmware reads.";
    ValueMissing "value-missing" Fault, "A value that registration needs is missing.";
    KeysInStore "keys-in-store" Note, "No private keys on the page: the device keeps them in its key store.";
    PrivateKeyWiped "private-key-wiped" Note, "The private key reads zero: firmware has moved it to its key store.";
    PrivateKeyReference "private-key-reference" Note, "A key id of the key store stands in place of the private key.";
    SmsnBlank "smsn-blank" Fault, "The SMSN is all zero.";
    ApidNotAscii "apid-not-ascii" Warning, "The APID is not four printable ASCII characters.";
    SerialNumberForm "serial-number-form" Fault, "The DSN is not ASCII of at most 16 characters ended by NUL.";
    TextLine "text-line" Fault, "A line of the file cannot be read.";
    Nvm3OldKey "nvm3-old-key" Warning, "An NVM3 key of the older scheme; current firmware does not find it.";
    RawPadDerails "raw-pad-derails" Fault, "This firmware does not step over the fill after a value and derails.";
    OnDeviceSerialLength "on-device-serial-length" Fault, "On-device certificate storage of this firmware takes the serial for another length.";
    FixedSerialExtended "fixed-serial-extended" Fault, "A version 7 page has room for serials of 4 bytes only.";
    ElementOverflow "element-overflow" Fault, "The value is longer than the buffer of this firmware, which does not check.";
    MagicNotWritten "magic-not-written" Fault, "This firmware wants `SID0`, which the layout does not write.";
    VersionNotRead "version-not-read" Fault, "This firmware does not read pages of this version.";
    PageExceedsRegion "page-exceeds-region" Fault, "The page is larger than its flash region.";
    RewrittenAtBoot "rewritten-at-boot" Note, "This firmware rewrites the page at its first boot: read back before that.";
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let mut names: Vec<_> = FindingCode::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FindingCode::ALL.len());
    }
}
