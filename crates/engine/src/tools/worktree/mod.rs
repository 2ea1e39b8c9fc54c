//! Tools with which a language model works on a tree: it reads what is beneath it and changes
//! what it was given, and nothing else.

mod list_files;
mod read_file;
mod replace_text;
mod search_text;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use ssot_model::RepoPath;
use ssot_runtime::files;
use ssot_runtime::tools::{Permission, ToolDispatcher, ToolFailure};

use super::Workshop;
use crate::EngineError;
use crate::survey::ScanOptions;

/// Largest file that is read or changed, in bytes.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// A tree on which somebody works. Clones share it.
#[derive(Clone)]
pub(crate) struct Bench(Arc<Tree>);

struct Tree {
    root: PathBuf,
    write_set: BTreeSet<RepoPath>,
    /// The tools that ask about it.
    workshop: Workshop,
}

/// What whoever works on a tree may do.
const GRANTED: &[Permission] = &[Permission::Read, Permission::Write];

impl Bench {
    /// A tree of which only some files may be changed.
    pub(crate) fn new(root: PathBuf, write_set: BTreeSet<RepoPath>) -> Self {
        let workshop = Workshop::new(ScanOptions::of(root.clone(), None));
        Self(Arc::new(Tree { root, write_set, workshop }))
    }

    /// The tools for it, and those that ask about it, for whoever works on it.
    pub(crate) fn tools(&self) -> Result<ToolDispatcher, EngineError> {
        self.tools_for(GRANTED)
    }

    fn tools_for(&self, granted: &'static [Permission]) -> Result<ToolDispatcher, EngineError> {
        let workshop = &self.0.workshop;
        let all = workshop
            .toolset()?
            .with(list_files::ListFiles(self.clone()))
            .and_then(|it| it.with(read_file::ReadFile(self.clone())))
            .and_then(|it| it.with(search_text::SearchText(self.clone())))
            .and_then(|it| it.with(replace_text::ReplaceText(self.clone())));
        Ok(all.map_err(EngineError::internal)?.dispatcher(workshop.conditions(granted)))
    }

    /// What an answer about the tree is made from right now, if that can be told.
    fn generation(&self) -> Option<String> {
        self.0.workshop.generation()
    }

    /// The text of a file.
    fn text(&self, path: &str) -> Result<(RepoPath, String), ToolFailure> {
        let path = RepoPath::new(path).map_err(|error| ToolFailure(error.to_string()))?;
        let told = |why: &dyn std::fmt::Display| ToolFailure(format!("`{path}`: {why}"));
        let bytes = files::read(&self.0.root, &path, LARGEST_FILE).map_err(|it| told(&it))?;
        let text = String::from_utf8(bytes).map_err(|_| told(&"it is no text in UTF-8"))?;
        Ok((path, text))
    }

    /// The Python files of the tree.
    fn files(&self) -> Result<Vec<RepoPath>, ToolFailure> {
        let walk = files::walk(&self.0.root, &[], &[], LARGEST_FILE);
        let walk = walk.map_err(|error| ToolFailure(error.to_string()))?;
        Ok(walk.files.into_iter().map(|file| file.path).collect())
    }
}

#[cfg(test)]
mod tests;
