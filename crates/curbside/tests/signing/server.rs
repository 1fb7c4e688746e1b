//! A signing server of a plant, in a process of its own, with certificates of its own authority.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::Arc,
    time::Duration,
};

use hsm::{ClientIdentity, TlsClient};
use serde_json::Value;
use signer::service::{ServerUrl, SigningClient, SigningClientOptions, Unwatched};
use zeroize::Zeroizing;

use crate::plant::{Plant, text};

/// A server beside its plant's HSMs.
pub(crate) struct Server {
    child: Option<Child>,
    url: String,
    started: Value,
}

impl Server {
    /// Makes authority, certificates and keys, and starts a server. `more` is added to the settings of its product.
    pub(crate) fn start(plant: &Plant, head: &str, more: &str) -> Self {
        plant.put("passphrase", "correct horse\n");
        for line in [
            "mtls init --key p256 --passphrase-file passphrase",
            "mtls issue server signer --san localhost --san 127.0.0.1 --key p256 --out srv --passphrase-file passphrase",
            "mtls issue client line-1 --key p256 --out line-1 --passphrase-file passphrase",
            "mtls issue client line-2 --key p256 --out line-2 --passphrase-file passphrase",
            "mtls issue client watcher --role monitor --key p256 --out watcher --passphrase-file passphrase",
            "mtls issue client boss --role operator --key p256 --out boss --passphrase-file passphrase",
        ] {
            let ended = plant.run(line);
            assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        }
        let ended = plant.run("audit keygen --name signer.plant --out evidence.key");
        assert_eq!(ended.code, Some(0), "{ended:?}");
        plant.put("evidence.vkey", ended.stdout);
        plant.put(
            "signer.toml",
            format!(
                "schema = 1\nname = \"signer-1\"\nlisten = [\"127.0.0.1:0\"]\ncertificates = \"srv\"\n\
                 database = \"signer.db\"\nevidence_key = \"evidence.key\"\n{head}\n[[product]]\n\
                 tag = \"{}\"\nhsms = [\"{}\"]\npin_file = \"pin\"\ntrust = \"trust\"\n{more}\n",
                plant.tag(),
                plant.url(),
            ),
        );
        let mut server = Self { child: None, url: String::new(), started: Value::Null };
        server.start_again(plant);
        server
    }

    /// Starts it anew, on a port of its own choice.
    pub(crate) fn start_again(&mut self, plant: &Plant) {
        self.kill();
        let mut command = plant.command(&["signer", "serve", "signer.toml", "--json"]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        self.started = serde_json::from_str(&line).expect("it says where it serves");
        let address = text(&self.started["addresses"][0]);
        let port = address.rsplit(':').next().expect("a port");
        self.url = format!("https://localhost:{port}");
        // Its log is read on, so that it does not wait for a reader.
        std::thread::spawn(move || lines.lines().for_each(drop));
        self.child = Some(child);
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            let _gone = child.wait();
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What its first line said.
    pub(crate) fn started(&self) -> &Value {
        &self.started
    }

    /// A client that shows the certificate in this directory.
    pub(crate) fn client(&self, plant: &Plant, who: &str) -> SigningClient {
        SigningClient::open(self.options(plant, who)).expect("the server knows the product")
    }

    pub(crate) fn options(&self, plant: &Plant, who: &str) -> SigningClientOptions {
        let read = |name: &str| plant.read(&format!("{who}/{name}")).into_bytes();
        let key = Zeroizing::new(read("client.key"));
        let certificate = read("client.pem");
        let identity = ClientIdentity { certificate_pem: &certificate, key_pem: &key };
        let tls = TlsClient::new(Some(&read("ca.pem")), Some(identity)).expect("good files");
        SigningClientOptions {
            servers: vec![self.url.parse::<ServerUrl>().expect("an address")],
            tls,
            product: plant.tag().to_owned(),
            package: None,
            is_rework: false,
            open_wait_max: Duration::from_secs(20),
            wait_max: Duration::from_secs(20),
            watch: Arc::new(Unwatched),
            fill_random: |bytes| getrandom::fill(bytes).is_ok(),
        }
    }

    /// `curbside signer status`, as JSON.
    pub(crate) fn status(&self, plant: &Plant, who: &str) -> Value {
        let ended = plant.run(&format!(
            "signer status {} --json --ca-cert {who}/ca.pem --client-cert {who}/client.pem --client-key {who}/client.key",
            self.url
        ));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        serde_json::from_str(&ended.stdout).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
