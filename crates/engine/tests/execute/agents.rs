//! Packages in the hands of agents: small shell scripts that do what real ones have done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ssot_engine::execute::{self, Assignment, Work};
use ssot_model::{Agent, AgentConfig, Dialect, EventKind, UnitState};
use ssot_runtime::environment::Environment;
use ssot_runtime::runner::AgentPost;
use tokio::sync::{Notify, watch};

use crate::fixture::{Platform, ended, good, patch, work};

/// An agent that is a shell script; it gets the briefing on standard input.
fn shell(script: &str) -> AgentPost {
    let config = AgentConfig {
        dialect: Dialect::Plain,
        command: format!("/bin/sh -c '{script}'"),
        llm: None,
        attempts: 2,
        fallback: true,
        rules: Vec::new(),
        network: false,
        pass: vec!["PASSED".to_owned(), "ABSENT".to_owned()],
        env: BTreeMap::from([("SET".to_owned(), "set".to_owned())]),
        path: Vec::new(),
        readable: Vec::new(),
        writable: Vec::new(),
        timeout_seconds: 60,
        silence_seconds: 60,
        repeats: 6,
        memory_mib: 4096,
    };
    let environment: Environment =
        [("PASSED", "secret"), ("HIDDEN", "secret")].into_iter().collect();
    AgentPost { config, environment }
}

/// The package of a file as an agent's.
fn handed(name: &str) -> Work {
    let mut work = good(name);
    work.edits = None;
    work.assignment = Some(assignment());
    work
}

fn assignment() -> Assignment {
    Assignment {
        agent: Agent::Consolidator,
        briefing: "Take VALUE from app.a.\n".to_owned(),
        stays: Vec::new(),
        replaced: Vec::new(),
    }
}

const HONEST: &str = "echo \"from app.a import VALUE\" > app/b.py";

/// Where the package `p-b` ended in the hands of an agent, and why.
async fn ended_with(script: &str) -> (UnitState, String) {
    ended_as(shell(script)).await
}

async fn ended_as(agent: AgentPost) -> (UnitState, String) {
    let mut platform = Platform::new();
    platform.agent = Some(agent);
    let summary = platform.run(vec![handed("b")]).await.unwrap();
    ended(&summary, "p-b")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_the_tree_says_counts() {
    let refused = UnitState::Rejected;
    for (script, state, why) in [
        (HONEST, UnitState::Done, ""),
        // It hears why its first try was refused, and does better.
        (
            "if grep -q refused; then echo \"from app.a import VALUE\" > app/b.py; \
             else echo \"VALUE = 1\" > app/b.py; echo > app/new.py; fi",
            UnitState::Done,
            "",
        ),
        ("echo all tests pass", refused, "the agent says that it is done, and no file has changed"),
        ("exit 5", refused, "the agent ended before it was done: exit code 5"),
        ("kill -9 $$", refused, "the agent ended before it was done: "),
        (
            "echo \"from app.a import VALUE\" > app/b.py; echo \"VALUE = 1\" > app/c.py",
            refused,
            "the agent wrote outside of its write set: app/c.py",
        ),
        ("rm app/b.py; ln -s a.py app/b.py", refused, "cannot be read as the agent left it"),
        ("echo \"# dup b\" > app/b.py; echo \"VALUE = 2\" >> app/b.py", refused, "findings: "),
        // Neither the history nor the log is within reach, nor what it was not given.
        (
            "test \"$PASSED$SET$HIDDEN\" = secretset || exit 6; \
             for f in ../../../../state.db ../../../../../.git/HEAD /etc/passwd; do \
             echo x >> $f 2>/dev/null && exit 7; done; \
             echo \"from app.a import VALUE\" > app/b.py",
            UnitState::Done,
            "",
        ),
    ] {
        let (ended, said) = ended_with(script).await;
        assert_eq!(ended, state, "{script}: {said}");
        assert!(said.contains(why), "{script}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_or_does_not_end_is_stopped() {
    let mut silent = shell("sleep 100");
    silent.config.silence_seconds = 1;
    silent.config.attempts = 1;
    let (state, said) = ended_as(silent).await;
    assert_eq!((state, said.as_str()), (UnitState::Rejected, "the agent said nothing for 1 s"));
    let mut endless = shell("while true; do echo so; sleep 0.1; done");
    endless.config.timeout_seconds = 1;
    endless.config.attempts = 1;
    let (state, said) = ended_as(endless).await;
    assert_eq!((state, said.as_str()), (UnitState::Rejected, "the agent was not done after 1 s"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_gate_refuses_of_a_codemod_goes_to_the_agent() {
    for (script, state) in [(HONEST, UnitState::Done), ("exit 5", UnitState::Rejected)] {
        let mut platform = Platform::new();
        platform.agent = Some(shell(script));
        let mut wrong = work("p-b", "app/b.py", "VALUE = 2\n");
        assert!(!patch(&mut wrong).is_empty());
        wrong.assignment = Some(assignment());
        let summary = platform.run(vec![wrong]).await.unwrap();
        let (ended, said) = ended(&summary, "p-b");
        assert_eq!(ended, state, "{said}");
        if state == UnitState::Rejected {
            assert!(
                said.starts_with("tests: ") && said.contains("; then, by the agent: "),
                "{said}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_agent_and_every_call_is_closed_in_the_log() {
    let mut platform = Platform::new();
    platform.agent = Some(shell("echo thinking; exit 5"));
    platform.run(vec![handed("b"), handed("c")]).await.unwrap();
    let count = |kind: &str| platform.events.count(kind);
    assert_eq!(count("agent_started"), 4);
    assert_eq!(count("agent_completed"), 4);
    assert_eq!(count("agent_thinking"), 4);
    assert_eq!(count("tool_executing"), count("tool_completed"));
    let packages = platform.events.all().into_iter().filter_map(|(_, event)| match event {
        EventKind::AgentStarted { package, .. } => package,
        _ => None,
    });
    assert_eq!(packages.count(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_was_done_before_the_run_was_killed_is_not_done_again() {
    let counted = tempfile::tempdir().unwrap();
    let count = counted.path().join("count");
    let script = format!("echo once >> {}; {HONEST}", count.display());
    let mut agent = shell(&script);
    agent.config.writable = vec![counted.path().display().to_string()];
    let mut platform = Platform::new();
    platform.agent = Some(agent);
    // The log stands still once the agent is done: nothing after that is recorded.
    let (dead, seen) = (Arc::new(Notify::new()), platform.events.clone());
    let told = Arc::clone(&dead);
    let stop = Arc::new(move |_| {
        let is_over = seen.count("agent_completed") > 0;
        if is_over {
            told.notify_one();
        }
        is_over
    });
    let mut job = platform.job(vec![handed("b")]);
    job.journal = platform.events.journal(Arc::clone(&platform.hook), stop);
    let (_stop, cancel) = watch::channel(false);
    tokio::select! {
        _ = execute::run(job, cancel) => panic!("the log stands still"),
        () = dead.notified() => {}
    }
    platform.events.close_interrupted();
    let summary = platform.run(vec![handed("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done);
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "once\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_process_of_an_agent_is_left_while_its_tree_is_judged() {
    let script = tempfile::tempdir().unwrap();
    let file = script.path().join("script.json");
    let turns = r#"[[{"write": ["app/b.py", "from app.a import VALUE\n"]}]]"#;
    std::fs::write(&file, turns).unwrap();
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/tests");
    let tests = tests.canonicalize().unwrap();
    let mut agent = shell("");
    agent.config.dialect = Dialect::Acp;
    agent.config.command =
        format!("python3 {}/scripted_agent.py {}", tests.display(), file.display());
    agent.config.readable =
        [tests.as_path(), script.path()].map(|path| path.display().to_string()).to_vec();
    let mut platform = Platform::new();
    platform.agent = Some(agent);
    let (at_work, at_gates) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (during, after) = (Arc::clone(&at_work), Arc::clone(&at_gates));
    let word = file.display().to_string();
    platform.hook = Arc::new(move |_, event| match event {
        EventKind::ToolExecuting { agent: Agent::Consolidator, .. } => {
            during.fetch_add(running(&word), Ordering::Relaxed);
        }
        EventKind::GateStarted { package: Some(_), .. } => {
            after.fetch_add(running(&word), Ordering::Relaxed);
        }
        _ => {}
    });
    let summary = platform.run(vec![handed("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    assert!(at_work.load(Ordering::Relaxed) > 0, "it was never seen at work");
    assert_eq!(at_gates.load(Ordering::Relaxed), 0);
}

/// How many processes of this machine have a word in their command.
fn running(word: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let commands = processes.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
    commands.filter(|it| String::from_utf8_lossy(it).contains(word)).count()
}
