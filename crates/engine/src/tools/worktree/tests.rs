//! The tools on a tree with a way out of it.

#![expect(clippy::disallowed_methods, reason = "the tests lay trees and look at what was written")]

use serde_json::{Value, json};
use ssot_model::{RequestId, RunId, ThreadId, Timestamp, UserId};
use ssot_runtime::clock::Clock;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::Outcome;

use super::*;

fn whose() -> UserExecutionContext {
    let run = RunId::new("r-20260301-101500-3f9a");
    UserExecutionContext::new(UserId::new("ada"), ThreadId::new("t"), run, RequestId::new("q"))
}

struct World {
    _directory: tempfile::TempDir,
    root: PathBuf,
    bench: Bench,
    tools: ToolDispatcher,
}

fn world() -> World {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("tree");
    let lay = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    lay("shop/a.py", "def key(order):\n    return order.id\n\n\ndef other():\n    return 1\n");
    lay("shop/b.py", "def key(order):\n    return order.id\n");
    std::fs::write(directory.path().join("secret.py"), "KEY = 1\n").expect("written");
    let link = root.join("shop/link.py");
    std::os::unix::fs::symlink(directory.path().join("secret.py"), link).expect("a link");
    let path = RepoPath::new("shop/a.py").expect("a path");
    let mut workshop = Workshop::new(ScanOptions::of(root.clone(), None));
    // Its files have long been as they are.
    workshop.clock = Clock::fixed(Timestamp(i64::MAX / 2));
    let tree = Tree { root: root.clone(), write_set: [path].into(), workshop };
    let bench = Bench(Arc::new(tree));
    let tools = bench.tools().expect("tools");
    World { _directory: directory, root, bench, tools }
}

impl World {
    async fn call(&self, tool: &str, arguments: Value) -> Result<Value, String> {
        let answer = self.tools.call(&whose(), tool, arguments).await;
        answer.map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn what_is_beneath_the_tree_is_read_and_nothing_else() {
    let world = world();
    let read = world.call("read_file", json!({ "path": "shop/a.py", "from": 2, "to": 2 })).await;
    assert_eq!(
        read,
        Ok(json!({ "lines": 6, "text": "2: return order.id".replace("2: ", "2:     ") }))
    );
    for path in ["../secret.py", "shop/link.py", "/etc/passwd", "shop/none.py", "shop"] {
        let refused = world.call("read_file", json!({ "path": path })).await;
        assert!(refused.is_err(), "{path}: {refused:?}");
    }
    let found = world.call("search_text", json!({ "text": "order.id" })).await.expect("places");
    assert_eq!(
        found["places"],
        json!([
            { "path": "shop/a.py", "line": 2, "text": "return order.id" },
            { "path": "shop/b.py", "line": 2, "text": "return order.id" },
        ])
    );
    let listed = world.call("list_files", json!({ "under": "shop" })).await.expect("files");
    assert_eq!(listed["files"], json!(["shop/a.py", "shop/b.py"]));
}

#[tokio::test]
async fn what_was_given_is_changed_and_nothing_else() {
    let world = world();
    let change = |path: &str, old: &str, new: &str| json!({ "path": path, "old": old, "new": new });
    let done = world.call("replace_text", change("shop/a.py", "return 1", "return 2")).await;
    assert!(done.is_ok(), "{done:?}");
    let text = std::fs::read_to_string(world.root.join("shop/a.py")).expect("text");
    assert!(text.ends_with("def other():\n    return 2\n"), "{text}");
    for (arguments, expected) in [
        (change("shop/b.py", "order.id", "order.key"), "outside of what you may change"),
        (change("shop/a.py", "nowhere", "x"), "is not in it"),
        (change("shop/a.py", "return", "yield"), "is in it 2 times"),
        (change("shop/a.py", "", "x"), "is empty"),
        (change("../secret.py", "1", "2"), "outside"),
    ] {
        let refused = world.call("replace_text", arguments.clone()).await.expect_err("refused");
        assert!(refused.contains(expected), "{arguments}: {refused}");
    }
    let other = std::fs::read_to_string(world.root.join("shop/b.py")).expect("text");
    assert_eq!(other, "def key(order):\n    return order.id\n");
}

#[tokio::test]
async fn a_tree_that_was_changed_is_searched_again() {
    let world = world();
    let places = async || {
        let found = world.call("search_text", json!({ "text": "return" })).await.expect("places");
        found["places"].as_array().expect("a list").len()
    };
    assert_eq!((places().await, places().await), (3, 3));
    let change = json!({ "path": "shop/a.py", "old": "    return 1", "new": "    pass" });
    world.call("replace_text", change).await.expect("changed");
    assert_eq!(places().await, 2);
    let figures = world.bench.0.workshop.metrics.figures();
    let searched = [(Outcome::Ok, 2), (Outcome::Cached, 1)];
    assert_eq!(figures["search_text"].outcomes, searched.into());
}

#[tokio::test]
async fn whoever_may_only_look_changes_nothing() {
    let world = world();
    let tools = world.bench.tools_for(&[Permission::Read]).expect("tools");
    assert!(tools.describe().iter().all(|tool| tool.name != "replace_text"));
    let change = json!({ "path": "shop/a.py", "old": "return 1", "new": "return 2" });
    let refused = tools.call(&whose(), "replace_text", change).await.expect_err("refused");
    assert!(refused.to_string().contains("needs the permission to write"), "{refused}");
    let text = std::fs::read_to_string(world.root.join("shop/a.py")).expect("text");
    assert!(text.ends_with(
        "return 1
"
    ));
}
