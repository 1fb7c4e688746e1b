//! One session and the thread that owns it.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use p256::ecdsa::DerSignature;
use sha2::{Digest as _, Sha256};
use sidewalk::{Curve, Signature};
use yubihsm2::{
    AnswerError, Command, ErrorCode, LogEntry, MessageLimit,
    channel::SESSION_IDLE_MAX,
    operation::{DeviceInfo, GeneralInfo, SignEcdsa, SignEddsa},
};

use super::{
    FleetMembers,
    audit_sink::AuditSink,
    back_off::BackOff,
    board::Board,
    error::{FleetError, SignError, is_log_full},
    job::Job,
    queue::{Popped, Queue},
};
use crate::{
    authority::Authority,
    device::{DeviceRequest, DeviceSignatures},
    discovery::{DiscoveryError, discover},
    endpoint::Endpoint,
    link::Link,
    session::{Session, SessionError},
};

/// A device drops a session after 30 s of silence; we speak first, with margin for a device that is busy
/// with others' commands.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How often the first session of an HSM is tried: a person waits for it.
const START_ATTEMPTS: u32 = 3;

/// How often one whose audit log is full is asked whether it has room again.
const LOG_POLL: Duration = Duration::from_millis(500);

/// After how many devices an HSM is asked how full its audit log is: they take up to 16 of its 62 entries. It
/// is emptied when more than half is used, so that it never fills up while somebody keeps it.
const DEVICES_PER_LOG_CHECK: u64 = 8;

/// How many entries of the audit log a device takes, where both signatures are logged.
const LOG_ENTRIES_PER_DEVICE: u8 = 2;

/// A pause within which a worker that rests looks again by itself; it is woken before.
const REST: Duration = Duration::from_secs(60 * 60);

/// One HSM of a fleet, as a worker knows it.
#[derive(Clone)]
pub(super) struct Member {
    index: usize,
    endpoint: Endpoint,
    shared: Arc<FleetMembers>,
    board: Arc<Board>,
    /// Who keeps its audit log.
    audit: Option<AuditSink>,
    /// What was read from the HSM, which is not read again while its serial number is the same.
    known: Option<Arc<Known>>,
}

struct Known {
    serial: u32,
    authority: Authority,
}

impl Member {
    pub(super) fn new(
        index: usize,
        endpoint: Endpoint,
        shared: Arc<FleetMembers>,
        board: Arc<Board>,
        audit: Option<AuditSink>,
    ) -> Self {
        Self { index, endpoint, shared, board, audit, known: None }
    }

    /// Which HSM, as its endpoint is written.
    pub(super) fn place(&self) -> String {
        self.board.place(self.index).to_owned()
    }

    /// Opens a session and, on an HSM that is not known yet, finds the product and verifies its chain.
    pub(super) fn open_session(&mut self) -> Result<Session, FleetError> {
        let session = self.try_open().map_err(|fault| self.error(fault))?;
        if let Some(known) = &self.known
            && let Err(error) = self.board.admit(self.index, &known.authority)
        {
            self.known = None;
            return Err(error);
        }
        if let Some(known) = &self.known {
            self.board.opened(self.index, known.serial);
        }
        Ok(session)
    }

    /// Opens the first session. A connector that is just being restarted is waited for a moment.
    pub(super) fn open_first_session(&mut self) -> Result<Session, FleetError> {
        let mut back_off = BackOff::new();
        for _ in 1..START_ATTEMPTS {
            match self.open_session() {
                Err(error) if error.is_passing() => thread::sleep(back_off.next(true)),
                opened => return opened,
            }
        }
        self.open_session()
    }

    fn try_open(&mut self) -> Result<Session, DiscoveryError> {
        let link = Link::open(&self.endpoint).map_err(SessionError::Transport)?;
        let link = link.counted_by(self.board.commands(self.index));
        let slots = self.shared.selection.pin_slots();
        // Nothing that a fleet sends comes near even the smaller limit. So the device is asked who it is
        // inside the session, where no other can answer.
        let limit = MessageLimit::BEFORE_2_4;
        let mut session = Session::open(link, &slots, &self.shared.credentials, limit)?;
        let info = session.call_repeatable(&DeviceInfo {})?;
        if !has_room(&info) {
            self.empty_log(info.serial);
        }
        if self.known.as_ref().is_none_or(|known| known.serial != info.serial) {
            let authority = discover(&mut session, &self.shared.selection, &self.shared.verifier)?;
            self.known = Some(Arc::new(Known { serial: info.serial, authority }));
        }
        Ok(session)
    }

    /// Has the audit log stored and emptied, where somebody keeps it.
    fn empty_log(&self, serial: u32) {
        let Some(audit) = &self.audit else { return };
        let keeper = self.board.log_keeper(self.index);
        let emptied = audit.empty(&self.endpoint, self.board.commands(self.index), serial);
        drop(keeper);
        self.board.log_emptied(self.index, emptied.map_err(|error| error.to_string()));
    }

    fn error(&self, fault: DiscoveryError) -> FleetError {
        FleetError::Hsm { place: self.place(), fault }
    }
}

/// A thread that signs with one session at a time.
pub(super) struct Worker {
    pub(super) member: Member,
    pub(super) queue: Arc<Queue>,
    pub(super) exchanges_before_renewal: u64,
    /// Fewer free entries of the audit log are told.
    pub(super) log_slots_min: u8,
    pub(super) back_off: BackOff,
}

/// Why a session is not used any more.
enum Ended {
    /// The fleet is closed.
    Closed,
    /// Its HSM is to rest.
    Drained,
    /// The session has carried enough.
    WornOut,
    /// The audit log is full.
    LogFull,
    /// It does not answer.
    Failed(FleetError),
}

impl Worker {
    /// Signs until the fleet is closed.
    pub(super) fn run(mut self, first: Option<Session>) {
        let mut next = first;
        while let Some(session) = next.take().or_else(|| self.open()) {
            if self.use_up(session) {
                return;
            }
        }
    }

    /// Uses a session as long as it is of use. Says whether the fleet is closed.
    fn use_up(&mut self, mut session: Session) -> bool {
        loop {
            let error = match self.serve(&mut session) {
                Ended::Closed => {
                    self.leave(session);
                    return true;
                }
                Ended::Drained => {
                    self.leave(session);
                    return false;
                }
                Ended::WornOut => {
                    self.retire(session);
                    return false;
                }
                Ended::LogFull => match self.wait_for_log(&mut session) {
                    Ok(()) => continue,
                    Err(error) => self.member.error(error.into()),
                },
                Ended::Failed(error) => error,
            };
            self.member.board.failed(self.member.index, &error);
            if !self.mend(&mut session, &error) {
                return false;
            }
        }
    }

    /// Serves the queue with one session.
    fn serve(&mut self, session: &mut Session) -> Ended {
        let Member { index, board, .. } = &self.member;
        let (index, board) = (*index, Arc::clone(board));
        loop {
            if !session.is_fresh() || session.exchanges() >= self.exchanges_before_renewal {
                return Ended::WornOut;
            }
            let is_stopped = || board.is_drained(index) || board.is_log_full(index);
            let done = match self.queue.pop(KEEP_ALIVE, is_stopped) {
                Popped::Closed => return Ended::Closed,
                Popped::Stopped if board.is_drained(index) => return Ended::Drained,
                Popped::Stopped => return Ended::LogFull,
                Popped::Nothing => self.keep_alive(session),
                Popped::Job(job) => {
                    self.sign(session, job).and_then(|()| self.check_log_if_due(session))
                }
            };
            match done {
                Ok(()) => {}
                Err(error) if is_log_full(&error) => {
                    board.log_full(index, &self.member.error(error.into()));
                    self.queue.wake_workers();
                    return Ended::LogFull;
                }
                Err(error) => return Ended::Failed(self.member.error(error.into())),
            }
        }
    }

    /// Signs one device and answers its caller, or puts it back where the HSM is to blame.
    fn sign(&mut self, session: &mut Session, job: Job) -> Result<(), SessionError> {
        let Member { index, board, .. } = &self.member;
        let Some(known) = &self.member.known else {
            self.queue.put_back(job);
            return Err(SessionError::Gone);
        };
        let taken = Instant::now();
        let queue_wait = taken - job.caller.since;
        let in_hand = board.take_in_hand(*index);
        match sign_device(session, &known.authority, &job.request) {
            Ok((ed25519, p256r1)) => {
                self.back_off = BackOff::new();
                let party = &job.caller.party;
                board.count_signed(*index, party, queue_wait, taken.elapsed(), &in_hand);
                drop(in_hand);
                let signatures = DeviceSignatures { ed25519, p256r1, hsm_serial: known.serial };
                self.queue.answer(job, Ok(signatures));
                Ok(())
            }
            Err(error) if is_requests_fault(&error) => {
                let error = self.member.error(error.into());
                self.queue.answer(job, Err(SignError::Hsm(Box::new(error))));
                Ok(())
            }
            Err(error) => {
                board.count_failure(*index);
                job.caller.note(self.member.error(error.clone().into()));
                // Nobody else should find it while this HSM is still believed to sign.
                if is_log_full(&error) {
                    board.log_full(*index, &self.member.error(error.clone().into()));
                }
                self.queue.put_back(job);
                Err(error)
            }
        }
    }

    /// Keeps the device from dropping an idle session.
    fn keep_alive(&self, session: &mut Session) -> Result<(), SessionError> {
        if self.watches_log() { self.check_log(session, 0) } else { session.keep_alive() }
    }

    /// Whether anybody cares how full the audit log is. Otherwise a device costs two commands and no more.
    const fn watches_log(&self) -> bool {
        self.log_slots_min > 0 || self.member.audit.is_some()
    }

    fn check_log_if_due(&self, session: &mut Session) -> Result<(), SessionError> {
        let Member { index, board, .. } = &self.member;
        if self.watches_log() && board.is_log_check_due(*index, DEVICES_PER_LOG_CHECK) {
            return self.check_log(session, LogEntry::COUNT_MAX as u8 / 2);
        }
        Ok(())
    }

    /// Looks how full the audit log is; has it emptied where somebody keeps it and more entries are used.
    fn check_log(&self, session: &mut Session, used_max: u8) -> Result<(), SessionError> {
        let Member { index, board, .. } = &self.member;
        let mut info = session.call_repeatable(&DeviceInfo {})?;
        if self.member.audit.is_some() && info.log_used > used_max {
            self.member.empty_log(info.serial);
            info = session.call_repeatable(&DeviceInfo {})?;
        }
        board.log_used(*index, &info, self.log_slots_min);
        Ok(())
    }

    /// Waits until the audit log has room again, or the session is of no more use.
    fn wait_for_log(&self, session: &mut Session) -> Result<(), SessionError> {
        let Member { index, board, .. } = &self.member;
        while board.is_log_full(*index) && !board.is_drained(*index) {
            if let Some(known) = &self.member.known {
                self.member.empty_log(known.serial);
            }
            match session.call_repeatable(&DeviceInfo {}) {
                Ok(info) if has_room(&info) => {
                    board.log_has_room(*index);
                    board.log_used(*index, &info, self.log_slots_min);
                    self.queue.wake_workers();
                    break;
                }
                Ok(_) => {}
                Err(error) if is_log_full(&error) => {}
                Err(error) => return Err(error),
            }
            let is_full = || board.is_log_full(*index) && !board.is_drained(*index);
            if self.queue.pause(LOG_POLL, is_full) {
                break;
            }
        }
        Ok(())
    }

    /// Brings a session back after a failure, or says that it is of no more use. What only a person can
    /// change is read anew from the HSM.
    fn mend(&mut self, session: &mut Session, error: &FleetError) -> bool {
        let is_passing = error.is_passing();
        if !is_passing {
            self.member.known = None;
            self.refuse_if_hopeless();
        }
        let is_closed = self.pause(is_passing);
        is_passing && !is_closed && self.recover(session)
    }

    /// Refuses what waits where no HSM will sign before a person has changed something.
    fn refuse_if_hopeless(&self) {
        if let Some(hopeless) = self.member.board.hopeless() {
            self.queue.refuse_all(&hopeless);
        }
    }

    /// Brings a session back whose device could not be reached for a while. Gives up where the device has
    /// dropped it, or must have after 30 s.
    fn recover(&self, session: &mut Session) -> bool {
        let deadline = Instant::now() + SESSION_IDLE_MAX;
        let mut back_off = BackOff::new();
        loop {
            match session.recover().and_then(|()| session.keep_alive()) {
                Ok(()) => {
                    self.member.board.recovered(self.member.index);
                    return true;
                }
                Err(SessionError::Transport(error))
                    if error.is_passing() && Instant::now() < deadline => {}
                Err(_) => return false,
            }
            let Member { index, board, .. } = &self.member;
            let is_closed = self.queue.pause(back_off.next(true), || !board.is_drained(*index));
            if is_closed || board.is_drained(*index) {
                return false;
            }
        }
    }

    /// Pauses after a failure, not longer than until its HSM is to rest. Says whether the fleet is closed.
    fn pause(&mut self, is_passing: bool) -> bool {
        let Member { index, board, .. } = &self.member;
        self.queue.pause(self.back_off.next(is_passing), || !board.is_drained(*index))
    }

    /// Opens a session, however long it takes. `None` once the fleet is closed.
    fn open(&mut self) -> Option<Session> {
        loop {
            let board = Arc::clone(&self.member.board);
            let index = self.member.index;
            while board.is_drained(index) {
                if self.queue.pause(REST, || board.is_drained(index)) {
                    return None;
                }
            }
            if self.queue.pause(Duration::ZERO, || true) {
                return None;
            }
            let error = match self.member.open_session() {
                Ok(session) => return Some(session),
                Err(error) => error,
            };
            board.lost(index, &error);
            self.refuse_if_hopeless();
            if self.pause(error.is_passing()) {
                return None;
            }
        }
    }

    /// Closes a session of an HSM that is left alone from now on: what it has logged is fetched before.
    fn leave(&self, session: Session) {
        if let Some(known) = &self.member.known {
            self.member.empty_log(known.serial);
        }
        self.retire(session);
    }

    /// Closes a session as it should be.
    fn retire(&self, session: Session) {
        // What cannot be closed now, the device closes after 30 s.
        let _unreachable = session.close();
        self.member.board.closed(self.member.index);
    }
}

/// Whether the audit log takes what a device costs.
const fn has_room(info: &GeneralInfo) -> bool {
    info.log_used.saturating_add(LOG_ENTRIES_PER_DEVICE) <= info.log_total
}

/// The two commands that a device costs.
fn sign_device(
    session: &mut Session,
    authority: &Authority,
    request: &DeviceRequest,
) -> Result<(Signature, Signature), SessionError> {
    let key = authority.key(Curve::Ed25519);
    let message = request.message(Curve::Ed25519);
    let ed25519 = session.call_repeatable(&SignEddsa { key, message })?;
    let key = authority.key(Curve::P256r1);
    let digest = Sha256::digest(request.message(Curve::P256r1)).to_vec();
    let p256r1 = session.call_repeatable(&SignEcdsa { key, digest })?;
    Ok((Signature::from_bytes(ed25519), fixed_signature(&p256r1)?))
}

/// r ‖ s, 32 bytes each, of a signature in DER.
fn fixed_signature(der: &[u8]) -> Result<Signature, SessionError> {
    let damaged = |_| {
        let value = yubihsm2::WireError::Value { field: "ECDSA signature", offset: 0 };
        SessionError::Answer { command: Command::SIGN_ECDSA, fault: AnswerError::Payload(value) }
    };
    let signature = DerSignature::from_bytes(der).map_err(damaged)?;
    let signature = p256::ecdsa::Signature::try_from(signature).map_err(damaged)?;
    Ok(Signature::from_bytes(signature.to_bytes().into()))
}

/// Whether the HSM refused what it was asked rather than being out of order: no other would do it.
fn is_requests_fault(error: &SessionError) -> bool {
    matches!(
        error,
        SessionError::Refused { code: ErrorCode::INVALID_DATA | ErrorCode::WRONG_LENGTH, .. }
    )
}
