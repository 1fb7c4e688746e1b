//! The `openssl` program as a client, and the public recipe's certificates.

use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    pki::{Pair, Pki},
    stand::Stand,
};

/// `openssl s_client` with these options and this typed in; what it says, both streams.
pub(crate) fn s_client(
    stand: &Stand,
    pair: Option<&Pair>,
    options: &[&str],
    typed: &str,
) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &stand.address.to_string(), "-CAfile"]);
    command.arg(stand.pki.path("ca.pem")).args(options);
    if let Some(pair) = pair {
        stand.pki.put("client.pem", &pair.certificate);
        stand.pki.put("client.key", &pair.key);
        command.arg("-cert").arg(stand.pki.path("client.pem"));
        command.arg("-key").arg(stand.pki.path("client.key"));
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl runs");
    let mut stdin = child.stdin.take().expect("part of the stand");
    // It reads what is typed only once the handshake is through, and leaves at the end of its input.
    let typed = typed.to_owned();
    let typing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        let _gone = stdin.write_all(typed.as_bytes());
        std::thread::sleep(Duration::from_secs(1));
    });
    let mut errors = child.stderr.take().expect("part of the stand");
    let reading = std::thread::spawn(move || {
        let mut said = String::new();
        let _gone = errors.read_to_string(&mut said);
        said
    });
    let mut said = String::new();
    let _gone = child.stdout.take().expect("part of the stand").read_to_string(&mut said);
    child.wait().expect("part of the stand");
    typing.join().expect("part of the stand");
    said + &reading.join().expect("part of the stand")
}

/// The recipe's commands, typed in a directory; the passphrase and the names are given as options instead of at prompts.
const RECIPE: &str = r#"
set -e
openssl req -new -x509 -subj "/CN=Sidewalk CA/" -passout pass:factory -keyout ca.key -out ca.pem -days 365
for side in server client; do
cat > v3_$side.ext <<END
authorityKeyIdentifier=keyid,issuer
basicConstraints=CA:FALSE
keyUsage = digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment
extendedKeyUsage = ${side}Auth
END
openssl req -new -newkey rsa:2048 -sha256 -nodes -subj "/CN=127.0.0.1" -keyout $side.key -out $side.csr
openssl x509 -req -days 365 -CA ca.pem -CAkey ca.key -passin pass:factory -CAcreateserial \
    -in $side.csr -sha256 -out $side.pem -extfile v3_$side.ext
openssl verify -CAfile ca.pem $side.pem
done
"#;

/// Replaces an authority and its certificates by those that the recipe makes. They are valid now, and not at the tests' time.
pub(crate) fn follow_the_recipe(pki: &Pki) {
    let ended = in_directory(pki.directory(), RECIPE);
    assert!(ended.contains("client.pem: OK") && ended.contains("server.pem: OK"), "{ended}");
}

fn in_directory(directory: &Path, script: &str) -> String {
    let ended = Command::new("sh")
        .args(["-c", script])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    said.into_owned()
}
