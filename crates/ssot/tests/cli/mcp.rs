//! `ssot mcp`, in its own words; `cargo xtask mcp` speaks to it with the official client.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::project;
use crate::support::{Repo, command};

const CLIENT: &str = r#"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}"#;

const TOOLS: [&str; 8] = [
    "audit",
    "canonical_of",
    "check_change",
    "explain_finding",
    "explain_rule",
    "find_existing",
    "plan",
    "run_status",
];

/// Says these requests one after the other; the result of each.
fn talk(repo: &Repo, requests: &[(&str, Value)]) -> Vec<Value> {
    let mut server = command(repo.path(), &["mcp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = server.stdin.take().unwrap();
    let mut from = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut say = |message: Value| writeln!(to, "{message}").unwrap();
    let client: Value = serde_json::from_str(CLIENT).unwrap();
    say(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": client }));
    let mut heard = || -> Value { serde_json::from_str(&from.next().unwrap().unwrap()).unwrap() };
    assert_eq!(heard()["result"]["serverInfo"]["name"], "ssot");
    say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let mut answers = Vec::new();
    for (id, (method, params)) in (1..).zip(requests) {
        say(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer = heard();
        assert_eq!(answer["id"], id);
        answers.push(answer);
    }
    drop(to);
    // Whoever has no more to say has left.
    assert!(server.wait().unwrap().success());
    answers
}

#[test]
fn an_agent_is_told_what_there_is() {
    let repo = project::untested();
    let call = |tool: &str, arguments: Value| {
        ("tools/call", json!({ "name": tool, "arguments": arguments }))
    };
    let answers = talk(
        &repo,
        &[
            ("tools/list", json!({})),
            call("find_existing", json!({ "name": "slugify" })),
            call("find_existing", json!({})),
            call("run_status", json!({})),
        ],
    );
    let tools = answers[0]["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, TOOLS);
    for tool in tools {
        let hints = &tool["annotations"];
        let told = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
        assert_eq!(told.map(|hint| hints[hint] == true), [true, false, true, false], "{tool}");
    }
    let found = &answers[1]["result"]["structuredContent"];
    assert_eq!(found["answer"], "exists");
    assert_eq!(found["matches"][0]["dotted"], "shop.export.slugify");
    for refused in &answers[2..] {
        assert_eq!(refused["result"]["isError"], true, "{refused}");
    }
}

#[test]
fn what_is_no_client_is_told_so() {
    let repo = Repo::of(&[("a.py", "x = 1\n")]);
    // Standard input is empty: nobody is there, and nothing is wrong.
    repo.ssot(&["mcp"]).expect(0);
}
