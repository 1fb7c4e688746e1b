//! The thread that owns the database, and how callers hand it their changes.
//!
//! It takes everything that waits, makes it in one transaction, commits, and only then answers: a hundred devices share
//! one flush of the disk.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{Builder, JoinHandle, yield_now},
    time::Duration,
};

use evidence::{Checkpoint, Frontier, Hash, SIZE_MAX, proof, tiles::TileWriter};
use sidewalk::Smsn;
use signer::service::{Refusal, RequestId};
use tokio::{sync::oneshot, time};

use super::{
    Begin, Begun, Counts, Finish, Issued, PackageState, PackageTerms, StoreFault, TakenUp,
    evidence_log::{Appender, Tiles, issuance, issued, of_proof},
    rules::{self, Finishing},
    tables::{Database, Tables},
};

/// How many changes wait before their callers do: more than devices can wait for HSMs.
const WAITING_MAX: usize = 4096;

/// The most changes in one transaction. Larger ones no longer share a flush noticeably better, and the first caller waits
/// for the last.
const GROUP_MAX: usize = 512;

/// Entries that are read in one go: a bundle of an exported log.
pub const ENTRIES_MAX: u16 = 256;

/// What a signing server remembers. Clones are handles on one thread; the last one ends it.
#[derive(Clone)]
pub struct Store {
    queue: SyncSender<Box<dyn Work>>,
    /// Why nothing is written any more.
    broken: Arc<Mutex<Option<StoreFault>>>,
    place: Arc<str>,
    thread: Arc<Thread>,
}

/// The owner's thread. Its queue ends with the last handle, and so does it.
struct Thread(Mutex<Option<JoinHandle<()>>>);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.place)
    }
}

/// A change or a question that waits.
trait Work: Send {
    /// The device and the request id that it will look at first.
    fn concerns(&self) -> Option<(Smsn, Option<RequestId>)>;
    fn run(&mut self, state: &mut State<'_>) -> Result<(), StoreFault>;
    fn answer(self: Box<Self>, void: Option<&StoreFault>);
}

struct Call<T, F> {
    concerns: Option<(Smsn, Option<RequestId>)>,
    work: F,
    result: Option<T>,
    caller: oneshot::Sender<Result<T, StoreFault>>,
}

impl<T: Send, F> Work for Call<T, F>
where
    F: FnMut(&mut State<'_>) -> Result<T, StoreFault> + Send,
{
    fn concerns(&self) -> Option<(Smsn, Option<RequestId>)> {
        self.concerns
    }

    fn run(&mut self, state: &mut State<'_>) -> Result<(), StoreFault> {
        self.result = Some((self.work)(state)?);
        Ok(())
    }

    fn answer(self: Box<Self>, void: Option<&StoreFault>) {
        let result = match (void, self.result) {
            (None, Some(result)) => Ok(result),
            (Some(fault), _) => Err(fault.clone()),
            (None, None) => Err(StoreFault::Gone),
        };
        // A caller that left loses its answer and not its change.
        let _gone = self.caller.send(result);
    }
}

/// One transaction.
struct State<'a> {
    tables: &'a mut dyn Tables,
    owner: &'a str,
    kept: &'a mut Option<TileWriter>,
    appender: Option<Appender>,
}

impl State<'_> {
    fn appender(&mut self) -> Result<&mut Appender, StoreFault> {
        if self.appender.is_none() {
            self.appender = Some(Appender::resume(self.tables, self.kept.take())?);
        }
        self.appender.as_mut().ok_or(StoreFault::Gone)
    }

    /// Records an outcome: the first one stays.
    fn finish(&mut self, done: &Finish) -> Result<Issued, StoreFault> {
        let damaged = |what: String, place: String| StoreFault::Damaged { place, what };
        let found = rules::finishing(self.tables, done)?;
        let (row, earlier) = match found {
            Some(Finishing::Done(issued)) => return Ok(issued),
            Some(Finishing::Open { row, earlier }) => (row, earlier),
            None => {
                let what = format!("the intent of {} is not there", done.ticket.smsn);
                return Err(damaged(what, self.tables.place()));
            }
        };
        let digest = match &row.package {
            Some(id) => self.tables.package(id)?.map(|package| package.terms.digest),
            None => None,
        };
        let now_ms = self.tables.now_ms()?;
        let entry = issuance(&row, done, earlier, digest, now_ms);
        self.appender()?;
        let appender = self.appender.as_mut().ok_or(StoreFault::Gone)?;
        let index = appender.append(self.tables, &entry)?;
        let issued = issued(done, index);
        self.tables.finish(done.ticket, &issued, now_ms)?;
        Ok(issued)
    }

    /// The right edge of the evidence log, with what this transaction has appended.
    fn frontier(&mut self) -> Result<Frontier, StoreFault> {
        Ok(self.appender()?.frontier().clone())
    }

    /// The tables with all tiles written, as questions about the tree need them.
    fn tables_with_tiles(&mut self) -> Result<&mut dyn Tables, StoreFault> {
        if let Some(appender) = self.appender.take() {
            *self.kept = Some(appender.end(self.tables)?);
        }
        Ok(self.tables)
    }
}

impl Store {
    /// Starts the thread of a database. `owner` tells this server from others of the same database.
    pub(super) fn start(mut database: Box<dyn Database>, owner: &str) -> Result<Self, StoreFault> {
        let (queue, waiting) = sync_channel(WAITING_MAX);
        let place: Arc<str> = database.place().into();
        let broken: Arc<Mutex<Option<StoreFault>>> = Arc::default();
        let (told, owner) = (Arc::clone(&broken), owner.to_owned());
        let thread = Builder::new()
            .name("store".to_owned())
            .spawn(move || run(&mut *database, &owner, &waiting, &told))
            .map_err(|error| StoreFault::Away {
                place: place.to_string(),
                cause: error.to_string(),
            })?;
        Ok(Self { queue, broken, place, thread: Arc::new(Thread(Mutex::new(Some(thread)))) })
    }

    /// Which database.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why nothing is written any more, where that is so: the server must be started again.
    pub fn broken(&self) -> Option<StoreFault> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns once the owner has worked off what waits now: it lives. Whether its database can be reached does not matter.
    pub async fn answers(&self) {
        let _away = self.ask(|_| Ok(())).await;
    }

    /// Makes an intent durable and pays for it, or says what there is already.
    ///
    /// # Errors
    ///
    /// [`StoreFault`]; where it is passing, asking again is harmless.
    pub async fn begin(&self, asked: Begin) -> Result<Begun, StoreFault> {
        let concerns = (asked.device.smsn(), Some(asked.request_id));
        self.ask_about(Some(concerns), move |state| rules::begin(state.tables, state.owner, &asked))
            .await
    }

    /// Makes an outcome durable, with its entry of evidence. The first outcome stays.
    ///
    /// # Errors
    ///
    /// [`StoreFault`]; where it is passing, asking again is harmless.
    pub async fn finish(&self, done: Finish) -> Result<Issued, StoreFault> {
        let concerns = (done.ticket.smsn, None);
        self.ask_about(Some(concerns), move |state| state.finish(&done)).await
    }

    /// Takes up intents that nobody is at: this server's own of an earlier run, and those of servers that had their time.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn take_up(&self, limit: u32) -> Result<Vec<TakenUp>, StoreFault> {
        self.ask(move |state| rules::take_up(state.tables, state.owner, limit)).await
    }

    /// Brings a job package in. The inner error says that another one has its name.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn bring_in(&self, terms: PackageTerms) -> Result<Result<(), Refusal>, StoreFault> {
        self.ask(move |state| rules::bring_in(state.tables, &terms)).await
    }

    /// All job packages.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn packages(&self) -> Result<Vec<PackageState>, StoreFault> {
        self.ask(|state| state.tables.packages()).await
    }

    /// What was issued, begun, asked of HSMs and entered as evidence.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn counts(&self) -> Result<Counts, StoreFault> {
        self.ask(|state| {
            let (issued, pending, attempts) = state.tables.sums()?;
            Ok(Counts { issued, pending, attempts, evidence: state.tables.evidence_len()? })
        })
        .await
    }

    /// The evidence log as it stands, not signed yet.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn checkpoint(&self, origin: &str) -> Result<Checkpoint, StoreFault> {
        let frontier = self.ask(|state| state.frontier()).await?;
        Ok(Checkpoint::new(origin, frontier.size(), frontier.root()))
    }

    /// A tile of the evidence log, as wide as it is; empty where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn tile(&self, level: u8, index: u64) -> Result<Vec<u8>, StoreFault> {
        // No database has numbers as large as a stranger may ask for.
        if index > SIZE_MAX {
            return Ok(Vec::new());
        }
        self.ask(move |state| state.tables_with_tiles()?.tile(level, index)).await
    }

    /// Entries of the evidence log from an index on, at most [`ENTRIES_MAX`].
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn entries(&self, from: u64, limit: u16) -> Result<Vec<Vec<u8>>, StoreFault> {
        if from > SIZE_MAX {
            return Ok(Vec::new());
        }
        self.ask(move |state| state.tables.entries(from, limit.min(ENTRIES_MAX))).await
    }

    /// The hashes that prove an entry in a log of `size` entries; `None` where there is no such entry or size.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn inclusion(&self, index: u64, size: u64) -> Result<Option<Vec<Hash>>, StoreFault> {
        self.ask(move |state| {
            let tables = state.tables_with_tiles()?;
            if size > tables.evidence_len()? || index >= size {
                return Ok(None);
            }
            let place = tables.place();
            proof::inclusion(Tiles::new(tables), index, size)
                .map(Some)
                .map_err(|error| of_proof(place, error))
        })
        .await
    }

    /// The hashes that prove that a log of `size` entries is a log of `earlier` entries that grew.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn consistency(
        &self,
        earlier: u64,
        size: u64,
    ) -> Result<Option<Vec<Hash>>, StoreFault> {
        self.ask(move |state| {
            let tables = state.tables_with_tiles()?;
            if size > tables.evidence_len()? || earlier > size {
                return Ok(None);
            }
            let place = tables.place();
            proof::consistency(Tiles::new(tables), earlier, size)
                .map(Some)
                .map_err(|error| of_proof(place, error))
        })
        .await
    }

    /// Ends the thread once everything that waits is done, and waits for it.
    pub fn close(self) {
        let thread = Arc::clone(&self.thread);
        drop(self);
        let thread = thread.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _panicked = thread.join();
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut State<'_>) -> Result<T, StoreFault> + Send + 'static,
    ) -> Result<T, StoreFault> {
        self.ask_about(None, work).await
    }

    async fn ask_about<T: Send + 'static>(
        &self,
        concerns: Option<(Smsn, Option<RequestId>)>,
        work: impl FnMut(&mut State<'_>) -> Result<T, StoreFault> + Send + 'static,
    ) -> Result<T, StoreFault> {
        let (caller, answer) = oneshot::channel();
        let mut work: Box<dyn Work> = Box::new(Call { concerns, work, result: None, caller });
        // A full queue is rare and short: the thread empties it with every flush.
        loop {
            match self.queue.try_send(work) {
                Ok(()) => break,
                Err(TrySendError::Full(back)) => {
                    work = back;
                    time::sleep(FULL_PAUSE).await;
                }
                Err(TrySendError::Disconnected(_)) => return Err(StoreFault::Gone),
            }
        }
        answer.await.map_err(|_| StoreFault::Gone)?
    }
}

/// How long a caller waits for room in the queue: about one flush.
const FULL_PAUSE: Duration = Duration::from_millis(2);

fn run(
    database: &mut dyn Database,
    owner: &str,
    waiting: &Receiver<Box<dyn Work>>,
    broken: &Mutex<Option<StoreFault>>,
) {
    let mut kept = None;
    let mut poison: Option<StoreFault> = None;
    while let Ok(first) = waiting.recv() {
        let mut works = vec![first];
        let void = match &poison {
            Some(fault) => Some(fault.clone()),
            None => transact(database, owner, &mut kept, &mut works, waiting).err(),
        };
        if let Some(fault) = &void
            && poison.is_none()
        {
            // The edge may be of entries that were rolled back.
            kept = None;
            database.roll_back();
            if !fault.is_passing() {
                poison = Some(fault.clone());
                *broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.clone());
            }
        }
        for work in works {
            work.answer(void.as_ref());
        }
    }
}

/// Makes and commits everything that waits, and takes along what arrives meanwhile.
fn transact(
    database: &mut dyn Database,
    owner: &str,
    kept: &mut Option<TileWriter>,
    works: &mut Vec<Box<dyn Work>>,
    waiting: &Receiver<Box<dyn Work>>,
) -> Result<(), StoreFault> {
    database.begin()?;
    let mut state = State { tables: database, owner, kept, appender: None };
    let mut next = 0;
    let mut has_yielded = false;
    loop {
        works.extend(waiting.try_iter().take(GROUP_MAX.saturating_sub(works.len())));
        let new = works.get_mut(next..).unwrap_or_default();
        if !new.is_empty() {
            let (smsns, ids): (Vec<_>, Vec<_>) =
                new.iter().filter_map(|work| work.concerns()).unzip();
            let ids: Vec<_> = ids.into_iter().flatten().collect();
            state.tables.expect(&smsns, &ids)?;
            for work in new {
                work.run(&mut state)?;
            }
            next = works.len();
        } else if works.len() < GROUP_MAX && !has_yielded {
            // Callers of the group before may be on their way: a turn for them costs less than a flush of their own.
            has_yielded = true;
            yield_now();
        } else {
            break;
        }
    }
    state.tables_with_tiles()?;
    database.commit()
}
