//! The JSON files that carry a device's chains, told apart by their members. Private keys are borrowed from the
//! bytes that were read, which are wiped.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use crate::{exit::Exit, failure::Failure};

/// One JSON file.
pub(crate) enum Json<'a> {
    /// `controlLogs`.
    ControlLog,
    /// What the signing tool prints, what the AWS console and the ACS console give out.
    SigningOutput(SigningOutput<'a>),
    /// The answer of AWS IoT's `get-wireless-device`.
    WirelessDevice(WirelessDevice<'a>),
    /// The answer of AWS IoT's `get-device-profile`.
    DeviceProfile(DeviceProfile<'a>),
    /// The input of provisioning from before the DAK.
    BlackBox,
    /// None of these.
    Other,
}

type Text<'a> = Option<Cow<'a, str>>;

/// `eD25519`, `p256R1` and what stands beside them.
#[derive(Deserialize)]
pub(crate) struct SigningOutput<'a> {
    #[serde(rename = "eD25519", borrow)]
    pub(crate) ed25519: Text<'a>,
    #[serde(rename = "p256R1", borrow)]
    pub(crate) p256r1: Text<'a>,
    #[serde(borrow)]
    pub(crate) label: Text<'a>,
    #[serde(rename = "applicationServerPublicKey", borrow)]
    application_server_key: Text<'a>,
    #[serde(rename = "ApplicationServerPublicKey", borrow)]
    application_server_key_capitalised: Text<'a>,
    #[serde(borrow)]
    pub(crate) metadata: Option<Metadata<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata<'a> {
    #[serde(borrow)]
    pub(crate) smsn: Text<'a>,
    #[serde(borrow)]
    pub(crate) apid: Text<'a>,
    #[serde(borrow)]
    pub(crate) device_type_id: Text<'a>,
    #[serde(rename = "devicePrivKeyEd25519", borrow)]
    pub(crate) ed25519_private_key: Text<'a>,
    #[serde(rename = "devicePrivKeyP256R1", borrow)]
    pub(crate) p256r1_private_key: Text<'a>,
}

/// A device as AWS IoT knows it.
#[derive(Deserialize)]
pub(crate) struct WirelessDevice<'a> {
    #[serde(rename = "Id", borrow)]
    pub(crate) id: Text<'a>,
    #[serde(rename = "Name", borrow)]
    pub(crate) name: Text<'a>,
    #[serde(rename = "Sidewalk", borrow)]
    pub(crate) sidewalk: SidewalkDevice<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SidewalkDevice<'a> {
    #[serde(borrow)]
    pub(crate) sidewalk_manufacturing_sn: Text<'a>,
    #[serde(borrow)]
    device_certificates: Option<Vec<OfCurve<'a>>>,
    #[serde(borrow)]
    private_keys: Option<Vec<OfCurve<'a>>>,
}

/// A chain or a private key with its curve.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OfCurve<'a> {
    #[serde(borrow)]
    pub(crate) signing_alg: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) value: Cow<'a, str>,
}

/// A product as AWS IoT knows it.
#[derive(Deserialize)]
pub(crate) struct DeviceProfile<'a> {
    #[serde(rename = "Id", borrow)]
    pub(crate) id: Text<'a>,
    #[serde(rename = "Name", borrow)]
    pub(crate) name: Text<'a>,
    #[serde(rename = "Sidewalk", borrow)]
    pub(crate) sidewalk: SidewalkProfile<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SidewalkProfile<'a> {
    #[serde(borrow)]
    pub(crate) application_server_public_key: Text<'a>,
    #[serde(borrow)]
    dak_certificate_metadata: Option<Vec<Dak<'a>>>,
    /// Of older profiles.
    #[serde(rename = "DAKCertificate", borrow)]
    dak_certificate: Option<Vec<Dak<'a>>>,
    pub(crate) qualification_status: Option<bool>,
    #[serde(borrow)]
    pub(crate) ap_id: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Dak<'a> {
    #[serde(borrow)]
    pub(crate) certificate_id: Text<'a>,
    pub(crate) max_allowed_signature: Option<i64>,
    pub(crate) factory_support: Option<bool>,
    #[serde(borrow)]
    pub(crate) ap_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) device_type_id: Text<'a>,
}

/// The members that tell what a file is.
#[derive(Deserialize)]
struct Members {
    #[serde(rename = "controlLogs")]
    control_logs: Option<IgnoredAny>,
    #[serde(rename = "eD25519")]
    ed25519: Option<IgnoredAny>,
    #[serde(rename = "p256R1")]
    p256r1: Option<IgnoredAny>,
    #[serde(rename = "PKI")]
    pki: Option<IgnoredAny>,
    #[serde(rename = "Sidewalk")]
    sidewalk: Option<SidewalkMembers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SidewalkMembers {
    device_certificates: Option<IgnoredAny>,
    private_keys: Option<IgnoredAny>,
    sidewalk_manufacturing_sn: Option<IgnoredAny>,
    application_server_public_key: Option<IgnoredAny>,
    dak_certificate_metadata: Option<IgnoredAny>,
    #[serde(rename = "DAKCertificate")]
    dak_certificate: Option<IgnoredAny>,
}

impl<'a> Json<'a> {
    /// Whether bytes are meant to be a JSON object.
    pub(crate) fn is_meant(bytes: &[u8]) -> bool {
        bytes.trim_ascii_start().first() == Some(&b'{')
    }

    /// Tells what a JSON file is.
    pub(crate) fn read(name: &str, bytes: &'a [u8]) -> Result<Self, Failure> {
        let members: Members = parse(name, bytes)?;
        if members.control_logs.is_some() {
            return Ok(Self::ControlLog);
        }
        if members.ed25519.is_some() || members.p256r1.is_some() {
            return parse(name, bytes).map(Self::SigningOutput);
        }
        if members.pki.is_some() {
            return Ok(Self::BlackBox);
        }
        match members.sidewalk {
            Some(sidewalk) if sidewalk.is_device() => parse(name, bytes).map(Self::WirelessDevice),
            Some(sidewalk) if sidewalk.is_profile() => parse(name, bytes).map(Self::DeviceProfile),
            _ => Ok(Self::Other),
        }
    }
}

impl SigningOutput<'_> {
    /// The application server's key, under either spelling.
    pub(crate) fn application_server_key(&self) -> Option<&str> {
        let keys = [&self.application_server_key, &self.application_server_key_capitalised];
        keys.into_iter().find_map(Option::as_deref)
    }
}

impl<'a> SidewalkDevice<'a> {
    /// The chains.
    pub(crate) fn certificates(&self) -> &[OfCurve<'a>] {
        self.device_certificates.as_deref().unwrap_or_default()
    }

    /// The private keys.
    pub(crate) fn private_keys(&self) -> &[OfCurve<'a>] {
        self.private_keys.as_deref().unwrap_or_default()
    }
}

impl<'a> SidewalkProfile<'a> {
    /// The DAKs of the product.
    pub(crate) fn daks(&self) -> impl Iterator<Item = &Dak<'a>> {
        [&self.dak_certificate_metadata, &self.dak_certificate].into_iter().flatten().flatten()
    }
}

impl SidewalkMembers {
    fn is_device(&self) -> bool {
        self.device_certificates.is_some()
            || self.private_keys.is_some()
            || self.sidewalk_manufacturing_sn.is_some()
    }

    fn is_profile(&self) -> bool {
        self.application_server_public_key.is_some()
            || self.dak_certificate_metadata.is_some()
            || self.dak_certificate.is_some()
    }
}

fn parse<'a, T: Deserialize<'a>>(name: &str, bytes: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The parser's own words may quote the file, which may hold private keys.
        let problem = match error.classify() {
            serde_json::error::Category::Eof => "the JSON ends in the middle",
            serde_json::error::Category::Data => {
                "a member of the JSON is of the wrong kind or stands twice"
            }
            _ => "not JSON",
        };
        let (line, column) = (error.line(), error.column());
        let message = format!("failed to read {name}: {problem}, at line {line}, column {column}");
        Failure::new(Exit::Malformed, message)
            .hint("the file was cut or edited: take the original".to_owned())
    })
}
