//! One transaction for everything that waits.
//!
//! A change refuses before it writes: whoever is refused leaves nothing behind, and the others of the group
//! commit. An error of the database is no refusal; it ends the whole group.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    counts::counter,
    error::JournalError,
    id::{DeviceId, JobId},
    state::State,
};

/// What a change came to: a value, or why not.
pub(crate) type Applied<T, E = JournalError> = Result<T, Refused<E>>;

/// Why a change was not made.
#[derive(Debug)]
pub(crate) enum Refused<E> {
    /// It may not be made. Nothing was written.
    Change(E),
    /// The database failed; the whole group is void.
    Database(rusqlite::Error),
}

impl<E> From<rusqlite::Error> for Refused<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Turns a refusal into one of a wider error.
pub(crate) fn widen<E: From<JournalError>>(refused: Refused<JournalError>) -> Refused<E> {
    match refused {
        Refused::Change(error) => Refused::Change(error.into()),
        Refused::Database(error) => Refused::Database(error),
    }
}

/// What the writer knows beside the file, so that it need not look.
#[derive(Debug)]
pub(crate) struct Memory {
    next_device: i64,
    next_slot: i64,
    free_slots: Vec<i64>,
    changes: HashMap<(i64, i64), i64>,
}

impl Memory {
    /// Reads it from a file that was just opened, without a scan of the devices.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let device = number("SELECT coalesce(max(id), 0) FROM device")?;
        let dropped = number("SELECT coalesce(max(device), 0) FROM dropped")?;
        let next_slot = number("SELECT coalesce(max(slot), 0) FROM sealed_key")? + 1;
        let mut is_free = vec![true; usize::try_from(next_slot).unwrap_or(0)];
        let mut used = connection.prepare(
            "SELECT sealed FROM device INDEXED BY device_open WHERE open = 1 AND sealed IS NOT NULL",
        )?;
        for slot in used.query_map([], |row| row.get::<_, i64>(0))? {
            if let Some(place) = usize::try_from(slot?).ok().and_then(|slot| is_free.get_mut(slot))
            {
                *place = false;
            }
        }
        let free_slots = (1..next_slot).rev().filter(|&slot| is_free[slot as usize]).collect();
        let next_device = device.max(dropped) + 1;
        Ok(Self { next_device, next_slot, free_slots, changes: HashMap::new() })
    }
}

/// The group that is being written.
pub(crate) struct Group<'a> {
    pub(crate) connection: &'a Connection,
    memory: &'a mut Memory,
}

/// What a change must know of a device before it touches it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) job: JobId,
    pub(crate) state: State,
    pub(crate) retired: bool,
    pub(crate) failed: bool,
    pub(crate) attempts: u32,
    pub(crate) sealed: Option<i64>,
    pub(crate) log: Option<i64>,
}

impl<'a> Group<'a> {
    pub(crate) fn new(connection: &'a Connection, memory: &'a mut Memory) -> Self {
        Self { connection, memory }
    }

    /// Writes the counters; the last thing before the commit.
    pub(crate) fn flush_counters(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO counter (job, counter, n) VALUES (?1, ?2, ?3)
             ON CONFLICT (job, counter) DO UPDATE SET n = n + excluded.n",
        )?;
        for ((job, counter), change) in self.memory.changes.drain() {
            if change != 0 {
                statement.execute(params![job, counter, change])?;
            }
        }
        Ok(())
    }

    /// The next number of a device.
    pub(crate) fn take_device_id(&mut self) -> DeviceId {
        let id = DeviceId(self.memory.next_device);
        self.memory.next_device += 1;
        id
    }

    /// Puts sealed keys into a slot and returns its number.
    ///
    /// A slot is overwritten in place and never deleted: deleting rows makes the tree move its neighbours
    /// between pages, and moved bytes leave copies behind that no `secure_delete` reaches.
    pub(crate) fn fill_slot(&mut self, sealed: &[u8]) -> rusqlite::Result<i64> {
        if let Some(slot) = self.memory.free_slots.pop() {
            self.write_slot(slot, sealed)?;
            return Ok(slot);
        }
        let slot = self.memory.next_slot;
        self.connection
            .prepare_cached("INSERT INTO sealed_key (slot, bytes) VALUES (?1, ?2)")?
            .execute(params![slot, sealed])?;
        self.memory.next_slot += 1;
        Ok(slot)
    }

    /// Overwrites sealed keys with zeros.
    pub(crate) fn wipe_slot(&mut self, slot: Option<i64>) -> rusqlite::Result<()> {
        let Some(slot) = slot else { return Ok(()) };
        self.write_slot(slot, &[0; crate::seal::SEALED_LEN_BYTES])?;
        self.memory.free_slots.push(slot);
        Ok(())
    }

    fn write_slot(&self, slot: i64, bytes: &[u8]) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("UPDATE sealed_key SET bytes = ?2 WHERE slot = ?1")?
            .execute(params![slot, bytes])
            .map(drop)
    }

    /// Changes a counter with this group.
    pub(crate) fn count(&mut self, job: JobId, counter: i64, change: i64) {
        *self.memory.changes.entry((job.0, counter)).or_default() += change;
    }

    /// Counts a device that goes from one state to the next, which ends a failure.
    pub(crate) fn count_step(&mut self, head: &Head, to: State) {
        self.count(head.job, head.state.code(), -1);
        self.count(head.job, to.code(), 1);
        if head.failed {
            self.count(head.job, counter::FAILED_NOW, -1);
        }
    }

    /// Looks at a device.
    pub(crate) fn head(&self, id: DeviceId) -> Applied<Head> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT job, state, retired, failed, attempts, sealed, log FROM device WHERE id = ?1",
            )?
            .query_row([id.0], |row| {
                Ok(Head {
                    job: JobId(row.get(0)?),
                    state: crate::read::state(row, 1)?,
                    retired: row.get(2)?,
                    failed: row.get(3)?,
                    attempts: row.get(4)?,
                    sealed: row.get(5)?,
                    log: row.get(6)?,
                })
            })
            .optional()?;
        found.ok_or(Refused::Change(JournalError::UnknownDevice(id)))
    }

    /// Looks at a device that must stand in this state and not be retired.
    pub(crate) fn head_in(&self, id: DeviceId, expected: State) -> Applied<Head> {
        let head = self.head(id)?;
        if head.state == expected && !head.retired {
            return Ok(head);
        }
        let (found, retired) = (head.state, head.retired);
        Err(Refused::Change(JournalError::WrongState { id, expected, found, retired }))
    }
}
