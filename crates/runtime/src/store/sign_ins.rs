//! Sign-ins that have begun at a provider, and who came back from there.

use sqlx::Row;

use super::users::{self, User};
use super::{Store, StoreError, taken};
use crate::secret::Digest;

/// How long somebody may take at the provider, in milliseconds.
const PATIENCE: i64 = 10 * 60_000;
/// Sign-ins that have begun and not ended; the oldest goes when there are more.
const MOST: i64 = 1000;

/// What has to be known when somebody comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What the identity has to name.
    pub nonce: String,
    /// What proves to the provider that it is the same server.
    pub verifier: String,
}

impl Store {
    /// Remembers a sign-in for the browser that begins it.
    pub async fn begin_sign_in(
        &self,
        state: Digest,
        browser: Digest,
        attempt: &Attempt,
    ) -> Result<(), StoreError> {
        let now = self.clock.now().0;
        let mut writer = self.writer().await?;
        sqlx::query(
            "DELETE FROM sign_ins WHERE expires <= ? OR state IN
             (SELECT state FROM sign_ins ORDER BY expires DESC LIMIT -1 OFFSET ?)",
        )
        .bind(now)
        .bind(MOST - 1)
        .execute(&mut *writer)
        .await?;
        sqlx::query(
            "INSERT INTO sign_ins (state, browser, nonce, verifier, expires)
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(state.as_bytes())
        .bind(browser.as_bytes())
        .bind(&attempt.nonce)
        .bind(&attempt.verifier)
        .bind(now + PATIENCE)
        .execute(&mut *writer)
        .await?;
        Ok(())
    }

    /// Takes a sign-in that a browser has begun; nobody comes back twice.
    pub async fn take_sign_in(
        &self,
        state: Digest,
        browser: Digest,
    ) -> Result<Option<Attempt>, StoreError> {
        let mut writer = self.writer().await?;
        let row = sqlx::query(
            "DELETE FROM sign_ins WHERE state = ? AND browser = ? AND expires > ?
             RETURNING nonce, verifier",
        )
        .bind(state.as_bytes())
        .bind(browser.as_bytes())
        .bind(self.clock.now().0)
        .fetch_optional(&mut *writer)
        .await?;
        let attempt = row.map(|row| {
            Ok::<_, sqlx::Error>(Attempt { nonce: row.try_get(0)?, verifier: row.try_get(1)? })
        });
        Ok(attempt.transpose()?)
    }

    /// The user that a provider's identity is, added when it is new, with what it is now called
    /// and may do.
    pub async fn user_of_identity(
        &self,
        identity: &str,
        name: &str,
        is_admin: bool,
    ) -> Result<User, StoreError> {
        let user = self.ids.user();
        let name = if name.is_empty() { user.as_str() } else { name };
        let mut writer = self.writer().await?;
        let row = sqlx::query(
            "INSERT INTO users (user, name, is_admin, created, identity) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (identity) DO UPDATE
             SET name = excluded.name, is_admin = excluded.is_admin
             RETURNING *",
        )
        .bind(user.as_str())
        .bind(name)
        .bind(is_admin)
        .bind(self.clock.now().0)
        .bind(identity)
        .fetch_one(&mut *writer)
        .await
        .map_err(taken("the user"))?;
        Ok(users::read(&row)?)
    }
}
