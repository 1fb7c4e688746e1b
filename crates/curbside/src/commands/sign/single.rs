//! One device.

use hsm::FleetOptions;
use sidewalk::{Curve, PrivateKey};
use signer::{
    SigningOutput, SigningRequest,
    batch::{KeyError, PlannedKeys, plan_device},
};

use super::{SignArgs, device};
use crate::{exit::Exit, failure::Failure, files::Existing, signing_output::Handover, terminal};

pub(super) fn run(args: &SignArgs) -> Result<(), Failure> {
    let selection = args.selection()?;
    let stage = selection.stage();
    let app_server_key = args.device.app_server_key()?;
    let defaults = args.device.defaults(stage, args.control_log_dir.is_some());
    let planned = plan_device(&args.device.row(), &defaults, device::read_key)
        .map_err(|fault| Failure::new(device::exit_of(&fault), &fault).hint(fault.hint()))?;
    let handover = Handover {
        form: args.outform.form(),
        output: args.output.clone(),
        existing: if args.force { Existing::Replace } else { Existing::Refuse },
        control_log_dir: args.control_log_dir.clone(),
    };
    handover.check()?;
    let request = match planned.keys {
        PlannedKeys::Given(request) => *request,
        PlannedKeys::Generate => {
            let generate = |curve| {
                PrivateKey::generate(curve, device::fill_random)
                    .map_err(|error: KeyError| Failure::new(Exit::Io, error))
            };
            let (ed25519, p256r1) = (generate(Curve::Ed25519)?, generate(Curve::P256r1)?);
            SigningRequest::from_private_keys(planned.smsn, ed25519, p256r1)
                .map_err(|error| Failure::new(Exit::Defect, error))?
        }
    };
    for curve in request.curves_in_old_order() {
        terminal::note(&format!(
            "note: the {curve} request has the number before the key, as an older device library wrote it"
        ));
    }
    // One device needs one session.
    let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
    let signer = args.open_signer(selection, options)?;
    let device = signer.sign(request)?;
    let output = SigningOutput { device, stage, apid: planned.apid, app_server_key };
    if let Some(path) = handover.hand_over(&output)? {
        terminal::note(&format!("control log: {}", path.display()));
    }
    Ok(())
}
