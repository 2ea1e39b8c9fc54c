//! The repository of the demonstration with its commits, without its run.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::support::{Repo, git};

/// Where the demonstration is written.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo")
}

#[derive(Deserialize)]
struct History {
    commit: Vec<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    step: String,
    author: String,
    date: String,
    message: String,
    #[serde(default)]
    delete: Vec<String>,
}

/// Every commit of the demonstration in its order.
pub(crate) fn repository() -> Repo {
    let repo = Repo::empty();
    let text = fs::read_to_string(folder().join("history.toml")).unwrap();
    let history: History = toml::from_str(&text).unwrap();
    for commit in history.commit {
        copy(&folder().join("steps").join(&commit.step), repo.path());
        for path in &commit.delete {
            fs::remove_file(repo.path().join(path)).unwrap();
        }
        git(repo.path(), &["add", "--all"]);
        let (author, date) = (format!("--author={}", commit.author), commit.date.as_str());
        let date = format!("--date={date}");
        git(repo.path(), &["commit", "-q", &author, &date, "-m", &commit.message]);
    }
    repo
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
