//! Other worktrees of the repository: what is written there and not yet here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use compact_str::CompactString;
use ssot_facts::{module_names, python};
use ssot_model::{CommitId, OtherTree, RepoPath, ScanConfig};
use ssot_rules::catalogue::{Catalogue, Place};
use ssot_runtime::files::{self, Root};
use ssot_runtime::git::{KnownTree, Repository};

use super::other_tree;

/// Other worktrees that are looked at; a machine with more of them has them for storage.
const MOST_TREES: usize = 32;
/// Files of one worktree that are looked at: one that differs in more is another project.
const MOST_FILES: usize = 2000;

/// The other worktrees of a repository.
pub(super) struct Neighbours {
    /// None outside of git.
    repository: Option<Repository>,
    /// The scanned directory below the root of each worktree.
    below: PathBuf,
    max_file_bytes: u64,
    /// By the number that the catalogue gives them, from one.
    trees: BTreeMap<u32, Neighbour>,
    next: u32,
    notes: Vec<String>,
}

struct Neighbour {
    path: PathBuf,
    name: String,
    branch: Option<String>,
    repository: Repository,
    /// Hash of each file that differs from what is checked out here.
    files: BTreeMap<RepoPath, blake3::Hash>,
}

impl Neighbours {
    pub(super) fn new(root: &Path, config: &ScanConfig) -> Self {
        let repository = Repository::open(root).ok();
        let below = repository.as_ref().and_then(|it| files::below(it.root(), root).ok());
        Self {
            repository,
            below: below.unwrap_or_default(),
            max_file_bytes: config.max_file_bytes,
            trees: BTreeMap::new(),
            next: 1,
            notes: Vec::new(),
        }
    }

    /// Reads what has changed since. What cannot be looked at is a note, not an error.
    /// `here` are the names of the modules of this tree.
    pub(super) fn refresh(
        &mut self,
        here: &BTreeMap<RepoPath, CompactString>,
        catalogue: &mut Catalogue,
    ) {
        self.notes.clear();
        let limit = self.max_file_bytes;
        let Some(repository) = self.repository.clone() else { return };
        let listed = repository.head().and_then(|head| Ok((head, repository.trees()?)));
        let (head, listed) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                self.notes.push(format!("other worktrees were not looked at: {error}"));
                return;
            }
        };
        self.follow(&repository, listed);
        let known: Vec<u32> = self.trees.keys().copied().collect();
        catalogue.retain(|place| place.tree == 0 || known.contains(&place.tree));
        for (number, tree) in &mut self.trees {
            if let Err(reason) = tree.refresh(*number, &head, limit, here, catalogue) {
                self.notes.push(format!("{} was not looked at: {reason}", tree.path.display()));
            }
        }
    }

    /// Takes up worktrees that are new and drops those that are gone.
    fn follow(&mut self, repository: &Repository, listed: Vec<KnownTree>) {
        let own = repository.state_dir();
        let is_other = |tree: &KnownTree| {
            tree.path != repository.root()
                && !tree.path.starts_with(&own)
                && files::exists(&tree.path)
        };
        let listed: Vec<KnownTree> = listed.into_iter().filter(is_other).collect();
        if listed.len() > MOST_TREES {
            let left = listed.len() - MOST_TREES;
            self.notes.push(format!("{left} more worktrees were not looked at"));
        }
        let listed: Vec<KnownTree> = listed.into_iter().take(MOST_TREES).collect();
        self.trees.retain(|_, tree| {
            let same = |it: &KnownTree| it.path.join(&self.below) == tree.path;
            listed.iter().any(same)
        });
        for found in listed {
            let path = found.path.join(&self.below);
            if let Some(tree) = self.trees.values_mut().find(|tree| tree.path == path) {
                tree.branch = found.branch;
                continue;
            }
            let Ok(repository) = Repository::open(&found.path) else { continue };
            let name = found.branch.clone().unwrap_or_else(|| found.path.display().to_string());
            let files = BTreeMap::new();
            let tree = Neighbour { path, name, branch: found.branch, repository, files };
            self.trees.insert(self.next, tree);
            self.next += 1;
        }
    }

    /// What a worktree is called; none for this one.
    pub(super) fn name(&self, tree: u32) -> Option<&str> {
        self.trees.get(&tree).map(|tree| tree.name.as_str())
    }

    /// Where a worktree is; none for this one.
    pub(super) fn directory(&self, tree: u32) -> Option<String> {
        self.trees.get(&tree).map(|tree| tree.path.display().to_string())
    }

    pub(super) fn told(&self) -> Vec<OtherTree> {
        let told = |it: &Neighbour| other_tree(&it.path, it.branch.clone(), it.files.len());
        self.trees.values().map(told).collect()
    }

    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

impl Neighbour {
    fn refresh(
        &mut self,
        number: u32,
        head: &CommitId,
        limit: u64,
        here: &BTreeMap<RepoPath, CompactString>,
        catalogue: &mut Catalogue,
    ) -> Result<(), String> {
        let changed = self.repository.changed_since(head).map_err(|error| error.to_string())?;
        let below = files::below(self.repository.root(), &self.path);
        let below = below.map_err(|error| error.to_string())?;
        let in_scope = |path: &String| {
            let path = Path::new(path).strip_prefix(&below).ok()?.to_str()?;
            let is_python = Path::new(path).extension().is_some_and(|it| it == "py");
            RepoPath::new(path).ok().filter(|_| is_python)
        };
        let mut paths: Vec<RepoPath> = changed.iter().filter_map(in_scope).collect();
        paths.sort();
        paths.dedup();
        if paths.len() > MOST_FILES {
            return Err(format!("{} files differ, at most {MOST_FILES} are read", paths.len()));
        }
        self.files.retain(|path, _| {
            let stays = paths.binary_search(path).is_ok();
            if !stays {
                catalogue.remove(&Place { tree: number, path: path.clone() });
            }
            stays
        });
        let names = names_of(&paths, here);
        let open = Root::open(&self.path).map_err(|error| error.to_string())?;
        for (path, module) in paths.into_iter().zip(names) {
            let place = Place { tree: number, path: path.clone() };
            // A file that was deleted there has no definitions.
            let bytes = open.read(&path, limit).unwrap_or_default();
            let hash = blake3::hash(&bytes);
            if self.files.insert(path, hash) != Some(hash) {
                catalogue.put(place, module, &python::extract(&bytes));
            }
        }
        Ok(())
    }
}

/// How files of another tree are imported: as here, and new ones as if they were here.
fn names_of(paths: &[RepoPath], here: &BTreeMap<RepoPath, CompactString>) -> Vec<CompactString> {
    let is_new = |path: &&RepoPath| !here.contains_key(*path);
    let mut all: Vec<&RepoPath> = here.keys().chain(paths.iter().filter(is_new)).collect();
    let has_new = all.len() > here.len();
    all.sort();
    let names = if has_new { module_names(&all) } else { Vec::new() };
    let name = |path: &RepoPath| {
        let new = || names.get(all.binary_search(&path).ok()?).cloned();
        here.get(path).cloned().or_else(new).unwrap_or_default()
    };
    paths.iter().map(name).collect()
}
