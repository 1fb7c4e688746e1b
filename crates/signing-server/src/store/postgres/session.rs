//! One connection: its settings, the server's name, the tables, and statements that are prepared once.

use std::{
    collections::HashMap,
    thread,
    time::{Duration, Instant},
};

use evidence::leaf_hash;
use postgres::{Client, Row, SimpleQueryMessage, Statement, types::ToSql};

use super::{address::Address, fault::fault_of};
use crate::store::StoreFault;

/// How long the connection of a server that was killed, or that broke, may go on holding the server's name.
const NAME_WAIT: Duration = Duration::from_secs(5);

/// How often the name is tried for.
const NAME_PAUSE: Duration = Duration::from_millis(50);

/// The only format that there is.
const FORMAT: i64 = 1;

/// Advisory locks of this class and key are the database's: changes are made one transaction at a time, by any server.
/// The class is "CrbS". Names of servers are locks of the other kind, with one key of 64 bits.
pub(super) const CHANGES_LOCK: &str = "pg_advisory_xact_lock(1131569747, 1)";

/// What the session needs. A transaction that stands still for long is of a server that hangs: the others go on without
/// it. Each statement of ours has an index, also where the planner's figures are those of a young table.
const SETTINGS: &str = "
SET client_min_messages = warning;
SET synchronous_commit = on;
SET lock_timeout = '30s';
SET idle_in_transaction_session_timeout = '10s';
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET enable_seqscan = off;
SET jit = off;
SET search_path = curbside;
";

/// As SQLite's, in a schema of its own. `hashes` are random: compressing them is in vain.
const TABLES: &str = "
CREATE SCHEMA curbside;
CREATE TABLE format (number int8 NOT NULL);
INSERT INTO format VALUES (1);
CREATE TABLE issuance (
  smsn bytea NOT NULL, generation int8 NOT NULL, request_id bytea NOT NULL,
  product text NOT NULL, package text, line text NOT NULL, client bytea NOT NULL,
  ed25519_key bytea NOT NULL, p256r1_key bytea NOT NULL,
  attempts int8 NOT NULL, created_ms int8 NOT NULL,
  claimed_by text NOT NULL, claimed_until_ms int8 NOT NULL,
  finished_ms int8, ed25519_signature bytea, p256r1_signature bytea, hsm_serial int8,
  evidence_index int8,
  PRIMARY KEY (smsn, generation));
CREATE UNIQUE INDEX issuance_request ON issuance (request_id);
CREATE INDEX issuance_pending ON issuance (claimed_until_ms) WHERE evidence_index IS NULL;
CREATE TABLE package (
  id text COLLATE \"C\" PRIMARY KEY, digest bytea NOT NULL,
  count int8 NOT NULL, used int8 NOT NULL CHECK (used BETWEEN 0 AND count));
CREATE TABLE evidence_entry (idx int8 PRIMARY KEY, entry bytea NOT NULL);
CREATE TABLE evidence_tile (
  level int8 NOT NULL, idx int8 NOT NULL, hashes bytea NOT NULL, PRIMARY KEY (level, idx));
ALTER TABLE evidence_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE sums (issued int8 NOT NULL, pending int8 NOT NULL, attempts int8 NOT NULL);
INSERT INTO sums VALUES (0, 0, 0);
";

/// A connection that holds its server's name.
pub(super) struct Session {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    place: String,
}

impl Session {
    /// Connects, takes the server's name, and makes the tables where they are not there. Blocks, and must not be called
    /// within tokio.
    pub(super) fn open(address: &Address, owner: &str) -> Result<Self, StoreFault> {
        let mut session = Self::connect(address)?;
        session.take_name(owner)?;
        session.make_tables()?;
        Ok(session)
    }

    /// Connects, and looks at the settings alone.
    pub(super) fn look(address: &Address) -> Result<(), StoreFault> {
        Self::connect(address).map(drop)
    }

    fn connect(address: &Address) -> Result<Self, StoreFault> {
        let client = address.connect()?;
        let place = address.place().to_owned();
        let mut session = Self { client, statements: HashMap::new(), place };
        session.set_up()?;
        Ok(session)
    }

    fn set_up(&mut self) -> Result<(), StoreFault> {
        self.run(SETTINGS)?;
        for (name, expected, why) in [
            ("synchronous_commit", "on", "what it has confirmed would be lost with it"),
            ("fsync", "on", "what it has confirmed would be lost with its machine"),
            ("full_page_writes", "on", "a loss of power could damage it"),
            ("server_encoding", "UTF8", "not every name of a line could be written"),
        ] {
            let found = self.run(&format!("SHOW {name}"))?.unwrap_or_default();
            if found != expected {
                let what = format!("its {name} is {found} and not {expected}: {why}");
                return Err(StoreFault::Settings { place: self.place.clone(), what });
            }
        }
        Ok(())
    }

    /// Takes the name of this server for as long as the connection lives.
    fn take_name(&mut self, owner: &str) -> Result<(), StoreFault> {
        let [a, b, c, d, e, f, g, h, ..] = *leaf_hash(owner.as_bytes()).as_bytes();
        let key = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let began = Instant::now();
        loop {
            let taken = self.run(&format!("SELECT pg_try_advisory_lock({key})"))?;
            if taken.as_deref() == Some("t") {
                return Ok(());
            }
            if began.elapsed() >= NAME_WAIT {
                return Err(StoreFault::InUse { place: self.place.clone() });
            }
            thread::sleep(NAME_PAUSE);
        }
    }

    fn make_tables(&mut self) -> Result<(), StoreFault> {
        self.run(&format!("BEGIN; SELECT {CHANGES_LOCK}"))?;
        let is_there = self.run("SELECT to_regnamespace('curbside') IS NOT NULL")?;
        if is_there.as_deref() != Some("t") {
            self.run(TABLES)?;
        }
        let has_format = self.run("SELECT to_regclass('curbside.format') IS NOT NULL")?;
        let format = match has_format.as_deref() {
            Some("t") => self.run("SELECT number FROM format")?,
            _ => None,
        };
        if format != Some(FORMAT.to_string()) {
            return Err(StoreFault::NotAStore { path: (&self.place).into() });
        }
        self.run("COMMIT")?;
        Ok(())
    }

    /// Runs plain statements, and returns the first value of the last row that there was.
    pub(super) fn run(&mut self, sql: &str) -> Result<Option<String>, StoreFault> {
        Ok(self.run_for_row(sql)?.into_iter().next())
    }

    /// Runs plain statements, and returns the last row that there was.
    pub(super) fn run_for_row(&mut self, sql: &str) -> Result<Vec<String>, StoreFault> {
        let said = self.client.simple_query(sql).map_err(|error| fault_of(&self.place, &error))?;
        let rows = said.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let value = |row: &postgres::SimpleQueryRow, at| row.get(at).unwrap_or_default().to_owned();
        Ok(rows
            .last()
            .map(|row| (0..row.len()).map(|at| value(row, at)).collect())
            .unwrap_or_default())
    }

    /// Asks with a statement that is prepared once.
    pub(super) fn query(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreFault> {
        let statement = match self.statements.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let prepared =
                    self.client.prepare(sql).map_err(|error| fault_of(&self.place, &error))?;
                self.statements.entry(sql).or_insert(prepared).clone()
            }
        };
        self.client.query(&statement, parameters).map_err(|error| fault_of(&self.place, &error))
    }

    /// The database, for messages.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Whether the connection is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Whether the connection can still be used after a transaction was rolled back.
    pub(super) fn roll_back(&mut self) -> bool {
        !self.is_closed() && self.client.simple_query("ROLLBACK").is_ok()
    }
}
