//! `GET /v1/evidence/…`: the log as C2SP tlog-tiles has it, and proofs.

use evidence::{
    Hash,
    note::SigningKey,
    tiles::{CHECKPOINT_PATH, Resource, TILE_WIDTH, push_entry},
};
use serde::Serialize;
use signer::service::{Refusal, RefusalCode};

use super::{
    answer::{Answer, content, immutable, json, not_found, text},
    query,
};
use crate::store::Store;

/// The content type of tiles and bundles.
const BYTES: &str = "application/octet-stream";

/// A proof in JSON.
#[derive(Serialize)]
struct Proof {
    /// The hashes in base64, as tlog-proof orders them.
    hashes: Vec<String>,
}

/// The evidence log of a server.
pub(super) struct EvidenceApi<'a> {
    pub(super) store: &'a Store,
    pub(super) key: &'a SigningKey,
    pub(super) origin: &'a str,
}

impl EvidenceApi<'_> {
    /// Answers a path below `/v1/evidence/`.
    pub(super) async fn answer(&self, path: &str, query: Option<&str>) -> Result<Answer, Refusal> {
        match path {
            CHECKPOINT_PATH => self.checkpoint().await,
            "inclusion" => {
                let (index, size) = (query::needed(query, "index")?, query::number(query, "size")?);
                let size = self.size(size).await?;
                proof(self.store.inclusion(index, size).await?)
            }
            "consistency" => {
                let (from, to) = (query::needed(query, "from")?, query::number(query, "to")?);
                let to = self.size(to).await?;
                proof(self.store.consistency(from, to).await?)
            }
            path => match Resource::parse(path) {
                Some(Resource::Tile(tile)) => {
                    let mut hashes = self.store.tile(tile.level, tile.index).await?;
                    let len_bytes = usize::from(tile.width) * Hash::LEN_BYTES;
                    if hashes.len() < len_bytes {
                        return Ok(not_found(path));
                    }
                    hashes.truncate(len_bytes);
                    Ok(immutable(content(BYTES, hashes)))
                }
                Some(Resource::Entries { index, width }) => self.bundle(path, index, width).await,
                _ => Ok(not_found(path)),
            },
        }
    }

    async fn checkpoint(&self) -> Result<Answer, Refusal> {
        let checkpoint = self.store.checkpoint(self.origin).await?;
        let note = checkpoint
            .sign(self.key)
            .map_err(|error| Refusal::new(RefusalCode::Defect, format!("failed to {error}")))?;
        Ok(text(note.to_string()))
    }

    async fn bundle(&self, path: &str, index: u64, width: u16) -> Result<Answer, Refusal> {
        let Some(from) = index.checked_mul(u64::from(TILE_WIDTH)) else {
            return Ok(not_found(path));
        };
        let entries = self.store.entries(from, width).await?;
        if entries.len() < usize::from(width) {
            return Ok(not_found(path));
        }
        let mut bundle = Vec::new();
        for entry in &entries {
            push_entry(&mut bundle, entry)
                .map_err(|error| Refusal::new(RefusalCode::Defect, error))?;
        }
        Ok(immutable(content(BYTES, bundle)))
    }

    async fn size(&self, asked: Option<u64>) -> Result<u64, Refusal> {
        match asked {
            Some(size) => Ok(size),
            None => Ok(self.store.counts().await?.evidence),
        }
    }
}

fn proof(hashes: Option<Vec<Hash>>) -> Result<Answer, Refusal> {
    let hashes = hashes.ok_or_else(|| {
        Refusal::new(RefusalCode::NotFound, "the log has no such entry, or never had this size")
    })?;
    Ok(json(&Proof { hashes: hashes.iter().map(Hash::to_string).collect() }))
}
