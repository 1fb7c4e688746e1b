//! A product on software HSMs in processes of their own, which count what they sign.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use durable::Visibility;
use hsm::{Credentials, Endpoint, Link, Session, TlsClient, read_audit_log};
use serde_json::Value;
use tempfile::TempDir;
use yubihsm2::{
    AuditMode, Command as HsmCommand, CommandAudit, DEFAULT_PASSWORD, ObjectId, OptionTag,
    OptionValue, StaticKeys, operation::SetOption,
};

use crate::process::Running;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_curbside");

/// A command that only programs HSMs takes no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A directory with HSMs that hold one product.
pub(crate) struct Plant {
    place: TempDir,
    hsms: Vec<Served>,
    /// How many signatures were counted before the last restart.
    signatures_before: u64,
}

impl Plant {
    /// HSMs that are replicas. From here on they log what they sign, and nothing else.
    pub(crate) fn new(hsms: usize) -> Self {
        let place = TempDir::new().unwrap();
        let hsms: Vec<Served> = (0..hsms)
            .map(|number| Served::start(&place.path().join(format!("hsm-{number}"))))
            .collect();
        durable::write_new(place.path().join("pin"), Visibility::OwnerOnly, b"260403\n").unwrap();
        let mut plant = Self { place, hsms, signatures_before: 0 };
        let mut command = Command::new(PROGRAM);
        command.args(["hsm", "init", "--pin-file", "pin"]).current_dir(plant.place.path());
        for hsm in &plant.hsms {
            command.args(["--connector", &hsm.url]);
        }
        let ended = Running::start(&mut command).end_within(PATIENCE);
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        for hsm in &mut plant.hsms {
            hsm.log_signatures();
        }
        plant
    }

    /// From here on the HSMs take as long as hardware does.
    pub(crate) fn slow_down(&mut self) {
        for hsm in &mut self.hsms {
            hsm.is_slow = true;
        }
        self.restart_hsms();
    }

    /// The file with the product's roots.
    pub(crate) fn trust_file(&self) -> PathBuf {
        self.path().join("RNET_DAK_DUMMY.trust")
    }

    pub(crate) fn path(&self) -> &Path {
        self.place.path()
    }

    /// Where the HSMs are until the next restart.
    pub(crate) fn urls(&self) -> Vec<&str> {
        self.hsms.iter().map(|hsm| hsm.url.as_str()).collect()
    }

    /// Starts the HSMs anew. A line that is killed leaves its sessions to the HSM's own limit of 30 s, and an HSM has
    /// 16: without this a dozen kills would shut everybody out. No line may be running, so that none asks twice because
    /// of it.
    pub(crate) fn restart_hsms(&mut self) {
        for hsm in &mut self.hsms {
            self.signatures_before += hsm.signatures();
            hsm.restart();
        }
    }

    /// How many signatures the HSMs were asked for: the entries of their audit logs.
    pub(crate) fn signatures(&self) -> u64 {
        self.signatures_before + self.hsms.iter().map(Served::signatures).sum::<u64>()
    }
}

/// A software HSM in a process of its own, killed when dropped.
struct Served {
    child: Option<Child>,
    store: PathBuf,
    url: String,
    is_slow: bool,
    /// The number of the audit log's last entry when counting began.
    entries_before: u16,
}

impl Served {
    fn start(store: &Path) -> Self {
        let (store, url) = (store.to_owned(), String::new());
        let mut served = Self { child: None, store, url, is_slow: false, entries_before: 0 };
        served.restart();
        served
    }

    fn restart(&mut self) {
        // The old one must let go of the store first.
        self.stop();
        let mut child = Command::new(PROGRAM)
            .args(["hsm", "serve", "--listen", "127.0.0.1:0", "--json", "--store"])
            .arg(&self.store)
            .args(self.is_slow.then_some("--latency=yubihsm2"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let started: Value = serde_json::from_str(&line).unwrap();
        self.child = Some(child);
        started["url"].as_str().unwrap().clone_into(&mut self.url);
        // The start itself is an entry.
        self.entries_before = self.last_entry();
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            let _gone = child.wait();
        }
    }

    fn session(&self) -> Session {
        let endpoint = Endpoint::parse(&self.url, &TlsClient::default()).unwrap();
        let mut link = Link::open(&endpoint).unwrap();
        let limit = link.device_info().unwrap().version.message_limit();
        let keys = Credentials::Keys(StaticKeys::from_password(DEFAULT_PASSWORD));
        Session::open(link, &[ObjectId::DEFAULT_AUTHENTICATION_KEY], &keys, limit).unwrap()
    }

    fn log_signatures(&mut self) {
        let audits = [HsmCommand::SIGN_EDDSA, HsmCommand::SIGN_ECDSA]
            .map(|command| CommandAudit { command, mode: AuditMode::ON });
        let option = OptionValue::CommandAudit(audits.to_vec());
        let mut session = self.session();
        session.call(&SetOption { tag: OptionTag::COMMAND_AUDIT, value: option.encode() }).unwrap();
        session.close().unwrap();
        self.entries_before = self.last_entry();
    }

    fn signatures(&self) -> u64 {
        u64::from(self.last_entry().wrapping_sub(self.entries_before))
    }

    fn last_entry(&self) -> u16 {
        let mut session = self.session();
        let page = read_audit_log(&mut session).unwrap();
        session.close().unwrap();
        page.entries.last().unwrap().record.number
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}
