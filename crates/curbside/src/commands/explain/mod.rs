//! `curbside explain`: what something is, field by field, and what is wrong with it.

mod encoded;
mod json;
mod log;
mod page;
mod pem;
mod table;
mod trust_file;

use std::{ffi::OsString, path::Path};

use ::page::{Catalogue, Container};
use clap::Args;
use control_log::ControlLogName;
use sidewalk::Verifier;
use zeroize::Zeroizing;

use crate::{
    artefact::Json,
    block::{Block, Remark},
    commands::{Format, page::FLASH_LEN_BYTES_MAX},
    exit::Exit,
    failure::Failure,
    input::{self, Content, Input},
    terminal,
    trust::TrustArgs,
};

/// Say what a file or text is, field by field, and what is wrong with it
///
/// Knows private keys in PEM, chains and signing requests in any form, SMSN and serials, manufacturing pages and flash
/// dumps, the signing tool's output, the JSON files of AWS, control logs and their names, feedback and import files,
/// trust files. Ends with 0 when it could tell, also when what it tells is bad.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// Files, `-` for stdin, or the text itself
    #[arg(value_name = "ARTEFACT", required = true)]
    artefacts: Vec<OsString>,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let expert = Expert { verifier: args.trust.verifier()?, catalogue: Catalogue::built_in() };
    let mut worst: Option<Failure> = None;
    let mut blocks = Vec::new();
    for argument in input::expand(&args.artefacts)? {
        let input = Input::of(&argument);
        match expert.explain(&input) {
            Ok(explanation) => blocks.push(explanation.block(&input.to_string())),
            // The others are still explained.
            Err(failure) => {
                if let Some(earlier) = worst.replace(failure) {
                    terminal::note(earlier.render().trim_end());
                }
            }
        }
    }
    args.format.print(&Block::new("").list("artefacts", blocks))?;
    worst.map_or(Ok(()), Err)
}

/// What judging needs.
struct Expert {
    verifier: Verifier,
    catalogue: &'static Catalogue,
}

/// What is known of one artefact.
struct Explanation {
    /// Stable, for scripts.
    kind: &'static str,
    /// For people, such as "a control log of 3 devices".
    what: String,
    fields: Block,
    remarks: Vec<Remark>,
}

impl Explanation {
    fn new(kind: &'static str, what: impl Into<String>, fields: Block) -> Self {
        Self { kind, what: what.into(), fields, remarks: Vec::new() }
    }

    fn with_remarks(mut self, remarks: impl IntoIterator<Item = Remark>) -> Self {
        self.remarks.extend(remarks);
        self
    }

    fn block(self, name: &str) -> Block {
        let is_good = !self.remarks.iter().any(Remark::is_fault);
        Block::new(format!("{name}: {}", self.what))
            .text("artefact", name)
            .for_programs()
            .text("kind", self.kind)
            .for_programs()
            .extended_by(self.fields)
            .flag("acceptable", is_good)
            .remarks(self.remarks)
    }
}

impl Expert {
    fn explain(&self, input: &Input) -> Result<Explanation, Failure> {
        if let Input::File(path) = input
            && let Some(name) = control_log_name(path)
            && !path.exists()
        {
            return Ok(log::explain_name(name));
        }
        match input.content(FLASH_LEN_BYTES_MAX)? {
            Content::ControlLog(source) => self.explain_log(input, source),
            Content::Bytes(bytes) => self.explain_bytes(input, bytes),
        }
    }

    fn explain_bytes(
        &self,
        input: &Input,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<Explanation, Failure> {
        let text = bytes.trim_ascii();
        if text.is_empty() {
            return Err(Failure::new(Exit::Malformed, format!("{input} is empty"))
                .hint("it was cut, perhaps by a full disk: take the original".to_owned()));
        }
        if contains(text, b"-----BEGIN ") {
            return Ok(pem::explain(&bytes));
        }
        if text.starts_with(b"curbside-trust") {
            return Ok(trust_file::explain(&bytes));
        }
        if Json::is_meant(&bytes) {
            return match Json::read(&input.to_string(), &bytes)? {
                Json::ControlLog => self.explain_log(input, std::io::Cursor::new(bytes.to_vec())),
                json => self.explain_json(input, &json, &bytes),
            };
        }
        if Container::of(&bytes) != Container::Binary {
            return self.explain_page(input, bytes);
        }
        if let Some(explanation) = table::explain(&bytes) {
            return Ok(explanation);
        }
        match self.explain_encoded(&bytes) {
            Some(explanation) => Ok(explanation),
            None => self.explain_page(input, bytes),
        }
    }
}

fn control_log_name(path: &Path) -> Option<ControlLogName> {
    path.file_name()?.to_str()?.parse().ok()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sidewalk::TrustAnchors;

    use super::*;

    fn explain(bytes: &[u8]) -> Result<Explanation, Failure> {
        let verifier = Verifier::new(TrustAnchors::amazon());
        let expert = Expert { verifier, catalogue: Catalogue::built_in() };
        expert.explain_bytes(&Input::Stdin, Zeroizing::new(bytes.to_vec()))
    }

    /// Beginnings that lead to each of the readers.
    const HEADS: [&[u8]; 9] = [
        b"",
        b"{\"controlLogs\": [",
        b"{\"Sidewalk\": {",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"curbside-trust 1\n",
        b":10",
        b"0xa9002:OBJ:",
        b"Record Id,",
        b"SID0\x00\x00\x00\x08",
    ];

    proptest! {
        #[test]
        fn any_bytes_are_explained_or_refused(
            head in prop::sample::select(&HEADS[..]),
            tail in prop::collection::vec(any::<u8>(), 0..2000),
        ) {
            let _either = explain(&[head, &tail].concat());
        }

        #[test]
        fn hex_of_any_length_is_explained_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..1000),
        ) {
            let _either = explain(hex::encode(&bytes).as_bytes());
        }
    }

    #[test]
    fn nothing_is_malformed() {
        let failure = explain(b" \n").err().expect("there is nothing to explain");
        assert_eq!(failure.exit(), Exit::Malformed);
    }
}
