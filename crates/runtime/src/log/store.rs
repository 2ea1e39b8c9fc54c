//! The file: its settings, its identity and its tables.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection, SqliteConnection, SqlitePool};

use super::LogError;

/// Marks the file as ours; the letters `ssot`.
const APPLICATION_ID: i64 = 0x7373_6f74;
/// The form of the tables.
const SCHEMA_VERSION: i64 = 1;
/// How long another process may hold the write lock before a write fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for readers.
const READERS: u32 = 4;
/// `PRAGMA synchronous = FULL` reads back as this.
const SYNCHRONOUS_FULL: i64 = 2;

/// `runs` carries the head of each chain, so that a missing end is noticed too.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE runs (
        run TEXT NOT NULL PRIMARY KEY,
        epoch INTEGER NOT NULL,
        started INTEGER NOT NULL,
        head_seq INTEGER NOT NULL,
        head_hash BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE events (
        run TEXT NOT NULL,
        seq INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        step TEXT NOT NULL,
        kind TEXT NOT NULL,
        json TEXT NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (run, seq),
        UNIQUE (run, step, kind)
    ) STRICT",
    "CREATE INDEX events_by_kind ON events (run, kind, seq)",
];

/// Opens the connection of the writer.
pub(super) async fn open(path: &Path) -> Result<SqliteConnection, LogError> {
    let failed = |reason: String| LogError::Open { path: path.to_owned(), reason };
    // A link could lead to any file of the user.
    if std::fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(failed("it is not a regular file".to_owned()));
    }
    let mut connection = SqliteConnection::connect_with(&options(path).create_if_missing(true))
        .await
        .map_err(|error| failed(error.to_string()))?;
    prepare(&mut connection, path).await?;
    settle(&mut connection, path).await?;
    Ok(connection)
}

/// Connections that can only read.
pub(super) fn readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_lazy_with(options(path).pragma("query_only", "ON"))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT)
}

/// Makes the tables in a new file and refuses a file that is not ours.
async fn prepare(connection: &mut SqliteConnection, path: &Path) -> Result<(), LogError> {
    let foreign =
        |error: sqlx::Error| LogError::Foreign { path: path.to_owned(), reason: error.to_string() };
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(foreign)?;
    let mut number = async |sql: &'static str| {
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *transaction).await.map_err(foreign)
    };
    let id = number("PRAGMA application_id").await?;
    let version = number("PRAGMA user_version").await?;
    let objects = number("SELECT count(*) FROM sqlite_schema").await?;
    match (id, version, objects) {
        (APPLICATION_ID, SCHEMA_VERSION, _) => return Ok(()),
        (APPLICATION_ID, found, _) => {
            return Err(LogError::Version { path: path.to_owned(), found, known: SCHEMA_VERSION });
        }
        (0, 0, 0) => {}
        _ => {
            let reason = "it belongs to another program".to_owned();
            return Err(LogError::Foreign { path: path.to_owned(), reason });
        }
    }
    let identity = ["PRAGMA application_id = 0x73736f74", "PRAGMA user_version = 1"];
    for statement in SCHEMA.into_iter().chain(identity) {
        sqlx::query(statement).execute(&mut *transaction).await.map_err(foreign)?;
    }
    transaction.commit().await.map_err(foreign)
}

/// Makes commits durable, and reads back whether they are.
async fn settle(connection: &mut SqliteConnection, path: &Path) -> Result<(), LogError> {
    let failed =
        |error: sqlx::Error| LogError::Open { path: path.to_owned(), reason: error.to_string() };
    let refused = |setting, wanted, found| {
        Err(LogError::Setting { path: path.to_owned(), setting, wanted, found })
    };
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode = WAL")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if mode != "wal" {
        return refused("journal_mode", "wal", mode);
    }
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await.map_err(failed)?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if synchronous != SYNCHRONOUS_FULL {
        return refused("synchronous", "full", synchronous.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::{LogError, open, options};

    async fn check(statements: &[&'static str], expected: fn(&LogError) -> bool) {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("state.db");
        let mut other = SqliteConnection::connect_with(&options(&path).create_if_missing(true))
            .await
            .expect("a file");
        for statement in statements {
            sqlx::query(*statement).execute(&mut other).await.expect("a statement");
        }
        other.close().await.expect("closed");
        let error = open(&path).await.expect_err("refused");
        assert!(expected(&error), "{error}");
    }

    #[tokio::test]
    async fn files_of_others_and_of_the_future_are_refused() {
        check(&["CREATE TABLE t (x)"], |error| matches!(error, LogError::Foreign { .. })).await;
        check(&["PRAGMA application_id = 1"], |error| matches!(error, LogError::Foreign { .. }))
            .await;
        check(&["PRAGMA application_id = 0x73736f74", "PRAGMA user_version = 2"], |error| {
            matches!(error, LogError::Version { found: 2, known: 1, .. })
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_no_database_is_refused() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("state.db");
        std::fs::write(&path, "x".repeat(5000)).expect("written");
        assert!(matches!(open(&path).await, Err(LogError::Foreign { .. })));
        let link = directory.path().join("link.db");
        std::os::unix::fs::symlink(directory.path().join("target"), &link).expect("link");
        for path in [link, directory.path().to_owned(), directory.path().join("none/state.db")] {
            assert!(matches!(open(&path).await, Err(LogError::Open { .. })), "{path:?}");
        }
    }

    #[tokio::test]
    async fn settings_hold_after_opening_and_reopening() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("state.db");
        for _ in 0..2 {
            let mut connection = open(&path).await.expect("a log");
            for (pragma, expected) in [("PRAGMA synchronous", 2), ("PRAGMA user_version", 1)] {
                let found: i64 =
                    sqlx::query_scalar(pragma).fetch_one(&mut connection).await.expect("a value");
                assert_eq!(found, expected, "{pragma}");
            }
        }
    }
}
