//! Entries of control logs.

use control_log::{Examined, Record};
use sidewalk::Curve;

use crate::block::{Block, Remark};

/// What an entry says, without its chains, and what is wrong with it before any signature is looked at.
pub(crate) fn entry(record: &Record<'_>, examined: &Examined) -> Block {
    let chain_len = |curve| examined.chain_on(curve).map(|chain| chain.as_bytes().len());
    let mut block =
        Block::new(format!("record {} at byte {}", record.number(), record.offset_bytes()))
            .number("record", record.number())
            .for_programs()
            .number("offset_bytes", record.offset_bytes())
            .for_programs()
            .maybe("smsn", examined.smsn)
            .maybe("apid", examined.apid)
            .maybe("label", examined.label);
    for (curve, name) in
        [(Curve::Ed25519, "ed25519_chain_bytes"), (Curve::P256r1, "p256r1_chain_bytes")]
    {
        if let Some(len_bytes) = chain_len(curve) {
            block = block.number(name, len_bytes);
        }
    }
    let notes = examined.notes.iter().map(|note| Remark::note("form", note));
    let faults = examined.faults.iter().map(|fault| Remark::fault(fault.code(), fault));
    block.remarks(notes.chain(faults).collect())
}
