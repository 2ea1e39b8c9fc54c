//! From files to the dotted names under which they are imported.

use std::collections::BTreeMap;

use compact_str::{CompactString, format_compact};
use rustc_hash::{FxHashMap, FxHashSet};
use ssot_model::RepoPath;

use crate::file::FileFlags;
use crate::role::Role;

/// The preferred dotted name of each of the files, which must be sorted.
pub fn module_names(paths: &[&RepoPath]) -> Vec<CompactString> {
    Layout::new(paths).names
}

/// How the files of a repository are imported.
pub(crate) struct Layout {
    /// The preferred dotted name of each file, in the order of the files.
    pub(crate) names: Vec<CompactString>,
    /// Every dotted name to the index of its file.
    pub(crate) by_name: FxHashMap<CompactString, u32>,
    /// Directories that must be on the search path, the most used first.
    pub(crate) roots: Vec<String>,
    /// Files that cannot be imported because a package takes their name: index of
    /// the file, index of the package's `__init__.py`.
    pub(crate) shadowed: Vec<(u32, u32)>,
}

impl Layout {
    /// Derives the layout from the paths alone, which must be sorted.
    pub(crate) fn new(paths: &[&RepoPath]) -> Self {
        let packages: FxHashSet<&str> = paths
            .iter()
            .filter(|path| path.file_name() == "__init__.py")
            .map(|path| path.directory())
            .collect();
        let mut layout = Self {
            names: Vec::with_capacity(paths.len()),
            by_name: FxHashMap::default(),
            roots: Vec::new(),
            shadowed: Vec::new(),
        };
        let mut root_sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for path in paths {
            let root = root_of(path, &packages);
            // A directory of examples on the search path could hide what is installed.
            let is_production = Role::of(path, FileFlags::default()) == Role::Production;
            *root_sizes.entry(root).or_default() += usize::from(is_production);
            layout.names.push(dotted(path, root));
        }
        layout.register(paths, &packages);
        let mut roots: Vec<(&str, usize)> =
            root_sizes.into_iter().filter(|(_, size)| *size > 0).collect();
        roots.sort_by_key(|(root, size)| (std::cmp::Reverse(*size), root.len()));
        layout.roots = roots.into_iter().map(|(root, _)| root.to_owned()).collect();
        layout
    }

    /// Packages win over modules of the same name, as they do at run time; the
    /// preferred names win over those from the repository's root.
    fn register(&mut self, paths: &[&RepoPath], packages: &FxHashSet<&str>) {
        let is_package = |path: &RepoPath| path.file_name() == "__init__.py";
        for pass in [true, false] {
            for (index, path) in paths.iter().enumerate() {
                let index = index as u32;
                let name = self.names[index as usize].clone();
                match (pass, is_package(path), self.by_name.get(&name)) {
                    (true, true, None) | (false, false, None) => {
                        self.by_name.insert(name, index);
                    }
                    (false, false, Some(&package)) => {
                        let taker = paths[package as usize];
                        if is_package(taker) && taker.directory() == without_suffix(path) {
                            self.shadowed.push((index, package));
                        }
                    }
                    _ => {}
                }
            }
        }
        for (index, path) in paths.iter().enumerate() {
            let top_of_package = !packages.contains(path.directory());
            let from_root = dotted(path, "");
            if top_of_package || path.components().next() == Some("src") {
                self.by_name.entry(from_root).or_insert(index as u32);
            }
        }
    }
}

fn without_suffix(path: &RepoPath) -> &str {
    path.as_str().strip_suffix(".py").unwrap_or(path.as_str())
}

/// The directory that must be on the search path for the file to be importable:
/// the first one upwards that is not a package.
fn root_of<'a>(path: &'a RepoPath, packages: &FxHashSet<&str>) -> &'a str {
    let mut directory = path.directory();
    if !packages.contains(directory) {
        return namespace_root(directory);
    }
    while packages.contains(directory) && !directory.is_empty() {
        directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    namespace_root(directory)
}

/// A directory without `__init__.py` is a namespace package of the repository's
/// root or of its source directory, unless it is such a directory itself.
fn namespace_root(directory: &str) -> &str {
    const SOURCE_DIRECTORIES: [&str; 4] = ["src", "lib", "python", "source"];
    let mut end = None;
    let mut at = 0;
    for part in directory.split('/') {
        at += part.len();
        if SOURCE_DIRECTORIES.contains(&part) {
            end = Some(at);
        }
        at += 1;
    }
    end.map_or("", |end| &directory[..end])
}

fn dotted(path: &RepoPath, root: &str) -> CompactString {
    let text = without_suffix(path);
    let text = text.strip_suffix("/__init__").unwrap_or(text);
    let text = text.strip_prefix(root).unwrap_or(text).trim_start_matches('/');
    format_compact!("{}", text.replace('/', "."))
}

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::Layout;

    #[test]
    fn names_follow_packages_source_directories_and_namespaces() {
        let paths: Vec<RepoPath> = [
            "app/__init__.py",
            "app/core/__init__.py",
            "app/core/money.py",
            "app/text.py",
            "app/text/__init__.py",
            "services/billing/api.py",
            "src/lib_a/__init__.py",
            "src/lib_a/io.py",
        ]
        .iter()
        .map(|path| RepoPath::new(path).expect("plain"))
        .collect();
        let layout = Layout::new(&paths.iter().collect::<Vec<_>>());
        let names: Vec<&str> =
            layout.names.iter().map(compact_str::CompactString::as_str).collect();
        assert_eq!(
            names,
            [
                "app",
                "app.core",
                "app.core.money",
                "app.text",
                "app.text",
                "services.billing.api",
                "lib_a",
                "lib_a.io"
            ]
        );
        assert_eq!(layout.by_name["app.text"], 4);
        assert_eq!(layout.shadowed, [(3, 4)]);
        assert_eq!(layout.roots, ["", "src"]);
    }
}
