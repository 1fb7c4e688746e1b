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
    AnswerError, Command, ErrorCode, MessageLimit,
    channel::SESSION_IDLE_MAX,
    operation::{DeviceInfo, SignEcdsa, SignEddsa},
};

use super::{
    FleetMembers,
    back_off::BackOff,
    board::Board,
    error::{FleetError, SignError},
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

/// One HSM of a fleet, as a worker knows it.
#[derive(Clone)]
pub(super) struct Member {
    index: usize,
    endpoint: Endpoint,
    shared: Arc<FleetMembers>,
    board: Arc<Board>,
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
    ) -> Self {
        Self { index, endpoint, shared, board, known: None }
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
        if self.known.as_ref().is_none_or(|known| known.serial != info.serial) {
            let authority = discover(&mut session, &self.shared.selection, &self.shared.verifier)?;
            self.known = Some(Arc::new(Known { serial: info.serial, authority }));
        }
        Ok(session)
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
    pub(super) back_off: BackOff,
}

/// Why a session is not used any more.
enum Ended {
    /// The fleet is closed.
    Closed,
    /// The session has carried enough.
    WornOut,
    /// It does not answer.
    Failed(FleetError),
}

impl Worker {
    /// Signs until the fleet is closed.
    pub(super) fn run(mut self, first: Option<Session>) {
        let mut next = first;
        while let Some(mut session) = next.take().or_else(|| self.open()) {
            loop {
                match self.serve(&mut session) {
                    Ended::Closed => {
                        self.retire(session);
                        return;
                    }
                    Ended::WornOut => {
                        self.retire(session);
                        break;
                    }
                    Ended::Failed(error) => {
                        self.member.board.failed(self.member.index, &error);
                        if !self.mend(&mut session, &error) {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Serves the queue with one session.
    fn serve(&mut self, session: &mut Session) -> Ended {
        loop {
            if !session.is_fresh() || session.exchanges() >= self.exchanges_before_renewal {
                return Ended::WornOut;
            }
            let done = match self.queue.pop(KEEP_ALIVE) {
                Popped::Closed => return Ended::Closed,
                Popped::Nothing => session.keep_alive().map_err(DiscoveryError::Session),
                Popped::Job(job) => self.sign(session, *job),
            };
            if let Err(fault) = done {
                return Ended::Failed(self.member.error(fault));
            }
        }
    }

    /// Signs one device and answers its caller, or puts it back where the HSM is to blame.
    fn sign(&mut self, session: &mut Session, job: Job) -> Result<(), DiscoveryError> {
        let Some(known) = &self.member.known else {
            self.queue.put_back(job);
            return Err(SessionError::Gone.into());
        };
        let queue_wait = job.queued.elapsed();
        match sign_device(session, &known.authority, &job.request) {
            Ok((ed25519, p256r1)) => {
                self.back_off = BackOff::new();
                self.member.board.count_signed(self.member.index, queue_wait);
                job.answer(Ok(DeviceSignatures { ed25519, p256r1, hsm_serial: known.serial }));
                Ok(())
            }
            Err(error) if is_requests_fault(&error) => {
                let error = self.member.error(error.into());
                job.answer(Err(SignError::Hsm(Box::new(error))));
                Ok(())
            }
            Err(error) => {
                self.member.board.count_failure(self.member.index);
                job.note(self.member.error(error.clone().into()));
                self.queue.put_back(job);
                Err(error.into())
            }
        }
    }

    /// Brings a session back after a failure, or says that it is of no more use. What only a person can
    /// change is read anew from the HSM.
    fn mend(&mut self, session: &mut Session, error: &FleetError) -> bool {
        let is_passing = error.is_passing();
        if !is_passing {
            self.member.known = None;
            self.refuse_if_hopeless();
        }
        let is_closed = self.queue.pause(self.back_off.next(is_passing));
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
            if self.queue.pause(back_off.next(true)) {
                return false;
            }
        }
    }

    /// Opens a session, however long it takes. `None` once the fleet is closed.
    fn open(&mut self) -> Option<Session> {
        loop {
            if self.queue.pause(Duration::ZERO) {
                return None;
            }
            let error = match self.member.open_session() {
                Ok(session) => return Some(session),
                Err(error) => error,
            };
            self.member.board.lost(self.member.index, &error);
            self.refuse_if_hopeless();
            if self.queue.pause(self.back_off.next(error.is_passing())) {
                return None;
            }
        }
    }

    /// Closes a session as it should be.
    fn retire(&self, session: Session) {
        self.member.board.closed(self.member.index);
        // What cannot be closed now, the device closes after 30 s.
        let _unreachable = session.close();
    }
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
