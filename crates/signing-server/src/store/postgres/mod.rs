//! The tables in PostgreSQL: several servers, one database.
//!
//! A transaction takes the database's lock first, so that the servers' transactions are one after another and the rules
//! need no other care. What it reads and changes is a [`Draft`], written in few statements when it ends: a round trip for
//! each device would cost more than the disk. A connection that breaks is made again by the next transaction. It needs
//! the database itself or a pooler in session mode: a server's name is a lock of its session.

mod address;
mod columns;
mod draft;
mod fault;
mod session;

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use sidewalk::Smsn;
use signer::service::RequestId;

use self::{
    address::Address,
    columns::{row_of, signed},
    draft::{Draft, DraftRow, SumsChange},
    session::{CHANGES_LOCK, Session},
};
use super::{
    Store, StoreFault,
    op::{Issued, PackageState, PackageTerms, TakenUp, Ticket},
    tables::{Charge, Database, IssuanceRow, Tables},
};

/// How long a database that did not answer is left alone: a hundred callers that repeat at once would keep it busy.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// A signing server's part of a PostgreSQL database.
pub struct PostgresStore {
    address: Address,
    owner: String,
    /// `None` after a connection broke.
    session: Option<Session>,
    /// When a broken connection was last tried to be made again.
    tried: Option<Instant>,
    draft: Draft,
}

impl PostgresStore {
    /// Connects to the database of one or more servers, and makes its tables where they are not there. `owner` is the
    /// server's name, which no other server of the database has. The password is in a file that only its owner may read;
    /// it is read again for each connection. Blocks until the database has answered.
    ///
    /// The URL is `postgres://USER@HOST:PORT/DATABASE`, or has `?host=/DIRECTORY` for a socket. `sslmode=require` and
    /// `verify-full` both mean TLS with a verified certificate, by the authorities in the file `sslrootcert=PATH` or those
    /// of the operating system; without `sslmode` only sockets and loopback addresses go without TLS.
    ///
    /// # Errors
    ///
    /// [`StoreFault::Settings`] of a URL or a database that will not do; [`StoreFault::InUse`] where a server of this
    /// name is connected; [`StoreFault::NotAStore`]; [`StoreFault::Away`].
    pub fn open(url: &str, owner: &str, password_file: Option<&Path>) -> Result<Store, StoreFault> {
        let address = Address::parse(url, password_file)?;
        // The driver may not block a thread of tokio's, from which this may be called.
        let opened = thread::scope(|scope| {
            scope.spawn(|| Session::open(&address, owner)).join().map_err(|_| StoreFault::Gone)
        });
        let session = Some(opened??);
        let database = Self {
            address,
            owner: owner.to_owned(),
            session,
            tried: None,
            draft: Draft::default(),
        };
        Store::start(Box::new(database), owner)
    }

    /// Connects as [`Self::open`] does, and looks whether the database keeps what it confirms. Changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], but for names and tables.
    pub fn look(url: &str, password_file: Option<&Path>) -> Result<(), StoreFault> {
        Session::look(&Address::parse(url, password_file)?)
    }

    fn session(&mut self) -> Result<&mut Session, StoreFault> {
        self.session.as_mut().ok_or_else(|| StoreFault::Away {
            place: self.address.place().to_owned(),
            cause: "the connection is lost".to_owned(),
        })
    }

    fn damaged(&self, what: &str) -> StoreFault {
        StoreFault::Damaged { place: self.place(), what: what.to_owned() }
    }

    /// Begins a transaction on a new connection.
    fn begin_anew(&mut self) -> Result<(), StoreFault> {
        // The old one holds the server's name until it ends.
        self.session = None;
        if self.tried.is_some_and(|tried| tried.elapsed() < RETRY_PAUSE) {
            self.session()?;
        }
        self.tried = Some(Instant::now());
        let session = Session::open(&self.address, &self.owner).map_err(|fault| match fault {
            StoreFault::Away { .. } => fault,
            // Nothing was written: whatever is in the way, the next transaction tries again.
            other => StoreFault::Away { place: self.place(), cause: other.to_string() },
        })?;
        self.draft = begin(self.session.insert(session))?;
        Ok(())
    }

    /// Reads numbers and request ids that were not looked at yet.
    fn load(&mut self, smsns: &[Smsn], ids: &[RequestId]) -> Result<(), StoreFault> {
        let smsns: Vec<Smsn> =
            smsns.iter().copied().filter(|smsn| !self.draft.devices.contains_key(smsn)).collect();
        let ids: Vec<RequestId> =
            ids.iter().copied().filter(|id| !self.draft.requests.contains_key(id)).collect();
        if smsns.is_empty() && ids.is_empty() {
            return Ok(());
        }
        let wanted: Vec<&[u8]> = smsns.iter().map(|smsn| smsn.as_bytes().as_slice()).collect();
        let used: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        let found = self.session()?.query(columns::READ, &[&wanted, &used])?;
        let rows: Option<Vec<DraftRow>> = found.iter().map(row_of).collect();
        let rows = rows.ok_or_else(|| self.damaged("an issuance"))?;
        self.draft.learn(&smsns, &ids, rows);
        Ok(())
    }

    /// The issuance of a ticket, to be changed.
    fn change(&mut self, ticket: Ticket) -> Result<&mut DraftRow, StoreFault> {
        self.load(&[ticket.smsn], &[])?;
        let missing = self.damaged(&format!("the intent of {} is not there", ticket.smsn));
        self.draft.change(ticket).ok_or(missing)
    }

    /// Writes what has changed so far.
    fn write(&mut self) -> Result<(), StoreFault> {
        let Self { session: Some(session), draft, .. } = self else {
            self.session()?;
            return Ok(());
        };
        let changed: Vec<&DraftRow> =
            draft.devices.values().flatten().filter(|row| row.is_changed).collect();
        if !changed.is_empty() {
            columns::with_columns(&changed, |columns| session.query(columns::WRITE, columns))?;
        }
        for row in draft.devices.values_mut().flatten() {
            row.is_changed = false;
        }
        let paid = draft.packages.values_mut().filter(|(_, is_changed)| *is_changed);
        for (package, is_changed) in paid {
            if let Some(package) = package {
                let used = signed(package.used);
                session.query(
                    "UPDATE package SET used = $2 WHERE id = $1",
                    &[&package.terms.id, &used],
                )?;
            }
            *is_changed = false;
        }
        let sums = std::mem::take(&mut draft.sums);
        if sums != SumsChange::default() {
            session.query(
                "UPDATE sums SET issued = issued + $1, pending = pending + $2, \
                 attempts = attempts + $3",
                &[&sums.issued, &sums.pending, &sums.attempts],
            )?;
        }
        if !draft.entries.is_empty() {
            let (indexes, entries): (Vec<i64>, Vec<Vec<u8>>) = draft.entries.drain(..).unzip();
            session.query(
                "INSERT INTO evidence_entry (idx, entry) \
                 SELECT * FROM unnest ($1::int8[], $2::bytea[])",
                &[&indexes, &entries],
            )?;
        }
        if !draft.tiles.is_empty() {
            let tiles = std::mem::take(&mut draft.tiles);
            let levels: Vec<i64> = tiles.keys().map(|(level, _)| i64::from(*level)).collect();
            let indexes: Vec<i64> = tiles.keys().map(|(_, index)| signed(*index)).collect();
            let hashes: Vec<&[u8]> = tiles.values().map(Vec::as_slice).collect();
            session.query(
                "INSERT INTO evidence_tile (level, idx, hashes) \
                 SELECT * FROM unnest ($1::int8[], $2::int8[], $3::bytea[]) \
                 ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes",
                &[&levels, &indexes, &hashes],
            )?;
        }
        Ok(())
    }
}

impl Tables for PostgresStore {
    fn place(&self) -> String {
        self.address.place().to_owned()
    }

    fn expect(&mut self, smsns: &[Smsn], ids: &[RequestId]) -> Result<(), StoreFault> {
        self.load(smsns, ids)
    }

    fn now_ms(&mut self) -> Result<u64, StoreFault> {
        Ok(self.draft.now_ms)
    }

    fn issuance_of_request(&mut self, id: RequestId) -> Result<Option<IssuanceRow>, StoreFault> {
        self.load(&[], &[id])?;
        Ok(self.draft.of_request(id))
    }

    fn issuances(&mut self, smsn: Smsn) -> Result<Vec<IssuanceRow>, StoreFault> {
        self.load(&[smsn], &[])?;
        Ok(self.draft.issuances(smsn))
    }

    fn insert(&mut self, row: &IssuanceRow, request_id: RequestId) -> Result<(), StoreFault> {
        self.load(&[row.device.smsn()], &[])?;
        let row = DraftRow {
            row: row.clone(),
            request_id,
            attempts: 1,
            finished_ms: None,
            is_changed: true,
        };
        self.draft.add(row);
        self.draft.sums.pending += 1;
        self.draft.sums.attempts += 1;
        Ok(())
    }

    fn claim(&mut self, ticket: Ticket, owner: &str, until_ms: u64) -> Result<(), StoreFault> {
        let row = self.change(ticket)?;
        owner.clone_into(&mut row.row.claimed_by);
        row.row.claimed_until_ms = until_ms;
        row.attempts += 1;
        self.draft.sums.attempts += 1;
        Ok(())
    }

    fn stale(&mut self, owner: &str, now_ms: u64, limit: u32) -> Result<Vec<TakenUp>, StoreFault> {
        self.write()?;
        let found = self.session()?.query(
            "SELECT smsn, generation FROM issuance WHERE evidence_index IS NULL \
             AND (claimed_by = $1 OR claimed_until_ms < $2) \
             ORDER BY claimed_until_ms, smsn LIMIT $3",
            &[&owner, &signed(now_ms), &i64::from(limit)],
        )?;
        let ticket = |row: &postgres::Row| -> Option<Ticket> {
            let smsn = Smsn::from_bytes(row.try_get::<_, &[u8]>(0).ok()?.try_into().ok()?);
            Some(Ticket { smsn, generation: row.try_get::<_, i64>(1).ok()?.try_into().ok()? })
        };
        let tickets: Option<Vec<Ticket>> = found.iter().map(ticket).collect();
        let tickets = tickets.ok_or_else(|| self.damaged("an intent"))?;
        let smsns: Vec<Smsn> = tickets.iter().map(|ticket| ticket.smsn).collect();
        self.load(&smsns, &[])?;
        let taken = tickets.into_iter().map(|ticket| {
            let rows = self.draft.devices.get(&ticket.smsn)?;
            let row = &rows.iter().find(|row| row.row.generation == ticket.generation)?.row;
            let (product, line) = (row.product.clone(), row.line.clone());
            Some(TakenUp { ticket, product, line, device: row.device })
        });
        taken.collect::<Option<_>>().ok_or_else(|| self.damaged("an intent"))
    }

    fn finish(&mut self, ticket: Ticket, issued: &Issued, now_ms: u64) -> Result<(), StoreFault> {
        let row = self.change(ticket)?;
        row.row.issued = Some(*issued);
        row.finished_ms = Some(signed(now_ms));
        self.draft.sums.pending -= 1;
        self.draft.sums.issued += 1;
        Ok(())
    }

    fn charge(&mut self, package: &str) -> Result<Charge, StoreFault> {
        self.package(package)?;
        let Some((Some(package), is_changed)) = self.draft.packages.get_mut(package) else {
            return Ok(Charge::Unknown);
        };
        if package.used >= package.terms.count {
            return Ok(Charge::UsedUp { count: package.terms.count });
        }
        package.used += 1;
        *is_changed = true;
        Ok(Charge::Paid)
    }

    fn package(&mut self, id: &str) -> Result<Option<PackageState>, StoreFault> {
        if let Some((known, _)) = self.draft.packages.get(id) {
            return Ok(known.clone());
        }
        // PostgreSQL has no such text, and so no such package.
        if id.contains('\0') {
            return Ok(None);
        }
        let sql = "SELECT id, digest, count, used FROM package WHERE id = $1";
        let found = self.session()?.query(sql, &[&id])?;
        let found = match found.first() {
            Some(row) => Some(package_of(row).ok_or_else(|| self.damaged("a job package"))?),
            None => None,
        };
        self.draft.packages.insert(id.to_owned(), (found.clone(), false));
        Ok(found)
    }

    fn packages(&mut self) -> Result<Vec<PackageState>, StoreFault> {
        self.write()?;
        let sql = "SELECT id, digest, count, used FROM package ORDER BY id";
        let found = self.session()?.query(sql, &[])?;
        let packages: Option<_> = found.iter().map(package_of).collect();
        packages.ok_or_else(|| self.damaged("a job package"))
    }

    fn insert_package(&mut self, terms: &PackageTerms) -> Result<(), StoreFault> {
        self.session()?.query(
            "INSERT INTO package (id, digest, count, used) VALUES ($1, $2, $3, 0)",
            &[&terms.id, &terms.digest.as_slice(), &signed(terms.count)],
        )?;
        self.draft.packages.remove(&terms.id);
        Ok(())
    }

    fn sums(&mut self) -> Result<(u64, u64, u64), StoreFault> {
        self.write()?;
        let found = self.session()?.query("SELECT issued, pending, attempts FROM sums", &[])?;
        let read = |row: &postgres::Row| -> Option<(u64, u64, u64)> {
            let number = |at: usize| u64::try_from(row.try_get::<_, i64>(at).ok()?).ok();
            Some((number(0)?, number(1)?, number(2)?))
        };
        found.first().and_then(read).ok_or_else(|| self.damaged("its sums"))
    }

    fn evidence_len(&mut self) -> Result<u64, StoreFault> {
        Ok(self.draft.evidence_len)
    }

    fn insert_entry(&mut self, index: u64, entry: &[u8]) -> Result<(), StoreFault> {
        self.draft.entries.push((signed(index), entry.to_vec()));
        self.draft.evidence_len = index + 1;
        Ok(())
    }

    fn entries(&mut self, from: u64, limit: u16) -> Result<Vec<Vec<u8>>, StoreFault> {
        self.write()?;
        let found = self.session()?.query(
            "SELECT entry FROM evidence_entry WHERE idx >= $1 ORDER BY idx LIMIT $2",
            &[&signed(from), &i64::from(limit)],
        )?;
        let entries: Option<_> = found.iter().map(|row| row.try_get(0).ok()).collect();
        entries.ok_or_else(|| self.damaged("an entry of its evidence log"))
    }

    fn put_tile(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), StoreFault> {
        self.draft.tiles.insert((level, index), hashes.to_vec());
        Ok(())
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Vec<u8>, StoreFault> {
        if let Some(hashes) = self.draft.tiles.get(&(level, index)) {
            return Ok(hashes.clone());
        }
        let found = self.session()?.query(
            "SELECT hashes FROM evidence_tile WHERE level = $1 AND idx = $2",
            &[&i64::from(level), &signed(index)],
        )?;
        let hashes = found.first().map(|row| row.try_get(0)).transpose();
        Ok(hashes.map_err(|_| self.damaged("a tile of its evidence log"))?.unwrap_or_default())
    }
}

/// Begins a transaction, and waits until no other server has one.
fn begin(session: &mut Session) -> Result<Draft, StoreFault> {
    let sql = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT {CHANGES_LOCK}; \
         SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8, \
         (SELECT coalesce(max(idx) + 1, 0) FROM evidence_entry)"
    );
    let row = session.run_for_row(&sql)?;
    let numbers: Option<Vec<u64>> = row.iter().map(|value| value.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[now_ms, evidence_len]) => Ok(Draft { now_ms, evidence_len, ..Draft::default() }),
        _ => Err(StoreFault::Damaged {
            place: session.place().to_owned(),
            what: "its clock or its evidence log".to_owned(),
        }),
    }
}

fn package_of(row: &postgres::Row) -> Option<PackageState> {
    let number = |at: usize| u64::try_from(row.try_get::<_, i64>(at).ok()?).ok();
    let digest = row.try_get::<_, &[u8]>(1).ok()?.try_into().ok()?;
    let terms = PackageTerms { id: row.try_get(0).ok()?, digest, count: number(2)? };
    Some(PackageState { terms, used: number(3)? })
}

impl Database for PostgresStore {
    fn begin(&mut self) -> Result<(), StoreFault> {
        self.draft = Draft::default();
        let Some(session) = &mut self.session else { return self.begin_anew() };
        match begin(session) {
            Ok(draft) => self.draft = draft,
            // A database that was started again while nobody asked is no fault: nothing is under way.
            Err(_) if session.is_closed() => return self.begin_anew(),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreFault> {
        self.write()?;
        self.session()?.run("COMMIT")?;
        Ok(())
    }

    fn roll_back(&mut self) {
        self.draft = Draft::default();
        self.session =
            self.session.take().and_then(|mut session| session.roll_back().then_some(session));
    }
}
