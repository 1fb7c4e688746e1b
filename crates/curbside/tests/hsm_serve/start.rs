//! How it starts, what it says, and how it refuses to start.

use std::{fs, path::Path, process::Command};

use tempfile::{TempDir, tempdir};
use yubihsm2::{ErrorCode, operation::Echo};

use crate::{
    client::{Connection, Session},
    server::{Server, command},
};

fn scene() -> TempDir {
    tempdir().unwrap()
}

/// Runs it where it must not serve: its exit code and what it says.
fn refused(store: &Path, words: &[&str]) -> (Option<i32>, String) {
    let output = command(store, words).output().unwrap();
    assert!(output.stdout.is_empty(), "{output:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_json_line_says_where_it_listens_and_what_it_serves() {
    let scene = scene();
    let store = scene.path().join("hsm");
    let words = ["--serial", "7550054", "--firmware", "2.3.2"];
    let server = Server::start(&store, &words);
    let line = &server.line;
    let url = format!("http://127.0.0.1:{}", server.address().port());
    assert_eq!(line["url"], url.as_str());
    assert_eq!(line["serial"], 7_550_054);
    assert_eq!(line["firmware"], "2.3.2");
    assert_eq!((&line["store_is_new"], &line["default_key"]), (&true.into(), &true.into()));
    let mut connection = Connection::open(server.address()).unwrap();
    let (status, page) = connection.ask("GET /connector/status", &[]).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, 200);
    assert!(page.starts_with("status=OK\nserial=0007550054\nversion=3.0.7\n"), "{page}");
    drop(server);
    let server = Server::start(&store, &words);
    assert_eq!(server.line["store_is_new"], false);
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_when_it_is_asked_to_and_warns_of_the_default_key() {
    let scene = scene();
    let server = Server::start(&scene.path().join("hsm"), &[]);
    let mut session = Session::open(server.address()).unwrap();
    session.call(&Echo { data: vec![1] }).unwrap();
    let (code, text) = server.stop();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("serving a software YubiHSM 2 at http://127.0.0.1:"), "{text}");
    assert!(
        text.contains(
            "warning: authentication key 1 still has the published password \"password\""
        ),
        "{text}"
    );
}

#[test]
fn a_second_process_on_a_store_is_told_who_has_it() {
    let scene = scene();
    let store = scene.path().join("hsm");
    let server = Server::start(&store, &[]);
    let (code, text) = refused(&store, &[]);
    let pid = server.id();
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains(&format!("process {pid} has it open")), "{text}");
    assert!(text.contains(&format!("hint: stop process {pid}")), "{text}");
}

#[test]
fn a_port_in_use_is_told() {
    let scene = scene();
    let server = Server::start(&scene.path().join("a"), &[]);
    let listen = server.address().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_curbside"));
    command.args(["hsm", "serve", "--listen", &listen, "--store"]).arg(scene.path().join("b"));
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{text}");
    assert!(text.contains(&format!("failed to listen on {listen}")), "{text}");
    assert!(text.contains("hint: another connector may be running"), "{text}");
}

#[test]
fn another_serial_number_than_the_devices_is_refused() {
    let scene = scene();
    let store = scene.path().join("hsm");
    Server::start(&store, &["--serial", "1"]).kill();
    let (code, text) = refused(&store, &["--serial", "2"]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("has the serial number 0000000001, not 0000000002"), "{text}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
fn a_passphrase_comes_from_a_file_that_only_its_owner_reads() {
    let scene = scene();
    let (store, file) = (scene.path().join("hsm"), scene.path().join("passphrase"));
    durable::write_new(&file, durable::Visibility::OwnerOnly, b"correct horse\n").unwrap();
    let words = ["--passphrase-file", file.to_str().unwrap()];
    Server::start(&store, &words).kill();
    assert!(!store.join("key").exists());
    let (code, text) = refused(&store, &[]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("hint: name its file with --passphrase-file"), "{text}");
    fs::write(&file, b"wrong horse\n").unwrap();
    let (code, text) = refused(&store, &words);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("the passphrase does not open it"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let (code, text) = refused(&store, &words);
        assert_eq!(code, Some(5), "{text}");
        assert!(text.contains("others may open it"), "{text}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test damages a file")]
fn a_damaged_store_is_refused_and_not_touched() {
    let scene = scene();
    let store = scene.path().join("hsm");
    Server::start(&store, &[]).kill();
    let state = store.join("state");
    let mut bytes = fs::read(&state).unwrap();
    let middle = bytes.len() - 700;
    bytes[middle] ^= 1;
    fs::write(&state, &bytes).unwrap();
    let (code, text) = refused(&store, &[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("damaged: record ") && text.contains("hint: nothing was changed"),
        "{text}"
    );
    assert_eq!(fs::read(&state).unwrap(), bytes);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
fn faults_come_from_options_and_from_a_plan() {
    let scene = scene();
    let (store, plan) = (scene.path().join("hsm"), scene.path().join("plan"));
    fs::write(&plan, "# a rehearsal\n\nlose-sessions at 4 # after one command\n").unwrap();
    let words = ["--fault", "error log-full at 1", "--fault-plan", plan.to_str().unwrap()];
    let server = Server::start(&store, &words);
    let echo = yubihsm2::Frame::new(yubihsm2::Command::ECHO, [1].as_slice()).unwrap();
    let answer = Connection::open(server.address()).unwrap().exchange(&echo).unwrap();
    assert_eq!(answer.error_code(), Some(ErrorCode::LOG_FULL));
    // Frames 2 and 3 open the session.
    let mut session = Session::open(server.address()).unwrap();
    let refusal = session.refusal(&Echo { data: vec![1] }).unwrap();
    assert_eq!(refusal, Some(ErrorCode::INVALID_SESSION));
    drop(server);

    let (code, text) = refused(&store, &["--fault", "explode at 1"]);
    assert_eq!(code, Some(2), "{text}");
    fs::write(&plan, "drop at 1\nexplode at 1\n").unwrap();
    let (code, text) = refused(&store, &["--fault-plan", plan.to_str().unwrap()]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("plan, line 2: \"explode\" is no action"), "{text}");
}

#[test]
fn a_connector_without_an_hsm_on_usb_says_so_and_serves_all_the_same() {
    // Serial numbers begin at some seven million; none has come this far.
    let words = ["hsm", "connector", "--json", "--listen", "127.0.0.1:0", "--serial", "4294967295"];
    let server = Server::run(Command::new(env!("CARGO_BIN_EXE_curbside")).args(words));
    assert_eq!((&server.line["device"], &server.line["serial"]), (&false.into(), &u32::MAX.into()));
    let mut connection = Connection::open(server.address()).unwrap();
    let (status, page) = connection.ask("GET /connector/status", &[]).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, 200);
    assert!(page.starts_with("status=NO_DEVICE\nserial=4294967295\n"), "{page}");
    let (status, body) = connection.ask("POST /connector/api", &[1, 0, 1, 7]).unwrap();
    assert_eq!((status, body.as_slice()), (500, &b"Internal Server Error\n"[..]));
    // What is no frame is answered as a device would, and never reaches one.
    let (status, body) = connection.ask("POST /connector/api", &[1, 0, 2, 7]).unwrap();
    assert_eq!((status, body.as_slice()), (200, &[0x7F, 0, 1, 8][..]));
}

#[test]
fn the_same_seed_makes_the_same_device() {
    let scene = scene();
    let device = |name: &str| {
        let server = Server::start(&scene.path().join(name), &["--seed", "7"]);
        let frame = yubihsm2::Frame::new(yubihsm2::Command::DEVICE_PUBLIC_KEY, [].as_slice());
        let key = Connection::open(server.address()).unwrap().exchange(&frame.unwrap()).unwrap();
        (server.line["serial"].clone(), key.payload().to_vec())
    };
    assert_eq!(device("a"), device("b"));
}

#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads what the system tells of the process")]
fn it_takes_less_than_30_mib_of_memory() {
    let scene = scene();
    let file = scene.path().join("passphrase");
    durable::write_new(&file, durable::Visibility::OwnerOnly, b"correct horse\n").unwrap();
    // Deriving the key is what takes most.
    let words = ["--passphrase-file", file.to_str().unwrap()];
    let server = Server::start(&scene.path().join("hsm"), &words);
    let sessions: Vec<Session> =
        (0..16).map(|_| Session::open(server.address()).unwrap()).collect();
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let most_kib: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
    drop(sessions);
    assert!(most_kib < 30 * 1024, "{most_kib} KiB");
}
