//! `curbside chain verify`.

use std::path::PathBuf;

use clap::Args;
use sidewalk::{Chain, Curve, Smsn, Verifier, VerifyError};

use crate::{
    artefact::{Device, for_each_device, for_each_line},
    commands::{
        Format,
        chain::{
            ChainInputs,
            verdict::{Report, VerdictFault},
        },
    },
    exit::Exit,
    failure::Failure,
    input::Input,
    trust::TrustArgs,
};

/// How many devices are verified together: enough to gain from their common issuer, few enough to stream.
const BATCH_DEVICES: usize = 256;

/// Verify chains up to a trusted root
///
/// A chain is genuine when its root is trusted, every key is sound and every signature verifies. Both chains of one
/// JSON file or control-log record must have one SMSN, which is also the one beside them. Every chain gets its
/// verdict; the command fails if any is not genuine.
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    chains: ChainInputs,
    /// A file with one chain a line, in base64 or hex; `-` for stdin
    #[arg(long, value_name = "FILE")]
    lines: Option<PathBuf>,
    /// The SMSN that every chain must have
    #[arg(long, value_name = "HEX")]
    smsn: Option<Smsn>,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let inputs = args.chains.inputs()?;
    if inputs.is_empty() && args.lines.is_none() {
        return Err(Failure::new(Exit::Usage, "no chain is given")
            .hint("name a file, `-` for stdin, or --lines FILE".to_owned()));
    }
    let mut judge = Judge {
        verifier: args.trust.verifier()?,
        smsn_expected: args.smsn,
        waiting: Vec::new(),
        report: Report::new(args.format),
    };
    let read = (|| {
        for input in &inputs {
            for_each_device(input, &mut |device| judge.take(device))?;
        }
        if let Some(lines) = &args.lines {
            for_each_line(&Input::of_file(lines.clone()), &mut |device| judge.take(device))?;
        }
        Ok(())
    })();
    // What was read before a failure still gets its verdict.
    judge.decide()?;
    judge.report.finish(read)
}

struct Judge {
    verifier: Verifier,
    smsn_expected: Option<Smsn>,
    waiting: Vec<Device>,
    report: Report,
}

impl Judge {
    fn take(&mut self, device: Device) -> Result<(), Failure> {
        self.waiting.push(device);
        if self.waiting.len() == BATCH_DEVICES { self.decide() } else { Ok(()) }
    }

    fn decide(&mut self) -> Result<(), Failure> {
        let mut devices = std::mem::take(&mut self.waiting);
        let chains: Vec<Chain> =
            devices.iter().flat_map(|device| &device.chains).flatten().cloned().collect();
        let mut results = self.verifier.verify_many(chains).into_iter();
        for device in &mut devices {
            let pair = pair_fault(device);
            for found in &device.chains {
                let fault = match found {
                    Err(fault) => Some(VerdictFault::Chain(fault.clone())),
                    Ok(chain) => {
                        let result = results.next().map(|result| result.map(drop));
                        let signature = result.and_then(Result::err).map(VerdictFault::NotGenuine);
                        signature
                            .or_else(|| self.smsn_fault(device, chain))
                            .or_else(|| pair.clone().map(VerdictFault::NotGenuine))
                    }
                };
                self.report.verdict(&device.origin, found.as_ref().ok(), fault.as_ref())?;
            }
        }
        Ok(())
    }

    fn smsn_fault(&self, device: &Device, chain: &Chain) -> Option<VerdictFault> {
        let expected = self.smsn_expected.into_iter().chain(device.smsn_beside);
        let found = chain.smsn();
        expected
            .into_iter()
            .find(|expected| *expected != found)
            .map(|expected| VerdictFault::Smsn { curve: chain.curve(), found, expected })
    }
}

/// Two chains of one device that are of two.
fn pair_fault(device: &Device) -> Option<VerifyError> {
    let smsn = |curve| {
        device.chains.iter().flatten().find(|chain| chain.curve() == curve).map(Chain::smsn)
    };
    let (ed25519, p256r1) = (smsn(Curve::Ed25519)?, smsn(Curve::P256r1)?);
    (ed25519 != p256r1).then_some(VerifyError::SmsnMismatch { ed25519, p256r1 })
}
