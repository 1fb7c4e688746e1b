//! Private keys in PEM.

use sidewalk::pem;

use super::Explanation;
use crate::{
    block::{Block, Remark},
    describe,
};

pub(super) fn explain(bytes: &[u8]) -> Explanation {
    match pem::decode(bytes) {
        Ok(key) => {
            let what = format!("an {} private key in PEM", key.curve());
            let what = what.replace("an p256r1", "a p256r1");
            Explanation::new("private-key", what, describe::public_key(key.public_key()))
        }
        Err(error) => Explanation::new("pem", "PEM without a usable private key", Block::new(""))
            .with_remarks([Remark::fault("pem", &error)])
            .with_remarks(error.hint().map(Remark::hint)),
    }
}
