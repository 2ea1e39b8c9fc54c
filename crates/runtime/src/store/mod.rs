//! What a server has to remember besides the logs: who its users are, what they may do,
//! which repositories it serves, and what has been done.
//!
//! One `SQLite` file, one writer. Secrets are kept as digests alone.

mod commands;
mod deeds;
mod projects;
mod schema;
mod secrets;
mod sign_ins;
#[cfg(test)]
mod tests;
mod threads;
mod users;

use std::path::Path;
use std::sync::Arc;

use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, MutexGuard, Semaphore};

use crate::clock::Clock;
use crate::ids::{IdManager, Randomness};
use crate::sqlite::{self, Anchor, DatabaseError};

pub use commands::{Claim, CommandKey};
pub use deeds::Deed;
pub use projects::{Member, Project};
pub use secrets::{Grant, Held, SecretKind};
pub use sign_ins::Attempt;
pub use threads::Thread;
pub use users::{Role, User};

/// Notes of uses of secrets that wait for the writer at most.
const NOTES: usize = 64;

/// Why the store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] DatabaseError),
    /// Reading or writing failed.
    #[error("the server's database failed: {0}; check the disk, then try again")]
    Failed(String),
    /// There is one already.
    #[error("{0} is there already")]
    Taken(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The memory of a server. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Arc<Mutex<SqliteConnection>>,
    anchor: Anchor,
    readers: SqlitePool,
    clock: Clock,
    ids: IdManager,
    /// Notes of uses that may wait for the writer.
    notes: Arc<Semaphore>,
}

impl Store {
    /// Opens or makes the store at `path`, whose directory must exist.
    pub async fn open(
        path: &Path,
        clock: Clock,
        randomness: Randomness,
    ) -> Result<Self, StoreError> {
        let writer = Arc::new(Mutex::new(sqlite::open(path, schema::FORM).await?));
        let notes = Arc::new(Semaphore::new(NOTES));
        let anchor = Anchor::of(path)?;
        let ids = IdManager::new(clock.clone(), randomness);
        Ok(Self { writer, anchor, readers: sqlite::readers(path), clock, ids, notes })
    }

    /// The connection that writes, when what it writes will be found again.
    async fn writer(&self) -> Result<MutexGuard<'_, SqliteConnection>, StoreError> {
        let writer = self.writer.lock().await;
        self.anchor.holds()?;
        Ok(writer)
    }

    /// Whether the store can be written now.
    pub async fn is_writable(&self) -> bool {
        let Ok(mut writer) = self.writer().await else { return false };
        let begun = sqlx::query("BEGIN IMMEDIATE").execute(&mut *writer).await.is_ok();
        begun && sqlx::query("ROLLBACK").execute(&mut *writer).await.is_ok()
    }
}

/// A unique row that is there already is not a failure of the store.
fn taken(what: &str) -> impl FnOnce(sqlx::Error) -> StoreError + '_ {
    move |error| match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => StoreError::Taken(what.to_owned()),
        _ => error.into(),
    }
}
