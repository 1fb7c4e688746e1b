//! A device between its reservation and its control log. Its state is its type, so that a step out of order
//! does not compile.
//!
//! A value is no proof that the file still says so: the same device may have been resumed twice. Every step
//! therefore checks the state in the file as well, and refuses with [`crate::JournalError::WrongState`].

use sidewalk::Smsn;

use crate::{
    id::{DeviceId, JobId, LogId},
    keys::{Keys, Messages, Outcome, Request},
    state::State,
};

/// A device in state `S`.
#[derive(Debug)]
pub struct Device<S> {
    core: Core,
    state: S,
}

/// What every device has from its reservation on.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) id: DeviceId,
    pub(crate) job: JobId,
    pub(crate) slot: u16,
    pub(crate) dsn: String,
    pub(crate) smsn: Smsn,
    pub(crate) chip: Option<String>,
}

impl<S> Device<S> {
    pub(crate) fn new(core: Core, state: S) -> Self {
        Self { core, state }
    }

    pub(crate) fn into_parts(self) -> (Core, S) {
        (self.core, self.state)
    }

    /// Its number in this journal.
    pub const fn id(&self) -> DeviceId {
        self.core.id
    }

    /// The job that it is made for.
    pub const fn job(&self) -> JobId {
        self.core.job
    }

    /// The slot that it was reserved at.
    pub const fn slot(&self) -> u16 {
        self.core.slot
    }

    /// Its device serial number.
    pub fn dsn(&self) -> &str {
        &self.core.dsn
    }

    /// Its Sidewalk manufacturing serial number.
    pub const fn smsn(&self) -> &Smsn {
        &self.core.smsn
    }

    /// The id of its chip, where somebody read it.
    pub fn chip(&self) -> Option<&str> {
        self.core.chip.as_deref()
    }
}

/// DSN and SMSN are taken.
#[derive(Debug)]
pub struct Reserved {
    _private: (),
}

/// It has keys, in memory only.
#[derive(Debug)]
pub struct Keyed {
    pub(crate) keys: Keys,
}

/// What will be signed is durable.
#[derive(Debug)]
pub struct Intended {
    pub(crate) request: Request,
    pub(crate) asked: u32,
}

/// The signatures are durable.
#[derive(Debug)]
pub struct Signed {
    pub(crate) request: Request,
    pub(crate) outcome: Outcome,
}

/// The page's digest is durable.
#[derive(Debug)]
pub struct Paged {
    pub(crate) made: Made,
}

/// The page is on a board.
#[derive(Debug)]
pub struct Flashed {
    pub(crate) made: Made,
}

/// The board proved its keys; the private ones are gone.
#[derive(Debug)]
pub struct Verified {
    pub(crate) made: Made,
    pub(crate) log: Option<LogId>,
}

/// What a device has once its page was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) request: Request,
    pub(crate) outcome: Outcome,
    pub(crate) page_sha256: Option<[u8; 32]>,
}

impl Made {
    pub(crate) fn without_private_keys(self) -> Self {
        Self { request: self.request.without_private_keys(), ..self }
    }
}

impl Reserved {
    pub(crate) const fn new() -> Self {
        Self { _private: () }
    }
}

impl Device<Reserved> {
    /// Gives it keys, in memory: [`crate::Journal::intend`] makes them durable.
    pub fn keyed(self, keys: Keys) -> Device<Keyed> {
        Device { core: self.core, state: Keyed { keys } }
    }
}

impl Device<Keyed> {
    /// Its keys.
    pub const fn keys(&self) -> &Keys {
        &self.state.keys
    }
}

impl Device<Intended> {
    /// How often the HSM was asked, or was about to be, according to the journal. More than once means that
    /// it may have signed these same bytes before.
    pub const fn asked(&self) -> u32 {
        self.state.asked
    }

    pub(crate) fn set_asked(&mut self, asked: u32) {
        self.state.asked = asked;
    }
}

impl Device<Verified> {
    /// The control-log file that it is about to stand in, where one is pending.
    pub const fn pending_log(&self) -> Option<LogId> {
        self.state.log
    }
}

impl<S: HasRequest> Device<S> {
    /// Its keys: the public ones, and the private ones while the journal has them.
    pub fn request(&self) -> &Request {
        self.state.request()
    }

    /// The exact bytes that the HSM signs.
    pub fn messages(&self) -> &Messages {
        self.state.request().messages()
    }
}

impl<S: HasOutcome> Device<S> {
    /// The HSM's answer.
    pub fn outcome(&self) -> &Outcome {
        self.state.outcome()
    }
}

impl<S: HasPage> Device<S> {
    /// The digest of its page; `None` where the board makes its own.
    pub fn page_sha256(&self) -> Option<&[u8; 32]> {
        self.state.page_sha256()
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The states from the intent on. Nobody else can implement it.
pub trait HasRequest: sealed::Sealed {
    #[doc(hidden)]
    fn request(&self) -> &Request;
}

/// The states from the signature on. Nobody else can implement it.
pub trait HasOutcome: HasRequest {
    #[doc(hidden)]
    fn outcome(&self) -> &Outcome;
}

/// The states from the page on. Nobody else can implement it.
pub trait HasPage: HasOutcome {
    #[doc(hidden)]
    fn page_sha256(&self) -> Option<&[u8; 32]>;
}

impl sealed::Sealed for Intended {}

impl HasRequest for Intended {
    fn request(&self) -> &Request {
        &self.request
    }
}

impl sealed::Sealed for Signed {}

impl HasRequest for Signed {
    fn request(&self) -> &Request {
        &self.request
    }
}

impl HasOutcome for Signed {
    fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

macro_rules! has_page {
    ($($state:ty),*) => {$(
        impl sealed::Sealed for $state {}

        impl HasRequest for $state {
            fn request(&self) -> &Request {
                &self.made.request
            }
        }

        impl HasOutcome for $state {
            fn outcome(&self) -> &Outcome {
                &self.made.outcome
            }
        }

        impl HasPage for $state {
            fn page_sha256(&self) -> Option<&[u8; 32]> {
                self.made.page_sha256.as_ref()
            }
        }
    )*};
}

has_page!(Paged, Flashed, Verified);

/// A device that the line has not finished, as the journal found it.
#[derive(Debug)]
pub enum Unfinished {
    /// Nothing but its numbers: it may be dropped, or get keys.
    Reserved(Device<Reserved>),
    /// The HSM may have been asked: ask again for the same bytes, after [`crate::Journal::ask_again`].
    Intended(Device<Intended>),
    /// Its page is to be made.
    Signed(Device<Signed>),
    /// Its page may be on a board, in whole or in part: flash it again.
    Paged(Device<Paged>),
    /// Its board is to be read back.
    Flashed(Device<Flashed>),
    /// It is to stand in a control log.
    Verified(Device<Verified>),
}

impl Unfinished {
    /// Its number in this journal.
    pub const fn id(&self) -> DeviceId {
        self.core().id
    }

    /// The job that it is made for.
    pub const fn job(&self) -> JobId {
        self.core().job
    }

    /// The slot that it was reserved at.
    pub const fn slot(&self) -> u16 {
        self.core().slot
    }

    /// Its device serial number.
    pub fn dsn(&self) -> &str {
        &self.core().dsn
    }

    /// Its Sidewalk manufacturing serial number.
    pub const fn smsn(&self) -> &Smsn {
        &self.core().smsn
    }

    /// The id of its chip, where somebody read it.
    pub fn chip(&self) -> Option<&str> {
        self.core().chip.as_deref()
    }

    /// How far it has come.
    pub const fn state(&self) -> State {
        match self {
            Self::Reserved(_) => State::Reserved,
            Self::Intended(_) => State::Intended,
            Self::Signed(_) => State::Signed,
            Self::Paged(_) => State::Paged,
            Self::Flashed(_) => State::Flashed,
            Self::Verified(_) => State::Verified,
        }
    }

    const fn core(&self) -> &Core {
        match self {
            Self::Reserved(device) => &device.core,
            Self::Intended(device) => &device.core,
            Self::Signed(device) => &device.core,
            Self::Paged(device) => &device.core,
            Self::Flashed(device) => &device.core,
            Self::Verified(device) => &device.core,
        }
    }
}
