//! The certificates of a demo: an authority of its own, the server's pair and one for each line.

use std::path::{Path, PathBuf};

use durable::Visibility;
use mtls::authority::{
    Authority, AuthorityError, DAYS_DEFAULT, KeyKind, NewAuthority, NewPeer, OrderError,
    Passphrase, PeerFiles, PeerKey, Purpose, SubjectName, Unlocked,
};
use zeroize::Zeroizing;

use crate::{clock, failure::Failure};

/// How many random bytes the passphrase is the hex digits of.
const PASSPHRASE_LEN_BYTES: usize = 16;

/// The server's names: as a person types this machine, and as jobs name it.
const SERVER_NAME: &str = "localhost";
pub(super) const SERVER_ADDRESS: &str = "127.0.0.1";

/// Issues certificates.
pub(super) struct Certificates {
    authority: Unlocked,
}

impl Certificates {
    /// Makes the authority, in DIR/ca, and keeps its passphrase beside it.
    pub(super) fn make(directory: &Path) -> Result<Self, Failure> {
        let mut bytes = Zeroizing::new([0; PASSPHRASE_LEN_BYTES]);
        random(bytes.as_mut_slice())?;
        let text = Zeroizing::new(hex::encode(bytes.as_slice()));
        durable::write_new(
            directory.join("ca-passphrase.txt"),
            Visibility::OwnerOnly,
            text.as_bytes(),
        )?;
        let passphrase = Passphrase::new(Zeroizing::new(text.as_bytes().to_vec()))
            .map_err(AuthorityError::from)?;
        let new = NewAuthority { days: DAYS_DEFAULT, key: KEYS };
        let now_unix = clock::unix_seconds();
        let place = directory.join("ca");
        let authority = Authority::create(&place, &passphrase, new, now_unix, &mut random)?;
        Ok(Self { authority: authority.unlock(&passphrase)? })
    }

    /// The server's files, into a directory of their own.
    pub(super) fn issue_server(&self, place: &Path) -> Result<(), Failure> {
        let address = SERVER_ADDRESS.parse::<SubjectName>();
        let address = address.map_err(|error: OrderError| AuthorityError::from(error))?;
        self.issue(Purpose::Server, SERVER_NAME, &[address], place)
    }

    /// A line's files.
    pub(super) fn issue_line(&self, line: &str, place: &Path) -> Result<(), Failure> {
        self.issue(Purpose::Client, line, &[], place)
    }

    fn issue(
        &self,
        purpose: Purpose,
        name: &str,
        names: &[SubjectName],
        place: &Path,
    ) -> Result<(), Failure> {
        let peer = NewPeer {
            purpose,
            name,
            role: None,
            line: None,
            names,
            days: DAYS_DEFAULT,
            key: PeerKey::New(KEYS),
        };
        let issued = self.authority.issue(&peer, clock::unix_seconds(), &mut random)?;
        let authority = self.authority.authority();
        let files = PeerFiles { purpose, has_key: true, directory: place };
        let _written: Vec<PathBuf> = files.write(
            authority.certificate().pem(),
            issued.record.certificate_pem(),
            issued.key_pem.as_ref(),
            &authority.revocation_list_pem()?,
        )?;
        Ok(())
    }
}

/// Keys of RSA take seconds to make.
const KEYS: KeyKind = KeyKind::P256;

fn random(bytes: &mut [u8]) -> Result<(), AuthorityError> {
    getrandom::fill(bytes).map_err(|_| AuthorityError::Randomness)
}
