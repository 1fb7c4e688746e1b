//! `curbside chain trust`.

use clap::Args;
use sidewalk::{TrustAnchor, TrustAnchors};

use crate::{
    artefact::{Device, for_each_device},
    commands::chain::ChainInputs,
    exit::Exit,
    failure::Failure,
    terminal,
};

/// Print a trust file that pins the roots of chains
///
/// For the root of a test or dummy HSM, which no one else should trust. The roots are taken as the chains show
/// them: whoever made the chains could have made the roots. Compare each key with what the owner of the HSM tells
/// you another way, then give the file to `--trust`.
#[derive(Args, Debug)]
pub(crate) struct TrustFileArgs {
    #[command(flatten)]
    chains: ChainInputs,
}

pub(crate) fn run(args: &TrustFileArgs) -> Result<(), Failure> {
    let inputs = args.chains.inputs()?;
    let mut roots: Vec<TrustAnchor> = Vec::new();
    let mut collect = |device: Device| {
        for found in device.chains {
            let chain = found.map_err(|fault| {
                Failure::new(Exit::Malformed, format!("failed to read {}: {fault}", device.origin))
                    .hint(fault.hint())
            })?;
            let root = TrustAnchor::of(&chain);
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Ok(())
    };
    for input in &inputs {
        for_each_device(input, &mut collect)?;
    }
    if roots.is_empty() {
        return Err(Failure::new(Exit::Usage, "there is no chain whose root to pin")
            .hint("name a file with a chain, or `-` for stdin".to_owned()));
    }
    let amazon = TrustAnchors::amazon();
    if roots.iter().all(|root| amazon.iter().any(|known| known == root)) {
        terminal::note("note: these are Amazon's roots, which are trusted without a file");
    } else {
        terminal::note(
            "warning: nothing was verified: whoever trusts this file trusts these roots",
        );
    }
    terminal::print(&TrustAnchors::new(roots).to_text())
}
