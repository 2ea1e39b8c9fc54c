//! What is answered again, and what is not.

#![expect(clippy::disallowed_methods, reason = "the tests lay trees and change them")]

use serde_json::{Value, json};
use ssot_model::{RequestId, RunId, ThreadId, Timestamp, UserId};
use ssot_runtime::git::{NewCommit, NewRepository};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{Outcome, ToolError};

use super::*;

const SLUGIFY: &str = r#"import re


def slugify(text):
    text = text.lower().strip()
    text = re.sub(r"[^a-z0-9]+", "-", text)
    text = text.strip("-")
    if not text:
        text = "empty"
    return text
"#;

/// A repository whose files have long been as they are.
struct World {
    _directory: tempfile::TempDir,
    repository: NewRepository,
    workshop: Workshop,
}

fn world() -> World {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("shop");
    let repository = NewRepository::create(&root).expect("a repository");
    std::fs::write(root.join("a.py"), SLUGIFY).expect("written");
    std::fs::write(root.join("b.py"), SLUGIFY).expect("written");
    let mut workshop = Workshop::new(ScanOptions::of(root, None));
    workshop.clock = Clock::fixed(Timestamp(i64::MAX / 2));
    let world = World { _directory: directory, repository, workshop };
    world.commit();
    world
}

impl World {
    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.workshop.options.root.join(file), text).expect("written");
    }

    fn commit(&self) {
        let text = |text: &str| text.to_owned();
        let commit = NewCommit {
            name: text("Ines"),
            email: text("ines@harbor.example"),
            date: text("2026-03-01T10:15:00Z"),
            message: text("Go on"),
        };
        self.repository.commit_all(&commit).expect("a commit");
    }

    /// Asks in a conversation of its own, as each message of the chat does.
    async fn ask(&self, user: &str, tool: &str, arguments: Value) -> Result<Value, ToolError> {
        let run = RunId::new("r-20260301-101500-3f9a");
        let (thread, request) = (ThreadId::new("t"), RequestId::new("q"));
        let whose = UserExecutionContext::new(UserId::new(user), thread, run, request);
        self.workshop.tools().expect("tools").call(&whose, tool, arguments).await
    }

    fn outcomes(&self, tool: &str) -> (u64, u64) {
        let figures = self.workshop.metrics.figures();
        let of = |outcome| figures[tool].outcomes.get(&outcome).copied().unwrap_or_default();
        (of(Outcome::Ok), of(Outcome::Cached))
    }
}

#[tokio::test]
async fn a_repository_that_did_not_change_is_read_once_for_each_user() {
    let world = world();
    let question = || json!({ "finding": "slugify" });
    let first = world.ask("ada", "explain_finding", question()).await.expect("findings");
    assert_eq!(first["findings"][0]["members"].as_array().map(Vec::len), Some(2), "{first}");
    // The first reading may have laid the directory in which it is remembered.
    world.ask("ada", "explain_finding", question()).await.expect("findings");
    let (read, _) = world.outcomes("explain_finding");
    let again = world.ask("ada", "explain_finding", question()).await;
    assert_eq!(again, Ok(first.clone()));
    let before = world.outcomes("explain_finding").1;
    assert!(before >= 1);
    assert_eq!(world.outcomes("explain_finding").0, read);
    // Another user is never told what was kept for the first.
    let other = world.ask("eve", "explain_finding", question()).await;
    assert_eq!(other, Ok(first));
    assert_eq!(world.outcomes("explain_finding"), (read + 1, before));
}

#[tokio::test]
async fn what_was_changed_is_read_again() {
    let world = world();
    let members = async || {
        let answer = world.ask("ada", "explain_finding", json!({ "finding": "slugify" })).await;
        answer.expect("findings")["findings"][0]["members"].as_array().map(Vec::len)
    };
    assert_eq!((members().await, members().await), (Some(2), Some(2)));
    world.write("c.py", SLUGIFY);
    assert_eq!((members().await, members().await), (Some(3), Some(3)));
    // A commit changes no file, and still what git tells.
    let base = async || {
        let plan = world.ask("ada", "plan", json!({})).await.expect("a plan");
        plan["base"].as_str().expect("a commit").to_owned()
    };
    let first = base().await;
    assert_eq!(base().await, first);
    world.commit();
    assert_ne!(base().await, first);
    assert!(world.outcomes("plan").1 <= 1);
    // So does a configuration.
    let read = world.outcomes("explain_finding").0;
    world.write("ssot.toml", "[scan]\nexclude = [\"c.py\"]\n");
    assert_eq!(members().await, Some(2));
    assert_eq!(world.outcomes("explain_finding").0, read + 1);
}

#[tokio::test]
async fn a_run_of_another_system_is_explained() {
    let world = world();
    let ask = async |run: &str| {
        let told = world.ask("ada", "run_status", json!({ "run": run })).await;
        told.expect_err("no run").to_string()
    };
    let told = ask("run_a_run_b_0123abcd").await;
    assert!(told.contains("of the thread `a_run_b`"), "{told}");
    assert!(ask("../../etc").await.contains("is no run"));
}

#[tokio::test]
async fn the_page_of_a_rule_is_everybodys() {
    let world = world();
    for user in ["ada", "eve"] {
        let page = world.ask(user, "explain_rule", json!({ "rule": "exact-clone" })).await;
        let page = page.expect("a page");
        assert!(page["page"].as_str().expect("a text").starts_with("# "), "{page}");
    }
    assert_eq!(world.outcomes("explain_rule"), (1, 1));
    let asked = world.ask("ada", "explain_finding", json!({ "finding": "exact-clone" })).await;
    let told = asked.expect_err("another tool").to_string();
    assert_eq!(told, "`exact-clone` is a rule; ask `explain_rule` about it");
    let asked = world.ask("ada", "explain_rule", json!({ "rule": "no-rule" })).await;
    let told = asked.expect_err("no rule").to_string();
    assert!(told.starts_with("no rule is called `no-rule`; there are "), "{told}");
}
