//! Several HSMs that hold one DAK, kept warm, signing for any number of callers.
//!
//! Each HSM has a few sessions, each session a thread of its own that owns it. All threads take from one
//! bounded queue, so that work goes to whichever HSM is free, and an HSM that is slow or gone takes less or
//! none. Operations do not overlap inside an HSM; the second session is there so that the next command
//! waits at the device while the answer to the one before is on its way.
//!
//! A device that an HSM did not answer for goes back to the front of the queue, for whoever comes first.
//! That may sign it twice, which harms nobody: Ed25519 gives the same bytes on every HSM of one DAK, and a
//! second P-256 signature over the same key and number certifies the same device. The caller sees one
//! answer.

mod back_off;
mod board;
mod error;
mod events;
mod job;
mod queue;
mod statistics;
mod worker;

pub use self::{
    error::{FleetError, SignError},
    events::{FleetEvent, Observer},
    statistics::{FleetStatistics, HsmHealth, HsmStatistics},
};

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use sidewalk::Verifier;

use self::{
    back_off::BackOff,
    board::Board,
    job::{Job, Ticket},
    queue::{Pushed, Queue},
    worker::{Member, Worker},
};
use crate::{
    authority::Authority,
    device::{DeviceRequest, DeviceSignatures},
    endpoint::Endpoint,
    pin::Credentials,
    selection::Selection,
};

/// How many HSMs a fleet may have. Each takes a few threads; a plant has a handful.
pub const HSMS_MAX: usize = 64;

/// How many sessions of one HSM a fleet may take: two of the 16 are left for people.
pub const SESSIONS_PER_HSM_MAX: usize = 14;

/// The longest that a caller can choose to wait: whoever waits for a day has left.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What signs: which HSMs, with which PIN, for which product, believed by whom.
#[derive(Clone, Debug)]
pub struct FleetMembers {
    /// The HSMs.
    pub endpoints: Vec<Endpoint>,
    /// What opens a session, the same on all of them.
    pub credentials: Credentials,
    /// Which product.
    pub selection: Selection,
    /// Which roots are believed.
    pub verifier: Arc<Verifier>,
}

/// How a fleet works.
#[derive(Clone, Debug)]
pub struct FleetOptions {
    /// Sessions on each HSM; two keep it busy. 1 to [`SESSIONS_PER_HSM_MAX`]; others are cut to that.
    pub sessions_per_hsm: usize,
    /// How many devices may wait. A caller that finds the queue full waits for a place.
    pub queue_len_max: usize,
    /// How long a caller waits for a signature, its time in the queue included; a day at most.
    pub wait_max: Duration,
    /// Which HSMs must be there at the start.
    pub start: FleetStart,
    /// After how many exchanges a session is replaced. At most what its keys may see.
    pub exchanges_before_renewal: u64,
    /// Who is told what happens.
    pub observer: Observer,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self {
            sessions_per_hsm: 2,
            // At 194 ms a device, one HSM works this off in under a minute, which is what callers wait.
            queue_len_max: 256,
            wait_max: Duration::from_secs(60),
            start: FleetStart::default(),
            exchanges_before_renewal: crate::session::EXCHANGES_BEFORE_RENEWAL,
            observer: Observer::default(),
        }
    }
}

/// Which HSMs must be there at the start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FleetStart {
    /// All: one that cannot be reached ends the start.
    #[default]
    All,
    /// Any: those that cannot be reached join when they can. What no waiting changes, such as a wrong PIN,
    /// ends the start all the same.
    Any,
}

/// HSMs that sign for one product. May be shared between threads. Dropping it closes all sessions.
#[derive(Debug)]
pub struct Fleet {
    authority: Authority,
    queue: Arc<Queue>,
    board: Arc<Board>,
    wait_max: Duration,
    workers: Vec<JoinHandle<()>>,
}

impl Fleet {
    /// Opens a session on each HSM, finds the product there, verifies its chain, and starts the others.
    ///
    /// # Errors
    ///
    /// [`FleetError`]; no session is left open.
    pub fn open(members: FleetMembers, options: FleetOptions) -> Result<Self, FleetError> {
        let endpoints = members.endpoints.clone();
        if endpoints.is_empty() || endpoints.len() > HSMS_MAX {
            return Err(FleetError::Number { found: endpoints.len() });
        }
        let queue = Arc::new(Queue::new(options.queue_len_max));
        let board = Arc::new(Board::new(&endpoints, options.observer.clone()));
        let shared = Arc::new(members);
        let mut found = Vec::with_capacity(endpoints.len());
        for (index, endpoint) in endpoints.into_iter().enumerate() {
            let mut member = Member::new(index, endpoint, Arc::clone(&shared), Arc::clone(&board));
            let session = match member.open_first_session() {
                Ok(session) => Some(session),
                Err(error) if options.start == FleetStart::Any && error.is_passing() => {
                    board.lost(index, &error);
                    None
                }
                Err(error) => return Err(error),
            };
            found.push((member, session));
        }
        let authority = board.authority().ok_or_else(|| board.first_error())?;
        let mut fleet = Self {
            authority,
            queue,
            board,
            wait_max: options.wait_max.min(WAIT_MAX),
            workers: Vec::new(),
        };
        let sessions = options.sessions_per_hsm.clamp(1, SESSIONS_PER_HSM_MAX);
        for (member, session) in found {
            let mut first = session;
            for number in 0..sessions {
                let worker = Worker {
                    member: member.clone(),
                    queue: Arc::clone(&fleet.queue),
                    exchanges_before_renewal: options.exchanges_before_renewal,
                    back_off: BackOff::new(),
                };
                fleet.start(worker, first.take(), number)?;
            }
        }
        Ok(fleet)
    }

    /// What is signed with: the same on every HSM of the fleet.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Signs one device with whichever HSM is free: two commands. Waits for its turn.
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub fn sign(&self, request: &DeviceRequest) -> Result<DeviceSignatures, SignError> {
        let started = Instant::now();
        let deadline = started + self.wait_max;
        let (job, ticket) = Job::new(*request, started);
        match self.queue.push(job, deadline) {
            Pushed::Queued => ticket.wait(deadline, started),
            Pushed::Full { queued } => Err(SignError::Busy { queued, waited: self.wait_max }),
            Pushed::Closed => Err(SignError::Closed),
        }
    }

    /// What has been done so far, and how the HSMs are.
    pub fn statistics(&self) -> FleetStatistics {
        self.board.statistics(self.queue.len())
    }

    /// Refuses what waits, ends what is being signed, closes all sessions, and returns when that is done.
    pub fn close(self) {
        drop(self);
    }

    fn start(
        &mut self,
        worker: Worker,
        session: Option<crate::session::Session>,
        number: usize,
    ) -> Result<(), FleetError> {
        let place = worker.member.place();
        let thread = thread::Builder::new().name(format!("hsm {place} {number}"));
        let handle = thread
            .spawn(move || worker.run(session))
            .map_err(|error| FleetError::Thread { place, cause: error.to_string() })?;
        self.workers.push(handle);
        Ok(())
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.queue.close();
        for worker in self.workers.drain(..) {
            // A worker that panicked has left its session to the device's own limit of 30 s.
            let _panicked = worker.join();
        }
    }
}

/// Waits for the answer to a job.
impl Ticket {
    fn wait(&self, deadline: Instant, started: Instant) -> Result<DeviceSignatures, SignError> {
        self.answer_until(deadline).unwrap_or_else(|last| {
            Err(SignError::TimedOut { waited: started.elapsed(), last: last.map(Box::new) })
        })
    }
}
