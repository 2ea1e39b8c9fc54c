//! Noticing what other processes write.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::sync::broadcast;

use super::News;
use crate::sqlite;

/// Looks whether the file was written until the writer of this process is gone. A look
/// costs some microseconds and no read of the disk. A look that fails counts as a change:
/// whoever reads then finds out what is wrong.
pub(super) async fn follow(path: Arc<Path>, live: broadcast::WeakSender<News>, every: Duration) {
    let mut connection = sqlite::reader(&path).await.ok();
    let mut known = None;
    loop {
        tokio::time::sleep(every).await;
        let Some(live) = live.upgrade() else { return };
        let version = match &mut connection {
            Some(connection) => version(connection).await,
            None => None,
        };
        if version.is_none() {
            connection = sqlite::reader(&path).await.ok();
        }
        if version.is_none() || version != known {
            known = version;
            // An error only means that nobody is subscribed.
            _ = live.send(News::Changed);
        }
    }
}

/// Changes whenever another connection has committed.
async fn version(connection: &mut SqliteConnection) -> Option<i64> {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await.ok()
}
