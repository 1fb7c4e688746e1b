//! The command that certifies that a key lives in the device.

use yubihsm2::{
    Capabilities, ErrorCode, ObjectId, ObjectType, attestation::common_name,
    operation::SignAttestationCertificate,
};

use super::Execute;
use crate::{
    device::{
        certificate::{Attested, Issuer, public_key_info},
        keys::Key,
        state::Name,
        task::Task,
    },
    randomness::random_bytes,
};

impl Execute for SignAttestationCertificate {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let name = Name::new(ObjectType::ASYMMETRIC_KEY, self.key);
        let usable = task.key(name, Capabilities::NONE, ObjectType::ASYMMETRIC_KEY.algorithms())?;
        // Documented as not working for Ed25519 keys.
        let key_info = match &*usable.key {
            Key::Ec(key) => public_key_info(usable.algorithm, key.public()),
            Key::Rsa(key) => public_key_info(usable.algorithm, key.public().modulus()),
            _ => None,
        };
        let attested = Attested {
            subject: common_name(self.key),
            key_info: key_info.ok_or(ErrorCode::INVALID_DATA)?,
            certificate_serial: random_bytes(task.random),
            firmware: task.firmware,
            device_serial: task.state.identity().serial,
            object: task.object(name)?.info(),
        };
        if self.attester == ObjectId::ATTESTATION {
            return sign_built_in(task, &attested);
        }
        let attester = Name::new(ObjectType::ASYMMETRIC_KEY, self.attester);
        let algorithms = attester.object_type().algorithms();
        let capability = Capabilities::SIGN_ATTESTATION_CERTIFICATE;
        let attester = task.key(attester, capability, algorithms)?;
        let certificate = task.object(Name::new(ObjectType::OPAQUE, self.attester))?;
        let issuer = Issuer::of(&certificate.record.body).ok_or(ErrorCode::INVALID_DATA)?;
        let signed = match &*attester.key {
            Key::Ec(key) => Some(attested.sign_ec(&issuer, key, task.random)),
            Key::Rsa(key) => attested.sign_rsa(&issuer, key),
            _ => None,
        };
        signed.ok_or(ErrorCode::INVALID_DATA)
    }
}

fn sign_built_in(task: &mut Task<'_>, attested: &Attested) -> Result<Vec<u8>, ErrorCode> {
    let identity = task.state.identity();
    let issuer = Issuer::of(&identity.attestation_certificate);
    let issuer = issuer.ok_or(ErrorCode::STORAGE_FAILED)?;
    let key = identity.attestation_key().ok_or(ErrorCode::STORAGE_FAILED)?;
    Ok(attested.sign_ec(&issuer, &key, task.random))
}
