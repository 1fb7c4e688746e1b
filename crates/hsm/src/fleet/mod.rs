//! Several HSMs that hold one DAK, kept warm, signing for any number of callers.
//!
//! Each HSM has a few sessions, each session a thread of its own that owns it. All threads take from one
//! bounded queue, in which parties (factory lines) take turns, so that work goes to whichever HSM is free, and an HSM that is slow or gone takes less or
//! none. Operations do not overlap inside an HSM; the second session is there so that the next command
//! waits at the device while the answer to the one before is on its way.
//!
//! A device that an HSM did not answer for goes back to the front of the queue, for whoever comes first.
//! That may sign it twice, which harms nobody: Ed25519 gives the same bytes on every HSM of one DAK, and a
//! second P-256 signature over the same key and number certifies the same device. The caller sees one
//! answer, at its deadline at the latest: one more thread answers those who have waited long enough.

mod audit_sink;
mod back_off;
mod board;
mod error;
mod events;
mod job;
mod pace;
mod queue;
mod statistics;
mod timer;
mod turns;
mod worker;

pub use self::{
    audit_sink::AuditSink,
    error::{FleetError, NoSuchHsm, SignError},
    events::{FleetEvent, Observer},
    statistics::{FleetStatistics, HsmHealth, HsmStatistics, PartyStatistics},
};

use std::{
    sync::{Arc, mpsc::sync_channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use sidewalk::Verifier;

use self::{
    back_off::BackOff,
    board::Board,
    job::Job,
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

/// How many parties are counted one by one. A plant has some dozens of lines.
pub const PARTIES_COUNTED_MAX: usize = 1024;

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
    /// How many devices of one party may wait, so that none takes all places; at most `queue_len_max`.
    pub party_len_max: usize,
    /// How long a caller waits for a signature, its time in the queue included; a day at most.
    pub wait_max: Duration,
    /// Which HSMs must be there at the start.
    pub start: FleetStart,
    /// After how many exchanges a session is replaced. At most what its keys may see.
    pub exchanges_before_renewal: u64,
    /// Fewer free entries than these in an HSM's audit log are told ([`FleetEvent::LogLow`]). 0, where
    /// nobody cares: HSMs that do not insist on their log (force-audit) overwrite it when it is full.
    pub log_slots_min: u8,
    /// Who keeps the audit logs of the HSMs and empties them; `None`: somebody else.
    pub audit: Option<AuditSink>,
    /// Who is told what happens.
    pub observer: Observer,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self {
            sessions_per_hsm: 2,
            // At 194 ms a device, one HSM works this off in under a minute, which is what callers wait.
            queue_len_max: 256,
            party_len_max: 128,
            wait_max: Duration::from_secs(60),
            start: FleetStart::default(),
            exchanges_before_renewal: crate::session::EXCHANGES_BEFORE_RENEWAL,
            log_slots_min: 0,
            audit: None,
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
    timer: Option<JoinHandle<()>>,
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
        let sessions = options.sessions_per_hsm.clamp(1, SESSIONS_PER_HSM_MAX);
        let queue = Arc::new(Queue::new(options.queue_len_max, options.party_len_max));
        let board = Arc::new(Board::new(&endpoints, sessions, options.observer.clone()));
        let shared = Arc::new(members);
        let mut found = Vec::with_capacity(endpoints.len());
        for (index, endpoint) in endpoints.into_iter().enumerate() {
            let (members, board_of_all) = (Arc::clone(&shared), Arc::clone(&board));
            let audit = options.audit.clone();
            let mut member = Member::new(index, endpoint, members, board_of_all, audit);
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
            timer: None,
        };
        fleet.start_timer()?;
        for (member, session) in found {
            let mut first = session;
            for number in 0..sessions {
                let worker = Worker {
                    member: member.clone(),
                    queue: Arc::clone(&fleet.queue),
                    exchanges_before_renewal: options.exchanges_before_renewal,
                    log_slots_min: options.log_slots_min,
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

    /// Signs one device with whichever HSM is free: two commands. Waits for its turn, as a device of nobody
    /// in particular.
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub fn sign(&self, request: &DeviceRequest) -> Result<DeviceSignatures, SignError> {
        self.sign_for("", request)
    }

    /// Signs one device of a party, such as a factory line. Parties take turns, so that one with many
    /// devices does not hold up one with few. Waits for a place in the queue, and then for the signatures.
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub fn sign_for(
        &self,
        party: impl Into<Arc<str>>,
        request: &DeviceRequest,
    ) -> Result<DeviceSignatures, SignError> {
        let started = Instant::now();
        let deadline = started + self.wait_max;
        self.sign_until(party.into(), request, started, deadline, Some(deadline))
    }

    /// As [`Self::sign_for`], but refuses at once where there is no place in the queue, or where an HSM
    /// would take the device later than after `wait_max`, as it looks now.
    ///
    /// # Errors
    ///
    /// [`SignError::Busy`] says how long the wait would be.
    pub fn try_sign_for(
        &self,
        party: impl Into<Arc<str>>,
        request: &DeviceRequest,
        wait_max: Duration,
    ) -> Result<DeviceSignatures, SignError> {
        let party = party.into();
        let estimate = self.wait_estimate(&party);
        if estimate > wait_max {
            return Err(SignError::Busy { queued: self.queue.len(), estimate });
        }
        let started = Instant::now();
        self.sign_until(party, request, started, started + self.wait_max, None)
    }

    /// Queues one device of a party and returns at once. `on_done` is called once, by a thread of the
    /// fleet: with the signatures, or with why there are none, at the deadline at the latest (or a day from
    /// now), and when the fleet is closed. It must not panic or take long: an HSM waits for it.
    ///
    /// # Errors
    ///
    /// [`SignError::Busy`] where the queue or the party's share of it is full, [`SignError::Closed`]; then
    /// `on_done` is not called.
    pub fn submit(
        &self,
        party: impl Into<Arc<str>>,
        request: &DeviceRequest,
        deadline: Instant,
        on_done: impl FnOnce(Result<DeviceSignatures, SignError>) + Send + 'static,
    ) -> Result<(), SignError> {
        let started = Instant::now();
        let deadline = deadline.min(started + WAIT_MAX);
        self.queue_job(Job::new(party.into(), *request, started, deadline, on_done), None)
    }

    /// How long a device of a party would wait for an HSM if it came now: those ahead of it, by the
    /// measured pace of the HSMs that sign. [`Duration::MAX`] where none does.
    pub fn wait_estimate(&self, party: &str) -> Duration {
        self.board.capacity().wait_behind(self.queue.ahead_of(party))
    }

    /// Makes an HSM rest, by its place or serial number: it finishes what it has in hand, closes its
    /// sessions and takes no more. Returns at once; [`HsmHealth::Drained`] and [`FleetEvent::Drained`] tell
    /// when it can be unplugged. Devices that no other HSM takes wait.
    ///
    /// # Errors
    ///
    /// [`NoSuchHsm`].
    pub fn drain(&self, hsm: &str) -> Result<(), NoSuchHsm> {
        self.set_drained(hsm, true)
    }

    /// Makes an HSM sign again that was drained: itself, or a replica of it in its place.
    ///
    /// # Errors
    ///
    /// [`NoSuchHsm`].
    pub fn resume(&self, hsm: &str) -> Result<(), NoSuchHsm> {
        self.set_drained(hsm, false)
    }

    /// What has been done so far, and how the HSMs are.
    pub fn statistics(&self) -> FleetStatistics {
        self.board.statistics(&self.queue.parties())
    }

    /// Refuses what waits, ends what is being signed, closes all sessions, and returns when that is done.
    pub fn close(self) {
        drop(self);
    }

    fn sign_until(
        &self,
        party: Arc<str>,
        request: &DeviceRequest,
        started: Instant,
        deadline: Instant,
        place_until: Option<Instant>,
    ) -> Result<DeviceSignatures, SignError> {
        let (sender, receiver) = sync_channel(1);
        let on_done = move |answer| {
            // Whoever asked is waiting below.
            let _received = sender.send(answer);
        };
        self.queue_job(Job::new(party, *request, started, deadline, on_done), place_until)?;
        // A job is dropped without an answer only where its worker is gone.
        receiver.recv().unwrap_or(Err(SignError::Closed))
    }

    fn queue_job(&self, job: Job, place_until: Option<Instant>) -> Result<(), SignError> {
        let party = Arc::clone(&job.caller.party);
        match self.queue.push(job, place_until) {
            Pushed::Queued => Ok(()),
            Pushed::Full { queued } => {
                Err(SignError::Busy { queued, estimate: self.wait_estimate(&party) })
            }
            Pushed::Closed => Err(SignError::Closed),
        }
    }

    fn set_drained(&self, hsm: &str, is_drained: bool) -> Result<(), NoSuchHsm> {
        let index = self.board.find(hsm)?;
        self.board.set_drained(index, is_drained);
        self.queue.wake_workers();
        Ok(())
    }

    fn start_timer(&mut self) -> Result<(), FleetError> {
        let (queue, board) = (Arc::clone(&self.queue), Arc::clone(&self.board));
        let timer = thread::Builder::new().name("hsm timer".to_owned());
        let handle = timer.spawn(move || timer::run(&queue, &board)).map_err(|error| {
            FleetError::Thread { place: "deadlines".to_owned(), cause: error.to_string() }
        })?;
        self.timer = Some(handle);
        Ok(())
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
        self.queue.end();
        if let Some(timer) = self.timer.take() {
            let _panicked = timer.join();
        }
    }
}
