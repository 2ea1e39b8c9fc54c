//! `ssot compare --behaviour`: pairs as data, each with the verdict that a reader would give.

use std::fmt::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Repo, command};

/// A pair: its name, the left and the right version, both called `f`, and what is said:
/// the verdict, and the aspect of a difference or the kind of an obstacle.
type Pair = (&'static str, &'static str, &'static str, &'static str);

const CONFIG: &str = "[behaviour]\ninputs = 40\ncall-seconds = 1\n";

/// Asks about all pairs at once and demands each answer.
#[track_caller]
fn check(pairs: &[Pair]) {
    let repo = Repo::empty();
    repo.write("ssot.toml", CONFIG);
    let mut questions = String::new();
    for (name, left, right, _) in pairs {
        let mut members = Vec::new();
        for (side, text) in [("left", left), ("right", right)] {
            let path = format!("{name}_{side}.py");
            repo.write(&path, text);
            let method =
                text.lines().any(|line| line.trim_start() != line && line.contains("def f("))
                    && text.contains("class C");
            let definition = if method { "C.f" } else { "f" };
            members.push(serde_json::json!({ "path": path, "definition": definition }));
        }
        writeln!(questions, "{}", serde_json::json!({ "members": members })).unwrap();
    }
    repo.commit(&[]);
    let answers = ask(&repo, &questions);
    let mut wrong = String::new();
    for ((name, .., expected), answer) in pairs.iter().zip(answers.as_array().unwrap()) {
        let behaviour = &answer["behaviour"][0];
        let told = [&behaviour["witness"]["aspect"], &behaviour["untestable"]["obstacle"]];
        let told: Vec<&str> = told.into_iter().filter_map(Value::as_str).collect();
        let verdict = behaviour["verdict"].as_str().unwrap_or_default();
        let told = [&[verdict], &told[..]].concat().join(" ");
        if told != *expected {
            writeln!(wrong, "{name}: {told}, not {expected}: {behaviour:#}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn ask(repo: &Repo, questions: &str) -> Value {
    let args = ["compare", "--stdin", "--behaviour", "--format", "json"];
    let mut child = command(repo.path(), &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), questions.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}\n{stderr}"))
}

#[test]
fn rewritten_code_is_equal() {
    check(&[
        (
            "loop",
            "def f(rows):\n    found = []\n    for row in rows:\n        if row > 2:\n            found.append(row * 2)\n    return found\n",
            "def f(rows):\n    return [row * 2 for row in rows if row > 2]\n",
            "equal",
        ),
        (
            "branches",
            "def f(text):\n    if not text:\n        return None\n    return text.strip().lower()\n",
            "def f(text):\n    if text:\n        return text.strip().lower()\n    return None\n",
            "equal",
        ),
        (
            "constant_of_no_parameter",
            "def f():\n    return [1, 2] + [3]\n",
            "def f():\n    return [1, 2, 3]\n",
            "equal",
        ),
        (
            "annotated",
            "from typing import Optional\n\ndef f(name: str, limit: Optional[int] = None) -> str:\n    if limit is not None:\n        name = name[:limit]\n    return name.title()\n",
            "from typing import Optional\n\ndef f(name: str, limit: Optional[int] = None) -> str:\n    short = name if limit is None else name[:limit]\n    return short.title()\n",
            "equal",
        ),
        (
            "flag",
            "def f(on: bool):\n    return 'yes' if on else 'no'\n",
            "def f(on: bool):\n    return ('no', 'yes')[on]\n",
            "equal",
        ),
        (
            "yielding",
            "def f(items):\n    for item in items:\n        if item:\n            yield item\n",
            "def f(items):\n    yield from (item for item in items if item)\n",
            "equal",
        ),
        (
            "asynchronous",
            "async def f(client, path: str):\n    answer = await client.get(path)\n    return answer.body\n",
            "async def f(client, path: str):\n    return (await client.get(path)).body\n",
            "equal",
        ),
        (
            "method",
            "class C:\n    def __init__(self, user: str):\n        self.user = user\n        self.seen = 0\n\n    def f(self, step: int):\n        if step > 0:\n            self.seen += step\n        return self.user\n",
            "class C:\n    def __init__(self, user: str):\n        self.user = user\n        self.seen = 0\n\n    def f(self, step: int):\n        self.seen = self.seen + max(step, 0)\n        return self.user\n",
            "equal",
        ),
    ]);
}

#[test]
fn a_difference_is_shown_by_a_smallest_call() {
    let repo = Repo::of(&[
        ("ssot.toml", CONFIG),
        ("a.py", "def f(rows, limit):\n    return [row for row in rows if row > limit]\n"),
        ("b.py", "def f(rows, limit):\n    return [row for row in rows if row >= limit]\n"),
    ]);
    let told = repo.ssot(&["compare", "-d", "a.py:f", "-d", "b.py:f", "--behaviour"]).expect(1);
    for word in ["different", "called with ([0], 0)", "returns []", "returns [0]"] {
        assert!(told.stdout.contains(word), "`{word}` is not in {}", told.stdout);
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    let repo = Repo::of(&[
        ("ssot.toml", CONFIG),
        ("a.py", "def f(text, size=3):\n    return text[:size] + '.'\n"),
        ("b.py", "def f(text, size=3):\n    return text[:size].strip() + '.'\n"),
    ]);
    let args = ["compare", "-d", "a.py:f", "-d", "b.py:f", "--behaviour", "--format", "json"];
    assert_eq!(repo.ssot(&args).expect(1).stdout, repo.ssot(&args).expect(1).stdout);
}
