//! Files of ours below `.ssot/`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use ssot_model::RepoPath;

use super::{GitError, Repository};

impl Repository {
    /// Stores a file below `.ssot/`, whole or not at all, and durably.
    pub fn write_state(&self, name: &RepoPath, bytes: &[u8]) -> Result<PathBuf, GitError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let path = self.prepare_state_dir()?.join(name.as_str());
        let directory = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(directory).map_err(|e| GitError::io(directory, e))?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let part = directory.join(format!(".part-{}-{number}", std::process::id()));
        let written = std::fs::File::create(&part)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&part, &path));
        written.map_err(|e| GitError::io(&path, e))?;
        Ok(path)
    }

    /// The content of a file below `.ssot/`; none when it cannot be read.
    pub fn read_state(&self, name: &RepoPath) -> Option<Vec<u8>> {
        std::fs::read(self.state_dir().join(name.as_str())).ok()
    }
}
