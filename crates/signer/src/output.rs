//! What comes out of signing, in the forms of the public tool (`sid-signing-tool` 1.2.0), to the byte.
//!
//! The JSON is Python's `json.dumps(…, indent=4)` and a newline. Every text in it is hexadecimal, base64 or ASCII
//! letters and digits, so nothing is ever escaped. Texts may hold private keys and are wiped on drop.

use control_log::{Entry, EntryError};
use sidewalk::{Apid, Curve, Smsn, Stage};
use zeroize::Zeroizing;

use crate::sign::SignedDevice;

/// A signed device and what its page will need beside the certificates.
#[derive(Debug)]
pub struct SigningOutput {
    /// The device with its chains.
    pub device: SignedDevice,
    /// The stage of the product that signed it.
    pub stage: Stage,
    /// The advertised product id, where it is known.
    pub apid: Option<Apid>,
    /// The application server's Ed25519 public key, where it is known.
    pub app_server_key: Option<[u8; 32]>,
}

/// The forms that the public tool writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputForm {
    /// JSON that `page build` and `sid_provision` take.
    Json,
    /// A line a value, for people.
    Flat,
}

impl SigningOutput {
    /// The device's number.
    pub const fn smsn(&self) -> Smsn {
        self.device.smsn()
    }

    /// Whether the text holds a private key.
    pub fn has_private_key(&self) -> bool {
        Curve::ALL.iter().any(|curve| self.device.private_key(*curve).is_some())
    }

    /// The text in one of the public tool's forms.
    pub fn to_text(&self, form: OutputForm) -> Zeroizing<String> {
        match form {
            OutputForm::Json => self.to_json(),
            OutputForm::Flat => self.to_flat(),
        }
    }

    /// The JSON of the public tool, indented by 4, with a newline.
    pub fn to_json(&self) -> Zeroizing<String> {
        self.json(Spacing { item: "\n    ", inner: "\n        ", between: "," }, None)
    }

    /// The same JSON on one line, with a newline, and the DSN in `metadata` where there is one. The DSN must be
    /// free of quotes, backslashes and control characters, as [`dsn_is_plain`] says.
    pub fn to_json_line(&self, dsn: Option<&str>) -> Zeroizing<String> {
        let dsn = dsn.filter(|dsn| dsn_is_plain(dsn));
        self.json(Spacing { item: "", inner: "", between: ", " }, dsn)
    }

    /// A line a value.
    pub fn to_flat(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!("smsn: {}\n", self.smsn()));
        for (curve, name) in PRIVATE_KEY_NAMES {
            if let Some(key) = self.private_key_hex(curve) {
                push(&mut text, &[name, ": ", &key, "\n"]);
            }
        }
        for (curve, name) in [(Curve::Ed25519, "ED25519"), (Curve::P256r1, "P256R1")] {
            let chain = self.device.chain(curve).to_base64();
            push(&mut text, &[name, " Sidewalk Certificate Chain: ", &chain, "\n"]);
        }
        push(&mut text, &["Label: ", self.stage.label(), "\n"]);
        if let Some(key) = &self.app_server_key {
            // The public tool has no space here.
            push(&mut text, &["Application Server Public Key:", &hex::encode(key), "\n"]);
        }
        text
    }

    /// The device's entry in a control log.
    ///
    /// # Errors
    ///
    /// [`LogError`]: no APID, or chains of the legacy short form.
    pub fn control_log_entry(&self) -> Result<Entry, LogError> {
        let apid = self.apid.ok_or(LogError::NoApid)?;
        let chain = |curve| self.device.chain(curve).clone();
        Entry::new(apid, chain(Curve::Ed25519), chain(Curve::P256r1), self.stage)
            .map_err(LogError::Entry)
    }

    fn json(&self, spacing: Spacing, dsn: Option<&str>) -> Zeroizing<String> {
        let smsn = self.smsn().to_string();
        let ed25519 = self.device.chain(Curve::Ed25519).to_base64();
        let p256r1 = self.device.chain(Curve::P256r1).to_base64();
        let app_server_key = self.app_server_key.map(hex::encode);
        let private = PRIVATE_KEY_NAMES.map(|(curve, name)| (name, self.private_key_hex(curve)));

        let mut metadata = vec![("smsn", smsn.as_str())];
        metadata.extend(self.apid.as_ref().map(|apid| ("apid", apid.as_str())));
        metadata.extend(dsn.map(|dsn| ("dsn", dsn)));
        for (name, key) in &private {
            metadata.extend(key.as_ref().map(|key| (*name, key.as_str())));
        }
        let mut text = Zeroizing::new("{".to_owned());
        let chains = [("eD25519", &*ed25519), ("p256R1", &*p256r1), ("label", self.stage.label())];
        spacing.members(&mut text, spacing.item, &chains);
        push(&mut text, &[spacing.between, spacing.item, "\"metadata\": {"]);
        spacing.members(&mut text, spacing.inner, &metadata);
        push(&mut text, &[spacing.item, "}"]);
        if let Some(key) = &app_server_key {
            push(&mut text, &[spacing.between]);
            spacing.members(&mut text, spacing.item, &[("applicationServerPublicKey", key)]);
        }
        push(&mut text, &[if spacing.item.is_empty() { "}\n" } else { "\n}\n" }]);
        text
    }

    fn private_key_hex(&self, curve: Curve) -> Option<Zeroizing<String>> {
        let key = self.device.private_key(curve)?;
        Some(Zeroizing::new(hex::encode(key.expose_bytes())))
    }
}

/// Whether a DSN can stand in JSON as it is.
pub fn dsn_is_plain(dsn: &str) -> bool {
    dsn.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\')
}

const PRIVATE_KEY_NAMES: [(Curve, &str); 2] =
    [(Curve::Ed25519, "devicePrivKeyEd25519"), (Curve::P256r1, "devicePrivKeyP256R1")];

/// The most characters that an output can have: both chains in base64 and some hundred more. Texts are given room
/// for all of it at once, because growing would leave copies of private keys behind.
const TEXT_LEN_MAX: usize = 2 * (sidewalk::Chain::LEN_BYTES_MAX * 4 / 3 + 4) + 1024;

/// What stands between the members of an object.
#[derive(Clone, Copy)]
struct Spacing {
    /// Before a member of the outer object.
    item: &'static str,
    /// Before a member of `metadata`.
    inner: &'static str,
    between: &'static str,
}

impl Spacing {
    fn members(self, text: &mut Zeroizing<String>, before: &str, members: &[(&str, &str)]) {
        for (index, (name, value)) in members.iter().enumerate() {
            let between = if index == 0 { "" } else { self.between };
            push(text, &[between, before, "\"", name, "\": \"", value, "\""]);
        }
    }
}

fn push(text: &mut Zeroizing<String>, parts: &[&str]) {
    let added: usize = parts.iter().map(|part| part.len()).sum();
    if text.capacity() < text.len() + added {
        let mut larger = Zeroizing::new(String::with_capacity(text.len() + added + TEXT_LEN_MAX));
        larger.push_str(text);
        *text = larger;
    }
    for part in parts {
        text.push_str(part);
    }
}

/// Why a device cannot stand in a control log.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LogError {
    /// An entry names the product.
    #[error("a control log needs the advertised product id (APID)")]
    NoApid,
    /// The chains do not fit into an entry.
    #[error(transparent)]
    Entry(EntryError),
}
