//! What happens when a board starts.

use page::ValueId;

use super::{
    internal::{self, FlagsRecord},
    reader::{self, Head},
    rewrite,
};
use crate::{Board, BoardError, Power};

/// What a start looks like from outside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BootLog {
    /// What the firmware logs, without time stamps.
    pub lines: Vec<String>,
    /// How it ended.
    pub outcome: BootOutcome,
}

/// How a start ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BootOutcome {
    /// The board has no power.
    NoPower,
    /// There is no page where the firmware looks: Sidewalk does not start.
    NoPage,
    /// There is a page, and the firmware does not take it.
    Refused(Refusal),
    /// The firmware has its values. That says nothing of what they are worth.
    Ready,
    /// As [`BootOutcome::Ready`], after the page was written anew in the firmware's own form.
    ReadyAfterRewrite,
    /// Power was lost while the page was written anew.
    PowerLost,
    /// The board was reset while the page was written anew.
    WasReset,
    /// A value ran over the firmware's buffer; what a real board does then is anybody's guess.
    Crashed {
        /// The value.
        id: ValueId,
        /// Its size in bytes.
        len: usize,
    },
}

/// Why firmware does not take a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// No reader for that version.
    Version(u32),
    /// The page says that its keys are in the key store, and this build has none.
    KeysInStore,
    /// What stands in a private key's place is the number of a key, and there is no such key.
    KeyReference,
    /// The flash does not take the page in the firmware's own form.
    Flash,
}

impl BootOutcome {
    /// Whether Sidewalk starts.
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Ready | Self::ReadyAfterRewrite)
    }
}

impl Board {
    /// Starts the firmware and lets it read its page, or write it anew where its generation does so.
    pub fn boot(&mut self) -> BootLog {
        let mut lines = Vec::new();
        if self.power() == Power::Off {
            return BootLog { lines, outcome: BootOutcome::NoPower };
        }
        self.reset();
        let outcome = self.start_sidewalk(&mut lines);
        BootLog { lines, outcome }
    }

    fn start_sidewalk(&mut self, lines: &mut Vec<String>) -> BootOutcome {
        let head = reader::head(self.model(), self.flash().region());
        let version = match head {
            Head::NoMagic | Head::Blank => {
                if self.firmware().on_device_certificates {
                    lines.push(
                        "sid_mfg: Perform on-device certification and reboot the device".to_owned(),
                    );
                }
                lines.push(self.mismatch());
                return BootOutcome::NoPage;
            }
            Head::Unread(number) => {
                lines.push(format!("sid_mfg: Incompatible mfg data version {number}"));
                lines.push(self.mismatch());
                return BootOutcome::Refused(Refusal::Version(number));
            }
            Head::Version(version) => version,
        };
        let outcome = if self.model().site().dialect.rewrites_on_first_boot {
            self.take_page_over(lines)
        } else {
            match reader::read_raw(self.model(), self.flash().region(), version) {
                Err(overrun) => crash(lines, overrun),
                Ok(page) => rewrite::move_keys_leaving_zeros(self, &page, lines)
                    .map_or_else(|error| stopped(lines, &error), |()| BootOutcome::Ready),
            }
        };
        if outcome.is_ready() {
            match self.identity().smsn() {
                Some(smsn) if smsn.as_bytes() != &[0; 32] => {
                    lines.push(format!("sid_mfg: SMSN {smsn}"));
                }
                _ => lines.push("sid_mfg: SMSN is not initialized".to_owned()),
            }
        }
        outcome
    }

    /// Nordic's current firmware and its ports: a page without the flags record is written anew.
    fn take_page_over(&mut self, lines: &mut Vec<String>) -> BootOutcome {
        let in_store = self.keeps_keys_in_store();
        let flags = internal::flags(self.model(), self.flash().region());
        match flags {
            Some(flags) if flags.keys_in_store && !in_store => {
                lines.push(
                    "sid_mfg: The keys are in the secure key storage, which this build lacks: rebuild or flash the page"
                        .to_owned(),
                );
                return BootOutcome::Refused(Refusal::KeysInStore);
            }
            Some(FlagsRecord { is_initialised: true, keys_in_store })
                if keys_in_store || !in_store =>
            {
                return BootOutcome::Ready;
            }
            _ => {}
        }
        lines.push("sid_mfg: Need to parse mfg data".to_owned());
        // The head was read a moment ago.
        let Head::Version(version) = reader::head(self.model(), self.flash().region()) else {
            return BootOutcome::NoPage;
        };
        let is_own_form = flags.is_some();
        let region = self.flash().region();
        let read = if is_own_form {
            Ok(internal::read(self.model(), region))
        } else {
            reader::read_raw(self.model(), region, version)
        };
        match read {
            Err(overrun) => crash(lines, overrun),
            Ok(page) => match rewrite::rewrite(self, page, lines) {
                Ok(()) => {
                    lines.push("sid_mfg: Successfully parsed mfg data".to_owned());
                    BootOutcome::ReadyAfterRewrite
                }
                Err(error) => stopped(lines, &error),
            },
        }
    }

    /// What the sample application says.
    fn mismatch(&self) -> String {
        let site = self.model().site();
        format!(
            "app: The mfg.hex version mismatch, start address {:#010x}, size {:#x}",
            site.address, site.region_len
        )
    }
}

fn crash(lines: &mut Vec<String>, overrun: reader::Overrun) -> BootOutcome {
    let reader::Overrun { id, len } = overrun;
    lines.push(format!("(the board hangs: value {id} of {len} bytes overran a buffer)"));
    BootOutcome::Crashed { id, len }
}

fn stopped(lines: &mut Vec<String>, error: &rewrite::RewriteError) -> BootOutcome {
    match error {
        rewrite::RewriteError::KeyReference => {
            lines.push("sid_mfg: Key import failed, EBADR".to_owned());
            BootOutcome::Refused(Refusal::KeyReference)
        }
        rewrite::RewriteError::Board(BoardError::PowerLost | BoardError::PoweredOff) => {
            BootOutcome::PowerLost
        }
        rewrite::RewriteError::Board(BoardError::WasReset) => BootOutcome::WasReset,
        rewrite::RewriteError::Board(BoardError::Flash(_)) | rewrite::RewriteError::ReadBack => {
            lines.push("sid_mfg: Failed to write mfg data".to_owned());
            BootOutcome::Refused(Refusal::Flash)
        }
    }
}
