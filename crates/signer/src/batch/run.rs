//! Signs the devices of a batch with many callers at once.
//!
//! One owner, the conductor, holds the journal. It records intents, a handful at a time, gives the devices to the
//! callers, collects their signatures and records them. Callers only sign. Each sync covers everything that came in
//! meanwhile, so that the disk does not slow the HSMs down.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use durable::DurableError;
use sidewalk::{Curve, PrivateKey, Signature, Smsn};

use crate::{
    batch::{
        failure::{KeyError, RecordFailure},
        journal::{APPEND_LEN_BYTES_MAX, Journal, JournalStorage, Recorded},
        plan::{PlannedDevice, PlannedKeys, PlannedRow},
    },
    request::{RequestError, SigningRequest},
    sign::{SignError, Signer},
    who_signs::DeviceSigner,
};

/// How many devices a caller has waiting, itself included. More would keep the HSMs no busier, and would be more
/// intents that a kill leaves unfinished.
const WAITING_PER_CALLER: usize = 8;

/// The most devices that wait for all callers together: their intents, under 1 KiB each, are one append.
const WAITING_MAX: usize = APPEND_LEN_BYTES_MAX / 1024;

/// What happens on the way.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A device has its certificates, and they are recorded.
    Signed {
        /// The record, from 1.
        record: u64,
    },
    /// A device had its certificates already.
    Reused {
        /// The record, from 1.
        record: u64,
    },
    /// A device was left out.
    Failed {
        /// The record, from 1.
        record: u64,
        /// Why.
        failure: &'a RecordFailure,
    },
}

/// How a batch ended.
#[derive(Debug)]
pub struct Summary<E: std::error::Error> {
    /// Devices signed in this run.
    pub signed: u64,
    /// Devices that had their certificates already.
    pub reused: u64,
    /// Devices that were left out.
    pub failed: u64,
    /// Why the batch ended before its end: no device can be signed any more. The record was the first to feel it.
    pub stopped: Option<(u64, SignError<E>)>,
}

/// Why a batch ended at once.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BatchError {
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] DurableError),
    /// No key can be generated.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What was generated is no request: a defect.
    #[error("generate keys: {0}")]
    Request(#[from] RequestError),
    /// A caller is gone: a defect.
    #[error("sign: a thread that asks for signatures ended")]
    CallerGone,
}

/// Signs all devices that are not signed yet.
///
/// A device whose row is bad, or which was recorded with other keys, is reported and left out. Where whoever holds the
/// DAK does not sign any more, the batch stops, with everything that was signed recorded.
///
/// # Errors
///
/// [`BatchError`]: the journal or the source of randomness failed. Running the batch again continues it.
pub fn sign_all<S: DeviceSigner, F: JournalStorage>(
    signer: &Signer<S>,
    rows: &[PlannedRow],
    journal: &mut Journal<F>,
    callers: NonZeroUsize,
    fill_random: impl FnMut(&mut [u8]) -> Result<(), KeyError>,
    on_event: impl FnMut(Event<'_>),
) -> Result<Summary<S::Error>, BatchError> {
    let (orders, orders_of_callers) = mpsc::channel();
    let (answers_of_callers, answers) = mpsc::channel();
    let desk = Desk { orders: Mutex::new(orders_of_callers), is_closed: AtomicBool::new(false) };
    thread::scope(|scope| {
        for _ in 0..callers.get() {
            let (desk, answers) = (&desk, answers_of_callers.clone());
            scope.spawn(move || call(signer, desk, &answers));
        }
        drop(answers_of_callers);
        let conductor = Conductor {
            journal,
            orders,
            answers,
            fill_random,
            on_event,
            waiting: 0,
            waiting_max: callers.get().saturating_mul(WAITING_PER_CALLER).min(WAITING_MAX),
            summary: Summary { signed: 0, reused: 0, failed: 0, stopped: None },
        };
        // Dropping the conductor's end of the orders is what ends the callers.
        conductor.run(rows)
    })
}

/// A device on its way to a caller.
struct Order {
    record: u64,
    request: SigningRequest,
}

/// Where callers take their orders.
struct Desk {
    orders: Mutex<Receiver<Order>>,
    /// A device could not be signed: those that wait would only wait longer. Only ever set, so that its order among
    /// other memory operations does not matter.
    is_closed: AtomicBool,
}

/// A device on its way back.
struct Answer<E: std::error::Error> {
    record: u64,
    smsn: Smsn,
    /// `None` where nobody was asked any more.
    signatures: Option<Result<[Signature; 2], SignError<E>>>,
}

/// What a caller does until there is nothing more to do.
fn call<S: DeviceSigner>(signer: &Signer<S>, desk: &Desk, answers: &Sender<Answer<S::Error>>) {
    loop {
        // The lock is held while waiting: one caller waits for an order, the others for the lock.
        let order = desk.orders.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Order { record, request }) = order else { return };
        let smsn = request.smsn();
        let signatures = (!desk.is_closed.load(Ordering::Relaxed)).then(|| signer.sign(request));
        let signatures = signatures.map(|signed| {
            signed.map(|device| Curve::ALL.map(|curve| device.chain(curve).device().signature()))
        });
        if matches!(signatures, Some(Err(_))) {
            desk.is_closed.store(true, Ordering::Relaxed);
        }
        if answers.send(Answer { record, smsn, signatures }).is_err() {
            return;
        }
    }
}

struct Conductor<'j, F, R, V, E: std::error::Error> {
    journal: &'j mut Journal<F>,
    orders: Sender<Order>,
    answers: Receiver<Answer<E>>,
    fill_random: R,
    on_event: V,
    /// Devices that were given to callers and did not come back.
    waiting: usize,
    waiting_max: usize,
    summary: Summary<E>,
}

impl<F, R, V, E> Conductor<'_, F, R, V, E>
where
    F: JournalStorage,
    R: FnMut(&mut [u8]) -> Result<(), KeyError>,
    V: FnMut(Event<'_>),
    E: std::error::Error,
{
    fn run(mut self, rows: &[PlannedRow]) -> Result<Summary<E>, BatchError> {
        let mut rows = rows.iter();
        loop {
            // Half the room must be free, so that a sync covers many intents.
            if self.summary.stopped.is_none() && self.waiting <= self.waiting_max / 2 {
                self.order(&mut rows)?;
            }
            if self.waiting == 0 {
                self.journal.seal()?;
                return Ok(self.summary);
            }
            self.collect()?;
        }
    }

    /// Records intents and gives the devices to the callers, as many as there is room for.
    fn order<'r>(
        &mut self,
        rows: &mut impl Iterator<Item = &'r PlannedRow>,
    ) -> Result<(), BatchError> {
        let mut intents = Vec::new();
        let mut orders = Vec::new();
        while self.waiting + orders.len() < self.waiting_max {
            let Some((record, device)) = rows.next() else { break };
            let decided = match device {
                Ok(device) => self.decide(device)?,
                Err(fault) => Decision::LeaveOut(RecordFailure::Row(fault.clone())),
            };
            let record = *record;
            match decided {
                Decision::Sign(request) => orders.push(Order { record, request: *request }),
                Decision::RecordAndSign(recorded) => {
                    orders.push(Order { record, request: recorded.request.clone() });
                    intents.push(*recorded);
                }
                Decision::Reuse => {
                    self.summary.reused += 1;
                    (self.on_event)(Event::Reused { record });
                }
                Decision::LeaveOut(failure) => {
                    self.summary.failed += 1;
                    (self.on_event)(Event::Failed { record, failure: &failure });
                }
            }
        }
        if !intents.is_empty() {
            self.journal.intend(intents)?;
        }
        for order in orders {
            self.orders.send(order).map_err(|_| BatchError::CallerGone)?;
            self.waiting += 1;
        }
        Ok(())
    }

    /// Waits for an answer and records it with all others that are there.
    fn collect(&mut self) -> Result<(), BatchError> {
        let first = self.answers.recv().map_err(|_| BatchError::CallerGone)?;
        let answers: Vec<Answer<E>> =
            std::iter::once(first).chain(self.answers.try_iter()).collect();
        self.waiting -= answers.len();
        let mut signed = Vec::new();
        let mut records = Vec::new();
        for Answer { record, smsn, signatures } in answers {
            match signatures {
                Some(Ok(signatures)) => {
                    signed.push((smsn, signatures));
                    records.push(record);
                }
                None => {}
                Some(Err(error)) => {
                    self.summary.stopped.get_or_insert((record, error));
                }
            }
        }
        if !signed.is_empty() {
            self.journal.signed(&signed)?;
        }
        for record in records {
            self.summary.signed += 1;
            (self.on_event)(Event::Signed { record });
        }
        Ok(())
    }

    /// What is to be done with a device, given what is recorded of it.
    fn decide(&mut self, device: &PlannedDevice) -> Result<Decision, BatchError> {
        if let Some(recorded) = self.journal.recorded(&device.smsn) {
            return Ok(match conflict(device, recorded) {
                Some(failure) => Decision::LeaveOut(failure),
                None if recorded.signatures.is_some() => Decision::Reuse,
                None => Decision::Sign(Box::new(recorded.request.clone())),
            });
        }
        let (request, keys_are_ours) = match &device.keys {
            PlannedKeys::Given(request) => ((**request).clone(), false),
            PlannedKeys::Generate => {
                let ed25519 = PrivateKey::generate(Curve::Ed25519, &mut self.fill_random)?;
                let p256r1 = PrivateKey::generate(Curve::P256r1, &mut self.fill_random)?;
                (SigningRequest::from_private_keys(device.smsn, ed25519, p256r1)?, true)
            }
        };
        Ok(Decision::RecordAndSign(Box::new(Recorded {
            request,
            dsn: device.dsn.clone(),
            apid: device.apid,
            keys_are_ours,
            signatures: None,
            is_logged: false,
        })))
    }
}

enum Decision {
    Sign(Box<SigningRequest>),
    RecordAndSign(Box<Recorded>),
    Reuse,
    LeaveOut(RecordFailure),
}

/// Why a device cannot be the one that was recorded under its number.
pub(crate) fn conflict(device: &PlannedDevice, recorded: &Recorded) -> Option<RecordFailure> {
    match &device.keys {
        PlannedKeys::Generate if !recorded.keys_are_ours => {
            return Some(RecordFailure::KeysElsewhere);
        }
        PlannedKeys::Generate => {}
        PlannedKeys::Given(request) => {
            for curve in Curve::ALL {
                if request.public_key(curve) != recorded.request.public_key(curve) {
                    return Some(RecordFailure::OtherKey { curve });
                }
            }
        }
    }
    if device.apid != recorded.apid {
        return Some(RecordFailure::Other { what: "APID" });
    }
    if device.dsn != recorded.dsn {
        return Some(RecordFailure::Other { what: "DSN" });
    }
    None
}
