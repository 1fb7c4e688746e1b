//! Certificate chains and their serials, level by level.

use sidewalk::{Certificate, Chain, ChainForm, Serial, VerifyError};

use crate::block::{Block, Remark};

/// Everything in a chain.
pub(crate) fn chain(chain: &Chain) -> Block {
    frame(chain).list("certificates", chain.certificates().map(|one| certificate(&one)).collect())
}

/// The same, with a line a certificate for people.
pub(crate) fn chain_in_brief(chain: &Chain) -> Block {
    let certificates = chain.certificates().map(|certificate| {
        let title = match certificate.serial() {
            Some(serial) => format!("serial {serial}"),
            None => "SMSN as above".to_owned(),
        };
        let key = certificate.public_key().to_string();
        let title = format!(
            "{:<8} at byte {:>3}  {title:<15}  key {}…",
            certificate.level().name(),
            certificate.offset_bytes(),
            &key[..KEY_HEAD_LEN_CHARS]
        );
        Block::line(title).extended_by(rows(&certificate))
    });
    frame(chain).list("certificates", certificates.collect())
}

/// How many hex digits of a key tell it from others at a glance.
const KEY_HEAD_LEN_CHARS: usize = 32;

fn frame(chain: &Chain) -> Block {
    let form = match chain.form() {
        ChainForm::Long => "long",
        ChainForm::Short => "short",
    };
    let title = format!("{} chain of {} bytes, {form} form", chain.curve(), chain.as_bytes().len());
    Block::new(title)
        .text("curve", chain.curve())
        .for_programs()
        .text("form", form)
        .for_programs()
        .number("len_bytes", chain.as_bytes().len())
        .for_programs()
        .text("smsn", chain.smsn())
}

/// A chain's verdict in a word, and the reason in a remark.
pub(crate) fn verdict(block: Block, result: Result<(), &VerifyError>) -> Block {
    match result {
        Ok(()) => block.text("verdict", "genuine"),
        Err(error) => {
            let mut remarks = vec![Remark::fault(error.code(), error)];
            remarks.extend(error.hint().map(Remark::hint));
            block.text("verdict", "not genuine").remarks(remarks)
        }
    }
}

fn certificate(certificate: &Certificate<'_>) -> Block {
    let title = format!("{} at byte {}", certificate.level(), certificate.offset_bytes());
    Block::new(title).extended_by(rows(certificate))
}

fn rows(certificate: &Certificate<'_>) -> Block {
    let block = Block::new("")
        .text("level", certificate.level())
        .for_programs()
        .number("offset_bytes", certificate.offset_bytes())
        .for_programs();
    let block = match certificate.serial() {
        Some(found) => block.extended_by(serial(&found)),
        None => block.maybe("smsn", certificate.smsn()),
    };
    block.text("public_key", certificate.public_key()).text("signature", certificate.signature())
}

/// A serial and its bit fields.
pub(crate) fn serial(serial: &Serial) -> Block {
    let fields = serial.fields();
    let form = if serial.is_extended() { "extended" } else { "plain" };
    let number = hex::encode(&fields.number);
    let in_words = format!(
        "{serial} ({form}: type {}, chain size {}, level {}, rights {}, number {number})",
        fields.certificate_type, fields.chain_size, fields.level, fields.rights
    );
    let block = Block::new("")
        .text("form", form)
        .number("certificate_type", fields.certificate_type)
        .number("chain_size", fields.chain_size)
        .number("level", fields.level)
        .number("rights", fields.rights)
        .text("number", number);
    Block::new("")
        .text("serial", in_words)
        .for_people()
        .text("serial", serial)
        .for_programs()
        .block("serial_fields", block)
        .for_programs()
}
