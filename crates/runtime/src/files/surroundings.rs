//! What lies beside the sources of a tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::overrides::Override;
use serde::{Deserialize, Serialize};

use super::walk::{WalkError, excluded};

/// The file whose lines leave out what lies beside and below it.
const IGNORE_FILE: &str = ".gitignore";

/// Answers questions about names in directories, and remembers which directories the
/// answers rest on.
pub struct Surroundings {
    root: PathBuf,
    excluded: Override,
    directories: BTreeMap<String, Directory>,
}

/// The directories that were looked at and what they looked like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Witness(Vec<(String, [u8; 32])>);

impl Witness {
    /// Whether every directory of the tree at `root` still looks the same.
    pub fn holds(&self, root: &Path) -> bool {
        self.0.iter().all(|(path, digest)| Directory::read(root, path).digest() == *digest)
    }
}

/// One directory; one that is not there or cannot be read is empty.
struct Directory {
    names: BTreeSet<String>,
    ignore: Vec<u8>,
    ignored: Option<Gitignore>,
}

impl Directory {
    fn read(root: &Path, path: &str) -> Self {
        let place = root.join(path);
        let entries = std::fs::read_dir(&place).into_iter().flatten().flatten();
        let names: BTreeSet<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let listed = names.contains(IGNORE_FILE);
        let ignore = listed.then(|| std::fs::read(place.join(IGNORE_FILE)).ok()).flatten();
        Self { names, ignore: ignore.unwrap_or_default(), ignored: None }
    }

    fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for name in &self.names {
            hasher.update(name.as_bytes()).update(b"/");
        }
        hasher.update(&self.ignore);
        hasher.finalize().into()
    }

    /// Whether something is called `stem` with any suffix: `native.so` for `native`.
    fn has_stem(&self, stem: &str) -> bool {
        let dotted = format!("{stem}.");
        let next = self.names.range(dotted.clone()..).next();
        self.names.contains(stem) || next.is_some_and(|name| name.starts_with(&dotted))
    }

    fn ignored(&mut self, place: &Path) -> &Gitignore {
        self.ignored.get_or_insert_with(|| {
            let mut builder = GitignoreBuilder::new(place);
            for line in String::from_utf8_lossy(&self.ignore).lines() {
                // A broken line is reported by the walk.
                let _ = builder.add_line(None, line);
            }
            builder.build().unwrap_or_else(|_| Gitignore::empty())
        })
    }
}

impl Surroundings {
    /// Prepares the questions about a tree and the globs its configuration leaves out.
    pub fn new(root: &Path, exclude: &[String]) -> Result<Self, WalkError> {
        let excluded = excluded(root, exclude)?;
        Ok(Self { root: root.to_owned(), excluded, directories: BTreeMap::new() })
    }

    /// What the answers so far rest on.
    pub fn witness(&self) -> Witness {
        let seen = self.directories.iter();
        Witness(seen.map(|(path, directory)| (path.clone(), directory.digest())).collect())
    }

    /// The names in a directory below the root, whatever leaves them out; `""` is the root.
    pub fn names(&mut self, directory: &str) -> &BTreeSet<String> {
        &self.directory(directory).names
    }

    /// Whether there is something of this name with any suffix, `app/native.so` for
    /// `app/native`, or whether a module of the name would not be walked.
    pub fn knows(&mut self, stem: &str) -> bool {
        let (directory, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        self.directory(directory).has_stem(name)
            || self.is_left_out(&format!("{stem}.py"), false)
            || self.is_left_out(stem, true)
    }

    fn directory(&mut self, path: &str) -> &mut Directory {
        if !self.directories.contains_key(path) {
            self.directories.insert(path.to_owned(), Directory::read(&self.root, path));
        }
        self.directories.get_mut(path).expect("it was just put there")
    }

    fn is_left_out(&mut self, path: &str, is_directory: bool) -> bool {
        let (mut at, mut is_directory) = (path, is_directory);
        // What lies in a directory that is left out is left out with it.
        loop {
            let absolute = self.root.join(at);
            if self.excluded.matched(&absolute, is_directory).is_ignore()
                || self.ignores(at, is_directory)
            {
                return true;
            }
            let Some((parent, _)) = at.rsplit_once('/') else { return false };
            (at, is_directory) = (parent, true);
        }
    }

    /// Asks the ignore files from the path's directory up to the root.
    fn ignores(&mut self, path: &str, is_directory: bool) -> bool {
        let absolute = self.root.join(path);
        let mut at = path;
        while !at.is_empty() {
            at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
            let place = self.root.join(at);
            let matched = self.directory(at).ignored(&place).matched(&absolute, is_directory);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Surroundings;

    fn lay(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let place = root.join(path);
            std::fs::create_dir_all(place.parent().expect("parent")).expect("directory");
            std::fs::write(place, text).expect("file");
        }
    }

    #[test]
    fn what_a_walk_does_not_show_is_known() {
        let root = tempfile::tempdir().expect("temporary directory");
        lay(
            root.path(),
            &[
                (".gitignore", "local_*.py\n/build\n"),
                ("app/.gitignore", "!local_kept.py\n"),
                ("app/native.cpython-311-x86_64-linux-gnu.so", ""),
                ("app/data/table.csv", ""),
            ],
        );
        let exclude = ["generated/".to_owned()];
        let mut surroundings = Surroundings::new(root.path(), &exclude).expect("globs");
        for (stem, expected) in [
            ("app/native", true),
            ("app/nati", false),
            ("app/data", true),
            ("app/local_settings", true),
            ("app/local_kept", false),
            ("build/lib/module", true),
            ("app/generated/api", true),
            ("app/missing", false),
        ] {
            assert_eq!(surroundings.knows(stem), expected, "{stem}");
        }
    }

    #[test]
    fn a_witness_holds_until_a_directory_that_was_asked_for_changes() {
        let root = tempfile::tempdir().expect("temporary directory");
        lay(root.path(), &[(".gitignore", "out\n"), ("app/a.py", ""), ("other/b.py", "")]);
        let mut surroundings = Surroundings::new(root.path(), &[]).expect("no globs");
        assert!(surroundings.names("app").contains("a.py") && !surroundings.knows("gone/c"));
        let witness = surroundings.witness();
        lay(root.path(), &[("other/c.py", ""), ("app/a.py", "changed = 1\n")]);
        assert!(witness.holds(root.path()), "nobody asked about `other`, nor about content");
        for (path, text) in
            [("app/native.so", ""), (".gitignore", "app\n"), ("gone/c.so", ""), ("new", "")]
        {
            let fresh = tempfile::tempdir().expect("temporary directory");
            lay(fresh.path(), &[(".gitignore", "out\n"), ("app/a.py", ""), ("other/b.py", "")]);
            assert!(witness.holds(fresh.path()), "{path}");
            lay(fresh.path(), &[(path, text)]);
            assert!(!witness.holds(fresh.path()), "{path}");
        }
    }
}
