//! From files to the dotted names under which they are imported.

use std::collections::BTreeMap;

use compact_str::{CompactString, format_compact};
use rustc_hash::{FxHashMap, FxHashSet};
use ssot_model::RepoPath;

use crate::file::FileFlags;
use crate::index::Source;
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
        let holding = |name: &str| -> FxHashSet<&str> {
            let files = paths.iter().filter(|path| path.file_name() == name);
            files.map(|path| path.directory()).collect()
        };
        let (packages, projects) = (holding("__init__.py"), holding("setup.py"));
        let mut layout = Self {
            names: Vec::with_capacity(paths.len()),
            by_name: FxHashMap::default(),
            roots: Vec::new(),
            shadowed: Vec::new(),
        };
        let mut root_sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for path in paths {
            let root = root_of(path, &packages, &projects);
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

impl Layout {
    /// A project that lives in a directory of the repository calls its packages by their
    /// own names: `backend/app/core.py` is `app.core` there. So it is known where files of
    /// the package import each other by that name, and no other directory has one like it.
    pub(crate) fn know_from_within(&mut self, sources: &[Source]) {
        let packages: FxHashSet<&str> = sources
            .iter()
            .filter(|source| source.path.file_name() == "__init__.py")
            .map(|source| source.path.directory())
            .collect();
        let mut homes: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
        let mut own: Vec<(&str, CompactString, usize)> = Vec::new();
        for (at, source) in sources.iter().enumerate() {
            if let Some((top, home)) = package_of(&source.path, &packages) {
                homes.entry(top).or_default().insert(home);
                own.push((top, dotted(&source.path, home), at));
            }
        }
        let known: FxHashSet<&str> = own.iter().map(|(_, name, _)| name.as_str()).collect();
        let says_so = |(top, _, at): &&(&str, CompactString, usize)| {
            let imports = sources[*at].facts.imports.iter().filter(|it| it.level == 0);
            let inner = imports.filter(|it| it.module.split('.').next() == Some(*top));
            inner.map(|it| it.module.as_str()).any(|it| it != *top && known.contains(it))
        };
        let said: FxHashSet<&str> = own.iter().filter(says_so).map(|(top, ..)| *top).collect();
        for (top, name, at) in &own {
            if said.contains(top) && homes[top].len() == 1 && !packages.contains(top) {
                self.by_name.entry(name.clone()).or_insert(*at as u32);
            }
        }
    }
}

/// The outermost package around a file that lies deeper than the repository's root, and
/// the directory that it lies in.
fn package_of<'a>(path: &'a RepoPath, packages: &FxHashSet<&str>) -> Option<(&'a str, &'a str)> {
    let home = home_of(path, packages);
    let inner = path.as_str().strip_prefix(home)?.trim_start_matches('/');
    let (top, _) = inner.split_once('/')?;
    (!home.is_empty()).then_some((top, home))
}

fn without_suffix(path: &RepoPath) -> &str {
    path.as_str().strip_suffix(".py").unwrap_or(path.as_str())
}

/// The directory that must be on the search path for the file to be importable:
/// the first one upwards that is not a package.
fn root_of<'a>(
    path: &'a RepoPath,
    packages: &FxHashSet<&str>,
    projects: &FxHashSet<&str>,
) -> &'a str {
    let home = home_of(path, packages);
    // What installs the packages beside it says where they are found.
    if projects.contains(home) { home } else { namespace_root(home) }
}

/// The directory that the outermost package around a file lies in, or the file itself.
fn home_of<'a>(path: &'a RepoPath, packages: &FxHashSet<&str>) -> &'a str {
    let mut directory = path.directory();
    while packages.contains(directory) && !directory.is_empty() {
        directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    directory
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
    use crate::index::Source;

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
            "web/backend/shop/__init__.py",
            "web/backend/shop/cart.py",
            "worker/jobs/__init__.py",
            "worker/jobs/queue.py",
            "worker/setup.py",
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
                "lib_a.io",
                "web.backend.shop",
                "web.backend.shop.cart",
                "jobs",
                "jobs.queue",
                "setup",
            ]
        );
        assert_eq!(layout.by_name["app.text"], 4);
        assert_eq!(layout.shadowed, [(3, 4)]);
        assert_eq!(layout.roots, ["", "worker", "src"]);
    }

    #[test]
    fn a_package_deep_inside_has_the_name_that_its_files_import() {
        let find = |text: &str, more: &[&str]| {
            let files = [("web/shop/__init__.py", ""), ("web/shop/cart.py", text)];
            let more = more.iter().map(|path| (*path, ""));
            let mut sources: Vec<Source> = files
                .into_iter()
                .chain(more)
                .map(|(path, text)| Source {
                    path: RepoPath::new(path).expect("plain"),
                    facts: crate::python::extract(text.as_bytes()),
                })
                .collect();
            sources.sort_by(|a, b| a.path.cmp(&b.path));
            let mut layout = Layout::new(&sources.iter().map(|it| &it.path).collect::<Vec<_>>());
            layout.know_from_within(&sources);
            layout.by_name.contains_key("shop.cart")
        };
        assert!(find("from shop.cart import Cart\n", &[]));
        // A stand-in for what is installed is never imported by its own files.
        assert!(!find("import shop\n", &[]));
        assert!(!find("from shop.cart import Cart\n", &["old/shop/__init__.py"]));
    }
}
