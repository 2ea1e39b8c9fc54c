//! What is open in the editor, and what is known of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, Uri,
};
use ssot_engine::Alike;
use ssot_model::{Finding, RepoPath};

use super::address;

/// Every open file of the repository.
pub(super) struct Documents {
    root: PathBuf,
    open: BTreeMap<RepoPath, Document>,
}

/// One open file.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
    /// What is like its definitions, as far as the worker has come.
    pub(super) alike: Vec<Alike>,
    /// What the ratchet last said of it.
    pub(super) findings: Vec<Finding>,
}

/// A file of which something new is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) path: RepoPath,
    /// Whether the ratchet is asked as well, which takes longer.
    pub(super) ratchet: bool,
}

impl Documents {
    /// None is open.
    pub(super) fn new(root: &Path) -> Self {
        let root = ssot_runtime::files::real(root).unwrap_or_else(|_| root.to_owned());
        Self { root, open: BTreeMap::new() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn open(&mut self, asked: DidOpenTextDocumentParams) -> Option<Changed> {
        let opened = asked.text_document;
        let path = self.path(&opened.uri)?;
        let document = Document {
            uri: opened.uri,
            version: opened.version,
            text: opened.text,
            alike: Vec::new(),
            findings: Vec::new(),
        };
        self.open.insert(path.clone(), document);
        Some(Changed { path, ratchet: true })
    }

    pub(super) fn change(&mut self, asked: DidChangeTextDocumentParams) -> Option<Changed> {
        let path = self.path(&asked.text_document.uri)?;
        let document = self.open.get_mut(&path)?;
        // The whole text each time; the last one counts.
        document.text = asked.content_changes.into_iter().next_back()?.text;
        document.version = asked.text_document.version;
        Some(Changed { path, ratchet: false })
    }

    pub(super) fn save(&mut self, asked: &DidSaveTextDocumentParams) -> Option<Changed> {
        let path = self.path(&asked.text_document.uri)?;
        self.open.contains_key(&path).then_some(Changed { path, ratchet: true })
    }

    pub(super) fn close(&mut self, asked: &DidCloseTextDocumentParams) {
        if let Some(path) = self.path(&asked.text_document.uri) {
            self.open.remove(&path);
        }
    }

    /// An open file by its address.
    pub(super) fn at(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(&self.path(uri)?)
    }

    pub(super) fn get(&self, path: &RepoPath) -> Option<&Document> {
        self.open.get(path)
    }

    pub(super) fn get_mut(&mut self, path: &RepoPath) -> Option<&mut Document> {
        self.open.get_mut(path)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&RepoPath, &mut Document)> {
        self.open.iter_mut()
    }

    /// Every open text.
    pub(super) fn texts(&self) -> BTreeMap<RepoPath, Vec<u8>> {
        let text =
            |(path, it): (&RepoPath, &Document)| (path.clone(), it.text.clone().into_bytes());
        self.open.iter().map(text).collect()
    }

    /// The path of a Python file of the repository.
    fn path(&self, uri: &Uri) -> Option<RepoPath> {
        let path = address::path_of(uri.as_str())?;
        let below = path.strip_prefix(&self.root).ok()?;
        let is_python = below.extension().is_some_and(|it| it == "py");
        RepoPath::new(below.to_str()?).ok().filter(|_| is_python)
    }
}

/// A worker that broke leaves texts that are whole and answers that are old.
pub(super) fn lock(documents: &Mutex<Documents>) -> MutexGuard<'_, Documents> {
    documents.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Document {
    /// The line on which a definition says its name, from zero: decorators may stand above.
    pub(super) fn head(&self, name: &str, start: u32) -> u32 {
        let own = name.rsplit('.').next().unwrap_or(name);
        let first = start.saturating_sub(1);
        let is_head = |line: &str| {
            let line = line.trim_start();
            ["def ", "async def ", "class "]
                .iter()
                .filter_map(|word| line.strip_prefix(word))
                .any(|rest| rest.trim_start().starts_with(own))
        };
        let mut lines = self.text.lines().skip(first as usize);
        lines.position(is_head).map_or(first, |after| first + after as u32)
    }

    /// How long a line is, in the units of the protocol.
    pub(super) fn width(&self, line: u32) -> u32 {
        let text = self.text.lines().nth(line as usize).unwrap_or_default();
        text.encode_utf16().count() as u32
    }
}
