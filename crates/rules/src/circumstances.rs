//! What a scan is told besides the facts and the configuration.

use std::collections::BTreeMap;

use ssot_model::RepoPath;

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

    /// The line of an entry; the first line when it is not known.
    pub fn of(&self, table: &str, at: usize) -> u32 {
        self.lines.get(&(table.to_owned(), at)).copied().unwrap_or(1)
    }
}
