//! `curbside chain`: certificate chains.

mod show;
mod smsn;
mod trust;
mod verdict;
mod verify;

use std::ffi::OsString;

use clap::{Args, Subcommand};

use crate::{
    failure::Failure,
    input::{self, Input},
};

/// Show and verify certificate chains
#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    Show(show::ShowArgs),
    Verify(verify::VerifyArgs),
    Trust(trust::TrustFileArgs),
    Smsn(smsn::SmsnArgs),
}

pub(crate) fn run(command: ChainCommand) -> Result<(), Failure> {
    match command {
        ChainCommand::Show(args) => show::run(&args),
        ChainCommand::Verify(args) => verify::run(&args),
        ChainCommand::Trust(args) => trust::run(&args),
        ChainCommand::Smsn(args) => smsn::run(&args),
    }
}

/// Chains in any form.
#[derive(Args, Debug)]
struct ChainInputs {
    /// Files, `-` for stdin, or the text itself
    ///
    /// A chain in base64, hex or raw bytes; the signing tool's output; the certificate JSON or wireless-device JSON
    /// of AWS; a control log. The curve is found out. A text that begins with a dash goes behind `--`.
    #[arg(value_name = "CHAIN")]
    chains: Vec<OsString>,
}

impl ChainInputs {
    fn inputs(&self) -> Result<Vec<Input>, Failure> {
        Ok(input::expand(&self.chains)?.iter().map(|argument| Input::of(argument)).collect())
    }
}
