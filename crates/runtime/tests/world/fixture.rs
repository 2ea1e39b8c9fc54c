//! Real temporary repositories.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use ssot_model::{RepoPath, TestConfig};
use ssot_runtime::git::{Repository, Worktree};
use ssot_runtime::runner::{Runner, Sources, SuiteRun};
use tempfile::TempDir;

pub(crate) fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// Runs git with an identity and without the user's configuration.
pub(crate) fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@localhost",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn write(directory: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A repository with one commit of `files`.
pub(crate) fn repository(files: &[(&str, &str)]) -> (TempDir, Repository) {
    let directory = tempfile::tempdir().unwrap();
    git(directory.path(), &["init", "-q"]);
    write(directory.path(), files);
    git(directory.path(), &["add", "-A"]);
    git(directory.path(), &["commit", "-q", "-m", "first"]);
    let repository = Repository::open(directory.path()).unwrap();
    (directory, repository)
}

pub(crate) fn worktree(repository: &Repository) -> Worktree {
    repository.add_worktree("r/base", &repository.head().unwrap()).unwrap()
}

pub(crate) fn config(command: &str) -> TestConfig {
    TestConfig {
        command: command.to_owned(),
        directory: String::new(),
        path: Vec::new(),
        readable: Vec::new(),
        env: BTreeMap::new(),
        timeout_seconds: 60,
        memory_mib: 4096,
        repeat: 2,
        coverage: Vec::new(),
        category: Vec::new(),
    }
}

pub(crate) fn runner(repository: &Repository, config: &TestConfig) -> Runner {
    let launcher = super::entry::launcher();
    let mark = repository.root().to_string_lossy().into_owned();
    Runner::new(launcher, Some(config), repository.root(), &mark).unwrap()
}

/// Modules by name, each at its place below the only import root.
pub(crate) fn modules(root: &str, names: &[&str]) -> BTreeMap<String, RepoPath> {
    let place = |name: &str| path(&format!("{root}{}.py", name.replace('.', "/")));
    names.iter().map(|name| ((*name).to_owned(), place(name))).collect()
}

/// One execution of the suite in `tree`.
pub(crate) async fn suite(
    repository: &Repository,
    tree: &Worktree,
    config: &TestConfig,
    modules: &BTreeMap<String, RepoPath>,
    roots: &[&str],
) -> SuiteRun {
    let import_roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    let sources = Sources { modules, import_roots: &import_roots };
    runner(repository, config).run_suite(tree, sources).await.unwrap()
}
