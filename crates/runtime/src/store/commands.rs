//! Commands are carried out once, however often they are sent.

use sqlx::Row;
use ssot_model::UserId;

use super::{Store, StoreError};

/// What tells a command from all others: a client's word, unique for its user for ever, and
/// what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandKey {
    user: UserId,
    command: String,
    /// Hash of what it asks for, its address included.
    digest: [u8; 32],
}

impl CommandKey {
    /// The key of a command with a client's word, sent to an address with a body.
    pub fn new(user: &UserId, command: &str, address: &str, body: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        // The length tells where the address ends.
        hasher.update(&(address.len() as u64).to_le_bytes());
        hasher.update(address.as_bytes()).update(body);
        let digest = *hasher.finalize().as_bytes();
        Self { user: user.clone(), command: command.to_owned(), digest }
    }
}

/// What a server has to do with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Carry it out: nobody has.
    New,
    /// Tell what came of it.
    Done {
        /// The HTTP status of the answer.
        status: u16,
        /// The answer, JSON.
        answer: String,
    },
    /// It is being carried out, or the server died over it.
    Unfinished,
    /// Refuse it: the word was used for something else.
    Another,
}

impl Store {
    /// Takes a command on. Of several that come at once only one is new.
    pub async fn claim(&self, key: &CommandKey) -> Result<Claim, StoreError> {
        let mut writer = self.writer().await?;
        let inserted = sqlx::query(
            "INSERT INTO commands (user, command, digest, at) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(key.user.as_str())
        .bind(&key.command)
        .bind(key.digest.as_slice())
        .bind(self.clock.now().0)
        .execute(&mut *writer)
        .await?;
        if inserted.rows_affected() > 0 {
            return Ok(Claim::New);
        }
        let row = sqlx::query(
            "SELECT digest, status, answer FROM commands WHERE user = ? AND command = ?",
        )
        .bind(key.user.as_str())
        .bind(&key.command)
        .fetch_one(&mut *writer)
        .await?;
        if row.try_get::<Vec<u8>, _>(0)? != key.digest {
            return Ok(Claim::Another);
        }
        Ok(match (row.try_get::<Option<u16>, _>(1)?, row.try_get::<Option<String>, _>(2)?) {
            (Some(status), Some(answer)) => Claim::Done { status, answer },
            _ => Claim::Unfinished,
        })
    }

    /// Keeps what came of a command.
    pub async fn conclude(
        &self,
        key: &CommandKey,
        status: u16,
        answer: &str,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query("UPDATE commands SET status = ?, answer = ? WHERE user = ? AND command = ?")
            .bind(status)
            .bind(answer)
            .bind(key.user.as_str())
            .bind(&key.command)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }
}
