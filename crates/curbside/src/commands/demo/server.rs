//! The signing server of a demo, in this process.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use durable::Visibility;
use evidence::note::{KeyName, SigningKey};
use signing_server::{Settings, store::Counts};
use zeroize::Zeroizing;

use super::{
    certificates::{Certificates, SERVER_ADDRESS},
    hsms::{Hsms, TAG, trust_file},
};
use crate::{commands::signer::Serving, exit::Exit, failure::Failure, front::Teller};

/// The name of the key that signs the evidence log.
const EVIDENCE_KEY: &str = "curbside-demo/evidence";

/// How long calls in hand may take at the end. There are none: the lines have ended.
const GRACE: Duration = Duration::from_secs(5);

/// What lines need to know of the server.
pub(super) struct Server {
    serving: Serving,
    url: String,
    certificates: Certificates,
}

impl Server {
    /// Makes certificates, evidence key and settings in the directory, and starts.
    pub(super) fn start(directory: &Path, hsms: &Hsms) -> Result<Self, Failure> {
        let certificates = Certificates::make(directory)?;
        let place = directory.join("signer");
        fs::create_dir(&place).map_err(|error| {
            Failure::new(Exit::Io, format!("failed to make {}: {error}", place.display()))
        })?;
        certificates.issue_server(&place.join("certificates"))?;
        let key = draw_evidence_key()?;
        let verifier = format!("{}\n", key.verifier());
        let path = place.join("evidence.vkey");
        durable::write_new(path, Visibility::Shared, verifier.as_bytes())?;
        let key = key.to_pem();
        durable::write_new(place.join("evidence.key"), Visibility::OwnerOnly, key.as_bytes())?;
        // Which port is free is known once it serves; afterwards it is in the settings, for the next start.
        let settings = settings(0, hsms);
        let settings = Settings::parse(&settings, &place)
            .map_err(|error| Failure::new(Exit::Defect, format!("the demo's settings: {error}")))?;
        let (teller, _told) = Teller::new(false);
        let (serving, _unread) = Serving::start(&settings, &teller)?;
        let port = serving.local_addrs().first().map_or(0, std::net::SocketAddr::port);
        durable::write_new(
            settings_file(directory),
            Visibility::Shared,
            self::settings(port, hsms).as_bytes(),
        )?;
        Ok(Self { serving, url: format!("https://{SERVER_ADDRESS}:{port}"), certificates })
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Issues certificates for lines.
    pub(super) const fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// What it counted, once its lines have ended; then it ends too.
    pub(super) fn stop(self) -> Result<Counts, Failure> {
        let counts = self.serving.counts()?;
        self.serving.stop(GRACE);
        Ok(counts)
    }
}

/// The settings' file.
pub(super) fn settings_file(directory: &Path) -> PathBuf {
    directory.join("signer").join("signer.toml")
}

fn settings(port: u16, hsms: &Hsms) -> String {
    format!(
        "# The signing server of a demo: docs/signing-service.md explains every key.
schema = 1
name = \"demo\"
listen = [\"{SERVER_ADDRESS}:{port}\"]
certificates = \"certificates\"
database = \"signer.db\"
evidence_key = \"evidence.key\"

[[product]]
tag = \"{TAG}\"
hsms = {}
pin_file = {}
trust = {}
",
        toml_texts(hsms.urls()),
        toml_text(&hsms.pin_file().to_string_lossy()),
        toml_text(&trust_file(Path::new("..")).to_string_lossy()),
    )
}

fn toml_texts(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| toml_text(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A text of JSON is one of TOML.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn draw_evidence_key() -> Result<SigningKey, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice())
        .map_err(|error| Failure::new(Exit::Io, format!("failed to draw a key: {error}")))?;
    let name: KeyName = EVIDENCE_KEY
        .parse()
        .map_err(|error| Failure::new(Exit::Defect, format!("the demo's key: {error}")))?;
    Ok(SigningKey::from_seed(name, &seed))
}
