//! A cache of bytes by content hash, on disk.
//!
//! A cache may be lost at any time and the result is the same, only slower. So
//! nothing that goes wrong with it is an error: a file that cannot be used is
//! discarded or ignored, and the caller gets a [`CacheWarning`] to show.

use std::fs::OpenOptions;
use std::hash::Hasher;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, ReadOnlyTable, ReadableDatabase, StorageError,
    TableDefinition, TableError,
};

/// A file larger than this is not grown further: the next open starts afresh.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;
/// Memory that the store may use for pages.
const PAGE_CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Length of the checksum in front of every value.
const CHECKSUM_BYTES: usize = 8;
const KEY_BYTES: usize = 20;

const ENTRIES: TableDefinition<'static, &[u8; KEY_BYTES], &[u8]> = TableDefinition::new("entries");

/// Identity of an entry: what it was made from and by which version of the maker.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Key([u8; KEY_BYTES]);

impl Key {
    /// `hash` identifies the content, `schema` the form of the value.
    pub fn new(hash: [u8; 16], schema: u32) -> Self {
        let mut bytes = [0; KEY_BYTES];
        bytes[..16].copy_from_slice(&hash);
        bytes[16..].copy_from_slice(&schema.to_be_bytes());
        Self(bytes)
    }

    /// The form of the value.
    pub fn schema(&self) -> u32 {
        let mut schema = [0; 4];
        schema.copy_from_slice(&self.0[16..]);
        u32::from_be_bytes(schema)
    }

    /// The key as it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Why the cache is empty, or is not used at all. The work goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CacheWarning {
    /// The file was damaged, foreign or of another version.
    #[error("the cache {} could not be read ({reason}) and was started afresh", path.display())]
    Discarded {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        reason: String,
    },
    /// The file had grown above [`MAX_FILE_BYTES`].
    #[error("the cache {} had grown to {bytes} bytes and was started afresh", path.display())]
    Outgrown {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Another process holds the file.
    #[error("the cache {} is used by another process; this one works without", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened, read or written.
    #[error(
        "the cache {} cannot be used ({reason}); remove it or make its directory writable",
        path.display()
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

/// The cache, or the absence of one.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    database: Option<Database>,
}

impl Cache {
    /// A cache that never holds anything.
    pub fn disabled() -> Self {
        Self { path: PathBuf::new(), database: None }
    }

    /// Opens or makes the file at `path`, whose directory must exist. The file is
    /// held by this process until the cache is dropped.
    pub fn open(path: &Path) -> (Self, Option<CacheWarning>) {
        let path = path.to_owned();
        let outgrown = std::fs::symlink_metadata(&path)
            .ok()
            .filter(|metadata| metadata.is_file() && metadata.len() > MAX_FILE_BYTES)
            .map(|metadata| CacheWarning::Outgrown { path: path.clone(), bytes: metadata.len() });
        let first =
            if outgrown.is_some() { Err(Refusal::Useless(String::new())) } else { create(&path) };
        match first {
            Ok(database) => (Self { path, database: Some(database) }, None),
            Err(Refusal::Useless(reason)) => {
                let discarded = CacheWarning::Discarded { path: path.clone(), reason };
                Self::afresh(path, outgrown.unwrap_or(discarded))
            }
            Err(refusal) => Self::without(path, refusal),
        }
    }

    /// Whether there is a file behind it.
    pub fn is_enabled(&self) -> bool {
        self.database.is_some()
    }

    /// A view of what is in the cache now; share it between threads.
    pub fn reader(&self) -> Reader {
        let table = self.database.as_ref().and_then(|database| {
            // A damaged page can make the store panic; see `guarded`.
            guarded(|| database.begin_read().ok()?.open_table(ENTRIES).ok()).flatten()
        });
        Reader { table }
    }

    /// The values of `keys`, in their order, from one view.
    pub fn get_many(&self, keys: &[Key]) -> Vec<Option<Vec<u8>>> {
        let reader = self.reader();
        keys.iter().map(|key| reader.get(key)).collect()
    }

    /// Stores all entries in one transaction, or none. A present key gets the new
    /// value.
    pub fn put_many<V: AsRef<[u8]>>(
        &self,
        entries: impl IntoIterator<Item = (Key, V)>,
    ) -> Result<(), CacheWarning> {
        let Some(database) = &self.database else {
            return Ok(());
        };
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_none() {
            return Ok(());
        }
        let written = guarded(|| store(database, entries));
        let reason = match written {
            Some(Ok(())) => return Ok(()),
            Some(Err(error)) => error.to_string(),
            None => "it is damaged".to_owned(),
        };
        Err(CacheWarning::Unusable { path: self.path.clone(), reason })
    }

    fn afresh(path: PathBuf, warning: CacheWarning) -> (Self, Option<CacheWarning>) {
        let created = match std::fs::remove_file(&path) {
            Ok(()) => create(&path),
            Err(error) => Err(Refusal::Unusable(error.to_string())),
        };
        match created {
            Ok(database) => (Self { path, database: Some(database) }, Some(warning)),
            Err(refusal) => Self::without(path, refusal),
        }
    }

    fn without(path: PathBuf, refusal: Refusal) -> (Self, Option<CacheWarning>) {
        let warning = match refusal {
            Refusal::Busy => CacheWarning::Busy { path },
            Refusal::Useless(reason) | Refusal::Unusable(reason) => {
                CacheWarning::Unusable { path, reason }
            }
        };
        (Self::disabled(), Some(warning))
    }
}

/// A view of the cache that does not change.
pub struct Reader {
    table: Option<ReadOnlyTable<&'static [u8; KEY_BYTES], &'static [u8]>>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("enabled", &self.table.is_some()).finish()
    }
}

impl Reader {
    /// Whether there is a value; it may still turn out to be damaged.
    pub fn contains(&self, key: &Key) -> bool {
        let look = |table: &ReadOnlyTable<_, _>| table.get(&key.0).is_ok_and(|it| it.is_some());
        self.table.as_ref().is_some_and(|table| guarded(|| look(table)).unwrap_or(false))
    }

    /// The value, when there is one that is undamaged.
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.with(key, |value| Some(value.to_vec()))
    }

    /// What is made of the value where it lies, when there is one that is undamaged.
    pub fn with<T>(&self, key: &Key, make: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let table = self.table.as_ref()?;
        guarded(|| {
            let guard = table.get(&key.0).ok()??;
            let (sum, value) = guard.value().split_first_chunk::<CHECKSUM_BYTES>()?;
            if *sum == checksum(key, value) { make(value) } else { None }
        })
        .flatten()
    }
}

enum Refusal {
    /// Somebody else holds it.
    Busy,
    /// Its content is of no use; a new file would be.
    Useless(String),
    /// A new file would fare no better.
    Unusable(String),
}

impl From<DatabaseError> for Refusal {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => Self::Busy,
            // A file with a foreign beginning or without an end.
            DatabaseError::Storage(StorageError::Io(error))
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
                ) =>
            {
                Self::Useless(error.to_string())
            }
            DatabaseError::Storage(StorageError::Io(error)) => Self::Unusable(error.to_string()),
            error => Self::Useless(error.to_string()),
        }
    }
}

fn create(path: &Path) -> Result<Database, Refusal> {
    let unusable = |error: std::io::Error| Refusal::Unusable(error.to_string());
    // A link could lead to any file of the user; it is discarded like foreign content.
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(no_follow)
        .open(path)
        .map_err(|error| match rustix::io::Errno::from_io_error(&error) {
            Some(rustix::io::Errno::LOOP) => Refusal::Useless("it is a link".to_owned()),
            _ => unusable(error),
        })?;
    let opened = guarded(|| -> Result<Database, Refusal> {
        let backend = FileBackend::new(file)?;
        let database =
            Builder::new().set_cache_size(PAGE_CACHE_BYTES).create_with_backend(backend)?;
        check_table(&database)?;
        Ok(database)
    });
    opened.unwrap_or_else(|| Err(Refusal::Useless("it is damaged".to_owned())))
}

fn check_table(database: &Database) -> Result<(), Refusal> {
    let useless = |error: &dyn std::fmt::Display| Refusal::Useless(error.to_string());
    let view = database.begin_read().map_err(|error| useless(&error))?;
    match view.open_table(ENTRIES) {
        Ok(_) | Err(TableError::TableDoesNotExist(_)) => Ok(()),
        Err(error) => Err(useless(&error)),
    }
}

fn store<V: AsRef<[u8]>>(
    database: &Database,
    entries: impl Iterator<Item = (Key, V)>,
) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ENTRIES)?;
        let mut stored = Vec::new();
        for (key, value) in entries {
            stored.clear();
            stored.extend_from_slice(&checksum(&key, value.as_ref()));
            stored.extend_from_slice(value.as_ref());
            table.insert(&key.0, stored.as_slice())?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The store does not verify its pages when they are read, and a flipped bit in a
/// value would otherwise become a wrong fact.
fn checksum(key: &Key, value: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(&key.0);
    hasher.write(value);
    hasher.finish().to_le_bytes()
}

/// Runs what touches the store. redb panics on some damaged pages instead of
/// returning an error, and a damaged cache must not end the program. Nothing the
/// closure could leave half-changed is used afterwards except through redb, which
/// refuses further work on its own poisoned locks.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Cache, CacheWarning, Key, Reader};

    fn key(number: u64) -> Key {
        let mut hash = [0; 16];
        hash[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        Key::new(hash, 1)
    }

    fn filled(path: &Path, entries: u64) {
        let (cache, warning) = Cache::open(path);
        assert_eq!(warning, None);
        let values = (0..entries).map(|number| (key(number), vec![number as u8; 300]));
        cache.put_many(values).expect("stored");
    }

    fn directory() -> tempfile::TempDir {
        tempfile::tempdir().expect("temporary directory")
    }

    #[test]
    fn values_survive_reopening_and_schemas_are_apart() {
        let directory = directory();
        let path = directory.path().join("facts.redb");
        filled(&path, 3);
        let (cache, warning) = Cache::open(&path);
        assert_eq!(warning, None);
        let other_schema = Key::new([0; 16], 2);
        let found = cache.get_many(&[key(2), key(9), key(0), other_schema]);
        assert_eq!(found, [Some(vec![2; 300]), None, Some(vec![0; 300]), None]);
        cache.put_many([(key(2), b"new")]).expect("stored");
        assert_eq!(cache.get_many(&[key(2)]), [Some(b"new".to_vec())]);
    }

    #[test]
    fn an_empty_and_a_disabled_cache_hold_nothing() {
        let directory = directory();
        let (cache, warning) = Cache::open(&directory.path().join("facts.redb"));
        assert_eq!((cache.get_many(&[key(1)]), warning), (vec![None], None));
        let disabled = Cache::disabled();
        disabled.put_many([(key(1), b"x")]).expect("nothing to do");
        assert_eq!(disabled.get_many(&[key(1)]), [None]);
        assert!(!disabled.is_enabled());
    }

    #[test]
    fn a_reader_serves_many_threads_and_does_not_change() {
        fn shareable<T: Send + Sync>(_: &T) {}
        let directory = directory();
        let path = directory.path().join("facts.redb");
        filled(&path, 100);
        let (cache, _) = Cache::open(&path);
        let reader: Reader = cache.reader();
        shareable(&reader);
        cache.put_many([(key(1000), b"later")]).expect("stored");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    assert!((0..100).all(|number| reader.get(&key(number)).is_some()));
                    assert_eq!(reader.get(&key(1000)), None);
                });
            }
        });
    }

    #[test]
    fn a_held_file_is_left_alone() {
        let directory = directory();
        let path = directory.path().join("facts.redb");
        filled(&path, 1);
        let (first, _) = Cache::open(&path);
        let (second, warning) = Cache::open(&path);
        assert_eq!(warning, Some(CacheWarning::Busy { path: path.clone() }));
        assert!(!second.is_enabled());
        assert_eq!(first.get_many(&[key(0)]), [Some(vec![0; 300])]);
    }

    #[test]
    fn foreign_content_is_discarded() {
        for content in [&b"SQLite format 3\0"[..], &[0xff; 9000], b"redb\x1a\x0a\xa9\x0d\x0a", b"x"]
        {
            let directory = directory();
            let path = directory.path().join("facts.redb");
            std::fs::write(&path, content).expect("written");
            let (cache, warning) = Cache::open(&path);
            assert!(matches!(warning, Some(CacheWarning::Discarded { .. })), "{warning:?}");
            cache.put_many([(key(1), b"x")]).expect("stored");
            assert_eq!(cache.get_many(&[key(1)]), [Some(b"x".to_vec())]);
        }
    }

    #[test]
    fn a_link_is_replaced_and_its_target_untouched() {
        let directory = directory();
        let (path, target) = (directory.path().join("facts.redb"), directory.path().join("target"));
        std::fs::write(&target, "").expect("written");
        std::os::unix::fs::symlink(&target, &path).expect("link");
        let (cache, warning) = Cache::open(&path);
        assert!(matches!(warning, Some(CacheWarning::Discarded { .. })), "{warning:?}");
        assert!(cache.is_enabled());
        assert_eq!(std::fs::metadata(&target).expect("target").len(), 0);
    }

    #[test]
    fn a_place_that_cannot_hold_a_file_means_no_cache() {
        let directory = directory();
        for path in [directory.path().to_owned(), directory.path().join("none/facts.redb")] {
            let (cache, warning) = Cache::open(&path);
            assert!(matches!(warning, Some(CacheWarning::Unusable { .. })), "{warning:?}");
            assert!(!cache.is_enabled());
        }
    }

    #[test]
    fn damage_anywhere_costs_entries_but_never_gives_wrong_ones() {
        let directory = directory();
        let intact = directory.path().join("intact.redb");
        filled(&intact, 200);
        let bytes = std::fs::read(&intact).expect("file");
        let path = directory.path().join("facts.redb");
        for seed in 0..60_usize {
            let mut damaged = bytes.clone();
            let at = seed.wrapping_mul(7919).wrapping_mul(seed + 1) % damaged.len();
            let end = damaged.len().min(at + 1 + (seed % 3) * 700);
            damaged[at..end].fill(0xa5);
            std::fs::write(&path, damaged).expect("written");
            let (cache, _) = Cache::open(&path);
            let keys: Vec<Key> = (0..200).map(key).collect();
            for (number, value) in cache.get_many(&keys).into_iter().enumerate() {
                assert!(value.is_none_or(|value| value == vec![number as u8; 300]), "seed {seed}");
            }
        }
    }
}
