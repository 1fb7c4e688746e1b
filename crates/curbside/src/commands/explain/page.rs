//! Manufacturing pages, alone or in a flash dump.

use page::{Severity, check_identity};
use zeroize::Zeroizing;

use super::{Expert, Explanation};
use crate::{
    block::{Block, Remark},
    commands::page::{Found, describe_page, strict_verdict},
    describe,
    exit::Exit,
    failure::Failure,
    input::Input,
};

impl Expert {
    pub(super) fn explain_page(
        &self,
        input: &Input,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<Explanation, Failure> {
        let len_bytes = bytes.len();
        let found = match Found::of(bytes, self.catalogue, None) {
            Ok(found) => found,
            Err(error) => {
                let fields = Block::new("").number("len_bytes", len_bytes);
                return Ok(Explanation::new("page", "a damaged file for a programmer", fields)
                    .with_remarks([Remark::fault("text-line", &error)])
                    .with_remarks(error.hint().map(Remark::hint)));
            }
        };
        if found.pages.is_empty() {
            return Err(Failure::new(
                Exit::Malformed,
                format!("{input} is nothing that is known here"),
            )
            .hint(
                "it holds no key, chain, request, serial, page, control log or table of Sidewalk"
                    .to_owned(),
            ));
        }
        let mut remarks = Vec::new();
        for page in &found.pages {
            let diagnosis = &page.diagnosis;
            let faults = check_identity(&diagnosis.page, self.verifier.anchors());
            remarks.extend(faults.iter().map(describe::identity_fault));
            if let Err(fault) = strict_verdict(&found, page) {
                remarks.push(Remark::new(Severity::Warning, "not-strict", fault));
            }
            let findings = diagnosis.findings.iter();
            remarks.extend(findings.map(describe::finding).filter(Remark::is_fault));
        }
        let what = match found.pages.len() {
            1 => "a manufacturing page".to_owned(),
            count => format!("{count} manufacturing pages"),
        };
        let pages =
            found.pages.iter().map(|page| describe_page(&found, page, self.catalogue)).collect();
        let fields = Block::new("").number("len_bytes", len_bytes).list("pages", pages);
        Ok(Explanation::new("page", what, fields).with_remarks(remarks))
    }
}
