//! Asking for modules that a walk does not show.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::overrides::Override;

use super::walk::{WalkError, excluded};

/// What lies beside the sources of a tree, or would be left out of a walk.
pub struct LeftOut {
    root: PathBuf,
    excluded: Override,
    ignored: BTreeMap<PathBuf, Gitignore>,
}

impl LeftOut {
    /// Prepares the questions about a tree and the globs its configuration leaves out.
    pub fn new(root: &Path, exclude: &[String]) -> Result<Self, WalkError> {
        Ok(Self {
            root: root.to_owned(),
            excluded: excluded(root, exclude)?,
            ignored: BTreeMap::new(),
        })
    }

    /// Whether there is something of this name with any suffix, `app/native.so` for
    /// `app/native`, or whether a module of the name would not be walked.
    pub fn knows(&mut self, stem: &str) -> bool {
        self.is_there(stem)
            || self.is_left_out(&format!("{stem}.py"), false)
            || self.is_left_out(stem, true)
    }

    fn is_there(&self, stem: &str) -> bool {
        let path = self.root.join(stem);
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        let Ok(entries) = std::fs::read_dir(directory) else { return false };
        entries.flatten().any(|entry| {
            let file = PathBuf::from(entry.file_name());
            let mut stem = file.as_path();
            // `native.cpython-311-x86_64-linux-gnu.so` has several suffixes.
            while let (Some(shorter), true) = (stem.file_stem(), stem.extension().is_some()) {
                stem = Path::new(shorter);
            }
            stem.as_os_str() == name
        })
    }

    fn is_left_out(&mut self, path: &str, is_directory: bool) -> bool {
        let absolute = self.root.join(path);
        let mut at = absolute.as_path();
        let mut directory = is_directory;
        // What lies in a directory that is left out is left out with it.
        while at != self.root {
            if self.excluded.matched(at, directory).is_ignore() || self.ignores(at, directory) {
                return true;
            }
            let Some(parent) = at.parent() else { return false };
            (at, directory) = (parent, true);
        }
        false
    }

    /// Asks the `.gitignore` files from the path's directory up to the root.
    fn ignores(&mut self, path: &Path, is_directory: bool) -> bool {
        for directory in path.ancestors().skip(1) {
            if !directory.starts_with(&self.root) {
                return false;
            }
            let rules = self.ignored.entry(directory.to_owned()).or_insert_with(|| {
                let mut builder = GitignoreBuilder::new(directory);
                // A broken line is reported by the walk.
                let _ = builder.add(directory.join(".gitignore"));
                builder.build().unwrap_or_else(|_| Gitignore::empty())
            });
            let matched = rules.matched(path, is_directory);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::LeftOut;

    #[test]
    fn what_a_walk_does_not_show_is_known() {
        let root = tempfile::tempdir().expect("temporary directory");
        for (path, text) in [
            (".gitignore", "local_*.py\n/build\n"),
            ("app/.gitignore", "!local_kept.py\n"),
            ("app/native.cpython-311-x86_64-linux-gnu.so", ""),
            ("app/data/table.csv", ""),
        ] {
            let place = root.path().join(path);
            std::fs::create_dir_all(place.parent().expect("parent")).expect("directory");
            std::fs::write(place, text).expect("file");
        }
        let exclude = ["generated/".to_owned()];
        let mut left_out = LeftOut::new(root.path(), &exclude).expect("globs");
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
            assert_eq!(left_out.knows(stem), expected, "{stem}");
        }
    }
}
