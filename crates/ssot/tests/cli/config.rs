//! `ssot config show`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Repo, command};

const CONFIG: &str = "[scan]\nmin-lines = 8\n\n[severity]\nexact-clone = \"error\"\n";

/// What it prints with these variables.
fn show(repo: &Repo, args: &[&str], variables: &[(&str, &str)]) -> (String, String) {
    let words = [&["config", "show"], args].concat();
    let output =
        command(repo.path(), &words).env_clear().envs(variables.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (told, said) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    (told, said)
}

#[test]
fn every_setting_says_where_its_value_comes_from() {
    let repo = Repo::of(&[("a.py", "x = 1\n"), ("ssot.toml", CONFIG)]);
    let variables = [("SSOT_TOKEN", "ssot_token_of_ada"), ("SSOT_TOKN", "x")];
    let (told, said) = show(&repo, &["--format", "json"], &variables);
    assert!(said.contains("ssot reads no variable `SSOT_TOKN`; it reads NO_COLOR"), "{said}");
    assert!(!told.contains("ssot_token_of_ada"), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["schema"], "ssot.config/1");
    let all = told["settings"].as_array().unwrap();
    let of = |name: &str| all.iter().find(|it| it["name"] == name).unwrap();
    let file = |line: u32| json!({ "from": "file", "path": "ssot.toml", "line": line });
    let expected = json!({
        "name": "scan.min-lines", "type": "a whole number", "value": 8, "default": 6,
        "origin": file(2), "description": of("scan.min-lines")["description"],
    });
    assert_eq!(of("scan.min-lines"), &expected);
    assert_eq!(of("severity.exact-clone")["origin"], file(5));
    assert_eq!(of("run.mode")["origin"], json!({ "from": "default" }));
    assert_eq!(of("test.command")["value"], Value::Null);
    let token = json!({ "from": "environment", "variable": "SSOT_TOKEN" });
    assert_eq!(
        (&of("SSOT_TOKEN")["value"], &of("SSOT_TOKEN")["origin"]),
        (&json!("(set)"), &token)
    );
    assert_eq!(of("NO_COLOR")["origin"], json!({ "from": "default" }));

    repo.write("other.toml", "[scan]\n\nmin-lines = 9\n");
    let (told, _) = show(&repo, &["--config", "other.toml", "--quiet"], &variables);
    let lines: Vec<&str> = told.lines().collect();
    let has = |line: &str| assert!(lines.contains(&line), "{line} is not in:\n{told}");
    has("--config = \"other.toml\"  flag: --config");
    has("scan.min-lines = 9  other.toml:3");
    has("run.mode = \"standard\"  default");
    has("test.command = not set  default");
    let below = lines.iter().position(|it| it.starts_with("scan.min-lines")).unwrap() + 1;
    assert!(lines[below].starts_with("    a whole number, else 6. "), "{}", lines[below]);
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_line() {
    let repo = Repo::of(&[("ssot.toml", "[scan]\nmin-linse = 8\n")]);
    let answer = repo.ssot(&["config", "show"]).expect(2);
    answer.says(&["ssot.toml:2", "min-linse", "did you mean `min-lines`?"]);
    assert!(answer.stdout.is_empty());
    fs::remove_file(repo.path().join("ssot.toml")).unwrap();
    repo.ssot(&["config", "show"]).expect(0);
    repo.ssot(&["config", "show", "--config", "none.toml"]).expect(2).says(&["none.toml"]);
    // The manual has what the command takes.
    assert!(repo.ssot(&["man"]).expect(0).stdout.contains(".SH \"SSOT CONFIG SHOW\""));
}
