//! What a package says.

use evidence::note::{Note, SigningKey};
use sidewalk::{Apid, Stage};

use super::{
    PackageError, PackageId, PackageRefusal,
    id::is_name,
    time::{UNIX_SECONDS_MAX, format_utc},
};

/// The most devices in one package: a billion, more than any factory makes; every count fits every database.
pub const COUNT_MAX: u64 = 1_000_000_000;

/// The most lines in one package.
pub const LINES_MAX: usize = 256;

/// The longest tag of a product, in characters: what the label of an HSM's object holds.
const PRODUCT_LEN_MAX: usize = 40;

/// The longest device type, chip or firmware, in characters.
const WORD_LEN_MAX: usize = 64;

/// What may be made, how many, when, where, and what its page looks like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PackageTerms {
    /// The maker's name for it.
    pub id: PackageId,
    /// The product's tag, such as `RNET_DAK_NAME`.
    pub product: String,
    /// The stage.
    pub stage: Stage,
    /// The advertised product id.
    pub apid: Apid,
    /// The device type that Amazon assigned.
    pub device_type: String,
    /// How many devices may be signed.
    pub count: u64,
    /// The first second in which it is valid, since 1970.
    pub not_before_unix: u64,
    /// The first second in which it is not valid any more, since 1970.
    pub not_after_unix: u64,
    /// The lines that may work on it; empty for any.
    pub lines: Vec<String>,
    /// What the page looks like.
    pub page: PackagePage,
    /// SHA-256 of the trust file with the roots that chains must end in, as `curbside chain trust` writes it.
    pub trust_sha256: [u8; 32],
}

/// What the page of a package's devices looks like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PackagePage {
    /// The chip's name in the catalogue.
    pub chip: String,
    /// The firmware generation, where it is not the chip's first.
    pub firmware: Option<String>,
    /// The version of the page, 7 or 8.
    pub version: u8,
    /// Where the page starts, where it is not the firmware's own address.
    pub address: Option<u32>,
}

impl PackageTerms {
    /// Signs the terms.
    ///
    /// # Errors
    ///
    /// [`PackageError`] for terms that no package can have.
    pub fn seal(&self, key: &SigningKey) -> Result<Note, PackageError> {
        self.check()?;
        let mut note = Note::new(self.to_text())?;
        note.sign(key);
        Ok(note)
    }

    /// Whether a line may sign a device of a product at a time, in seconds since 1970. Says nothing of the
    /// count, which is the signing server's.
    ///
    /// # Errors
    ///
    /// [`PackageRefusal`], the first reason that there is.
    pub fn permits(&self, now_unix: u64, line: &str, product: &str) -> Result<(), PackageRefusal> {
        let id = || self.id.clone();
        if product != self.product {
            return Err(PackageRefusal::OtherProduct {
                id: id(),
                expected: self.product.clone(),
                found: product.to_owned(),
            });
        }
        if !self.lines.is_empty() && !self.lines.iter().any(|allowed| allowed == line) {
            return Err(PackageRefusal::OtherLine {
                id: id(),
                line: line.to_owned(),
                allowed: self.lines.clone(),
            });
        }
        if now_unix < self.not_before_unix {
            let not_before = format_utc(self.not_before_unix);
            return Err(PackageRefusal::NotYetValid { id: id(), not_before });
        }
        if now_unix >= self.not_after_unix {
            return Err(PackageRefusal::Expired {
                id: id(),
                not_after: format_utc(self.not_after_unix),
            });
        }
        Ok(())
    }

    /// Every value makes sense by itself, and the two times together.
    pub(super) fn check(&self) -> Result<(), PackageError> {
        let value = |key, expected| Err(PackageError::Value { key, expected });
        let is_word = |text: &str, max: usize| {
            (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !is_word(&self.product, PRODUCT_LEN_MAX) {
            return value("product", "1 to 40 visible ASCII characters");
        }
        if !is_word(&self.device_type, WORD_LEN_MAX) {
            return value("device_type", "1 to 64 visible ASCII characters");
        }
        if !(1..=COUNT_MAX).contains(&self.count) {
            return value("count", "a number from 1 to 1000000000");
        }
        if self.not_after_unix > UNIX_SECONDS_MAX {
            return value("not_after", "a time before the year 10000");
        }
        if self.not_before_unix >= self.not_after_unix {
            return value("not_after", "a time after not_before");
        }
        if self.lines.len() > LINES_MAX {
            return value("lines", "256 lines at most");
        }
        // Sorted, and none twice: one spelling.
        if !self.lines.is_sorted_by(|a, b| a < b) || !self.lines.iter().all(|line| is_name(line)) {
            return value(
                "lines",
                "names of lines in alphabetical order: letters, digits, `-`, `_` and `.`, at most 64",
            );
        }
        if !is_word(&self.page.chip, WORD_LEN_MAX) {
            return value("page.chip", "1 to 64 visible ASCII characters");
        }
        if self.page.firmware.as_ref().is_some_and(|firmware| !is_word(firmware, WORD_LEN_MAX)) {
            return value("page.firmware", "1 to 64 visible ASCII characters");
        }
        if !matches!(self.page.version, 7 | 8) {
            return value("page.version", "7 or 8");
        }
        Ok(())
    }
}
