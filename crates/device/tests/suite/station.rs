//! The other end of the wire: a simple station that talks to diagnostics.

use std::time::Duration;

use device::{Board, Diagnostics, DiagnosticsOptions, SeededRandomness};
use sidewalk::{CertificateAuthority, Chain, Csr, Curve, Smsn};

use crate::support::{PLAIN, authority};

/// What the station asks boards to name themselves.
pub(crate) const SMSN_COMMAND: &str = "cert smsn A17XHX23H06INH SN1234567 pd25";

/// The number for that, of the protocol's documentation.
pub(crate) const SMSN: &str = "77086ebf";

pub(crate) const APP_KEY: [u8; 32] = [0x33; 32];

pub(crate) struct Station {
    pub(crate) board: Board,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) randomness: SeededRandomness,
    pub(crate) now: Duration,
}

impl Station {
    pub(crate) fn new(board: Board, options: DiagnosticsOptions) -> Self {
        Self {
            board,
            diagnostics: Diagnostics::new(options),
            randomness: SeededRandomness::new(1),
            now: Duration::ZERO,
        }
    }

    /// Says a line, and returns everything that comes back, until the board has nothing more to say.
    pub(crate) fn say(&mut self, line: &str) -> String {
        let mut bytes = self.feed(format!("{line}\r").as_bytes());
        while let Some(due) = self.diagnostics.due() {
            self.now = due;
            bytes.extend(self.feed(b""));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.diagnostics.feed(bytes, self.now, &mut self.board, &mut self.randomness)
    }

    /// Says a line, and returns what is in `{CERT …}`.
    pub(crate) fn cert(&mut self, line: &str) -> Vec<String> {
        let said = self.say(line);
        let reports = said.lines().filter_map(|line| {
            let (_, rest) = line.split_once("{CERT ")?;
            Some(rest.split_once('}')?.0.to_owned())
        });
        reports.collect()
    }

    /// Says a line that must succeed, and returns the data that comes before `OK`.
    pub(crate) fn cert_ok(&mut self, line: &str) -> Vec<u8> {
        let mut texts = self.cert(line);
        assert_eq!(texts.pop().as_deref(), Some("OK"), "{line}");
        if line == "cert init" {
            assert_eq!(texts, ["BASE64_MTU=32"]);
            return Vec::new();
        }
        base64_simd::STANDARD.decode_to_vec(texts.concat()).unwrap()
    }

    /// Sends base64 in fragments of `step` characters.
    pub(crate) fn write(&mut self, command: &str, bytes: &[u8], step: usize) {
        let text = base64_simd::STANDARD.encode_to_string(bytes);
        for fragment in text.as_bytes().chunks(step) {
            let fragment = std::str::from_utf8(fragment).unwrap();
            self.cert_ok(&format!("{command} write {fragment}"));
        }
    }

    pub(crate) fn name(&mut self) -> Smsn {
        self.cert_ok("cert init");
        let smsn: [u8; 32] = self.cert_ok(SMSN_COMMAND).try_into().unwrap();
        let smsn = Smsn::from_bytes(smsn);
        assert!(smsn.to_string().starts_with(SMSN));
        smsn
    }

    pub(crate) fn request(&mut self, curve: Curve) -> Csr {
        Csr::parse(curve, &self.cert_ok(&format!("cert csr {curve}"))).unwrap()
    }

    /// Certifies the board's key of a curve.
    pub(crate) fn certify(&mut self, authority: &CertificateAuthority) -> Chain {
        let request = self.request(authority.curve());
        authority.issue(*request.smsn().unwrap(), request.public_key()).unwrap()
    }

    /// Hands a chain over, and returns what the commit answers.
    pub(crate) fn deliver(&mut self, curve: Curve, chain: &[u8]) -> Vec<String> {
        self.cert_ok(&format!("cert chain start {curve}"));
        self.write("cert chain", chain, 32);
        self.cert("cert chain commit")
    }

    pub(crate) fn app_key(&mut self) {
        self.cert_ok("cert app_key start");
        self.write("cert app_key", &APP_KEY, 32);
        self.cert_ok("cert app_key commit");
    }

    /// Everything before `cert store`; returns the chains.
    pub(crate) fn prepare(&mut self, serials: [&str; 5]) -> [Chain; 2] {
        self.name();
        let chains = Curve::ALL.map(|curve| {
            let chain = self.certify(&authority(curve, serials));
            assert_eq!(self.deliver(curve, chain.as_bytes()), ["OK"]);
            chain
        });
        self.app_key();
        chains
    }

    /// A whole session.
    pub(crate) fn make_device(&mut self) -> [Chain; 2] {
        let chains = self.prepare(PLAIN);
        self.cert_ok("cert store");
        self.cert_ok("cert deinit");
        chains
    }
}
