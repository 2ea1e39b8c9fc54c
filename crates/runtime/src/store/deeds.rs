//! Who did what: only ever added to.

use serde::Serialize;
use sqlx::Row;
use ssot_model::{ProjectId, Timestamp, UserId};

use super::{Store, StoreError};

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: UserId,
    /// Where, unless it concerns the server as a whole.
    pub project: Option<ProjectId>,
    /// What, a word such as `run-started`.
    pub what: String,
    /// To what, in a few words.
    pub detail: String,
}

impl Store {
    /// Notes what somebody did.
    pub async fn note(
        &self,
        user: &UserId,
        project: Option<&ProjectId>,
        what: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query("INSERT INTO deeds (at, user, project, what, detail) VALUES (?, ?, ?, ?, ?)")
            .bind(self.clock.now().0)
            .bind(user.as_str())
            .bind(project.map(ProjectId::as_str))
            .bind(what)
            .bind(detail)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    /// What somebody who did this is called; none when nobody is known to have.
    pub async fn doer(&self, what: &str, detail: &str) -> Result<Option<String>, StoreError> {
        let name = sqlx::query_scalar(
            "SELECT name FROM deeds JOIN users USING (user)
             WHERE what = ? AND detail = ? ORDER BY number DESC LIMIT 1",
        );
        Ok(name.bind(what).bind(detail).fetch_optional(&self.readers).await?)
    }

    /// The latest deeds, the last one first.
    pub async fn deeds(&self, most: u32) -> Result<Vec<Deed>, StoreError> {
        let rows = sqlx::query("SELECT * FROM deeds ORDER BY number DESC LIMIT ?")
            .bind(most)
            .fetch_all(&self.readers)
            .await?;
        let deeds = rows.iter().map(|row| {
            Ok(Deed {
                number: row.try_get("number")?,
                at: Timestamp(row.try_get("at")?),
                user: UserId::new(row.try_get::<String, _>("user")?),
                project: row.try_get::<Option<String>, _>("project")?.map(ProjectId::new),
                what: row.try_get("what")?,
                detail: row.try_get("detail")?,
            })
        });
        Ok(deeds.collect::<Result<_, sqlx::Error>>()?)
    }
}
