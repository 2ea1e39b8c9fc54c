//! Database files of ours: opened by what they say they are, with the settings on which
//! durability rests, read back.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, SqlitePool};

/// How long another process may hold the write lock before a write fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for readers of one file.
const READERS: u32 = 4;
/// `PRAGMA synchronous = FULL` reads back as this.
const SYNCHRONOUS_FULL: i64 = 2;

/// What a file is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// Marks the file as ours.
    pub(crate) application: i64,
    /// The form of the tables.
    pub(crate) version: i64,
    /// What makes them as they were in the first version.
    pub(crate) schema: &'static [&'static str],
    /// What leads from each version to the next, the first one first.
    pub(crate) upgrades: &'static [&'static [&'static str]],
}

/// Why a database file cannot be used, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// The file cannot be opened.
    #[error(
        "cannot open the database {}: {reason}; check that its directory exists and can be written",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is something else.
    #[error("{} is not the database of ssot that belongs here ({reason}); move it away", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// The file was written by a newer program.
    #[error(
        "the database {} has version {found}, this program knows {known}; use a newer ssot",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The file was moved away, deleted or replaced while it was open.
    #[error(
        "the database {} is not there any more, nothing is written until it is back; put it back, \
         or start again to begin a new one",
        path.display()
    )]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// A setting on which durability rests did not take effect.
    #[error(
        "the database {} refuses {setting} = {wanted} and has `{found}`; put it on a local file system",
        path.display()
    )]
    Setting {
        /// The file.
        path: PathBuf,
        /// The name of the setting.
        setting: &'static str,
        /// What it has to be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
}

/// Where a database file lies. `SQLite` goes on writing into a file that was moved away or
/// deleted, and all of that is lost with the process.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    path: PathBuf,
    /// Device and number on it.
    place: (u64, u64),
}

impl Anchor {
    /// Of a file that was just opened.
    pub(crate) fn of(path: &Path) -> Result<Self, DatabaseError> {
        match place(path) {
            Some(place) => Ok(Self { path: path.to_owned(), place }),
            None => Err(DatabaseError::Gone { path: path.to_owned() }),
        }
    }

    /// An error when the file is not there any more, or is another one.
    pub(crate) fn holds(&self) -> Result<(), DatabaseError> {
        if place(&self.path) == Some(self.place) {
            return Ok(());
        }
        Err(DatabaseError::Gone { path: self.path.clone() })
    }
}

fn place(path: &Path) -> Option<(u64, u64)> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Opens the connection of the writer and makes the tables in a new file.
pub(crate) async fn open(path: &Path, form: Form) -> Result<SqliteConnection, DatabaseError> {
    let failed = |reason: String| DatabaseError::Open { path: path.to_owned(), reason };
    // A link could lead to any file of the user.
    if std::fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(failed("it is not a regular file".to_owned()));
    }
    let mut connection = SqliteConnection::connect_with(&options(path).create_if_missing(true))
        .await
        .map_err(|error| failed(error.to_string()))?;
    prepare(&mut connection, path, form).await?;
    settle(&mut connection, path).await?;
    Ok(connection)
}

/// Connections that can only read.
pub(crate) fn readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_lazy_with(options(path).pragma("query_only", "ON"))
}

/// A connection that can only read.
pub(crate) async fn reader(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnection::connect_with(&options(path).pragma("query_only", "ON")).await
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT)
}

/// Makes the tables in a new file and refuses a file that is not ours.
async fn prepare(
    connection: &mut SqliteConnection,
    path: &Path,
    form: Form,
) -> Result<(), DatabaseError> {
    let foreign = |error: sqlx::Error| DatabaseError::Foreign {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(foreign)?;
    let mut number = async |sql: &'static str| {
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *transaction).await.map_err(foreign)
    };
    let id = number("PRAGMA application_id").await?;
    let found = number("PRAGMA user_version").await?;
    let objects = number("SELECT count(*) FROM sqlite_schema").await?;
    let mut statements: Vec<&'static str> = Vec::new();
    match (id == form.application, found == form.version, (id, found, objects)) {
        (true, true, _) => return Ok(()),
        (true, false, _) if found > form.version => {
            return Err(DatabaseError::Version {
                path: path.to_owned(),
                found,
                known: form.version,
            });
        }
        (true, false, _) => {}
        (false, _, (0, 0, 0)) => statements.extend(form.schema),
        _ => {
            let reason = "it belongs to another program".to_owned();
            return Err(DatabaseError::Foreign { path: path.to_owned(), reason });
        }
    }
    let identity = [
        format!("PRAGMA application_id = {}", form.application),
        format!("PRAGMA user_version = {}", form.version),
    ];
    let done = usize::try_from(found.max(1) - 1).unwrap_or(0);
    statements.extend(form.upgrades.iter().skip(done).copied().flatten());
    for statement in statements {
        sqlx::query(statement).execute(&mut *transaction).await.map_err(foreign)?;
    }
    for statement in identity {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await.map_err(foreign)?;
    }
    transaction.commit().await.map_err(foreign)
}

/// Makes commits durable, and reads back whether they are.
async fn settle(connection: &mut SqliteConnection, path: &Path) -> Result<(), DatabaseError> {
    let failed = |error: sqlx::Error| DatabaseError::Open {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let refused = |setting, wanted, found| {
        Err(DatabaseError::Setting { path: path.to_owned(), setting, wanted, found })
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

    use super::{DatabaseError, Form, open, options};

    const FORM: Form = Form {
        application: 0x7373_6f74,
        version: 1,
        schema: &["CREATE TABLE t (x INTEGER) STRICT"],
        upgrades: &[],
    };

    async fn check(statements: &[&'static str], expected: fn(&DatabaseError) -> bool) {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("state.db");
        let mut other = SqliteConnection::connect_with(&options(&path).create_if_missing(true))
            .await
            .expect("a file");
        for statement in statements {
            sqlx::query(*statement).execute(&mut other).await.expect("a statement");
        }
        other.close().await.expect("closed");
        let error = open(&path, FORM).await.expect_err("refused");
        assert!(expected(&error), "{error}");
    }

    #[tokio::test]
    async fn files_of_others_and_of_the_future_are_refused() {
        check(&["CREATE TABLE t (x)"], |error| matches!(error, DatabaseError::Foreign { .. }))
            .await;
        check(&["PRAGMA application_id = 1"], |error| {
            matches!(error, DatabaseError::Foreign { .. })
        })
        .await;
        check(&["PRAGMA application_id = 0x73736f74", "PRAGMA user_version = 2"], |error| {
            matches!(error, DatabaseError::Version { found: 2, known: 1, .. })
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_no_database_is_refused() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("state.db");
        std::fs::write(&path, "x".repeat(5000)).expect("written");
        assert!(matches!(open(&path, FORM).await, Err(DatabaseError::Foreign { .. })));
        let link = directory.path().join("link.db");
        std::os::unix::fs::symlink(directory.path().join("target"), &link).expect("link");
        for path in [link, directory.path().to_owned(), directory.path().join("none/state.db")] {
            assert!(matches!(open(&path, FORM).await, Err(DatabaseError::Open { .. })), "{path:?}");
        }
    }

    #[tokio::test]
    async fn settings_hold_after_opening_and_reopening() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("state.db");
        for _ in 0..2 {
            let mut connection = open(&path, FORM).await.expect("a log");
            for (pragma, expected) in [("PRAGMA synchronous", 2), ("PRAGMA user_version", 1)] {
                let found: i64 =
                    sqlx::query_scalar(pragma).fetch_one(&mut connection).await.expect("a value");
                assert_eq!(found, expected, "{pragma}");
            }
        }
    }
}
