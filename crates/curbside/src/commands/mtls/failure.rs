//! What a person reads when an authority cannot do what it is asked.

use mtls::{
    authority::{AuthorityError, RequestError},
    identity::IdentityError,
    nginx::NginxError,
};

use crate::{exit::Exit, failure::Failure};

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        let hint = error.hint();
        let exit = match &error {
            AuthorityError::File(error) => return error.clone().into(),
            AuthorityError::NoAuthority { .. } | AuthorityError::Randomness => Exit::Io,
            AuthorityError::InTheWay { .. }
            | AuthorityError::PeerFileExists { .. }
            | AuthorityError::NameTaken { .. }
            | AuthorityError::KeyNotEncrypted
            | AuthorityError::CaExpired
            | AuthorityError::Unknown { .. } => Exit::Refused,
            AuthorityError::Damaged { .. } | AuthorityError::Identity(_) => Exit::Malformed,
            AuthorityError::WrongPassphrase
            | AuthorityError::KeyMismatch
            | AuthorityError::NoCa { .. }
            | AuthorityError::NotOurs => Exit::NotGenuine,
            AuthorityError::Passphrase(_) | AuthorityError::Order(_) | AuthorityError::Name(_) => {
                Exit::Usage
            }
            AuthorityError::UnsupportedEncryption { .. } | AuthorityError::UnsupportedKey => {
                Exit::Unsupported
            }
            AuthorityError::Request(error) => match error {
                RequestError::Signature => Exit::NotGenuine,
                RequestError::ShortKey { .. } => Exit::Refused,
                RequestError::UnsupportedKey | RequestError::Subject(_) => Exit::Unsupported,
                RequestError::NoRequest | RequestError::Damaged => Exit::Malformed,
            },
            AuthorityError::NotAsOrdered { .. } | AuthorityError::Crypto(_) => Exit::Defect,
        };
        Self::new(exit, format!("failed to {error}")).hint(hint)
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        Self::new(Exit::Malformed, format!("failed to read the certificate: {error}"))
    }
}

impl From<NginxError> for Failure {
    fn from(error: NginxError) -> Self {
        Self::new(Exit::Usage, format!("failed to write the configuration: {error}"))
    }
}
