//! Conversations. What is said in them is in a log of events; here is whose they are.

use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use ssot_model::{ProjectId, ThreadId, Timestamp, UserId};

use super::{Store, StoreError, taken};

/// A conversation of one user about one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thread {
    /// The identity.
    pub thread: ThreadId,
    /// What it is about.
    pub title: String,
    /// Since when.
    pub created: Timestamp,
}

impl Store {
    /// Begins a conversation.
    pub async fn add_thread(
        &self,
        project: &ProjectId,
        user: &UserId,
        title: &str,
    ) -> Result<Thread, StoreError> {
        let thread = Thread {
            thread: self.ids.thread(),
            title: title.to_owned(),
            created: self.clock.now(),
        };
        let mut writer = self.writer().await?;
        sqlx::query(
            "INSERT INTO threads (thread, project, user, title, created) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(thread.thread.as_str())
        .bind(project.as_str())
        .bind(user.as_str())
        .bind(title)
        .bind(thread.created.0)
        .execute(&mut *writer)
        .await
        .map_err(taken("the thread"))?;
        Ok(thread)
    }

    /// A conversation, when it is this user's and about this project.
    pub async fn thread(
        &self,
        project: &ProjectId,
        user: &UserId,
        thread: &ThreadId,
    ) -> Result<Option<Thread>, StoreError> {
        let row = sqlx::query(
            "SELECT thread, title, created FROM threads
             WHERE thread = ? AND project = ? AND user = ?",
        )
        .bind(thread.as_str())
        .bind(project.as_str())
        .bind(user.as_str())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// The conversations of a user about a project, the latest first.
    pub async fn threads(
        &self,
        project: &ProjectId,
        user: &UserId,
    ) -> Result<Vec<Thread>, StoreError> {
        let rows = sqlx::query(
            "SELECT thread, title, created FROM threads
             WHERE project = ? AND user = ? ORDER BY created DESC, thread LIMIT 200",
        )
        .bind(project.as_str())
        .bind(user.as_str())
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn read(row: &SqliteRow) -> Result<Thread, sqlx::Error> {
    Ok(Thread {
        thread: ThreadId::new(row.try_get::<String, _>(0)?),
        title: row.try_get(1)?,
        created: Timestamp(row.try_get(2)?),
    })
}
