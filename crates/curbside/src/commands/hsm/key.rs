//! Which authentication key opens the session.

use clap::Args;
use hsm::{Credentials, Endpoint, Link, Session, SessionError};
use yubihsm2::{DEFAULT_PASSWORD, ObjectId, StaticKeys};

use crate::{failure::Failure, pin::PinArgs};

/// Which authentication key opens the session, and with what.
#[derive(Args, Clone, Debug)]
pub(super) struct KeyArgs {
    /// The HSM's authentication key that the PIN is for
    #[arg(long, value_name = "N")]
    slot: Option<u16>,
    /// Use key 1 with the password of a factory-fresh HSM
    #[arg(long, conflicts_with_all = ["slot", "pin_file", "pin_fd"])]
    factory_key: bool,
    #[command(flatten)]
    pin: PinArgs,
}

/// The key and password of a factory-fresh HSM, which everybody knows.
pub(crate) fn factory_key() -> (ObjectId, Credentials) {
    let keys = StaticKeys::from_password(DEFAULT_PASSWORD);
    (ObjectId::DEFAULT_AUTHENTICATION_KEY, Credentials::Keys(keys))
}

impl KeyArgs {
    /// The keys to try, in order, and what opens them. Without a slot those of `slots`.
    pub(super) fn credentials(
        &self,
        slots: &[ObjectId],
    ) -> Result<(Vec<ObjectId>, Credentials), Failure> {
        if self.factory_key {
            let (slot, credentials) = factory_key();
            return Ok((vec![slot], credentials));
        }
        let slots = match self.slot {
            Some(slot) => vec![ObjectId(slot)],
            None => slots.to_vec(),
        };
        Ok((slots, self.pin.read()?.into()))
    }
}

/// Opens a session on an HSM.
pub(super) fn open(
    endpoint: &Endpoint,
    slots: &[ObjectId],
    credentials: &Credentials,
) -> Result<Session, SessionError> {
    let mut link = Link::open(endpoint)?;
    let limit = link.device_info()?.version.message_limit();
    Session::open(link, slots, credentials, limit)
}
