//! The private directory of one execution: home, temporary files, probe, records.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ssot_model::RepoPath;

use super::RunnerError;
use super::records::{self, Records};
use crate::process::terminate_marked;
use crate::sandbox::MARK_VARIABLE;

const SITECUSTOMIZE: &str = include_str!("sitecustomize.py");
const PROBE: &str = include_str!("ssot_probe.py");
const LOAD: &str = include_str!("ssot_load.py");

/// Attempts to find a name that nobody uses yet.
const NAME_ATTEMPTS: u64 = 1000;
/// Most bytes that are read of one file of records.
const RECORD_BYTES: u64 = 256 * 1024 * 1024;
/// Most files of records that are read: one or two a process.
const RECORD_FILES: usize = 100_000;

/// Short, because sockets below it must fit in 108 bytes.
fn prefix(mark: &str) -> String {
    let hash = blake3::hash(mark.as_bytes()).to_hex();
    format!("ssot-{}-", &hash[..10])
}

/// Kills what earlier executions with this mark left running and removes their
/// private directories. For use before a run is taken up again.
pub fn clean_leftovers(mark: &str) {
    let prefix = prefix(mark);
    terminate_marked(MARK_VARIABLE, &prefix);
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if directory && entry.file_name().to_string_lossy().starts_with(&prefix) {
            // Somebody else's with such a name resists, which is right.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The directory; it goes away with the value, and so do the processes.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    name: String,
}

impl Scratch {
    pub(super) fn create(mark: &str) -> Result<Self, RunnerError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let base = std::env::temp_dir();
        let base = base.canonicalize().map_err(|e| RunnerError::io(&base, e))?;
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700);
        for _ in 0..NAME_ATTEMPTS {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}{:x}-{number:x}", prefix(mark), std::process::id());
            let path = base.join(&name);
            match builder.create(&path) {
                Ok(()) => {
                    let scratch = Self { path, name };
                    for part in [scratch.home(), scratch.tmp(), scratch.probe(), scratch.records()]
                    {
                        builder.create(&part).map_err(|e| RunnerError::io(&part, e))?;
                    }
                    return Ok(scratch);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(RunnerError::io(&path, error)),
            }
        }
        Err(RunnerError::io(&base, std::io::Error::other("no free name for a private directory")))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The value of [`MARK_VARIABLE`] of every process of this execution.
    pub(super) fn mark(&self) -> &str {
        &self.name
    }

    pub(super) fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    pub(super) fn tmp(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// A configuration for trees that bring none of their own.
    pub(super) fn empty_pytest_configuration(&self) -> PathBuf {
        self.probe().join("pytest.ini")
    }

    pub(super) fn probe(&self) -> PathBuf {
        self.path.join("probe")
    }

    pub(super) fn records(&self) -> PathBuf {
        self.path.join("records")
    }

    /// The parts of the behaviour check, apart from the probe.
    pub(super) fn behaviour(&self) -> PathBuf {
        self.path.join("behaviour")
    }

    pub(super) fn load_script(&self) -> PathBuf {
        self.probe().join("ssot_load.py")
    }

    /// Writes the probe and the first names of the repository's modules.
    pub(super) fn write_probe(
        &self,
        modules: &BTreeMap<String, RepoPath>,
    ) -> Result<(), RunnerError> {
        let tops: BTreeSet<&str> =
            modules.keys().map(|name| name.split('.').next().unwrap_or(name)).collect();
        let tops = tops.into_iter().collect::<Vec<_>>().join("\n");
        write(&self.probe().join("sitecustomize.py"), SITECUSTOMIZE)?;
        write(&self.probe().join("ssot_probe.py"), PROBE)?;
        write(&self.empty_pytest_configuration(), "[pytest]\n")?;
        write(&self.load_script(), LOAD)?;
        write(&self.records().join("tops.txt"), &tops)
    }

    /// Kills every process of this execution, also those that left its group.
    pub(super) fn terminate(&self) {
        terminate_marked(MARK_VARIABLE, &self.name);
    }

    /// Whether nothing was ever recorded.
    pub(super) fn is_unused(&self) -> bool {
        !self.read_records().probed
    }

    /// What the probe wrote. Only regular files are opened: the tests could
    /// have left a pipe there.
    pub(super) fn read_records(&self) -> Records {
        let mut found = Records::default();
        let Ok(entries) = std::fs::read_dir(self.records()) else {
            return found;
        };
        for entry in entries.flatten().take(RECORD_FILES) {
            if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
                continue;
            }
            let Ok(file) = std::fs::File::open(entry.path()) else {
                continue;
            };
            let mut bytes = Vec::new();
            if file.take(RECORD_BYTES).read_to_end(&mut bytes).is_ok() {
                let text = String::from_utf8_lossy(&bytes);
                records::add(&mut found, &entry.file_name().to_string_lossy(), &text);
            }
        }
        found
    }
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), RunnerError> {
    std::fs::write(path, text).map_err(|e| RunnerError::io(path, e))
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.terminate();
        // What resists stays until `clean_leftovers`; it is in nobody's way.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
