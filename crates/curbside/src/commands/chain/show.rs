//! `curbside chain show`.

use clap::Args;

use crate::{
    artefact::{Device, Place, for_each_device},
    block::Block,
    commands::{Format, chain::ChainInputs},
    describe,
    exit::Exit,
    failure::Failure,
    terminal::Output,
    trust::TrustArgs,
};

/// Show every certificate of a chain: serial, key, signature
///
/// The verdict is shown with it, but only a chain that cannot be read is a failure; `chain verify` judges.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    chains: ChainInputs,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let verifier = args.trust.verifier()?;
    let inputs = args.chains.inputs()?;
    if inputs.is_empty() {
        return Err(Failure::new(Exit::Usage, "no chain is given")
            .hint("name a file, or `-` for stdin".to_owned()));
    }
    let mut output = Output::new();
    let mut show = |device: Device| {
        for found in device.chains {
            let chain = found.map_err(|fault| {
                Failure::new(Exit::Malformed, format!("failed to read {}: {fault}", device.origin))
                    .hint(fault.hint())
            })?;
            let block = origin_block(Block::new(device.origin.to_string()), &device.origin.place)
                .block("chain", {
                    let verdict = verifier.verify(chain.clone()).map(drop);
                    describe::verdict(describe::chain(&chain), verdict.as_ref().copied())
                });
            if args.format.json {
                output.print_json_line(&block)?;
            } else {
                output.print(&block.render())?;
            }
        }
        Ok(())
    };
    for input in &inputs {
        for_each_device(input, &mut show)?;
    }
    output.finish()
}

fn origin_block(block: Block, place: &Option<Place>) -> Block {
    match *place {
        None => block,
        Some(Place::Line(line)) => block.number("line", line),
        Some(Place::Record { number, offset_bytes }) => {
            block.number("record", number).number("offset_bytes", offset_bytes)
        }
    }
}
