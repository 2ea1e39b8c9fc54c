//! Agents as real processes: one that speaks the protocol, and one that writes lines.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use ssot_model::{Dialect, RepoPath};
use ssot_runtime::drivers::{Ended, Heard, Post, Session, Spent, driver};
use ssot_runtime::process::CommandLine;
use ssot_runtime::usage::Meter;
use tempfile::TempDir;

fn scripted_agent() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripted_agent.py")
}

fn post(directory: &Path, program: &str, args: &[&str]) -> Post {
    let line = CommandLine {
        program: program.into(),
        args: args.iter().map(Into::into).collect(),
        directory: directory.to_path_buf(),
        env: [("PATH".into(), std::env::var_os("PATH").unwrap())].into(),
        timeout: Duration::from_mins(1),
        meter: Meter::default(),
    };
    let write_set = [RepoPath::new("a.py").unwrap()].into();
    Post { line, directory: directory.to_path_buf(), write_set, tools: None }
}

fn start(dialect: Dialect, post: Post) -> Session {
    Session::start(&*driver(dialect, post).expect("a program"))
}

/// A tree with two files, and an agent that plays a script in it.
fn play(turns: &Value) -> (TempDir, Session) {
    let tree = TempDir::new().unwrap();
    std::fs::write(tree.path().join("a.py"), "one\ntwo\n").unwrap();
    std::fs::write(tree.path().join("b.py"), "other\n").unwrap();
    let script = tree.path().join("script.json");
    std::fs::write(&script, turns.to_string()).unwrap();
    let (agent, script) = (scripted_agent(), script.to_string_lossy().into_owned());
    let args = [agent.to_str().unwrap(), &script];
    let session = start(Dialect::Acp, post(tree.path(), "python3", &args));
    (tree, session)
}

/// Everything that is heard of a turn, in words.
async fn turn(session: &mut Session) -> Vec<String> {
    assert!(session.prompt("go".to_owned()).await);
    let mut told = Vec::new();
    loop {
        match session.hear().await {
            Ok(Heard::Said(said)) => told.push(format!("said {said}")),
            Ok(Heard::ToolStarted { tool, about, .. }) => told.push(format!("{tool}: {about}")),
            Ok(Heard::ToolEnded { ok, summary, .. }) => told.push(format!("ok={ok}: {summary}")),
            Ok(Heard::Used(Spent { tokens, microdollars })) => {
                told.push(format!("used {tokens}, {microdollars}"));
            }
            Ok(Heard::Done) => {
                told.push("done".to_owned());
                return told;
            }
            Ok(Heard::GaveUp(why)) => {
                told.push(format!("gave up: {why}"));
                return told;
            }
            Err(Ended(why)) => {
                told.push(format!("ended: {why}"));
                return told;
            }
        }
    }
}

#[tokio::test]
async fn an_agent_of_the_protocol_edits_what_it_may_over_several_turns() {
    let (tree, mut session) = play(&json!([
        [
            { "think": ["I read it first"] },
            { "replace": ["a.py", "two", "three"] },
            { "usage": [100, 0.01] },
            { "permission": ["Run the tests"] },
            { "usage": [150, 0.03] },
        ],
        [{ "write": ["b.py", "mine"] }, { "write": ["../c.py", "mine"] }, { "stop": "refusal" }],
    ]));
    assert_eq!(
        turn(&mut session).await,
        [
            "said I read it first",
            "read: Read a.py",
            "ok=true: Read a.py",
            "edit: Edit a.py",
            "ok=true: Edit a.py",
            "used 100, 10000",
            "used 50, 20000",
            "said allowed: yes",
            "done",
        ]
    );
    let text = |name: &str| std::fs::read_to_string(tree.path().join(name)).unwrap();
    assert_eq!(text("a.py"), "one\nthree\n");
    let told = turn(&mut session).await;
    assert!(told[1].contains("b.py is not in the write set"), "{told:?}");
    assert!(told[3].starts_with("ok=false"), "{told:?}");
    assert_eq!(told.last().unwrap(), "gave up: it refuses to go on");
    assert_eq!(text("b.py"), "other\n");
    assert!(!tree.path().join("../c.py").exists());
}

#[tokio::test]
async fn an_agent_that_dies_tells_how() {
    let (_tree, mut session) = play(&json!([[{ "say": ["so"] }, { "exit": [7] }]]));
    let told = turn(&mut session).await;
    assert_eq!(told.last().unwrap(), "ended: exit code 7: the script says so", "{told:?}");
    assert!(!session.prompt("again".to_owned()).await);
}

#[tokio::test]
async fn what_is_no_agent_at_all_is_told_as_it_is() {
    let tree = TempDir::new().unwrap();
    let mut session = start(Dialect::Acp, post(tree.path(), "/nowhere/agent", &[]));
    let told = turn(&mut session).await;
    assert!(told[0].starts_with("ended: cannot run `/nowhere/agent`"), "{told:?}");
    let mut session = start(Dialect::Acp, post(tree.path(), "/bin/echo", &["hello"]));
    let told = turn(&mut session).await;
    assert!(told[0].starts_with("ended: exit code 0"), "{told:?}");
}

#[tokio::test]
async fn any_program_gets_the_prompt_and_says_what_it_writes() {
    let tree = TempDir::new().unwrap();
    let script = "read word; echo heard $word; echo three > a.py";
    let mut session = start(Dialect::Plain, post(tree.path(), "/bin/sh", &["-c", script]));
    assert_eq!(turn(&mut session).await, ["said heard go", "done"]);
    assert_eq!(std::fs::read_to_string(tree.path().join("a.py")).unwrap(), "three\n");
    // A turn of such a program is a process of its own.
    assert_eq!(turn(&mut session).await, ["said heard go", "done"]);
    let failing = post(tree.path(), "/bin/sh", &["-c", "echo no >&2; exit 4"]);
    let mut session = start(Dialect::Plain, failing);
    assert_eq!(turn(&mut session).await, ["ended: exit code 4: no"]);
}

#[tokio::test]
async fn a_conversation_is_taken_up_again_with_its_identity() {
    let tree = TempDir::new().unwrap();
    let script = "echo '{\"type\":\"thread.started\",\"thread_id\":\"th-7\"}'; \
                  echo \"$@\" >> words";
    let line = post(tree.path(), "/bin/sh", &["-c", script, "codex"]);
    let mut session = start(Dialect::Codex, line);
    for _ in 0..2 {
        assert_eq!(turn(&mut session).await, ["done"]);
    }
    let always = "exec --json --dangerously-bypass-approvals-and-sandbox";
    let words = std::fs::read_to_string(tree.path().join("words")).unwrap();
    assert_eq!(words, format!("{always} -\n{always} resume th-7 -\n"));
}
