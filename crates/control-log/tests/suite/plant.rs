//! A plant whose devices verify, and helpers that several test files share.

use std::io::{self, Cursor, Read};

use control_log::{
    ConsolidateError, Entry,
    consolidate::{Event, Options, Summary, consolidate},
};
use sidewalk::{
    CertificateAuthority, Curve, PrivateKey, Serial, Smsn, Stage, TrustAnchor, TrustAnchors,
};

/// A plant with an authority on each curve.
pub(crate) struct Plant {
    authorities: [CertificateAuthority; 2],
}

impl Plant {
    pub(crate) fn new() -> Self {
        Self { authorities: Curve::ALL.map(authority) }
    }

    /// The device of a number. Its keys follow from the number too.
    pub(crate) fn entry(&self, number: u16) -> Entry {
        self.entry_with_keys(number, number)
    }

    /// A device with the keys of another.
    pub(crate) fn entry_with_keys(&self, number: u16, keys: u16) -> Entry {
        let [ed25519, p256r1] = [0, 1].map(|index| {
            let authority = &self.authorities[index];
            let key = private_key(authority.curve(), keys);
            authority.issue(smsn(number), key.public_key()).unwrap()
        });
        Entry::new("CfnC".parse().unwrap(), ed25519, p256r1, Stage::Production).unwrap()
    }

    pub(crate) fn anchors(&self) -> TrustAnchors {
        let entry = self.entry(0);
        TrustAnchors::new(Curve::ALL.map(|curve| TrustAnchor::of(entry.chain(curve))))
    }
}

/// A log of these entries without any layout, in which `text` need not be valid.
pub(crate) fn log_of(entries: &[&str]) -> String {
    format!("{{\"controlLogs\":[{}]}}", entries.join(","))
}

/// A small entry of version 4-0-1, which is not complete.
pub(crate) fn small_entry(number: u16, text: &str) -> String {
    let smsn = smsn(number);
    format!(r#"{{"version":"4-0-1","device":{{"serialNumber":"{smsn}"}},"text":"{text}"}}"#)
}

pub(crate) fn smsn(number: u16) -> Smsn {
    let mut bytes = [0x5a; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    Smsn::from_bytes(bytes)
}

/// Consolidates texts. Spill stores are in memory.
pub(crate) fn consolidated(
    sources: &[&str],
    options: &Options,
) -> Result<(String, Summary, Vec<Event>), ConsolidateError<io::ErrorKind>> {
    consolidated_from(sources.iter().map(|source| Ok(source.as_bytes())), options)
}

pub(crate) fn consolidated_from<R: Read>(
    sources: impl Iterator<Item = Result<R, io::ErrorKind>> + Send,
    options: &Options,
) -> Result<(String, Summary, Vec<Event>), ConsolidateError<io::ErrorKind>> {
    let mut output = Cursor::new(Vec::new());
    let mut events = Vec::new();
    let open_spill = || Ok(Cursor::new(Vec::new()));
    let summary =
        consolidate(sources, &mut output, open_spill, options, |event| events.push(event))?;
    Ok((String::from_utf8(output.into_inner()).unwrap(), summary, events))
}

/// A source that gives at most so many bytes at a time.
pub(crate) struct Crumbs<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) len_max: usize,
}

impl Read for Crumbs<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.len_max.min(buffer.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.bytes = later;
        Ok(len)
    }
}

fn authority(curve: Curve) -> CertificateAuthority {
    let ladder = (0..5_u16).map(|level| {
        let serial: Serial = format!("0{level}800003").parse().unwrap();
        (serial, private_key(curve, 0xff00 + level))
    });
    CertificateAuthority::certify(ladder.collect()).unwrap()
}

fn private_key(curve: Curve, number: u16) -> PrivateKey {
    let mut bytes = [0x11; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    // A P-256 scalar must be below the group's order, which begins with ffffffff00000000.
    bytes[0] &= 0x7f;
    PrivateKey::from_bytes(curve, &bytes).unwrap()
}
