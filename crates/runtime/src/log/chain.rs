//! The hashes that link the events of a run, and checking them.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use ssot_model::{Event, RunId};

use super::LogError;

/// Events that are checked at a time.
const PAGE: u32 = 512;

/// A hash of the chain.
pub(super) type Hash = [u8; 32];

/// What the first event of a run links to.
pub(super) const GENESIS: Hash = [0; 32];

/// The hash of an event: over the one before and its text as it is stored.
pub(super) fn link(previous: &Hash, json: &str) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(json.as_bytes());
    *hasher.finalize().as_bytes()
}

/// What a check of a run's log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// The run.
    pub run: RunId,
    /// Events from the first on that are sound.
    pub events: u64,
    /// The first place that is not.
    pub fault: Option<Fault>,
}

/// Where a log is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The number of the first event that is missing or not as it was written.
    pub seq: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Checks the events up to the head that the log claims. Whoever can rewrite the
/// whole file can make it consistent again: this finds damage, not forgery.
pub(super) async fn verify(readers: &SqlitePool, run: &RunId) -> Result<VerifyReport, LogError> {
    let failed = |error: sqlx::Error| LogError::read(&error);
    let head = sqlx::query("SELECT head_seq, head_hash FROM runs WHERE run = ?")
        .bind(run.as_str())
        .fetch_optional(readers)
        .await
        .map_err(failed)?
        .ok_or_else(|| LogError::UnknownRun(run.clone()))?;
    let head_seq = head.try_get::<i64, _>(0).map_err(failed)?.cast_unsigned();
    let head_hash: Vec<u8> = head.try_get(1).map_err(failed)?;
    let mut walk = Walk { run, seq: 0, hash: GENESIS };
    loop {
        let rows = sqlx::query(
            "SELECT seq, epoch, step, kind, json, hash FROM events
             WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        )
        .bind(run.as_str())
        .bind(walk.seq.cast_signed())
        .bind(head_seq.cast_signed())
        .bind(PAGE)
        .fetch_all(readers)
        .await
        .map_err(failed)?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            if let Err(reason) = walk.step(row) {
                return Ok(walk.ended(Some(reason)));
            }
        }
    }
    let reason = if walk.seq < head_seq {
        Some(format!("missing; the log claims to reach {head_seq}"))
    } else if walk.hash != *head_hash {
        Some("the head of the chain does not belong to the last event".to_owned())
    } else {
        None
    };
    Ok(walk.ended(reason))
}

struct Walk<'a> {
    run: &'a RunId,
    seq: u64,
    hash: Hash,
}

impl Walk<'_> {
    /// Checks the next row; moves on when it is sound.
    fn step(&mut self, row: &SqliteRow) -> Result<(), String> {
        let told = |error: sqlx::Error| format!("not readable: {error}");
        let seq = row.try_get::<i64, _>(0).map_err(told)?.cast_unsigned();
        if seq != self.seq + 1 {
            return Err(format!("missing; the next one is {seq}"));
        }
        let json: String = row.try_get(4).map_err(told)?;
        let hash = link(&self.hash, &json);
        if row.try_get::<Vec<u8>, _>(5).map_err(told)? != hash {
            return Err("its hash does not fit its text and the event before".to_owned());
        }
        let event: Event =
            serde_json::from_str(&json).map_err(|error| format!("not an event: {error}"))?;
        let columns = (
            row.try_get::<u32, _>(1).map_err(told)?,
            row.try_get::<String, _>(2).map_err(told)?,
            row.try_get::<String, _>(3).map_err(told)?,
        );
        let same = event.run == *self.run
            && event.seq == seq
            && columns == (event.epoch, event.step, event.kind.name().to_owned());
        if !same {
            return Err("its columns differ from its text".to_owned());
        }
        (self.seq, self.hash) = (seq, hash);
        Ok(())
    }

    fn ended(self, reason: Option<String>) -> VerifyReport {
        let fault = reason.map(|reason| Fault { seq: self.seq + 1, reason });
        VerifyReport { run: self.run.clone(), events: self.seq, fault }
    }
}
