//! Attestation certificates: X.509 in DER, in the layout of a published example.

use yubihsm2::{
    Algorithm, FirmwareVersion, ObjectInfo, Wire as _,
    attestation::{Extension, SERIAL_LEN_BYTES},
};

use super::crypto::{
    DerReader, EcCurve, EcKey, Hash, RSA_EXPONENT, RsaKey, der, der_integer, der_sequence,
    ec_identifier, pad_digest, rsa_identifier, tag,
};
use crate::randomness::Randomness;

/// 2.5.4.3, commonName.
const COMMON_NAME_OID: &[u8] = &[0x55, 0x04, 0x03];

/// 1.2.840.10045.4.3.2, ecdsa-with-SHA256.
const ECDSA_SHA256_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];

/// 1.2.840.113549.1.1.11, sha256WithRSAEncryption.
const RSA_SHA256_OID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];

/// The tag of a certificate's version, and of its extensions.
const VERSION_TAG: u8 = 0xA0;
const EXTENSIONS_TAG: u8 = 0xA3;

/// How long the built-in certificate is valid, as UTCTime and GeneralizedTime: no device keeps time.
const BUILT_IN_FROM: &[u8] = b"170101000000Z";
const BUILT_IN_TO: &[u8] = b"20711005000000Z";

/// What a certificate takes from that of the attesting key, both as they stand there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Issuer {
    name: Vec<u8>,
    validity: Vec<u8>,
}

impl Issuer {
    /// Reads the subject and the dates of a certificate; `None` for bytes that are none.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let mut certificate = DerReader::new(certificate).inside(tag::SEQUENCE)?;
        let mut fields = certificate.inside(tag::SEQUENCE)?;
        if fields.is_next(VERSION_TAG) {
            fields.value(VERSION_TAG)?;
        }
        fields.value(tag::INTEGER)?;
        // Signature algorithm and issuer.
        fields.value(tag::SEQUENCE)?;
        fields.value(tag::SEQUENCE)?;
        let (validity, _) = fields.whole(tag::SEQUENCE)?;
        let (name, _) = fields.whole(tag::SEQUENCE)?;
        Some(Self { name: name.to_vec(), validity: validity.to_vec() })
    }
}

/// What a certificate says.
#[derive(Clone, Debug)]
pub(super) struct Attested {
    /// The subject's common name.
    pub(super) subject: String,
    /// The key's SubjectPublicKeyInfo.
    pub(super) key_info: Vec<u8>,
    /// Random.
    pub(super) certificate_serial: [u8; SERIAL_LEN_BYTES],
    /// The device's firmware.
    pub(super) firmware: FirmwareVersion,
    /// The device's serial number.
    pub(super) device_serial: u32,
    /// The key's object.
    pub(super) object: ObjectInfo,
}

impl Attested {
    /// The certificate, signed with ECDSA over SHA-256.
    pub(super) fn sign_ec(
        &self,
        issuer: &Issuer,
        key: &EcKey,
        random: &mut dyn Randomness,
    ) -> Vec<u8> {
        let algorithm = der_sequence(&[der(tag::OBJECT_IDENTIFIER, &[ECDSA_SHA256_OID])]);
        let fields = self.fields(&algorithm, issuer);
        let signature = key.sign(&Hash::Sha256.of(&[&fields]), random);
        certificate(fields, algorithm, &signature)
    }

    /// The certificate, signed with RSA PKCS #1 v1.5 over SHA-256.
    pub(super) fn sign_rsa(&self, issuer: &Issuer, key: &RsaKey) -> Option<Vec<u8>> {
        let oid = der(tag::OBJECT_IDENTIFIER, &[RSA_SHA256_OID]);
        let algorithm = der_sequence(&[oid, der(tag::NULL, &[])]);
        let fields = self.fields(&algorithm, issuer);
        let block = pad_digest(&Hash::Sha256.of(&[&fields]), key.public().len_bytes())?;
        Some(certificate(fields, algorithm, &key.raise(&block)?))
    }

    fn fields(&self, algorithm: &[u8], issuer: &Issuer) -> Vec<u8> {
        let extensions = Extension::ALL.map(|extension| {
            der_sequence(&[
                der(tag::OBJECT_IDENTIFIER, &[&extension.oid_der()]),
                der(tag::OCTET_STRING, &[&self.extension(extension)]),
            ])
        });
        fields(
            &self.certificate_serial,
            algorithm,
            issuer,
            &self.subject,
            &self.key_info,
            &der(EXTENSIONS_TAG, &[&der_sequence(&extensions)]),
        )
    }

    fn extension(&self, extension: Extension) -> Vec<u8> {
        let object = &self.object;
        match extension {
            Extension::Firmware => der(tag::OCTET_STRING, &[&self.firmware.to_bytes()]),
            Extension::Serial => der_integer(&self.device_serial.to_be_bytes()),
            Extension::Origin => bits(&object.origin.to_bytes()),
            Extension::Domains => bits(&object.domains.to_bytes()),
            Extension::Capabilities => bits(&object.capabilities.to_bytes()),
            Extension::ObjectId => der_integer(&object.id.0.to_be_bytes()),
            Extension::Label => der(tag::UTF8_STRING, &[object.label.text_bytes()]),
        }
    }
}

/// The certificate of a built-in key, signed by itself.
pub(super) fn built_in_certificate(
    device_serial: u32,
    key: &EcKey,
    random: &mut dyn Randomness,
) -> Option<Vec<u8>> {
    let mut certificate_serial = [0; SERIAL_LEN_BYTES];
    random.fill(&mut certificate_serial);
    let subject = format!("YubiHSM Attestation ({device_serial:010})");
    let validity = der(
        tag::SEQUENCE,
        &[&der(tag::UTC_TIME, &[BUILT_IN_FROM]), &der(tag::GENERALIZED_TIME, &[BUILT_IN_TO])],
    );
    let issuer = Issuer { name: name(&subject), validity };
    let algorithm = der_sequence(&[der(tag::OBJECT_IDENTIFIER, &[ECDSA_SHA256_OID])]);
    let key_info = public_key_info(Algorithm::EC_P256, key.public())?;
    let fields = fields(&certificate_serial, &algorithm, &issuer, &subject, &key_info, &[]);
    let signature = key.sign(&Hash::Sha256.of(&[&fields]), random);
    Some(certificate(fields, algorithm, &signature))
}

/// The SubjectPublicKeyInfo of X ‖ Y or a modulus; `None` for algorithms that are neither.
pub(super) fn public_key_info(algorithm: Algorithm, public: &[u8]) -> Option<Vec<u8>> {
    let (identifier, key) = match EcCurve::of(algorithm) {
        Some(curve) => (ec_identifier(curve), [&[4], public].concat()),
        None if Algorithm::RSA_KEYS.contains(&algorithm) => {
            let key = der_sequence(&[der_integer(public), der_integer(RSA_EXPONENT)]);
            (rsa_identifier(), key)
        }
        None => return None,
    };
    Some(der_sequence(&[identifier, bits(&key)]))
}

fn fields(
    certificate_serial: &[u8],
    algorithm: &[u8],
    issuer: &Issuer,
    subject: &str,
    key_info: &[u8],
    extensions: &[u8],
) -> Vec<u8> {
    // Version 3 is the number 2.
    let version = der(VERSION_TAG, &[&der_integer(&[2])]);
    let serial = der_integer(certificate_serial);
    let (issuer, validity) = (&issuer.name, &issuer.validity);
    let parts: [&[u8]; 8] =
        [&version, &serial, algorithm, issuer, validity, &name(subject), key_info, extensions];
    der(tag::SEQUENCE, &parts)
}

fn name(common_name: &str) -> Vec<u8> {
    let attribute = der_sequence(&[
        der(tag::OBJECT_IDENTIFIER, &[COMMON_NAME_OID]),
        der(tag::UTF8_STRING, &[common_name.as_bytes()]),
    ]);
    der_sequence(&[der(tag::SET, &[&attribute])])
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    // All bits of the last byte are used.
    der(tag::BIT_STRING, &[&[0], bytes])
}

fn certificate(fields: Vec<u8>, algorithm: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    der_sequence(&[fields, algorithm, bits(signature)])
}
