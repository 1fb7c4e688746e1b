//! The JSON files that carry a device's chains or its product.

use page::input::{FieldError, InputError, read_aws_certificate};
use sidewalk::{Curve, PrivateKey};
use zeroize::Zeroizing;

use super::{Expert, Explanation};
use crate::{
    artefact::{Device, DeviceProfile, Json, SigningOutput, WirelessDevice},
    block::{Block, Remark},
    describe,
    exit::Exit,
    failure::Failure,
    input::Input,
};

impl Expert {
    pub(super) fn explain_json(
        &self,
        input: &Input,
        json: &Json<'_>,
        bytes: &[u8],
    ) -> Result<Explanation, Failure> {
        Ok(match json {
            Json::SigningOutput(json) => self.explain_signing_output(json, bytes),
            Json::WirelessDevice(json) => self.explain_wireless_device(json),
            Json::DeviceProfile(json) => explain_profile(json),
            Json::BlackBox => Explanation::new(
                "black-box",
                "provisioning input from before the DAK",
                Block::new(""),
            )
            .with_remarks([Remark::note(
                "unverifiable",
                "it has no chains and no SMSN; only `curbside compat sid_provision` takes it",
            )]),
            Json::ControlLog | Json::Other => {
                let message = format!("{input} is JSON, but none that is known here");
                return Err(Failure::new(Exit::Malformed, message).hint(
                    "known are control logs, signing output, and the JSON files of AWS".to_owned(),
                ));
            }
        })
    }

    fn explain_signing_output(&self, json: &SigningOutput<'_>, bytes: &[u8]) -> Explanation {
        let metadata = json.metadata.as_ref();
        let keys = [
            (Curve::Ed25519, metadata.and_then(|data| data.ed25519_private_key.as_deref())),
            (Curve::P256r1, metadata.and_then(|data| data.p256r1_private_key.as_deref())),
        ];
        let fields = Block::new("")
            .maybe("smsn", metadata.and_then(|data| data.smsn.as_deref()))
            .maybe("apid", metadata.and_then(|data| data.apid.as_deref()))
            .maybe("device_type_id", metadata.and_then(|data| data.device_type_id.as_deref()))
            .maybe("label", json.label.as_deref())
            .maybe("application_server_key", json.application_server_key());
        let device = json.device(String::new());
        let (fields, remarks) = self.device(fields, &device, keys);
        let what = if keys.iter().any(|(_, key)| key.is_some()) {
            "a device's chains and private keys"
        } else {
            "a device's chains, as the signing tool prints them"
        };
        // Whatever is wrong already is wrong with the page too.
        let is_sound = !remarks.iter().any(Remark::is_fault);
        Explanation::new("signing-output", what, fields)
            .with_remarks(remarks)
            .with_remarks(is_sound.then(|| self.page_readiness(bytes)))
    }

    /// Whether a page can be built from it.
    fn page_readiness(&self, bytes: &[u8]) -> Remark {
        match read_aws_certificate(bytes) {
            Err(InputError::Field { field, error: FieldError::Missing }) => Remark::note(
                "no-page",
                format!("no page can be built from it alone: there is no `{field}`"),
            ),
            Err(error) => {
                Remark::fault("no-page", format!("no page can be built from it: {error}"))
            }
            Ok(input) => match input.check(&self.verifier) {
                Ok(_) => {
                    Remark::note("page", "`curbside page build --certificate-json` would take it")
                }
                Err(error) => {
                    Remark::fault("no-page", format!("no page is built from it: {error}"))
                }
            },
        }
    }

    fn explain_wireless_device(&self, json: &WirelessDevice<'_>) -> Explanation {
        let key = |curve: Curve| {
            let keys = json.sidewalk.private_keys().iter();
            let mut of_curve = keys.filter(|key| key.signing_alg.parse() == Ok(curve));
            (curve, of_curve.next().map(|key| &*key.value))
        };
        let fields = Block::new("")
            .maybe("id", json.id.as_deref())
            .maybe("name", json.name.as_deref())
            .maybe("smsn", json.sidewalk.sidewalk_manufacturing_sn.as_deref());
        let keys = Curve::ALL.map(key);
        let (fields, remarks) = self.device(fields, &json.device(String::new()), keys);
        Explanation::new("wireless-device", "a device as AWS IoT knows it", fields)
            .with_remarks(remarks)
    }

    /// Chains and keys of one device.
    fn device(
        &self,
        fields: Block,
        device: &Device,
        keys: [(Curve, Option<&str>); 2],
    ) -> (Block, Vec<Remark>) {
        let mut remarks = Vec::new();
        let mut hint = None;
        let mut blocks = Vec::new();
        for found in &device.chains {
            let chain = match found {
                Ok(chain) => chain,
                Err(fault) => {
                    remarks.push(Remark::fault(fault.code(), fault));
                    continue;
                }
            };
            blocks.push(describe::chain_in_brief(chain));
            if let Err(error) = self.verifier.verify(chain.clone()) {
                remarks.push(Remark::fault(error.code(), &error));
                hint = error.hint();
            }
            if device.smsn_beside.is_some_and(|smsn| smsn != chain.smsn()) {
                let message = format!("the {} chain is of {}", chain.curve(), chain.smsn());
                remarks.push(Remark::fault("smsn-unexpected", message));
            }
            let key = keys.iter().find_map(|(curve, key)| key.filter(|_| *curve == chain.curve()));
            remarks.extend(
                key.and_then(|key| {
                    key_remark(chain.curve(), key, chain.device().public_key_bytes())
                }),
            );
        }
        let smsn: Vec<_> = device.chains.iter().flatten().map(|chain| chain.smsn()).collect();
        if smsn.windows(2).any(|pair| pair[0] != pair[1]) {
            remarks.push(Remark::fault("smsn-mismatch", "the two chains are of different devices"));
        }
        remarks.extend(hint.map(Remark::hint));
        let fields = fields
            .flag("ed25519_private_key", keys[0].1.is_some())
            .flag("p256r1_private_key", keys[1].1.is_some())
            .list("chains", blocks);
        (fields, remarks)
    }
}

fn key_remark(curve: Curve, digits: &str, public_key: &[u8]) -> Option<Remark> {
    let bytes = hex::decode(digits).map(Zeroizing::new).ok()?;
    // The cloud sometimes writes a P-256 key with a zero byte in front.
    let bytes = match &bytes[..] {
        [0, rest @ ..] if rest.len() == Curve::PRIVATE_KEY_LEN_BYTES => rest,
        bytes => bytes,
    };
    match PrivateKey::from_bytes(curve, bytes) {
        Ok(key) if key.public_key().as_bytes() == public_key => None,
        Ok(_) => {
            let message = format!("the {curve} private key does not belong to the {curve} chain");
            Some(Remark::fault("key-mismatch", message))
        }
        Err(error) => {
            Some(Remark::fault("private-key", format!("the {curve} private key: {error}")))
        }
    }
}

fn explain_profile(json: &DeviceProfile<'_>) -> Explanation {
    let sidewalk = &json.sidewalk;
    let daks = sidewalk.daks().map(|dak| {
        let block = Block::new("DAK")
            .maybe("certificate_id", dak.certificate_id.as_deref())
            .maybe("device_type_id", dak.device_type_id.as_deref())
            .maybe("apid", dak.ap_id.as_deref())
            .maybe("max_allowed_signature", dak.max_allowed_signature);
        match dak.factory_support {
            Some(flag) => block.flag("factory_support", flag),
            None => block,
        }
    });
    let fields = Block::new("")
        .maybe("id", json.id.as_deref())
        .maybe("name", json.name.as_deref())
        .maybe("application_server_key", sidewalk.application_server_public_key.as_deref())
        .maybe("apid", sidewalk.ap_id.as_deref());
    let fields = match sidewalk.qualification_status {
        Some(flag) => fields.flag("is_qualified", flag),
        None => fields,
    };
    let missing = sidewalk.application_server_public_key.is_none().then(|| {
        Remark::fault("no-page", "there is no ApplicationServerPublicKey, which every page needs")
    });
    Explanation::new(
        "device-profile",
        "a product as AWS IoT knows it",
        fields.list("daks", daks.collect()),
    )
    .with_remarks(missing)
}
