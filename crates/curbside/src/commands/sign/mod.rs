//! `curbside sign`: devices in, certificates out.

mod batch;
mod batch_log;
mod device;
mod single;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Args, ValueEnum};
use hsm::{Fleet, FleetMembers, FleetOptions, ProductTag, Selection};
use sidewalk::Verifier;
use signer::{OutputForm, Signer};

pub(crate) use self::device::app_server_key_of_profile;

use self::device::DeviceArgs;
use crate::{
    commands::StageChoice, exit::Exit, failure::Failure, hsm_access::HsmArgs, pin::PinArgs,
    terminal, trust::TrustArgs,
};

/// Sign devices with an HSM
///
/// Takes a device's signing requests, its private keys, or nothing, in which case the keys are generated; asks the HSM for
/// the certificates of both curves; verifies them to the roots before anything is written. The output is the JSON that
/// `curbside page build --certificate-json` and the public provisioning tool take. With several --connector they share the
/// work.
///
/// With --batch a file says which devices: CSV with a header line, or a JSON object a line, with any of smsn, device_type,
/// dsn, apid, board_id, eddsa_csr, ecdsa_csr, ed25519_private_key_file, p256r1_private_key_file. The output is one JSON object
/// a line. What was intended and done stands in a journal beside the output: after a kill or a power cut run the same
/// command again, and it continues; no device ever gets certificates for two keys. Keep the journal: it holds the keys
/// that were generated, and it is what prevents a second signature.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside sign --product RNET_DAK_NAME -c http://localhost:12345 --pin-file pin.txt \\
      --device-type A17XHX23H06INH --dsn SN1234567 --apid pd25 -o device.json --control-log-dir logs
  curbside sign --product RNET_DAK_NAME -c http://hsm-1:12345 -c http://hsm-2:12345 --pin-file pin.txt \\
      --device-type A17XHX23H06INH --apid pd25 --batch devices.csv -o devices.jsonl --control-log-dir logs")]
pub(crate) struct SignArgs {
    /// The product's tag on the HSM, such as RNET_DAK_NAME
    #[arg(short, long, value_name = "TAG")]
    product: ProductTag,
    /// The product's stage, for a tag that does not tell it
    #[arg(long)]
    stage: Option<StageChoice>,
    /// The HSM's authentication key that the PIN is for; without this 5, then 6, for pre-production 6, then 5
    #[arg(long, value_name = "N")]
    pin_slot: Option<u16>,
    #[command(flatten)]
    hsm: HsmArgs,
    #[command(flatten)]
    pin: PinArgs,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    device: DeviceArgs,
    /// Sign the devices in this file; `-` for stdin
    #[arg(long, value_name = "FILE", requires = "output", conflicts_with_all = device::OF_ONE_DEVICE)]
    batch: Option<PathBuf>,
    /// How many devices of a batch are signed at once; without this 8, or 4 for each HSM
    #[arg(long, value_name = "N", requires = "batch")]
    callers: Option<NonZeroUsize>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = FormChoice::Json, conflicts_with = "batch")]
    outform: FormChoice,
    /// The file for the output; without this stdout. Readable by its owner only where it holds private keys
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace an existing output
    #[arg(long, conflicts_with = "batch")]
    force: bool,
    /// Where control logs go: C_CONTROL_LOG_YYYYMMDDHHMMSS.txt, one a device or one a batch
    #[arg(long, value_name = "DIR")]
    control_log_dir: Option<PathBuf>,
    /// Print the summary of a batch as JSON
    #[arg(long, requires = "batch")]
    json: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum FormChoice {
    /// JSON for page builders
    Json,
    /// A line a value
    Flat,
}

pub(crate) fn run(args: &SignArgs) -> ExitCode {
    let ended = match &args.batch {
        Some(path) => batch::run(args, path),
        None => single::run(args).map(|()| ExitCode::SUCCESS),
    };
    ended.unwrap_or_else(|failure| {
        terminal::note(failure.render().trim_end());
        failure.exit().into()
    })
}

impl SignArgs {
    fn selection(&self) -> Result<Selection, Failure> {
        let stage = self.stage.map(Into::into);
        Selection::said(self.product.clone(), stage, self.pin_slot)
            .map_err(|error| Failure::from(error).hint("or say the stage with --stage".to_owned()))
    }

    /// Connects to all HSMs.
    fn open_signer(
        &self,
        selection: Selection,
        options: FleetOptions,
    ) -> Result<Signer<Fleet>, Failure> {
        // Read once, so that fleet and signer cannot have different roots, and a pipe will do.
        let anchors = self.trust.anchors()?;
        let members = FleetMembers {
            endpoints: self.hsm.endpoints()?,
            credentials: self.pin.read()?.into(),
            selection,
            verifier: Arc::new(Verifier::new(anchors.clone())),
        };
        let fleet = Fleet::open(members, options)?;
        if self.control_log_dir.is_some() && fleet.authority().form() == sidewalk::ChainForm::Short
        {
            let message =
                "this HSM has chains of four certificates, which control logs do not carry";
            return Err(Failure::new(Exit::Unsupported, message)
                .hint("leave --control-log-dir out".to_owned()));
        }
        Ok(Signer::new(fleet, Verifier::new(anchors)))
    }
}

impl FormChoice {
    const fn form(self) -> OutputForm {
        match self {
            Self::Json => OutputForm::Json,
            Self::Flat => OutputForm::Flat,
        }
    }
}
