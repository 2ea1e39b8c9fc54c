//! Packages that no codemod can do: a real agent process, the real protocol, the real gates.

use std::path::Path;

use serde_json::Value;

use crate::support::{Repo, git, ssot};

/// The demo's repository with an agent that plays `agents/demo.json`.
fn demo() -> Repo {
    let repo = Repo::empty();
    let root = repo.path();
    ssot(root, &["demo", "--directory", "demo", "--quiet", "--agents", "2"]).expect(0);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let agent = tests.join("../runtime/tests").canonicalize().unwrap();
    let scripts = tests.join("tests/cli/agents");
    let section = format!(
        "\n[agent]\ndialect = \"acp\"\n\
         command = \"python3 {agent}/scripted_agent.py {scripts}/demo.json\"\n\
         readable = [\"{agent}\", \"{scripts}\"]\n",
        agent = agent.display(),
        scripts = scripts.display(),
    );
    let demo = root.join("demo");
    git(&demo, &["checkout", "--quiet", "ssot/consolidate"]);
    git(&demo, &["checkout", "--quiet", "-b", "later"]);
    let config = std::fs::read_to_string(demo.join("ssot.toml")).unwrap();
    std::fs::write(demo.join("ssot.toml"), config + &section).unwrap();
    git(&demo, &["commit", "--quiet", "--all", "--message", "Let an agent do the rest"]);
    repo
}

fn package<'a>(report: &'a Value, name: &str) -> &'a Value {
    let packages = report["packages"].as_array().unwrap();
    packages.iter().find(|it| it["id"].as_str().unwrap().ends_with(name)).unwrap()
}

#[test]
fn what_an_agent_does_lands_when_the_gates_say_so_and_is_refused_with_the_reason_otherwise() {
    let repo = demo();
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
