//! One reader for each log that somebody watches: it encodes every event once, for all who
//! watch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ssot_runtime::log::Subscription;
use tokio::sync::broadcast;

use super::super::failure::Failure;
use super::super::metrics::Metrics;
use super::{Frame, Key, Source};

/// Frames that wait for whoever watches; a slower one reads the log itself.
const FRAMES: usize = 256;
/// Events in one frame at most.
pub(super) const FRAME_EVENTS: usize = 128;

type Feeds = Mutex<HashMap<Key, broadcast::WeakSender<Arc<Frame>>>>;

/// The feeds of all streams that somebody watches. Clones share them.
#[derive(Clone)]
pub(crate) struct Hub {
    feeds: Arc<Feeds>,
    pub(super) metrics: Metrics,
}

impl Hub {
    pub(in super::super) fn new(metrics: Metrics) -> Self {
        Self { feeds: Arc::default(), metrics }
    }

    /// What is appended to a log from now on.
    pub(super) async fn watch(
        &self,
        key: &Key,
        source: &Source,
    ) -> Result<broadcast::Receiver<Arc<Frame>>, Failure> {
        if let Some(feed) = self.feed(key) {
            return Ok(feed);
        }
        let subscription = source.subscribe(source.head().await?);
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been faster.
        if let Some(sender) = feeds.get(key).and_then(broadcast::WeakSender::upgrade) {
            return Ok(sender.subscribe());
        }
        let (sender, receiver) = broadcast::channel(FRAMES);
        feeds.insert(key.clone(), sender.downgrade());
        tokio::spawn(feed(Arc::clone(&self.feeds), key.clone(), subscription, sender));
        Ok(receiver)
    }

    fn feed(&self, key: &Key) -> Option<broadcast::Receiver<Arc<Frame>>> {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        Some(feeds.get(key)?.upgrade()?.subscribe())
    }
}

/// Reads on until nobody watches any more or the log ends.
async fn feed(
    feeds: Arc<Feeds>,
    key: Key,
    mut subscription: Subscription,
    sender: broadcast::Sender<Arc<Frame>>,
) {
    loop {
        tokio::select! {
            batch = subscription.batch(FRAME_EVENTS) => match batch {
                Ok(Some(events)) => {
                    for frame in Frame::of(&key.1, &events) {
                        // An error only means that nobody watches.
                        _ = sender.send(Arc::new(frame));
                    }
                }
                // Whoever watches reads the log itself and learns why.
                Ok(None) | Err(_) => break,
            },
            () = sender.closed() => {
                let mut feeds = feeds.lock().unwrap_or_else(PoisonError::into_inner);
                // Watching begins under the same lock: nobody comes in between.
                if sender.receiver_count() == 0 {
                    feeds.remove(&key);
                    return;
                }
            }
        }
    }
    feeds.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
}
