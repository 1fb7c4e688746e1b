//! Chains, signing requests, SMSN and serials, in base64, hex or raw.

use sidewalk::{Chain, ChainText, Csr, CsrOrder, Curve, PublicKey, Serial, Smsn};

use super::{Expert, Explanation};
use crate::{
    block::{Block, Remark},
    describe,
};

/// Nothing else of ours that is written as text has so many bytes; a short chain has 372.
const CHAIN_LEN_BYTES_MIN: usize = 300;

/// Raw bytes are taken for a damaged chain between these; a page has more.
const DAMAGED_RAW_CHAIN_LEN_BYTES: std::ops::RangeInclusive<usize> = 600..=900;

impl Expert {
    pub(super) fn explain_encoded(&self, bytes: &[u8]) -> Option<Explanation> {
        let (form, raw) = ChainText::decode(bytes).ok()?;
        let form_name = form.name();
        match Chain::parse_any(&raw) {
            Ok(chain) => return Some(self.explain_chain(form, chain)),
            Err(error) if raw.len() >= CHAIN_LEN_BYTES_MIN => {
                if form == ChainText::Raw && !DAMAGED_RAW_CHAIN_LEN_BYTES.contains(&raw.len()) {
                    return None;
                }
                let fields = Block::new("").text("form", form_name).number("len_bytes", raw.len());
                return Some(
                    Explanation::new("chain", "a damaged certificate chain", fields)
                        .with_remarks([Remark::fault("chain-form", error)])
                        .with_remarks(error.hint().map(Remark::hint)),
                );
            }
            Err(_) => {}
        }
        if raw.len() == Smsn::LEN_BYTES {
            return Some(explain_32_bytes(form_name, &raw));
        }
        if let Some(explanation) = explain_request(form_name, &raw) {
            return Some(explanation);
        }
        let serial = Serial::parse(&raw).ok().filter(|_| form == ChainText::Hex)?;
        Some(Explanation::new(
            "serial",
            "the serial of a certificate authority",
            describe::serial(&serial),
        ))
    }

    fn explain_chain(&self, form: ChainText, chain: Chain) -> Explanation {
        let fields =
            Block::new("").text("encoding", form.name()).extended_by(describe::chain(&chain));
        let what = format!("an {} certificate chain", chain.curve()).replace("an p", "a p");
        let verdict = self.verifier.verify(chain).err();
        Explanation::new("chain", what, fields).with_remarks(verdict.iter().flat_map(|error| {
            let hint = error.hint().map(Remark::hint);
            std::iter::once(Remark::fault(error.code(), error)).chain(hint)
        }))
    }
}

/// 32 bytes say nothing of themselves.
fn explain_32_bytes(form: &str, raw: &[u8]) -> Explanation {
    let fields = Block::new("")
        .text("form", form)
        .number("len_bytes", raw.len())
        .text("smsn", hex::encode(raw));
    let is_key = PublicKey::from_bytes(Curve::Ed25519, raw).is_some_and(|key| key.check().is_ok());
    let ambiguity = is_key.then(|| {
        Remark::note(
            "ambiguous",
            "the same bytes could be an ed25519 public key or signing request",
        )
    });
    Explanation::new("smsn", "an SMSN, the serial number of a device", fields)
        .with_remarks([Remark::note(
            "smsn",
            "a hash of device type, stage, DSN and APID, which cannot be told from it",
        )])
        .with_remarks(ambiguity)
}

fn explain_request(form: &str, raw: &[u8]) -> Option<Explanation> {
    // Where both curves would fit, a P-256 point is no accident.
    let parsed = [Curve::P256r1, Curve::Ed25519].map(|curve| Csr::parse(curve, raw));
    let sound = parsed
        .iter()
        .flatten()
        .find(|request| request.public_key().check().is_ok())
        .or_else(|| parsed.iter().flatten().next());
    let Some(request) = sound else {
        // A request of the right size whose signature is bad.
        let error = parsed.iter().find_map(|parsed| match parsed {
            Err(error @ sidewalk::CsrError::Signature { .. }) => Some(*error),
            _ => None,
        })?;
        let fields = Block::new("").text("form", form).number("len_bytes", raw.len());
        return Some(
            Explanation::new("signing-request", "a damaged signing request", fields)
                .with_remarks([Remark::fault("bad-signature", error)])
                .with_remarks(error.hint().map(Remark::hint)),
        );
    };
    let (curve, key) = (request.curve(), request.public_key());
    let fields = Block::new("")
        .text("form", form)
        .number("len_bytes", raw.len())
        .text("curve", curve)
        .text("public_key", key)
        .text("fingerprint", describe::fingerprint(key))
        .maybe("smsn", request.smsn())
        .maybe("signature", request.signature());
    let key_fault = key.check().err();
    let is_old = request.order() == CsrOrder::SmsnFirst;
    let parts = match (request.smsn(), request.signature()) {
        (_, Some(_)) => "key, SMSN and signature",
        (Some(_), None) => "key and SMSN",
        (None, None) => "key alone",
    };
    let what = format!("a signing request (CSR) of {curve}: {parts}");
    Some(
        Explanation::new("signing-request", what, fields)
            .with_remarks(
                key_fault
                    .map(|fault| Remark::fault(fault.code(), format!("the {curve} key {fault}"))),
            )
            .with_remarks(is_old.then(|| {
                Remark::note(
                    "old-order",
                    "the SMSN stands before the key, as older devices send it",
                )
            }))
            .with_remarks(request.signature().is_none().then(|| {
                Remark::note("unsigned", "nothing proves that the device has the private key")
            })),
    )
}
