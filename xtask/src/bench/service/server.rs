//! `curbside signer serve` in a process of its own, with certificates, quota and evidence as a plant has them.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use hsm::{ClientIdentity, TlsClient};
use mtls::authority::{
    Authority, AuthorityError, DAYS_DEFAULT, KeyKind, NewPeer, Passphrase, PeerKey, Purpose,
    Unlocked,
};
use serde_json::Value;
use signer::service::{SigningClient, SigningClientOptions, Unwatched};
use zeroize::Zeroizing;

use crate::{
    Fallible,
    bench::{
        edge::{fill_random, now},
        hsms::{Hsms, PIN, TAG},
    },
    command::output,
};

/// Of the authority's key.
const PASSPHRASE: &str = "rehearsal";

/// How long a line waits for its chains: with one HSM a hundred lines wait for 20 s.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What a plant has before its server starts. Its job package pays for more devices than are made here.
const PREPARATION: &str = r#"set -e
umask 077
printf '%s\n' "$PASSPHRASE" > passphrase
printf '%s\n' "$PIN" > pin
"$CURBSIDE" mtls init --key p256 --ca ca --passphrase-file passphrase
"$CURBSIDE" mtls issue server signer --san localhost --key p256 --ca ca --passphrase-file passphrase --out server
"$CURBSIDE" audit keygen --name signer.plant --out evidence.key > evidence.vkey
"$CURBSIDE" audit keygen --name maker.example --out maker.key > maker.vkey
mkdir packages
"$CURBSIDE" job seal job.toml --count 100000000 --valid-until 2099-01-01T00:00:00Z --key maker.key --out packages/bench.package
"#;

/// A server at work, killed when dropped.
pub(super) struct Server {
    child: Child,
    url: String,
    directory: PathBuf,
}

impl Server {
    /// Starts a server of these HSMs in a new directory.
    pub(super) fn start(curbside: &Path, directory: &Path, hsms: &Hsms) -> Fallible<Self> {
        fs::create_dir_all(directory)?;
        fs::write(directory.join("trust"), hsms.anchors().to_text())?;
        fs::write(directory.join("job.toml"), job())?;
        let mut prepare = Command::new("sh");
        prepare.args(["-c", PREPARATION]).current_dir(directory);
        prepare.env("CURBSIDE", curbside).env("PASSPHRASE", PASSPHRASE).env("PIN", PIN);
        output(prepare)?;
        let maker = fs::read_to_string(directory.join("maker.vkey"))?;
        fs::write(directory.join("signer.toml"), settings(maker.trim(), hsms))?;
        let mut child = Command::new(curbside)
            .args(["signer", "serve", "signer.toml", "--json"])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut reader = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let started: Value =
            serde_json::from_str(&line).map_err(|_| "signer serve does not say where it serves")?;
        let address = started["addresses"][0].as_str().ok_or("no address")?;
        let port = address.rsplit(':').next().ok_or("no port")?;
        let url = format!("https://localhost:{port}");
        let mut log = fs::File::create(directory.join("access.log"))?;
        // Ends with the process.
        thread::spawn(move || std::io::copy(&mut reader, &mut log));
        Ok(Self { child, url, directory: directory.to_owned() })
    }

    /// So many lines, each with a certificate, a name and a connection of its own.
    pub(super) fn lines(&self, count: usize) -> Fallible<Vec<SigningClient>> {
        let passphrase = Passphrase::new(Zeroizing::new(PASSPHRASE.as_bytes().to_vec()))?;
        let authority = Authority::open(&self.directory.join("ca"))?.unlock(&passphrase)?;
        (1..=count).map(|number| self.line(&authority, &format!("line-{number}"))).collect()
    }

    fn line(&self, authority: &Unlocked, name: &str) -> Fallible<SigningClient> {
        let peer = NewPeer {
            purpose: Purpose::Client,
            name,
            role: None,
            line: None,
            names: &[],
            days: DAYS_DEFAULT,
            key: PeerKey::New(KeyKind::P256),
        };
        let now_unix = u64::try_from(now().0 / 1000)?;
        let issued = authority.issue(&peer, now_unix, &mut |bytes| match fill_random(bytes) {
            true => Ok(()),
            false => Err(AuthorityError::Randomness),
        })?;
        let key_pem = issued.key_pem.ok_or("no key was made")?;
        let key_pem = Zeroizing::new(key_pem.as_bytes().to_vec());
        let identity = ClientIdentity {
            certificate_pem: issued.record.certificate_pem().as_bytes(),
            key_pem: &key_pem,
        };
        let ca_pem = authority.authority().certificate().pem();
        Ok(SigningClient::open(SigningClientOptions {
            servers: vec![self.url.parse()?],
            tls: TlsClient::new(Some(ca_pem.as_bytes()), Some(identity))?,
            product: TAG.to_owned(),
            package: None,
            is_rework: false,
            open_wait_max: WAIT_MAX,
            wait_max: WAIT_MAX,
            fill_random,
            watch: Arc::new(Unwatched),
        })?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the measurement has noticed.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn settings(maker: &str, hsms: &Hsms) -> String {
    format!(
        "schema = 1\nname = \"signer-1\"\nlisten = [\"127.0.0.1:0\"]\ncertificates = \"server\"\n\
         database = \"signer.db\"\nevidence_key = \"evidence.key\"\npackages = \"packages\"\n\
         makers = [\"{maker}\"]\n[[product]]\ntag = \"{TAG}\"\nhsms = {:?}\npin_file = \"pin\"\n\
         trust = \"trust\"\nneeds_package = true\n",
        hsms.urls(),
    )
}

/// The job that the package is sealed for. Its HSMs, serial numbers and driver do not go into the package.
fn job() -> String {
    format!(
        "schema = 1\nname = \"bench\"\n[product]\ntag = \"{TAG}\"\ndevice_type = \"LAMP\"\napid = \"dumy\"\n\
         application_server_key = \"{}\"\ntrust = \"trust\"\n[page]\nchip = \"nrf52840\"\n[signing]\n\
         hsms = [\"http://localhost:1\"]\n[serials]\nsource = \"range\"\npattern = \"D{{:04}}\"\nfirst = 1\nlast = 99\n\
         [line]\nslots = 1\n[driver]\nkind = \"sim\"\ntray = \"boards\"\nboards = 1\n",
        "ab".repeat(32),
    )
}
