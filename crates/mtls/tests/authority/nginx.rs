//! The real nginx with our configuration and our certificates, before a server of ours.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use mtls::{
    authority::{KeyKind, Reason, Unlocked, Which},
    nginx::{NginxConfig, NginxPath, Platform},
};

use crate::scene::{Scene, client, now, server, text};

/// nginx in a directory of its own, with a wrapper around the generated block.
struct Nginx {
    child: Child,
}

impl Nginx {
    /// Writes the wrapper, lets nginx check it, and starts it.
    fn start(scene: &Scene, config: &NginxConfig) -> Self {
        let at = |name: &str| scene.path(name).display().to_string();
        scene.put("block.conf", config.render().as_bytes());
        let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("  {name}_temp_path {};\n", at(name)))
            .collect();
        let wrapper = format!(
            "daemon off;\nmaster_process off;\npid {};\nerror_log {};\nevents {{}}\nhttp {{\n{temp}  include {};\n}}\n",
            at("pid"),
            at("error.log"),
            at("block.conf")
        );
        scene.put("nginx.conf", wrapper.as_bytes());
        let nginx = |more: &[&str]| {
            let mut command = Command::new("nginx");
            command
                .args(["-p", &at("."), "-c", &at("nginx.conf"), "-e", &at("error.log")])
                .args(more);
            command
        };
        let checked = nginx(&["-t"]).output().expect("nginx runs");
        assert!(checked.status.success(), "{}", text(&checked));
        let child = nginx(&[]).stdin(Stdio::null()).spawn().expect("nginx starts");
        let started = Self { child };
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", config.listen)).is_ok() {
                return started;
            }
            thread::sleep(Duration::from_millis(50));
        }
        unreachable!("nginx was given ten seconds to listen")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// An upstream that answers every request with OK, until the test ends.
fn upstream() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut buffer = [0; 4096];
            let _read = stream.read(&mut buffer);
            let _written = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nstatus=OK",
            );
        }
    });
    port
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("[::]:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn config(scene: &Scene, has_revocation_list: bool, is_tuned: bool) -> NginxConfig {
    let path = |name: &str| {
        let path = scene.path(name).display().to_string();
        NginxPath::new(&path, Platform::Ubuntu).expect("a path")
    };
    NginxConfig {
        listen: free_port(),
        upstream: format!("http://127.0.0.1:{}", upstream()).parse().expect("an address"),
        certificates: path("localhost"),
        logs: path("."),
        has_revocation_list,
        is_tuned,
    }
}

/// What a request through nginx is answered with, or what OpenSSL says.
fn ask(scene: &Scene, port: u16, more: &str) -> String {
    let words = format!(
        "s_client -connect 127.0.0.1:{port} -CAfile ca/ca.pem -verify_return_error -verify_hostname localhost -quiet -no_ign_eof {more}"
    );
    let mut command = Command::new("openssl");
    command.args(words.split(' ').filter(|word| !word.is_empty())).current_dir(scene.path("."));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("openssl runs");
    let mut stdin = child.stdin.take().expect("its input");
    let sent = stdin.write_all(
        b"GET /connector/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    // The server may have hung up already; its answer, or none, tells.
    let _sent = sent.and_then(|()| stdin.flush());
    let reader = thread::spawn(move || child.wait_with_output().expect("openssl ends"));
    let output = reader.join().expect("a reader");
    drop(stdin);
    text(&output)
}

fn scene_with_peers() -> (Scene, Unlocked) {
    let (scene, unlocked) = Scene::with_authority(KeyKind::Rsa2048);
    scene.issue(&unlocked, &client("line-1"));
    scene.issue(&unlocked, &client("stolen"));
    unlocked.revoke(&Which::Name("stolen"), Reason::KeyCompromise, now()).expect("revoked");
    scene.issue(&unlocked, &server("localhost", &[]));
    (scene, unlocked)
}

#[test]
fn nginx_lets_our_clients_in_and_nobody_else() {
    let (scene, _unlocked) = scene_with_peers();
    for is_tuned in [false, true] {
        let config = config(&scene, true, is_tuned);
        let _nginx = Nginx::start(&scene, &config);
        let port = config.listen;
        // Before 1.23.4 nginx speaks 1.3 only where it is told to.
        let versions = if is_tuned { &["-tls1_2", "-tls1_3"][..] } else { &["-tls1_2"] };
        for version in versions {
            let with =
                |name: &str| format!("{version} -cert {name}/client.pem -key {name}/client.key");
            let answer = ask(&scene, port, &with("line-1"));
            assert!(answer.contains("200 OK") && answer.contains("status=OK"), "{answer}");
            let answer = ask(&scene, port, version);
            assert!(answer.contains("400 Bad Request"), "{answer}");
            let answer = ask(&scene, port, &with("stolen"));
            assert!(answer.contains("400 Bad Request"), "{answer}");
        }
        // A server's pair is no client's.
        let wrong = "-cert localhost/server.pem -key localhost/server.key";
        assert!(ask(&scene, port, wrong).contains("400 Bad Request"));
    }
}

#[test]
fn without_the_list_nginx_lets_a_revoked_client_in() {
    let (scene, _unlocked) = scene_with_peers();
    let config = config(&scene, false, false);
    let _nginx = Nginx::start(&scene, &config);
    let stolen = "-cert stolen/client.pem -key stolen/client.key";
    assert!(ask(&scene, config.listen, stolen).contains("200 OK"));
}
