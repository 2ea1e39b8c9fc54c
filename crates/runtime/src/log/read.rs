//! Questions to the log.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use ssot_model::{Event, EventKind, RunId, RunOutcome, Timestamp};

use super::LogError;

/// One run as the list of runs shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEntry {
    /// The run.
    pub run: RunId,
    /// How often it was begun.
    pub epoch: u32,
    /// Its events so far.
    pub events: u64,
    /// When the log first heard of it.
    pub started: Timestamp,
    /// When it ended; none while it goes on or after it was killed.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<RunOutcome>,
}

pub(super) async fn events(
    readers: &SqlitePool,
    run: &RunId,
    after_seq: u64,
    limit: u32,
) -> Result<Vec<Event>, LogError> {
    let rows =
        sqlx::query("SELECT seq, json FROM events WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?")
            .bind(run.as_str())
            .bind(i64::try_from(after_seq).unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(readers)
            .await
            .map_err(|error| LogError::read(&error))?;
    rows.iter().map(|row| event(run, row).map_err(|error| LogError::read(&error))?).collect()
}

pub(super) async fn head(readers: &SqlitePool, run: &RunId) -> Result<u64, LogError> {
    let head: Option<i64> = sqlx::query_scalar("SELECT head_seq FROM runs WHERE run = ?")
        .bind(run.as_str())
        .fetch_optional(readers)
        .await
        .map_err(|error| LogError::read(&error))?;
    Ok(head.unwrap_or(0).cast_unsigned())
}

/// The event in a row of `seq, json`. The outer error is one of the store.
pub(super) fn event(run: &RunId, row: &SqliteRow) -> Result<Result<Event, LogError>, sqlx::Error> {
    let seq = row.try_get::<i64, _>(0)?.cast_unsigned();
    let json: &str = row.try_get(1)?;
    Ok(serde_json::from_str(json).map_err(|error| LogError::Damaged {
        run: run.clone(),
        seq,
        reason: error.to_string(),
    }))
}

pub(super) async fn runs(readers: &SqlitePool) -> Result<Vec<RunEntry>, LogError> {
    // A run has ended when no event of being taken up again follows its end.
    let rows = sqlx::query(
        "SELECT runs.run, runs.epoch, runs.head_seq, runs.started, ending.seq, ending.json
         FROM runs LEFT JOIN events AS ending ON ending.run = runs.run AND ending.seq = (
            SELECT max(seq) FROM events
            WHERE events.run = runs.run AND kind IN ('run_completed', 'run_resumed', 'run_started')
         )
         ORDER BY runs.started DESC, runs.rowid DESC",
    )
    .fetch_all(readers)
    .await
    .map_err(|error| LogError::read(&error))?;
    rows.iter().map(entry).collect()
}

fn entry(row: &SqliteRow) -> Result<RunEntry, LogError> {
    let failed = |error: sqlx::Error| LogError::read(&error);
    let run = RunId::new(row.try_get::<String, _>(0).map_err(failed)?);
    let mut entry = RunEntry {
        run: run.clone(),
        epoch: row.try_get(1).map_err(failed)?,
        events: row.try_get::<i64, _>(2).map_err(failed)?.cast_unsigned(),
        started: Timestamp(row.try_get(3).map_err(failed)?),
        ended: None,
        outcome: None,
    };
    let Some(seq) = row.try_get::<Option<i64>, _>(4).map_err(failed)? else { return Ok(entry) };
    let json: &str = row.try_get(5).map_err(failed)?;
    let last: Event = serde_json::from_str(json).map_err(|error| LogError::Damaged {
        run,
        seq: seq.cast_unsigned(),
        reason: error.to_string(),
    })?;
    if let EventKind::RunCompleted { outcome, .. } = last.kind {
        (entry.ended, entry.outcome) = (Some(last.at), Some(outcome));
    }
    Ok(entry)
}

pub(super) async fn latest_run(readers: &SqlitePool) -> Result<Option<RunId>, LogError> {
    let run: Option<String> =
        sqlx::query_scalar("SELECT run FROM runs ORDER BY started DESC, rowid DESC LIMIT 1")
            .fetch_optional(readers)
            .await
            .map_err(|error| LogError::read(&error))?;
    Ok(run.map(RunId::new))
}
