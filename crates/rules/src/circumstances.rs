//! What a scan is told besides the facts and the configuration.

use std::collections::BTreeMap;

use ssot_model::{RepoPath, Tombstone};

/// The time and the memory of a repository.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// The day, `YYYY-MM-DD`; nothing expires when it is not known.
    pub today: Option<String>,
    /// Where the entries of the configuration stand.
    pub lines: PolicyLines,
    /// Definitions that were removed and must not return.
    pub tombstones: Vec<Tombstone>,
}

/// Where the entries of `ssot.toml` stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyLines {
    file: Option<RepoPath>,
    lines: BTreeMap<(String, usize), u32>,
}

impl PolicyLines {
    /// Lines of a file, none known yet.
    pub fn new(file: RepoPath) -> Self {
        Self { file: Some(file), lines: BTreeMap::new() }
    }

    /// Notes the line, counted from one, of the entry at a position of a list of tables.
    pub fn put(&mut self, table: &str, at: usize, line: u32) {
        self.lines.insert((table.to_owned(), at), line);
    }

    /// The file; `ssot.toml` when it is not known.
    pub(crate) fn file(&self) -> RepoPath {
        let usual = || RepoPath::new("ssot.toml").expect("a plain word is a plain path");
        self.file.clone().unwrap_or_else(usual)
    }

    /// The line of an entry; the first line when it is not known.
    pub fn of(&self, table: &str, at: usize) -> u32 {
        self.lines.get(&(table.to_owned(), at)).copied().unwrap_or(1)
    }
}
