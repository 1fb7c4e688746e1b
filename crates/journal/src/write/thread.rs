//! The thread that owns the writing connection, and how callers hand it their changes.
//!
//! It takes everything that waits, applies it in one transaction, commits, and only then answers: 64 callers
//! share one flush of the disk.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    thread::{Builder, JoinHandle, yield_now},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode};

use super::group::{Applied, Group, Memory, Refused};
use crate::{
    error::{JournalError, StorageFault},
    schema,
};

/// How many changes wait before their callers do: more than a line has slots, so that nobody waits to wait.
const WAITING_MAX: usize = 1024;

/// The most changes in one transaction. Larger ones no longer share a flush noticeably better, and the first
/// caller waits for the last.
const GROUP_MAX: usize = 512;

/// The pages in the write-ahead log that make the writer copy them into the database: 16 MiB.
const CHECKPOINT_PAGES: i64 = 4096;

/// After so many copies the log is also cut to nothing, so that sealed keys do not stay in its tail. Otherwise
/// it is overwritten from its start, which is faster than growing it anew.
const CHECKPOINTS_PER_CUT: u32 = 16;

/// After so long without a change the log is cut.
const IDLE: Duration = Duration::from_secs(1);

/// A change that waits, and its caller.
trait Work: Send {
    /// Makes the change. An error voids the group.
    fn apply(&mut self, group: &mut Group<'_>) -> rusqlite::Result<()>;

    /// Tells the caller: what came of it, or why the group is void.
    fn answer(self: Box<Self>, void: Option<&JournalError>);
}

struct Call<T, E, F> {
    change: Option<F>,
    result: Option<Result<T, E>>,
    caller: SyncSender<Result<T, E>>,
}

impl<T, E, F> Work for Call<T, E, F>
where
    T: Send,
    E: Send + From<JournalError>,
    F: FnOnce(&mut Group<'_>) -> Applied<T, E> + Send,
{
    fn apply(&mut self, group: &mut Group<'_>) -> rusqlite::Result<()> {
        let Some(change) = self.change.take() else { return Ok(()) };
        self.result = Some(match change(group) {
            Ok(value) => Ok(value),
            Err(Refused::Change(error)) => Err(error),
            Err(Refused::Database(error)) => return Err(error),
        });
        Ok(())
    }

    fn answer(self: Box<Self>, void: Option<&JournalError>) {
        let result = match (void, self.result) {
            (None, Some(result)) => result,
            (Some(error), _) => Err(error.clone().into()),
            (None, None) => Err(JournalError::WriterGone.into()),
        };
        // A caller that no longer listens has ended, and its change stands.
        let _gone = self.caller.send(result);
    }
}

/// The callers' end.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<SyncSender<Box<dyn Work>>>,
    thread: Option<JoinHandle<Result<(), JournalError>>>,
}

impl Writer {
    /// Starts the thread on a connection that is ready to write.
    pub(crate) fn start(path: &Path, connection: Connection) -> Result<Self, JournalError> {
        let storage = |error: &rusqlite::Error| JournalError::storage(path, error);
        let memory = Memory::read(&connection).map_err(|error| storage(&error))?;
        let (queue, waiting) = sync_channel(WAITING_MAX);
        let state = State { path: path.into(), connection, memory, poison: None, checkpoints: 0 };
        let thread = Builder::new()
            .name("journal".into())
            .spawn(move || state.run(&waiting))
            .map_err(|error| {
                let detail = error.to_string();
                JournalError::Storage { path: path.into(), fault: StorageFault::Other { detail } }
            })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Makes a change durable. Waits for it.
    pub(crate) fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + From<JournalError> + 'static,
        F: FnOnce(&mut Group<'_>) -> Applied<T, E> + Send + 'static,
    {
        let gone = || E::from(JournalError::WriterGone);
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        let (caller, answer) = sync_channel(1);
        queue
            .send(Box::new(Call { change: Some(change), result: None, caller }))
            .map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }

    /// Waits for everything that was handed over, cuts the write-ahead log and ends.
    pub(crate) fn close(mut self) -> Result<(), JournalError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), JournalError> {
        self.queue = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_panic)) => Err(JournalError::WriterGone),
            None => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Whoever wants to know uses `close`; everything that was acknowledged is durable either way.
        let _unknown = self.end();
    }
}

/// The thread's end.
struct State {
    path: PathBuf,
    connection: Connection,
    memory: Memory,
    /// Why nothing is written any more.
    poison: Option<StorageFault>,
    checkpoints: u32,
}

impl State {
    fn run(mut self, waiting: &Receiver<Box<dyn Work>>) -> Result<(), JournalError> {
        let mut has_log = true;
        loop {
            match waiting.recv_timeout(IDLE) {
                Ok(first) => {
                    self.write_group(first, waiting);
                    has_log = true;
                }
                Err(RecvTimeoutError::Timeout) if has_log && self.poison.is_none() => {
                    // A reader may be in the way; then the next idle second tries again.
                    has_log = !self.checkpoint(Checkpoint::Cut);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.end(),
            }
        }
    }

    fn write_group(&mut self, first: Box<dyn Work>, waiting: &Receiver<Box<dyn Work>>) {
        let mut works = vec![first];
        let void = match &self.poison {
            Some(fault) => {
                Some(JournalError::Poisoned { path: self.path.clone(), fault: fault.clone() })
            }
            None => self.commit_group(&mut works, waiting).err(),
        };
        for work in works {
            work.answer(void.as_ref());
        }
        if void.is_none() {
            self.checkpoint_where_due();
        }
    }

    /// Applies and commits the group, and takes along what arrives meanwhile.
    fn commit_group(
        &mut self,
        works: &mut Vec<Box<dyn Work>>,
        waiting: &Receiver<Box<dyn Work>>,
    ) -> Result<(), JournalError> {
        // Nothing was written when this fails, so it may go well the next time.
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(|error| JournalError::storage(&self.path, &error))?;
        let mut apply = || {
            let mut group = Group::new(&self.connection, &mut self.memory);
            let mut next = 0;
            let mut yielded = false;
            loop {
                while let Some(work) = works.get_mut(next) {
                    work.apply(&mut group)?;
                    next += 1;
                }
                if works.len() == GROUP_MAX {
                    break;
                }
                match waiting.try_recv() {
                    Ok(work) => works.push(work),
                    // Callers of the group before may be on their way: one turn for them costs
                    // microseconds, a flush of their own hundreds.
                    Err(TryRecvError::Empty) if !yielded => {
                        yielded = true;
                        yield_now();
                    }
                    Err(_) => break,
                }
            }
            group.flush_counters()?;
            self.connection.execute_batch("COMMIT")
        };
        apply().map_err(|error| {
            // Where the rollback fails as well, the next opening makes it.
            let _failed = self.connection.execute_batch("ROLLBACK");
            self.become_poisoned(&error);
            JournalError::storage(&self.path, &error)
        })
    }

    /// From now on nothing is written. After a failed flush nobody knows what the disk has, and a second
    /// flush may claim success for bytes that were lost.
    fn become_poisoned(&mut self, error: &rusqlite::Error) {
        schema::leave_log_alone(&self.connection);
        self.poison = Some(StorageFault::new(error));
    }

    fn checkpoint_where_due(&mut self) {
        match self.log_pages() {
            Ok(pages) if pages < CHECKPOINT_PAGES => {}
            Ok(_) => {
                self.checkpoints += 1;
                let is_cut_due = self.checkpoints.is_multiple_of(CHECKPOINTS_PER_CUT);
                self.checkpoint(if is_cut_due { Checkpoint::Cut } else { Checkpoint::Copy });
            }
            Err(error) => self.become_poisoned(&error),
        }
    }

    /// The pages in the write-ahead log.
    fn log_pages(&self) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached("PRAGMA wal_checkpoint(NOOP)")?
            .query_row([], |row| row.get(1))
    }

    /// Copies the write-ahead log into the database, and cuts it where asked. Whether nobody was in the way.
    fn checkpoint(&mut self, mode: Checkpoint) -> bool {
        match copy_log(&self.connection, mode) {
            Ok(is_complete) => is_complete,
            Err(error) => {
                // What was acknowledged is in the log and stays there.
                self.become_poisoned(&error);
                false
            }
        }
    }

    /// Everything was handed over and answered: cut the log, so that no sealed key stays in it.
    fn end(self) -> Result<(), JournalError> {
        let Self { path, connection, poison, .. } = self;
        if let Some(fault) = poison {
            return Err(JournalError::Poisoned { path, fault });
        }
        let cut = schema::wait_for_others(&connection, true)
            .and_then(|()| copy_log(&connection, Checkpoint::CutPatiently));
        match cut {
            Ok(true) => Ok(()),
            Ok(false) => Err(JournalError::Storage { path, fault: StorageFault::Locked }),
            Err(error) => {
                schema::leave_log_alone(&connection);
                Err(JournalError::storage(path, &error))
            }
        }
    }
}

/// How the write-ahead log is copied into the database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Checkpoint {
    /// As far as readers allow.
    Copy,
    /// And cut, unless a reader is in the way.
    Cut,
    /// And cut, waiting for readers as long as for anything.
    CutPatiently,
}

fn copy_log(connection: &Connection, mode: Checkpoint) -> rusqlite::Result<bool> {
    let sql = match mode {
        Checkpoint::Copy => "PRAGMA wal_checkpoint(PASSIVE)",
        Checkpoint::Cut | Checkpoint::CutPatiently => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    if mode == Checkpoint::Cut {
        schema::wait_for_others(connection, false)?;
    }
    let busy = connection.query_row(sql, [], |row| row.get::<_, bool>(0));
    if mode == Checkpoint::Cut {
        schema::wait_for_others(connection, true)?;
    }
    match busy {
        Ok(busy) => Ok(!busy),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(false),
        Err(error) => Err(error),
    }
}
