//! Who may come in.

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use ssot_model::{Timestamp, UserId};

use super::{Store, StoreError, taken};

/// What somebody may do in a project; each may what those before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Looks and asks.
    Viewer,
    /// Scans, plans, runs, accepts findings.
    Operator,
    /// Approves and rolls back.
    Approver,
    /// Everything, members included.
    Admin,
}

impl Role {
    /// The word in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Approver, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// Somebody who may come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// The identity.
    pub user: UserId,
    /// What the user is called.
    pub name: String,
    /// Whether everything is open to this user, in every project.
    pub is_admin: bool,
    /// Whether nothing is open to this user any more.
    pub is_closed: bool,
    /// Since when.
    pub created: Timestamp,
    /// When the user was last here, to the minute; none before the first time.
    pub seen: Option<Timestamp>,
}

impl Store {
    /// Adds a user with an identity that nobody has.
    pub async fn add_user(&self, name: &str, is_admin: bool) -> Result<User, StoreError> {
        let user = User {
            user: self.ids.user(),
            name: name.to_owned(),
            is_admin,
            is_closed: false,
            created: self.clock.now(),
            seen: None,
        };
        let mut writer = self.writer().await?;
        sqlx::query("INSERT INTO users (user, name, is_admin, created) VALUES (?, ?, ?, ?)")
            .bind(user.user.as_str())
            .bind(name)
            .bind(is_admin)
            .bind(user.created.0)
            .execute(&mut *writer)
            .await
            .map_err(taken("the user"))?;
        Ok(user)
    }

    /// A user.
    pub async fn user(&self, user: &UserId) -> Result<Option<User>, StoreError> {
        let row = sqlx::query("SELECT * FROM users WHERE user = ?")
            .bind(user.as_str())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// All users, in the order in which they were added.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = sqlx::query("SELECT * FROM users ORDER BY created, user")
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Changes what a user may; whether there is one. Closing takes all secrets of the user
    /// away.
    pub async fn change_user(
        &self,
        user: &UserId,
        is_admin: Option<bool>,
        is_closed: Option<bool>,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let changed = sqlx::query(
            "UPDATE users SET is_admin = coalesce(?, is_admin), is_closed = coalesce(?, is_closed)
             WHERE user = ?",
        )
        .bind(is_admin)
        .bind(is_closed)
        .bind(user.as_str())
        .execute(&mut *writer)
        .await?;
        if is_closed == Some(true) {
            sqlx::query("DELETE FROM secrets WHERE user = ?")
                .bind(user.as_str())
                .execute(&mut *writer)
                .await?;
        }
        Ok(changed.rows_affected() > 0)
    }
}

pub(super) fn read(row: &SqliteRow) -> Result<User, sqlx::Error> {
    Ok(User {
        user: UserId::new(row.try_get::<String, _>("user")?),
        name: row.try_get("name")?,
        is_admin: row.try_get("is_admin")?,
        is_closed: row.try_get("is_closed")?,
        created: Timestamp(row.try_get("created")?),
        seen: row.try_get::<Option<i64>, _>("seen")?.map(Timestamp),
    })
}
