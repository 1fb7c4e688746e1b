//! Databases to test in.

use std::{future::Future, path::PathBuf, sync::OnceLock};

use signing_server::store::{PostgresStore, SqliteStore, Store, StoreFault};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use test_postgres::PostgresServer;

/// Where a store can be, and what can be done to it behind its back.
pub(crate) trait Place: Sync {
    /// Opens the store as a server of a name.
    fn open(&self, owner: &str) -> Result<Store, StoreFault>;

    /// Runs SQL that both databases understand.
    fn run(&self, sql: &str);

    /// Lets so much time pass for all claims.
    fn age_claims(&self, ms: u64) {
        self.run(&format!("UPDATE issuance SET claimed_until_ms = claimed_until_ms - {ms}"));
    }
}

/// A file of its own.
pub(crate) struct SqlitePlace(TempDir);

impl SqlitePlace {
    pub(crate) fn new() -> Option<Self> {
        Some(Self(TempDir::new().unwrap()))
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("store.db")
    }
}

/// The wall clock, as the program reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "these tests play the program, which reads the clock"
)]
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

impl Place for SqlitePlace {
    fn open(&self, owner: &str) -> Result<Store, StoreFault> {
        SqliteStore::open(&self.path(), owner, now_ms)
    }

    fn run(&self, sql: &str) {
        rusqlite::Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }
}

/// A server of its own.
pub(crate) struct PostgresPlace(pub(crate) PostgresServer);

impl PostgresPlace {
    pub(crate) fn new() -> Option<Self> {
        PostgresServer::start().map(Self)
    }
}

impl Place for PostgresPlace {
    fn open(&self, owner: &str) -> Result<Store, StoreFault> {
        PostgresStore::open(&self.0.url(), owner, None)
    }

    fn run(&self, sql: &str) {
        let mut client = self.0.client();
        client.batch_execute("SET search_path = curbside").unwrap();
        client.batch_execute(sql).unwrap();
    }
}

/// Waits for an answer of a store.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

/// Where callers run.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// The same tests in both databases.
macro_rules! in_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                let place = $crate::places::SqlitePlace::new();
                super::$name(&place.unwrap());
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                if let Some(place) = $crate::places::PostgresPlace::new() {
                    super::$name(&place);
                }
            })*
        }
    };
}
pub(crate) use in_both;
