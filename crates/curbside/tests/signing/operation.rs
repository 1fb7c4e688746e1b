//! What those who operate a signing server see of it: its service manager, its metrics, its log.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::{fs::PermissionsExt as _, net::UnixDatagram},
    process::{Child, Command, Stdio},
    time::Duration,
};

use hsm::{Credentials, Endpoint, Link, Session, TlsClient};
use metrics_text::Samples;
use serde_json::Value;
use signer::DeviceSigner as _;
use yubihsm2::{
    AuditMode, Command as HsmCommand, CommandAudit, DEFAULT_PASSWORD, MessageLimit, ObjectId,
    OptionValue, StaticKeys, operation::SetOption,
};

use crate::{
    plant::{PIN, Plant, text},
    server::Server,
    service::device,
};

/// How long a server may be silent in a test: it is never that slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service manager as systemd is one: a socket that is told things.
struct Manager(UnixDatagram);

impl Manager {
    fn new(plant: &Plant) -> Self {
        let socket = UnixDatagram::bind(plant.path("notify")).expect("our own directory");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Self(socket)
    }

    /// The plant's server, which reports to it.
    fn server(&self, plant: &Plant) -> Command {
        let mut command = plant.command(&["signer", "serve", "signer.toml", "--json"]);
        let socket = self.0.local_addr().expect("a socket");
        command.env("NOTIFY_SOCKET", socket.as_pathname().expect("it has a name"));
        command.env("WATCHDOG_USEC", "90000");
        command
    }

    fn next(&self) -> Vec<String> {
        let mut bytes = [0; 4096];
        let len = self.0.recv(&mut bytes).expect("the server says something");
        String::from_utf8_lossy(&bytes[..len]).lines().map(str::to_owned).collect()
    }

    /// Passes over what is said until this is; returns the message that it is in, and what was passed over.
    fn until(&self, word: &str) -> (Vec<String>, Vec<String>) {
        let mut passed = Vec::new();
        loop {
            let message = self.next();
            if message.iter().any(|line| line == word) {
                return (message, passed);
            }
            passed.extend(message);
        }
    }
}

/// Lines of a server's log up to its end.
fn lines(child: &mut Child) -> Vec<Value> {
    let output = child.stdout.take().expect("a pipe");
    let lines = BufReader::new(output).lines();
    lines.map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON")).collect()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn the_service_manager_hears_all_in_order_and_the_log_is_lines_of_json() {
    let plant = Plant::new();
    Server::start(&plant, "", "").kill();
    let manager = Manager::new(&plant);
    let mut command = manager.server(&plant);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let (ready, before) = manager.until("READY=1");
    assert!(before.is_empty(), "it is not healthy before it is ready: {before:?}");
    assert!(ready.iter().any(|line| line.starts_with("STATUS=signer-1 signs at https://")));
    for _ in 0..3 {
        manager.until("WATCHDOG=1");
    }

    signal(&child, "-HUP");
    let (reloading, _) = manager.until("RELOADING=1");
    assert!(reloading.iter().any(|line| line.starts_with("MONOTONIC_USEC=")), "{reloading:?}");
    let (_, between) = manager.until("READY=1");
    assert!(!between.iter().any(|line| line == "STOPPING=1"));
    manager.until("WATCHDOG=1");

    signal(&child, "-TERM");
    manager.until("STOPPING=1");
    let lines = lines(&mut child);
    assert!(child.wait().expect("it ends").success());
    manager.0.set_nonblocking(true).expect("a socket");
    assert!(manager.0.recv(&mut [0; 64]).is_err(), "nothing follows the end");

    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events[0], "started");
    for event in ["hsm-up", "reloaded", "stopping"] {
        assert!(events.contains(&event), "{event} in {events:?}");
    }
    for line in &lines {
        for key in ["time", "level", "event"] {
            assert!(line[key].is_string(), "{key} in {line}");
        }
        assert!(!line.to_string().contains(PIN), "{line}");
    }
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    assert_eq!(said, "", "all of it was lines of JSON");
}

#[test]
fn a_server_that_is_stopped_is_not_reported_as_alive() {
    let plant = Plant::new();
    Server::start(&plant, "", "").kill();
    let manager = Manager::new(&plant);
    let mut child = manager
        .server(&plant)
        // Of another process: not for us.
        .env("WATCHDOG_PID", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    manager.until("READY=1");
    signal(&child, "-TERM");
    let (_, passed) = manager.until("STOPPING=1");
    assert!(!passed.iter().any(|line| line == "WATCHDOG=1"), "{passed:?}");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_key_that_systemd_hands_over_is_taken_and_one_that_others_may_read_is_not() {
    let plant = Plant::new();
    Server::start(&plant, "", "").kill();
    // A unit names the whole of it.
    let whole = format!("\"{}\"", plant.path("evidence.key").display());
    plant.put("signer.toml", plant.read("signer.toml").replace("\"evidence.key\"", &whole));
    let shared = fs::Permissions::from_mode(0o440);
    fs::set_permissions(plant.path("evidence.key"), shared).expect("our own file");
    let refused = plant.run("signer serve signer.toml --json");
    assert_eq!(refused.code, Some(5), "{refused:?}");
    let mut child = plant
        .command(&["signer", "serve", "signer.toml", "--json"])
        .env("CREDENTIALS_DIRECTORY", plant.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut first = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut first).expect("a line");
    signal(&child, "-TERM");
    let _ended = child.wait();
    assert!(first.contains("started"), "{first}");
}

fn scraped(server: &Server) -> Samples {
    let mut stream = TcpStream::connect(text(&server.started()["metrics"])).expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    metrics_text::samples(body).expect("an exposition")
}

#[test]
fn metrics_say_what_was_done() {
    let plant = Plant::new();
    let server = Server::start(&plant, "metrics = \"127.0.0.1:0\"", "");
    let client = server.client(&plant, "line-1");
    for number in [1, 2] {
        client.sign(&device(number, number)).expect("signed");
    }
    client.sign(&device(1, 1)).expect("given again");
    client.sign(&device(1, 9)).expect_err("other keys");
    // A guest without TLS.
    let address = text(&server.started()["addresses"][0]);
    let mut guest = TcpStream::connect(address).expect("it listens");
    guest.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it reads");
    let _cut = guest.read_to_end(&mut Vec::new());

    let samples = scraped(&server);
    let (tag, hsm) = (plant.tag(), plant.url());
    for (name, value) in [
        ("curbside_signer_signed_total{}".to_owned(), 2.0),
        ("curbside_signer_repeated_total{}".to_owned(), 1.0),
        ("curbside_signer_refused_total{code=other_keys}".to_owned(), 1.0),
        ("curbside_signer_sign_seconds_count{}".to_owned(), 2.0),
        ("curbside_signer_sign_seconds_bucket{le=+Inf}".to_owned(), 2.0),
        ("curbside_signer_issued{}".to_owned(), 2.0),
        ("curbside_signer_pending{}".to_owned(), 0.0),
        ("curbside_signer_evidence_entries{}".to_owned(), 2.0),
        (format!("curbside_signer_queued{{product={tag}}}"), 0.0),
        (format!("curbside_signer_in_hand{{product={tag}}}"), 0.0),
        (format!("curbside_signer_hsm_up{{product={tag},hsm={hsm}}}"), 1.0),
        (format!("curbside_signer_hsm_signed_total{{product={tag},hsm={hsm}}}"), 2.0),
        (format!("curbside_signer_line_signed_total{{product={tag},line=line-1}}"), 2.0),
        ("curbside_signer_front_refused_total{reason=plain-http}".to_owned(), 1.0),
    ] {
        assert_eq!(samples.get(&name), Some(&value), "{name} in {samples:#?}");
    }
    let sessions = samples[&format!("curbside_signer_hsm_sessions{{product={tag},hsm={hsm}}}")];
    assert!(sessions >= 1.0);
    let quantile = |q| {
        samples
            [&format!("curbside_signer_hsm_sign_seconds{{product={tag},hsm={hsm},quantile={q}}}")]
    };
    assert!(quantile("0.5") > 0.0 && quantile("0.99") >= quantile("0.5"));
    assert!(samples["curbside_signer_certificate_days{certificate=server}"] > 30.0);
    assert!(samples["curbside_signer_connections{}"] >= 1.0, "the client's");
}

#[test]
fn every_metric_is_documented_and_no_other() {
    let plant = Plant::new();
    let server = Server::start(&plant, "metrics = \"127.0.0.1:0\"", "");
    let mut stream = TcpStream::connect(text(&server.started()["metrics"])).expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let mut shown: Vec<&str> =
        answer.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let documentation = include_str!("../../../../docs/operation.md");
    let mut documented: Vec<&str> = documentation
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(['`', '{']).next())
        .filter(|name| name.starts_with("curbside_signer_") && !name.contains(' '))
        .collect();
    shown.sort_unstable();
    documented.sort_unstable();
    assert_eq!(shown, documented);
}

/// Has the HSM log every signature, and refuse to sign once its log is full.
fn insist_on_log(plant: &Plant) {
    let tls = TlsClient::new(None, None).expect("no files");
    let link = Link::open(&Endpoint::parse(plant.url(), &tls).expect("a URL")).expect("it serves");
    let admin = Credentials::Keys(StaticKeys::from_password(DEFAULT_PASSWORD));
    let slots = [ObjectId::DEFAULT_AUTHENTICATION_KEY];
    let mut session =
        Session::open(link, &slots, &admin, MessageLimit::BEFORE_2_4).expect("a session");
    let on = |command| CommandAudit { command, mode: AuditMode::ON };
    let signatures = vec![on(HsmCommand::SIGN_EDDSA), on(HsmCommand::SIGN_ECDSA)];
    for value in [OptionValue::CommandAudit(signatures), OptionValue::ForceAudit(AuditMode::ON)] {
        session.call(&SetOption { tag: value.tag(), value: value.encode() }).expect("an option");
    }
    session.close().expect("a session");
}

#[test]
fn an_hsm_that_insists_on_its_log_signs_on_and_its_kept_log_counts_as_the_evidence_does() {
    // Several times what an HSM's log of 62 entries takes.
    const DEVICES: u8 = 100;
    let plant = Plant::new();
    plant.put("audit.pin", "password\n");
    let audit = "[product.audit]\nlogs = \"hsm-logs\"\nslot = 1\npin_file = \"audit.pin\"";
    insist_on_log(&plant);
    let mut server = Server::start(&plant, "", audit);
    let client = server.client(&plant, "line-1");
    for number in 0..DEVICES / 2 {
        client.sign(&device(number, number + 1)).expect("a signature");
    }
    server.start_again(&plant);
    let client = server.client(&plant, "line-1");
    for number in DEVICES / 2..DEVICES {
        client.sign(&device(number, number + 1)).expect("a signature");
    }
    // Asked again: nothing is signed.
    client.sign(&device(0, 1)).expect("a signature");
    let fetched = plant.run(&format!(
        "audit fetch {} export --ca-cert watcher/ca.pem --client-cert watcher/client.pem \
         --client-key watcher/client.key --key evidence.vkey",
        server.url()
    ));
    assert_eq!(fetched.code, Some(0), "{fetched:?}");
    server.kill();
    // What was signed since the log was stored last.
    let rest = plant
        .run(&format!("hsm audit --connector {} --factory-key --save rest.jsonl", plant.url()));
    assert_eq!(rest.code, Some(0), "{rest:?}");

    let logs: Vec<String> = plant
        .path("hsm-logs")
        .read_dir()
        .expect("the server's directory")
        .map(|entry| entry.expect("an entry").path().display().to_string())
        .collect();
    assert_eq!(logs.len(), 1, "{logs:?}");
    let verify = |logs: &str| {
        let line = format!("audit verify export --key evidence.vkey --json --hsm-audit {logs}");
        let ended = plant.run(&line);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let verdict: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        verdict["counts"].clone()
    };
    let counts = verify(&format!("{} rest.jsonl", logs[0]));
    for row in counts.as_array().expect("rows") {
        assert_eq!(row["devices"], u64::from(DEVICES), "{counts}");
    }
}
