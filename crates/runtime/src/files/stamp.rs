//! What the system says of a file without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use serde::{Deserialize, Serialize};
use ssot_model::Timestamp;

/// How long a file must have been left alone before its stamp stands for its content:
/// longer than the steps in which file systems count time.
const SETTLES_MILLIS: i64 = 2000;

/// Where a file lies on the disk, its size and when it was last written or changed
/// otherwise. The system sets the last time itself, and nobody can set it back: a file
/// with the stamp it had holds the bytes it had, once it [has settled](Self::is_settled).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds.
    written: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            written: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether a change after a moment is sure to give another stamp.
    pub fn is_settled(&self, at: Timestamp) -> bool {
        let last = self.written.max(self.changed).0.saturating_add(1).saturating_mul(1000);
        last.saturating_add(SETTLES_MILLIS) <= at.0
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::Timestamp;

    use super::Stamp;

    #[test]
    fn what_was_just_changed_has_not_settled() {
        let stamp = |written, changed| Stamp {
            device: 1,
            inode: 2,
            size: 3,
            written: (written, 5),
            changed: (changed, 999_999_999),
        };
        for (written, changed, settled) in [
            (90, 90, true),
            (90, 97, true),
            (90, 98, false),
            (98, 90, false),
            (90, 100, false),
            (90, 200, false),
            (i64::MAX, 90, false),
        ] {
            let at = Timestamp(100_000);
            assert_eq!(stamp(written, changed).is_settled(at), settled, "{written} {changed}");
        }
    }
}
