//! The tools on a tree with a way out of it.

#![expect(clippy::disallowed_methods, reason = "the tests lay trees and look at what was written")]

use serde_json::{Value, json};
use ssot_model::{RequestId, RunId, ThreadId, UserId};
use ssot_runtime::identity::UserExecutionContext;

use super::*;

fn whose() -> UserExecutionContext {
    let run = RunId::new("r-20260301-101500-3f9a");
    UserExecutionContext::new(UserId::new("ada"), ThreadId::new("t"), run, RequestId::new("q"))
}

struct World {
    _directory: tempfile::TempDir,
    root: PathBuf,
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
    let tools = Bench::new(root.clone(), [path].into()).tools().expect("tools");
    World { _directory: directory, root, tools }
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
