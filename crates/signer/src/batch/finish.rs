//! From the journal to outputs.

use sidewalk::{Curve, Signature, Stage};

use crate::{
    batch::{
        failure::RecordFailure,
        journal::{Journal, JournalStorage, Recorded},
        plan::{PlannedDevice, PlannedKeys},
        run::conflict,
    },
    output::SigningOutput,
    sign::{ReuseError, SignedDevice, Signer},
    who_signs::DeviceSigner,
};

/// The output of a device, or `None` where it is not signed (yet). Its chains are verified once more: what was
/// written to a disk is believed only after it was read.
///
/// # Errors
///
/// [`RecordFailure`]: what is recorded is of another key, or is not genuine.
pub fn finished<S: DeviceSigner, F: JournalStorage>(
    signer: &Signer<S>,
    stage: Stage,
    device: &PlannedDevice,
    journal: &Journal<F>,
) -> Result<Option<SigningOutput>, RecordFailure> {
    let Some(recorded) = journal.recorded(&device.smsn) else { return Ok(None) };
    if let Some(failure) = conflict(device, recorded) {
        return Err(failure);
    }
    let mut output = recorded.output(signer, stage)?;
    if let (Some(output), PlannedKeys::Given(request)) = (&mut output, &device.keys) {
        // Private keys that were given are not in the journal.
        output.device.give_private_keys(request);
    }
    Ok(output)
}

impl Recorded {
    /// The output of a recorded device, or `None` where it is not signed.
    ///
    /// # Errors
    ///
    /// [`ReuseError`].
    pub fn output<S: DeviceSigner>(
        &self,
        signer: &Signer<S>,
        stage: Stage,
    ) -> Result<Option<SigningOutput>, ReuseError> {
        let Some(signatures) = &self.signatures else { return Ok(None) };
        let device = reuse(signer, self, signatures)?;
        Ok(Some(SigningOutput { device, stage, apid: self.apid, app_server_key: None }))
    }
}

fn reuse<S: DeviceSigner>(
    signer: &Signer<S>,
    recorded: &Recorded,
    [ed25519, p256r1]: &[Signature; 2],
) -> Result<SignedDevice, ReuseError> {
    let device = recorded.request.device();
    let ed25519 = signer.chain(device, Curve::Ed25519, ed25519).map_err(ReuseError::NoChain)?;
    let p256r1 = signer.chain(device, Curve::P256r1, p256r1).map_err(ReuseError::NoChain)?;
    signer.reuse(recorded.request.clone(), ed25519, p256r1)
}
