//! Trust files.

use sidewalk::TrustAnchors;

use super::Explanation;
use crate::block::{Block, Remark};

pub(super) fn explain(bytes: &[u8]) -> Explanation {
    let parsed = std::str::from_utf8(bytes)
        .map_err(|error| format!("not text at byte {}", error.valid_up_to()))
        .and_then(|text| TrustAnchors::parse(text).map_err(|error| error.to_string()));
    match parsed {
        Ok(anchors) => {
            let amazon = TrustAnchors::amazon();
            let roots = anchors.iter().map(|anchor| {
                let is_amazon = amazon.iter().any(|known| known == anchor);
                Block::new(format!("{} root", anchor.public_key.curve()))
                    .text("curve", anchor.public_key.curve())
                    .text("serial", anchor.serial)
                    .text("public_key", anchor.public_key)
                    .flag("is_amazon", is_amazon)
            });
            let fields = Block::new("").list("roots", roots.collect());
            let note = Remark::note("pinned", "for --trust: nothing in it was verified");
            Explanation::new("trust-file", "a trust file", fields).with_remarks([note])
        }
        Err(problem) => Explanation::new("trust-file", "a trust file", Block::new(""))
            .with_remarks([Remark::fault("trust-file", problem)]),
    }
}
