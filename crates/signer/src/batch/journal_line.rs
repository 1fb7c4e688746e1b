//! The lines of a journal: a JSON object each.
//!
//! Texts are borrowed from the line, so that private keys are not copied; whoever owns the line wipes it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sidewalk::{Apid, Curve, PrivateKey, PublicKey, Signature, Smsn};
use zeroize::Zeroizing;

use crate::{batch::journal::Recorded, request::SigningRequest};

/// The version of the journal's format.
pub(crate) const VERSION: u32 = 1;

/// The longest line in bytes. The longest that is written is the header, with two chains of authorities; it has
/// 4 KiB at most, and everything else is far shorter.
pub(crate) const LINE_LEN_BYTES_MAX: usize = 16 * 1024;

/// A line.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Line<'a> {
    /// The first: whose journal it is.
    Journal {
        version: u32,
        /// The certificates above every device, base64.
        #[serde(borrow)]
        ed25519_issuers: Cow<'a, str>,
        #[serde(borrow)]
        p256r1_issuers: Cow<'a, str>,
    },
    /// The first of an append, and where in the file it begins. An append begins only after all before it is on the
    /// disk: whatever is bad in front of this line is damage, and not the remains of a power cut.
    Append { at: u64 },
    /// A device is about to be signed with these keys.
    Intent(#[serde(borrow)] Intent<'a>),
    /// A device was signed.
    Signed {
        #[serde(borrow)]
        smsn: Cow<'a, str>,
        #[serde(borrow)]
        ed25519: Cow<'a, str>,
        #[serde(borrow)]
        p256r1: Cow<'a, str>,
    },
    /// All signed devices that stand in no control log are about to stand in this one.
    Logging {
        #[serde(borrow)]
        file: Cow<'a, str>,
        /// Of the file's bytes, hex.
        #[serde(borrow)]
        sha256: Cow<'a, str>,
    },
    /// They do.
    Logged {
        #[serde(borrow)]
        file: Cow<'a, str>,
    },
}

/// A device and its keys. Private keys are there when they were generated here.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent<'a> {
    #[serde(borrow)]
    smsn: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    dsn: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    apid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    ed25519: Cow<'a, str>,
    #[serde(borrow)]
    p256r1: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    ed25519_private: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    p256r1_private: Option<Cow<'a, str>>,
}

/// Adds a line to bytes that will be appended.
pub(crate) fn push(bytes: &mut Zeroizing<Vec<u8>>, line: &Line<'_>) {
    // Room for the longest line at once: growing would leave copies of private keys behind.
    if bytes.capacity() < bytes.len() + LINE_LEN_BYTES_MAX {
        let mut larger =
            Zeroizing::new(Vec::with_capacity(2 * bytes.capacity() + LINE_LEN_BYTES_MAX));
        larger.extend_from_slice(bytes);
        *bytes = larger;
    }
    // Texts under texts: nothing in it can fail, and memory takes every byte.
    let _infallible = serde_json::to_writer(&mut **bytes, line);
    bytes.push(b'\n');
}

/// Adds the intent to sign a device.
pub(crate) fn push_intent(bytes: &mut Zeroizing<Vec<u8>>, recorded: &Recorded) {
    let request = &recorded.request;
    let private = |curve| {
        let key = request.private_key(curve).filter(|_| recorded.keys_are_ours)?;
        Some(Zeroizing::new(hex::encode(key.expose_bytes())))
    };
    let (ed25519, p256r1) = (private(Curve::Ed25519), private(Curve::P256r1));
    let intent = Intent {
        smsn: request.smsn().to_string().into(),
        dsn: recorded.dsn.as_deref().map(Cow::Borrowed),
        apid: recorded.apid.as_ref().map(|apid| apid.as_str().into()),
        ed25519: request.public_key(Curve::Ed25519).to_string().into(),
        p256r1: request.public_key(Curve::P256r1).to_string().into(),
        ed25519_private: ed25519.as_ref().map(|hex| hex.as_str().into()),
        p256r1_private: p256r1.as_ref().map(|hex| hex.as_str().into()),
    };
    push(bytes, &Line::Intent(intent));
}

impl Intent<'_> {
    /// The device as it was recorded; `None` where a text is not what it must be.
    pub(crate) fn read(&self) -> Option<Recorded> {
        let smsn: Smsn = self.smsn.parse().ok()?;
        let public = |curve, text: &str| PublicKey::from_bytes(curve, &hex::decode(text).ok()?);
        let mut request = SigningRequest::from_public_keys(
            smsn,
            public(Curve::Ed25519, &self.ed25519)?,
            public(Curve::P256r1, &self.p256r1)?,
        )
        .ok()?;
        let private =
            [(Curve::Ed25519, &self.ed25519_private), (Curve::P256r1, &self.p256r1_private)];
        let mut keys_are_ours = true;
        for (curve, text) in private {
            let Some(text) = text else {
                keys_are_ours = false;
                continue;
            };
            let mut bytes = Zeroizing::new([0; Curve::PRIVATE_KEY_LEN_BYTES]);
            hex::decode_to_slice(text.as_ref(), bytes.as_mut_slice()).ok()?;
            let key = PrivateKey::from_bytes(curve, bytes.as_slice()).ok()?;
            request = request.with_private_key(key).ok()?;
        }
        let apid: Option<Apid> = match &self.apid {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        let dsn = self.dsn.as_ref().map(|dsn| dsn.to_string());
        Some(Recorded { request, dsn, apid, keys_are_ours, signatures: None, is_logged: false })
    }
}

/// A signature from hex.
pub(crate) fn signature(text: &str) -> Option<Signature> {
    let mut bytes = [0; Curve::SIGNATURE_LEN_BYTES];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(Signature::from_bytes(bytes))
}
