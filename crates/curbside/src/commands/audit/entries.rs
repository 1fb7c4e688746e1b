//! What the entries of a log must be by themselves and among each other.

use std::{collections::hash_map::RandomState, hash::BuildHasher as _};

use evidence::{
    Checkpoint, Issuance, IssuanceKind, audit::LogReader as _, tiles::Entries, tiles::TILE_WIDTH,
    tiles::TileId,
};
use sidewalk::{Chain, Curve, Verifier};

use super::export::{Export, issuance_of};
use crate::failure::Failure;

/// Devices whose numbers are compared in one pass over the log: 64 MiB of memory. A longer log is read again
/// for every further so many.
const DEVICES_PER_PASS: u64 = 4_000_000;

/// Findings that are told; of more only their number is.
pub(super) const FINDINGS_MAX: usize = 20;

/// Looks at entries as they pass.
pub(super) struct EntryCheck<'a> {
    authorities: Option<Authorities<'a>>,
    passes: u64,
    hasher: RandomState,
    seen: Vec<Seen>,
    pub(super) firsts: u64,
    pub(super) reworks: u64,
    pub(super) findings: Findings,
}

/// The chains that a log's certificates must hang from.
pub(super) struct Authorities<'a> {
    pub(super) verifier: &'a Verifier,
    pub(super) chains: Vec<Chain>,
}

/// What is wrong with entries: the first few, and how many.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) told: Vec<(u64, String)>,
    pub(super) count: u64,
}

impl Findings {
    fn add(&mut self, index: u64, message: String) {
        self.count += 1;
        if self.told.len() < FINDINGS_MAX {
            self.told.push((index, message));
        }
    }
}

/// A device's number, shortened by a hash that nobody can foresee, and where it stands.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Seen {
    smsn: u64,
    index: u64,
    is_rework: bool,
}

impl<'a> EntryCheck<'a> {
    pub(super) fn new(size: u64, authorities: Option<Authorities<'a>>) -> Self {
        Self {
            authorities,
            passes: size.div_ceil(DEVICES_PER_PASS).max(1),
            hasher: RandomState::new(),
            seen: Vec::new(),
            firsts: 0,
            reworks: 0,
            findings: Findings::default(),
        }
    }

    /// Takes an entry of the first pass.
    pub(super) fn take(&mut self, index: u64, entry: &[u8]) {
        let issuance = match Issuance::from_bytes(entry) {
            Ok(issuance) => issuance,
            Err(error) => return self.findings.add(index, error.to_string()),
        };
        match issuance.kind {
            IssuanceKind::First => self.firsts += 1,
            IssuanceKind::Rework { .. } => self.reworks += 1,
        }
        if let Some(authorities) = &self.authorities {
            for curve in Curve::ALL {
                if !authorities.signed(curve, &issuance) {
                    let message = format!("the {curve} certificate is of none of the chains");
                    self.findings.add(index, message);
                }
            }
        }
        self.remember(index, &issuance, 0);
    }

    /// Compares the devices of all entries. Reads the log again where it is long.
    pub(super) fn finish(
        mut self,
        export: &Export,
        checkpoint: &Checkpoint,
    ) -> Result<Self, Failure> {
        self.compare(export, checkpoint)?;
        for pass in 1..self.passes {
            let mut index = 0;
            while let Some(tile) = TileId::in_tree(checkpoint.size, 0, index) {
                let bundle = export.entries_if_any(index, tile.width)?;
                let bytes = bundle.map(|(_, bytes)| bytes).unwrap_or_default();
                let entries = Entries::new(&bytes).map_while(Result::ok);
                let first = index * u64::from(TILE_WIDTH);
                for (entry, number) in entries.take(tile.width.into()).zip(first..) {
                    if let Ok(issuance) = Issuance::from_bytes(entry) {
                        self.remember(number, &issuance, pass);
                    }
                }
                index += 1;
            }
            self.compare(export, checkpoint)?;
        }
        self.findings.told.sort();
        Ok(self)
    }

    fn remember(&mut self, index: u64, issuance: &Issuance, pass: u64) {
        let smsn = self.hasher.hash_one(issuance.smsn);
        if smsn % self.passes == pass {
            let is_rework = matches!(issuance.kind, IssuanceKind::Rework { .. });
            self.seen.push(Seen { smsn, index, is_rework });
        }
    }

    /// Only numbers that stand twice, and reworks, are looked at again.
    fn compare(&mut self, export: &Export, checkpoint: &Checkpoint) -> Result<(), Failure> {
        let mut seen = std::mem::take(&mut self.seen);
        seen.sort_unstable();
        for group in seen.chunk_by(|a, b| a.smsn == b.smsn) {
            if group.len() == 1 && !group[0].is_rework {
                continue;
            }
            let mut earlier: Vec<(u64, Issuance)> = Vec::new();
            for Seen { index, .. } in group {
                let issuance = issuance_of(*index, &export.entry(checkpoint, *index)?)?;
                // The newest of the same number; two numbers may have one hash.
                let before = earlier.iter().position(|(_, it)| it.smsn == issuance.smsn);
                let complaint = complaint(before.map(|at| &earlier[at]), &issuance);
                if let Some(message) = complaint {
                    self.findings.add(*index, message);
                }
                match before {
                    Some(at) => earlier[at] = (*index, issuance),
                    None => earlier.push((*index, issuance)),
                }
            }
        }
        Ok(())
    }
}

impl Authorities<'_> {
    /// Whether the device's certificate of a curve hangs from one of the chains, up to a trusted root.
    fn signed(&self, curve: Curve, issuance: &Issuance) -> bool {
        let (key, signature) = match curve {
            Curve::Ed25519 => (issuance.ed25519_public_key.as_slice(), &issuance.ed25519_signature),
            Curve::P256r1 => (issuance.p256_public_key.as_slice(), &issuance.p256_signature),
        };
        self.chains.iter().filter(|chain| chain.curve() == curve).any(|chain| {
            let bytes = [&issuance.smsn, key, signature, chain.issuers_bytes()].concat();
            Chain::parse(curve, &bytes).is_ok_and(|chain| self.verifier.verify(chain).is_ok())
        })
    }
}

/// What is wrong with an entry, given the entry of the same number before it.
fn complaint(before: Option<&(u64, Issuance)>, issuance: &Issuance) -> Option<String> {
    let smsn = hex::encode(issuance.smsn);
    match (before, issuance.kind) {
        (None, IssuanceKind::First) => None,
        (None, IssuanceKind::Rework { earlier }) => {
            Some(format!("a rework of entry {earlier}, and no entry before it is of device {smsn}"))
        }
        (Some((at, before)), IssuanceKind::First) if before.has_keys_of(issuance) => {
            Some(format!("device {smsn} has the same certificates since entry {at}"))
        }
        (Some((at, _)), IssuanceKind::First) => {
            Some(format!("device {smsn} has other keys since entry {at}, and this is no rework"))
        }
        (Some((at, _)), IssuanceKind::Rework { earlier }) if earlier == *at => None,
        (Some((at, _)), IssuanceKind::Rework { earlier }) => Some(format!(
            "a rework of entry {earlier}, and the last of device {smsn} is entry {at}"
        )),
    }
}
