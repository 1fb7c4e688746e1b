//! The columns of an issuance: read as rows, written as one array for each column.

use postgres::{Row, types::ToSql};
use sidewalk::{Curve, Signature};
use signer::service::RequestId;

use super::draft::DraftRow;
use crate::store::{op::Issued, sqlite::device_of, tables::IssuanceRow};

/// Numbers, and those that request ids were used for: all their issuances.
pub(super) const READ: &str = "SELECT smsn, generation, request_id, product, package, line, client, ed25519_key, p256r1_key, \
     attempts, created_ms, claimed_by, claimed_until_ms, finished_ms, ed25519_signature, \
     p256r1_signature, hsm_serial, evidence_index FROM issuance WHERE smsn = ANY (\
     $1::bytea[] || ARRAY (SELECT smsn FROM issuance WHERE request_id = ANY ($2::bytea[])))";

/// New issuances and new outcomes alike.
pub(super) const WRITE: &str = "INSERT INTO issuance (smsn, generation, request_id, product, \
     package, line, client, ed25519_key, p256r1_key, attempts, created_ms, claimed_by, \
     claimed_until_ms, finished_ms, ed25519_signature, p256r1_signature, hsm_serial, \
     evidence_index) \
     SELECT * FROM unnest ($1::bytea[], $2::int8[], $3::bytea[], $4::text[], $5::text[], \
     $6::text[], $7::bytea[], $8::bytea[], $9::bytea[], $10::int8[], $11::int8[], $12::text[], \
     $13::int8[], $14::int8[], $15::bytea[], $16::bytea[], $17::int8[], $18::int8[]) \
     ON CONFLICT (smsn, generation) DO UPDATE SET attempts = excluded.attempts, \
     claimed_by = excluded.claimed_by, claimed_until_ms = excluded.claimed_until_ms, \
     finished_ms = excluded.finished_ms, ed25519_signature = excluded.ed25519_signature, \
     p256r1_signature = excluded.p256r1_signature, hsm_serial = excluded.hsm_serial, \
     evidence_index = excluded.evidence_index";

/// An issuance of [`READ`]; `None` where its parts are not what they were written as.
pub(super) fn row_of(row: &Row) -> Option<DraftRow> {
    let bytes = |at: usize| row.try_get::<_, &[u8]>(at).ok();
    let text = |at: usize| row.try_get::<_, String>(at).ok();
    let number = |at: usize| u64::try_from(row.try_get::<_, i64>(at).ok()?).ok();
    let signature = |at: usize| Some(Signature::from_bytes(bytes(at)?.try_into().ok()?));
    let evidence_index = row.try_get::<_, Option<i64>>(17).ok()?;
    let issued = match evidence_index {
        None => None,
        Some(index) => Some(Issued {
            ed25519: signature(14)?,
            p256r1: signature(15)?,
            hsm_serial: u32::try_from(number(16)?).ok()?,
            evidence_index: u64::try_from(index).ok()?,
        }),
    };
    let row_itself = IssuanceRow {
        device: device_of(bytes(0)?, bytes(7)?, bytes(8)?)?,
        generation: u32::try_from(number(1)?).ok()?,
        product: text(3)?,
        package: row.try_get(4).ok()?,
        line: text(5)?,
        client: bytes(6)?.try_into().ok()?,
        created_ms: number(10)?,
        claimed_by: text(11)?,
        claimed_until_ms: number(12)?,
        issued,
    };
    Some(DraftRow {
        row: row_itself,
        request_id: RequestId::from_bytes(bytes(2)?.try_into().ok()?),
        attempts: row.try_get(9).ok()?,
        finished_ms: row.try_get(13).ok()?,
        is_changed: false,
    })
}

/// Numbers are far below 2^63: they count devices, or milliseconds since 1970.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Hands the parameters of [`WRITE`] to `write`.
pub(super) fn with_columns<T>(
    rows: &[&DraftRow],
    write: impl FnOnce(&[&(dyn ToSql + Sync)]) -> T,
) -> T {
    fn column<'a, C>(rows: &[&'a DraftRow], value: impl Fn(&'a DraftRow) -> C) -> Vec<C> {
        rows.iter().map(|row| value(row)).collect()
    }
    let keys: Vec<_> = rows
        .iter()
        .map(|row| [Curve::Ed25519, Curve::P256r1].map(|curve| row.row.device.public_key(curve)))
        .collect();
    let key = |at: usize| -> Vec<&[u8]> { keys.iter().map(|keys| keys[at].as_bytes()).collect() };
    let smsns: Vec<_> = rows.iter().map(|row| row.row.device.smsn()).collect();
    let issued = |row: &DraftRow| row.row.issued;
    write(&[
        &smsns.iter().map(|smsn| smsn.as_bytes().as_slice()).collect::<Vec<_>>(),
        &column(rows, |row| i64::from(row.row.generation)),
        &column(rows, |row| row.request_id.as_bytes().as_slice()),
        &column(rows, |row| row.row.product.as_str()),
        &column(rows, |row| row.row.package.as_deref()),
        &column(rows, |row| row.row.line.as_str()),
        &column(rows, |row| row.row.client.as_slice()),
        &key(0),
        &key(1),
        &column(rows, |row| row.attempts),
        &column(rows, |row| signed(row.row.created_ms)),
        &column(rows, |row| row.row.claimed_by.as_str()),
        &column(rows, |row| signed(row.row.claimed_until_ms)),
        &column(rows, |row| row.finished_ms),
        &column(rows, |row| row.row.issued.as_ref().map(|is| is.ed25519.as_bytes().as_slice())),
        &column(rows, |row| row.row.issued.as_ref().map(|is| is.p256r1.as_bytes().as_slice())),
        &column(rows, |row| issued(row).map(|issued| i64::from(issued.hsm_serial))),
        &column(rows, |row| issued(row).map(|issued| signed(issued.evidence_index))),
    ])
}
