//! Finding the Python files of a tree.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};
use ssot_model::{ParseIssue, RepoPath};

use super::stamp::Stamp;

/// Directories whose content is never the repository's own source.
const FOREIGN_DIRECTORIES: [&str; 5] =
    [".git", ".ssot", "__pycache__", "node_modules", "site-packages"];
/// The file that marks a directory as a virtual environment.
const VENV_MARKER: &str = "pyvenv.cfg";

/// A file that is to be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEntry {
    /// Where it is.
    pub path: RepoPath,
    /// Its size in bytes at the moment of the walk.
    pub size: u64,
    /// What it looked like at that moment.
    pub stamp: Stamp,
}

/// What a walk found, both lists sorted by path and so the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walk {
    /// The files to be read.
    pub files: Vec<FileEntry>,
    /// What was left out although its name ends in `.py`, and what could not be looked at.
    pub issues: Vec<ParseIssue>,
}

/// Why there is no walk at all.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The root cannot be entered.
    #[error("cannot scan `{}`: {source}; give the path of a directory that you may read", root.display())]
    Root {
        /// The directory asked for.
        root: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A glob of `scan.include` or `scan.exclude` is not one.
    #[error(
        "`{glob}` in the configuration of the scan is not a glob: {reason}; write it like a line of .gitignore, without a leading `!`"
    )]
    Glob {
        /// The text as it stands in the configuration.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Finds every `.py` file below `root` except those that `.gitignore` files or the
/// globs in `exclude` leave out, hidden files and directories, virtual
/// environments and installed packages. With globs in `include` only the files
/// that one of them names, or a directory above the file, are found.
///
/// `.gitignore` files count whether or not `root` is a git repository; files above
/// `root` and the user's global configuration never count, so that the same tree
/// gives the same walk wherever it lies. Symbolic links are skipped. Files larger
/// than `max_file_bytes` become issues and are never opened. Whatever cannot be
/// looked at becomes an issue; only a missing root or a broken glob is an error.
pub fn walk(
    root: &Path,
    include: &[String],
    exclude: &[String],
    max_file_bytes: u64,
) -> Result<Walk, WalkError> {
    let unreadable = |source| WalkError::Root { root: root.to_owned(), source };
    let root = &root.canonicalize().map_err(unreadable)?;
    std::fs::read_dir(root).map_err(unreadable)?;
    let (sender, receiver) = mpsc::channel();
    let included = included(include)?;
    let visit = Visit { root, included: included.as_ref(), max_file_bytes };
    builder(root, excluded(root, exclude)?).build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            visit.look_at(entry, &sender);
            WalkState::Continue
        })
    });
    drop(sender);
    let mut walk = Walk::default();
    for found in receiver {
        match found {
            Found::File(file) => walk.files.push(file),
            Found::Issue(issue) => walk.issues.push(issue),
        }
    }
    walk.files.sort_unstable();
    walk.issues.sort_unstable();
    walk.issues.dedup();
    Ok(walk)
}

enum Found {
    File(FileEntry),
    Issue(ParseIssue),
}

pub(super) fn excluded(root: &Path, globs: &[String]) -> Result<Override, WalkError> {
    let failed = |glob: &str, reason: String| WalkError::Glob { glob: glob.to_owned(), reason };
    let mut overrides = OverrideBuilder::new(root);
    for glob in globs {
        check_glob(glob).map_err(|reason| failed(glob, reason))?;
        // In an override a leading `!` means "leave out".
        overrides.add(&format!("!{glob}")).map_err(|error| failed(glob, error.to_string()))?;
    }
    overrides.build().map_err(|error| failed(&globs.join(" "), error.to_string()))
}

/// The files that are looked at; none when no glob narrows them. A whitelist of the
/// walk itself would bring back what `.gitignore` leaves out.
fn included(globs: &[String]) -> Result<Option<Gitignore>, WalkError> {
    let failed = |glob: &str, reason: String| WalkError::Glob { glob: glob.to_owned(), reason };
    if globs.is_empty() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new("");
    for glob in globs {
        check_glob(glob).map_err(|reason| failed(glob, reason))?;
        builder.add_line(None, glob).map_err(|error| failed(glob, error.to_string()))?;
    }
    builder.build().map(Some).map_err(|error| failed(&globs.join(" "), error.to_string()))
}

/// Says what is wrong with a glob of `scan.include` or `scan.exclude`.
pub fn check_glob(glob: &str) -> Result<(), String> {
    if glob.starts_with('!') {
        return Err("it must not begin with `!`".to_owned());
    }
    OverrideBuilder::new("").add(&format!("!{glob}")).map(drop).map_err(|error| error.to_string())
}

pub(super) fn builder(root: &Path, excluded: Override) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .hidden(true)
        .git_ignore(true)
        .git_exclude(true)
        .require_git(false)
        .follow_links(false)
        .overrides(excluded)
        .filter_entry(|entry| !is_foreign_directory(entry));
    builder
}

/// Asked before a directory is entered; the root itself is not asked, so that a
/// worktree below `.ssot` can be walked.
pub(super) fn is_foreign_directory(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_some_and(|kind| kind.is_dir())
        && (FOREIGN_DIRECTORIES.iter().any(|name| entry.file_name() == *name)
            || entry.path().join(VENV_MARKER).is_file())
}

#[derive(Clone, Copy)]
struct Visit<'a> {
    root: &'a Path,
    included: Option<&'a Gitignore>,
    max_file_bytes: u64,
}

impl Visit<'_> {
    fn look_at(self, entry: Result<DirEntry, ignore::Error>, found: &mpsc::Sender<Found>) {
        // The receiver outlives the walk; a failed send is impossible and harmless.
        let tell = |what| _ = found.send(what);
        match entry {
            Ok(entry) => {
                if let Some(error) = entry.error() {
                    self.report(error, entry.path(), 0, &|issue| tell(Found::Issue(issue)));
                }
                if let Some(what) = self.judge(&entry) {
                    tell(what);
                }
            }
            Err(error) => self.report(&error, self.root, 0, &|issue| tell(Found::Issue(issue))),
        }
    }

    fn judge(self, entry: &DirEntry) -> Option<Found> {
        let kind = entry.file_type()?;
        let is_python = entry.file_name().as_bytes().ends_with(b".py");
        if !is_python || kind.is_dir() || kind.is_symlink() || !self.includes(entry.path()) {
            return None;
        }
        if !kind.is_file() {
            return Some(self.issue(entry.path(), 0, "is not a regular file; skipped".to_owned()));
        }
        let Some(path) = self.relative(entry.path()) else {
            let message = "the name is not UTF-8 or holds a line break; rename it to have it read";
            return Some(self.issue(entry.path(), 0, message.to_owned()));
        };
        match entry.metadata() {
            Ok(metadata) if metadata.len() > self.max_file_bytes => {
                let message = format!(
                    "{} bytes, above the limit of {} (scan.max-file-bytes); not read",
                    metadata.len(),
                    self.max_file_bytes
                );
                Some(Found::Issue(ParseIssue { path, line: 0, message }))
            }
            Ok(metadata) => {
                let (size, stamp) = (metadata.len(), Stamp::of(&metadata));
                Some(Found::File(FileEntry { path, size, stamp }))
            }
            // Gone between listing and looking: then it is not part of the tree.
            Err(error) if is_missing(&error) => None,
            Err(error) => Some(self.issue(entry.path(), 0, format!("cannot be read: {error}"))),
        }
    }

    fn includes(self, path: &Path) -> bool {
        let below = path.strip_prefix(self.root).unwrap_or(path);
        self.included.is_none_or(|it| it.matched_path_or_any_parents(below, false).is_ignore())
    }

    /// Turns an error of the walk, which may hold several with their own places,
    /// into issues.
    fn report(self, error: &ignore::Error, place: &Path, line: u32, tell: &dyn Fn(ParseIssue)) {
        match error {
            ignore::Error::Partial(errors) => {
                for error in errors {
                    self.report(error, place, line, tell);
                }
            }
            ignore::Error::WithPath { path, err } => self.report(err, path, line, tell),
            ignore::Error::WithDepth { err, .. } => self.report(err, place, line, tell),
            ignore::Error::WithLineNumber { line, err } => {
                self.report(err, place, u32::try_from(*line).unwrap_or(u32::MAX), tell);
            }
            error if is_missing(error) => {}
            error => {
                let path = self.shown(place);
                tell(ParseIssue { path, line, message: format!("skipped: {error}") });
            }
        }
    }

    fn issue(self, path: &Path, line: u32, message: String) -> Found {
        Found::Issue(ParseIssue { path: self.shown(path), line, message })
    }

    fn relative(self, path: &Path) -> Option<RepoPath> {
        RepoPath::new(path.strip_prefix(self.root).ok()?.to_str()?).ok()
    }

    /// The nearest valid path for a place that may not have one.
    fn shown(self, path: &Path) -> RepoPath {
        let below = path.strip_prefix(self.root).unwrap_or(path).as_os_str();
        let shown = |text: &OsStr| {
            let text = text.to_string_lossy().replace(['\n', '\0'], "\u{fffd}");
            RepoPath::new(text.trim_matches('/')).ok()
        };
        shown(below)
            .or_else(|| shown(self.root.file_name()?))
            .unwrap_or_else(|| RepoPath::new("root").expect("a plain word is a plain path"))
    }
}

fn is_missing(error: &ignore::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use super::{WalkError, walk};

    const LIMIT: u64 = 1000;

    /// Lays out `tree` (a path ending in `/` is a directory, `a -> b` a link), walks
    /// it and compares with `expected`: paths, and issues as `path: start of message`.
    fn check(tree: &[(&str, &str)], exclude: &[&str], expected: &[&str]) {
        check_included(tree, &[], exclude, expected);
    }

    fn check_included(
        tree: &[(&str, &str)],
        include: &[&str],
        exclude: &[&str],
        expected: &[&str],
    ) {
        let root = tempfile::tempdir().expect("temporary directory");
        for (path, content) in tree {
            lay(root.path(), path, content);
        }
        let owned = |globs: &[&str]| globs.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let (include, exclude) = (owned(include), owned(exclude));
        let walk = walk(root.path(), &include, &exclude, LIMIT).expect("a walk");
        let mut seen: Vec<String> =
            walk.files.iter().map(|file| format!("{} {}", file.path, file.size)).collect();
        for issue in &walk.issues {
            seen.push(format!("{}:{}: {}", issue.path, issue.line, issue.message));
        }
        assert_eq!(seen.len(), expected.len(), "{seen:#?}");
        for (seen, expected) in seen.iter().zip(expected) {
            assert!(seen.starts_with(expected), "{seen} is not {expected}");
        }
    }

    fn lay(root: &Path, path: &str, content: &str) {
        if let Some((link, target)) = path.split_once(" -> ") {
            std::os::unix::fs::symlink(target, root.join(link)).expect("link");
            return;
        }
        let place = root.join(path);
        if path.ends_with('/') {
            std::fs::create_dir_all(place).expect("directory");
        } else {
            std::fs::create_dir_all(place.parent().expect("parent")).expect("directory");
            std::fs::write(place, content).expect("file");
        }
    }

    #[test]
    fn python_files_come_sorted_with_their_size() {
        check(
            &[("b.py", "xx"), ("a/z.py", ""), ("a/ü x.py", "x"), ("a/c.pyi", ""), ("py", "")],
            &[],
            &["a/z.py 0", "a/ü x.py 1", "b.py 2"],
        );
    }

    #[test]
    fn gitignore_counts_without_a_repository_and_only_below_the_root() {
        check(
            &[
                (".gitignore", "build/\n*_gen.py\n"),
                ("build/a.py", ""),
                ("x/b_gen.py", ""),
                ("x/.gitignore", "!b_gen.py\n/y.py"),
                ("x/y.py", ""),
                ("y.py", ""),
            ],
            &[],
            &["x/b_gen.py", "y.py"],
        );
    }

    #[test]
    fn foreign_and_hidden_directories_stay_out() {
        check(
            &[
                // Whitelisting hidden names must not open the state directory.
                (".gitignore", "!.*\n"),
                (".ssot/worktrees/w/a.py", ""),
                (".git/hooks/a.py", ""),
                ("env/pyvenv.cfg", ""),
                ("env/lib/a.py", ""),
                ("lib/site-packages/a.py", ""),
                ("web/node_modules/a.py", ""),
                ("site-packages.py", ""),
            ],
            &[],
            &["site-packages.py"],
        );
        check(&[(".hidden/a.py", ""), (".a.py", ""), ("a.py", "")], &[], &["a.py"]);
    }

    #[test]
    fn globs_of_the_configuration_leave_out() {
        check(
            &[("gen/a.py", ""), ("x/gen/a.py", ""), ("x/a_pb2.py", ""), ("x/a.py", "")],
            &["/gen", "*_pb2.py"],
            &["x/a.py", "x/gen/a.py"],
        );
        check(&[("gen/a.py", ""), ("b.py", "")], &["gen/**"], &["b.py"]);
    }

    #[test]
    fn only_what_is_included_is_found_and_ignored_files_stay_out() {
        let tree = [
            (".gitignore", "gen/\n"),
            ("src/a.py", ""),
            ("src/deep/b.py", ""),
            ("src/gen/c.py", ""),
            ("src/skip.py", ""),
            ("tools/d.py", ""),
            ("e.py", ""),
        ];
        check_included(&tree, &["/src"], &["skip.py"], &["src/a.py", "src/deep/b.py"]);
        check_included(
            &tree,
            &["src/**", "*d.py"],
            &["deep"],
            &["src/a.py", "src/skip.py", "tools/d.py"],
        );
    }

    #[test]
    fn links_are_not_followed() {
        check(
            &[
                ("a.py", ""),
                ("d/b.py", ""),
                ("l.py -> a.py", ""),
                ("d/loop -> ..", ""),
                ("e -> d", ""),
            ],
            &[],
            &["a.py", "d/b.py"],
        );
    }

    #[test]
    fn what_cannot_be_read_is_reported_with_its_place() {
        let large = "x".repeat(1001);
        check(
            &[("a.py", ""), ("large.py", &large), ("line\nbreak.py", ""), ("d.py/", "")],
            &[],
            &[
                "a.py 0",
                "large.py:0: 1001 bytes, above the limit of 1000",
                "line\u{fffd}break.py:0: the name",
            ],
        );
        check(
            &[("a.py", ""), ("x/.gitignore", "ok.py\na[\nb{,\n")],
            &[],
            &["a.py 0", "x/.gitignore:3: skipped: "],
        );
    }

    #[test]
    fn names_outside_utf8_and_special_files_are_reported() {
        let root = tempfile::tempdir().expect("temporary directory");
        std::fs::write(root.path().join(OsStr::from_bytes(b"caf\xe9.py")), "").expect("file");
        let fifo = root.path().join("pipe.py");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .expect("fifo");
        let walk = walk(root.path(), &[], &[], LIMIT).expect("a walk");
        let paths: Vec<&str> = walk.issues.iter().map(|issue| issue.path.as_str()).collect();
        assert_eq!(paths, ["caf\u{fffd}.py", "pipe.py"]);
        assert!(walk.files.is_empty());
    }

    #[test]
    fn a_missing_root_and_a_broken_glob_are_errors() {
        let root = tempfile::tempdir().expect("temporary directory");
        let missing = walk(&root.path().join("none"), &[], &[], LIMIT);
        assert!(matches!(missing, Err(WalkError::Root { .. })));
        for glob in ["a[", "!keep.py"] {
            let globs = [glob.to_owned()];
            for broken in
                [walk(root.path(), &[], &globs, LIMIT), walk(root.path(), &globs, &[], LIMIT)]
            {
                assert!(matches!(broken, Err(WalkError::Glob { .. })), "{glob}");
            }
        }
    }

    #[test]
    fn a_worktree_below_the_state_directory_is_a_tree_like_any_other() {
        let outer = tempfile::tempdir().expect("temporary directory");
        lay(outer.path(), ".ssot/.gitignore", "*\n");
        lay(outer.path(), ".ssot/worktrees/p01/a.py", "");
        let walk =
            walk(&outer.path().join(".ssot/worktrees/p01"), &[], &[], LIMIT).expect("a walk");
        assert_eq!(walk.files.len(), 1);
    }
}
