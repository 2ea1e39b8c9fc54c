//! What opens the door: one-time codes, sessions of browsers, tokens of programs.

use serde::Serialize;
use sqlx::Row;
use ssot_model::{Timestamp, UserId};

use super::users::{self, User};
use super::{Store, StoreError};
use crate::secret::{Digest, Secret};

/// How exactly it is known when a secret was used, in milliseconds: not every request is a write.
const USED: i64 = 60_000;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// Signs in once.
    Code,
    /// A browser that has signed in.
    Session,
    /// A program.
    Token,
}

impl SecretKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Session => "session",
            Self::Token => "token",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Code => "ssot_code",
            Self::Session => "ssot_session",
            Self::Token => "ssot_token",
        }
    }

    /// How long it opens the door, in milliseconds.
    pub fn lifetime(self) -> i64 {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        match self {
            Self::Code => 15 * MINUTE,
            Self::Session => 7 * DAY,
            Self::Token => 365 * DAY,
        }
    }
}

/// A secret that was just made; the only moment at which it can be told.
#[derive(Debug, Clone)]
pub struct Grant {
    /// What opens the door.
    pub secret: Secret,
    /// What it is called, so that it can be taken away.
    pub name: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// A secret that somebody holds, without what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// What it is called.
    pub name: String,
    /// What it is for, in the words of who made it.
    pub label: String,
    /// Since when.
    pub created: Timestamp,
    /// When it was used last, to the minute; none before the first time.
    pub used: Option<Timestamp>,
    /// Until when.
    pub expires: Timestamp,
}

impl Store {
    /// Makes a secret for a user.
    pub async fn grant(
        &self,
        user: &UserId,
        kind: SecretKind,
        label: &str,
    ) -> Result<Grant, StoreError> {
        let secret = Secret::mint(kind.prefix())
            .map_err(|error| StoreError::Failed(format!("no randomness for a secret: {error}")))?;
        let now = self.clock.now();
        let (name, expires) = (self.ids.key(), Timestamp(now.0 + kind.lifetime()));
        let mut writer = self.writer().await?;
        // Whatever has run out goes when something new comes.
        sqlx::query("DELETE FROM secrets WHERE expires <= ?")
            .bind(now.0)
            .execute(&mut *writer)
            .await?;
        sqlx::query(
            "INSERT INTO secrets (digest, name, kind, user, label, created, expires)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(secret.digest().as_bytes())
        .bind(&name)
        .bind(kind.as_str())
        .bind(user.as_str())
        .bind(label)
        .bind(now.0)
        .bind(expires.0)
        .execute(&mut *writer)
        .await?;
        Ok(Grant { secret, name, expires })
    }

    /// Whose a secret of a kind is; nobody's when it is unknown, has run out or its user is
    /// closed.
    pub async fn holder(
        &self,
        digest: Digest,
        kind: SecretKind,
    ) -> Result<Option<User>, StoreError> {
        let row = sqlx::query(
            "SELECT users.*, secrets.used FROM secrets JOIN users USING (user)
             WHERE digest = ? AND kind = ? AND expires > ? AND is_closed = 0",
        )
        .bind(digest.as_bytes())
        .bind(kind.as_str())
        .bind(self.clock.now().0)
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let user = users::read(&row)?;
        let (used, now): (Option<i64>, i64) = (row.try_get("used")?, self.clock.now().0);
        if used.is_none_or(|used| now - used >= USED) {
            // Nobody waits for it, and where the file cannot be written nobody is kept out for it.
            let (store, user) = (self.clone(), user.user.clone());
            tokio::spawn(async move { store.note_use(digest, &user, now).await });
        }
        Ok(Some(user))
    }

    /// Remembers that a secret was used now.
    async fn note_use(&self, digest: Digest, user: &UserId, now: i64) -> Result<(), StoreError> {
        // Where the file cannot be written for a while they would pile up: the next use notes it.
        let Ok(_permit) = self.notes.try_acquire() else { return Ok(()) };
        let mut writer = self.writer().await?;
        sqlx::query("UPDATE secrets SET used = ? WHERE digest = ?")
            .bind(now)
            .bind(digest.as_bytes())
            .execute(&mut *writer)
            .await?;
        sqlx::query("UPDATE users SET seen = ? WHERE user = ?")
            .bind(now)
            .bind(user.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    /// Takes a one-time code; it opens no door twice, whoever asks at the same moment.
    pub async fn spend(&self, digest: Digest) -> Result<Option<User>, StoreError> {
        let mut writer = self.writer().await?;
        let user: Option<String> = sqlx::query_scalar(
            "DELETE FROM secrets WHERE digest = ? AND kind = 'code' AND expires > ?
             RETURNING user",
        )
        .bind(digest.as_bytes())
        .bind(self.clock.now().0)
        .fetch_optional(&mut *writer)
        .await?;
        drop(writer);
        let Some(user) = user else { return Ok(None) };
        Ok(self.user(&UserId::new(user)).await?.filter(|user| !user.is_closed))
    }

    /// Takes a secret away.
    pub async fn revoke(&self, digest: Digest) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query("DELETE FROM secrets WHERE digest = ?")
            .bind(digest.as_bytes())
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    /// Takes a token of a user away by its name; whether there was one.
    pub async fn revoke_token(&self, user: &UserId, name: &str) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let gone =
            sqlx::query("DELETE FROM secrets WHERE user = ? AND name = ? AND kind = 'token'")
                .bind(user.as_str())
                .bind(name)
                .execute(&mut *writer)
                .await?;
        Ok(gone.rows_affected() > 0)
    }

    /// The tokens of a user, the latest first.
    pub async fn tokens(&self, user: &UserId) -> Result<Vec<Held>, StoreError> {
        let rows = sqlx::query(
            "SELECT name, label, created, expires, used FROM secrets
             WHERE user = ? AND kind = 'token' AND expires > ? ORDER BY created DESC, name",
        )
        .bind(user.as_str())
        .bind(self.clock.now().0)
        .fetch_all(&self.readers)
        .await?;
        let held = rows.iter().map(|row| {
            Ok(Held {
                name: row.try_get(0)?,
                label: row.try_get(1)?,
                created: Timestamp(row.try_get(2)?),
                expires: Timestamp(row.try_get(3)?),
                used: row.try_get::<Option<i64>, _>(4)?.map(Timestamp),
            })
        });
        Ok(held.collect::<Result<_, sqlx::Error>>()?)
    }
}
