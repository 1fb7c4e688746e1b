//! A directory with an authority, and the programs that judge it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{SystemTime, UNIX_EPOCH},
};

use mtls::authority::{
    Authority, AuthorityError, Issued, KeyKind, NewAuthority, NewPeer, Passphrase, PeerFiles,
    PeerKey, Purpose, SubjectName, Unlocked,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const PASSPHRASE: &str = "correct horse battery";

pub(crate) struct Scene(TempDir);

impl Scene {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    /// A scene with an authority in `ca`, whose key is open.
    pub(crate) fn with_authority(key: KeyKind) -> (Self, Unlocked) {
        let scene = Self::new();
        let new = NewAuthority { days: 365, key };
        let authority =
            Authority::create(&scene.path("ca"), &passphrase(PASSPHRASE), new, now(), &mut random)
                .expect("an authority");
        let unlocked = authority.unlock(&passphrase(PASSPHRASE)).expect("its key opens");
        (scene, unlocked)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a file that is there")
    }

    #[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a file in the test's own directory");
    }

    /// Issues to a peer and writes its files into a directory of its name.
    pub(crate) fn issue(&self, unlocked: &Unlocked, peer: &NewPeer<'_>) -> Issued {
        let issued = unlocked.issue(peer, now(), &mut random).expect("a certificate");
        self.write(unlocked, peer.name, &issued);
        issued
    }

    pub(crate) fn write(&self, unlocked: &Unlocked, directory: &str, issued: &Issued) {
        let directory = self.path(directory);
        let files = PeerFiles {
            purpose: issued.record.purpose(),
            has_key: issued.key_pem.is_some(),
            directory: &directory,
        };
        let authority = unlocked.authority();
        let list = authority.revocation_list_pem().expect("a revocation list");
        let ca_pem = authority.certificate().pem();
        files
            .write(ca_pem, issued.record.certificate_pem(), issued.key_pem.as_ref(), &list)
            .expect("its files");
    }

    /// Runs OpenSSL in this directory, its words split at spaces.
    pub(crate) fn openssl(&self, words: &str) -> Output {
        self.openssl_words(&words.split(' ').collect::<Vec<_>>())
    }

    pub(crate) fn openssl_words(&self, words: &[&str]) -> Output {
        let mut command = Command::new("openssl");
        command.args(words).current_dir(self.0.path());
        command.output().expect("openssl runs")
    }

    /// Runs OpenSSL, which must succeed.
    pub(crate) fn openssl_does(&self, words: &str) {
        let output = self.openssl(words);
        assert!(output.status.success(), "openssl {words}: {}", text(&output));
    }

    /// Whether OpenSSL believes a certificate as strictly as it can, the revocation list consulted.
    pub(crate) fn verifies(&self, certificate: &str) -> Result<(), String> {
        for list in ["", "-crl_check -CRLfile ca/ca.crl "] {
            let words = format!("verify -x509_strict -CAfile ca/ca.pem {list}{certificate}");
            let output = self.openssl(&words);
            if !output.status.success() {
                return Err(text(&output));
            }
        }
        Ok(())
    }
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

pub(crate) fn client(name: &str) -> NewPeer<'_> {
    NewPeer {
        purpose: Purpose::Client,
        name,
        role: None,
        line: None,
        names: &[],
        days: 365,
        key: PeerKey::New(KeyKind::Rsa2048),
    }
}

pub(crate) fn server<'a>(name: &'a str, names: &'a [SubjectName]) -> NewPeer<'a> {
    NewPeer { purpose: Purpose::Server, names, ..client(name) }
}

pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(text.as_bytes().to_vec())).expect("a passphrase")
}

pub(crate) fn random(bytes: &mut [u8]) -> Result<(), AuthorityError> {
    getrandom::fill(bytes).map_err(|_| AuthorityError::Randomness)
}

#[expect(clippy::disallowed_methods, reason = "OpenSSL and nginx go by the machine's clock too")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

pub(crate) fn open(scene: &Scene) -> Authority {
    Authority::open(Path::new(&scene.path("ca"))).expect("an authority")
}
