//! The demo at its most talkative, with a PIN that stands out: neither it nor a private key nor a passphrase is anywhere but
//! where it belongs, in any encoding.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::run::curbside;

/// A PIN that nothing else looks like.
const PIN: &str = "marker-PIN-5e1f0c77";

/// The files that hold a secret because it belongs there.
const SECRET_FILES: [&str; 4] = ["client.key", "server.key", "evidence.key", "ca-passphrase.txt"];

#[test]
fn neither_pin_nor_private_keys_are_in_any_output_file_argument_or_environment() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path();
    let temporary = place.join("tmp");
    fs::create_dir(&temporary).unwrap();
    fs::write(place.join("pin"), PIN).unwrap();
    restrict(&place.join("pin"));
    let words = ["demo", "--devices", "12", "--lines", "2", "--slots", "2", "--flash-ms", "20"];
    let mut command = curbside(place, &words);
    command.args(["--verbose", "--dir", "d", "--pin-file", "pin"]);
    command.env("TMPDIR", &temporary).env("RUST_BACKTRACE", "full");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut seen = Vec::new();
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    while child.try_wait().unwrap().is_none() {
        for name in ["cmdline", "environ"] {
            seen.extend(fs::read(process.join(name)).unwrap_or_default());
        }
        // Temporary files come and go.
        seen.extend(bytes_below(&temporary, &[]));
        thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.len() > 2000, "the demo was meant to be talkative");

    let boards: Vec<PathBuf> = ["line-1", "line-2"]
        .iter()
        .flat_map(|line| files_below(&place.join("d").join(line).join("boards")))
        .collect();
    let keys: Vec<Vec<u8>> = boards.iter().flat_map(|board| private_keys(board)).collect();
    assert_eq!(keys.len(), 24, "two keys a board");

    seen.extend(output.stdout);
    seen.extend(output.stderr);
    // Flash is where private keys of devices belong.
    let own_places = [&["boards"], SECRET_FILES.as_slice()].concat();
    seen.extend(bytes_below(&place.join("d"), &own_places));
    seen.extend(bytes_below(&temporary, &[]));
    let of_network = secrets_of_network(&place.join("d"));
    assert_eq!(of_network.len(), 6, "authority, server, two lines, evidence, passphrase");
    let secrets = keys.iter().chain(&of_network).map(Vec::as_slice).chain([PIN.as_bytes()]);
    for secret in secrets {
        for (encoding, text) in encodings(secret) {
            let is_there = contains(&seen, &text);
            assert!(!is_there, "a secret of {} bytes shows as {encoding}", secret.len());
        }
    }
    // The search finds what is there: the number of a device is no secret.
    let smsn = hex::decode(first_smsn(&boards[0])).unwrap();
    assert!(encodings(&smsn).iter().any(|(_, text)| contains(&seen, text)));
}

/// The secrets of signing server, authority and lines, from the files where they belong, which only their owner reads.
fn secrets_of_network(demo: &Path) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for path in files_below(demo) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !SECRET_FILES.contains(&name) && name != "ca.key" {
            continue;
        }
        assert!(is_owner_only(&path), "{}", path.display());
        secrets.push(match name {
            "ca-passphrase.txt" => fs::read(&path).unwrap(),
            "ca.key" => private_key_of(&path, Some(&demo.join("ca-passphrase.txt"))),
            _ => private_key_of(&path, None),
        });
    }
    secrets
}

/// The 32 bytes of a private key, of P-256 or Ed25519, as OpenSSL reads its file.
fn private_key_of(path: &Path, passphrase: Option<&Path>) -> Vec<u8> {
    let mut openssl = Command::new("openssl");
    openssl.args(["pkey", "-outform", "DER", "-in"]).arg(path);
    if let Some(passphrase) = passphrase {
        openssl.arg("-passin").arg(format!("file:{}", passphrase.display()));
    }
    let output = openssl.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // An octet string of 32 bytes: the first within a key of P-256, the last one of Ed25519.
    let at = output.stdout.windows(2).position(|head| head == [0x04, 0x20]).unwrap() + 2;
    output.stdout[at..at + 32].to_vec()
}

fn is_owner_only(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode().trailing_zeros() >= 6
}

/// A secret as somebody might write it down.
fn encodings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut encodings = vec![
        ("raw bytes", secret.to_vec()),
        ("hex", hex::encode(secret).into_bytes()),
        ("upper-case hex", hex::encode_upper(secret).into_bytes()),
        ("reversed bytes", secret.iter().rev().copied().collect()),
        ("decimal bytes", decimal(secret).into_bytes()),
    ];
    // Base64 looks different at each of three offsets; what depends on the neighbours is cut off.
    for shift in 0..3 {
        let mut padded = vec![0; shift];
        padded.extend_from_slice(secret);
        let text = base64_simd::STANDARD.encode_to_string(&padded);
        let inner = text.trim_end_matches('=').as_bytes();
        let from = if shift == 0 { 0 } else { 4 };
        encodings.push(("base64", inner[from..inner.len() - 2].to_vec()));
    }
    encodings
}

fn decimal(secret: &[u8]) -> String {
    secret.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    haystack
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == first)
        .any(|(at, _)| haystack[at..].starts_with(needle))
}

/// The page in a board's file.
fn page_of(board: &Path) -> page::Page {
    let bytes = fs::read(board).unwrap();
    let at = bytes.windows(8).position(|head| head == b"SID0\0\0\0\x08").unwrap();
    let layout = page::Catalogue::built_in().layout("nordic-v8").unwrap();
    layout.decode_lenient(&bytes[at..(at + 4096).min(bytes.len())]).page
}

fn private_keys(board: &Path) -> Vec<Vec<u8>> {
    let page = page_of(board);
    [page::ValueId::DEVICE_PRIV_ED25519, page::ValueId::DEVICE_PRIV_P256R1]
        .into_iter()
        .filter_map(|id| page.value(id).map(<[u8]>::to_vec))
        .collect()
}

fn first_smsn(board: &Path) -> String {
    hex::encode(page_of(board).value(page::ValueId::SMSN).unwrap())
}

fn files_below(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.retain(|file| file.extension().is_none_or(|ending| ending != "lock"));
    files
}

/// Everything in the files below a directory, but for directories of these names.
fn bytes_below(path: &Path, but: &[&str]) -> Vec<u8> {
    let is_kept = |file: &PathBuf| {
        !file.components().any(|part| but.iter().any(|name| part.as_os_str() == *name))
    };
    let files = files_below(path).into_iter().filter(is_kept);
    files.flat_map(|file| fs::read(file).unwrap_or_default()).collect()
}

fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
