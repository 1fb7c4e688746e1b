//! The journal as the line uses it.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use durable::LockFile;
use rusqlite::Connection;
use sidewalk::Smsn;

use crate::{
    counts::Counts,
    device::{
        Core, Device, Flashed, Intended, Keyed, Made, Paged, Reserved, Signed, Unfinished, Verified,
    },
    error::{JournalError, ReserveError},
    id::{DeviceId, JobId, LogId, UnixMillis},
    job::JobRecord,
    keys::{Keys, Messages, Outcome, Request},
    open::{Opened, open},
    read,
    record::{DeviceKey, DeviceRecord, FailureNote, Note, NoteKind, PendingLog, Verdict},
    reservation::{CHIP_LEN_BYTES_MAX, DSN_LEN_BYTES_MAX, Reservation, is_visible_ascii},
    schema,
    seal::Sealer,
    step_times::StepTimes,
    write::{Applied, Group, Intent, Writer},
};

/// How a journal is opened.
#[derive(Clone, Debug)]
pub struct JournalOptions {
    /// The database. Key file and lock file stand beside it as `<path>.key` and `<path>.lock`.
    pub path: PathBuf,
    /// Fills a buffer with random bytes for the key file and nonces; `false` where there is no randomness.
    pub fill_random: fn(&mut [u8]) -> bool,
}

/// The journal of one line. Every method that changes something returns when the change is on the disk, and may
/// be called from many threads at once: they share the flushes.
///
/// After an error of the disk ([`JournalError::Storage`] from a change) the change may or may not be there at the
/// next opening, and until then every change is refused ([`JournalError::Poisoned`]).
#[derive(Debug)]
pub struct Journal {
    // Dropped in this order: the writer's connection must be the last one, and the lock outlives both.
    reader: Mutex<Connection>,
    writer: Writer,
    sealer: Sealer,
    path: PathBuf,
    lock: LockFile,
}

/// Opening, reading and closing.
impl Journal {
    /// Opens the journal, or makes one.
    ///
    /// # Errors
    ///
    /// Another process has it; the key file is missing, another one, or open to others; the file is no
    /// journal or a newer one; the disk.
    pub fn open(options: JournalOptions) -> Result<Self, JournalError> {
        let JournalOptions { path, fill_random } = options;
        let Opened { connection, key, lock } = open(&path, fill_random)?;
        let reader =
            schema::open_reader(&path).map_err(|error| JournalError::storage(&path, &error))?;
        let writer = Writer::start(&path, connection)?;
        let sealer = Sealer::new(&key, fill_random);
        Ok(Self { reader: Mutex::new(reader), writer, sealer, path, lock })
    }

    /// Every job, in the order in which they were first run.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn jobs(&self) -> Result<Vec<(JobId, JobRecord)>, JournalError> {
        self.read(read::jobs)
    }

    /// The devices of a key, newest first, at most [`crate::FIND_MAX`]; none where the key is unknown.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn find(&self, key: &DeviceKey<'_>) -> Result<Vec<DeviceRecord>, JournalError> {
        self.read(|reader| read::find(reader, key))
    }

    /// What happened to a device beside its steps, in its order.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn notes(&self, id: DeviceId) -> Result<Vec<Note>, JournalError> {
        self.read(|reader| read::notes(reader, id))
    }

    /// Every device that stands in no control log and is not retired, oldest first: the recovery's work.
    ///
    /// # Errors
    ///
    /// Sealed keys that do not open or do not belong to their intent, with the device to retire; the disk.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, JournalError> {
        read::unfinished(&self.reader(), &self.sealer, |error| self.storage(error))
    }

    /// One device to go on with; `None` where it is unknown, logged or retired.
    ///
    /// # Errors
    ///
    /// As [`Journal::unfinished`].
    pub fn resume(&self, id: DeviceId) -> Result<Option<Unfinished>, JournalError> {
        read::resume(&self.reader(), &self.sealer, id, |error| self.storage(error))
    }

    /// How many devices stand where, in a job or in all.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn counts(&self, job: Option<JobId>) -> Result<Counts, JournalError> {
        self.read(|reader| read::counts(reader, job))
    }

    /// The control logs that were announced and neither logged nor abandoned.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn pending_logs(&self) -> Result<Vec<(LogId, PendingLog)>, JournalError> {
        self.read(read::pending_logs)
    }

    /// Waits for every change, cuts the write-ahead log and closes. Dropping does the same and tells nobody.
    ///
    /// # Errors
    ///
    /// The log could not be cut: a reader was in the way, or the disk. What was acknowledged is durable.
    pub fn close(self) -> Result<(), JournalError> {
        let Self { reader, writer, lock, .. } = self;
        drop(reader);
        let closed = writer.close();
        drop(lock);
        closed
    }
}

/// The saga of a device. Each step takes the device in one state and gives it back in the next.
///
/// On an error the device stands where it stood, or, after an error of the disk, maybe one step further:
/// [`Journal::resume`] tells.
impl Journal {
    /// Inserts a job, or finds the equal one.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn job(&self, job: &JobRecord) -> Result<JobId, JournalError> {
        let job = job.clone();
        self.change(move |group| group.job(&job))
    }

    /// Takes DSN and SMSN.
    ///
    /// # Errors
    ///
    /// DSN or SMSN stand already, with the device that has them; a DSN or chip id that cannot be; no such job; the
    /// disk.
    pub fn reserve(&self, reservation: Reservation) -> Result<Device<Reserved>, ReserveError> {
        check(&reservation)?;
        let core = self.reserve_with(reservation, None)?;
        Ok(Device::new(core, Reserved::new()))
    }

    /// Makes keys and the bytes to be signed durable, before the HSM is asked. This is also the count of the
    /// first asking.
    ///
    /// # Errors
    ///
    /// A key of the wrong curve; no randomness to seal the keys; not reserved any more; the disk.
    pub fn intend(
        &self,
        device: Device<Keyed>,
        at: UnixMillis,
    ) -> Result<Device<Intended>, JournalError> {
        let (core, Keyed { keys }) = device.into_parts();
        let intent = self.intent(&keys, &core.smsn, at)?;
        let (id, messages) = (core.id, intent.messages);
        self.change(move |group| group.intend(id, &intent))?;
        let request = Request::from_keys(keys, messages);
        Ok(Device::new(core, Intended { request, asked: 1 }))
    }

    /// [`Journal::reserve`] and [`Journal::intend`] in one transaction: the usual way.
    ///
    /// # Errors
    ///
    /// As both.
    pub fn reserve_and_intend(
        &self,
        reservation: Reservation,
        keys: Keys,
        at: UnixMillis,
    ) -> Result<Device<Intended>, ReserveError> {
        check(&reservation)?;
        let intent = self.intent(&keys, &reservation.smsn, at)?;
        let messages = intent.messages;
        let core = self.reserve_with(reservation, Some(intent))?;
        let request = Request::from_keys(keys, messages);
        Ok(Device::new(core, Intended { request, asked: 1 }))
    }

    /// Counts that the HSM is about to be asked again, after a restart or a failure. The time stays that of
    /// the intent; the count is what a quota is checked against.
    ///
    /// # Errors
    ///
    /// Signed meanwhile; the disk.
    pub fn ask_again(
        &self,
        device: &mut Device<Intended>,
        _at: UnixMillis,
    ) -> Result<(), JournalError> {
        let id = device.id();
        let asked = self.change(move |group| group.ask_again(id))?;
        device.set_asked(asked);
        Ok(())
    }

    /// Makes the HSM's answer durable.
    ///
    /// # Errors
    ///
    /// Not where the step begins; the disk.
    pub fn signed(
        &self,
        device: Device<Intended>,
        outcome: Outcome,
        at: UnixMillis,
    ) -> Result<Device<Signed>, JournalError> {
        let (core, Intended { request, .. }) = device.into_parts();
        let id = core.id;
        self.change(move |group| group.signed(id, &outcome, at))?;
        Ok(Device::new(core, Signed { request, outcome }))
    }

    /// Makes the page's digest durable, before the page leaves. `None` where the board makes its own page.
    ///
    /// # Errors
    ///
    /// Not where the step begins; the disk.
    pub fn paged(
        &self,
        device: Device<Signed>,
        page_sha256: Option<[u8; 32]>,
        at: UnixMillis,
    ) -> Result<Device<Paged>, JournalError> {
        let (core, Signed { request, outcome }) = device.into_parts();
        let id = core.id;
        self.change(move |group| group.paged(id, page_sha256.as_ref(), at))?;
        Ok(Device::new(core, Paged { made: Made { request, outcome, page_sha256 } }))
    }

    /// [`Journal::signed`] and [`Journal::paged`] in one transaction: the usual way.
    ///
    /// # Errors
    ///
    /// As both.
    pub fn signed_and_paged(
        &self,
        device: Device<Intended>,
        outcome: Outcome,
        page_sha256: Option<[u8; 32]>,
        at: UnixMillis,
    ) -> Result<Device<Paged>, JournalError> {
        let (core, Intended { request, .. }) = device.into_parts();
        let id = core.id;
        self.change(move |group| group.signed_and_paged(id, &outcome, page_sha256.as_ref(), at))?;
        Ok(Device::new(core, Paged { made: Made { request, outcome, page_sha256 } }))
    }

    /// The page is on a board, whose chip id replaces an earlier one where it is known.
    ///
    /// # Errors
    ///
    /// A chip id that cannot be; not where the step begins; the disk.
    pub fn flashed(
        &self,
        device: Device<Paged>,
        chip: Option<&str>,
        at: UnixMillis,
    ) -> Result<Device<Flashed>, JournalError> {
        let (mut core, Paged { made }) = device.into_parts();
        let (id, chip) = (core.id, owned_chip(chip)?);
        let row_chip = chip.clone();
        self.change(move |group| group.flashed(id, row_chip.as_deref(), at))?;
        core.chip = chip.or(core.chip);
        Ok(Device::new(core, Flashed { made }))
    }

    /// The board proved its keys. The private keys are gone with the same transaction.
    ///
    /// # Errors
    ///
    /// Not where the step begins; the disk.
    pub fn verified(
        &self,
        device: Device<Flashed>,
        times: &StepTimes,
        at: UnixMillis,
    ) -> Result<Device<Verified>, JournalError> {
        let (core, Flashed { made }) = device.into_parts();
        let (id, times) = (core.id, *times);
        self.change(move |group| group.verified(id, &times, at))?;
        Ok(Device::new(core, Verified { made: made.without_private_keys(), log: None }))
    }

    /// [`Journal::flashed`] and [`Journal::verified`] in one transaction, for a driver that does both in one go.
    ///
    /// # Errors
    ///
    /// As both.
    pub fn flashed_and_verified(
        &self,
        device: Device<Paged>,
        chip: Option<&str>,
        times: &StepTimes,
        at: UnixMillis,
    ) -> Result<Device<Verified>, JournalError> {
        let (mut core, Paged { made }) = device.into_parts();
        let (id, chip, times) = (core.id, owned_chip(chip)?, *times);
        let row_chip = chip.clone();
        self.change(move |group| group.flashed_and_verified(id, row_chip.as_deref(), &times, at))?;
        core.chip = chip.or(core.chip);
        Ok(Device::new(core, Verified { made: made.without_private_keys(), log: None }))
    }
}

/// From the control log to the cloud's answer.
impl Journal {
    /// These verified devices are about to stand in this control-log file: said before the file gets its name.
    ///
    /// # Errors
    ///
    /// No devices; one that is not verified, retired, or in another log; a file of that name; the disk.
    pub fn logging(&self, log: &PendingLog, devices: &[DeviceId]) -> Result<LogId, JournalError> {
        let (log, devices) = (log.clone(), devices.to_vec());
        self.change(move |group| group.logging(&log, &devices))
    }

    /// The file has its name: all its devices are logged.
    ///
    /// # Errors
    ///
    /// No such log, or one that has its name already; the disk.
    pub fn logged(&self, log: LogId, at: UnixMillis) -> Result<(), JournalError> {
        self.change(move |group| group.logged(log, at))
    }

    /// The file never got its name: its devices are verified as before, and the name is free.
    ///
    /// # Errors
    ///
    /// No such log, or one that has its name; the disk.
    pub fn abandon_log(&self, log: LogId) -> Result<(), JournalError> {
        self.change(move |group| group.abandon_log(log))
    }

    /// The control log stands in a batch file. Saying so twice changes nothing.
    ///
    /// # Errors
    ///
    /// No such log, one without a name, or one in another batch; the disk.
    pub fn batched(
        &self,
        log: LogId,
        batch_file: &str,
        at: UnixMillis,
    ) -> Result<(), JournalError> {
        let batch_file = batch_file.to_owned();
        self.change(move |group| group.batched(log, &batch_file, at))
    }

    /// The batch file was uploaded. Saying so twice changes nothing.
    ///
    /// # Errors
    ///
    /// No log stands in such a batch; the disk.
    pub fn uploaded(&self, batch_file: &str, at: UnixMillis) -> Result<(), JournalError> {
        let batch_file = batch_file.to_owned();
        self.change(move |group| group.uploaded(&batch_file, at))
    }

    /// The cloud answered for a device. It may accept what it rejected before, never the other way round.
    ///
    /// # Errors
    ///
    /// No such SMSN; a device in no control log; a rejection after an acceptance; the disk.
    pub fn answered(
        &self,
        smsn: &Smsn,
        verdict: Verdict,
        at: UnixMillis,
    ) -> Result<(), JournalError> {
        let smsn = *smsn;
        self.change(move |group| group.answered(&smsn, &verdict, at))
    }
}

/// Faults, and what people decide.
impl Journal {
    /// Notes why a device does not go on. It keeps its state and its identity, and the note stands until its
    /// next step.
    ///
    /// # Errors
    ///
    /// No such device; the disk.
    pub fn fail(
        &self,
        id: DeviceId,
        failure: &FailureNote,
        at: UnixMillis,
    ) -> Result<(), JournalError> {
        let failure = failure.clone();
        self.change(move |group| group.fail(id, &failure, at))
    }

    /// Gives the DSN and SMSN of a device back that has no intent.
    ///
    /// # Errors
    ///
    /// [`JournalError::IntentStands`] once the HSM may have been asked; retired; the disk.
    pub fn drop_reservation(
        &self,
        id: DeviceId,
        why: &str,
        at: UnixMillis,
    ) -> Result<(), JournalError> {
        let why = why.to_owned();
        self.change(move |group| group.drop_reservation(id, &why, at))
    }

    /// Rules that this identity must never be put on a board (again): the private keys are gone, the DSN stays
    /// burnt. Saying so twice changes nothing.
    ///
    /// # Errors
    ///
    /// No such device; the disk.
    pub fn retire(&self, id: DeviceId, why: &str, at: UnixMillis) -> Result<(), JournalError> {
        let why = why.to_owned();
        self.change(move |group| group.retire(id, &why, at))
    }

    /// Notes something that happened to a device beside its steps.
    ///
    /// # Errors
    ///
    /// No such device; the disk.
    pub fn note(
        &self,
        id: DeviceId,
        kind: NoteKind,
        text: &str,
        at: UnixMillis,
    ) -> Result<(), JournalError> {
        let text = text.to_owned();
        self.change(move |group| group.note(id, kind, &text, at))
    }
}

impl Journal {
    fn reserve_with(
        &self,
        reservation: Reservation,
        intent: Option<Intent>,
    ) -> Result<Core, ReserveError> {
        self.writer.write(move |group| {
            let id = group.reserve(&reservation, intent.as_ref())?;
            let Reservation { job, slot, dsn, smsn, chip, .. } = reservation;
            Ok(Core { id, job, slot, dsn, smsn, chip })
        })
    }

    fn intent(&self, keys: &Keys, smsn: &Smsn, at: UnixMillis) -> Result<Intent, JournalError> {
        let messages = match keys.misplaced() {
            Some(curve) => return Err(JournalError::WrongCurve { curve }),
            None => Messages::new(keys, smsn),
        };
        let sealed = self.sealer.seal(keys, &messages)?;
        Ok(Intent { messages, sealed, at })
    }

    fn change<T, F>(&self, change: F) -> Result<T, JournalError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Group<'_>) -> Applied<T> + Send + 'static,
    {
        self.writer.write(change)
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        read(&self.reader()).map_err(|error| self.storage(&error))
    }

    /// A reader that panicked has left no statement open: the connection is as good as before.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn storage(&self, error: &rusqlite::Error) -> JournalError {
        JournalError::storage(&self.path, error)
    }
}

fn check(reservation: &Reservation) -> Result<(), JournalError> {
    if !is_visible_ascii(&reservation.dsn, DSN_LEN_BYTES_MAX) {
        return Err(JournalError::Dsn);
    }
    owned_chip(reservation.chip.as_deref()).map(drop)
}

fn owned_chip(chip: Option<&str>) -> Result<Option<String>, JournalError> {
    match chip {
        Some(chip) if !is_visible_ascii(chip, CHIP_LEN_BYTES_MAX) => Err(JournalError::Chip),
        chip => Ok(chip.map(str::to_owned)),
    }
}
