//! Packages that no codemod can do: a real agent process, the real protocol, the real gates.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{Repo, command, git, ssot};

/// Where the scripted agents stand, and what they play.
fn stage() -> (PathBuf, PathBuf) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let agents = tests.join("../runtime/tests").canonicalize().unwrap();
    (agents, tests.join("tests/cli/agents"))
}

/// The demo's repository with an agent that plays `agents/demo.json`.
fn with_program() -> Repo {
    let (agent, scripts) = stage();
    demo(&format!(
        "\n[agent]\ndialect = \"acp\"\n\
         command = \"python3 {agent}/scripted_agent.py {scripts}/demo.json\"\n\
         readable = [\"{agent}\", \"{scripts}\"]\n",
        agent = agent.display(),
        scripts = scripts.display(),
    ))
}

/// The demo's repository, after a run, with a section about its agent.
fn demo(section: &str) -> Repo {
    let repo = Repo::empty();
    let root = repo.path();
    ssot(root, &["demo", "--directory", "demo", "--quiet", "--agents", "2"]).expect(0);
    let demo = root.join("demo");
    git(&demo, &["checkout", "--quiet", "ssot/consolidate"]);
    git(&demo, &["checkout", "--quiet", "-b", "later"]);
    let config = std::fs::read_to_string(demo.join("ssot.toml")).unwrap();
    std::fs::write(demo.join("ssot.toml"), config + section).unwrap();
    git(&demo, &["commit", "--quiet", "--all", "--message", "Let an agent do the rest"]);
    repo
}

fn package<'a>(report: &'a Value, name: &str) -> &'a Value {
    let packages = report["packages"].as_array().unwrap();
    packages.iter().find(|it| it["id"].as_str().unwrap().ends_with(name)).unwrap()
}

#[test]
fn what_an_agent_does_lands_when_the_gates_say_so_and_is_refused_with_the_reason_otherwise() {
    let repo = with_program();
    let demo = repo.path().join("demo");
    let answer = ssot(&demo, &["run", "--quiet", "--format", "json", "--target", "ssot/agents"]);
    let report = answer.expect(1).json();
    let ended = |name| {
        let package = package(&report, name);
        let reason = package["reason"].as_str().unwrap_or_default().to_owned();
        (package["state"].as_str().unwrap().to_owned(), reason)
    };
    // Honest work lands at once, or after what the gates said about the first try.
    assert_eq!(ended("mask-card").0, "done", "{:?}", ended("mask-card"));
    assert_eq!(ended("require-fields").0, "done", "{:?}", ended("require-fields"));
    let show = |file: &str| git(&demo, &["show", &format!("ssot/agents:{file}")]);
    assert!(!show("services/billing/adapters/card.py").contains("def mask_card"));
    assert!(show("services/orders/checks.py").contains("\"lines\"), ValidationError)"));
    for (name, why) in [
        // The tests are green all the same: calls tell them apart.
        ("split-amount", "services.billing.payments.split_amount and platform_core.money"),
        ("deadline", "the agent wrote outside of its write set: services/orders/notes.md"),
        ("outbox", "the agent goes in circles: 6 times in a row it called read"),
        ("parse-quantity", "the agent ended before it was done: exit code 9: the script says so"),
    ] {
        let (state, reason) = ended(name);
        assert_eq!(state, "rejected", "{name}: {reason}");
        assert!(reason.contains(why), "{name}: {reason}");
    }
    let log = ssot(&demo, &["report", "--format", "json"]).expect(1).stdout;
    assert!(log.contains("deadline"), "{log}");
    ssot(&demo, &["report", "--verify"]).expect(0);
    // The files outside of the write set and the scratch of the agents are nowhere.
    assert!(!demo.join("services/orders/notes.md").exists());
    assert_eq!(git(&demo, &["status", "--porcelain"]), "");
    assert!(git(&demo, &["worktree", "list"]).lines().count() == 1);
}

/// A language model at work, which ends with the test.
struct ScriptedModel {
    process: Child,
    port: u16,
}

const KEY: &str = "sk-of-the-test";

impl ScriptedModel {
    fn start() -> Self {
        let (agents, scripts) = stage();
        let mut process = Command::new("python3")
            .args([agents.join("scripted_model.py"), scripts.join("demo.json")])
            .arg(KEY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, port: line.trim().parse().unwrap() }
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        // It may have ended by itself; then the test says so.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

#[test]
fn a_language_model_works_with_the_tools_it_is_given_and_is_judged_like_any_agent() {
    let model = ScriptedModel::start();
    let repo = demo(&format!(
        "\n[agent]\ndialect = \"model\"\n\n[agent.llm]\nprovider = \"openai\"\n\
         name = \"scripted\"\nendpoint = \"http://127.0.0.1:{}/v1/\"\n\
         key-variable = \"MODEL_KEY\"\ninput-price = 300\noutput-price = 1500\n",
        model.port
    ));
    let demo = repo.path().join("demo");
    let words = ["run", "--quiet", "--format", "json", "--target", "ssot/agents"];
    let output = command(&demo, &words).env("MODEL_KEY", KEY).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (name, state, why) in [
        ("mask-card", "done", ""),
        ("require-fields", "done", ""),
        // Its tools change nothing outside of the write set, so that nothing is left to judge.
        ("deadline", "rejected", "no file has changed"),
        ("parse-quantity", "rejected", "no file has changed"),
    ] {
        let package = package(&report, name);
        let reason = package["reason"].as_str().unwrap_or_default();
        assert_eq!(package["state"], state, "{name}: {reason}");
        assert!(reason.contains(why), "{name}: {reason}");
    }
    let show = |file: &str| git(&demo, &["show", &format!("ssot/agents:{file}")]);
    assert!(!show("services/billing/adapters/card.py").contains("def mask_card"));
    let log = std::fs::read(demo.join(".ssot/state.db")).unwrap();
    assert!(!log.windows(KEY.len()).any(|bytes| bytes == KEY.as_bytes()), "the key is in the log");
    ssot(&demo, &["report", "--verify"]).expect(0);
}

#[test]
fn an_agent_that_cannot_be_right_is_refused_at_its_line() {
    for (section, expected) in [
        ("dialect = \"model\"", "the dialect `model` needs `[agent.llm]`"),
        ("dialect = \"acp\"", "`agent` needs `command`"),
        (
            "dialect = \"model\"\ncommand = \"x\"\nllm = { provider = \"openai\", name = \"x\" }",
            "a language model has no command",
        ),
        (
            "dialect = \"acp\"\ncommand = \"x\"\nllm = { provider = \"openai\", name = \"x\" }",
            "`llm` is for the dialect `model`",
        ),
        (
            "dialect = \"model\"\nllm = { provider = \"openai\", name = \"x\", endpoint = \"http://far.example.org\" }",
            "`endpoint` has to begin with https://",
        ),
    ] {
        let config = format!("[agent]\n{section}\n");
        let repo = Repo::of(&[("ssot.toml", config.as_str()), ("a.py", "x = 1\n")]);
        repo.ssot(&["scan"]).expect(2).says(&[expected]);
    }
}

#[test]
fn a_briefing_says_what_there_is_to_know() {
    let repo = Repo::empty();
    ssot(repo.path(), &["demo", "--directory", "demo", "--quiet"]).expect(0);
    let demo = repo.path().join("demo");
    let briefing = ssot(&demo, &["brief", "require_fields", "--quiet"]).expect(0).stdout;
    insta::assert_snapshot!("brief", briefing);
    ssot(&demo, &["brief", "Session"]).expect(2).says(&["`Session` is in no package"]);
    ssot(&demo, &["brief", "nothing"]).expect(2).says(&["`ssot plan` lists the packages"]);
}
