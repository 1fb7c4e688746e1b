//! Signing servers as processes of their own, with certificates, a job package and a database.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use durable::Visibility;
use evidence::note::SigningKey;
use mtls::authority::{
    Authority, KeyKind, NewAuthority, NewPeer, Passphrase, PeerFiles, PeerKey, Purpose, Unlocked,
};
use postgres::Row;
use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sidewalk::Stage;
use signer::package::{PackagePage, PackageTerms};
use test_postgres::PostgresServer;
use zeroize::Zeroizing;

use crate::{
    line_place::CHIP,
    plant::{PROGRAM, Plant},
    process::Running,
};

/// Ports below those that systems give to clients: a client that asks for a server which is down must not be given the
/// server's port, or it would talk to itself.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

const SQLITE_FILE: &str = "signer.db";

const KEY: PeerKey<'_> = PeerKey::New(KeyKind::P256);
const DAYS: u32 = 2;

/// A command that asks the server takes no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the servers of one database are, whether they run or not.
pub(crate) struct SigningServers {
    place: PathBuf,
    /// One for each server.
    ports: Vec<u16>,
    maker: String,
    pub(crate) database: Database,
}

/// Where they keep what they know.
pub(crate) enum Database {
    /// In a file, which one server uses.
    Sqlite,
    /// In a server beside them, which several use.
    Postgres(PostgresServer),
}

/// A number, and the keys and signatures that were issued for it: Ed25519's, P-256's, and again.
pub(crate) type Issuance = (Vec<u8>, [Vec<u8>; 4]);

const ISSUANCES: &str =
    "SELECT smsn, ed25519_key, p256r1_key, ed25519_signature, p256r1_signature FROM issuance";

/// What the server counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) issued: u64,
    pub(crate) evidence: u64,
    pub(crate) pending: u64,
    pub(crate) attempts: u64,
    pub(crate) quota_used: u64,
}

impl SigningServers {
    /// Makes their directory in the plant's: certificates for them and for lines `line-1` to `line-N`, and a package that pays
    /// for so many devices. There is one server on SQLite, and two on PostgreSQL.
    pub(crate) fn new(plant: &Plant, lines: u64, quota: u64, database: Database) -> Self {
        let place = plant.path().join("signer");
        fs::create_dir_all(place.join("packages")).unwrap();
        issue_all(&place, lines);
        let evidence = key("plant/evidence", 1);
        let pem = evidence.to_pem();
        durable::write_new(place.join("evidence.key"), Visibility::OwnerOnly, pem.as_bytes())
            .unwrap();
        let maker = key("maker/packages", 2);
        let note = terms(&plant.trust_file(), quota).seal(&maker).unwrap().to_string();
        durable::write_new(place.join("packages/all.package"), Visibility::Shared, note.as_bytes())
            .unwrap();
        let count = match database {
            Database::Sqlite => 1,
            Database::Postgres(_) => 2,
        };
        let (ports, maker) = (free_ports(count), maker.verifier().to_string());
        let servers = Self { place, ports, maker, database };
        servers.connect(plant);
        servers
    }

    /// Writes the settings with the HSMs' addresses of today.
    pub(crate) fn connect(&self, plant: &Plant) {
        for (number, port) in self.ports.iter().enumerate() {
            let text = format!(
                "schema = 1
name = \"signer-{number}\"
listen = [\"127.0.0.1:{port}\"]
certificates = \"server\"
database = {:?}
evidence_key = \"evidence.key\"
packages = \"packages\"
makers = [{:?}]
[[product]]
tag = \"RNET_DAK_DUMMY\"
hsms = {:?}
pin_file = {:?}
trust = {:?}
needs_package = true
",
                self.database_name(),
                self.maker,
                plant.urls(),
                plant.path().join("pin"),
                plant.trust_file(),
            );
            let path = self.place.join(settings_of(number));
            durable::write_replace(path, Visibility::Shared, text.as_bytes()).unwrap();
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.ports.len()
    }

    /// Starts one.
    pub(crate) fn start(&self, number: usize) -> Running {
        let mut command = Command::new(PROGRAM);
        command.args(["signer", "serve", &settings_of(number)]).current_dir(&self.place);
        Running::start(&mut command)
    }

    /// The table of a line's job that names them.
    pub(crate) fn signing(&self, line: u64) -> String {
        let file = |name: &str| self.place.join(format!("line-{line}")).join(name);
        format!(
            "server = {:?}\nca_cert = {:?}\nclient_cert = {:?}\nclient_key = {:?}\n",
            self.ports.iter().map(url).collect::<Vec<_>>(),
            file("ca.pem"),
            file("client.pem"),
            file("client.key"),
        )
    }

    fn database_name(&self) -> String {
        match &self.database {
            Database::Sqlite => SQLITE_FILE.to_owned(),
            Database::Postgres(postgres) => postgres.url(),
        }
    }

    /// What its database says was issued.
    pub(crate) fn issuances(&self) -> Vec<Issuance> {
        match &self.database {
            Database::Sqlite => {
                let database = Connection::open(self.place.join(SQLITE_FILE)).unwrap();
                let mut rows = database.prepare(ISSUANCES).unwrap();
                let rows = rows.query_map([], |row| {
                    let bytes = |at: usize| row.get::<_, Vec<u8>>(at);
                    Ok((bytes(0)?, [bytes(1)?, bytes(2)?, bytes(3)?, bytes(4)?]))
                });
                rows.unwrap().map(Result::unwrap).collect()
            }
            Database::Postgres(postgres) => {
                let rows = postgres.client().query(ISSUANCES, &[]).unwrap();
                let bytes = |row: &Row, at: usize| row.get::<_, Vec<u8>>(at);
                rows.iter()
                    .map(|row| (bytes(row, 0), [1, 2, 3, 4].map(|at| bytes(row, at))))
                    .collect()
            }
        }
    }

    /// Asks the first of them, once it answers.
    pub(crate) fn counted(&self) -> Counted {
        let mut last = String::new();
        for _ in 0..100 {
            let mut command = Command::new(PROGRAM);
            command.current_dir(self.place.join("line-1"));
            command.args(["signer", "status", "--json"]);
            command.arg(url(&self.ports[0]));
            command.args(["--ca-cert", "ca.pem", "--client-cert", "client.pem"]);
            command.args(["--client-key", "client.key"]);
            let ended = Running::start(&mut command).end_within(PATIENCE);
            if ended.code == Some(0) {
                let status: Value = serde_json::from_str(&ended.text).unwrap();
                let number = |value: &Value| value.as_u64().unwrap();
                return Counted {
                    issued: number(&status["issued"]),
                    evidence: number(&status["evidence"]),
                    pending: number(&status["pending"]),
                    attempts: number(&status["attempts"]),
                    quota_used: number(&status["packages"][0]["used"]),
                };
            }
            last = ended.text;
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the signing server does not answer: {last}");
    }
}

fn issue_all(place: &Path, lines: u64) {
    let passphrase = Passphrase::new(Zeroizing::new(b"of the plant".to_vec())).unwrap();
    let new = NewAuthority { days: DAYS, key: KeyKind::P256 };
    let authority =
        Authority::create(&place.join("ca"), &passphrase, new, now_unix(), &mut random).unwrap();
    let unlocked = authority.unlock(&passphrase).unwrap();
    issue(&unlocked, Purpose::Server, "127.0.0.1", &place.join("server"));
    for line in 1..=lines {
        let name = format!("line-{line}");
        issue(&unlocked, Purpose::Client, &name, &place.join(&name));
    }
}

fn issue(unlocked: &Unlocked, purpose: Purpose, name: &str, directory: &Path) {
    let peer = NewPeer { purpose, name, role: None, line: None, names: &[], days: DAYS, key: KEY };
    let issued = unlocked.issue(&peer, now_unix(), &mut random).unwrap();
    let authority = unlocked.authority();
    let files = PeerFiles { purpose, has_key: true, directory };
    files
        .write(
            authority.certificate().pem(),
            issued.record.certificate_pem(),
            issued.key_pem.as_ref(),
            &authority.revocation_list_pem().unwrap(),
        )
        .unwrap();
}

fn terms(trust: &Path, count: u64) -> PackageTerms {
    let trust = durable::read_bounded(trust, 1024 * 1024).unwrap();
    PackageTerms {
        id: "all".parse().unwrap(),
        product: "RNET_DAK_DUMMY".to_owned(),
        stage: Stage::Production,
        apid: "dumy".parse().unwrap(),
        device_type: "A17XHX23H06INH".to_owned(),
        count,
        not_before_unix: now_unix() - 3600,
        not_after_unix: now_unix() + 86_400,
        lines: Vec::new(),
        page: PackagePage { chip: CHIP.to_owned(), firmware: None, version: 8, address: None },
        trust_sha256: Sha256::digest(trust).into(),
    }
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().unwrap(), &Zeroizing::new([seed; 32]))
}

fn settings_of(number: usize) -> String {
    format!("signer-{number}.toml")
}

fn url(port: &u16) -> String {
    format!("https://127.0.0.1:{port}")
}

fn free_ports(count: usize) -> Vec<u16> {
    let from = u16::try_from(std::process::id() % 10_000).unwrap();
    let ports = PORTS.skip(usize::from(from)).chain(PORTS);
    ports.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).take(count).collect()
}

fn random(bytes: &mut [u8]) -> Result<(), mtls::authority::AuthorityError> {
    getrandom::fill(bytes).map_err(|_| mtls::authority::AuthorityError::Randomness)
}

#[expect(clippy::disallowed_methods, reason = "certificates are valid now")]
fn now_unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
